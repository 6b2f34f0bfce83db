#include "tree/json.h"

#include <stdlib.h>

#include <jansson.h>

#include "unit.h"

/* What reading gave: the tree written again, or "LINE:COLUMN: why not". */
static const char *outcome(struct sg_arena *arena, struct sg_str text)
{
    struct sg_buffer out = {.arena = arena};
    const struct sg_node *node = NULL;
    struct sg_error err;

    if (sg_json_read(arena, text, "a.json", &node, &err)) {
        sg_json_write(&out, node);
    } else {
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_string_equal(err.at.file, "a.json");
        assert_null(node);
        sg_buffer_add_format(&out, "%d:%d: %s", err.at.line, err.at.column, err.text);
    }
    return sg_buffer_c(&out);
}

/* What jansson makes of the same bytes. */
static bool jansson_takes(struct sg_str text)
{
    const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_t *root = json_loadb(text.length == 0 ? "" : text.at, text.length, flags, NULL);

    json_decref(root);
    return root != NULL;
}

struct row {
    const char *text, *outcome;
};

/* Every row is also put to jansson, which must agree on whether it is JSON. */
static void check(const struct row *rows, size_t count, bool is_json)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str text = unit_text(arena, rows[r].text);

        assert_string_equal(outcome(arena, text), rows[r].outcome);
        assert_int_equal(jansson_takes(text), is_json);
    }
}

