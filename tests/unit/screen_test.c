#include "cli/screen.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "unit.h"

#define FATHA  "\u064E"
#define TANVIN "\u064B"
#define ZWNJ   "\u200C"
#define ZWJ    "\u200D"
#define FSI    "\u2068"
#define PDI    "\u2069"
#define FAMILY "👨" ZWJ "👩" ZWJ "👧"

static void width_counts_what_people_see(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"کوچه‌ی یاس", 9}, /* Kaf U+06A9, Yeh U+06CC, one ZWNJ */
        {"كوچه", 4},                 /* Kaf U+0643 */
        {"می" ZWNJ "شود", 5},
        {"د" FATHA "ر", 2},
        {"مثلا" TANVIN, 4},
        {FSI "آب" PDI, 2},
        {"\u200Fالف\u200E", 3},
        {"آ", 1},       /* one code point */
        {"ا\u0653", 1}, /* the same as two */
        {"中文", 4},
        {"ｶ", 1},            /* halfwidth */
        {"\u1100\u1161", 2}, /* Hangul of two parts */
        {"👍", 2},
        {"👍🏽", 2},
        {FAMILY, 2},
        {"🇮🇷", 2},
        {"…", 1},
        {"co\u00ADop", 5},
        {"e\u0301", 1},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_ruler *ruler = sg_ruler_new(arena);

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        if (sg_ruler_width(ruler, unit_text(arena, rows[r].text)) != rows[r].width)
            fail_msg("\"%s\" takes %d", rows[r].text,
                     sg_ruler_width(ruler, unit_text(arena, rows[r].text)));
    }
}

static void a_cut_falls_between_characters_and_leaves_room_for_its_mark(void **state)
{
    static const struct {
        const char *text;
        int columns;
        const char *cut;
    } rows[] = {
        {"abcdef", 6, "abcdef"},
        {"abcdef", 5, "abcd…"},
        {"abcdef", 1, "…"},
        {"abcdef", 0, ""},
        {"", 0, ""},
        {"خیابان", 6, "خیابان"},
        {"خیابان", 4, "خیا…"},
        {"د" FATHA "ر" FATHA "خت", 3, "د" FATHA "ر" FATHA "…"}, /* marks go with their letter */
        {"می" ZWNJ "شود", 4, "می" ZWNJ "ش…"},
        {"中文字", 5, "中文…"},
        {"中文字", 4, "中…"}, /* half a letter does not fit */
        {"a" FAMILY "b", 4, "a" FAMILY "b"},
        {"a" FAMILY "b", 3, "a…"},
        {"a" FAMILY "bc", 4, "a" FAMILY "…"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_ruler *ruler = sg_ruler_new(arena);

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_str cut =
            sg_ruler_cut(ruler, arena, unit_text(arena, rows[r].text), rows[r].columns);

        assert_string_equal(sg_str_c(arena, cut), rows[r].cut);
        assert_true(sg_ruler_width(ruler, cut) <= rows[r].columns);
    }
}

static void nothing_of_a_foreign_text_reaches_the_terminal_but_its_letters(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"در حال بررسی", "در حال بررسی"},
        {"می" ZWNJ "شود", "می" ZWNJ "شود"},
        {"\x1b[2J\x1b]0;x\a", "\uFFFD[2J\uFFFD]0;x\uFFFD"},
        {"\xC2\x9B"
         "31m",
         "\uFFFD31m"}, /* CSI as one character */
        {"a\x7f", "a\uFFFD"},
        {"one\r\n\ttwo\u2028three", "one   two three"},
        {"\u202Eabc\u202C", "abc"},
        {"\u2067الف" PDI PDI, "الف"},
        {"\u200Fالف\u200E", "\u200Fالف\u200E"},
        {"a\xff\xd8", "a\uFFFD\uFFFD"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(sg_str_c(arena, sg_screen_clean(arena, unit_text(arena, rows[r][0]))),
                            rows[r][1]);
}

/* A paragraph as it is printed; the caller's, to free. */
static char *paragraph(int width, const char *head, const char *text)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char *printed = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&printed, &length);
    struct sg_screen screen = sg_screen_of(arena, out);

    assert_int_equal(screen.width, 0);
    screen.width = width;
    sg_screen_paragraph(&screen, head, 4, unit_text(arena, text));
    assert_int_equal(fclose(out), 0);
    return printed;
}

static void a_paragraph_keeps_to_the_width_and_its_further_lines_stand_in(void **state)
{
    static const struct {
        int width;
        const char *head, *text, *printed;
    } rows[] = {
        {20, "a: ", "", "a: \n"},
        {20, "a: ", "one", "a: one\n"},
        {20, "a: ", "one two three fou", "a: one two three fou\n"},
        {20, "a: ", "one two three four", "a: one two three\n    four\n"},
        {20, "", "one  two\nthree, four, five", "one  two three,\n    four, five\n"},
        {20, "a: ", "http://127.0.0.1:8080/a/long/one x",
         "a: http://127.0.0.1:8080/a/long/one\n    x\n"},
        {0, "a: ", " درخت خیابان یاس\nشکسته است", "a: درخت خیابان یاس شکسته است\n"},
        {20, "a: ", "درخت خیابان یاس شکسته است",
         "a: " FSI "درخت خیابان یاس" PDI "\n    " FSI "شکسته است" PDI "\n"},
        {20, "a: ", "one two", "a: one two\n"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        char *printed = paragraph(rows[r].width, rows[r].head, rows[r].text);

        assert_string_equal(printed, rows[r].printed);
        free(printed);
    }
}

/* The same of a label and what belongs to it. */
static char *pair(int width, const char *label, const char *text)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char *printed = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&printed, &length);
    struct sg_screen screen = sg_screen_of(arena, out);

    screen.width = width;
    sg_screen_print_pair(
        &screen, &(struct sg_screen_pair){2, unit_text(arena, label), 10, unit_text(arena, text)});
    assert_int_equal(fclose(out), 0);
    return printed;
}

static void what_belongs_to_a_label_stands_in_its_column_where_there_is_room(void **state)
{
    static const struct {
        int width;
        const char *label, *text, *printed;
    } rows[] = {
        {20, "/a", "one", "  /a      one\n"},
        {20, "/a", "", "  /a\n"},
        {20, "/a", "one two three", "  /a      one two\n    three\n"},
        {20, "/seven7", "one", "  /seven7 one\n"},
        {20, "/longer/than", "one", "  /longer/than one\n"},
        {0, "/متن", "one", "  /متن    one\n"},
        {20, "/متن", "one", "  " FSI "/متن" PDI "    one\n"},
        {0, "/a\n", "b\nc", "  /a      b c\n"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        char *printed = pair(rows[r].width, rows[r].label, rows[r].text);

        assert_string_equal(printed, rows[r].printed);
        free(printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_what_people_see),
        cmocka_unit_test(a_cut_falls_between_characters_and_leaves_room_for_its_mark),
        cmocka_unit_test(nothing_of_a_foreign_text_reaches_the_terminal_but_its_letters),
        cmocka_unit_test(a_paragraph_keeps_to_the_width_and_its_further_lines_stand_in),
        cmocka_unit_test(what_belongs_to_a_label_stands_in_its_column_where_there_is_room),
    };
    return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
