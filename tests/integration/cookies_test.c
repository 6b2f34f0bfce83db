/* The cookies of a session: they go along with its calls, and with no others. */
#include <curl/curl.h>

#include "connector_unit.h"
#include "connectors/http.h"
#include "connectors/session.h"
#include "http_server.h"

/* A call with all that it needs. */
struct one_call {
    struct sg_call call; /* first: `done` is given it */
    bool is_done;
};

static void on_done(struct sg_call *call, const struct sg_reply *reply)
{
    assert_int_equal(reply->status, 200);
    ((struct one_call *)call)->is_done = true;
}

/* What of `/t` the server saw last: its cookies, "" for none. */
static const char *cookies_of(struct sg_arena *arena, struct sg_http_server *server)
{
    static char text[4096];
    const char *line;

    sg_http_server_last(server, text, sizeof text);
    assert_non_null(strstr(text, "GET /t "));
    line = strstr(text, "Cookie: ");
    if (line == NULL)
        return "";
    line += strlen("Cookie: ");
    return sg_str_c(arena, (struct sg_str){line, strcspn(line, "\r")});
}

static const struct sg_system *system_at(struct sg_arena *arena, const char *name, int port,
                                         bool has_login)
{
    struct sg_system *system = sg_arena_get(arena, 1, sizeof *system);

    *system = *unit_system(
        arena,
        sg_str_c(arena, sg_str_format(arena,
                                      "system: s\nurl: http://127.0.0.1:%d\nformat: json\n%s"
                                      "operations: {do: {request: {get: /t}, input: {/a: {}}, "
                                      "once: idempotent}}\n",
                                      port, has_login ? "login: {request: {get: /login}}\n" : "")));
    system->name = sg_str_of(name);
    return system;
}

static void call(struct sg_http *http, struct sg_sessions *sessions, struct sg_arena *arena,
                 const struct sg_system *system)
{
    struct sg_transport *transport = sg_sessions_transport(sessions);
    struct one_call one = {.call = {.system = system,
                                    .arena = arena,
                                    .request = {.path = SG_STR("/t")},
                                    .timeout_ms = 5000,
                                    .limit_bytes = 1000,
                                    .done = on_done}};

    transport->start(transport, &one.call, UNIT_NOW_MS);
    while (!one.is_done) {
        if (!sg_sessions_run(sessions))
            sg_http_run(http, NULL, 0, 1000);
    }
}

/* The server names its requests: the cookie that answers the n-th is `sid=n`. */
static void cookies_go_along_with_the_calls_of_their_session(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_SETS_COOKIES);
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_sessions *sessions SG_AUTO(sg_sessions) =
        sg_sessions_new(&(struct sg_sessions_setup){.through = sg_http_transport(http)});
    const int port = sg_http_server_port(server);
    const struct sg_system *one = system_at(arena, "one", port, true);
    const struct sg_system *two = system_at(arena, "two", port, true);
    const struct sg_system *none = system_at(arena, "none", port, false);

    (void)state;
    call(http, sessions, arena, one);
    assert_string_equal(cookies_of(arena, server), "sid=1"); /* of the login */
    call(http, sessions, arena, one);
    assert_string_equal(cookies_of(arena, server), "sid=2"); /* as the last answer left it */
    call(http, sessions, arena, none);
    call(http, sessions, arena, none); /* with what the first one left, and the same handle */
    assert_string_equal(cookies_of(arena, server), "");
    call(http, sessions, arena, two);
    assert_string_equal(cookies_of(arena, server), "sid=6"); /* of a login of its own */
    call(http, sessions, arena, one);
    assert_string_equal(cookies_of(arena, server), "sid=3");
    sg_sessions_forget(sessions);
    call(http, sessions, arena, one);
    assert_string_equal(cookies_of(arena, server), "sid=9");
    sg_http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_go_along_with_the_calls_of_their_session),
    };

    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("cookies", tests, NULL, NULL);

    curl_global_cleanup();
    return failed;
}
