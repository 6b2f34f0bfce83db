#include "tree/yaml.h"

#include "tree/json.h"
#include "unit.h"

/* What reading gave: the findings as "LINE:COLUMN: text\n", or the tree as JSON. */
static const char *outcome(struct sg_arena *arena, const char *text)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_buffer said = {.arena = arena};
    const struct sg_yaml *yaml = sg_yaml_read(arena, unit_text(arena, text), "a.yaml", findings);
    size_t count = 0;
    const struct sg_finding *sorted = sg_findings_sorted(findings, &count);

    for (size_t f = 0; f < count; f++)
        sg_buffer_add_format(&said, "%d:%d: %.*s\n", sorted[f].at.line, sorted[f].at.column,
                             SG_STR_ARG(sorted[f].text));
    if (count == 0)
        sg_json_write(&said, sg_yaml_to_node(arena, yaml));
    return sg_buffer_c(&said);
}

static void check(const char *const (*rows)[2], size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, rows[r][0]), rows[r][1]);
    }
}

static void only_plain_words_and_numbers_are_not_text(void **state)
{
    static const char *const rows[][2] = {
        {"[true, false, null, ~, ]", "[true,false,null,null]"},
        {"a:", "{\"a\":null}"},
        {"[0, -1, 12, 1.50, 1e3, -0.5E-2]", "[0,-1,12,1.50,1e3,-0.5E-2]"},
        {"[12345678901234567890123]", "[12345678901234567890123]"},
        {"[yes, no, on, True, NULL, y]", "[\"yes\",\"no\",\"on\",\"True\",\"NULL\",\"y\"]"},
        {"[1403-88123, 2026-07-01, 10:30, 1.2.3, 1_000, e5, '-', 0x, 0b1, 1e, .]",
         "[\"1403-88123\",\"2026-07-01\",\"10:30\",\"1.2.3\",\"1_000\",\"e5\",\"-\",\"0x\","
         "\"0b1\",\"1e\",\".\"]"},
        {"['true', \"1\", '', \"~\"]", "[\"true\",\"1\",\"\",\"~\"]"},
        {"1: {true: a, 012: b, '': c}", "{\"1\":{\"true\":\"a\",\"012\":\"b\",\"\":\"c\"}}"},
        {"a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}"},
        {"\xEF\xBB\xBF"
         "a: \u0645\u062a\u0646",
         "{\"a\":\"\u0645\u062a\u0646\"}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void all_that_is_wrong_is_found_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"", "1:1: the file is empty\n"},
        {"# nothing\n", "1:1: the file is empty\n"},
        {"set:\n  /status: /a\n  /status: /b\n",
         "3:3: `/status` is given twice; first on line 2\n"},
        {"a: {x: 1, y: 2, x: {z: 1, z: 2}}\na: 3\n", "1:17: `x` is given twice; first on line 1\n"
                                                     "1:27: `z` is given twice; first on line 1\n"
                                                     "2:1: `a` is given twice; first on line 1\n"},
        {"a: 012", "1:4: `012` is a number that JSON does not know; quote it if it is a text\n"},
        {"[-01, +98, .5]\n",
         "1:2: `-01` is a number that JSON does not know; quote it if it is a "
         "text\n1:7: `+98` is a number that JSON does not know; quote it if it "
         "is a text\n1:12: `.5` is a number that JSON does not know; quote it if "
         "it is a text\n"},
        {"[0x1F]", "1:2: `0x1F` is a number that JSON does not know; quote it if it is a text\n"},
        {"[0o17]", "1:2: `0o17` is a number that JSON does not know; quote it if it is a text\n"},
        {"[-.inf]", "1:2: `-.inf` is a number that JSON does not know; quote it if it is a text\n"},
        {"[1.]", "1:2: `1.` is a number that JSON does not know; quote it if it is a text\n"},
        {"a: &x 1\nb: *x\n",
         "1:4: an anchor (&) is not taken; write the value out where it is needed\n"
         "2:4: an alias (*) is not taken; write the value out, or quote a text\n"},
        {"a: !!str 1\nb: !x [1]\n",
         "1:4: a tag (!) is not taken; quote a text, and leave a number plain\n"
         "2:4: a tag (!) is not taken; quote a text, and leave a number plain\n"},
        {"a: 1\n---\nb: 2\n", "2:1: a second document; a file holds one\n"},
        {"a: {{/id}: 1, b: 2}\n", "1:5: a key is a text\n"},
        {"[{[x, y]: {z: 1}}, 07]",
         "1:3: a key is a text\n"
         "1:20: `07` is a number that JSON does not know; quote it if it is a text\n"},
        {"? \n: x\n", "1:2: a key is a text\n"},
        /* columns are bytes: four for the two letters, three for what joins them */
        {"{\u0645\u200c\u062a: 1, \u0645\u200c\u062a: 2}",
         "1:14: `\u0645\u200c\u062a` is given twice; first on line 1\n"},
        /* what YAML 1.1 calls a line end, an editor does not */
        {"a: '\u2028'\nb: 01\n",
         "2:4: `01` is a number that JSON does not know; quote it if it is a text\n"},
        {"a: 1\r\nb: 01\r\n",
         "2:4: `01` is a number that JSON does not know; quote it if it is a text\n"},
        {"a: [1,\nb: 2\n",
         "3:1: `,` or `]` is expected here; look for a quote or a bracket that is not closed in the list "
         "that begins on line 1\n"},
        {"a:\n\tb: 1\n", "2:1: a tab, or a character that needs quotes; indent by spaces\n"},
        {"a: 1\n\u0645: \x01", "2:5: control characters are not allowed\n"},
        {"a: 1\n\u0645: \xFF", "2:5: bytes that are no UTF-8; save the file as UTF-8\n"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void depth_ends_at_64(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char text[131] = "";

    (void)state;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_int_equal(outcome(arena, text)[0], '[');
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_string_equal(outcome(arena, text), "1:65: lists and maps go deeper than 64 levels\n");
}

static void every_value_and_key_knows_its_place(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const char *text = "from: a.b\n"
                       "set:\n"
                       "  /x: {text: 'y'}\n"
                       "tests:\n"
                       "  - name: |\n"
                       "      z\n";
    const struct sg_yaml *map = sg_yaml_read(arena, unit_text(arena, text), "a.yaml", findings);
    const struct sg_yaml *rule = sg_yaml_find(map, "set")->first;
    const struct sg_yaml *test = sg_yaml_find(map, "tests")->first;
    const struct {
        const struct sg_yaml *value;
        int key_line, key_column, line, column;
    } rows[] = {
        {map, 1, 1, 1, 1},
        {map->first, 1, 1, 1, 7},
        {sg_yaml_find(map, "set"), 2, 1, 3, 3},
        {rule, 3, 3, 3, 7},
        {sg_yaml_find(rule, "text"), 3, 8, 3, 14},
        {sg_yaml_find(map, "tests"), 4, 1, 5, 3},
        {test, 5, 5, 5, 5},
        {sg_yaml_find(test, "name"), 5, 5, 5, 11},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        assert_string_equal(rows[r].value->at.file, "a.yaml");
        assert_int_equal(rows[r].value->key_at.line, rows[r].key_line);
        assert_int_equal(rows[r].value->key_at.column, rows[r].key_column);
        assert_int_equal(rows[r].value->at.line, rows[r].line);
        assert_int_equal(rows[r].value->at.column, rows[r].column);
    }
    assert_true(sg_yaml_find(test, "name")->is_block_text);
    assert_false(sg_yaml_find(rule, "text")->is_block_text);
    assert_int_equal(map->count, 3);
    assert_null(sg_yaml_find(map, "x"));
    assert_null(sg_yaml_find(rule->first, "x"));
    assert_null(sg_yaml_find(NULL, "x"));
}

static void keys_and_kinds_are_checked(void **state)
{
    static const struct sg_str known[] = {{"optional", 8}, {"from", 4}};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const char *text = "{from: /a, optionl: true, zebra: [1]}";
    const struct sg_yaml *map = sg_yaml_read(arena, unit_text(arena, text), "a.yaml", findings);
    size_t count = 0;

    (void)state;
    assert_false(sg_yaml_check_keys(map, known, SG_ROWS(known), findings));
    assert_true(sg_yaml_check_keys(map->first, known, SG_ROWS(known), findings));
    assert_true(sg_yaml_expect(map, SG_YAML_MAP, findings));
    assert_true(sg_yaml_expect(map->first, SG_YAML_TEXT, findings));
    assert_false(sg_yaml_expect(map->last, SG_YAML_TEXT, findings));

    const struct sg_finding *sorted = sg_findings_sorted(findings, &count);

    assert_int_equal(count, 3);
    assert_string_equal(sg_str_c(arena, sorted[0].text),
                        "unknown key `optionl`; did you mean `optional`?");
    assert_int_equal(sorted[0].at.column, 12);
    assert_string_equal(sg_str_c(arena, sorted[1].text),
                        "unknown key `zebra`; one of optional, from");
    assert_string_equal(sg_str_c(arena, sorted[2].text), "a text is expected");
    assert_int_equal(sorted[2].at.column, 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_plain_words_and_numbers_are_not_text),
        cmocka_unit_test(all_that_is_wrong_is_found_at_its_place),
        cmocka_unit_test(depth_ends_at_64),
        cmocka_unit_test(every_value_and_key_knows_its_place),
        cmocka_unit_test(keys_and_kinds_are_checked),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
