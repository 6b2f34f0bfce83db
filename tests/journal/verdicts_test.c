/* What people decide: what is given up, and whether what may have been done was done. */
#include "stage.h"

#include <stdlib.h>

#define BOTH "create-case cancel-case response-to-ticket"

static int64_t failed(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    return sg_stage_take_and_fail(stage, "gam", "no row for \"77\"")->id;
}

static int64_t in_doubt(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true, .is_in_doubt = true,
        .reason = SG_STR("may have been done"), .request = SG_STR("<Letter/>"));
    return delivery->id;
}

/* Of an instance that is no more, so that no call is under way. */
static int64_t unknown(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_intend(stage, delivery, "<Letter/>");
    sg_stage_crash_and_open(stage);
    return delivery->id;
}

static int64_t delivered(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_deliver(stage, delivery, "44/1405");
    return delivery->id;
}

static int64_t given_up(struct stage *stage)
{
    const int64_t id = failed(stage);

    assert_string_equal(
        ASK(stage, DISCARD, OF(id), .who = SG_STR("rahimi"), .why = SG_STR("کاغذی فرستاده شد")),
        "");
    return id;
}

static int64_t no_delivery(struct stage *stage)
{
    (void)stage;
    return 77;
}

/* --- discard --- */

static void what_is_discarded_lets_its_lane_go_on_and_keeps_why(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, BOTH);
    (void)given_up(stage);
    sg_stage_crash_and_open(stage);
    sg_stage_set_routes(stage, BOTH);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case discarded کاغذی فرستاده شد; cancel-case pending");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ACTS, "1405-1", "2457"),
                        "discard rahimi کاغذی فرستاده شد no row for \"77\"");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>cancel-case");
}

static void a_lane_is_given_up_from_one_delivery_on(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, BOTH);
    const int64_t id = failed(stage);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    assert_string_equal(ASK(stage, DISCARD, OF(id + 1), .id = SG_STR("c"), .with_rest = true,
                            .why = SG_STR("کاغذی")),
                        "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "3 0");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case failed no row for \"77\"; cancel-case discarded کاغذی;"
                        " create-case discarded کاغذی; cancel-case discarded کاغذی");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    assert_string_equal(ASK(stage, DISCARD, OF(id), .with_rest = true, .why = SG_STR("کاغذی")), "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    assert_int_equal(sg_stage_count(stage, "discarded"), 6);
}

/* Of each lane: what is named by its lane's rest, and then by itself, is given up once. */
static void each_lane_is_given_up_whatever_another_was_refused_for(void **state)
{
    struct stage *stage = *state;

    const int64_t first = delivered(stage);
    sg_stage_set_routes(stage, BOTH);
    (void)CAPTURE(stage, .key = "1405-2", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-2", .version = "v2");
    const int64_t second = first + 1, named[] = {first, second, second + 1};
    assert_string_equal(ASK(stage, DISCARD, .id = SG_STR("c"), .deliveries = named, .count = 3,
                            .with_rest = true, .why = SG_STR("کاغذی")),
                        "it has ended already: delivered");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"),
                        "create-case discarded کاغذی; cancel-case discarded کاغذی;"
                        " create-case discarded کاغذی; cancel-case discarded کاغذی");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "4 1");
}

/* Both had seen it fail. The one whose word came second is told, and may ask once more. */
static void of_two_who_ask_at_once_the_second_is_told_who_was_first(void **state)
{
    struct stage *stage = *state;
    const int64_t id = failed(stage), seen_at = stage->now_ms;

    stage->now_ms += 1000;
    assert_string_equal(ASK(stage, REPLAY, OF(id), .who = SG_STR("rahimi"), .at = seen_at), "");
    assert_string_equal(ASK(stage, DISCARD, OF(id), .at = seen_at, .why = SG_STR("کاغذی")),
                        "it is on its way since you asked (replay by rahimi): ask again to discard "
                        "it all the same");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case pending");
    stage->now_ms += 1000;
    assert_string_equal(ASK(stage, DISCARD, OF(id), .why = SG_STR("کاغذی")), "");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case discarded کاغذی");
}

