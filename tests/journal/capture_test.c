/* What is taken in, what is a repeat, and what is older than what was seen. */
#include "stage.h"

/* 2026-07-01T05:00:00Z and one second later. */
#define FIVE       INT64_C(1782882000000)
#define FIVE_AND_1 INT64_C(1782882001000)
/* 2099-01-01T00:00:00Z: a clock that nobody set. */
#define YEAR_2099 INT64_C(4070908800000)

static void a_record_is_taken_in_once_with_one_delivery_a_route(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "cancel-case create-case note-ticket");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v1"), SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v1"), SG_CAPTURED_REPEAT);
    assert_string_equal(sg_stage_view(stage, SG_VIEW_EVENTS, "1405-1", "23456"),
                        "saja ticket 1405-1 v1 1");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case pending; cancel-case pending; note-ticket pending");
    assert_int_equal(sg_stage_count(stage, "taken in"), 3);
    assert_int_equal(sg_stage_count(stage, "repeats"), 1);
}

static void a_version_is_captured_while_it_is_the_head_or_kept(void **state)
{
    static const struct {
        const char *id, *version;
        bool is_captured;
    } rows[] = {
        {"1405-1", "v1", true},  {"1405-1", "v2", true}, {"1405-1", "v3", false},
        {"1405-2", "v1", false}, {"", "v1", false},
    };
    struct stage *stage = *state;
    struct sg_sighting seen[SG_ROWS(rows)];
    struct sg_error err;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1", .content = "A");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2", .content = "B");
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        seen[r] = (struct sg_sighting){sg_str_of(rows[r].id), sg_str_of(rows[r].version), false};
    assert_true(sg_journal_find_captured(stage->journal, SG_STR("saja"), SG_STR("ticket"), seen,
                                         SG_ROWS(rows), &err));
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_int_equal(seen[r].is_captured, rows[r].is_captured);
    assert_true(
        sg_journal_find_captured(stage->journal, SG_STR("gam"), SG_STR("ticket"), seen, 1, &err));
    assert_false(seen[0].is_captured);
}

/* Two captures of one record after its first; which of them are new. */
static void what_is_a_repeat_is_told_by_version_and_content(void **state)
{
    static const struct {
        struct stage_event second, third;
        enum sg_captured second_is, third_is;
    } rows[] = {
        /* the head again */
        {{.version = "v1", .content = "A"},
         {.version = "v1", .content = "A"},
         SG_CAPTURED_REPEAT,
         SG_CAPTURED_REPEAT},
        /* an earlier one that is still kept */
        {{.version = "v2", .content = "B"},
         {.version = "v1", .content = "A"},
         SG_CAPTURED_NEW,
         SG_CAPTURED_REPEAT},
        /* two edits in one second; then the first of them again, which is still kept */
        {{.version = "v1", .content = "B"},
         {.version = "v1", .content = "A"},
         SG_CAPTURED_NEW,
         SG_CAPTURED_REPEAT},
        /* a version of its own with a content that was seen before */
        {{.version = "v2", .content = "B"},
         {.version = "v3", .content = "A"},
         SG_CAPTURED_NEW,
         SG_CAPTURED_NEW},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage *stage = *state;
        struct stage_event second = rows[r].second, third = rows[r].third;

        second.key = third.key = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", r));
        (void)CAPTURE(stage, .key = second.key, .version = "v1", .content = "A");
        assert_int_equal(sg_stage_capture(stage, &second), rows[r].second_is);
        assert_int_equal(sg_stage_capture(stage, &third), rows[r].third_is);
    }
}

static void a_return_to_an_earlier_content_is_new_where_no_version_is_declared(void **state)
{
    struct stage *stage = *state;

    assert_int_equal(CAPTURE(stage, .key = "1405-1", .content = "باز"), SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .content = "باز"), SG_CAPTURED_REPEAT);
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .content = "بسته"), SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .content = "باز"), SG_CAPTURED_NEW);
}

