#include "mapping/shown.h"

#include "unit.h"

static void codes_dates_and_numbers_are_shown_and_all_else_is_masked(void **state)
{
    static const char *const rows[][2] = {
        {"77", "\"77\""},
        {"", "\"\""},
        {"D2-CIVIL", "\"D2-CIVIL\""},
        {"44/1405", "\"44/1405\""},
        {"۱۲", "\"۱۲\""},
        {"-3.5", "\"-3.5\""},
        {"1403-88123", "\"1403-88123\""},
        {"1405/04/11 10:30:00", "\"1405/04/11 10:30:00\""},
        {"2026-07-02T10:30:00+03:30", "\"2026-07-02T10:30:00+03:30\""},
        {"two words", "***(9)"},
        {"انجام شد", "***(8)"},
        {"09001234567", "***(11)"},
        {"0900-123-4567", "***(13)"},
        {"۰۹۰۰۱۲۳۴۵۶۷", "***(11)"},
        {"0012345678", "***(10)"},
        {"1403-12345678", "***(13)"},
        {"a@example.org", "***(13)"},
        {"a\nb", "***(3)"},
        {"a\"b", "***(3)"},
        {"abcdefghijabcdefghijabcdefghijabcdefghij",
         "\"abcdefghijabcdefghijabcdefghijabcdefghij\""},
        {"abcdefghijabcdefghijabcdefghijabcdefghijk", "***(41)"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(sg_shown_of(unit_text(arena, rows[r][0])).text, rows[r][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_dates_and_numbers_are_shown_and_all_else_is_masked),
    };
    return cmocka_run_group_tests_name("shown", tests, NULL, NULL);
}
