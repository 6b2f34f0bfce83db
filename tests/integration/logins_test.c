/* Systems that ask for a login, as the running bridge meets them: what waits for one waits, what is
 * written ahead is sent in one, and nothing of it is kept. */
#include <dirent.h>

#include "base/file.h"
#include "stage.h"

enum { HOUR_MS = 3600 * 1000, FILE_MAX_BYTES = 16 << 20 };

#define LOGIN                                                    \
    "login: {request: {post: /login}, gives: {token: /token}}\n" \
    "always: {headers: {X-Token: session:/token}}\n"             \
    "answers: [{when: {from: /code, equals: \"-3\"}, is: login}]\n"
#define DESTINATION                                                                                \
    "system: dst\nurl: http://127.0.0.1:2\nformat: json\n" LOGIN "operations:\n"                   \
    "  make: {link: opens, request: {post: /m, content: {set: {/x: /x, /t: session:/token}}},\n"   \
    "         input: {/x: {}}, gives: {id: /id},\n"                                                \
    "         once: {visible_after: 1m, find: {request: {get: /m, query: {x: /x}}, items: /found," \
    " gives: {id: /id}}}}\n"
#define SOURCE "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
#define RECORD "    id: /id\n    key: /id\n"

/* src is read by a test alone. */
static const struct sg_stage_file FILES[] = {
    {"systems/src.yaml",
     SOURCE "records:\n  ticket:\n" RECORD "    read: {request: {get: /t}, items: \"\"}\n"},
    {"systems/dst.yaml", DESTINATION},
    {"make.yaml", "mapping: make\nfrom: src.ticket\nto: dst.make\nset: {/x: /id}\n"
                  "tests: [{name: t, given: {id: n}, expect: {x: n}}]\n"},
};

static bool is_login(const struct sg_call *call)
{
    return sg_str_is(call->request.path, "/login");
}

/* The oldest call, as it goes over the wire: "POST url X-Token body"; "nothing" without one. */
static const char *sent(struct sg_stage *stage)
{
    const struct sg_call *call = stage->calls[0]; /* read only where there is one */
    struct sg_str token = {0};
    struct sg_wire wire;
    struct sg_error err;

    if (stage->call_count == 0)
        return "nothing";
    if (!sg_request_render(call->system, &call->request, stage->now_ms, stage->arena, &wire, &err))
        fail_msg("%s", err.text);
    for (size_t h = 0; h < wire.header_count; h++)
        if (sg_str_is(wire.headers[h].name, "X-Token"))
            token = wire.headers[h].value;
    return sg_str_c(stage->arena,
                    sg_str_format(stage->arena, "%s %.*s %.*s %.*s", wire.method,
                                  SG_STR_ARG(sg_str_skip(wire.url, strlen("http://127.0.0.1:2"))),
                                  SG_STR_ARG(token), SG_STR_ARG(wire.body)));
}

static const char *state_of(struct sg_stage *stage, const char *ticket)
{
    const char *row = sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, 5);

    return strrchr(row, ' ') + 1;
}

static void pass(struct sg_stage *stage, int64_t ms)
{
    stage->now_ms += ms;
    sg_stage_settle(stage);
}

/* Whether a file of the journal holds the text. */
static bool is_kept(struct sg_stage *stage, const char *text)
{
    DIR *all = opendir(stage->state.path);
    bool is_found = false;

    assert_non_null(all);
    for (const struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
        struct sg_str path = sg_str_format(stage->arena, "%s/%s", stage->state.path, entry->d_name);
        struct sg_str bytes = {0};
        struct sg_error err;

        if (entry->d_type == DT_REG &&
            sg_file_read(stage->arena, sg_str_c(stage->arena, path), FILE_MAX_BYTES, &bytes, &err))
            is_found |= sg_str_find(bytes, 0, sg_str_of(text)) < bytes.length;
    }
    (void)closedir(all);
    return is_found;
}

