/* Cursors, alarms, contacts, facts, what drifts, and mappings that are missed. */
#include "stage.h"

static const char *cursor_of(struct stage *stage, const char *system, const char *record)
{
    struct sg_str text = SG_STR("?");
    struct sg_error err;

    assert_true(sg_journal_get_cursor(stage->journal, stage->arena, sg_str_of(system),
                                      sg_str_of(record), &text, &err));
    return sg_str_c(stage->arena, text);
}

static void set_cursor(struct stage *stage, const char *record, const char *text)
{
    struct sg_error err;

    assert_true(sg_journal_set_cursor(stage->journal, SG_STR("saja"), sg_str_of(record),
                                      sg_str_of(text), &err));
}

static void a_cursor_is_what_was_set_last_and_at_first_nothing(void **state)
{
    struct stage *stage = *state;

    assert_string_equal(cursor_of(stage, "saja", "ticket"), "");
    sg_stage_begin(stage);
    set_cursor(stage, "ticket", "1");
    set_cursor(stage, "ticket", "{\"time\":2}");
    set_cursor(stage, "survey", "9");
    sg_stage_commit(stage);
    assert_string_equal(cursor_of(stage, "saja", "ticket"), "{\"time\":2}");
    assert_string_equal(cursor_of(stage, "saja", "survey"), "9");
    assert_string_equal(cursor_of(stage, "gam", "ticket"), "");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_CURSORS, "", "012"),
                        "saja survey 1782880200000; saja ticket 1782880200000");
}

static void a_cursor_and_the_events_before_it_become_durable_together(void **state)
{
    struct stage *stage = *state;

    sg_stage_begin(stage);
    (void)CAPTURE(stage, .key = "1405-1");
    set_cursor(stage, "ticket", "1");
    sg_stage_crash_and_open(stage);
    assert_string_equal(cursor_of(stage, "saja", "ticket"), "");
    assert_int_equal(sg_stage_count(stage, "taken in"), 0);
}

static void an_alarm_is_told_from_its_begin_to_its_end(void **state)
{
    static const struct {
        const char *words;
        bool changed;
        const char *stands;
    } rows[] = {
        {"", false, ""},
        {"پاسخ نمی‌دهد", true, "poll saja 1782880200001 پاسخ نمی‌دهد"},
        {"پاسخ نمی‌دهد", false, "poll saja 1782880200001 پاسخ نمی‌دهد"},
        {"صفحه ناخوانا", false, "poll saja 1782880200001 صفحه ناخوانا"}, /* the same alarm */
        {"", true, ""},
        {"", false, ""},
        {"دوباره", true, "poll saja 1782880200006 دوباره"},
    };
    struct stage *stage = *state;
    struct sg_error err;

    for (size_t r = 0; r < SG_ROWS(rows); r++, stage->now_ms++) {
        bool changed = !rows[r].changed;

        sg_stage_begin(stage);
        assert_true(sg_journal_set_alarm(stage->journal, "poll", SG_STR("saja"),
                                         sg_str_of(rows[r].words), &changed, &err));
        sg_stage_commit(stage);
        assert_int_equal(changed, rows[r].changed);
        assert_string_equal(sg_stage_view(stage, SG_VIEW_ALARMS, "", "0123"), rows[r].stands);
    }
}

static void alarms_of_other_names_and_systems_stand_apart(void **state)
{
    struct stage *stage = *state;
    struct sg_error err;
    bool changed = false;

    sg_stage_begin(stage);
    assert_true(sg_journal_set_alarm(stage->journal, "poll", SG_STR("saja"), SG_STR("الف"),
                                     &changed, &err));
    assert_true(
        sg_journal_set_alarm(stage->journal, "poll", SG_STR("gam"), SG_STR("ب"), &changed, &err));
    assert_true(
        sg_journal_set_alarm(stage->journal, "disk", SG_STR(""), SG_STR("پ"), &changed, &err));
    assert_true(
        sg_journal_set_alarm(stage->journal, "poll", SG_STR("saja"), SG_STR(""), &changed, &err));
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_ALARMS, "", "013"), "disk پ; poll gam ب");
}

static void a_contact_and_a_fact_are_what_was_said_last(void **state)
{
    const struct sg_contact contacts[] = {
        {SG_STR("gam"), 1, 2, SG_STR("503"), 3, 4},
        {SG_STR("saja"), 5, 0, SG_STR(""), 0, 0},
        {SG_STR("gam"), 6, 2, SG_STR("در دسترس نیست"), 0, 0},
    };
    struct stage *stage = *state;
    struct sg_error err;

    sg_stage_begin(stage);
    for (size_t c = 0; c < SG_ROWS(contacts); c++)
        assert_true(sg_journal_set_contact(stage->journal, &contacts[c], &err));
    assert_true(sg_journal_set_fact(stage->journal, "mappings", SG_STR("h1"), &err));
    assert_true(sg_journal_set_fact(stage->journal, "mappings", SG_STR("h2"), &err));
    sg_stage_commit(stage);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_CONTACTS, "", "012345"),
                        "gam 6 2 در دسترس نیست 0 0; saja 5 0 0 0");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_FACTS, "", "01"), "mappings h2");
}

