#include "mapping/jalali.h"

#include <unicode/ucal.h>

#include "unit.h"

/* The official leap years, as the calendar centre of the University of Tehran gives them. */
static const int LEAP_YEARS[] = {
    1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329, 1333, 1337, 1342, 1346, 1350,
    1354, 1358, 1362, 1366, 1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403,
    1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441, 1445, 1449, 1453, 1457,
    1461, 1465, 1469, 1474, 1478, 1482, 1486, 1490, 1494, 1498,
};

static void the_leap_years_are_the_official_ones(void **state)
{
    size_t next = 0;

    (void)state;
    for (int year = 1300; year <= 1500; year++) {
        bool is_official = next < SG_ROWS(LEAP_YEARS) && LEAP_YEARS[next] == year;

        if (sg_jalali_is_leap(year) != is_official)
            fail_msg("%d", year);
        next += is_official;
    }
    assert_int_equal(next, SG_ROWS(LEAP_YEARS));
}

static void a_day_has_the_number_that_almanacs_give(void **state)
{
    static const struct {
        struct sg_day jalali, gregorian;
        int64_t number;
    } rows[] = {
        {{1348, 10, 11}, {1970, 1, 1}, 0},      {{1348, 10, 10}, {1969, 12, 31}, -1},
        {{1357, 11, 22}, {1979, 2, 11}, 3328},  {{1378, 10, 11}, {2000, 1, 1}, 10957},
        {{1378, 12, 10}, {2000, 2, 29}, 11016}, {{1403, 1, 1}, {2024, 3, 20}, 19802},
        {{1403, 12, 30}, {2025, 3, 20}, 20167}, {{1404, 1, 1}, {2025, 3, 21}, 20168},
        {{1405, 4, 11}, {2026, 7, 2}, 20636},   {{1300, 1, 1}, {1921, 3, 21}, -17818},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        int64_t number = 0;
        struct sg_day day = sg_jalali_of_number(rows[r].number);

        assert_true(sg_jalali_to_number(rows[r].jalali, &number));
        assert_int_equal(number, rows[r].number);
        assert_true(sg_gregorian_to_number(rows[r].gregorian, &number));
        assert_int_equal(number, rows[r].number);
        assert_memory_equal(&day, &rows[r].jalali, sizeof day);
        day = sg_gregorian_of_number(rows[r].number);
        assert_memory_equal(&day, &rows[r].gregorian, sizeof day);
    }
}

static void a_day_that_is_not_is_refused(void **state)
{
    static const struct sg_day jalali[] = {
        {1404, 12, 30}, {1403, 12, 31}, {1403, 7, 31}, {1403, 6, 32}, {1403, 0, 1},
        {1403, 13, 1},  {1403, 1, 0},   {1403, -1, 1}, {1177, 1, 1},  {1634, 1, 1},
    };
    static const struct sg_day gregorian[] = {
        {2025, 2, 29}, {1900, 2, 29}, {2024, 4, 31}, {2024, 13, 1},
        {2024, 0, 1},  {2024, 1, 0},  {0, 1, 1},     {10000, 1, 1},
    };
    int64_t number = 7;

    (void)state;
    for (size_t r = 0; r < SG_ROWS(jalali); r++)
        assert_false(sg_jalali_to_number(jalali[r], &number));
    for (size_t r = 0; r < SG_ROWS(gregorian); r++)
        assert_false(sg_gregorian_to_number(gregorian[r], &number));
    assert_int_equal(number, 7);
}

static UCalendar *open_calendar(const char *locale)
{
    static const UChar utc[] = {'U', 'T', 'C', 0};
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(utc, -1, locale, UCAL_TRADITIONAL, &status);

    assert_true(U_SUCCESS(status));
    return calendar;
}

static struct sg_day icu_day(UCalendar *calendar, int64_t number)
{
    UErrorCode status = U_ZERO_ERROR;

    ucal_setMillis(calendar, (double)number * 86400000, &status);
    struct sg_day day = {
        ucal_get(calendar, UCAL_EXTENDED_YEAR, &status),
        ucal_get(calendar, UCAL_MONTH, &status) + 1,
        ucal_get(calendar, UCAL_DATE, &status),
    };
    assert_true(U_SUCCESS(status));
    return day;
}

static void every_day_from_1300_to_1500_is_that_of_icu(void **state)
{
    UCalendar *persian = open_calendar("fa_IR@calendar=persian");
    UCalendar *gregorian = open_calendar("en_US@calendar=gregorian");
    int64_t first = 0, last = 0, number = 0;

    (void)state;
    assert_true(sg_jalali_to_number((struct sg_day){1300, 1, 1}, &first));
    assert_true(sg_jalali_to_number((struct sg_day){1500, 12, 29}, &last));
    assert_int_equal(last - first + 1, 201 * 365 + (int)SG_ROWS(LEAP_YEARS));
    for (int64_t n = first; n <= last; n++) {
        struct sg_day ours = sg_jalali_of_number(n), theirs = icu_day(persian, n);

        assert_memory_equal(&ours, &theirs, sizeof ours);
        assert_true(sg_jalali_to_number(theirs, &number));
        assert_int_equal(number, n);
        ours = sg_gregorian_of_number(n);
        theirs = icu_day(gregorian, n);
        assert_memory_equal(&ours, &theirs, sizeof ours);
        assert_true(sg_gregorian_to_number(theirs, &number));
        assert_int_equal(number, n);
    }
    ucal_close(persian);
    ucal_close(gregorian);
}

static void both_ends_of_each_calendar_come_back(void **state)
{
    static const struct sg_day jalali[] = {{1178, 1, 1}, {1633, 12, 29}};
    static const struct sg_day gregorian[] = {
        {1, 1, 1}, {9999, 12, 31}, {2000, 12, 31}, {1600, 2, 29}, {1900, 3, 1}};
    int64_t number = 0;

    (void)state;
    for (size_t r = 0; r < SG_ROWS(jalali); r++) {
        assert_true(sg_jalali_to_number(jalali[r], &number));
        struct sg_day day = sg_jalali_of_number(number);
        assert_memory_equal(&day, &jalali[r], sizeof day);
    }
    for (size_t r = 0; r < SG_ROWS(gregorian); r++) {
        assert_true(sg_gregorian_to_number(gregorian[r], &number));
        struct sg_day day = sg_gregorian_of_number(number);
        assert_memory_equal(&day, &gregorian[r], sizeof day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leap_years_are_the_official_ones),
        cmocka_unit_test(a_day_has_the_number_that_almanacs_give),
        cmocka_unit_test(a_day_that_is_not_is_refused),
        cmocka_unit_test(every_day_from_1300_to_1500_is_that_of_icu),
        cmocka_unit_test(both_ends_of_each_calendar_come_back),
    };
    return cmocka_run_group_tests_name("jalali", tests, NULL, NULL);
}
