/* How a delivery's step ends, and what is remembered of it for the next. */
#include "stage.h"

static void every_state_is_told_with_its_reason(void **state)
{
    static const char *const names[] = {"pending", "unknown", "failed",   "delivered",
                                        "skipped", "echo",    "discarded"};
    struct stage *stage = *state;

    for (size_t s = 0; s < SG_ROWS(names); s++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", s));

        (void)CAPTURE(stage, .key = ticket);
        END(stage, sg_stage_take(stage, "gam"), .state = (enum sg_delivery_state)s,
            .next_at = stage->now_ms + STAGE_HOUR_MS, .reason = SG_STR("چنین بود"));
        assert_string_equal(
            sg_stage_deliveries(stage, ticket),
            sg_str_c(stage->arena,
                     sg_str_format(stage->arena, "create-case %s چنین بود", names[s])));
        assert_string_equal(sg_delivery_state_name((enum sg_delivery_state)s), names[s]);
        assert_int_equal(sg_stage_count(stage, names[s]), 1);
    }
}

static void a_failure_says_what_where_and_why(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_FAILED, .was_called = true,
        .place = {"mappings/create-case.yaml", 10, 26}, .reason = SG_STR("no row for \"77\""),
        .pointer = SG_STR("/Letter/Subject"), .said = SG_STR("موضوع پذیرفته نیست"),
        .map_hash = SG_STR("h9"));
    assert_string_equal(sg_stage_view(stage, SG_VIEW_DELIVERIES, "1405-1", "249abcdeg"),
                        "create-case failed no row for \"77\" mappings/create-case.yaml 10 26"
                        " /Letter/Subject موضوع پذیرفته نیست h9");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_DELIVERIES, "1405-1", "67"),
                        "1782880200000 1782880200000");
}

static void a_fresh_delivery_has_no_past(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->state, SG_DELIVERY_PENDING);
    assert_int_equal(delivery->attempts, 0);
    assert_int_equal(delivery->temporary_ends, 0);
    assert_int_equal(delivery->others_delivered, 0);
    assert_int_equal(delivery->key_generation, 0);
    assert_int_equal(delivery->calls_of_ticket, 0);
    assert_int_equal(delivery->first_at, 0);
    assert_int_equal(delivery->sent_at, 0);
    assert_int_equal(delivery->sends, 0);
    assert_int_equal(delivery->empty_probes, 0);
    assert_int_equal(delivery->request.length, 0);
}

static void attempts_and_temporary_ends_are_counted_apart(void **state)
{
    static const struct {
        bool was_called, is_temporary, moves_key;
        int attempts, temporary_ends, key_generation;
    } rows[] = {
        {true, true, false, 1, 1, 0},
        {true, false, true, 2, 1, 1},   /* refused, and sent again by a person's word */
        {false, false, false, 2, 1, 1}, /* put back, for there was no slot */
        {true, true, false, 3, 2, 1},
        {false, true, false, 3, 3, 1},
    };
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_PENDING,
            .was_called = rows[r].was_called, .is_temporary = rows[r].is_temporary,
            .moves_key = rows[r].moves_key, .next_at = ++stage->now_ms);
        struct sg_delivery *delivery = sg_stage_take(stage, "gam");
        assert_int_equal(delivery->attempts, rows[r].attempts);
        assert_int_equal(delivery->temporary_ends, rows[r].temporary_ends);
        assert_int_equal(delivery->key_generation, rows[r].key_generation);
        assert_int_equal(delivery->first_at, STAGE_START_MS + 1);
        END(stage, delivery, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    }
}

static void what_others_got_is_counted_from_the_first_temporary_end(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", ""); /* before it: not counted */
    (void)CAPTURE(stage, .key = "1405-2");
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_PENDING, .was_called = true,
        .is_temporary = true, .next_at = stage->now_ms + STAGE_HOUR_MS);
    (void)CAPTURE(stage, .key = "1405-3");
    sg_stage_take_and_deliver(stage, "gam", "");
    (void)CAPTURE(stage, .key = "1405-4");
    sg_stage_take_and_deliver(stage, "gam", "");
    END(stage, &(struct sg_delivery){.id = 2}, .state = SG_DELIVERY_DELIVERED); /* another target */
    stage->now_ms += STAGE_HOUR_MS;
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->others_delivered, 2);
    END(stage, delivery, .state = SG_DELIVERY_PENDING, .is_temporary = true,
        .next_at = stage->now_ms); /* the mark stays at the first */
    assert_int_equal(sg_stage_take(stage, "gam")->others_delivered, 2);
}