static void records_of_other_names_and_systems_are_no_repeats(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "7", .version = "v1");
    assert_int_equal(CAPTURE(stage, .key = "7", .version = "v1", .record = "survey"),
                     SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .link = "7", .id = "7", .version = "v1", .record = "ticket"),
                     SG_CAPTURED_NEW);
}

/* A head, and what comes after it: is it older, and so skipped? */
static void only_times_and_numbers_are_compared_by_value(void **state)
{
    static const struct {
        struct stage_event head, next;
        bool is_older;
    } rows[] = {
        {{.time = FIVE_AND_1}, {.time = FIVE}, true},
        {{.time = FIVE}, {.time = FIVE_AND_1}, false},
        {{.time = FIVE, .content = "A"}, {.time = FIVE, .content = "B"}, false},
        {{.number = 10}, {.number = 9}, true}, /* by value: as text "9" is greater */
        {{.number = 9}, {.number = 10}, false},
        {{.version = "v2"}, {.version = "v1"}, false}, /* opaque: in order of capture */
        {{.version = "v2"}, {.number = 1}, false},
        {{.number = 10}, {.version = "9"}, false},
        {{.time = FIVE}, {.number = 9}, false},
        {{.time = YEAR_2099}, {.time = FIVE}, false}, /* more than a day ahead says nothing */
        {{.time = STAGE_START_MS + STAGE_DAY_MS + 1}, {.time = FIVE}, false},
        {{.time = STAGE_START_MS + STAGE_DAY_MS}, {.time = FIVE}, true},
        {{.number = YEAR_2099}, {.number = FIVE}, true}, /* a number is no time */
    };
    struct stage *stage = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage_event head = rows[r].head, next = rows[r].next;

        head.key = next.key = sg_str_c(stage->arena, sg_str_format(stage->arena, "1405-%zu", r));
        (void)sg_stage_capture(stage, &head);
        assert_int_equal(sg_stage_capture(stage, &next), SG_CAPTURED_NEW);
        assert_string_equal(sg_stage_deliveries(stage, head.key),
                            rows[r].is_older ? "create-case pending; create-case skipped older"
                                             : "create-case pending; create-case pending");
    }
}

static void an_older_event_moves_no_head(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .number = 5, .shape = "five");
    (void)CAPTURE(stage, .key = "1405-1", .number = 3, .shape = "three");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .number = 5), SG_CAPTURED_REPEAT);
    (void)CAPTURE(stage, .key = "1405-1", .number = 4, .shape = "four");
    (void)CAPTURE(stage, .key = "1405-1", .number = 6, .shape = "six");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case pending; create-case skipped older;"
                        " create-case skipped older; create-case pending");
    sg_stage_take_and_deliver(stage, "gam", "");
    assert_true(sg_str_is(sg_stage_take(stage, "gam")->shape_before, "five"));
}

static void a_head_of_2099_does_not_stop_what_comes_after_it(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .time = YEAR_2099);
    (void)CAPTURE(stage, .key = "1405-1", .time = FIVE_AND_1);
    (void)CAPTURE(stage, .key = "1405-1", .time = FIVE); /* the head is a time like others again */
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case pending; create-case pending; create-case skipped older");
}

static void an_event_with_a_problem_is_one_failed_row_in_nobodys_way(void **state)
{
    struct stage *stage = *state;

    sg_stage_set_routes(stage, "create-case note-ticket");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .content = "شناسه ندارد", .problem = "no id"),
                     SG_CAPTURED_NEW);
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), " failed no id");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "v1>create-case");
    assert_string_equal(sg_stage_takes(stage, "saja"), "v1>note-ticket");
    assert_string_equal(sg_stage_takes(stage, ""), "");
}

static void an_event_with_a_problem_is_known_again_by_its_content(void **state)
{
    struct stage *stage = *state;

    assert_int_equal(CAPTURE(stage, .key = "", .content = "الف", .problem = "no id"),
                     SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "", .content = "ب", .problem = "no id"),
                     SG_CAPTURED_NEW);
    assert_int_equal(CAPTURE(stage, .key = "", .content = "الف", .problem = "no id"),
                     SG_CAPTURED_REPEAT);
    assert_int_equal(sg_stage_count(stage, "failed"), 2);
    assert_int_equal(sg_stage_count(stage, "repeats"), 1);
}

