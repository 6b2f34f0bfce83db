/* A ticket that is re-opened begins its next round. */
#include "stage.h"

/* What came for one ticket, one after the other: its rounds then, and the round of each event. */
static void the_nth_different_value_is_round_n(void **state)
{
    static const struct {
        const char *values[4]; /* of the record's `round`; NULL: no more */
        const char *rounds, *of_events;
    } rows[] = {
        {{""}, "1", "1"},
        {{"", ""}, "1", "1; 1"},
        {{"الف"}, "1 الف", "1"},
        {{"", "الف"}, "1; 2 الف", "1; 2"},
        {{"", "الف", "ب"}, "1; 2 الف; 3 ب", "1; 2; 3"},
        {{"الف", "ب", "الف"}, "1 الف; 2 ب", "1; 2; 1"}, /* seen before: its own */
        {{"الف", "ب", ""}, "1 الف; 2 ب", "1; 2; 2"},    /* nothing: the current one */
        {{"", "الف", "", "الف"}, "1; 2 الف", "1; 2; 2; 2"},
    };
    struct stage *stage = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const char *ticket = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", r));

        for (size_t v = 0; v < SG_ROWS(rows[r].values) && rows[r].values[v] != NULL; v++)
            (void)CAPTURE(stage, .key = ticket, .round = rows[r].values[v],
                          .number = (int64_t)v + 1);
        assert_string_equal(sg_stage_view(stage, SG_VIEW_ROUNDS, ticket, "01"), rows[r].rounds);
        assert_string_equal(sg_stage_view(stage, SG_VIEW_EVENTS, ticket, "6"), rows[r].of_events);
    }
}

static void an_older_event_begins_no_round(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "الف");
    (void)CAPTURE(stage, .key = "1405-1", .number = 1, .round = "پیشتر");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ROUNDS, "1405-1", "01"), "1 الف");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_EVENTS, "1405-1", "6"), "1; 1");
    (void)CAPTURE(stage, .id = "7", .key = "1405-2", .number = 2);
    (void)CAPTURE(stage, .id = "7", .key = "1405-3", .number = 1); /* not even a ticket's first */
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ROUNDS, "1405-3", "01"), "");
    assert_string_equal(sg_stage_deliveries(stage, "1405-3"), "create-case skipped older");
}

static void tickets_count_their_rounds_apart(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .round = "الف");
    (void)CAPTURE(stage, .key = "1405-2", .round = "ب");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ROUNDS, "1405-2", "01"), "1 ب");
}

static void a_delivery_tells_its_round_and_the_newest(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "دوباره");
    const struct sg_delivery *late = sg_stage_take(stage, "gam");
    assert_int_equal(late->round, 1);
    assert_int_equal(late->latest_round, 2);
    sg_stage_deliver(stage, late, "12/1405");
    const struct sg_delivery *now = sg_stage_take(stage, "gam");
    assert_int_equal(now->round, 2);
    assert_int_equal(now->latest_round, 2);
}

static void an_answer_belongs_to_the_round_of_its_case(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .number = 1);
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "دوباره");
    sg_stage_take_and_deliver(stage, "gam", "90/1405");
    (void)CAPTURE(stage, .link = "90/1405");
    (void)CAPTURE(stage, .link = "12/1405");
    const struct sg_delivery *first = sg_stage_take(stage, "saja");
    assert_int_equal(first->round, 2);
    sg_stage_deliver(stage, first, "");
    assert_int_equal(sg_stage_take(stage, "saja")->round, 1);
}

int sg_rounds_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_nth_different_value_is_round_n, kind),
        STAGE_TEST(an_older_event_begins_no_round, kind),
        STAGE_TEST(tickets_count_their_rounds_apart, kind),
        STAGE_TEST(a_delivery_tells_its_round_and_the_newest, kind),
        STAGE_TEST(an_answer_belongs_to_the_round_of_its_case, kind),
    };
    return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