static void what_is_written_ahead_is_sent_in_a_session_and_kept_without_it(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    assert_string_equal(sent(&stage), "POST /login  ");
    assert_string_equal(state_of(&stage, "1405-1"), "pending\n"); /* it cannot have been done */
    pass(&stage, 10000); /* longer than what is written ahead has time to be sent */
    sg_stage_answer(&stage, 200, "{\"token\":\"secret-1\"}");
    assert_string_equal(state_of(&stage, "1405-1"), "unknown\n");
    assert_string_equal(sent(&stage), "POST /m secret-1 {\"x\":\"1405-1\",\"t\":\"secret-1\"}");
    assert_true(stage.calls[0]->is_fresh);
    sg_stage_answer(&stage, 200, "{\"code\":\"-3\"}");
    assert_string_equal(sent(&stage), "POST /login  ");
    sg_stage_answer(&stage, 200, "{\"token\":\"secret-2\"}");
    assert_string_equal(sent(&stage), "POST /m secret-2 {\"x\":\"1405-1\",\"t\":\"secret-2\"}");
    assert_true(stage.calls[0]->is_fresh);
    sg_stage_answer(&stage, 0, ""); /* lost: it may have been done */
    assert_string_equal(state_of(&stage, "1405-1"), "unknown\n");
    assert_true(is_kept(&stage, "session_mark"));
    assert_false(is_kept(&stage, "secret-"));

    pass(&stage, 120000);
    for (int probe = 0; probe < 2; probe++) {
        while (stage.call_count == 0)
            pass(&stage, 1000);
        assert_string_equal(sent(&stage), "GET /m?x=1405-1 secret-2 ");
        if (probe == 1) { /* a look-up meets its end as well */
            sg_stage_answer(&stage, 401, "");
            sg_stage_answer(&stage, 200, "{\"token\":\"secret-3\"}");
            assert_string_equal(sent(&stage), "GET /m?x=1405-1 secret-3 ");
        }
        sg_stage_answer(&stage, 200, "{\"found\":[]}");
    }
    /* as it was kept, in the session of its own day */
    assert_string_equal(sent(&stage), "POST /m secret-3 {\"x\":\"1405-1\",\"t\":\"secret-3\"}");
    sg_stage_answer(&stage, 200, "{\"id\":\"7\"}");
    assert_string_equal(state_of(&stage, "1405-1"), "delivered\n");
    assert_false(is_kept(&stage, "secret-"));
    sg_stage_close(&stage);
}

static bool has_alarm(struct sg_stage *stage, const char *alarm)
{
    return strstr(sg_stage_view(stage, SG_VIEW_ALARMS, "", 2), alarm) != NULL;
}

static void a_wrong_password_is_an_alarm_and_makes_deliveries_wait(void **state)
{
    static struct sg_stage stage;
    int logins = 0;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\"}");
    assert_false(has_alarm(&stage, "login dst"));
    for (int64_t end = stage.now_ms + HOUR_MS; stage.now_ms < end; pass(&stage, 20000)) {
        while (stage.call_count > 0) {
            assert_true(is_login(stage.calls[0]));
            sg_stage_answer(&stage, 403, "");
            assert_true(has_alarm(&stage, "login dst"));
            assert_string_equal(state_of(&stage, "1405-1"), "pending\n");
            logins++;
        }
    }
    assert_in_range(logins, 8, 22); /* no storm of them */
    while (stage.call_count == 0)
        pass(&stage, 1000);
    sg_stage_answer(&stage, 200, "{\"token\":\"secret-1\"}");
    for (int sends = 0; sends < 2; sends++) {
        while (stage.call_count == 0)
            pass(&stage, 1000);
        sg_stage_answer(&stage, 200, sends == 0 ? "{\"id\":\"7\"}" : "{\"id\":\"8\"}");
    }
    assert_string_equal(state_of(&stage, "1405-1"), "delivered\n");
    assert_string_equal(state_of(&stage, "1405-2"), "delivered\n");
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 2), "");
    sg_stage_close(&stage);
}

static void reload(struct sg_stage *stage)
{
    struct sg_catalog *catalog = sg_stage_load(stage);

    sg_service_reload(stage->service, catalog, stage->now_ms);
    sg_catalog_free(catalog);
    sg_stage_settle(stage);
}

static void other_files_end_a_session_that_stands(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    sg_stage_answer(&stage, 200, "{\"token\":\"secret-1\"}");
    sg_stage_answer(&stage, 200, "{\"id\":\"7\"}");
    reload(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\"}");
    assert_string_equal(sent(&stage), "POST /login  ");
    sg_stage_answer(&stage, 200, "{\"token\":\"secret-2\"}");
    assert_string_equal(sent(&stage), "POST /m secret-2 {\"x\":\"1405-2\",\"t\":\"secret-2\"}");
    sg_stage_close(&stage);
}