static void what_rfc_8259_takes_is_taken(void **state)
{
    static const struct row rows[] = {
        {"null", "null"},
        {" \t\r\n true \n", "true"},
        {"false", "false"},
        {"[]", "[]"},
        {"{}", "{}"},
        {"[ [ ] , { } ]", "[[],{}]"},
        {"{ \"b\" : 1 , \"a\" : [ null ] }", "{\"b\":1,\"a\":[null]}"},
        {"{\"\":{\"\":\"\"}}", "{\"\":{\"\":\"\"}}"},
        {"{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}"},
        {"{\"a\":{\"a\":{\"a\":[{\"a\":0}]}}}", "{\"a\":{\"a\":{\"a\":[{\"a\":0}]}}}"},
        /* numbers keep their digits */
        {"0", "0"},
        {"-0", "-0"},
        {"[10,0.10,-1.0E+05,2e-7,1e1]", "[10,0.10,-1.0E+05,2e-7,1e1]"},
        {"9007199254740993", "9007199254740993"},
        /* texts */
        {"\"\"", "\"\""},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
        {"\"a\\u0041\\u06cc\\u06CC\"", "\"aA\u06cc\u06cc\""},
        {"\"\\u0000\\u001f\\u007f\"", "\"\\u0000\\u001f\x7f\""},
        {"\"\\ud83d\\ude00\\uDBFF\\uDFFF\"", "\"\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\""},
        {"\"\\\\u0041\"", "\"\\\\u0041\""},
        {"\"\x7f\u2028\uFEFF\uFFFF\"", "\"\x7f\u2028\uFEFF\uFFFF\""},
        {"\"\u0645\u200c\u062a\\n\u0646\"", "\"\u0645\u200c\u062a\\n\u0646\""},
        {"{\"\\u0061\":1}", "{\"a\":1}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows), true);
}

static void words_and_numbers_that_are_none_are_refused_at_their_place(void **state)
{
    static const struct row rows[] = {
        {"", "1:1: the document ends where a value is expected"},
        {" \n ", "2:2: the document ends where a value is expected"},
        {"[1\n,\n  x]", "3:3: neither a value nor null, true or false"},
        /* words */
        {"nul", "1:1: neither a value nor null, true or false"},
        {"True", "1:1: neither a value nor null, true or false"},
        {"NaN", "1:1: neither a value nor null, true or false"},
        {"nullx", "1:5: something follows the end of the document"},
        {"'a'", "1:1: neither a value nor null, true or false"},
        /* numbers */
        {"012", "1:1: a number with a leading zero"},
        {"[-01]", "1:2: a number with a leading zero"},
        {"+1", "1:1: neither a value nor null, true or false"},
        {"-", "1:2: a digit is expected after '-'"},
        {"-a", "1:2: a digit is expected after '-'"},
        {".5", "1:1: neither a value nor null, true or false"},
        {"1.", "1:3: a digit is expected after '.'"},
        {"1.e1", "1:3: a digit is expected after '.'"},
        {"1e", "1:3: a digit is expected in the exponent"},
        {"1e+", "1:4: a digit is expected in the exponent"},
        {"0x1", "1:2: something follows the end of the document"},
        {"1_0", "1:2: something follows the end of the document"},
        {"-Infinity", "1:2: a digit is expected after '-'"},
        {"\u06f1", "1:1: neither a value nor null, true or false"},
    };

    (void)state;
    check(rows, SG_ROWS(rows), false);
}

static void broken_lists_and_objects_are_refused_at_their_place(void **state)
{
    static const struct row rows[] = {
        {"[", "1:2: the document ends where a value is expected"},
        {"[1", "1:3: ',' or ']' is expected"},
        {"[1,]", "1:4: neither a value nor null, true or false"},
        {"[,1]", "1:2: neither a value nor null, true or false"},
        {"[1 2]", "1:4: ',' or ']' is expected"},
        {"[1}", "1:3: ',' or ']' is expected"},
        {"]", "1:1: neither a value nor null, true or false"},
        {"{", "1:2: the name of a member is expected, in quotes"},
        {"{a:1}", "1:2: the name of a member is expected, in quotes"},
        {"{\"a\"}", "1:5: ':' is expected after a member's name"},
        {"{\"a\" 1}", "1:6: ':' is expected after a member's name"},
        {"{\"a\":}", "1:6: neither a value nor null, true or false"},
        {"{\"a\":1,}", "1:8: the name of a member is expected, in quotes"},
        {"{\"a\":1", "1:7: ',' or '}' is expected"},
        {"{\"a\":1]", "1:7: ',' or '}' is expected"},
        {"{1:1}", "1:2: the name of a member is expected, in quotes"},
        {"[1] // x", "1:5: something follows the end of the document"},
        {"{}{}", "1:3: something follows the end of the document"},
        {"[]\x01", "1:3: something follows the end of the document"},
        {"[\f]", "1:2: neither a value nor null, true or false"},
        {"[\u00a01]", "1:2: neither a value nor null, true or false"},
        /* repeated members, by their names unescaped */
        {"{\"a\":1,\n \"a\":1}", "2:2: a member is given twice in one object"},
        {"{\"a\":1,\"b\":[{\"c\":0,\"c\":0}]}", "1:20: a member is given twice in one object"},
        {"{\"a\":1,\"\\u0061\":1}", "1:8: a member is given twice in one object"},
    };

    (void)state;
    check(rows, SG_ROWS(rows), false);
}

static void broken_texts_are_refused_at_their_place(void **state)
{
    static const struct row rows[] = {
        {"\"a", "1:3: the document ends inside a text"},
        {"\"a\\\"", "1:5: the document ends inside a text"},
        {"\"\n\"", "1:2: a control character in a text; it must be escaped"},
        {"\"a\tb\"", "1:3: a control character in a text; it must be escaped"},
        {"\"\\x\"", "1:2: an unknown escape in a text"},
        {"\"\\'\"", "1:2: an unknown escape in a text"},
        {"\"a\\", "1:3: an unknown escape in a text"},
        {"\"\\u00g0\"", "1:2: \\u must be followed by four hexadecimal digits"},
        {"\"\\u004\"", "1:2: \\u must be followed by four hexadecimal digits"},
        {"\"\\u00", "1:2: \\u must be followed by four hexadecimal digits"},
        {"\"\\U0041\"", "1:2: an unknown escape in a text"},
        {"\"\\ud83d\"", "1:2: a surrogate without its pair"},
        {"\"\\ude00\"", "1:2: a surrogate without its pair"},
        {"\"\\ude00\\ud83d\"", "1:2: a surrogate without its pair"},
        {"\"\\ud83d\\u0041\"", "1:2: a surrogate without its pair"},
        {"\"\\ud83dx\"", "1:2: a surrogate without its pair"},
        {"\"\\ud83d\\ude0", "1:2: a surrogate without its pair"},
        {"\"a\xFF\"", "1:3: bytes that are no UTF-8"},
        {"\"\xC0\xAF\"", "1:2: bytes that are no UTF-8"},
        {"\"\xED\xA0\x80\"", "1:2: bytes that are no UTF-8"},
        {"\"\xF4\x90\x80\x80\"", "1:2: bytes that are no UTF-8"},
        {"\"\xE2\x82\"", "1:2: bytes that are no UTF-8"},
        {"\"\xE2\x82", "1:2: bytes that are no UTF-8"},
        {"\xFF", "1:1: neither a value nor null, true or false"},
        {"[\"\u0645\u062a\",x]", "1:9: neither a value nor null, true or false"},
    };

    (void)state;
    check(rows, SG_ROWS(rows), false);
}

/* Eight bytes are looked at together: what ends or breaks a text is found at every place of them. */
static void what_is_special_in_a_text_is_found_at_every_place(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        for (size_t place = 0; place < 18; place++) {
            struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
            struct sg_buffer text = {.arena = arena};

            sg_buffer_add_byte(&text, '"');
            for (size_t i = 0; i < place; i++)
                sg_buffer_add(&text, i % 5 == 3 ? SG_STR("\u06cc") : SG_STR("a"));
            sg_buffer_add_format(&text, "%c\u06cc!!!!!!!!\"", c);
            struct sg_str exact = unit_text(arena, sg_buffer_c(&text));
            bool is_plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';

            assert_int_equal(outcome(arena, exact)[0] == '"', is_plain);
            assert_int_equal(jansson_takes(exact), is_plain);
        }
    }
}

/* jansson keeps numbers in 64 bits and doubles, takes no BOM, and no zero byte in a name. */
static void what_only_janssons_own_limits_refuse_is_taken(void **state)
{
    static const struct row rows[] = {
        {"\xEF\xBB\xBF[1]", "[1]"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"[1e999]", "[1e999]"},
        {"{\"\\u0000\":1}", "{\"\\u0000\":1}"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str text = unit_text(arena, rows[r].text);

        assert_string_equal(outcome(arena, text), rows[r].outcome);
        assert_false(jansson_takes(text));
    }
}

static void a_byte_of_zero_is_no_end(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    assert_string_equal(outcome(arena, SG_STR("[]\0")),
                        "1:3: something follows the end of the document");
    assert_string_equal(outcome(arena, SG_STR("[\0]")),
                        "1:2: neither a value nor null, true or false");
    assert_string_equal(outcome(arena, SG_STR("\"\0\"")),
                        "1:2: a control character in a text; it must be escaped");
    assert_string_equal(outcome(arena, SG_STR("\"\\\0\"")), "1:2: an unknown escape in a text");
}

static void a_bom_counts_for_no_column(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    assert_string_equal(outcome(arena, unit_text(arena, "\xEF\xBB\xBF[x]")),
                        "1:2: neither a value nor null, true or false");
    assert_string_equal(outcome(arena, unit_text(arena, "\xEF\xBB\xBF")),
                        "1:1: the document ends where a value is expected");
}

static void depth_ends_at_64(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char text[2000];

    (void)state;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(outcome(arena, (struct sg_str){text + 1, 128})[0], '[');
    assert_string_equal(outcome(arena, (struct sg_str){text, 130}),
                        "1:65: lists and objects go deeper than 64 levels");
    memset(text, '[', sizeof text);
    assert_string_equal(outcome(arena, (struct sg_str){text, sizeof text}),
                        "1:65: lists and objects go deeper than 64 levels");
}

static void more_values_than_a_million_are_refused(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const size_t length = 2 * SG_TREE_NODES_MAX + 2; /* the list, and as many zeros */
    char *text = malloc(length);

    (void)state;
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 1; i < length; i += 2)
        memcpy(text + i, "0,", i + 1 < length ? 2 : 1);
    const char *got = outcome(arena, (struct sg_str){text, length});
    free(text);
    assert_string_equal(got, "1:2000001: too many values in one document");
}

/* An object of `count` members, the last of which is named as the second one when `repeats`. */
static struct sg_str big_object(struct sg_arena *arena, int count, bool repeats)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add_byte(&out, '{');
    for (int m = 0; m < count; m++) {
        bool is_repeat = repeats && m == count - 1;

        sg_buffer_add_format(&out, "%s\"m%d\":0\n", m == 0 ? "" : ",", is_repeat ? 1 : m);
    }
    sg_buffer_add_byte(&out, '}');
    return sg_buffer_text(&out);
}

