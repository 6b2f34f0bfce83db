/* Shadows, by which an empty update is known, and our own changes, by which an echo is. */
#include "stage.h"

/* Takes the next of `target` and delivers it with a new shadow of `add_update`. */
static void deliver_shadow(struct stage *stage, const char *target, const char *hash)
{
    END(stage, sg_stage_take(stage, target), .state = SG_DELIVERY_DELIVERED, .was_called = true,
        .operation = SG_STR("add_update"), .input_hash = sg_str_of(hash));
}

/* The shadow that the next delivery to SAJA is given; it is then skipped. */
static const char *shadow_of_next(struct stage *stage)
{
    const struct sg_delivery *delivery = sg_stage_take(stage, "saja");

    END(stage, delivery, .state = SG_DELIVERY_SKIPPED);
    return sg_str_c(stage->arena, delivery->shadow);
}

static void a_shadow_is_the_input_that_was_delivered_last(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    assert_int_equal(sg_stage_take(stage, "saja")->shadow.length, 0);
    END(stage, &(struct sg_delivery){.id = 1}, .state = SG_DELIVERY_DELIVERED,
        .operation = SG_STR("add_update"), .input_hash = SG_STR("نخست"));
    deliver_shadow(stage, "saja", "دوم");
    assert_string_equal(shadow_of_next(stage), "دوم");
}

static void a_shadow_belongs_to_its_ticket_round_and_operation(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    deliver_shadow(stage, "saja", "الف");
    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "دوباره");
    assert_string_equal(shadow_of_next(stage), "");
    (void)CAPTURE(stage, .key = "1405-2", .number = 1);
    assert_string_equal(shadow_of_next(stage), "");
    (void)CAPTURE(stage, .key = "1405-2", .number = 2);
    END(stage, sg_stage_take(stage, "saja"), .state = SG_DELIVERY_DELIVERED,
        .operation = SG_STR("close_ticket"), .input_hash = SG_STR("ب"));
    (void)CAPTURE(stage, .key = "1405-2", .number = 3);
    assert_string_equal(shadow_of_next(stage), "");
    (void)CAPTURE(stage, .key = "1405-1", .number = 3, .round = "دوباره");
    assert_string_equal(shadow_of_next(stage), "");
}

static void a_shadow_is_given_only_to_a_route_that_wants_it(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .link = "12/1405", .id = "1");
    deliver_shadow(stage, "saja", "الف");
    (void)CAPTURE(stage, .link = "12/1405", .id = "2");
    assert_string_equal(shadow_of_next(stage), ""); /* response-to-ticket does not */
    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2");
    assert_string_equal(shadow_of_next(stage), "الف");
}

/* An event of SAJA that is no echo: which shadows are then left? */
static void an_event_that_is_no_echo_clears_the_shadows_of_its_system_and_ticket(void **state)
{
    static const struct {
        const char *ticket;
        bool clears;
        const char *left;
    } rows[] = {
        {"1405-1", false, "الف"},
        {"1405-2", true, "الف"},
        {"1405-1", true, ""},
    };
    struct stage *stage = *state;
    int64_t version = 1;

    sg_stage_set_routes(stage, "create-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .number = version);
    deliver_shadow(stage, "saja", "الف");
    sg_stage_take_and_deliver(stage, "gam", "");
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        (void)CAPTURE(stage, .key = rows[r].ticket, .number = ++version);
        END(stage, sg_stage_take(stage, "gam"), .state = SG_DELIVERY_SKIPPED,
            .clears_shadows = rows[r].clears);
        END(stage, sg_stage_take(stage, "saja"), .state = SG_DELIVERY_SKIPPED);
        (void)CAPTURE(stage, .key = "1405-1", .number = ++version);
        sg_stage_take_and_deliver(stage, "gam", "");
        assert_string_equal(shadow_of_next(stage), rows[r].left);
    }
}