/* Every drift, with what the view shows of it; and every outline. */
static const char *kept(struct stage *stage)
{
    struct sg_buffer out = {.arena = stage->arena};
    struct sg_drift *drifts = NULL;
    struct sg_kept_outline *outlines = NULL;
    struct sg_error err;
    size_t count = 0;

    assert_true(sg_journal_drifts(stage->journal, stage->arena, &drifts, &count, &err));
    for (size_t d = 0; d < count; d++)
        sg_buffer_add_format(&out, "%s%.*s.%.*s %s %.*s (%.*s) (%.*s) %d-%d %d", d > 0 ? "; " : "",
                             SG_STR_ARG(drifts[d].system), SG_STR_ARG(drifts[d].record),
                             sg_drift_kind_name(drifts[d].kind), SG_STR_ARG(drifts[d].pointer),
                             SG_STR_ARG(drifts[d].shows), SG_STR_ARG(drifts[d].example),
                             (int)drifts[d].since, (int)drifts[d].last_at, (int)drifts[d].times);
    assert_true(sg_journal_outlines(stage->journal, stage->arena, &outlines, &count, &err));
    for (size_t o = 0; o < count; o++)
        sg_buffer_add_format(&out, "; %.*s.%.*s: %.*s", SG_STR_ARG(outlines[o].system),
                             SG_STR_ARG(outlines[o].record), SG_STR_ARG(outlines[o].text));
    return sg_buffer_c(&out);
}

static void what_drifts_is_kept_until_it_ends(void **state)
{
    struct stage *stage = *state;
    struct sg_drift drifts[] = {
        {SG_STR("saja"), SG_STR("ticket"), SG_DRIFT_FIELD, SG_STR("/ناحیه"), SG_STR(""),
         SG_STR("text of 12"), 1, 2, 3},
        {SG_STR("saja"), SG_STR("ticket"), SG_DRIFT_TYPE, SG_STR("/lat"),
         SG_STR("text, was number"), SG_STR(""), 4, 5, 6},
        {SG_STR("gam"), SG_STR("response"), SG_DRIFT_GONE, SG_STR("/Text"), SG_STR(""), SG_STR(""),
         7, 8, 100},
        {SG_STR("gam"), SG_STR("response"), SG_DRIFT_CODE, SG_STR("/Outcome/@Code"), SG_STR("77"),
         SG_STR(""), 9, 9, 1},
        {SG_STR("gam"), SG_STR("response"), SG_DRIFT_MORE, SG_STR(""), SG_STR(""), SG_STR(""), 9, 9,
         1},
    };
    const struct sg_kept_outline outline = {SG_STR("saja"), SG_STR("ticket"), SG_STR("{}")};
    struct sg_error err;

    sg_stage_begin(stage);
    for (size_t d = 0; d < SG_ROWS(drifts); d++)
        assert_true(sg_journal_set_drift(stage->journal, &drifts[d], &err));
    assert_true(sg_journal_set_outline(stage->journal, &outline, &err));
    sg_stage_commit(stage);
    sg_stage_begin(stage);
    drifts[0].last_at = 20;
    drifts[0].times = 4;
    assert_true(sg_journal_set_drift(stage->journal, &drifts[0], &err));
    assert_true(sg_journal_end_drift(stage->journal, &drifts[3], &err));
    sg_stage_commit(stage);
    sg_stage_crash_and_open(stage);
    assert_string_equal(kept(stage), "gam.response gone /Text () () 7-8 100; "
                                     "gam.response more  () () 9-9 1; "
                                     "saja.ticket field /ناحیه () (text of 12) 1-20 4; "
                                     "saja.ticket type /lat (text, was number) () 4-5 6; "
                                     "saja.ticket: {}");
    assert_string_equal(sg_stage_view(stage, SG_VIEW_DRIFTS, "", "2368"),
                        "more 9 1; gone /Text 7 100; type /lat 4 6; field /ناحیه 1 4");
}

/* Names of mappings with open deliveries that are not among `routes`. */
static const char *orphans(struct stage *stage, const struct sg_route *routes, size_t count)
{
    struct sg_buffer out = {.arena = stage->arena};
    struct sg_names names = {0};
    struct sg_error err;

    assert_true(sg_journal_find_orphans(stage->journal, stage->arena, routes, count, &names, &err));
    for (size_t n = 0; n < names.count; n++)
        sg_buffer_add_format(&out, "%s%.*s", n == 0 ? "" : " ", SG_STR_ARG(names.at[n]));
    return sg_buffer_c(&out);
}

