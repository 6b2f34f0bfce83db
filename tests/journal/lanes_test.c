/* Whose turn it is: the order inside a lane, and what lanes wait for. */
#include "stage.h"

static void a_lane_does_one_at_a_time_and_others_go_beside_it(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    (void)CAPTURE(stage, .key = "1405-2", .version = "w1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "v1>create-case, w1>create-case");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
}

static void a_lane_goes_by_event_and_then_what_opens_the_link_goes_first(void **state)
{
    static const char *const order[] = {"v1>create-case", "v1>cancel-case", "v2>create-case",
                                        "v2>cancel-case"};
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "cancel-case create-case");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    for (size_t d = 0; d < SG_ROWS(order); d++) {
        const struct sg_delivery *delivery = sg_stage_take(stage, "gam");

        assert_string_equal(sg_str_c(stage->arena, sg_str_format(stage->arena, "%.*s>%.*s",
                                                                 SG_STR_ARG(delivery->event.body),
                                                                 SG_STR_ARG(delivery->mapping))),
                            order[d]);
        END(stage, delivery, .state = SG_DELIVERY_SKIPPED);
    }
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
}

/* How the first of a lane ended: does the second follow? */
static void what_is_open_holds_its_lane_and_what_ended_does_not(void **state)
{
    static const struct {
        enum sg_delivery_state state;
        const char *then;
    } rows[] = {
        {SG_DELIVERY_PENDING, ""},
        {SG_DELIVERY_UNKNOWN, ""},
        {SG_DELIVERY_FAILED, ""},
        {SG_DELIVERY_DELIVERED, "v2>create-case"},
        {SG_DELIVERY_SKIPPED, "v2>create-case"},
        {SG_DELIVERY_ECHO, "v2>create-case"},
        {SG_DELIVERY_DISCARDED, "v2>create-case"},
    };
    struct stage *stage = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", r));

        (void)CAPTURE(stage, .key = ticket, .version = "v1");
        (void)CAPTURE(stage, .key = ticket, .version = "v2");
        END(stage, sg_stage_take(stage, "gam"), .state = rows[r].state,
            .next_at = stage->now_ms + STAGE_DAY_MS);
        assert_string_equal(sg_stage_takes(stage, "gam"), rows[r].then);
    }
}

static void a_failure_holds_its_lane_and_no_other(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_FAILED);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    (void)CAPTURE(stage, .key = "1405-2", .version = "w1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "w1>create-case");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LANES, "", "01"),
                        "4 2"); /* both v2 are held */
    assert_string_equal(sg_stage_takes(stage, "saja"), "v1>note-ticket, w1>note-ticket");
}

static void those_behind_a_failure_follow_when_it_is_ended(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    const struct sg_delivery *failed = sg_stage_take(stage, "gam");
    END(stage, failed, .state = SG_DELIVERY_FAILED);
    END(stage, failed, .state = SG_DELIVERY_DISCARDED, .reason = SG_STR("تکراری است"));
    assert_string_equal(sg_stage_takes(stage, "gam"), "v2>create-case");
}

static void a_delivery_that_backs_off_is_due_when_it_said(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_PENDING,
        .next_at = stage->now_ms + 5000);
    stage->now_ms += 4999;
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    stage->now_ms += 1;
    assert_string_equal(sg_stage_takes(stage, "gam"), "v1>create-case");
}

static void the_oldest_due_are_taken_first_and_not_more_than_wanted(void **state)
{
    struct stage *stage = *state;
    struct sg_delivery *deliveries = NULL;

    for (int t = 0; t < 3; t++, stage->now_ms++)
        (void)CAPTURE(stage, .key = sg_str_c(stage->arena, sg_str_format(stage->arena, "%d", t)));
    assert_int_equal(sg_stage_take_some(stage, "gam", 2, &deliveries), 2);
    assert_true(sg_str_is(deliveries[0].ticket, "0") && sg_str_is(deliveries[1].ticket, "1"));
    assert_string_equal(sg_stage_takes(stage, "gam"), "2>create-case");
}

/* A ticket in SAJA, linked to a case, with an answer of GAM on its way back to SAJA. */
static const struct sg_delivery *answer_in_flight(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    return sg_stage_take(stage, "saja");
}

