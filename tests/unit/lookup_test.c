#include "mapping/lookup.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "unit.h"

/* A set with one table of that text, and what was found wrong in it. */
struct set {
    struct sg_arena *arena;
    struct sg_lookups *lookups;
    struct sg_findings *findings;
};

static struct set new_set(const char *text)
{
    struct set set = {.arena = sg_arena_new(), .findings = sg_findings_new()};

    set.lookups = sg_lookups_new(set.arena);
    (void)sg_lookups_add(set.lookups, "t", "mappings/lookups/t.csv", unit_text(set.arena, text),
                         set.findings);
    return set;
}

static void end_set(struct set *set)
{
    sg_findings_free(set->findings);
    sg_arena_free(set->arena);
}

/* The findings, one a line, as `check` prints them. */
static const char *findings_of(struct set *set)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    sg_findings_print(set->findings, out);
    assert_int_equal(fclose(out), 0);
    const char *kept = sg_str_c(set->arena, sg_str_of(text));
    free(text);
    return kept;
}

/* "a b" as two words of a mapping, all at m.yaml:9:5. */
static size_t words_of(struct sg_arena *arena, const char *text, struct sg_lookup_word *words)
{
    const struct sg_place at = {"m.yaml", 9, 5};
    struct sg_str rest = unit_text(arena, text);
    size_t count = 0;

    while (rest.length > 0) {
        const char *space = memchr(rest.at, ' ', rest.length);
        size_t length = space != NULL ? (size_t)(space - rest.at) : rest.length;

        words[count++] = (struct sg_lookup_word){{rest.at, length}, at};
        rest = sg_str_skip(rest, length + 1);
    }
    return count;
}

static const struct sg_lookup *compile(struct set *set, const char *table, const char *by,
                                       const char *give)
{
    struct sg_lookup_word words[16];
    const struct sg_place at = {"m.yaml", 9, 5};
    struct sg_lookup_order order = {.table = {sg_str_of(table), at}, .by = words};

    order.by_count = words_of(set->arena, by, words);
    order.give = (struct sg_lookup_word){sg_str_of(give), at};
    return sg_lookup_compile(set->lookups, &order, set->findings);
}

/* What the table gives for "012 2", or why it gives nothing. */
static const char *look_up(struct set *set, const struct sg_lookup *lookup, const char *keys)
{
    struct sg_lookup_word words[16] = {0};
    struct sg_str texts[16];
    struct sg_lookup_result result;
    struct sg_error err;
    size_t count = words_of(set->arena, keys, words);

    assert_int_equal(count, sg_lookup_keys(lookup));
    for (size_t k = 0; k < count; k++)
        texts[k] = words[k].text;
    if (!sg_lookup_find(set->arena, lookup, texts, &result, &err)) {
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        return sg_str_c(set->arena, sg_str_of(err.text));
    }
    return sg_str_c(set->arena, result.is_ignored ? result.reason : result.text);
}

static const char TABLE[] = "service,district,position\n"
                            "012,2,D2-CIVIL\n"
                            "012,*,CITY-CIVIL\n"
                            "*,samen,SAMEN\n"
                            "030,samen,NEVER\n"
                            "030,7,IGNORE\n"
                            "*,*,REST\n";

static void the_first_row_that_fits_wins(void **state)
{
    static const char *const rows[][2] = {
        {"012 2", "D2-CIVIL"},
        {"012 3", "CITY-CIVIL"},
        {"012 samen", "CITY-CIVIL"},
        {"030 samen", "SAMEN"},
        {"030 7", "IGNORE in lookups/t.csv:6"},
        {"030 8", "REST"},
        {"* *", "REST"},
        {"12 2", "REST"},
    };
    struct set set = new_set(TABLE);
    const struct sg_lookup *lookup = compile(&set, "t", "service district", "");

    (void)state;
    assert_non_null(lookup);
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(look_up(&set, lookup, rows[r][0]), rows[r][1]);
    assert_string_equal(findings_of(&set),
                        "mappings/lookups/t.csv:5:1: second row for `030, samen`, never reached; "
                        "first on line 4\n");
    assert_string_equal(sg_str_c(set.arena, sg_lookup_key_names(set.arena, lookup)),
                        "service, district");
    assert_true(sg_str_is(sg_lookup_file(lookup), TABLE));
    end_set(&set);
}