static void a_write_ahead_is_given_back_with_its_request(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    stage->now_ms += 5;
    sg_stage_intend(stage, sg_stage_take(stage, "gam"), "POST نامه");
    assert_string_equal(sg_stage_takes(stage, "gam"), ""); /* it stays taken */
    sg_stage_crash_and_open(stage);
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    assert_int_equal(delivery->state, SG_DELIVERY_UNKNOWN);
    assert_int_equal(delivery->sent_at, STAGE_START_MS + 5);
    assert_int_equal(delivery->first_at, STAGE_START_MS + 5);
    assert_int_equal(delivery->sends, 1);
    assert_int_equal(delivery->empty_probes, 0);
    assert_true(sg_str_is(delivery->request, "POST نامه"));
}

static void probes_and_sends_are_kept_and_a_new_send_begins_its_probes_anew(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *first = sg_stage_take(stage, "gam");
    sg_stage_intend(stage, first, "نامه");
    END(stage, first, .state = SG_DELIVERY_UNKNOWN, .next_at = stage->now_ms, .sends = 1,
        .empty_probes = 2, .request = SG_STR("نامه"));
    const struct sg_delivery *again = sg_stage_take(stage, "gam");
    assert_int_equal(again->sends, 1);
    assert_int_equal(again->empty_probes, 2);
    assert_true(sg_str_is(again->request, "نامه"));
    sg_stage_intend(stage, again, "نامه");
    sg_stage_crash_and_open(stage);
    const struct sg_delivery *last = sg_stage_take(stage, "gam");
    assert_int_equal(last->sends, 2);
    assert_int_equal(last->empty_probes, 0);
}

/* Where the request that was written ahead is kept, and where it goes. */
static void a_request_is_kept_while_it_may_be_needed(void **state)
{
    static const struct {
        enum sg_delivery_state state;
        const char *given, *kept;
    } rows[] = {
        {SG_DELIVERY_PENDING, "نامه", "نامه"},
        {SG_DELIVERY_PENDING, "", ""},
        {SG_DELIVERY_UNKNOWN, "نامه", "نامه"},
    };
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_delivery *delivery = sg_stage_take(stage, "gam");

        sg_stage_intend(stage, delivery, "پیش از آن");
        END(stage, delivery, .state = rows[r].state, .next_at = stage->now_ms,
            .request = sg_str_of(rows[r].given));
        delivery = sg_stage_take(stage, "gam");
        assert_true(sg_str_is(delivery->request, rows[r].kept));
        assert_int_equal(delivery->state, rows[r].state);
        END(stage, delivery, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms);
    }
}

/* As people see it; "" when none is kept. */
static struct sg_str request_of(struct stage *stage, int64_t delivery)
{
    const struct sg_view_look look = {.delivery = delivery, .now_ms = stage->now_ms};
    struct sg_delivery out = {0};
    struct sg_view *view = NULL;
    bool is_there = false;
    struct sg_error err;

    assert_true(sg_view_open(stage->kind->kind, stage->settings.dir, &view, &err));
    assert_true(sg_view_look(view, stage->arena, &look, &out, &is_there, &err));
    sg_view_close(view);
    assert_true(is_there);
    return out.request;
}

/* However it came so far: nothing stays of what was said of it, nor what was sent. */
static void a_good_end_leaves_nothing_of_what_was_before(void **state)
{
    static const struct {
        enum sg_delivery_state state;
        const char *reason, *said, *request;
    } before[] = {
        {SG_DELIVERY_PENDING, "temporary", "", ""}, {SG_DELIVERY_PENDING, "", "HTTP 503", ""},
        {SG_DELIVERY_UNKNOWN, "", "", "نامه"},      {SG_DELIVERY_FAILED, "", "", "نامه"},
        {SG_DELIVERY_PENDING, "", "", ""},
    };
    struct stage *stage = *state;

    for (size_t b = 0; b < SG_ROWS(before); b++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", b));

        (void)CAPTURE(stage, .key = ticket);
        const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
        const char *id =
            sg_str_c(stage->arena, sg_str_format(stage->arena, "%lld", (long long)delivery->id));
        sg_stage_intend(stage, delivery, "نامه");
        END(stage, delivery, .state = before[b].state, .was_called = true,
            .is_in_doubt = before[b].state == SG_DELIVERY_FAILED, .next_at = stage->now_ms,
            .reason = sg_str_of(before[b].reason), .said = sg_str_of(before[b].said),
            .request = sg_str_of(before[b].request));
        if (before[b].state == SG_DELIVERY_FAILED)
            assert_string_equal(ASK(stage, RESOLVE, OF(delivery->id)), ""); /* not done */
        delivery = sg_stage_take(stage, "gam");
        sg_stage_intend(stage, delivery, "نامه");
        sg_stage_deliver(stage, delivery, "");
        assert_string_equal(sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, "49ade"), "delivered");
        assert_string_equal(sg_stage_view(stage, SG_VIEW_DELIVERY, id, "meghil"), "0");
        assert_int_equal(request_of(stage, delivery->id).length, 0);
    }
}

