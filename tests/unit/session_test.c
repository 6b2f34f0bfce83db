#include "connectors/session.h"

#include "connector_unit.h"
#include "connectors/login.h"

enum { CALLS_MAX = 32, MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static const char SYSTEM[] =
    "system: s\nurl: http://127.0.0.1:1\nformat: json\n"
    "login:\n"
    "  request: {post: /login, content: {set: {/user: {const: u}}}}\n"
    "  gives: {token: /token}\n"
    "  lasts: 20m\n"
    "always: {headers: {X-Token: session:/token}}\n"
    "answers: [{when: {from: /code, equals: \"-3\"}, is: login}]\n"
    "operations: {do: {request: {post: /do}, input: {/a: {}}, once: idempotent}}\n";

/* Without a login. */
static const char OPEN_SYSTEM[] =
    "system: s\nurl: http://127.0.0.1:2\nformat: json\n"
    "operations: {do: {request: {post: /do}, input: {/a: {}}, once: idempotent}}\n";

/* A call as its owner makes it, and what came of it. */
struct made {
    struct sg_call call; /* first: `done` is given it */
    struct sg_knock knock;
    int ends;
    struct sg_reply reply;
};

/* Sessions on a clock and a network that the test plays itself. */
struct stage {
    struct sg_transport transport; /* first */
    struct sg_arena *arena;
    struct sg_sessions *sessions;
    const struct sg_system *system;
    int64_t now_ms;
    struct sg_call *under_way[CALLS_MAX]; /* in the order in which they began */
    size_t count;
    int logins;
    int tells;
    char told[200];
};

static void start_call(struct sg_transport *transport, struct sg_call *call, int64_t now_ms)
{
    struct stage *stage = (struct stage *)transport;

    (void)now_ms;
    assert_true(stage->count < CALLS_MAX);
    stage->under_way[stage->count++] = call;
    stage->logins += sg_str_is(call->request.path, "/login");
}

static int64_t now_of(void *owner)
{
    return ((const struct stage *)owner)->now_ms;
}

static void tell(void *owner, struct sg_str system, struct sg_str words)
{
    struct stage *stage = owner;

    assert_true(sg_str_is(system, "s"));
    stage->tells++;
    (void)snprintf(stage->told, sizeof stage->told, "%.*s", SG_STR_ARG(words));
}

static void open_stage(struct stage *stage)
{
    *stage =
        (struct stage){.transport = {start_call}, .arena = sg_arena_new(), .now_ms = UNIT_NOW_MS};
    stage->system = unit_system(stage->arena, SYSTEM);
    stage->sessions = sg_sessions_new(&(struct sg_sessions_setup){
        .through = &stage->transport, .owner = stage, .now_ms = now_of, .tell = tell});
}

static void close_stage(struct stage *stage)
{
    assert_int_equal(stage->count, 0);
    sg_sessions_free(stage->sessions);
    sg_arena_free(stage->arena);
}

static void on_done(struct sg_call *call, const struct sg_reply *reply)
{
    struct made *made = (struct made *)call;

    made->ends++;
    made->reply = *reply;
}

static void make(struct stage *stage, struct made *made, const struct sg_system *system)
{
    struct sg_transport *transport = sg_sessions_transport(stage->sessions);

    *made = (struct made){.call = {.system = system,
                                   .arena = stage->arena,
                                   .request = {.method = SG_METHOD_POST, .path = SG_STR("/do")},
                                   .kind = SG_CALL_WRITE,
                                   .done = on_done}};
    transport->start(transport, &made->call, stage->now_ms);
    assert_int_equal(made->ends, 0); /* never from inside */
    (void)sg_sessions_run(stage->sessions);
}

static void make_some(struct stage *stage, struct made *made, size_t count)
{
    for (size_t m = 0; m < count; m++)
        make(stage, &made[m], stage->system);
}

/* Answers the oldest call; status 0 is no connection. */
static void answer(struct stage *stage, int status, const char *header, const char *body)
{
    struct sg_call *call = stage->under_way[0];
    struct sg_reply reply = unit_reply(stage->arena, status, header, body);

    assert_true(stage->count > 0);
    if (status == 0)
        reply = (struct sg_reply){.kind = SG_REPLY_NOT_SENT, .problem = SG_STR("no connection")};
    memmove(stage->under_way, stage->under_way + 1, --stage->count * sizeof(struct sg_call *));
    call->done(call, &reply);
    (void)sg_sessions_run(stage->sessions);
}

/* The token that the call under way carries; "" for none. */
static const char *token_of(struct stage *stage, size_t c)
{
    const struct sg_call *call = stage->under_way[c];
    struct sg_wire wire;
    struct sg_error err;

    if (!sg_request_render(call->system, &call->request, stage->now_ms, stage->arena, &wire, &err))
        fail_msg("%s", err.text);
    for (size_t h = 0; h < wire.header_count; h++)
        if (sg_str_is(wire.headers[h].name, "X-Token"))
            return sg_str_c(stage->arena, wire.headers[h].value);
    return "";
}

/* A session by the token `t`, in which a call was answered well. */
static void begin_session(struct stage *stage, const char *t)
{
    struct made made;

    make(stage, &made, stage->system);
    answer(stage, 200, NULL,
           sg_str_c(stage->arena, sg_str_format(stage->arena, "{\"token\":\"%s\"}", t)));
    answer(stage, 200, NULL, "{}");
    assert_int_equal(made.reply.status, 200);
    stage->logins = 0;
}

static void whoever_has_no_session_waits_for_one_login(void **state)
{
    struct stage stage;
    struct made made[5];

    (void)state;
    open_stage(&stage);
    make_some(&stage, made, SG_ROWS(made));
    assert_int_equal(stage.count, 1);
    assert_string_equal(token_of(&stage, 0), ""); /* `always` is not for the login */
    answer(&stage, 200, NULL, "{\"token\":\"t1\"}");
    assert_int_equal(stage.logins, 1);
    assert_int_equal(stage.count, SG_ROWS(made));
    for (size_t m = 0; m < SG_ROWS(made); m++) {
        assert_string_equal(token_of(&stage, 0), "t1");
        answer(&stage, 200, NULL, "{}");
        assert_int_equal(made[m].ends, 1);
    }
    assert_int_equal(stage.tells, 0);
    close_stage(&stage);
}

static void a_session_that_ended_is_renewed_once_for_all_who_met_its_end(void **state)
{
    struct stage stage;
    struct made made[3];

    (void)state;
    open_stage(&stage);
    begin_session(&stage, "t1");
    make_some(&stage, made, SG_ROWS(made));
    assert_int_equal(stage.count, 3);
    answer(&stage, 401, NULL, "");
    answer(&stage, 200, NULL, "{\"code\":\"-3\"}"); /* inside a 200 */
    answer(&stage, 200, NULL, "{\"code\":\"-3\"}");
    assert_int_equal(stage.count, 1);
    answer(&stage, 200, NULL, "{\"token\":\"t2\"}");
    assert_int_equal(stage.logins, 1);
    for (size_t m = 0; m < SG_ROWS(made); m++) {
        assert_int_equal(made[m].ends, 0);
        assert_string_equal(token_of(&stage, 0), "t2");
        answer(&stage, 201, NULL, "{}");
        assert_int_equal(made[m].ends, 1);
        assert_int_equal(made[m].reply.status, 201);
    }
    close_stage(&stage);
}

static void a_late_answer_to_an_old_session_does_not_end_the_new_one(void **state)
{
    struct stage stage;
    struct made made[2];

    (void)state;
    open_stage(&stage);
    begin_session(&stage, "t1");
    make_some(&stage, made, 2);
    answer(&stage, 401, NULL, "");
    stage.under_way[2] = stage.under_way[0];
    stage.under_way[0] = stage.under_way[1]; /* the login is answered first */
    stage.under_way[1] = stage.under_way[2];
    answer(&stage, 200, NULL, "{\"token\":\"t2\"}");
    answer(&stage, 401, NULL, ""); /* of t1 */
    assert_int_equal(stage.logins, 1);
    assert_int_equal(stage.count, 2); /* both go out again */
    assert_string_equal(token_of(&stage, 0), "t2");
    assert_string_equal(token_of(&stage, 1), "t2");
    answer(&stage, 200, NULL, "{}");
    answer(&stage, 200, NULL, "{}");
    close_stage(&stage);
}

static void a_call_is_repeated_once_and_no_more(void **state)
{
    struct stage stage;
    struct made made;

    (void)state;
    open_stage(&stage);
    begin_session(&stage, "t1");
    make(&stage, &made, stage.system);
    answer(&stage, 401, NULL, "");
    answer(&stage, 200, NULL, "{\"token\":\"t2\"}");
    answer(&stage, 401, NULL, ""); /* the repeated call */
    assert_int_equal(stage.count, 0);
    assert_int_equal(stage.logins, 1);
    assert_int_equal(made.ends, 1);
    assert_int_equal(made.reply.status, 401);
    assert_int_equal(stage.tells, 0);
    make(&stage, &made, stage.system);
    answer(&stage, 200, NULL, "{\"token\":\"t3\"}");
    answer(&stage, 401, NULL, ""); /* the second session in a row that is of no use */
    assert_int_equal(stage.count, 0);
    assert_int_equal(made.reply.status, 401);
    assert_string_equal(stage.told,
                        "the login is good, and what is asked with it is refused all the same");
    close_stage(&stage);
}

/* The system lets in whoever comes, and refuses all that is asked: tried every second for an hour. */
static void sessions_of_no_use_make_no_storm_of_logins(void **state)
{
    struct stage stage;
    int calls = 0;

    (void)state;
    open_stage(&stage);
    for (; stage.now_ms < UNIT_NOW_MS + HOUR_MS; stage.now_ms += 1000) {
        struct made made;

        make(&stage, &made, stage.system);
        while (stage.count > 0) {
            const bool is_login = sg_str_is(stage.under_way[0]->request.path, "/login");

            calls += !is_login;
            answer(&stage, is_login ? 200 : 401, NULL, is_login ? "{\"token\":\"t\"}" : "");
        }
        assert_int_equal(made.ends, 1);
    }
    assert_in_range(stage.logins, 12, 22); /* 1, 2, 4 … 256 s, then every 5 minutes */
    assert_int_equal(calls, stage.logins);
    close_stage(&stage);
}

static void a_session_is_renewed_when_its_time_is_over(void **state)
{
    struct stage stage;
    struct made made[2];

    (void)state;
    open_stage(&stage);
    begin_session(&stage, "t1");
    stage.now_ms += 20 * (int64_t)MINUTE_MS - 1;
    make(&stage, &made[0], stage.system);
    assert_string_equal(token_of(&stage, 0), "t1");
    stage.now_ms++;
    make(&stage, &made[1], stage.system);
    answer(&stage, 200, NULL, "{}");
    assert_int_equal(stage.logins, 1);
    answer(&stage, 200, NULL, "{\"token\":\"t2\"}");
    assert_string_equal(token_of(&stage, 0), "t2");
    answer(&stage, 200, NULL, "{}");
    assert_int_equal(made[0].ends + made[1].ends, 2);
    close_stage(&stage);
}

static void a_refused_login_is_told_and_those_who_wait_wait_on(void **state)
{
    static const char said[] = "the login is refused: HTTP 401";
    struct stage stage;
    struct made made[2], next;

    (void)state;
    open_stage(&stage);
    make_some(&stage, made, 2);
    answer(&stage, 401, NULL, "");
    for (size_t m = 0; m < SG_ROWS(made); m++) {
        assert_int_equal(made[m].ends, 1);
        assert_int_equal(made[m].reply.kind, SG_REPLY_NOT_SENT);
        assert_string_equal(sg_str_c(stage.arena, made[m].reply.problem), said);
        assert_int_equal(made[m].reply.retry_after_ms, 1000);
    }
    assert_string_equal(stage.told, said);
    stage.now_ms += 999;
    make(&stage, &next, stage.system); /* too soon: nobody is asked */
    assert_int_equal(stage.logins, 1);
    assert_int_equal(next.reply.kind, SG_REPLY_NOT_SENT);
    assert_int_equal(next.reply.retry_after_ms, 1);
    stage.now_ms++;
    make(&stage, &next, stage.system);
    assert_int_equal(stage.logins, 2);
    answer(&stage, 200, NULL, "{\"token\":\"t1\"}");
    assert_string_equal(stage.told, said); /* until it has been of use */
    answer(&stage, 200, NULL, "{}");
    assert_string_equal(stage.told, "");
    assert_int_equal(stage.tells, 2);
    close_stage(&stage);
}

static void a_login_that_cannot_be_made_now_is_nobodys_fault(void **state)
{
    static const struct {
        const char *header, *body, *said;
        int64_t retry_after_ms;
        int status, tells;
    } rows[] = {
        {NULL, "", "the login cannot be made now: no connection", 1000, 0, 0},
        {"retry-after: 90", "", "the login cannot be made now: HTTP 503", 90000, 503, 0},
        {NULL, "", "the login cannot be made now: HTTP 500", 1000, 500, 0},
        {NULL, "{", "the login cannot be made now: HTTP 200, malformed: ", 1000, 200, 0},
        {NULL, "", "the login is refused: HTTP 404", 1000, 404, 1},
        {NULL, "{}", "the login is refused: nothing at /token", 1000, 200, 1},
        {NULL, "{\"code\":\"-3\"}", "the login is refused: HTTP 200", 1000, 200, 1},
        {NULL, "{\"token\":\"a\\nb\"}",
         "the login is refused: `token` holds a line end or control character", 1000, 200, 1},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct stage stage;
        struct made made;

        open_stage(&stage);
        make(&stage, &made, stage.system);
        answer(&stage, rows[r].status, rows[r].header, rows[r].body);
        assert_int_equal(made.reply.kind, SG_REPLY_NOT_SENT);
        assert_memory_equal(sg_str_c(stage.arena, made.reply.problem), rows[r].said,
                            strlen(rows[r].said));
        assert_int_equal(made.reply.retry_after_ms, rows[r].retry_after_ms);
        assert_int_equal(stage.tells, rows[r].tells);
        close_stage(&stage);
    }
}

static void on_let_in(struct sg_knock *knock, const struct sg_reply *refusal)
{
    struct made *made = knock->owner;

    made->ends++;
    made->reply = refusal == NULL ? (struct sg_reply){.kind = SG_REPLY_WHOLE} : *refusal;
}

static void who_knocks_is_told_when_there_is_a_session_and_when_not(void **state)
{
    struct stage stage;
    struct made made = {0};

    (void)state;
    open_stage(&stage);
    made.knock = (struct sg_knock){
        .system = stage.system, .arena = stage.arena, .done = on_let_in, .owner = &made};
    assert_false(sg_sessions_open(stage.sessions, &made.knock));
    answer(&stage, 0, NULL, "");
    assert_int_equal(made.ends, 1);
    assert_int_equal(made.reply.kind, SG_REPLY_NOT_SENT);
    stage.now_ms += 1000;
    assert_false(sg_sessions_open(stage.sessions, &made.knock));
    answer(&stage, 200, NULL, "{\"token\":\"t1\"}");
    assert_int_equal(made.ends, 2);
    assert_int_equal(made.reply.kind, SG_REPLY_WHOLE);
    assert_true(sg_sessions_open(stage.sessions, &made.knock));
    assert_int_equal(made.ends, 2);
    close_stage(&stage);
}

static void other_files_end_sessions_and_pauses(void **state)
{
    struct stage stage;
    struct made made[2];

    (void)state;
    open_stage(&stage);
    begin_session(&stage, "t1");
    sg_sessions_forget(stage.sessions);
    make(&stage, &made[0], stage.system);
    assert_int_equal(stage.logins, 1);
    sg_sessions_forget(stage.sessions); /* while it is under way */
    answer(&stage, 401, NULL, "");      /* by the old password: that is no news */
    assert_int_equal(made[0].reply.kind, SG_REPLY_NOT_SENT);
    assert_int_equal(stage.tells, 0);
    make(&stage, &made[1], stage.system); /* and no reason to wait */
    assert_int_equal(stage.logins, 2);
    sg_sessions_forget(stage.sessions);
    answer(&stage, 200, NULL, "{\"token\":\"t2\"}");
    assert_string_equal(token_of(&stage, 0), "t2"); /* for who waited for it */
    answer(&stage, 200, NULL, "{}");
    make(&stage, &made[0], stage.system); /* and for no one else */
    assert_int_equal(stage.logins, 3);
    answer(&stage, 0, NULL, "");
    close_stage(&stage);
}

static void a_system_without_a_login_is_called_at_once(void **state)
{
    struct stage stage;
    struct made made;

    (void)state;
    open_stage(&stage);
    make(&stage, &made, unit_system(stage.arena, OPEN_SYSTEM));
    assert_int_equal(stage.logins, 0);
    assert_ptr_equal(stage.under_way[0], &made.call);
    assert_null(made.call.request.session);
    answer(&stage, 401, NULL, "");
    assert_int_equal(made.reply.status, 401);
    close_stage(&stage);
}

/* --- what the answer to a login gives --- */

static void a_token_of_oauth2_is_borne_until_shortly_before_its_end(void **state)
{
    static const char file[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: soap\nsoap: \"1.1\"\nnamespaces: {\"\": urn:s}\n"
        "auth: {oauth2: {token_url: \"http://127.0.0.1:2/t/\", client_id: \"a:b\", client_secret: "
        "\"${env:S}\", scope: \"a b\"}}\n"
        "operations: {do: {request: {soap: Do}, input: {/a: {}}, once: idempotent}}\n";
    static const struct {
        int status;
        const char *body, *said;
        int64_t lasts_ms;
    } rows[] = {
        {200, "{\"access_token\":\"T\",\"token_type\":\"bearer\",\"expires_in\":3600}", "",
         3540000},
        {200, "{\"access_token\":\"T\",\"token_type\":\"Bearer\",\"expires_in\":\"100\"}", "",
         90000},
        {200, "{\"access_token\":\"T\",\"token_type\":\"Bearer\"}", "", -1},
        {200, "{\"access_token\":\"T\",\"token_type\":\"mac\"}",
         "`token_type` is not Bearer, the only one that is known", 0},
        {200, "{\"token_type\":\"Bearer\"}",
         "no `access_token` that could be sent is in the answer", 0},
        {200, "{\"access_token\":\"a\\nb\",\"token_type\":\"Bearer\"}",
         "no `access_token` that could be sent is in the answer", 0},
        {401, "{\"error\":\"invalid_client\"}", "invalid_client", 0},
        {400, "{\"error\":\"invalid_scope\",\"error_description\":\"no a\"}", "invalid_scope: no a",
         0},
        {400, "", "HTTP 400", 0},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, file);
    struct sg_request request;
    struct sg_wire wire;
    struct sg_error err;

    (void)state;
    assert_true(sg_login_request(system->login, arena, UNIT_NOW_MS, &request, &err));
    assert_true(sg_request_render(system->login->door, &request, UNIT_NOW_MS, arena, &wire, &err));
    assert_string_equal(sg_str_c(arena, wire.url), "http://127.0.0.1:2/t/");
    assert_string_equal(sg_str_c(arena, wire.body), "grant_type=client_credentials&scope=a%20b");
    /* "a%3Ab:%24%7Benv%3AS%7D" */
    assert_string_equal(sg_str_c(arena, wire.headers[0].value),
                        "Basic YSUzQWI6JTI0JTdCZW52JTNBUyU3RA==");
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_reply reply = unit_reply(arena, rows[r].status, NULL, rows[r].body);
        struct sg_login took;

        sg_login_take(system->login, &reply, UNIT_NOW_MS, arena, &took);
        assert_int_equal(took.end, rows[r].lasts_ms == 0 ? SG_LOGIN_REFUSED : SG_LOGIN_OPENED);
        assert_string_equal(sg_str_c(arena, took.said), rows[r].said);
        if (took.end == SG_LOGIN_OPENED)
            assert_int_equal(took.ends_at_ms,
                             rows[r].lasts_ms < 0 ? 0 : UNIT_NOW_MS + rows[r].lasts_ms);
        assert_string_equal(sg_str_c(arena, took.session.token), rows[r].lasts_ms == 0 ? "" : "T");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_no_session_waits_for_one_login),
        cmocka_unit_test(a_session_that_ended_is_renewed_once_for_all_who_met_its_end),
        cmocka_unit_test(a_late_answer_to_an_old_session_does_not_end_the_new_one),
        cmocka_unit_test(a_call_is_repeated_once_and_no_more),
        cmocka_unit_test(sessions_of_no_use_make_no_storm_of_logins),
        cmocka_unit_test(a_session_is_renewed_when_its_time_is_over),
        cmocka_unit_test(a_refused_login_is_told_and_those_who_wait_wait_on),
        cmocka_unit_test(a_login_that_cannot_be_made_now_is_nobodys_fault),
        cmocka_unit_test(who_knocks_is_told_when_there_is_a_session_and_when_not),
        cmocka_unit_test(other_files_end_sessions_and_pauses),
        cmocka_unit_test(a_system_without_a_login_is_called_at_once),
        cmocka_unit_test(a_token_of_oauth2_is_borne_until_shortly_before_its_end),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