static void an_event_waits_while_a_delivery_to_its_system_is_in_flight(void **state)
{
    struct stage *stage = *state;
    const struct sg_delivery *answer = answer_in_flight(stage);

    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    (void)CAPTURE(stage, .key = "1405-2", .version = "w1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "w1>create-case"); /* another ticket's */
    sg_stage_deliver(stage, answer, "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "v2>create-case");
}

static void an_event_waits_while_a_delivery_to_its_system_is_unknown(void **state)
{
    struct stage *stage = *state;
    const struct sg_delivery *answer = answer_in_flight(stage);

    END(stage, answer, .state = SG_DELIVERY_UNKNOWN, .next_at = stage->now_ms + 60000);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    stage->now_ms += 60000;
    sg_stage_take_and_deliver(stage, "saja", ""); /* the look-up found it */
    stage->now_ms += 1000;
    assert_string_equal(sg_stage_takes(stage, "gam"), "v2>create-case");
}

static int64_t next_due(struct stage *stage)
{
    struct sg_error err;
    int64_t due_ms = 0;

    assert_true(sg_journal_next_due(stage->journal, stage->now_ms, &due_ms, &err));
    return due_ms;
}

static void the_next_due_is_the_earliest_of_all_targets_and_waits(void **state)
{
    struct stage *stage = *state;
    const int64_t start = stage->now_ms;

    sg_stage_set_routes(stage, "create-case note-ticket response-to-ticket");
    assert_true(next_due(stage) == INT64_MAX);
    (void)CAPTURE(stage, .link = "12/1405", .wait_ms = 9000);
    assert_true(next_due(stage) == start + 9000);
    (void)CAPTURE(stage, .key = "1405-1");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_PENDING, .next_at = start + 7000);
    assert_true(next_due(stage) == start + 7000);
    END(stage, sg_stage_take(stage, "saja"), .state = SG_DELIVERY_PENDING, .next_at = start + 5000);
    assert_true(next_due(stage) == start + 5000);
    stage->now_ms = start + 5000; /* due now: what comes after it is asked for */
    assert_true(next_due(stage) == start + 7000);
}

static void what_the_next_begin_must_write_is_due_at_once(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "12/1405", .wait_ms = 9000);
    stage->now_ms += 9500; /* nothing has begun since it waited too long */
    assert_true(next_due(stage) == stage->now_ms + 1);
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_true(next_due(stage) == INT64_MAX);
}

static void an_older_event_that_a_link_brings_is_found_by_the_next_begin(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket response-to-ticket");
    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    (void)CAPTURE(stage, .key = "1405-1", .content = "بلیت");
    const struct sg_delivery *opening = sg_stage_take(stage, "gam");
    const struct sg_delivery *note = sg_stage_take(stage, "saja");
    sg_stage_deliver(stage, opening, "12/1405");
    sg_stage_crash_and_open(stage); /* of what was in flight nothing is known: it has the turn */
    (void)note;
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    assert_true(next_due(stage) == stage->now_ms + 1);
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_takes(stage, "saja"), "پاسخ>response-to-ticket");
}

int sg_lanes_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_lane_does_one_at_a_time_and_others_go_beside_it, kind),
        STAGE_TEST(a_lane_goes_by_event_and_then_what_opens_the_link_goes_first, kind),
        STAGE_TEST(what_is_open_holds_its_lane_and_what_ended_does_not, kind),
        STAGE_TEST(a_failure_holds_its_lane_and_no_other, kind),
        STAGE_TEST(those_behind_a_failure_follow_when_it_is_ended, kind),
        STAGE_TEST(a_delivery_that_backs_off_is_due_when_it_said, kind),
        STAGE_TEST(the_oldest_due_are_taken_first_and_not_more_than_wanted, kind),
        STAGE_TEST(an_event_waits_while_a_delivery_to_its_system_is_in_flight, kind),
        STAGE_TEST(an_event_waits_while_a_delivery_to_its_system_is_unknown, kind),
        STAGE_TEST(the_next_due_is_the_earliest_of_all_targets_and_waits, kind),
        STAGE_TEST(what_the_next_begin_must_write_is_due_at_once, kind),
        STAGE_TEST(an_older_event_that_a_link_brings_is_found_by_the_next_begin, kind),
    };
    return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