static void first_calls_of_a_ticket_within_the_hour_are_counted(void **state)
{
    struct stage *stage = *state;

    for (int64_t v = 1; v <= 3; v++) {
        (void)CAPTURE(stage, .key = "1405-1", .number = v);
        sg_stage_take_and_deliver(stage, "gam", "");
    }
    (void)CAPTURE(stage, .key = "1405-1", .number = 4);
    END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_SKIPPED); /* not called */
    (void)CAPTURE(stage, .key = "1405-1", .number = 5);
    for (int again = 0; again < 3; again++) { /* its own repeats are not counted */
        const struct sg_delivery *delivery = sg_stage_take(stage, "gam");

        assert_int_equal(delivery->calls_of_ticket, 3);
        END(stage, delivery, .state = SG_DELIVERY_PENDING, .was_called = true,
            .next_at = stage->now_ms);
    }
    (void)CAPTURE(stage, .key = "1405-2");
    stage->now_ms += STAGE_HOUR_MS;
    struct sg_delivery *deliveries = NULL;
    assert_int_equal(sg_stage_take_some(stage, "gam", 2, &deliveries), 2);
    assert_int_equal(deliveries[0].calls_of_ticket, 0);
    assert_int_equal(deliveries[1].calls_of_ticket, 0);
}

/* An end, or a write-ahead, that must be refused; the transaction goes on. */
static void what_has_ended_is_ended_once(void **state)
{
    static const enum sg_delivery_state ended[] = {SG_DELIVERY_DELIVERED, SG_DELIVERY_SKIPPED,
                                                   SG_DELIVERY_ECHO, SG_DELIVERY_DISCARDED};
    struct stage *stage = *state;
    struct sg_error err;

    for (size_t s = 0; s < SG_ROWS(ended); s++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", s));

        (void)CAPTURE(stage, .key = ticket, .version = "v1");
        (void)CAPTURE(stage, .key = ticket, .version = "v2");
        const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
        const struct sg_ending again = {.delivery = delivery->id, .state = SG_DELIVERY_DELIVERED};
        END(stage, delivery, .state = ended[s]);
        sg_stage_begin(stage);
        assert_false(sg_journal_end(stage->journal, &again, &err));
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_false(
            sg_journal_intend(stage->journal, delivery->id, stage->now_ms, SG_STR("نامه"), &err));
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        sg_stage_take_and_deliver(stage, "gam", "");
        sg_stage_commit(stage);
        assert_int_equal(sg_stage_count(stage, "pending"), 0);
    }
}

static void what_has_ended_a_moment_ago_is_ended_once_too(void **state)
{
    struct stage *stage = *state;
    struct sg_error err;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    const struct sg_ending again = {.delivery = delivery->id, .state = SG_DELIVERY_DELIVERED};
    sg_stage_begin(stage);
    END(stage, delivery, .state = SG_DELIVERY_SKIPPED);
    assert_false(sg_journal_end(stage->journal, &again, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    sg_stage_commit(stage);
    assert_int_equal(sg_stage_count(stage, "skipped"), 1);
}

static void what_is_not_there_or_failed_cannot_be_sent(void **state)
{
    struct stage *stage = *state;
    struct sg_error err;

    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_FAILED);
    sg_stage_begin(stage);
    assert_false(sg_journal_intend(stage->journal, delivery->id, 1, SG_STR("نامه"), &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_false(sg_journal_intend(stage->journal, 4711, 1, SG_STR("نامه"), &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_false(sg_journal_end(stage->journal, &(struct sg_ending){.delivery = 4711}, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
}

int sg_outcome_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(every_state_is_told_with_its_reason, kind),
        STAGE_TEST(a_failure_says_what_where_and_why, kind),
        STAGE_TEST(a_fresh_delivery_has_no_past, kind),
        STAGE_TEST(attempts_and_temporary_ends_are_counted_apart, kind),
        STAGE_TEST(what_others_got_is_counted_from_the_first_temporary_end, kind),
        STAGE_TEST(a_write_ahead_is_given_back_with_its_request, kind),
        STAGE_TEST(probes_and_sends_are_kept_and_a_new_send_begins_its_probes_anew, kind),
        STAGE_TEST(a_request_is_kept_while_it_may_be_needed, kind),
        STAGE_TEST(a_good_end_leaves_nothing_of_what_was_before, kind),
        STAGE_TEST(first_calls_of_a_ticket_within_the_hour_are_counted, kind),
        STAGE_TEST(what_has_ended_is_ended_once, kind),
        STAGE_TEST(what_has_ended_a_moment_ago_is_ended_once_too, kind),
        STAGE_TEST(what_is_not_there_or_failed_cannot_be_sent, kind),
    };
    return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