static void a_mapping_is_an_orphan_while_it_has_open_deliveries_and_no_route(void **state)
{
    const struct sg_route kept = {.mapping = SG_STR("create-case")};
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case cancel-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    (void)CAPTURE(stage, .key = "1405-2");
    (void)CAPTURE(stage, .key = "", .content = "بی شناسه", .problem = "no id"); /* of no mapping */
    assert_string_equal(orphans(stage, &kept, 1), "cancel-case note-ticket");
    assert_string_equal(orphans(stage, NULL, 0), "cancel-case create-case note-ticket");
    for (int n = 0; n < 2; n++) {
        struct sg_delivery *notes = NULL;

        assert_int_equal(sg_stage_take_some(stage, "saja", 1, &notes), 1);
        END(stage, notes, .state = n == 0 ? SG_DELIVERY_SKIPPED : SG_DELIVERY_FAILED);
    }
    assert_string_equal(orphans(stage, &kept, 1), "cancel-case note-ticket"); /* one has failed */
}

/* Names of mappings that deliveries wait for. */
static const char *waiting(struct stage *stage)
{
    struct sg_buffer out = {.arena = stage->arena};
    struct sg_names names = {0};
    struct sg_error err;

    assert_true(sg_journal_find_waiting(stage->journal, stage->arena, &names, &err));
    for (size_t n = 0; n < names.count; n++)
        sg_buffer_add_format(&out, "%s%.*s", n == 0 ? "" : " ", SG_STR_ARG(names.at[n]));
    return sg_buffer_c(&out);
}

static void a_mapping_is_waited_for_while_it_has_no_route_and_not_all_has_failed(void **state)
{
    struct stage *stage = *state;
    struct sg_error err;

    sg_stage_set_routes(stage, "create-case note-ticket");
    (void)CAPTURE(stage, .key = "1405-1");
    (void)CAPTURE(stage, .key = "", .content = "بی شناسه", .problem = "no id"); /* of no mapping */
    assert_string_equal(waiting(stage), "");
    sg_stage_set_routes(stage, "note-ticket");
    assert_string_equal(waiting(stage), "create-case");
    sg_stage_set_routes(stage, "");
    assert_string_equal(waiting(stage), "create-case note-ticket");
    assert_string_equal(orphans(stage, NULL, 0), ""); /* nothing is in force that could go */
    struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    END(stage, delivery, .state = SG_DELIVERY_PENDING, .next_at = stage->now_ms + 60000);
    assert_string_equal(sg_stage_takes(stage, "gam"), "");
    sg_stage_set_routes(stage, "create-case");
    sg_stage_begin(stage);
    assert_true(sg_journal_wake_waiting(stage->journal, SG_STR("create-case"), &err));
    sg_stage_commit(stage);
    sg_stage_set_routes(stage, "");
    (void)sg_stage_take_and_fail(stage, "gam", "no row");
    assert_string_equal(waiting(stage), "note-ticket");
}

/* --- versions --- */

static void note(struct stage *stage, const char *hash, const char *who, const char *how)
{
    const struct sg_route route = {.mapping = SG_STR("create-case"), .map_hash = sg_str_of(hash)};
    const struct sg_author author = {sg_str_of(who), sg_str_of(how)};
    struct sg_error err;

    sg_stage_begin(stage);
    assert_true(sg_journal_note_versions(stage->journal, &route, 1, &author, &err));
    sg_stage_commit(stage);
}

/* map_hash, since when it is in force, who put it there, how */
static const char *versions(struct stage *stage, const char *ticket)
{
    return sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, "gijk");
}

static void a_delivery_says_since_when_its_version_is_in_force_and_by_whom(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-0");
    assert_string_equal(versions(stage, "1405-0"), "h1"); /* of before this was kept */
    note(stage, "h1", "sgbridge", "start");
    stage->now_ms += 1000;
    note(stage, "h1", "sara", "reload"); /* the same file: nothing has changed */
    assert_string_equal(versions(stage, "1405-0"), "h1 1782880200000 sgbridge start");
    sg_stage_take_and_deliver(stage, "gam", "44/1405");
    note(stage, "h2", "sara", "reload");
    stage->now_ms -= 60000; /* a clock that was set back */
    note(stage, "h1", "rahimi", "SIGHUP");
    (void)CAPTURE(stage, .key = "1405-1");
    sg_stage_crash_and_open(stage);
    assert_string_equal(versions(stage, "1405-0"), "h1 1782880200000 sgbridge start");
    assert_string_equal(versions(stage, "1405-1"), "h1 1782880201001 rahimi SIGHUP");
}

int sg_notes_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_cursor_is_what_was_set_last_and_at_first_nothing, kind),
        STAGE_TEST(a_cursor_and_the_events_before_it_become_durable_together, kind),
        STAGE_TEST(an_alarm_is_told_from_its_begin_to_its_end, kind),
        STAGE_TEST(alarms_of_other_names_and_systems_stand_apart, kind),
        STAGE_TEST(a_contact_and_a_fact_are_what_was_said_last, kind),
        STAGE_TEST(what_drifts_is_kept_until_it_ends, kind),
        STAGE_TEST(a_mapping_is_an_orphan_while_it_has_open_deliveries_and_no_route, kind),
        STAGE_TEST(a_mapping_is_waited_for_while_it_has_no_route_and_not_all_has_failed, kind),
        STAGE_TEST(a_delivery_says_since_when_its_version_is_in_force_and_by_whom, kind),
    };
    return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
