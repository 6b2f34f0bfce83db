#include "cli/table.h"

#include <stdlib.h>

#include "unit.h"

#define FSI  "\u2068"
#define PDI  "\u2069"
#define ZWNJ "\u200C"

enum { COLUMNS = 3 };

static const struct sg_column COLUMN[COLUMNS] = {
    {.title = "ticket", .most = 8},
    {.title = "n", .is_right = true},
    {.title = "why", .takes_rest = true},
};
static const struct sg_column WITHOUT_TITLES[COLUMNS] = {{0}, {.is_right = true}, {0}};

static const char *const ROWS[][COLUMNS] = {
    {"1405-88123", "7", "no row for 77 in lookups/outcomes.csv"},
    {"1405-9", "1204", "پرونده در حال بررسی می" ZWNJ "شود"},
    {"درخت", "30", ""},
    {"中文", "", "\x1b[31mred"},
};

/* All of ROWS, as printed on a screen `width` wide, or on none; the caller's, to free. */
static char *print(const struct sg_column *columns, int terminal_width)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_table *table = sg_table_new(arena, columns, COLUMNS);
    char *printed = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&printed, &length);
    struct sg_screen screen = sg_screen_of(arena, out);

    screen.width = terminal_width;
    for (size_t r = 0; r < SG_ROWS(ROWS); r++) {
        struct sg_str texts[COLUMNS];

        for (size_t c = 0; c < COLUMNS; c++)
            texts[c] = unit_text(arena, ROWS[r][c]);
        sg_table_add(table, texts);
    }
    sg_table_print(table, &screen);
    assert_int_equal(fclose(out), 0);
    return printed;
}

static void assert_printed(const struct sg_column *columns, int terminal_width,
                           const char *expected)
{
    char *printed = print(columns, terminal_width);

    assert_string_equal(printed, expected);
    free(printed);
}

static void without_a_terminal_columns_stand_aligned_and_nothing_is_cut(void **state)
{
    (void)state;
    assert_printed(COLUMN, 0,
                   "ticket         n  why\n"
                   "1405-88123     7  no row for 77 in lookups/outcomes.csv\n"
                   "1405-9      1204  پرونده در حال بررسی می" ZWNJ "شود\n"
                   "درخت          30\n"
                   "中文              \uFFFD[31mred\n");
}

static void on_a_terminal_each_line_fits_and_persian_stands_in_isolates(void **state)
{
    (void)state;
    assert_printed(COLUMN, 36,
                   "ticket       n  why\n"
                   "1405-88…     7  no row for 77 in lo…\n"
                   "1405-9    1204  " FSI "پرونده در حال بررسی…" PDI "\n" FSI "درخت" PDI
                   "        30\n"
                   "中文            \uFFFD[31mred\n");
}

static void
the_column_that_takes_the_rest_takes_no_more_than_it_needs_and_ten_at_least(void **state)
{
    char *wide = print(COLUMN, 200);

    (void)state;
    assert_non_null(strstr(wide, "  no row for 77 in lookups/outcomes.csv\n"));
    free(wide);
    assert_printed(COLUMN, 20,
                   "ticket       n  why\n"
                   "1405-88…     7  no row fo…\n"
                   "1405-9    1204  " FSI "پرونده در…" PDI "\n" FSI "درخت" PDI "        30\n"
                   "中文            \uFFFD[31mred\n");
}

static void without_titles_there_is_no_line_of_them(void **state)
{
    char *printed = print(WITHOUT_TITLES, 0);

    (void)state;
    assert_ptr_equal(strstr(printed, "1405-88123     7  no row"), printed);
    free(printed);
}

static void an_empty_table_is_its_titles(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char *printed = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&printed, &length);
    const struct sg_screen screen = sg_screen_of(arena, out);

    (void)state;
    sg_table_print(sg_table_new(arena, COLUMN, COLUMNS), &screen);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(printed, "ticket  n  why\n");
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal_columns_stand_aligned_and_nothing_is_cut),
        cmocka_unit_test(on_a_terminal_each_line_fits_and_persian_stands_in_isolates),
        cmocka_unit_test(
            the_column_that_takes_the_rest_takes_no_more_than_it_needs_and_ten_at_least),
        cmocka_unit_test(without_titles_there_is_no_line_of_them),
        cmocka_unit_test(an_empty_table_is_its_titles),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
