/* What people ask for: sending again, sending older events, at what pace; each command once. */
#include "stage.h"

#include <stdlib.h>

static int64_t id_of(const struct sg_delivery *delivery)
{
    return delivery->id;
}

/* The one delivery of a ticket whose event came first, and the state that it is left in. */
static int64_t first_id(struct stage *stage, const char *ticket)
{
    return strtoll(sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, "1"), NULL, 10);
}

/* --- what failed --- */

static void what_failed_is_sent_again_in_its_place_and_those_behind_follow(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case cancel-case");
    (void)CAPTURE(stage, .key = "1405-1", .content = "نشت آب");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    assert_string_equal(sg_stage_takes(stage, "gam"), ""); /* it holds its lane */
    assert_string_equal(ASK(stage, REPLAY, OF(id)), "");
    sg_stage_crash_and_open(stage);
    sg_stage_set_routes(stage, "create-case cancel-case");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case pending; cancel-case pending");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    assert_string_equal(sg_stage_takes(stage, "gam"), "نشت آب>cancel-case");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "44/1405");
}

/* Attempts are kept; what decides when to give up begins anew; the old request is not sent again. */
static void what_is_sent_again_begins_anew_but_for_its_attempts(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_intend(stage, delivery, "<Letter/>");
    END(stage, delivery, .state = SG_DELIVERY_UNKNOWN, .was_called = true, .is_temporary = true,
        .next_at = stage->now_ms, .sends = 1, .empty_probes = 1, .request = SG_STR("<Letter/>"));
    delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true, .moves_key = true,
        .sends = 3, .empty_probes = 2, .reason = SG_STR("نپذیرفت"));
    assert_string_equal(ASK(stage, REPLAY, OF(delivery->id)), "");
    delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->state, SG_DELIVERY_PENDING);
    assert_int_equal(delivery->attempts, 2);
    assert_int_equal(delivery->temporary_ends, 0);
    assert_int_equal(delivery->sends, 0);
    assert_int_equal(delivery->empty_probes, 0);
    assert_int_equal(delivery->request.length, 0);
    assert_int_equal(delivery->key_generation, 1);
    assert_int_equal(delivery->run, 1);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case pending");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ACTS, "1405-1", "2467"),
                        "replay sara نپذیرفت"); /* why it had failed is not lost */
}

static void what_failed_for_want_of_its_link_waits_again(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "44/1405");
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_int_equal(sg_stage_count(stage, "failed"), 1);
    assert_string_equal(ASK(stage, REPLAY, OF(1)), "");
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    assert_int_equal(sg_stage_next_due(stage), stage->now_ms + STAGE_DAY_MS);
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_int_equal(sg_stage_count(stage, "failed"), 1);
    assert_string_equal(ASK(stage, REPLAY, OF(1)), "");
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    assert_string_equal(sg_stage_takes(stage, "saja"), "44/1405-1>response-to-ticket");
}

/* --- what has ended --- */

static void what_has_ended_runs_again_at_the_end_of_its_lane(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    const int64_t id = first_id(stage, "1405-1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    assert_string_equal(ASK(stage, REPLAY, OF(id), .again = true), "");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    sg_stage_crash_and_open(stage);
    for (int turn = 0; turn < 3; turn++) {
        static const char *const versions[] = {"v2", "v1", "v3"};
        struct sg_delivery *delivery = sg_stage_take(stage, "gam");

        assert_true(sg_str_is(delivery->event.version, versions[turn]));
        assert_int_equal(delivery->run, turn == 1 ? 2 : 1);
        assert_int_equal(delivery->attempts, 0);
        sg_stage_deliver(stage, delivery, "");
    }
    assert_int_equal(sg_stage_count(stage, "taken in"), 4);
    assert_int_equal(sg_stage_count(stage, "delivered"), 4);
    assert_string_equal(ASK(stage, REPLAY, OF(id), .again = true, .old = true), "");
    assert_int_equal(sg_stage_take(stage, "gam")->run, 3);
}

static void what_was_skipped_for_want_of_its_link_finds_it_when_it_runs_again(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "44/1405", .skips_after_wait = true);
    stage->now_ms += STAGE_DAY_MS;
    (void)CAPTURE(stage, .key = "1405-1");
    assert_int_equal(sg_stage_count(stage, "skipped"), 1);
    assert_string_equal(ASK(stage, REPLAY, OF(1), .again = true), ""); /* it waits once more */
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    sg_stage_take_and_deliver(stage, "saja", "");
    assert_string_equal(ASK(stage, REPLAY, OF(1), .again = true, .old = true),
                        ""); /* it is known */
    assert_int_equal(sg_stage_take(stage, "saja")->run, 3);
}

