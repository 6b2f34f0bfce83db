#include "tree/utf8.h"

#include "unit.h"

/* `text` behind `shift` letters, every third of two bytes, and before as many again. */
static struct sg_str shifted(struct sg_buffer *before, size_t shift, const char *text)
{
    struct sg_buffer all = {.arena = before->arena};

    if (shift > 0)
        sg_buffer_add(before, shift % 3 == 0 ? SG_STR("\u06cc") : SG_STR("a"));
    sg_buffer_add(&all, sg_buffer_text(before));
    sg_buffer_add(&all, sg_str_of(text));
    sg_buffer_add(&all, sg_buffer_text(before));
    return unit_text(before->arena, sg_buffer_c(&all));
}

static void bytes_are_utf8_or_the_first_that_is_not_is_told(void **state)
{
    static const struct {
        const char *text;
        int bad; /* -1: it is UTF-8 */
    } rows[] = {
        {"", -1},
        {"abc\x7f", -1},
        {"\u06cc\u06a9", -1},
        {"\xC2\x80", -1}, /* the first of two bytes, and the last */
        {"\xDF\xBF", -1},
        {"\xE0\xA0\x80", -1}, /* of three */
        {"\xEF\xBF\xBF", -1},
        {"\xED\x9F\xBF", -1}, /* around the surrogates */
        {"\xEE\x80\x80", -1},
        {"\xF0\x90\x80\x80", -1}, /* of four */
        {"\xF4\x8F\xBF\xBF", -1},
        {"a\x80", 1},      /* a byte that only goes on */
        {"ab\xC0\xAF", 2}, /* longer than needed */
        {"\xC1\xBF", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xED\xA0\x80", 0}, /* surrogates */
        {"\xED\xBF\xBF", 0},
        {"\xF4\x90\x80\x80", 0}, /* over U+10FFFF */
        {"\xF5\x80\x80\x80", 0},
        {"\xFE", 0},
        {"\xFF", 0},
        {"abc\xC2", 3}, /* cut off */
        {"abc\xE2\x82", 3},
        {"abc\xF0\x9F\x98", 3},
        {"\xE2\x28\xA1", 0},
        {"\xE2\x82\x28", 0},
        {"\xF0\x9F\x98\x28", 0},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer before = {.arena = arena};

        /* Words of eight bytes are read at once: so the row stands at every place of one, behind
         * letters of one byte and of two. */
        for (size_t shift = 0; shift < 20; shift++) {
            struct sg_str text = shifted(&before, shift, rows[r].text);
            size_t bad = 99;

            assert_int_equal(sg_utf8_check(text, &bad), rows[r].bad < 0);
            assert_int_equal(bad, rows[r].bad < 0 ? 99 : before.length + (size_t)rows[r].bad);
            assert_int_equal(sg_utf8_check(text, NULL), rows[r].bad < 0);
        }
    }
}

static void the_length_of_a_character_is_that_of_the_first_one_only(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"", 0},
        {"a\xFF", 1},
        {"\xD9\x8A\xFF", 2},
        {"\xE2\x80\x8C\xFF", 3},
        {"\xFF", 0},
        {"\xF0\x9F\x98\x80", 4},
        {"\x80", 0},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_int_equal(sg_utf8_length(unit_text(arena, rows[r].text)), rows[r].length);
}

static void a_code_point_is_written_and_read_back(void **state)
{
    static const struct {
        uint32_t code_point;
        const char *bytes;
    } rows[] = {
        {'A', "A"},
        {0x7F, "\x7F"},
        {0x80, "\xC2\x80"},
        {0x6CC, "\xDB\x8C"},
        {0x7FF, "\xDF\xBF"},
        {0x800, "\xE0\xA0\x80"},
        {0x200C, "\xE2\x80\x8C"},
        {0xFFFD, "\xEF\xBF\xBD"},
        {0x10000, "\xF0\x90\x80\x80"},
        {0x1F600, "\xF0\x9F\x98\x80"},
        {0x10FFFF, "\xF4\x8F\xBF\xBF"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer out = {.arena = arena};
        size_t i = 0;

        sg_utf8_add(&out, rows[r].code_point);
        assert_string_equal(sg_buffer_c(&out), rows[r].bytes);
        assert_int_equal(sg_utf8_next(unit_text(arena, rows[r].bytes), &i), rows[r].code_point);
        assert_int_equal(i, strlen(rows[r].bytes));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_utf8_or_the_first_that_is_not_is_told),
        cmocka_unit_test(the_length_of_a_character_is_that_of_the_first_one_only),
        cmocka_unit_test(a_code_point_is_written_and_read_back),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