static void a_delivery_that_clears_and_leaves_a_shadow_leaves_it(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    END(stage, sg_stage_take(stage, "saja"), .state = SG_DELIVERY_DELIVERED, .clears_shadows = true,
        .operation = SG_STR("add_update"), .input_hash = SG_STR("الف"));
    (void)CAPTURE(stage, .key = "1405-1", .number = 2);
    assert_string_equal(shadow_of_next(stage), "الف");
}

/* Our own change to SAJA's ticket, made by the delivery that is next for SAJA. */
static void change_ticket(struct stage *stage, const char *ticket, int change)
{
    struct sg_str version = sg_str_format(stage->arena, "o%d", change);
    struct sg_str shows = sg_str_format(stage->arena, "s,%d:", change);

    END(stage, sg_stage_take(stage, "saja"), .state = SG_DELIVERY_DELIVERED,
        .own_record = SG_STR("ticket"), .own_id = sg_str_of(ticket),
        .own_change = {version, shows});
}

/* "VERSION=SHOWS …" of the next delivery to SAJA. */
static const char *own_changes_of_next(struct stage *stage)
{
    struct sg_buffer out = {.arena = stage->arena};
    const struct sg_delivery *delivery = sg_stage_take(stage, "saja");

    for (size_t c = 0; c < delivery->own_change_count; c++)
        sg_buffer_add_format(&out, "%s%.*s=%.*s", c == 0 ? "" : " ",
                             SG_STR_ARG(delivery->own_changes[c].version),
                             SG_STR_ARG(delivery->own_changes[c].shows));
    END(stage, delivery, .state = SG_DELIVERY_SKIPPED);
    return sg_buffer_c(&out);
}

static void the_newest_eight_of_our_own_changes_are_told_oldest_first(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "note-ticket");
    for (int change = 1; change <= 9; change++) {
        (void)CAPTURE(stage, .key = "1405-1", .number = change,
                      .shape = "s"); /* and the head moves */
        change_ticket(stage, "1405-1", change);
    }
    (void)CAPTURE(stage, .key = "1405-1", .number = 10, .shape = "s");
    assert_string_equal(own_changes_of_next(stage), "o2=s,2: o3=s,3: o4=s,4: o5=s,5: o6=s,6:"
                                                    " o7=s,7: o8=s,8: o9=s,9:");
    (void)CAPTURE(stage, .key = "1405-2");
    assert_string_equal(own_changes_of_next(stage), ""); /* another record */
}

static void a_change_to_a_record_not_seen_yet_is_kept_until_there_is_a_shape_before(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "note-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    change_ticket(stage, "1405-2", 1);
    for (int again = 0; again < 2; again++)
        assert_int_equal(CAPTURE(stage, .key = "1405-2", .version = "v1", .shape = "s"),
                         again == 0 ? SG_CAPTURED_NEW : SG_CAPTURED_REPEAT);
    assert_string_equal(own_changes_of_next(stage), ""); /* there is nothing to compare with */
    (void)CAPTURE(stage, .key = "1405-2", .version = "v2", .shape = "s");
    assert_string_equal(own_changes_of_next(stage), "o1=s,1:");
}

int sg_shadows_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_shadow_is_the_input_that_was_delivered_last, kind),
        STAGE_TEST(a_shadow_belongs_to_its_ticket_round_and_operation, kind),
        STAGE_TEST(a_shadow_is_given_only_to_a_route_that_wants_it, kind),
        STAGE_TEST(an_event_that_is_no_echo_clears_the_shadows_of_its_system_and_ticket, kind),
        STAGE_TEST(a_delivery_that_clears_and_leaves_a_shadow_leaves_it, kind),
        STAGE_TEST(the_newest_eight_of_our_own_changes_are_told_oldest_first, kind),
        STAGE_TEST(a_change_to_a_record_not_seen_yet_is_kept_until_there_is_a_shape_before, kind),
    };
    return cmocka_run_group_tests_name("shadows", tests, NULL, NULL);
}