/* The link comes after it has ended: its ticket's history tells of it once it runs again. */
static void what_finds_its_link_late_is_in_its_tickets_history(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "44/1405", .skips_after_wait = true);
    stage->now_ms += STAGE_DAY_MS;
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case delivered");
    assert_string_equal(ASK(stage, REPLAY, OF(1), .again = true), "");
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "response-to-ticket skipped no link for 44/1405 known within 24h;"
                        " create-case delivered; response-to-ticket pending");
    assert_int_equal(sg_stage_take(stage, "saja")->run, 2);
}

/* --- what is refused, and why --- */

static int64_t on_its_way(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    return first_id(stage, "1405-1");
}

static int64_t sent_again(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    assert_string_equal(ASK(stage, REPLAY, OF(id)), "");
    return id;
}

static int64_t looked_at(struct stage *stage)
{
    const int64_t id = on_its_way(stage);

    assert_string_equal(ASK(stage, UNMASK, OF(id), .why = SG_STR("شکایت تلفنی")), "");
    return id;
}

static int64_t looked_up(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    sg_stage_intend(stage, delivery, "<Letter/>");
    return delivery->id;
}

static int64_t in_doubt(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true, .is_in_doubt = true,
        .reason = SG_STR("may have been done"));
    return delivery->id;
}

static int64_t without_mapping(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    sg_stage_set_routes(stage, "response-to-ticket");
    return id;
}

static int64_t delivered(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    return first_id(stage, "1405-1");
}

static int64_t overtaken(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_take_and_deliver(stage, "gam", "");
    return first_id(stage, "1405-1");
}

static int64_t known_by_field(struct stage *stage)
{
    (void)delivered(stage);
    (void)CAPTURE(stage, .link = "44/1405");
    struct sg_delivery *delivery = sg_stage_take(stage, "saja");
    sg_stage_deliver(stage, delivery, "");
    return delivery->id;
}

static int64_t older(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1", .number = 2);
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    return first_id(stage, "1405-1") + 1;
}

static int64_t without_any_mapping(struct stage *stage)
{
    sg_stage_set_routes(stage, "response-to-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    return first_id(stage, "1405-1");
}

static int64_t echo(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_ECHO);
    return delivery->id;
}

static int64_t skipped(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_SKIPPED, .reason = SG_STR("when /kind is \"info\""));
    return delivery->id;
}

static int64_t given_up(struct stage *stage)
{
    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    assert_string_equal(
        ASK(stage, DISCARD, OF(id), .why = SG_STR("کاغذی فرستاده شد"), .who = SG_STR("rahimi")),
        "");
    return id;
}

static int64_t kept_no_more(struct stage *stage)
{
    const int64_t id = delivered(stage);

    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_take_and_deliver(stage, "gam", "");
    stage->now_ms += 90 * STAGE_DAY_MS;
    (void)sg_stage_sweep(stage);
    return id;
}

static int64_t no_delivery(struct stage *stage)
{
    (void)stage;
    return 77;
}

