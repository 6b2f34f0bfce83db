#include "mapping/outline.h"

#include "mapping_unit.h"

#define NOW_MS 1000

/* JSON is written with ' for ", to be read here. */
static struct sg_str quoted(struct sg_arena *arena, const char *json)
{
    const struct sg_str text = sg_str_of(json);
    char *out = sg_arena_get(arena, text.length, 1);

    for (size_t i = 0; i < text.length; i++)
        out[i] = (char)(json[i] == '\'' ? '"' : json[i]);
    return (struct sg_str){out, text.length};
}

static const struct sg_node *record_of(struct sg_arena *arena, const char *json)
{
    return unit_json(arena, sg_str_c(arena, quoted(arena, json)));
}

/* One record that is observed. */
struct watch {
    struct sg_arena *arena;
    struct sg_outline *outline;
};

static int begin(void **state)
{
    struct sg_arena *arena = sg_arena_new();
    struct watch *watch = sg_arena_get(arena, 1, sizeof *watch);

    *watch = (struct watch){arena, sg_outline_new(false)};
    *state = watch;
    return 0;
}

static int end(void **state)
{
    struct watch *watch = *state;

    sg_outline_free(watch->outline);
    sg_arena_free(watch->arena);
    return 0;
}

static bool see_times(struct watch *watch, const char *json, int times)
{
    const struct sg_node *record = record_of(watch->arena, json);
    bool is_news = false;

    for (int i = 0; i < times; i++)
        is_news |= sg_outline_see(watch->outline, record, NOW_MS);
    return is_news;
}

static bool see(struct watch *watch, const char *json)
{
    return see_times(watch, json, 1);
}

/* All that drifts: "field /x text of 3 2 times; type /a object, was text 1 times". */
static const char *drifts_of(const struct watch *watch)
{
    static const char *const kinds[] = {"field", "type", "gone", "code", "more"};
    struct sg_buffer out = {.arena = watch->arena};
    size_t count = 0;
    const struct sg_outline_drift *drifts = sg_outline_drifts(watch->outline, &count);

    for (size_t d = 0; d < count; d++) {
        const struct sg_drift *drift = &drifts[d].drift;

        if (drifts[d].news == SG_OUTLINE_OVER || drifts[d].news == SG_OUTLINE_FORGOTTEN)
            continue;
        sg_buffer_add_format(
            &out, "%s%s %.*s%s%.*s%.*s %d", out.length > 0 ? "; " : "", kinds[drift->kind],
            SG_STR_ARG(drift->pointer), drift->shows.length + drift->example.length > 0 ? " " : "",
            SG_STR_ARG(drift->shows), SG_STR_ARG(drift->example), (int)drift->times);
    }
    return sg_buffer_c(&out);
}