static void a_discard_is_refused_in_a_sentence_and_changes_nothing(void **state)
{
    static const struct {
        int64_t (*make)(struct stage *stage);
        const char *refused;
    } rows[] = {
        {unknown, "it may have been done, and is being looked up: say what is true, by `sgbridge "
                  "resolve 1 --done ID` or `--not-done`"},
        {delivered, "it has ended already: delivered"},
        {given_up, "it has ended already: discarded (discard by rahimi)"},
        {no_delivery, "there is no delivery 77"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const int64_t id = rows[r].make(stage);
        const char *before = sg_stage_deliveries(stage, "1405-1");

        assert_string_equal(ASK(stage, DISCARD, OF(id), .with_rest = true, .why = SG_STR("کاغذی")),
                            rows[r].refused);
        assert_string_equal(sg_stage_deliveries(stage, "1405-1"), before);
        sg_stage_renew(state);
    }
}

static void a_call_under_way_ends_before_anything_is_decided(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, BOTH);
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    assert_string_equal(ASK(stage, DISCARD, OF(delivery->id), .id = SG_STR("c")), "put off");
    assert_string_equal(ASK(stage, RESOLVE, OF(delivery->id)), "put off");
    assert_string_equal(ASK(stage, DISCARD, OF(delivery->id + 1), .with_rest = true), "put off");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "0"), "");
    sg_stage_deliver(stage, delivery, "44/1405");
    assert_string_equal(ASK(stage, DISCARD, OF(delivery->id), .id = SG_STR("c")),
                        "it has ended already: delivered");
}

/* --- resolve --- */

static void what_was_done_has_its_link_and_what_waited_for_it_moves(void **state)
{
    static int64_t (*const rows[])(struct stage * stage) = {unknown, in_doubt};

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const int64_t id = rows[r](stage);

        (void)CAPTURE(stage, .link = "44/1405");
        assert_string_equal(sg_stage_takes(stage, "saja"), "");
        assert_string_equal(
            ASK(stage, RESOLVE, OF(id), .was_done = true, .foreign_id = SG_STR("44/1405")), "");
        sg_stage_crash_and_open(stage);
        assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "12"), "gam 44/1405");
        assert_string_equal(sg_stage_view(stage, SG_VIEW_DELIVERIES, "1405-1", "49"),
                            "delivered done, as 44/1405: a person's word; pending");
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        assert_string_equal(sg_stage_takes(stage, "saja"), "44/1405-1>response-to-ticket");
        sg_stage_renew(state);
    }
}

static void what_was_not_done_is_sent_again_by_a_new_key(void **state)
{
    static int64_t (*const rows[])(struct stage * stage) = {unknown, in_doubt};

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const int64_t id = rows[r](stage);

        assert_string_equal(ASK(stage, RESOLVE, OF(id)), "");
        sg_stage_crash_and_open(stage);
        struct sg_delivery *delivery = sg_stage_take(stage, "gam");
        assert_int_equal(delivery->state, SG_DELIVERY_PENDING);
        assert_int_equal(delivery->key_generation, 1);
        assert_int_equal(delivery->sends, 0);
        assert_int_equal(delivery->request.length, 0);
        sg_stage_renew(state);
    }
}

/* A change in doubt of what GAM has of 1405-1, whose shadow is the one before. */
static int64_t change_in_doubt(struct stage *stage)
{
    sg_stage_set_routes(stage, "cancel-case");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_DELIVERED, .was_called = true,
        .operation = SG_STR("cancel_case"), .input_hash = SG_STR("w"));
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    assert_true(sg_str_is(delivery->shadow, "w"));
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true, .is_in_doubt = true);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    return delivery->id;
}

static void what_a_target_has_is_not_known_after_what_was_in_doubt(void **state)
{
    static const struct {
        enum sg_command_kind kind;
        bool was_done;
    } rows[] = {
        {SG_COMMAND_RESOLVE, true}, {SG_COMMAND_RESOLVE, false}, {SG_COMMAND_DISCARD, false}};

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const struct sg_command command = {.kind = rows[r].kind,
                                           OF(change_in_doubt(stage)),
                                           .was_done = rows[r].was_done,
                                           .foreign_id = SG_STR("n-1")};

        assert_string_equal(sg_stage_obey(stage, &command), "");
        assert_int_equal(sg_stage_take(stage, "gam")->shadow.length, 0);
        sg_stage_renew(state);
    }
}

/* 44/1405 is the case of another ticket, and 45/1405 of this one's only round. */
static int64_t second_case(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    sg_stage_take_and_deliver(stage, "gam", "45/1405");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true, .is_in_doubt = true);
    return delivery->id;
}

static int64_t without_mapping(struct stage *stage)
{
    const int64_t id = in_doubt(stage);

    sg_stage_set_routes(stage, "response-to-ticket");
    return id;
}

