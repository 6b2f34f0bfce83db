#include "service/pace.h"

#include "unit.h"

/* How many calls get through when one asks every millisecond for `ms` milliseconds. */
static int64_t calls_within(int64_t count, int64_t per_ms, int64_t ms)
{
    struct sg_pace pace = {0};
    int64_t through = 0;

    for (int64_t now_ms = 1000000; now_ms < 1000000 + ms; now_ms++)
        through += sg_pace_take(&pace, count, per_ms, now_ms);
    return through;
}

static void no_more_get_through_than_the_rate_and_one_second_ahead(void **state)
{
    static const struct {
        int64_t count, per_ms, ms, through;
    } rows[] = {
        {20, 1000, 1, 1},         {20, 1000, 1000, 39},   {20, 1000, 10000, 219},
        {600, 60000, 10000, 109}, {1, 3600000, 10000, 1}, {1, 60000, 60001, 2},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_int_equal(calls_within(rows[r].count, rows[r].per_ms, rows[r].ms), rows[r].through);
}

static void without_a_rate_all_get_through(void **state)
{
    (void)state;
    assert_int_equal(calls_within(0, 0, 5000), 5000);
}

static void after_a_no_the_next_is_let_through_when_it_said(void **state)
{
    struct sg_pace pace = {0};
    int64_t now_ms = 1000000;

    (void)state;
    while (sg_pace_take(&pace, 7, 1000, now_ms))
        continue;
    int64_t next_ms = sg_pace_next_ms(&pace, 7, 1000);
    assert_in_range(next_ms, now_ms + 1, now_ms + 1000 / 7 + 2);
    assert_true(sg_pace_take(&pace, 7, 1000, next_ms));
}

static void a_clock_set_back_does_not_stop_it(void **state)
{
    struct sg_pace pace = {0};

    (void)state;
    while (sg_pace_take(&pace, 10, 1000, 90000000))
        continue;
    assert_false(sg_pace_take(&pace, 10, 1000, 80000000));
    assert_true(sg_pace_take(&pace, 10, 1000, 80001200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_get_through_than_the_rate_and_one_second_ahead),
        cmocka_unit_test(without_a_rate_all_get_through),
        cmocka_unit_test(after_a_no_the_next_is_let_through_when_it_said),
        cmocka_unit_test(a_clock_set_back_does_not_stop_it),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