/* What follows after a thousand events like the first. */
static void what_was_not_among_the_first_events_is_drift(void **state)
{
    static const struct {
        const char *first, *then, *drifts;
    } rows[] = {
        {"{'a':'x'}", "{'a':'y'}", ""},
        {"{'a':'x'}", "{'a':'y','b':'یک دو'}", "field /b text of 5 1"},
        {"{'a':'x'}", "{'a':'y','b':'1405/07/02 10:00'}", "field /b a date 1"},
        {"{'a':'x'}", "{'a':'y','b':'1405/07/0x'}", "field /b text of 10 1"},
        {"{'a':'x'}", "{'b':12}", "field /b number 1"},
        {"{'a':'x'}", "{'b':false}", "field /b boolean 1"},
        /* of a new object, what is in it is not told as well */
        {"{'a':'x'}", "{'b':{'c':1,'d':{'e':2}}}", "field /b object of 2 1"},
        {"{'a':{'b':1}}", "{'a':{'b':1,'c/~':2}}", "field /a/c~1~0 number 1"},
        /* nothing is no field, and what is not there is not gone at once */
        {"{'a':'x'}", "{'b':null,'c':'','d':[],'e':{}}", ""},
        /* a list is its entries; one event counts once */
        {"{'a':[{'u':'x'}]}", "{'a':[{'u':'y'},{'v':1},{'v':2}]}", "field /a/v number 1"},
        {"{'a':[{'u':'x'}]}", "{'a':{'u':'y'}}", ""},
        {"{'a':'x'}", "{'a':['x','y']}", ""},
        /* types */
        {"{'a':1}", "{'a':'x'}", "type /a text, was number 1"},
        {"{'a':'x'}", "{'a':{'#text':'x'}}",
         "type /a object, was text 1; field /a/#text text of 1 1"},
        {"{'a':['x',1]}", "{'a':[true,true]}", "type /a boolean, was text or number 1"},
        {"{'a':['x',1]}", "{'a':1}", ""},
        /* names that are data */
        {"{'a':{'09150000001':1}}", "{'a':{'09150000002':1}}", ""},
        {"{'a':{}}", "{'a':{'۰۹۱۵۰۰۰۰۰۰۲':1}}", "field /a object of 1 1"},
        {"{'a':{'x':1}}", "{'a':{'someone@example.org':1,'other@example.org':2}}",
         "field /a/* number 1"},
        {"{'a':{'x':1}}", "{'a':{'@Code':1}}", "field /a/@Code number 1"},
        {"{'a':{'x':1}}", "{'a':{'x12345':1}}", "field /a/x12345 number 1"},
        {"'text'", "{'a':1}", "type  object, was text 1; field /a number 1"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        void *made = NULL;

        assert_int_equal(begin(&made), 0);
        struct watch *watch = made;
        assert_false(see_times(watch, rows[r].first, SG_OUTLINE_LEARNS));
        assert_int_equal(see(watch, rows[r].then), rows[r].drifts[0] != '\0');
        assert_string_equal(drifts_of(watch), rows[r].drifts);
        assert_false(see(watch, rows[r].then)); /* the second time it is no news */
        assert_int_equal(end(&made), 0);
    }
}

static void what_comes_while_it_learns_is_known(void **state)
{
    struct watch *watch = *state;

    assert_false(see_times(watch, "{'a':1}", SG_OUTLINE_LEARNS - 1));
    assert_false(see(watch, "{'a':'x','b':{'c':1}}"));
    assert_false(see_times(watch, "{'a':1,'b':{'c':2}}", 2));
    assert_true(see(watch, "{'b':{'d':2}}"));
    assert_false(see(watch, "{'b':{'d':2}}"));
    assert_string_equal(drifts_of(watch), "field /b/d number 2");
}

static void a_field_is_gone_when_nearly_all_had_it_and_a_hundred_in_a_row_have_not(void **state)
{
    struct watch *watch = *state;

    (void)see_times(watch, "{'a':1,'b':{'c':1,'d':2}}", SG_OUTLINE_NEARLY_ALL - 1);
    (void)see_times(watch, "{'a':1,'b':{'c':1},'e':1}",
                    SG_OUTLINE_LEARNS - SG_OUTLINE_NEARLY_ALL + 1);
    assert_false(see_times(watch, "{'a':1}", SG_OUTLINE_GONE - 1));
    assert_true(see(watch, "{'a':1}"));
    assert_string_equal(drifts_of(watch), "gone /b 100"); /* and so is what was in it */
    assert_false(see_times(watch, "{'a':1}", SG_OUTLINE_GONE));
    assert_string_equal(drifts_of(watch), "gone /b 200");
    assert_true(see(watch, "{'a':1,'b':{'d':1}}")); /* it is back, without what all had in it */
    assert_string_equal(drifts_of(watch), "");
    assert_true(see_times(watch, "{'a':1,'b':{'d':1}}", SG_OUTLINE_GONE));
    assert_string_equal(drifts_of(watch), "gone /b/c 300");
}

static void what_files_read_or_show_is_never_new(void **state)
{
    struct watch *watch = *state;

    (void)see_times(watch, "{'a':1}", SG_OUTLINE_LEARNS);
    assert_true(see(watch, "{'b':{'c':1},'d':{'e':1},'l':[{'m':1,'n':2}],'x':1}"));
    assert_string_equal(drifts_of(watch), "field /b object of 1 1; field /d object of 1 1; "
                                          "field /l object of 2 1; field /x number 1");
    sg_outline_name(watch->outline, SG_STR("/b"));
    sg_outline_name(watch->outline, SG_STR("/l/0/m"));
    sg_outline_name(watch->outline, SG_STR("/new/in"));
    sg_outline_show(watch->outline, record_of(watch->arena, "{'d':[{'e':1}],'y':2}"));
    assert_string_equal(drifts_of(watch), "field /x number 1");
    assert_true(see(watch, "{'b':{'z':1},'d':{'e':1},'l':[{'m':1,'n':2}],'y':1,'new':{'in':1}}"));
    assert_string_equal(drifts_of(watch), "field /x number 1; field /l/n number 1");
}

static void a_file_that_reads_the_whole_record_names_all_of_it(void **state)
{
    struct watch *watch = *state;

    sg_outline_name(watch->outline, SG_STR(""));
    (void)see_times(watch, "{'a':1}", SG_OUTLINE_LEARNS);
    assert_false(see(watch, "{'b':1}"));
}

static void it_goes_on_from_what_was_kept(void **state)
{
    struct watch *watch = *state;
    struct sg_outline *other SG_AUTO(sg_outline) = sg_outline_new(false);
    struct sg_error err;
    size_t count = 0;

    (void)see_times(watch, "{'a':{'b/c':1},'d':'x'}", SG_OUTLINE_LEARNS);
    (void)see_times(watch, "{'a':{'b/c':1},'d':1,'e':{'f':1}}", 2);
    const struct sg_str text = sg_outline_write(watch->arena, watch->outline);

    assert_string_equal(sg_str_c(watch->arena, text),
                        "{\"events\":1000,\"fields\":[[\"\",1000,[\"object\"]],"
                        "[\"/a\",1000,[\"object\"]],[\"/a/b~1c\",1000,[\"number\"]],"
                        "[\"/d\",1000,[\"text\"]]]}");
    assert_int_equal(sg_outline_learned_of(text), SG_OUTLINE_LEARNS);
    assert_true(sg_outline_read(other, text, &err));
    const struct sg_outline_drift *drifts = sg_outline_drifts(watch->outline, &count);
    for (size_t d = 0; d < count; d++)
        sg_outline_recall(other, &drifts[d].drift);
    struct watch again = {watch->arena, other};

    assert_false(see(&again, "{'a':{'b/c':1},'d':1,'e':{'g':1}}"));
    assert_string_equal(drifts_of(&again), "type /d number, was text 3; field /e object of 1 3");
    assert_true(see(&again, "{'h':1}"));
    assert_true(see_times(&again, "{'d':1}", 2 * SG_OUTLINE_GONE));
    assert_string_equal(drifts_of(&again), "type /d number, was text 203; field /e object of 1 3; "
                                           "field /h number 1; gone /a 199");
}

static void a_text_that_is_no_outline_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{'events':1}",
        "{'events':'x','fields':[]}",
        "{'events':1,'fields':[['/a',1]]}",
        "{'events':1,'fields':[['a',1,[]]]}",
    };
    struct watch *watch = *state;
    struct sg_error err;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_outline *outline SG_AUTO(sg_outline) = sg_outline_new(false);

        assert_false(sg_outline_read(outline, quoted(watch->arena, rows[r]), &err));
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_true(sg_outline_learned_of(quoted(watch->arena, rows[r])) <= 1);
    }
}

