/* What waits for a link, what a link moves, and links that cannot be. */
#include "stage.h"

/* Every link that a delivery brings, as "SYSTEM ID; …" in order of systems. */
static const char *links_of(struct stage *stage, const struct sg_delivery *delivery)
{
    struct sg_buffer out = {.arena = stage->arena};

    for (size_t l = 0; l < delivery->link_count; l++)
        sg_buffer_add_format(&out, "%s%.*s %.*s", l == 0 ? "" : "; ",
                             SG_STR_ARG(delivery->links[l].system),
                             SG_STR_ARG(delivery->links[l].id));
    return sg_buffer_c(&out);
}

static void a_link_is_made_by_a_delivery_and_told_to_the_next_ones(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    const struct sg_delivery *first = sg_stage_take(stage, "gam");
    assert_string_equal(links_of(stage, first), "saja 1405-1"); /* whose records give the key */
    sg_stage_deliver(stage, first, "12/1405");
    assert_string_equal(links_of(stage, sg_stage_take(stage, "gam")), "gam 12/1405; saja 1405-1");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "012"), "1 gam 12/1405");
}

static void a_round_does_not_see_the_link_of_another(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "دوباره");
    const struct sg_delivery *second = sg_stage_take(stage, "gam");
    assert_string_equal(links_of(stage, second), "saja 1405-1");
    sg_stage_deliver(stage, second, "90/1405");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "012"),
                        "1 gam 12/1405; 2 gam 90/1405");
}

static void without_its_link_an_event_waits_and_is_never_due(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "12/1405");
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    assert_int_equal(sg_stage_count(stage, "pending"), 1);
}

static void a_link_moves_what_waited_in_order_into_the_lanes_of_all_targets(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case response-to-ticket acknowledge");
    (void)CAPTURE(stage, .link = "12/1405", .id = "1", .content = "نخست");
    (void)CAPTURE(stage, .link = "12/1405", .id = "2", .content = "دوم");
    (void)CAPTURE(stage, .link = "77/1405", .id = "3", .content = "دیگر");
    (void)CAPTURE(stage, .key = "1405-1", .content = "بلیت");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "acknowledge pending; response-to-ticket pending;"
                        " acknowledge pending; response-to-ticket pending; create-case delivered");
    const struct sg_delivery *answer = sg_stage_take(stage, "saja");
    assert_true(sg_str_is(answer->event.body, "نخست"));
    assert_string_equal(links_of(stage, answer), "gam 12/1405; saja 1405-1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "نخست>acknowledge");
}

static void a_link_and_what_it_moves_are_one_transaction(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    (void)CAPTURE(stage, .key = "1405-1");
    const struct sg_delivery *opening = sg_stage_take(stage, "gam");
    sg_stage_begin(stage);
    sg_stage_deliver(stage, opening, "12/1405");
    sg_stage_rollback(stage);
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "");
    sg_stage_deliver(stage, opening, "12/1405");
    assert_string_equal(sg_stage_takes(stage, "saja"), "پاسخ>response-to-ticket");
}

static void an_older_event_that_a_link_brings_goes_before_what_stands_there(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket response-to-ticket");
    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    (void)CAPTURE(stage, .key = "1405-1", .content = "بلیت");
    const struct sg_delivery *opening = sg_stage_take(stage, "gam");
    sg_stage_deliver(stage, opening, "12/1405");
    sg_stage_begin(stage); /* what is asked between two transactions may be behind */
    sg_stage_commit(stage);
    const struct sg_delivery *answer = sg_stage_take(stage, "saja");
    assert_true(sg_str_is(answer->event.body, "پاسخ"));
    sg_stage_deliver(stage, answer, "");
    assert_string_equal(sg_stage_takes(stage, "saja"), "بلیت>note-ticket");
}

static void what_is_in_flight_keeps_its_turn_until_its_step_ends(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket response-to-ticket");
    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    (void)CAPTURE(stage, .key = "1405-1", .content = "بلیت");
    const struct sg_delivery *opening = sg_stage_take(stage, "gam");
    const struct sg_delivery *note = sg_stage_take(stage, "saja");
    sg_stage_deliver(stage, opening, "12/1405");
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    END(stage, note, .state = SG_DELIVERY_PENDING, .was_called = true, .is_temporary = true,
        .next_at = stage->now_ms + STAGE_HOUR_MS);
    assert_string_equal(sg_stage_takes(stage, "saja"), "پاسخ>response-to-ticket");
}

