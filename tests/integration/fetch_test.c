/* Stubs are made whole by calls of their own: each version once, each call in the system's turn. */
#include "base/buffer.h"
#include "journal/spool.h"
#include "stage.h"

#define SYSTEM(rest)                                                                        \
    "system: src\nurl: http://127.0.0.1:1\nformat: json\nlimits: {rate: 2/s}\nrecords:\n"   \
    "  ticket:\n    id: /id\n    key: /key\n    version: /v\n    poll:\n      every: 30s\n" \
    "      request: {get: /t}\n      items: /items\n"                                       \
    "      fetch: [{request: {get: \"/t/{/id}\"}}, {request: {get: \"/n/{/id}\"}, into: /n}]\n" rest

static const struct sg_stage_file FILES[] = {{"systems/src.yaml", SYSTEM("")}};

#define STUBS "{\"items\":[{\"id\":\"1\",\"v\":1},{\"id\":\"2\",\"v\":1}]}"

/* Lets time go by until there is a call, which must be for `path`; a rate may be in its way. */
static void wait_for(struct sg_stage *stage, const char *path)
{
    for (int turn = 0; turn < 3 && stage->call_count == 0; turn++) {
        stage->now_ms += 500;
        sg_stage_settle(stage);
    }
    assert_int_equal(stage->call_count, 1);
    assert_string_equal(sg_str_c(stage->arena, stage->calls[0]->request.path), path);
}

static void answer(struct sg_stage *stage, const char *path, int status, const char *body)
{
    wait_for(stage, path);
    sg_stage_answer(stage, status, body);
}

static void begin_pass(struct sg_stage *stage)
{
    stage->now_ms += 30000;
    sg_stage_settle(stage);
}

static const char *events(struct sg_stage *stage, const char *ticket)
{
    return sg_stage_view(stage, SG_VIEW_EVENTS, ticket, 6);
}

static const char *alarms(struct sg_stage *stage)
{
    return sg_stage_view(stage, SG_VIEW_ALARMS, "", 4);
}

static void what_was_fetched_is_an_event_and_not_fetched_again(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    answer(&stage, "/t", 200, STUBS);
    answer(&stage, "/t/1", 200, "{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\"}");
    answer(&stage, "/n/1", 200, "{\"text\":\"x\"}");
    assert_string_equal(events(&stage, "1405-1"), ""); /* a page is committed as a whole */
    answer(&stage, "/t/2", 200, "{\"id\":\"2\",\"v\":1,\"key\":\"1405-2\"}");
    answer(&stage, "/n/2", 404, "");
    assert_non_null(strstr(events(&stage, "1405-1"), " src ticket 1 1"));
    assert_non_null(strstr(events(&stage, "1405-2"), " src ticket 2 1"));
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_BODY, "1", 1),
                        "{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\",\"n\":{\"text\":\"x\"}}\n");
    begin_pass(&stage);
    answer(&stage, "/t", 200, STUBS);
    assert_int_equal(stage.call_count, 0); /* both are known */
    begin_pass(&stage);
    answer(&stage, "/t", 200, "{\"items\":[{\"id\":\"1\",\"v\":2},{\"id\":\"2\",\"v\":1}]}");
    answer(&stage, "/t/1", 200, "{\"id\":\"1\",\"v\":2,\"key\":\"1405-1\"}");
    answer(&stage, "/n/1", 200, "{}");
    assert_int_equal(stage.call_count, 0);
    assert_non_null(strstr(events(&stage, "1405-1"), " src ticket 1 2"));
    sg_stage_close(&stage);
}

static void what_could_be_fetched_is_kept_when_the_rest_cannot(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    for (int turn = 0; turn < 2; turn++) { /* the second time the first one is known */
        answer(&stage, "/t", 200, STUBS);
        if (turn == 0) {
            answer(&stage, "/t/1", 200, "{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\"}");
            answer(&stage, "/n/1", 200, "{}");
        }
        answer(&stage, "/t/2", 503, "");
        assert_non_null(strstr(events(&stage, "1405-1"), " src ticket 1 1"));
        assert_string_equal(alarms(&stage), "");
        begin_pass(&stage);
    }
    answer(&stage, "/t", 200, STUBS);
    answer(&stage, "/t/2", 403, "");
    assert_non_null(strstr(alarms(&stage), "fetch: HTTP 403"));
    begin_pass(&stage);
    answer(&stage, "/t", 200, STUBS);
    answer(&stage, "/t/2", 404, ""); /* gone: an event that failed, and the pass goes on */
    assert_string_equal(alarms(&stage), "");
    begin_pass(&stage);
    answer(&stage, "/t", 200, STUBS);
    assert_int_equal(stage.call_count, 0);
    sg_stage_close(&stage);
}

static void a_fetch_waits_for_its_turn(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    answer(&stage, "/t", 200, STUBS); /* the first of two calls in a second */
    answer(&stage, "/t/1", 200, "{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\"}");
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 0);
    wait_for(&stage, "/n/1");
    sg_stage_close(&stage); /* in the middle of a page: nothing is left behind */
}