static void fields_without_end_are_one_drift(void **state)
{
    struct watch *watch = *state;
    struct sg_arena *arena = watch->arena;
    struct sg_buffer many = {.arena = arena};

    (void)see_times(watch, "{'a':1}", SG_OUTLINE_LEARNS);
    for (int i = 0; i < SG_OUTLINE_FIELDS_MAX + 50; i++)
        sg_buffer_add_format(&many, "%c'f%d':%d", i == 0 ? '{' : ',', i, i);
    sg_buffer_add_byte(&many, '}');
    assert_true(see(watch, sg_buffer_c(&many)));
    size_t count = 0;
    const struct sg_outline_drift *drifts = sg_outline_drifts(watch->outline, &count);

    /* the root and /a are known; one drift stands for all that is over */
    assert_int_equal(count, SG_OUTLINE_FIELDS_MAX - 2 + 1);
    assert_int_equal(drifts[count - 1].drift.kind, SG_DRIFT_MORE);
    assert_false(see(watch, sg_buffer_c(&many)));
    assert_int_equal(sg_outline_drifts(watch->outline, &count)[count - 1].drift.times, 2);
}

static void a_field_that_is_too_deep_to_be_named_is_one_of_more(void **state)
{
    struct watch *watch = *state;
    struct sg_buffer deep = {.arena = watch->arena};

    (void)see_times(watch, "{'a':1}", SG_OUTLINE_LEARNS);
    sg_buffer_add(&deep, SG_STR("{'"));
    for (int i = 0; i < SG_OUTLINE_POINTER_MAX; i++)
        sg_buffer_add_byte(&deep, 'x');
    sg_buffer_add(&deep, SG_STR("':1}"));
    assert_true(see(watch, sg_buffer_c(&deep)));
    assert_string_equal(drifts_of(watch), "more  1");
}

