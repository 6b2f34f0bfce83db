/* What is done with, when its time is over: first its body goes, later its rows, never a sum. */
#include "stage.h"

static size_t sweep_some(struct stage *stage, size_t limit)
{
    struct sg_error err;
    size_t swept = 0;

    assert_true(sg_journal_sweep(stage->journal, stage->now_ms, limit, &swept, &err));
    return swept;
}

static size_t sweep(struct stage *stage)
{
    return sweep_some(stage, 1000);
}

/* One ended delivery of a ticket, and after it a newer one, which is never swept. */
static void deliver_two(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    sg_stage_take_and_deliver(stage, "gam", "");
    (void)CAPTURE(stage, .key = "1405-2", .number = 1);
    sg_stage_take_and_deliver(stage, "gam", "");
}

static void nothing_is_swept_before_its_time(void **state)
{
    struct stage *stage = *state;

    deliver_two(stage);
    stage->now_ms += 90 * STAGE_DAY_MS - 1;
    assert_int_equal(sweep(stage), 0);
    stage->now_ms += 1;
    assert_int_equal(sweep(stage), 2); /* bodies */
    assert_int_equal(sweep(stage), 0);
    stage->now_ms += 90 * STAGE_DAY_MS - 1;
    assert_int_equal(sweep(stage), 0);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case delivered");
    stage->now_ms += 1;
    assert_int_equal(sweep(stage), 1); /* rows */
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_EVENTS, "1405-1", "0"), "");
}

static void what_was_swept_is_still_in_the_sums_of_its_day(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case cancel-case");
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_DISCARDED);
    (void)CAPTURE(stage, .key = "1405-1");
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_set_routes(stage, "create-case");
    (void)CAPTURE(stage, .key = "1405-2");
    const char *before = sg_stage_view(stage, SG_VIEW_AUDIT, "", "012");
    assert_string_equal(before, "20635 delivered 1; 20635 discarded 1; 20635 repeats 1;"
                                " 20635 taken in 2; 20636 pending 1; 20636 taken in 1");
    stage->now_ms += 200 * STAGE_DAY_MS;
    assert_int_equal(sweep(stage), 4);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_AUDIT, "", "012"), before);
}

static void an_event_stays_whole_while_one_of_its_deliveries_is_open(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case cancel-case");
    (void)CAPTURE(stage, .key = "1405-1", .content = "نشت آب");
    sg_stage_take_and_deliver(stage, "gam", "");
    struct sg_delivery *open = sg_stage_take(stage, "gam");
    END(stage, open, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    (void)CAPTURE(stage, .key = "1405-2");
    stage->now_ms += 1000 * STAGE_DAY_MS;
    (void)sweep(stage);
    struct sg_delivery *deliveries = NULL;
    assert_int_equal(sg_stage_take_some(stage, "gam", 1, &deliveries), 1);
    assert_true(sg_str_is(deliveries->event.body, "نشت آب"));
    sg_stage_deliver(stage, deliveries, "");
    stage->now_ms += 180 * STAGE_DAY_MS;
    (void)sweep(stage);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "");
}

static void what_failed_is_open_and_never_ages_out(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_FAILED);
    (void)CAPTURE(stage, .key = "1405-2");
    stage->now_ms += 1000 * STAGE_DAY_MS;
    assert_int_equal(sweep(stage), 0);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case failed");
}

static void a_sweep_does_at_most_what_it_is_told(void **state)
{
    struct stage *stage = *state;

    deliver_two(stage);
    stage->now_ms += 90 * STAGE_DAY_MS;
    assert_int_equal(sweep_some(stage, 1), 1);
    assert_int_equal(sweep_some(stage, 1), 1);
    assert_int_equal(sweep_some(stage, 1), 0);
}

/* A record with versions 1 and 2; both ended, and a newer event of another. What comes then? */
static void what_is_still_kept_is_a_repeat_and_what_was_swept_is_not(void **state)
{
    static const struct {
        int64_t days;
        enum sg_captured of_head, of_earlier;
    } rows[] = {
        {0, SG_CAPTURED_REPEAT, SG_CAPTURED_REPEAT},
        {90, SG_CAPTURED_REPEAT, SG_CAPTURED_REPEAT}, /* without its body, but kept */
        {180, SG_CAPTURED_REPEAT, SG_CAPTURED_NEW},   /* a head is for ever */
    };
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    sg_stage_take_and_deliver(stage, "gam", "");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_take_and_deliver(stage, "gam", "");
    (void)CAPTURE(stage, .key = "1405-2");
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        stage->now_ms = STAGE_START_MS + rows[r].days * STAGE_DAY_MS;
        (void)sweep(stage);
        assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v2"), rows[r].of_head);
        assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v1"), rows[r].of_earlier);
    }
}

/* The number of an event is part of the key that a target remembers: none may come again. */
static void the_numbers_of_events_and_deliveries_never_come_again(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_take_and_deliver(stage, "gam", "");
    const struct sg_delivery *last = sg_stage_take(stage, "gam");
    sg_stage_deliver(stage, last, "");
    stage->now_ms += 1000 * STAGE_DAY_MS;
    (void)sweep(stage);
    assert_int_equal(sweep(stage), 0);
    sg_stage_crash_and_open(stage);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    const struct sg_delivery *next = sg_stage_take(stage, "gam");
    assert_true(next->seq > last->seq);
    assert_true(next->id > last->id);
}

int sg_sweep_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(nothing_is_swept_before_its_time, kind),
        STAGE_TEST(what_was_swept_is_still_in_the_sums_of_its_day, kind),
        STAGE_TEST(an_event_stays_whole_while_one_of_its_deliveries_is_open, kind),
        STAGE_TEST(what_failed_is_open_and_never_ages_out, kind),
        STAGE_TEST(a_sweep_does_at_most_what_it_is_told, kind),
        STAGE_TEST(what_is_still_kept_is_a_repeat_and_what_was_swept_is_not, kind),
        STAGE_TEST(the_numbers_of_events_and_deliveries_never_come_again, kind),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