static void a_replay_is_refused_in_a_sentence_and_changes_nothing(void **state)
{
    static const struct {
        int64_t (*make)(struct stage *stage);
        bool again, old;
        const char *refused;
    } rows[] = {
        {on_its_way, false, false, "it is on its way already"},
        {on_its_way, true, true, "it is on its way already"},
        {sent_again, false, false, "it is on its way already (replay by sara)"},
        {looked_at, false, false, "it is on its way already"}, /* nobody did anything to it */
        {looked_up, true, true,
         "it may have been done, and is being looked up: see `sgbridge unknown`"},
        {in_doubt, true, true,
         "it may have been done: say what is true, by `sgbridge resolve 1 --done ID` or "
         "`--not-done`"},
        {without_mapping, false, false, "its mapping create-case is not in force"},
        {delivered, false, false, "it was delivered already: --again sends it once more"},
        {overtaken, true, false,
         "something newer of this ticket was delivered since (delivery 2), and it would overwrite "
         "that: --old sends it all the same"},
        {known_by_field, false, false,
         "saja knows it by an id within it, and would ignore it: a second one changes nothing"},
        {known_by_field, true, true,
         "saja knows it by an id within it, and would ignore it: a second one changes nothing"},
        {older, true, false,
         "a newer version of its record was taken in before it, and it would overwrite that: --old "
         "sends it all the same"},
        {without_any_mapping, true, true,
         "it went through no mapping: --mapping NAME sends its record through one"},
        {echo, false, false, "it has ended as echo: --again sends it all the same"},
        {skipped, false, false,
         "it has ended as skipped (when /kind is \"info\"): --again sends it all the same"},
        {given_up, false, false,
         "it has ended as discarded (discard by rahimi) (کاغذی فرستاده شد): --again sends it all "
         "the same"},
        {kept_no_more, true, true, "its record is kept no more (see `keep`)"},
        {no_delivery, true, true, "there is no delivery 77"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        const int64_t id = rows[r].make(stage);
        const char *before = sg_stage_deliveries(stage, "1405-1");

        assert_string_equal(ASK(stage, REPLAY, OF(id), .again = rows[r].again, .old = rows[r].old),
                            rows[r].refused);
        assert_string_equal(sg_stage_deliveries(stage, "1405-1"), before);
        sg_stage_renew(state);
    }
}

static void what_is_named_twice_is_sent_once(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    const int64_t twice[] = {id, id};
    assert_string_equal(ASK(stage, REPLAY, .id = SG_STR("c"), .deliveries = twice, .count = 2), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "1 0");
}

static void one_that_is_refused_keeps_no_other_from_being_sent(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t failed = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    (void)CAPTURE(stage, .key = "1405-2");
    const int64_t waiting = first_id(stage, "1405-2");
    assert_string_equal(ASK(stage, REPLAY, .id = SG_STR("c"),
                            .deliveries = ((const int64_t[]){waiting, failed}), .count = 2),
                        "it is on its way already");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "1 1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case, 1405-2>create-case");
}

/* --- once --- */

static void a_command_of_the_same_id_is_done_once(void **state)
{
    struct stage *stage = *state;

    const int64_t id = delivered(stage);
    for (int turn = 0; turn < 3; turn++) {
        assert_string_equal(ASK(stage, REPLAY, OF(id), .again = true, .id = SG_STR("c")), "");
        if (turn > 0)
            sg_stage_crash_and_open(stage);
    }
    assert_int_equal(sg_stage_count(stage, "taken in"), 2);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "1 0");
}

static void what_was_not_committed_was_not_done(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const int64_t id = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    sg_stage_begin(stage);
    (void)ASK(stage, REPLAY, OF(id), .id = SG_STR("c"));
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case failed no row for \"77\"");
    assert_string_equal(ASK(stage, REPLAY, OF(id), .id = SG_STR("c")), "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void a_command_that_was_carried_out_elsewhere_is_kept_once(void **state)
{
    struct stage *stage = *state;
    const struct sg_command command = {
        .kind = SG_COMMAND_RELOAD, .id = SG_STR("c"), .who = SG_STR("sara")};
    struct sg_error err;

    for (int turn = 0; turn < 2; turn++) {
        sg_stage_begin(stage);
        assert_true(sg_journal_note_command(stage->journal, &command, turn == 0,
                                            SG_STR("همه چیز خوب است"), &err));
        sg_stage_commit(stage);
        sg_stage_crash_and_open(stage);
    }
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "012"), "1 0 همه چیز خوب است");
}

static void who_carries_a_command_out_is_told_of_the_first_refusal(void **state)
{
    struct stage *stage = *state;
    const int64_t ids[] = {delivered(stage), 99};
    const struct sg_command command = {.kind = SG_COMMAND_REPLAY,
                                       .id = SG_STR("c"),
                                       .who = SG_STR("sara"),
                                       .deliveries = ids,
                                       .count = 2};
    struct sg_obeyed obeyed;
    struct sg_error err;

    for (int turn = 0; turn < 2; turn++) { /* the second time it is known already */
        sg_stage_begin(stage);
        assert_true(sg_journal_obey(stage->journal, &command, &obeyed, &err));
        assert_false(obeyed.is_put_off);
        assert_int_equal(obeyed.done, 0);
        assert_int_equal(obeyed.refused, 2);
        assert_true(sg_str_starts(obeyed.why, turn == 0 ? "delivery 1: " : "there is no delivery"));
        sg_stage_commit(stage);
    }
}

/* --- older events through a mapping --- */