static void replay(struct sg_stage *stage, int64_t delivery)
{
    struct sg_command command = {.kind = SG_COMMAND_REPLAY,
                                 .deliveries = &delivery,
                                 .count = 1,
                                 .who = SG_STR("sara"),
                                 .at = stage->now_ms};
    struct sg_error err;

    assert_true(sg_spool_write(stage->arena, stage->state.path, &command, &err));
    sg_stage_settle(stage);
}

/* "STATE … REASON" of a delivery. */
static const char *delivery(struct sg_stage *stage, const char *id)
{
    return sg_stage_view(stage, SG_VIEW_DELIVERY, id, 18);
}

static void a_replay_fetches_anew_what_was_not_there(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    answer(&stage, "/t", 200, "{\"items\":[{\"id\":\"1\",\"v\":1}]}");
    answer(&stage, "/t/1", 404, "");
    assert_non_null(strstr(delivery(&stage, "1"), "1 failed"));
    replay(&stage, 1);
    answer(&stage, "/t/1", 503, "");
    assert_non_null(strstr(delivery(&stage, "1"), "1 pending"));
    begin_pass(&stage);
    if (strcmp(sg_str_c(stage.arena, stage.calls[0]->request.path), "/t") == 0)
        sg_stage_answer(&stage, 200, "{\"items\":[]}");
    answer(&stage, "/t/1", 200, "{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\"}");
    answer(&stage, "/n/1", 200, "{}");
    assert_non_null(strstr(delivery(&stage, "1"), "1 skipped"));
    assert_non_null(strstr(events(&stage, "1405-1"), " src ticket 1 1"));
    sg_stage_close(&stage);
}

static const struct sg_stage_file READ_FILES[] = {
    {"systems/src.yaml", "system: src\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n"
                         "  ticket:\n    id: /id\n    key: /key\n    version: /v\n"
                         "    poll: {every: 1h, request: {get: /t}, items: /items}\n"
                         "    read: {request: {get: \"/r/{/id}\"}, items: /it}\n"},
};

/* `{"id":"1","v":2,"key":"1405-1","x":"…"}`, larger than is kept, inside of `around`. */
static const char *large(struct sg_stage *stage, const char *before, const char *id,
                         const char *after)
{
    struct sg_buffer out = {.arena = stage->arena};

    sg_buffer_add_format(&out, "%s{\"id\":\"%s\",\"v\":2,\"key\":\"1405-1\",\"x\":\"", before, id);
    for (int64_t i = 0; i < 100000; i++)
        sg_buffer_add_byte(&out, 'x');
    sg_buffer_add_format(&out, "\"}%s", after);
    return sg_buffer_c(&out);
}

static void a_stub_that_was_too_large_is_read_again_by_its_id(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, READ_FILES, SG_ROWS(READ_FILES));
    answer(&stage, "/t", 200,
           large(&stage, "{\"items\":[{\"id\":\"1\",\"v\":1,\"key\":\"1405-1\"},", "1", "]}"));
    assert_non_null(strstr(delivery(&stage, "2"), "2 failed"));
    replay(&stage, 2); /* what is kept is no larger than it was */
    answer(&stage, "/r/1", 200, large(&stage, "{\"it\":", "1", "}"));
    assert_non_null(strstr(delivery(&stage, "2"), "too large"));
    stage.settings.max_event_bytes = 200000;
    replay(&stage, 2);
    answer(&stage, "/r/1", 404, "");
    assert_non_null(strstr(delivery(&stage, "2"), "no such record any more"));
    replay(&stage, 2);
    answer(&stage, "/r/1", 403, "");
    assert_non_null(strstr(delivery(&stage, "2"), "cannot be fetched"));
    replay(&stage, 2);
    answer(&stage, "/r/1", 200, large(&stage, "{\"it\":", "2", "}"));
    assert_non_null(strstr(delivery(&stage, "2"), "another record than was asked for"));
    replay(&stage, 2);
    answer(&stage, "/r/1", 503, "");
    assert_non_null(strstr(delivery(&stage, "2"), "2 pending"));
    begin_pass(&stage);
    answer(&stage, "/r/1", 200, large(&stage, "{\"it\":", "1", "}"));
    assert_non_null(strstr(delivery(&stage, "2"), "read again, and taken in"));
    assert_int_equal(strlen(sg_stage_view(&stage, SG_VIEW_BODY, "3", 1)),
                     strlen(large(&stage, "", "1", "\n")));
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_fetched_is_an_event_and_not_fetched_again),
        cmocka_unit_test(what_could_be_fetched_is_kept_when_the_rest_cannot),
        cmocka_unit_test(a_fetch_waits_for_its_turn),
        cmocka_unit_test(a_replay_fetches_anew_what_was_not_there),
        cmocka_unit_test(a_stub_that_was_too_large_is_read_again_by_its_id),
    };
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
