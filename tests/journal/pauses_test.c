/* What people hold back: it waits in its place, costs nothing meanwhile, and goes on in order. */
#include "stage.h"

#define ALL "create-case cancel-case note-ticket response-to-ticket"

/* `SCOPE(MAPPING, "create-case")` */
#define SCOPE(what, of) .scope = SG_PAUSE_##what, .name = SG_STR(of)

/* Lets pass what each begin does, until there is nothing more to do at once; how many it took. */
static int settle(struct stage *stage)
{
    int begins = 0;

    for (; sg_stage_next_due(stage) <= stage->now_ms + 1 && begins < 100; begins++) {
        sg_stage_begin(stage);
        sg_stage_commit(stage);
    }
    assert_true(begins < 100);
    return begins;
}

/* A ticket with its case, and an answer to it: one delivery to each system may go. */
static void bring_one_of_each(struct stage *stage)
{
    sg_stage_set_routes(stage, ALL);
    (void)CAPTURE(stage, .key = "1405-1", .content = "نشت آب");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    sg_stage_take_and_deliver(stage, "saja", "");
    (void)CAPTURE(stage, .link = "44/1405", .content = "پاسخ");
}

static void a_pause_holds_back_what_it_names_and_nothing_else(void **state)
{
    static const struct {
        enum sg_pause_scope scope;
        const char *name, *gam, *saja;
    } rows[] = {
        {SG_PAUSE_SYSTEM, "gam", "", "پاسخ>response-to-ticket"},
        {SG_PAUSE_SYSTEM, "saja", "نشت آب>cancel-case", ""},
        {SG_PAUSE_MAPPING, "cancel-case", "", "پاسخ>response-to-ticket"},
        {SG_PAUSE_MAPPING, "response-to-ticket", "نشت آب>cancel-case", ""},
        {SG_PAUSE_DIRECTION, "saja>gam", "", "پاسخ>response-to-ticket"},
        {SG_PAUSE_DIRECTION, "gam>saja", "نشت آب>cancel-case", ""},
        {SG_PAUSE_TICKET, "1405-1", "", ""},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;

        bring_one_of_each(stage);
        assert_string_equal(
            ASK(stage, PAUSE, .scope = rows[r].scope, .name = sg_str_of(rows[r].name)), "");
        sg_stage_crash_and_open(stage);
        sg_stage_set_routes(stage, ALL);
        assert_string_equal(sg_stage_takes(stage, "gam"), rows[r].gam);
        sg_stage_crash_and_open(stage); /* what goes to one system waits for what goes to another */
        sg_stage_set_routes(stage, ALL);
        assert_string_equal(sg_stage_takes(stage, "saja"), rows[r].saja);
        assert_string_equal(
            ASK(stage, RESUME, .scope = rows[r].scope, .name = sg_str_of(rows[r].name)), "");
        sg_stage_crash_and_open(stage);
        sg_stage_set_routes(stage, ALL);
        (void)settle(stage);
        assert_string_equal(sg_stage_takes(stage, "gam"), "نشت آب>cancel-case");
        assert_string_equal(sg_stage_view(stage, SG_VIEW_PAUSES, "", "0"), "");
        sg_stage_renew(state);
    }
}