static void a_repeated_member_is_found_in_objects_of_any_size(void **state)
{
    static const int counts[] = {3, 16, 17, 18, 33, 5000};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(counts); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        char wanted[100];

        (void)snprintf(wanted, sizeof wanted, "%d:2: a member is given twice in one object",
                       counts[r]);
        assert_string_equal(outcome(arena, big_object(arena, counts[r], true)), wanted);
        assert_int_equal(outcome(arena, big_object(arena, counts[r], false))[0], '{');
    }
}

static void texts_without_escapes_are_borrowed(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = unit_text(arena, "{\"name\":\"value\"}");
    const struct sg_node *node = NULL;
    struct sg_error err;

    (void)state;
    assert_true(sg_json_read(arena, text, NULL, &node, &err));
    assert_ptr_equal(node->first->name.at, text.at + 2);
    assert_ptr_equal(node->first->text.at, text.at + 9);
}

static void pretty_is_for_people(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = unit_text(arena, "{\"a\":[1,{}],\"b\":[],\"c\":{\"d\":\"\\n\"}}");
    struct sg_buffer out = {.arena = arena};
    const struct sg_node *node = NULL;
    struct sg_error err;

    (void)state;
    assert_true(sg_json_read(arena, text, NULL, &node, &err));
    sg_json_write_pretty(&out, node);
    assert_string_equal(sg_buffer_c(&out), "{\n"
                                           "  \"a\": [\n"
                                           "    1,\n"
                                           "    {}\n"
                                           "  ],\n"
                                           "  \"b\": [],\n"
                                           "  \"c\": {\n"
                                           "    \"d\": \"\\n\"\n"
                                           "  }\n"
                                           "}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_8259_takes_is_taken),
        cmocka_unit_test(words_and_numbers_that_are_none_are_refused_at_their_place),
        cmocka_unit_test(broken_lists_and_objects_are_refused_at_their_place),
        cmocka_unit_test(broken_texts_are_refused_at_their_place),
        cmocka_unit_test(what_is_special_in_a_text_is_found_at_every_place),
        cmocka_unit_test(what_only_janssons_own_limits_refuse_is_taken),
        cmocka_unit_test(a_byte_of_zero_is_no_end),
        cmocka_unit_test(a_bom_counts_for_no_column),
        cmocka_unit_test(depth_ends_at_64),
        cmocka_unit_test(more_values_than_a_million_are_refused),
        cmocka_unit_test(a_repeated_member_is_found_in_objects_of_any_size),
        cmocka_unit_test(texts_without_escapes_are_borrowed),
        cmocka_unit_test(pretty_is_for_people),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