static void a_stub_fails_and_the_record_goes_on_without_it(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2", .size = 2000000,
                  .problem = "2000000 bytes: too large");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v2", .size = 2000000,
                             .problem = "2000000 bytes: too large"),
                     SG_CAPTURED_REPEAT);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"),
                        "create-case pending;  failed 2000000 bytes: too large;"
                        " create-case pending");
}

static void what_could_be_no_event_may_be_one_later(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .version = "v1");
    (void)CAPTURE(stage, .key = "1405-1", .version = "v2", .problem = "too large");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v2"), SG_CAPTURED_NEW);
    (void)CAPTURE(stage, .key = "1405-1", .version = "v3");
    assert_int_equal(CAPTURE(stage, .key = "1405-1", .version = "v2"), SG_CAPTURED_REPEAT);
}

static void without_a_mapping_an_event_is_skipped_and_says_so(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .record = "survey");
    (void)CAPTURE(stage, .link = "12/1405", .record = "letter");
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), " skipped no mapping");
    assert_int_equal(sg_stage_count(stage, "skipped"), 2);
}

static void a_delivery_brings_the_event_as_it_was_captured(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1", .time = FIVE, .content = "{\"شرح\":\"نشت آب\"}",
                  .round = "باز", .shape = "s", .is_own = true);
    const struct sg_delivery *delivery = sg_stage_take(stage, "gam");
    const struct sg_event *event = &delivery->event;
    struct sg_sha256 sha = sg_sha256_of(event->body);

    assert_true(sg_str_is(event->system, "saja") && sg_str_is(event->record, "ticket"));
    assert_true(sg_str_is(event->record_id, "1405-1") && sg_str_is(event->key, "1405-1"));
    assert_true(sg_str_is(event->version, "1782882000000") && event->is_version_declared);
    assert_int_equal(event->version_kind, SG_VERSION_TIME);
    assert_int_equal(event->version_value, FIVE);
    assert_true(sg_str_is(event->round, "باز") && sg_str_is(event->shape, "s"));
    assert_true(event->is_own && !event->is_key_linked);
    assert_int_equal(event->captured_at, STAGE_START_MS);
    assert_true(sg_str_is(event->body, "{\"شرح\":\"نشت آب\"}"));
    assert_memory_equal(event->sha256.bytes, sha.bytes, sizeof sha.bytes);
    assert_int_equal(event->size, event->body.length);
    assert_true(sg_str_is(delivery->ticket, "1405-1") &&
                sg_str_is(delivery->mapping, "create-case"));
    assert_int_equal(delivery->run, 1);
    assert_int_equal(delivery->shape_before.length, 0);
}

int sg_capture_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_record_is_taken_in_once_with_one_delivery_a_route, kind),
        STAGE_TEST(what_is_a_repeat_is_told_by_version_and_content, kind),
        STAGE_TEST(a_version_is_captured_while_it_is_the_head_or_kept, kind),
        STAGE_TEST(a_return_to_an_earlier_content_is_new_where_no_version_is_declared, kind),
        STAGE_TEST(records_of_other_names_and_systems_are_no_repeats, kind),
        STAGE_TEST(only_times_and_numbers_are_compared_by_value, kind),
        STAGE_TEST(an_older_event_moves_no_head, kind),
        STAGE_TEST(a_head_of_2099_does_not_stop_what_comes_after_it, kind),
        STAGE_TEST(an_event_with_a_problem_is_one_failed_row_in_nobodys_way, kind),
        STAGE_TEST(an_event_with_a_problem_is_known_again_by_its_content, kind),
        STAGE_TEST(a_stub_fails_and_the_record_goes_on_without_it, kind),
        STAGE_TEST(what_could_be_no_event_may_be_one_later, kind),
        STAGE_TEST(without_a_mapping_an_event_is_skipped_and_says_so, kind),
        STAGE_TEST(a_delivery_brings_the_event_as_it_was_captured, kind),
    };
    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
