#include "cli/moment.h"

#include "base/buffer.h"
#include "mapping/date.h"
#include "unit.h"

/* 1405/07/02 03:00:00 in Tehran, UTC+03:30. */
static const int64_t NOW_MS = INT64_C(1790206200000);

static void a_moment_is_read_in_either_calendar_or_by_the_clock(void **state)
{
    static const char *const rows[][2] = {
        {"1405-07-02 02:10", "2026-09-23T22:40:00Z"},
        {"1405/7/2 02:10", "2026-09-23T22:40:00Z"},
        {"1405/07/02", "2026-09-23T20:30:00Z"},
        {"1405-07-02T02:10:30", "2026-09-23T22:40:30Z"},
        {"۱۴۰۵/۰۷/۰۲ ۰۲:۱۰", "2026-09-23T22:40:00Z"},
        {"2026-09-24T02:10", "2026-09-23T22:40:00Z"},
        {"2026-09-24 02:10", "2026-09-23T22:40:00Z"},
        {"2026-09-24", "2026-09-23T20:30:00Z"},
        {"2026-09-24T02:10:00Z", "2026-09-24T02:10:00Z"},
        {"02:10", "2026-09-23T22:40:00Z"},
        {"2:10", "2026-09-23T22:40:00Z"},
        {"03:00", "2026-09-23T23:30:00Z"},
        {"23:15", "2026-09-23T19:45:00Z"}, /* it is 03:00: that was yesterday */
        {"2h", "2026-09-23T21:30:00Z"},
        {"90m", "2026-09-23T22:00:00Z"},
        {"۳d", "2026-09-20T23:30:00Z"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    (void)state;
    assert_true(sg_zone_open(arena, SG_STR("Asia/Tehran"), (struct sg_place){0}, &zone, &err));
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        int64_t utc_ms = 0;

        if (!sg_moment_read(arena, zone, NOW_MS, unit_text(arena, rows[r][0]), &utc_ms, &err))
            fail_msg("%s: %s", rows[r][0], err.text);
        assert_string_equal(sg_str_c(arena, sg_date_write_iso_utc(arena, utc_ms)), rows[r][1]);
    }
}

static void what_is_no_moment_is_told_with_the_forms(void **state)
{
    static const char *const rows[] = {
        "", "yesterday", "25:00", "1405-13-01", "1405-07-31 02:10:00:00", "14050702", "2026-02-30"};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    (void)state;
    assert_true(sg_zone_open(arena, SG_STR("Asia/Tehran"), (struct sg_place){0}, &zone, &err));
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        int64_t utc_ms = 0;
        char said[300];

        assert_false(sg_moment_read(arena, zone, NOW_MS, unit_text(arena, rows[r]), &utc_ms, &err));
        (void)snprintf(said, sizeof said,
                       "\"%s\" is no time; give `1405-07-02 02:10`, `2026-09-24T02:10`, `02:10` "
                       "(when the clock last showed it) or `2h` (ago)",
                       rows[r]);
        assert_string_equal(err.text, said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_read_in_either_calendar_or_by_the_clock),
        cmocka_unit_test(what_is_no_moment_is_told_with_the_forms),
    };
    return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