static void a_resolve_is_refused_in_a_sentence_and_changes_nothing(void **state)
{
    static const struct {
        int64_t (*make)(struct stage *stage);
        const char *foreign_id, *refused;
    } rows[] = {
        {failed, "44/1405", "nothing about it is in doubt: it is failed"},
        {delivered, "44/1405", "nothing about it is in doubt: it is delivered"},
        {given_up, "44/1405", "nothing about it is in doubt: it is discarded (discard by rahimi)"},
        {without_mapping, "44/1405", "its mapping create-case is not in force"},
        {second_case, "44/1405", "44/1405 is linked to ticket 1405-2, round 1"},
        {second_case, "46/1405", "this round is linked to 45/1405"},
        {in_doubt, "", "what gam calls it is missing: `--done ID`"},
        {no_delivery, "44/1405", "there is no delivery 77"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const int64_t id = rows[r].make(stage);
        const char *before = sg_stage_deliveries(stage, "1405-1");
        const char *links = sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "12");

        assert_string_equal(ASK(stage, RESOLVE, OF(id), .was_done = true,
                                .foreign_id = sg_str_of(rows[r].foreign_id)),
                            rows[r].refused);
        assert_string_equal(sg_stage_deliveries(stage, "1405-1"), before);
        assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "12"), links);
        sg_stage_renew(state);
    }
}

/* After ten temporary ends, with ten of others delivered meanwhile, the next would fail it again. */
static void what_was_not_done_begins_anew(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_UNKNOWN, .was_called = true, .is_temporary = true,
        .next_at = stage->now_ms, .sends = 1);
    delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->temporary_ends, 1);
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .is_in_doubt = true, .sends = 3);
    assert_string_equal(ASK(stage, RESOLVE, OF(delivery->id)), "");
    delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->temporary_ends, 0);
    assert_int_equal(delivery->sends, 0);
    assert_int_equal(delivery->attempts, 1);
}

/* The call was answered by an id that is another ticket's: that it was done is known, not what. */
static void what_was_done_under_an_id_that_is_not_its_own_is_for_a_person_to_say(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_deliver(stage, delivery, "44/1405");
    const char *failed_for = "create-case failed done, as 44/1405, but that is linked to ticket "
                             "1405-2, round 1";
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), failed_for);
    assert_string_equal(ASK(stage, REPLAY, OF(delivery->id), .old = true),
                        "it may have been done: say what is true, by `sgbridge resolve 2 --done "
                        "ID` or `--not-done`");
    assert_string_equal(
        ASK(stage, RESOLVE, OF(delivery->id), .was_done = true, .foreign_id = SG_STR("44/1405")),
        "44/1405 is linked to ticket 1405-2, round 1");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), failed_for);
    assert_string_equal(
        ASK(stage, RESOLVE, OF(delivery->id), .was_done = true, .foreign_id = SG_STR("45/1405")),
        "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "45/1405");
}

/* As after a restore, or for a second case of a round that somebody asked for. */
static void the_link_that_its_round_has_already_ends_it(void **state)
{
    struct stage *stage = *state;
    const int64_t id = second_case(stage);

    assert_string_equal(
        ASK(stage, RESOLVE, OF(id), .was_done = true, .foreign_id = SG_STR("45/1405")), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "45/1405");
    assert_int_equal(sg_stage_count(stage, "delivered"), 3);
}

int sg_verdicts_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_is_discarded_lets_its_lane_go_on_and_keeps_why, kind),
        STAGE_TEST(a_lane_is_given_up_from_one_delivery_on, kind),
        STAGE_TEST(each_lane_is_given_up_whatever_another_was_refused_for, kind),
        STAGE_TEST(of_two_who_ask_at_once_the_second_is_told_who_was_first, kind),
        STAGE_TEST(a_discard_is_refused_in_a_sentence_and_changes_nothing, kind),
        STAGE_TEST(a_call_under_way_ends_before_anything_is_decided, kind),
        STAGE_TEST(what_was_done_has_its_link_and_what_waited_for_it_moves, kind),
        STAGE_TEST(what_was_not_done_is_sent_again_by_a_new_key, kind),
        STAGE_TEST(what_a_target_has_is_not_known_after_what_was_in_doubt, kind),
        STAGE_TEST(a_resolve_is_refused_in_a_sentence_and_changes_nothing, kind),
        STAGE_TEST(what_was_not_done_begins_anew, kind),
        STAGE_TEST(what_was_done_under_an_id_that_is_not_its_own_is_for_a_person_to_say, kind),
        STAGE_TEST(the_link_that_its_round_has_already_ends_it, kind),
    };
    return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
