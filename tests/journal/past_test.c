/* The last events, as mappings are told of them, whoever reads them meanwhile. */
#include "journal/view_past.h"

#include "stage.h"

/* `KIND TICKET.ROUND/LATEST BODY LINKS; ` */
static void add(const struct sg_past_event *event, void *owner)
{
    static const char *const kinds[SG_PAST_KINDS] = {"whole", "blanked", "no event", "unlinked"};
    const struct sg_delivery *delivery = &event->delivery;

    sg_buffer_add_format(owner, "%s %.*s.%d/%d %.*s", kinds[event->kind],
                         SG_STR_ARG(delivery->ticket), (int)delivery->round,
                         (int)delivery->latest_round, SG_STR_ARG(delivery->event.body));
    for (size_t l = 0; l < delivery->link_count; l++)
        sg_buffer_add_format(owner, " %.*s:%.*s", SG_STR_ARG(delivery->links[l].system),
                             SG_STR_ARG(delivery->links[l].id));
    sg_buffer_add(owner, SG_STR("; "));
}

/* At most `events`, newest first, `room` a page; `pages` is how many were asked for. */
static const char *read_past(struct stage *stage, int64_t events, int64_t room, int *pages)
{
    struct sg_buffer told = {.arena = stage->arena};
    struct sg_past_page page = {.before = INT64_MAX, .room = room, .each = add, .owner = &told};
    struct sg_view *view = NULL;
    struct sg_error err;

    *pages = 0;
    assert_true(sg_view_open(stage->kind->kind, stage->settings.dir, &view, &err));
    do {
        assert_true(sg_view_past(view, &page, &err));
        events -= page.count;
        (*pages)++;
    } while (events > 0 && page.count == page.room);
    sg_view_close(view);
    return sg_buffer_c(&told);
}

static void the_last_events_come_newest_first_page_by_page(void **state)
{
    struct stage *stage = *state;
    int pages;

    assert_string_equal(read_past(stage, 10, 2, &pages), "");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1", .content = "1");
    (void)CAPTURE(stage, .key = "1405-2", .version = "v1", .content = "2");
    (void)CAPTURE(stage, .key = "1405-3", .version = "v1", .content = "3");
    assert_string_equal(read_past(stage, 10, 2, &pages),
                        "whole 1405-3.1/1 3 saja:1405-3; whole 1405-2.1/1 2 saja:1405-2;"
                        " whole 1405-1.1/1 1 saja:1405-1; ");
    assert_int_equal(pages, 2);
    assert_string_equal(read_past(stage, 1, 1, &pages), "whole 1405-3.1/1 3 saja:1405-3; ");
}

static void an_event_has_the_links_of_its_round_and_knows_the_latest(void **state)
{
    struct stage *stage = *state;
    int pages;

    (void)CAPTURE(stage, .key = "1405-1", .number = 1, .content = "1");
    sg_stage_take_and_deliver(stage, "gam", "12/1405");
    (void)CAPTURE(stage, .key = "1405-1", .number = 2, .round = "دوباره", .content = "2");
    (void)CAPTURE(stage, .link = "12/1405", .content = "3");
    assert_string_equal(read_past(stage, 10, 10, &pages),
                        "whole 1405-1.1/2 3 gam:12/1405 saja:1405-1;"
                        " whole 1405-1.2/2 2 saja:1405-1;"
                        " whole 1405-1.1/2 1 gam:12/1405 saja:1405-1; ");
}

static void what_no_mapping_would_be_told_of_says_why(void **state)
{
    struct stage *stage = *state;
    int pages;

    (void)CAPTURE(stage, .key = "1405-1", .content = "1");
    sg_stage_take_and_deliver(stage, "gam", "");
    (void)CAPTURE(stage, .key = "1405-2", .content = "2", .problem = "no id");
    (void)CAPTURE(stage, .link = "99/1405", .content = "3", .problem = "no id");
    (void)CAPTURE(stage, .link = "12/1405", .content = "4");
    stage->now_ms += 91 * STAGE_DAY_MS;
    (void)sg_stage_sweep(stage);
    assert_string_equal(read_past(stage, 10, 10, &pages),
                        "unlinked .0/0 ; no event .0/0 ; no event 1405-2.0/0 ;"
                        " blanked 1405-1.1/0 ; ");
}

int sg_past_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_last_events_come_newest_first_page_by_page, kind),
        STAGE_TEST(an_event_has_the_links_of_its_round_and_knows_the_latest, kind),
        STAGE_TEST(what_no_mapping_would_be_told_of_says_why, kind),
    };
    return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