static void a_link_finds_what_had_failed_only_for_want_of_it(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "12/1405", .content = "پاسخ");
    (void)CAPTURE(stage, .key = "1405-1", .content = "بلیت");
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_begin(stage);
    sg_stage_commit(stage);
    assert_int_equal(sg_stage_count(stage, "failed"), 1);
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_int_equal(sg_stage_count(stage, "failed"), 0);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "response-to-ticket pending; create-case delivered");
    assert_string_equal(sg_stage_takes(stage, "saja"), "پاسخ>response-to-ticket");
}

static void waiting_too_long_fails_or_skips(void **state)
{
    static const struct {
        int64_t wait_ms;
        bool skips;
        const char *becomes;
    } rows[] = {{STAGE_DAY_MS, false, "failed"}, {STAGE_HOUR_MS, true, "skipped"}};
    struct stage *stage = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        (void)CAPTURE(stage, .link = "12/1405", .id = rows[r].becomes, .wait_ms = rows[r].wait_ms,
                      .skips_after_wait = rows[r].skips);
        stage->now_ms += rows[r].wait_ms - 1;
        sg_stage_begin(stage);
        sg_stage_commit(stage);
        assert_int_equal(sg_stage_count(stage, rows[r].becomes), 0);
        stage->now_ms += 1;
        sg_stage_begin(stage);
        sg_stage_commit(stage);
        assert_int_equal(sg_stage_count(stage, rows[r].becomes), 1);
        assert_int_equal(sg_stage_count(stage, "pending"), 0);
    }
}

static void what_was_skipped_for_want_of_a_link_stays_so(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .link = "12/1405", .skips_after_wait = true);
    (void)CAPTURE(stage, .key = "1405-1");
    stage->now_ms += STAGE_DAY_MS;
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_int_equal(sg_stage_count(stage, "skipped"), 1);
    assert_string_equal(sg_stage_takes(stage, "saja"), "");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case delivered");
}

static void a_second_link_of_a_round_fails_and_names_both(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    sg_stage_take_and_deliver(stage, "gam", "13/1405");
    assert_string_equal(
        sg_stage_deliveries(stage, "1405-1"),
        "create-case delivered; create-case failed done, as 13/1405, but this round is"
        " linked to 12/1405");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "2"), "12/1405");
}

static void an_id_that_is_linked_elsewhere_fails_and_says_where(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .key = "1405-2");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-2"),
                        "create-case failed done, as 12/1405, but that is linked to ticket"
                        " 1405-1, round 1");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-2", "2"), "");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2", .round = "دوباره");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_int_equal(sg_stage_count(stage, "failed"), 2);
}

static void the_same_link_again_is_fine(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case delivered; create-case delivered");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_LINKS, "1405-1", "02"), "1 12/1405");
}

int sg_links_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_link_is_made_by_a_delivery_and_told_to_the_next_ones, kind),
        STAGE_TEST(a_round_does_not_see_the_link_of_another, kind),
        STAGE_TEST(without_its_link_an_event_waits_and_is_never_due, kind),
        STAGE_TEST(a_link_moves_what_waited_in_order_into_the_lanes_of_all_targets, kind),
        STAGE_TEST(a_link_and_what_it_moves_are_one_transaction, kind),
        STAGE_TEST(an_older_event_that_a_link_brings_goes_before_what_stands_there, kind),
        STAGE_TEST(what_is_in_flight_keeps_its_turn_until_its_step_ends, kind),
        STAGE_TEST(a_link_finds_what_had_failed_only_for_want_of_it, kind),
        STAGE_TEST(waiting_too_long_fails_or_skips, kind),
        STAGE_TEST(what_was_skipped_for_want_of_a_link_stays_so, kind),
        STAGE_TEST(a_second_link_of_a_round_fails_and_names_both, kind),
        STAGE_TEST(an_id_that_is_linked_elsewhere_fails_and_says_where, kind),
        STAGE_TEST(the_same_link_again_is_fine, kind),
    };
    return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
