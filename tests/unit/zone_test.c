#include "mapping/zone.h"

#include <stdlib.h>
#include <time.h>

#include "mapping/jalali.h"
#include "unit.h"

static const int64_t HOUR_MS = 3600000, DAY_MS = 86400000;

static const struct sg_zone *open_zone(struct sg_arena *arena, const char *name)
{
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    assert_true(sg_zone_open(arena, unit_text(arena, name), (struct sg_place){0}, &zone, &err));
    return zone;
}

static int64_t midnight(struct sg_day day)
{
    int64_t number = 0;

    assert_true(sg_jalali_to_number(day, &number));
    return number * DAY_MS;
}

static void tehran_has_the_systems_offset_at_every_hour_of_1390_to_1404(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_zone *zone = open_zone(arena, "Asia/Tehran");
    const int64_t end = midnight((struct sg_day){1405, 1, 1});
    size_t summers = 0;

    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Tehran", 1), 0);
    tzset();
    for (int64_t ms = midnight((struct sg_day){1390, 1, 1}); ms < end; ms += HOUR_MS / 2) {
        time_t seconds = (time_t)(ms / 1000);
        struct tm local;
        int64_t offset = sg_zone_offset_ms(zone, ms);
        int64_t back = sg_zone_to_utc(zone, ms + offset);

        assert_non_null(localtime_r(&seconds, &local));
        assert_int_equal(offset, local.tm_gmtoff * 1000);
        assert_true(back == ms || back == ms - HOUR_MS); /* the earlier of an hour shown twice */
        summers += back != ms;
    }
    assert_int_equal(summers, 12 * 2); /* one such hour in each year from 1390 to 1401 */
}

static void an_hour_shown_twice_is_the_earlier_and_a_skipped_one_comes_later(void **state)
{
    static const struct {
        const char *zone;
        int64_t local_s, utc_s;
    } rows[] = {
        {"UTC", 1782880200, 1782880200},
        {"Asia/Tehran", 1782880200, 1782867600},        /* 2026-07-01 04:30, +03:30 */
        {"Asia/Tehran", 1647908999, 1647896399},        /* 2022-03-22 00:29:59 of no clock … */
        {"Asia/Tehran", 1647907199, 1647894599},        /* … 00:00 became 01:00 */
        {"Asia/Tehran", 1647910800, 1647894600},        /* 01:00, +04:30 */
        {"Asia/Tehran", 1663802999, 1663786799},        /* 2022-09-21 23:29:59, the first time */
        {"Asia/Tehran", 1663804800, 1663792200},        /* 24:00, +03:30 again */
        {"Asia/Tehran", 1663799400, 1663783200},        /* 22:30, +04:30 */
        {"America/New_York", 1730597400, 1730611800},   /* 2024-11-03 01:30, -04:00 */
        {"America/New_York", 1710037800, 1710055800},   /* 2024-03-10 02:30 is 03:30, -04:00 */
        {"Pacific/Kiritimati", 1782880200, 1782829800}, /* +14:00 */
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_zone *zone = open_zone(arena, rows[r].zone);

        assert_int_equal(sg_zone_to_utc(zone, rows[r].local_s * 1000), rows[r].utc_s * 1000);
        assert_true(sg_str_is(sg_zone_name(zone), rows[r].zone));
    }
}

static void a_name_that_is_no_zone_is_refused_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"Asia/Teheran", "no such time zone `Asia/Teheran`; did you mean `Asia/Tehran`?"},
        {"", "no such time zone ``"},
        {"تهران", "no such time zone `تهران`"},
        {"GMT+3:30", NULL},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_place at = {"systems/gam.yaml", 4, 7};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_zone *zone = NULL;
        struct sg_error err;

        assert_false(sg_zone_open(arena, unit_text(arena, rows[r][0]), at, &zone, &err));
        assert_null(zone);
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_int_equal(err.at.column, 7);
        if (rows[r][1] != NULL)
            assert_string_equal(err.text, rows[r][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tehran_has_the_systems_offset_at_every_hour_of_1390_to_1404),
        cmocka_unit_test(an_hour_shown_twice_is_the_earlier_and_a_skipped_one_comes_later),
        cmocka_unit_test(a_name_that_is_no_zone_is_refused_at_its_place),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
