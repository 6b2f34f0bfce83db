#include "tree/form.h"

#include "tree/json.h"
#include "unit.h"

static const struct sg_node *tree(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    assert_true(sg_json_read(arena, unit_text(arena, json), NULL, &node, &err));
    return node;
}

static void all_but_unreserved_characters_are_encoded(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"azAZ09-._~", "azAZ09-._~"},
        {"a b+c/d?e=f&g%h", "a%20b%2Bc%2Fd%3Fe%3Df%26g%25h"},
        {"\u0645", "%D9%85"},
        {"\n\x7f", "%0A%7F"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer out = {.arena = arena};

        sg_form_encode(&out, unit_text(arena, rows[r][0]));
        assert_string_equal(sg_buffer_c(&out), rows[r][1]);
    }
}

static void a_form_is_written_of_texts_and_lists_of_texts(void **state)
{
    static const char *const rows[][2] = {
        {"{}", "?"},
        {"{\"a\":\"1\",\"b\":[\"2\",3]}", "?a=1&b=2&b=3"},
        {"{\"a\":null,\"b\":[],\"c\":true,\"d\":\"\"}", "?a=&c=true&d="},
        {"{\"a&b\":\"x=y z\"}", "?a%26b=x%3Dy%20z"},
        {"{\"a\":{\"b\":\"1\"}}", "a form takes texts and lists of texts; `a` is more than that"},
        {"{\"a\":[[\"1\",\"2\"]]}", "a form takes texts and lists of texts; `a` is more than that"},
        {"[1]", "a form is an object"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer out = {.arena = arena};
        struct sg_error err;

        sg_buffer_add_byte(&out, '?'); /* what stands there before is no pair */
        bool is_written = sg_form_write(&out, tree(arena, rows[r][0]), NULL, &err);
        assert_string_equal(is_written ? sg_buffer_c(&out) : err.text, rows[r][1]);
    }
}

static void a_form_is_read_or_its_column_told(void **state)
{
    static const char *const rows[][2] = {
        {"", "{}"},
        {"a=1&b=2&a=3", "{\"a\":[\"1\",\"3\"],\"b\":\"2\"}"},
        {"a&b=&=c", "{\"a\":\"\",\"b\":\"\",\"\":\"c\"}"},
        {"&&a=1&", "{\"a\":\"1\"}"},
        {"a=b=c", "{\"a\":\"b=c\"}"},
        {"a+b=%2B+%d9%85", "{\"a b\":\"+ \u0645\"}"},
        {"%00=%22", "{\"\\u0000\":\"\\\"\"}"},
        {"\u0645=1", "{\"\u0645\":\"1\"}"},
        {"a=1&b=x%4", "1:8: '%' must be followed by two hexadecimal digits"},
        {"a=%", "1:3: '%' must be followed by two hexadecimal digits"},
        {"%GG=1", "1:1: '%' must be followed by two hexadecimal digits"},
        {"a=%1g", "1:3: '%' must be followed by two hexadecimal digits"},
        {"a=1&b=%FF", "1:7: bytes that are no UTF-8"},
        {"a=1&\xFF=1", "1:5: bytes that are no UTF-8"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer said = {.arena = arena};
        const struct sg_node *form = NULL;
        struct sg_error err;

        if (sg_form_read(arena, unit_text(arena, rows[r][0]), NULL, &form, &err)) {
            sg_json_write(&said, form);
        } else {
            assert_int_equal(err.kind, SG_ERROR_INPUT);
            sg_buffer_add_format(&said, "%d:%d: %s", err.at.line, err.at.column, err.text);
        }
        assert_string_equal(sg_buffer_c(&said), rows[r][1]);
    }
}

static void below_the_percents_stands_the_character_set(void **state)
{
    static const char *const rows[][2] = {
        {"{\"\u0634\":[\"\u06cc\",\"1\"]}", "%D4=%ED&%D4=1"},
        {"{\"a\":\"\u4e2d\"}", "windows-1256 has no U+4E2D"},
        {"{\"\u4e2d\":\"a\"}", "windows-1256 has no U+4E2D"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_charset *charset = sg_charset_open(arena, "windows-1256");
    struct sg_buffer said = {.arena = arena};
    const struct sg_node *form = NULL;
    struct sg_error err;

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_buffer out = {.arena = arena};
        bool is_written = sg_form_write(&out, tree(arena, rows[r][0]), charset, &err);

        assert_string_equal(is_written ? sg_buffer_c(&out) : err.text, rows[r][1]);
    }
    assert_true(sg_form_read(arena, SG_STR("%D4=%FE&\xD4=\xED"), charset, &form, &err));
    sg_json_write(&said, form);
    assert_string_equal(sg_buffer_c(&said), "{\"\u0634\":[\"\u200f\",\"\u064a\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_but_unreserved_characters_are_encoded),
        cmocka_unit_test(a_form_is_written_of_texts_and_lists_of_texts),
        cmocka_unit_test(a_form_is_read_or_its_column_told),
        cmocka_unit_test(below_the_percents_stands_the_character_set),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
