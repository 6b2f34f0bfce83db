/* A mapping that is taken away though deliveries wait for it, because somebody wants that. */
#include "stage.h"

#include <stdlib.h>

#define TAKEN_AWAY "its mapping create-case was taken away"

/* Asks for it as `sgbridge reload --drop` does once the routes are set: always the same command. */
static const char *drop(struct stage *stage)
{
    return ASK(stage, RELOAD, .drop = true, .id = SG_STR("c"));
}

static void what_waits_for_a_mapping_that_went_fails_by_who_took_it_away(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_set_routes(stage, "note-ticket");
    assert_string_equal(drop(stage), "failed, for their mapping was taken away: 2; "
                                     "see sgbridge failed --by mapping");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "1 0");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"),
                        "create-case failed " TAKEN_AWAY "; note-ticket pending");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ACTS, "1405-2", "2346"), "reload c sara");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_set_routes(stage, "create-case note-ticket"); /* it is back, and they are sent again */
    const char *id = sg_stage_view(stage, SG_VIEW_DELIVERIES, "1405-1", "1");
    assert_string_equal(ASK(stage, REPLAY, OF(strtoll(id, NULL, 10))), "");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
}

static void what_may_have_been_done_is_still_in_doubt(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_intend(stage, delivery, "<Letter/>");
    END(stage, delivery, .state = SG_DELIVERY_UNKNOWN, .next_at = stage->now_ms + 1000, .sends = 1,
        .request = SG_STR("<Letter/>"));
    sg_stage_set_routes(stage, "");
    (void)drop(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_IN_DOUBT, "", "16"), "1405-1 " TAKEN_AWAY);
}

static void a_call_under_way_ends_by_itself_before_all_is_done(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    (void)CAPTURE(stage, .key = "1405-2");
    struct sg_delivery *running = NULL;

    assert_int_equal(sg_stage_take_some(stage, "gam", 1, &running), 1);
    sg_stage_set_routes(stage, "");
    assert_string_equal(drop(stage), "put off");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"), "create-case failed " TAKEN_AWAY);
    sg_stage_deliver(stage, running, "44/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case delivered");
    assert_string_equal(drop(stage), "failed, for their mapping was taken away: 1; "
                                     "see sgbridge failed --by mapping");
    assert_string_equal(drop(stage), "failed, for their mapping was taken away: 1; "
                                     "see sgbridge failed --by mapping"); /* found again: known */
}

/* A transaction holds up all others: many are failed in several. */
static void many_are_failed_some_at_a_time(void **state)
{
    struct stage *stage = *state;
    char key[20];

    sg_stage_begin(stage);
    for (int t = 0; t < 1001; t++) {
        (void)snprintf(key, sizeof key, "1405-%d", t);
        (void)CAPTURE(stage, .key = key);
    }
    sg_stage_commit(stage);
    sg_stage_set_routes(stage, "");
    assert_string_equal(drop(stage), "put off");
    assert_int_equal(sg_stage_count(stage, "failed"), 1000);
    sg_stage_crash_and_open(stage);
    sg_stage_set_routes(stage, "");
    assert_non_null(strstr(drop(stage), ": 1001;"));
    assert_int_equal(sg_stage_count(stage, "failed"), 1001);
}

/* Without its link it cannot be sent, whatever its mapping is. */
static void what_waits_for_its_link_waits_for_it_again_when_it_is_sent_again(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "44/1405");
    sg_stage_set_routes(stage, "create-case");
    (void)drop(stage);
    assert_int_equal(sg_stage_count(stage, "failed"), 1);
    sg_stage_set_routes(stage, "create-case response-to-ticket");
    assert_string_equal(ASK(stage, REPLAY, OF(1)), "");
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "response-to-ticket pending; create-case delivered");
}

int sg_drop_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_waits_for_a_mapping_that_went_fails_by_who_took_it_away, kind),
        STAGE_TEST(what_may_have_been_done_is_still_in_doubt, kind),
        STAGE_TEST(a_call_under_way_ends_by_itself_before_all_is_done, kind),
        STAGE_TEST(many_are_failed_some_at_a_time, kind),
        STAGE_TEST(what_waits_for_its_link_waits_for_it_again_when_it_is_sent_again, kind),
    };
    return cmocka_run_group_tests_name("drop", tests, NULL, NULL);
}