static void an_older_event_goes_through_a_new_mapping_once(void **state)
{
    struct stage *stage = *state;

    (void)delivered(stage);
    sg_stage_set_routes(stage, "create-case note-ticket response-to-ticket");
    assert_string_equal(ASK(stage, SEND, OF(1), .mapping = SG_STR("note-ticket")), "");
    assert_string_equal(ASK(stage, SEND, OF(1), .mapping = SG_STR("note-ticket")),
                        "it has gone through it already");
    sg_stage_crash_and_open(stage);
    assert_int_equal(sg_stage_count(stage, "taken in"), 2);
    struct sg_delivery *delivery = sg_stage_take(stage, "saja");
    assert_int_equal(delivery->run, 0);
    assert_int_equal(delivery->round, 1);
    assert_true(sg_str_is(delivery->mapping, "note-ticket"));
    sg_stage_deliver(stage, delivery, "");
    sg_stage_set_routes(stage, "note-ticket");
    assert_string_equal(ASK(stage, REPLAY, OF(delivery->id), .again = true), "");
    assert_int_equal(sg_stage_take(stage, "saja")->run, 2);
}

static void an_older_event_waits_for_its_link_as_a_new_one_does(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case");
    (void)CAPTURE(stage, .link = "44/1405"); /* nothing takes it */
    sg_stage_set_routes(stage, "create-case response-to-ticket");
    assert_string_equal(ASK(stage, SEND, OF(1), .mapping = SG_STR("response-to-ticket")), "");
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    (void)delivered(stage);
    assert_string_equal(sg_stage_takes(stage, "saja"), "44/1405-1>response-to-ticket");
}

static void older_events_that_do_not_go_through_it_are_refused(void **state)
{
    struct stage *stage = *state;

    (void)kept_no_more(stage); /* events 1 and 2 */
    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-3", .problem = "no id");
    (void)CAPTURE(stage, .link = "44/1405");
    assert_string_equal(ASK(stage, SEND, OF(1), .mapping = SG_STR("note-ticket")),
                        "its record is kept no more, or could not be read");
    assert_string_equal(ASK(stage, SEND, OF(4), .mapping = SG_STR("note-ticket")),
                        "note-ticket takes saja.ticket");
    assert_string_equal(
        ASK(stage, SEND, OF(4), .mapping = SG_STR("create-case"), .id = SG_STR("c")),
        "there is no mapping create-case in force");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "0 1");
    assert_string_equal(ASK(stage, SEND, OF(77), .mapping = SG_STR("note-ticket")),
                        "there is no event 77");
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
}

/* --- pace --- */