static void a_key_that_only_the_star_took_and_no_row_names_is_told(void **state)
{
    static const struct {
        const char *table, *by, *keys, *unnamed;
    } rows[] = {
        {TABLE, "service district", "012 2", ""},
        {TABLE, "service district", "012 3", "3"}, /* of a city that has a district more */
        {TABLE, "service district", "012 7", ""},  /* which another service's row names */
        {TABLE, "service district", "012 -", ""},  /* no code */
        {TABLE, "service district", "77 samen", "77"},
        {TABLE, "service district", "77 8", "77"},
        {"code,text\n1,x\n*,y\n", "", "1", ""},
        {"code,text\n1,x\n*,y\n", "", "2", "2"},
        {"code,text\n1,x\n*,IGNORE\n", "", "2", "2"},
        {"code,text\n*,y\n", "", "2", ""}, /* a table that names none */
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct set set = new_set(rows[r].table);
        const struct sg_lookup *lookup = compile(&set, "t", rows[r].by, "");
        struct sg_lookup_word words[16] = {0};
        struct sg_str keys[2];
        struct sg_lookup_result result;
        struct sg_error err;
        const size_t count = words_of(set.arena, rows[r].keys, words);

        for (size_t k = 0; k < count; k++)
            keys[k] = words[k].text;
        assert_true(sg_lookup_find(set.arena, lookup, keys, &result, &err));
        assert_string_equal(sg_str_c(set.arena, result.unnamed), rows[r].unnamed);
        end_set(&set);
    }
}

static void what_no_row_fits_is_an_error_that_shows_codes_only(void **state)
{
    static const char *const rows[][2] = {
        {"77", "no row for \"77\" in lookups/t.csv"},
        {"09001234567", "no row for ***(11) in lookups/t.csv"},
        {"خراب", "no row for ***(4) in lookups/t.csv"},
    };
    struct set set = new_set("code,text\n1,انجام شد\n");
    const struct sg_lookup *lookup = compile(&set, "t", "", "");

    (void)state;
    assert_string_equal(look_up(&set, lookup, "1"), "انجام شد");
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(look_up(&set, lookup, rows[r][0]), rows[r][1]);
    end_set(&set);
}

static void columns_are_chosen_by_name_or_are_the_first(void **state)
{
    static const struct {
        const char *by, *give, *keys, *found;
    } rows[] = {
        {"", "", "1", "x"},   {"", "c", "1", "p"},     {"b", "", "x", "1"},
        {"c", "b", "p", "x"}, {"b a", "", "x 1", "p"}, {"a", "a", "1", "1"},
    };
    struct set set = new_set("a,b,c\n1,x,p\n2,y,q\n");

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_lookup *lookup = compile(&set, "t", rows[r].by, rows[r].give);

        assert_non_null(lookup);
        assert_string_equal(look_up(&set, lookup, rows[r].keys), rows[r].found);
    }
    assert_string_equal(findings_of(&set), "");
    end_set(&set);
}

