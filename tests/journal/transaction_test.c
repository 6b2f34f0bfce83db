/* All of a transaction or nothing of it, whatever ends it; and what is taken meanwhile. */
#include "stage.h"

static void a_rollback_undoes_all_of_its_transaction(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_begin(stage);
    sg_stage_deliver(stage, delivery, "12/1405");
    assert_int_equal(CAPTURE(stage, .key = "1405-2"), SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "1405-2"), SG_CAPTURED_REPEAT);
    sg_stage_rollback(stage);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case pending");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"), "");
    assert_int_equal(sg_stage_count(stage, "repeats"), 0);
    assert_int_equal(CAPTURE(stage, .key = "1405-2"), SG_CAPTURED_NEW);
}

static void what_was_taken_before_begin_stays_taken_over_a_rollback(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_begin(stage);
    sg_stage_deliver(stage, delivery, "");
    sg_stage_rollback(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    END(stage, delivery, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void what_was_taken_since_begin_is_let_go_by_a_rollback(void **state)
{
    struct stage *stage = *state;

    sg_stage_begin(stage);
    (void)CAPTURE(stage, .key = "1405-2");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-2>create-case");
    sg_stage_rollback(stage);
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_begin(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
    sg_stage_rollback(stage);
    sg_stage_begin(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
    sg_stage_commit(stage); /* and kept by a commit */
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
}

static void what_ended_is_let_go_by_the_commit_and_not_before(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_begin(stage);
    END(stage, delivery, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void the_next_of_a_lane_may_be_taken_in_the_transaction_that_ends_the_first(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_begin(stage);
    sg_stage_take_and_deliver(stage, "gam", "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "v2>create-case");
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
}

static void a_crash_leaves_nothing_of_what_was_not_committed(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_begin(stage);
    sg_stage_intend(stage, delivery, "نامه");
    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case pending");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"), "");
    const struct sg_delivery *again = sg_stage_take(stage, "gam"); /* a new start lets all go */
    assert_int_equal(again->state, SG_DELIVERY_PENDING);
    assert_int_equal(again->sends, 0);
}

static void a_crash_leaves_all_of_what_was_committed(void **state)
{
    struct stage *stage = *state;

    sg_stage_begin(stage);
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    sg_stage_commit(stage);
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case delivered; response-to-ticket pending");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "012"), "1 gam 12/1405");
    assert_int_equal(CAPTURE(stage, .key = "1405-1"), SG_CAPTURED_REPEAT);
    assert_string_equal(sg_stage_takes(stage, "saja"), "پاسخ>response-to-ticket");
}

static void after_a_crash_every_unknown_is_due_before_all_else(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .content = "الف");
    (void)CAPTURE(stage, .key = "1405-2", .content = "ب");
    struct sg_delivery *both = NULL;
    assert_int_equal(sg_stage_take_some(stage, "gam", 2, &both), 2);
    END(stage, &both[0], .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    END(stage, &both[1], .state = SG_DELIVERY_UNKNOWN, .next_at = stage->now_ms + STAGE_DAY_MS);
    assert_string_equal(sg_stage_takes(stage, "gam"), "الف>create-case");
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "ب>create-case, الف>create-case");
}

int sg_transaction_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_rollback_undoes_all_of_its_transaction, kind),
        STAGE_TEST(what_was_taken_before_begin_stays_taken_over_a_rollback, kind),
        STAGE_TEST(what_was_taken_since_begin_is_let_go_by_a_rollback, kind),
        STAGE_TEST(what_ended_is_let_go_by_the_commit_and_not_before, kind),
        STAGE_TEST(the_next_of_a_lane_may_be_taken_in_the_transaction_that_ends_the_first, kind),
        STAGE_TEST(a_crash_leaves_nothing_of_what_was_not_committed, kind),
        STAGE_TEST(a_crash_leaves_all_of_what_was_committed, kind),
        STAGE_TEST(after_a_crash_every_unknown_is_due_before_all_else, kind),
    };
    return cmocka_run_group_tests_name("transaction", tests, NULL, NULL);
}