static void a_session_outlives_the_files_it_was_opened_by(void **state)
{
    static const struct sg_stage_file files[] = {
        {"systems/src.yaml",
         SOURCE "records:\n  ticket:\n" RECORD "    read: {request: {get: /t}, items: \"\"}\n"},
        {"systems/dst.yaml",
         "system: dst\nurl: http://127.0.0.1:2\nformat: json\n"
         "login: {request: {post: /login}, gives: {token: {from: /token, default: guest}}}\n"
         "always: {headers: {X-Token: session:/token}}\n"
         "operations:\n  note: {link: opens, request: {post: /n}, input: {/x: {}},"
         " gives: {id: /id}, once: resend}\n"},
        {"note.yaml", "mapping: note\nfrom: src.ticket\nto: dst.note\nset: {/x: /id}\n"
                      "tests: [{name: t, given: {id: n}, expect: {x: n}}]\n"},
    };
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, files, SG_ROWS(files));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    reload(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\"}"); /* the same login is for it */
    assert_string_equal(sent(&stage), "POST /login  ");
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(sent(&stage), "POST /n guest {\"x\":\"1405-1\"}");
    sg_stage_answer(&stage, 200, "{\"id\":\"7\"}"); /* nobody needs the old files any more */
    assert_string_equal(sent(&stage), "POST /n guest {\"x\":\"1405-2\"}");
    sg_stage_close(&stage);
}

static void mended_files_end_the_alarm_and_the_pause(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    for (int refused = 0; refused < 3; refused++) {
        while (stage.call_count == 0)
            pass(&stage, 1000);
        sg_stage_answer(&stage, 403, "");
    }
    assert_true(has_alarm(&stage, "login dst"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\"}");
    assert_string_equal(sent(&stage), "nothing");
    reload(&stage);
    assert_false(has_alarm(&stage, "login dst"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-3\"}");
    assert_string_equal(sent(&stage), "POST /login  ");
    sg_stage_close(&stage);
}

static void a_pass_goes_on_in_a_new_session(void **state)
{
    static const struct sg_stage_file files[] = {
        {"systems/src.yaml", SOURCE LOGIN
         "records:\n  ticket:\n" RECORD
         "    poll:\n      every: 30s\n      request: {get: /t, query: {p: page:/number}}\n"
         "      items: /items\n      pages: {by: number}\n"
         "      answers: [{when: {from: /over, is: present}, is: login}]\n"
         "      fetch: [{request: {get: \"/t/{/id}\"}}]\n"},
        {"systems/dst.yaml", DESTINATION},
    };
    static const struct {
        const char *sent, *answer;
        int status;
    } calls[] = {
        {"POST /login  ", "{\"token\":\"secret-1\"}", 200},
        {"GET /t?p=1 secret-1 ", "{\"over\":true}", 200}, /* as the poll alone says it */
        {"POST /login  ", "{\"token\":\"secret-2\"}", 200},
        {"GET /t?p=1 secret-2 ", "{\"items\":[{\"id\":\"1\"},{\"id\":\"2\"}]}", 200},
        {"GET /t/1 secret-2 ", "{\"id\":\"1\"}", 200},
        {"GET /t/2 secret-2 ", "{\"code\":\"-3\"}", 200},
        {"POST /login  ", "{\"token\":\"secret-3\"}", 200},
        {"GET /t/2 secret-3 ", "{\"id\":\"2\"}", 200},
        {"GET /t?p=2 secret-3 ", "", 401},
        {"POST /login  ", "{\"token\":\"secret-4\"}", 200},
        {"GET /t?p=2 secret-4 ", "{\"items\":[]}", 200},
    };
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, files, SG_ROWS(files));
    for (size_t c = 0; c < SG_ROWS(calls); c++) {
        assert_string_equal(sent(&stage), calls[c].sent);
        sg_stage_answer(&stage, calls[c].status, calls[c].answer);
    }
    assert_int_equal(stage.call_count, 0);
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 2), "");
    assert_true(strstr(sg_stage_view(&stage, SG_VIEW_TOTALS, "", 2), "taken in 2") != NULL);
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_ahead_is_sent_in_a_session_and_kept_without_it),
        cmocka_unit_test(a_wrong_password_is_an_alarm_and_makes_deliveries_wait),
        cmocka_unit_test(other_files_end_a_session_that_stands),
        cmocka_unit_test(a_session_outlives_the_files_it_was_opened_by),
        cmocka_unit_test(mended_files_end_the_alarm_and_the_pause),
        cmocka_unit_test(a_pass_goes_on_in_a_new_session),
    };
    return cmocka_run_group_tests_name("logins", tests, NULL, NULL);
}