static void a_table_or_order_that_is_wrong_is_found_at_its_place(void **state)
{
    static const struct {
        const char *text, *table, *by, *give, *findings;
    } rows[] = {
        {"", "t", "", "",
         "mappings/lookups/t.csv:1:1: a header row with the columns' names is expected\n"},
        {"a,b,a\n", "t", "", "", "mappings/lookups/t.csv:1:5: column `a` is given twice\n"},
        {"a,,b\n", "t", "", "", "mappings/lookups/t.csv:1:3: a column without a name\n"},
        {"a,b\n1\n2,3,4\n5,6\n", "t", "", "",
         "mappings/lookups/t.csv:2:1: fields in this row: 1; in the header row: 2\n"
         "mappings/lookups/t.csv:3:1: fields in this row: 3; in the header row: 2\n"},
        {"a,b\n\"1\n", "t", "", "", "mappings/lookups/t.csv:2:1: this quote is not closed\n"},
        {"a,b\n9,x\n1,y\n9,z\n", "t", "", "",
         "mappings/lookups/t.csv:4:1: second row for `9`, never reached; first on line 2\n"},
        {"a,b\n*,x\n1,y\n*,z\n", "t", "", "",
         "mappings/lookups/t.csv:3:1: second row for `1`, never reached; first on line 2\n"
         "mappings/lookups/t.csv:4:1: second row for `*`, never reached; first on line 2\n"},
        {"a,b\n1,y\n*,x\n", "t", "", "", ""},
        {"a,b,c\n*,1,x\n1,*,y\n1,1,z\n", "t", "a b", "",
         "mappings/lookups/t.csv:4:1: second row for `1, 1`, never reached; first on line 2\n"},
        {"a,b\n,x\n", "t", "", "",
         "mappings/lookups/t.csv:2:1: an empty key in column `a`; `*` fits anything\n"},
        {"code,text\n", "s", "", "", "m.yaml:9:5: no table `s`; one of t\n"},
        {"code,text\n", "tt", "", "", "m.yaml:9:5: no table `tt`; one of t\n"},
        {"code,text\n", "t", "cod", "txt",
         "m.yaml:9:5: lookups/t.csv has no column `cod`; did you mean `code`?\n"
         "m.yaml:9:5: lookups/t.csv has no column `txt`; did you mean `text`?\n"},
        {"code,text\n", "t", "", "landmark",
         "m.yaml:9:5: lookups/t.csv has no column `landmark`; one of code, text\n"},
        {"code,text\n", "t", "code code", "", "m.yaml:9:5: column `code` is given twice\n"},
        {"code\n", "t", "", "", "m.yaml:9:5: lookups/t.csv has no column but its keys\n"},
        {"a,b\n", "t", "a a a a a a a a a", "", "m.yaml:9:5: 9 key columns; at most 8\n"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct set set = new_set(rows[r].text);

        (void)compile(&set, rows[r].table, rows[r].by, rows[r].give);
        assert_string_equal(findings_of(&set), rows[r].findings);
        end_set(&set);
    }
}

static void the_rows_of_a_table_are_checked_once_for_the_same_keys(void **state)
{
    struct set set = new_set("a,b,c\n1,x,y\n1,x,z\n");

    (void)state;
    assert_non_null(compile(&set, "t", "", ""));
    assert_non_null(compile(&set, "t", "a", "c"));
    assert_int_equal(sg_findings_errors(set.findings), 1);
    assert_non_null(compile(&set, "t", "a b", ""));
    assert_int_equal(sg_findings_errors(set.findings), 2);
    end_set(&set);
}

static void a_large_table_is_not_walked_through(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer text = {.arena = arena};

    (void)state;
    sg_buffer_add(&text, SG_STR("code,text\n"));
    for (int i = 0; i < 20000; i++)
        sg_buffer_add_format(&text, "%d,t%d\n", i, i);
    struct set set = new_set(sg_buffer_c(&text));
    const struct sg_lookup *lookup = compile(&set, "t", "", "");
    struct sg_lookup_result result;
    struct sg_error err;

    for (int i = 0; i < 20000; i++) { /* row by row this would take minutes */
        char key[12], value[12];

        (void)snprintf(key, sizeof key, "%d", i);
        (void)snprintf(value, sizeof value, "t%d", i);
        assert_true(
            sg_lookup_find(set.arena, lookup, &(struct sg_str){key, strlen(key)}, &result, &err));
        assert_true(sg_str_is(result.text, value));
    }
    end_set(&set);
}

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void a_folder_gives_its_csv_files_by_their_names(void **state)
{
    char folder[] = "/tmp/sgbridge-lookup-XXXXXX", path[100];
    struct set set = new_set("a,b\n");

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(sg_lookups_load(set.lookups, SG_STR("/tmp/sgbridge-none"), set.findings));
    (void)snprintf(path, sizeof path, "%s/outcomes.csv", folder);
    write_file(path, "code,text\n1,انجام شد\n");
    assert_true(sg_lookups_load(set.lookups, sg_str_of(folder), set.findings));
    assert_string_equal(look_up(&set, compile(&set, "outcomes", "", ""), "1"), "انجام شد");
    assert_null(compile(&set, "outcoms", "", ""));
    assert_string_equal(findings_of(&set),
                        "m.yaml:9:5: no table `outcoms`; did you mean `outcomes`?\n");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    end_set(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_that_fits_wins),
        cmocka_unit_test(a_key_that_only_the_star_took_and_no_row_names_is_told),
        cmocka_unit_test(what_no_row_fits_is_an_error_that_shows_codes_only),
        cmocka_unit_test(columns_are_chosen_by_name_or_are_the_first),
        cmocka_unit_test(a_table_or_order_that_is_wrong_is_found_at_its_place),
        cmocka_unit_test(the_rows_of_a_table_are_checked_once_for_the_same_keys),
        cmocka_unit_test(a_large_table_is_not_walked_through),
        cmocka_unit_test(a_folder_gives_its_csv_files_by_their_names),
    };
    return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