static void a_pause_until_a_time_ends_by_itself(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"), .why = SG_STR("نگهداری"),
                            .until = stage->now_ms + STAGE_HOUR_MS),
                        "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_PAUSES, "", "012345"),
                        "mapping create-case sara 1782880200000 1782883800000 نگهداری");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    (void)settle(stage);
    assert_int_equal(sg_stage_next_due(stage), stage->now_ms + STAGE_HOUR_MS);
    stage->now_ms += STAGE_HOUR_MS - 2;
    (void)settle(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_crash_and_open(stage);
    stage->now_ms += 2;
    (void)settle(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_PAUSES, "", "0"), "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

/* A pause that was asked for again is one pause, with the newer end. */
static void a_pause_gets_another_end(void **state)
{
    struct stage *stage = *state;

    (void)ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"), .until = stage->now_ms + 1000);
    assert_string_equal(ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"), .who = SG_STR("rahimi")),
                        "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_PAUSES, "", "0124"),
                        "mapping create-case rahimi 0");
    assert_int_equal(sg_stage_next_due(stage), INT64_MAX);
}

static void what_two_pauses_hold_back_waits_for_both(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    (void)ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"));
    (void)ASK(stage, PAUSE, SCOPE(TICKET, "1405-1"));
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    assert_string_equal(ASK(stage, RESUME, SCOPE(MAPPING, "create-case")), "");
    (void)settle(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    (void)settle(stage);
    assert_int_equal(sg_stage_next_due(stage), INT64_MAX);
    assert_string_equal(ASK(stage, RESUME, SCOPE(TICKET, "1405-1")), "");
    (void)settle(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void what_may_have_been_done_is_not_looked_up_meanwhile(void **state)
{
    const struct sg_command pauses[] = {
        {.kind = SG_COMMAND_PAUSE, SCOPE(SYSTEM, "gam")},
        {.kind = SG_COMMAND_PAUSE, SCOPE(TICKET, "1405-1")},
    };

    for (size_t p = 0; p < SG_ROWS(pauses); p++) {
        struct stage *stage = *state;
        struct sg_command resume = pauses[p];

        (void)CAPTURE(stage, .key = "1405-1");
        sg_stage_intend(stage, sg_stage_take(stage, "gam"), "<Letter/>");
        assert_string_equal(sg_stage_obey(stage, &pauses[p]), "");
        sg_stage_crash_and_open(stage); /* after which every unknown is due */
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        (void)settle(stage);
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        resume.kind = SG_COMMAND_RESUME;
        assert_string_equal(sg_stage_obey(stage, &resume), "");
        (void)settle(stage);
        assert_int_equal(sg_stage_take(stage, "gam")->state, SG_DELIVERY_UNKNOWN);
        sg_stage_renew(state);
    }
}

enum { MANY = 1200, AT_ONCE = 500 };

static void capture_many(struct stage *stage)
{
    sg_stage_begin(stage);
    for (int t = 0; t < MANY; t++)
        (void)CAPTURE(stage,
                      .key = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%04d", t)));
    sg_stage_commit(stage);
}

/* Takes all that may go, in steps, and checks that they come in the order of their tickets. */
static int take_in_order(struct stage *stage, int taken)
{
    for (size_t count = 1; count > 0;) {
        struct sg_delivery *deliveries = NULL;

        count = sg_stage_take_some(stage, "gam", 100, &deliveries);
        for (size_t d = 0; d < count; d++, taken++)
            assert_true(sg_str_equal(deliveries[d].ticket,
                                     sg_str_format(stage->arena, "1405-%04d", taken)));
    }
    return taken;
}

static void many_that_were_held_back_are_let_go_in_steps_and_in_order(void **state)
{
    struct stage *stage = *state;

    capture_many(stage);
    (void)ASK(stage, PAUSE, SCOPE(DIRECTION, "saja>gam"));
    for (int step = 0; step < 3; step++) {
        assert_string_equal(sg_stage_takes(stage, "gam"), "");
        (void)settle(stage); /* what was found held back is not looked at again */
    }
    assert_int_equal(sg_stage_next_due(stage), INT64_MAX);
    assert_string_equal(ASK(stage, RESUME, SCOPE(DIRECTION, "saja>gam")), "");
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_int_equal(take_in_order(stage, 0), AT_ONCE);
    sg_stage_crash_and_open(stage); /* in the middle: what was taken is free again */
    (void)settle(stage);
    assert_int_equal(take_in_order(stage, 0), MANY);
    assert_int_equal(sg_stage_next_due(stage), INT64_MAX);
}

/* A take in a transaction that is undone, and the pause with it: nothing waits for what is not. */
static void a_pause_that_was_undone_holds_nothing_back(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_begin(stage);
    (void)ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"));
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_rollback(stage);
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void a_paused_system_is_told_as_one_and_asked_for_nothing(void **state)
{
    struct stage *stage = *state;
    struct sg_paused_system *paused = NULL;
    size_t count = 0;
    struct sg_error err;

    (void)CAPTURE(stage, .key = "1405-1");
    (void)ASK(stage, PAUSE, SCOPE(MAPPING, "create-case"));
    (void)ASK(stage, PAUSE, SCOPE(SYSTEM, "gam"), .until = stage->now_ms + 1000);
    sg_stage_crash_and_open(stage);
    assert_true(sg_journal_paused_systems(stage->journal, stage->arena, &paused, &count, &err));
    assert_int_equal(count, 1);
    assert_true(sg_str_is(paused->system, "gam"));
    assert_int_equal(paused->until, stage->now_ms + 1000);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    assert_int_equal(sg_stage_next_due(stage), stage->now_ms + 1000);
    assert_string_equal(ASK(stage, RESUME, SCOPE(SYSTEM, "gam")), "");
    assert_true(sg_journal_paused_systems(stage->journal, stage->arena, &paused, &count, &err));
    assert_int_equal(count, 0);
}

static void a_pause_of_nothing_is_refused_in_a_sentence(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(SYSTEM, "gem")), "there is no system gem");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(MAPPING, "note-ticket")),
                        "there is no mapping note-ticket");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(DIRECTION, "gam>gam")),
                        "there is no direction gam>gam");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(TICKET, "1405-2")), "there is no ticket 1405-2");
    assert_string_equal(ASK(stage, PAUSE, SCOPE(TICKET, "1405-1"), .until = stage->now_ms),
                        "the time until which it would be held back is over");
    assert_string_equal(ASK(stage, RESUME, SCOPE(TICKET, "1405-1"), .id = SG_STR("c")),
                        "ticket 1405-1 is not paused");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_COMMAND, "c", "01"), "0 1");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_PAUSES, "", "0"), "");
}

int sg_pauses_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_pause_holds_back_what_it_names_and_nothing_else, kind),
        STAGE_TEST(a_pause_until_a_time_ends_by_itself, kind),
        STAGE_TEST(a_pause_gets_another_end, kind),
        STAGE_TEST(what_two_pauses_hold_back_waits_for_both, kind),
        STAGE_TEST(what_may_have_been_done_is_not_looked_up_meanwhile, kind),
        STAGE_TEST(many_that_were_held_back_are_let_go_in_steps_and_in_order, kind),
        STAGE_TEST(a_pause_that_was_undone_holds_nothing_back, kind),
        STAGE_TEST(a_paused_system_is_told_as_one_and_asked_for_nothing, kind),
        STAGE_TEST(a_pause_of_nothing_is_refused_in_a_sentence, kind),
    };
    return cmocka_run_group_tests_name("pauses", tests, NULL, NULL);
}