/* Fails the deliveries of `count` tickets, 1405-1 and on; their ids. */
static int64_t *fail_tickets(struct stage *stage, size_t count)
{
    int64_t *ids = sg_arena_get(stage->arena, count, sizeof *ids);

    for (size_t t = 0; t < count; t++) {
        (void)CAPTURE(
            stage, .key = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", t + 1)));
        ids[t] = id_of(sg_stage_take_and_fail(stage, "gam", "no row for \"77\""));
    }
    return ids;
}

static void deliveries_are_sent_again_at_the_pace_asked_for_over_several_commands(void **state)
{
    struct stage *stage = *state;
    const int64_t *ids = fail_tickets(stage, 4);

    assert_string_equal(ASK(stage, REPLAY, .id = SG_STR("c1"), .deliveries = ids, .count = 2,
                            .spacing_us = 2500000),
                        "");
    sg_stage_crash_and_open(stage);
    assert_string_equal(ASK(stage, REPLAY, .deliveries = ids + 2, .count = 2, .spacing_us = 2500000,
                            .after = SG_STR("c1")),
                        "");
    sg_stage_crash_and_open(stage);
    for (int t = 0; t < 4; t++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%d", t + 1));

        assert_string_equal(
            sg_stage_takes(stage, "gam"),
            sg_str_c(stage->arena, sg_str_format(stage->arena, "%s>create-case", ticket)));
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        assert_int_equal(sg_stage_next_due(stage),
                         t == 3 ? INT64_MAX : STAGE_START_MS + (t + 1) * INT64_C(2500));
        stage->now_ms += 2499;
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        stage->now_ms += 1;
    }
}

static void a_pace_that_is_over_is_not_made_up_for(void **state)
{
    struct stage *stage = *state;
    const int64_t *ids = fail_tickets(stage, 2);

    (void)ASK(stage, REPLAY, .id = SG_STR("c1"), .deliveries = ids, .count = 1,
              .spacing_us = 1000000);
    stage->now_ms += STAGE_HOUR_MS;
    (void)ASK(stage, REPLAY, .deliveries = ids + 1, .count = 1, .spacing_us = 1000000,
              .after = SG_STR("c1"));
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case, 1405-2>create-case");
}

static void what_is_refused_takes_no_turn(void **state)
{
    struct stage *stage = *state;
    const int64_t *ids = fail_tickets(stage, 2);
    const int64_t named[] = {77, ids[0], 78, ids[1]};

    (void)ASK(stage, REPLAY, .deliveries = named, .count = SG_ROWS(named), .spacing_us = 1000000);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
    stage->now_ms += 1000;
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-2>create-case");
}

/* Three of one ticket's lane, all failed: the link came late, and the newest had not waited. */
static void a_turn_is_kept_by_a_lane_that_moves_on_earlier(void **state)
{
    struct stage *stage = *state;
    int64_t ids[3];

    for (int e = 0; e < 3; e++) {
        (void)CAPTURE(stage, .link = "44/1405",
                      .id = sg_str_c(stage->arena, sg_str_format(stage->arena, "r-%d", e)));
        ids[e] = e + 1;
    }
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_int_equal(sg_stage_count(stage, "failed"), 3);
    (void)ASK(stage, REPLAY, .deliveries = ids, .count = 3, .spacing_us = 10000000);
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    sg_stage_crash_and_open(stage);
    for (int e = 0; e < 3; e++) {
        sg_stage_take_and_deliver(stage, "saja", "");
        assert_string_equal(sg_stage_takes(stage, "saja"), "");
        if (e < 2)
            assert_int_equal(sg_stage_next_due(stage), stage->now_ms + 10000);
        stage->now_ms += 10000;
    }
}

/* --- how long it is kept --- */

static void what_was_asked_for_is_swept_with_what_it_was_about(void **state)
{
    struct stage *stage = *state;

    const int64_t id = given_up(stage);
    assert_string_equal(ASK(stage, REPLAY, OF(id), .id = SG_STR("later")),
                        "it has ended as discarded (discard by rahimi) (کاغذی فرستاده شد): --again "
                        "sends it all the same");
    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_take_and_deliver(stage, "gam", "");
    stage->now_ms += 180 * STAGE_DAY_MS - 1;
    (void)sg_stage_sweep(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ACTS, "1405-1", "24"),
                        "discard rahimi; replay sara");
    assert_string_not_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "later", "0"), "");
    stage->now_ms += 1;
    (void)sg_stage_sweep(stage);
    sg_stage_crash_and_open(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "later", "0"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_REFUSED, "later", "0"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ACTS, "1405-1", "24"), "");
}

int sg_commands_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_failed_is_sent_again_in_its_place_and_those_behind_follow, kind),
        STAGE_TEST(what_is_sent_again_begins_anew_but_for_its_attempts, kind),
        STAGE_TEST(what_failed_for_want_of_its_link_waits_again, kind),
        STAGE_TEST(what_has_ended_runs_again_at_the_end_of_its_lane, kind),
        STAGE_TEST(what_was_skipped_for_want_of_its_link_finds_it_when_it_runs_again, kind),
        STAGE_TEST(what_finds_its_link_late_is_in_its_tickets_history, kind),
        STAGE_TEST(a_replay_is_refused_in_a_sentence_and_changes_nothing, kind),
        STAGE_TEST(what_is_named_twice_is_sent_once, kind),
        STAGE_TEST(one_that_is_refused_keeps_no_other_from_being_sent, kind),
        STAGE_TEST(a_command_of_the_same_id_is_done_once, kind),
        STAGE_TEST(what_was_not_committed_was_not_done, kind),
        STAGE_TEST(a_command_that_was_carried_out_elsewhere_is_kept_once, kind),
        STAGE_TEST(who_carries_a_command_out_is_told_of_the_first_refusal, kind),
        STAGE_TEST(an_older_event_goes_through_a_new_mapping_once, kind),
        STAGE_TEST(an_older_event_waits_for_its_link_as_a_new_one_does, kind),
        STAGE_TEST(older_events_that_do_not_go_through_it_are_refused, kind),
        STAGE_TEST(deliveries_are_sent_again_at_the_pace_asked_for_over_several_commands, kind),
        STAGE_TEST(a_pace_that_is_over_is_not_made_up_for, kind),
        STAGE_TEST(what_is_refused_takes_no_turn, kind),
        STAGE_TEST(a_turn_is_kept_by_a_lane_that_moves_on_earlier, kind),
        STAGE_TEST(what_was_asked_for_is_swept_with_what_it_was_about, kind),
    };
    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