static void codes_are_told_once_each_and_are_bounded(void **state)
{
    struct watch *watch = *state;
    char code[20];

    assert_true(sg_outline_see_code(watch->outline, SG_STR("/s"), SG_STR("77"), NOW_MS));
    assert_false(sg_outline_see_code(watch->outline, SG_STR("/s"), SG_STR("77"), NOW_MS));
    assert_true(sg_outline_see_code(watch->outline, SG_STR("/t"), SG_STR("77"), NOW_MS));
    assert_string_equal(drifts_of(watch), "code /s 77 2; code /t 77 1");
    for (int i = 2; i < SG_OUTLINE_CODES_MAX; i++) {
        (void)snprintf(code, sizeof code, "c%d", i);
        assert_true(sg_outline_see_code(watch->outline, SG_STR("/s"), sg_str_of(code), NOW_MS));
    }
    assert_true(sg_outline_see_code(watch->outline, SG_STR("/s"), SG_STR("x"), NOW_MS));
    assert_false(sg_outline_see_code(watch->outline, SG_STR("/s"), SG_STR("y"), NOW_MS));
    size_t count = 0;

    (void)sg_outline_drifts(watch->outline, &count);
    assert_int_equal(count, SG_OUTLINE_CODES_MAX + 1);
}

static void the_case_of_loose_names_says_nothing(void **state)
{
    struct watch *watch = *state;
    struct sg_outline *loose SG_AUTO(sg_outline) = sg_outline_new(true);
    struct watch other = {watch->arena, loose};

    (void)see_times(&other, "{'Code':1}", SG_OUTLINE_LEARNS);
    assert_false(see(&other, "{'CODE':1}"));
    (void)see_times(watch, "{'Code':1}", SG_OUTLINE_LEARNS);
    assert_true(see(watch, "{'CODE':1}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_among_the_first_events_is_drift),
        cmocka_unit_test_setup_teardown(what_comes_while_it_learns_is_known, begin, end),
        cmocka_unit_test_setup_teardown(
            a_field_is_gone_when_nearly_all_had_it_and_a_hundred_in_a_row_have_not, begin, end),
        cmocka_unit_test_setup_teardown(what_files_read_or_show_is_never_new, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_reads_the_whole_record_names_all_of_it, begin,
                                        end),
        cmocka_unit_test_setup_teardown(it_goes_on_from_what_was_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_text_that_is_no_outline_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(fields_without_end_are_one_drift, begin, end),
        cmocka_unit_test_setup_teardown(a_field_that_is_too_deep_to_be_named_is_one_of_more, begin,
                                        end),
        cmocka_unit_test_setup_teardown(codes_are_told_once_each_and_are_bounded, begin, end),
        cmocka_unit_test_setup_teardown(the_case_of_loose_names_says_nothing, begin, end),
    };
    return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}
