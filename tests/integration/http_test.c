#include "connectors/http.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "connector_unit.h"
#include "connectors/header.h"
#include "http_server.h"

enum { TIMEOUT_MS = 5000, LIMIT_BYTES = 100000, CALLS = 20 };

/* One call with all that it needs. */
struct one_call {
    struct sg_call call; /* first: `done` is given it */
    struct sg_arena *arena;
    struct sg_system system;
    struct sg_reply reply;
    bool is_done;
};

static void on_done(struct sg_call *call, const struct sg_reply *reply)
{
    struct one_call *one = (struct one_call *)call;

    assert_false(one->is_done);
    one->is_done = true;
    one->reply = *reply;
}

static void set_call(struct one_call *one, struct sg_arena *arena, const char *scheme, int port)
{
    *one = (struct one_call){.arena = arena};
    one->system = (struct sg_system){.url = sg_str_format(arena, "%s://127.0.0.1:%d", scheme, port),
                                     .format = SG_FORMAT_JSON};
    one->call = (struct sg_call){.system = &one->system,
                                 .arena = arena,
                                 .timeout_ms = TIMEOUT_MS,
                                 .limit_bytes = LIMIT_BYTES,
                                 .done = on_done};
    one->call.request = (struct sg_request){.method = SG_METHOD_POST,
                                            .path = SG_STR("/t"),
                                            .body = SG_BODY_JSON,
                                            .content = sg_node_text(arena, SG_STR("hello"))};
}

static void run_until_done(struct sg_http *http, struct one_call *one)
{
    struct sg_transport *transport = sg_http_transport(http);

    one->is_done = false;
    transport->start(transport, &one->call, UNIT_NOW_MS);
    assert_false(one->is_done); /* never from inside */
    while (!one->is_done)
        sg_http_run(http, NULL, 0, 1000);
}

static const char *kind(const struct sg_reply *reply)
{
    static const char *const names[] = {"not sent", "lost", "whole"};

    return names[reply->kind];
}

static void an_end_is_told_apart_as_not_sent_lost_or_whole(void **state)
{
    static const struct {
        const char *scheme, *kind, *problem;
        enum sg_http_server_mode mode;
        int requests; /* that reached the server */
    } rows[] = {
        {"http", "whole", "", SERVER_ANSWERS, 1},
        {"http", "lost", "the connection was closed without an answer", SERVER_DROPS, 1},
        {"http", "lost", "the answer broke off", SERVER_BREAKS_OFF, 1},
        {"http", "lost", "the answer is too large", SERVER_FLOODS, 1},
        {"http", "lost", "the answer is too large", SERVER_FLOODS_UNANNOUNCED, 1},
        {"http", "lost", "the answer's headers are too large", SERVER_FLOODS_HEADERS, 1},
        {"https", "not sent", "SSL connect error", SERVER_SPEAKS_NO_TLS, 0},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
        struct sg_http_server *server = sg_http_server_new(rows[r].mode);
        struct one_call one;

        set_call(&one, arena, rows[r].scheme, sg_http_server_port(server));
        one.call.is_fresh = true;
        run_until_done(http, &one);
        assert_string_equal(kind(&one.reply), rows[r].kind);
        assert_string_equal(sg_str_c(arena, one.reply.problem), rows[r].problem);
        assert_int_equal(sg_http_server_requests(server), rows[r].requests);
        sg_http_server_free(server);
    }
}

static void a_refused_connection_is_not_sent(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;
    int bound SG_AUTO(sg_fd) = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct one_call one;

    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* taken, and nobody listens */
    assert_int_equal(bind(bound, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(bound, (struct sockaddr *)&at, &length), 0);
    set_call(&one, arena, "http", ntohs(at.sin_port));
    run_until_done(http, &one);
    assert_string_equal(kind(&one.reply), "not sent");
    assert_string_equal(sg_str_c(arena, one.reply.problem), "connection refused");
}

/* Whether libcurl was ready to send by then is a matter of luck, so it may count as lost too. */
static void a_connection_reset_at_once_did_nothing(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_RESETS_AT_ONCE);
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    run_until_done(http, &one);
    assert_string_not_equal(kind(&one.reply), "whole");
    assert_int_equal(sg_http_server_requests(server), 0);
    sg_http_server_free(server);
}

static void a_trickle_ends_by_the_timeout(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_TRICKLES);
    struct one_call one;
    int64_t began_ms = sg_clock_steady_ms();

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    one.call.timeout_ms = 300;
    run_until_done(http, &one);
    assert_string_equal(kind(&one.reply), "lost");
    assert_string_equal(sg_str_c(arena, one.reply.problem), "timed out");
    assert_true(sg_clock_steady_ms() - began_ms >= 290);
    sg_http_server_free(server);
}

static void an_answer_is_read_as_it_came(void **state)
{
    static const enum sg_http_server_mode modes[] = {SERVER_ANSWERS, SERVER_CONTINUES_FIRST};

    (void)state;
    for (size_t m = 0; m < SG_ROWS(modes); m++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
        struct sg_http_server *server = sg_http_server_new(modes[m]);
        struct one_call one;

        set_call(&one, arena, "http", sg_http_server_port(server));
        run_until_done(http, &one);
        assert_int_equal(one.reply.status, 200);
        assert_true(sg_str_is(one.reply.body, "ok"));
        assert_int_equal(one.reply.header_count, 2); /* those of the 100 are gone */
        assert_true(sg_str_is(one.reply.headers[0].name, "x-kind"));
        assert_true(sg_str_is(one.reply.headers[0].value, "Good"));
        sg_http_server_free(server);
    }
}

static void a_request_carries_no_more_than_it_was_given(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_ANSWERS);
    const struct sg_header headers[] = {{SG_STR("X-Key"), SG_STR("1405-1")},
                                        {SG_STR("X-Empty"), SG_STR("")}};
    char expected[400], last[400];
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    one.call.request.headers = headers;
    one.call.request.header_count = 2;
    run_until_done(http, &one);
    (void)snprintf(expected, sizeof expected,
                   "POST /t HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: sgbridge\r\n"
                   "Accept: */*\r\nX-Key: 1405-1\r\nX-Empty:\r\n"
                   "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n\"hello\"",
                   sg_http_server_port(server));
    sg_http_server_last(server, last, sizeof last);
    assert_string_equal(last, expected);
    one.call.request = (struct sg_request){.method = SG_METHOD_DELETE, .path = SG_STR("/t/1")};
    run_until_done(http, &one);
    sg_http_server_last(server, last, sizeof last);
    assert_memory_equal(last, "DELETE /t/1 HTTP/1.1\r\n", 22);
    assert_null(strstr(last, "Content-Type"));
    one.call.request = (struct sg_request){.method = SG_METHOD_GET, .path = SG_STR("/t/1")};
    run_until_done(http, &one);
    sg_http_server_last(server, last, sizeof last);
    assert_memory_equal(last, "GET /t/1 HTTP/1.1\r\n", 19);
    assert_null(strstr(last, "Content-Length"));
    sg_http_server_free(server);
}

static void a_redirect_is_not_followed(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_REDIRECTS);
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    run_until_done(http, &one);
    assert_int_equal(one.reply.status, 307);
    assert_int_equal(sg_http_server_requests(server), 1);
    sg_http_server_free(server);
}

static void a_connection_is_kept_for_the_next_call(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_ANSWERS);
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    for (int i = 0; i < 3; i++)
        run_until_done(http, &one);
    assert_int_equal(sg_http_server_connections(server), 1);
    one.call.is_fresh = true;
    run_until_done(http, &one);
    assert_int_equal(sg_http_server_connections(server), 2);
    sg_http_server_free(server);
}

/* The reason for `is_fresh`: without it, libcurl does the work of a lost answer a second time. */
static void a_call_on_a_kept_connection_may_be_sent_twice_and_a_fresh_one_never(void **state)
{
    static const struct {
        bool is_fresh, has_nonce;
        int requests; /* for two calls */
    } rows[] = {{false, false, 3}, {true, false, 2}, {false, true, 2}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
        struct sg_http_server *server = sg_http_server_new(SERVER_DROPS_REUSED);
        struct one_call one;

        set_call(&one, arena, "http", sg_http_server_port(server));
        one.call.is_fresh = rows[r].is_fresh;
        one.system.is_digest = rows[r].has_nonce;
        one.system.auth = rows[r].has_nonce ? SG_AUTH_WSSE : SG_AUTH_NONE;
        run_until_done(http, &one);
        run_until_done(http, &one);
        assert_string_equal(kind(&one.reply), "whole");
        assert_int_equal(sg_http_server_requests(server), rows[r].requests);
        sg_http_server_free(server);
    }
}

/* --- files --- */

static struct sg_scratch *open_scratch(void)
{
    struct sg_scratch *scratch = NULL;
    struct sg_error err;

    assert_true(sg_scratch_open("/tmp", &scratch, &err));
    return scratch;
}

static void set_parts(struct one_call *one, struct sg_request_file *file)
{
    struct sg_node *content = sg_node_new(one->arena, SG_NODE_OBJECT);

    sg_node_add(content, SG_STR("نام"), sg_node_text(one->arena, SG_STR("درخت")));
    file->node =
        sg_node_add(content, SG_STR("doc"), sg_node_text(one->arena, SG_STR("/f/%D9%86%22.txt")));
    file->url = SG_STR("http://127.0.0.1/f/%D9%86%22.txt");
    one->call.request.body = SG_BODY_MULTIPART;
    one->call.request.content = content;
    one->call.request.files = file;
    one->call.request.file_count = 1;
}

/* What RFC 7578 asks for, whatever the boundary; once more, whole, when libcurl sends it again. */
static void a_multipart_body_comes_whole_however_often_it_is_sent(void **state)
{
    static const struct {
        enum sg_http_server_mode mode;
        int requests; /* for two calls */
    } rows[] = {{SERVER_ANSWERS, 2}, {SERVER_DROPS_REUSED, 3}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
        struct sg_http_server *server = sg_http_server_new(rows[r].mode);
        struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_scratch();
        struct sg_request_file file = {.bytes = sg_scratch_begin(scratch),
                                       .type = SG_STR("text/plain")};
        struct one_call one;
        struct sg_error err;
        char last[1000];

        assert_true(sg_scratch_add(&file.bytes, SG_STR("--\r\nline\r\n--x--\r\n"), &err));
        set_call(&one, arena, "http", sg_http_server_port(server));
        set_parts(&one, &file);
        run_until_done(http, &one);
        run_until_done(http, &one);
        assert_string_equal(kind(&one.reply), "whole");
        assert_int_equal(sg_http_server_requests(server), rows[r].requests);
        sg_http_server_last(server, last, sizeof last);
        const char *boundary = strstr(last, "Content-Type: multipart/form-data; boundary=");

        assert_non_null(boundary);
        boundary += strlen("Content-Type: multipart/form-data; boundary=");
        const int length = (int)strcspn(boundary, "\r");
        const struct sg_str body = sg_str_format(
            arena,
            "--%.*s\r\nContent-Disposition: form-data; name=\"نام\"\r\n\r\nدرخت\r\n"
            "--%.*s\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"ن%%22.txt\"\r\n"
            "Content-Type: text/plain\r\n\r\n--\r\nline\r\n--x--\r\n\r\n--%.*s--\r\n",
            length, boundary, length, boundary, length, boundary);

        assert_string_equal(strstr(last, "\r\n\r\n") + 4, sg_str_c(arena, body));
        assert_non_null(strstr(
            last, sg_str_c(arena, sg_str_format(arena, "Content-Length: %zu\r\n", body.length))));
        sg_http_server_free(server);
    }
}

static void the_next_call_of_a_handle_has_no_parts_left(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_ANSWERS);
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_scratch();
    struct sg_request_file file = {.bytes = sg_scratch_begin(scratch)};
    struct one_call one;
    char last[1000];

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    set_parts(&one, &file);
    run_until_done(http, &one);
    set_call(&one, arena, "http", sg_http_server_port(server));
    run_until_done(http, &one);
    sg_http_server_last(server, last, sizeof last);
    assert_non_null(strstr(last, "Content-Length: 7\r\n\r\n\"hello\""));
    one.call.request = (struct sg_request){.method = SG_METHOD_GET, .path = SG_STR("/t")};
    run_until_done(http, &one);
    sg_http_server_last(server, last, sizeof last);
    assert_memory_equal(last, "GET /t ", 7);
    sg_http_server_free(server);
}

static void an_answer_goes_into_a_file_up_to_its_limit(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *small = sg_http_server_new(SERVER_ANSWERS);
    struct sg_http_server *large = sg_http_server_new(SERVER_FLOODS_UNANNOUNCED);
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_scratch();
    struct sg_scratch_span span = {.in = scratch};
    struct one_call one;
    char bytes[3];

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(small));
    one.call.into = &span;
    run_until_done(http, &one);
    assert_string_equal(kind(&one.reply), "whole");
    assert_int_equal(sg_scratch_read(&span, 0, bytes, sizeof bytes), 2);
    assert_memory_equal(bytes, "ok", 2);
    set_call(&one, arena, "http", sg_http_server_port(large));
    one.call.into = &span;
    run_until_done(http, &one);
    assert_string_equal(sg_str_c(arena, one.reply.problem), "the answer is too large");
    assert_int_equal(span.start, 2); /* begun anew, behind the first */
    assert_true(span.length <= LIMIT_BYTES);
    sg_http_server_free(small);
    sg_http_server_free(large);
}

static void a_gigabyte_costs_no_more_memory_than_the_limit(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_FLOODS_UNANNOUNCED);
    struct rusage before, after;
    struct one_call one;

    (void)state;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    set_call(&one, arena, "http", sg_http_server_port(server));
    one.call.limit_bytes = 1 << 20;
    run_until_done(http, &one);
    assert_string_equal(kind(&one.reply), "lost");
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_true(after.ru_maxrss - before.ru_maxrss < 32768); /* kB; ASan's own share is in it */
    sg_http_server_free(server);
}

static void many_calls_run_side_by_side(void **state)
{
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_transport *transport = sg_http_transport(http);
    struct sg_http_server *server = sg_http_server_new(SERVER_ANSWERS);
    struct one_call *calls = calloc(CALLS, sizeof *calls);
    int done = 0;

    (void)state;
    assert_non_null(calls);
    for (int c = 0; c < CALLS; c++) {
        set_call(&calls[c], sg_arena_new(), "http", sg_http_server_port(server));
        transport->start(transport, &calls[c].call, UNIT_NOW_MS);
    }
    while (done < CALLS) {
        sg_http_run(http, NULL, 0, 1000);
        done = 0;
        for (int c = 0; c < CALLS; c++)
            done += calls[c].is_done;
    }
    for (int c = 0; c < CALLS; c++) {
        assert_int_equal(calls[c].reply.status, 200);
        sg_arena_free(calls[c].arena);
    }
    assert_int_equal(sg_http_server_requests(server), CALLS);
    free(calls);
    sg_http_server_free(server);
}

static void a_request_that_cannot_be_rendered_is_not_sent(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", 1);
    one.call.request.body = SG_BODY_FORM; /* of a text: no form */
    run_until_done(http, &one);
    assert_string_equal(kind(&one.reply), "not sent");
    assert_true(one.reply.problem.length > 0);
}

static void a_wait_ends_when_woken_or_when_a_descriptor_is_ready(void **state)
{
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    int ends[2];
    int64_t began_ms = sg_clock_steady_ms();

    (void)state;
    sg_http_wake(http);
    sg_http_run(http, NULL, 0, 60000);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    sg_http_run(http, ends, 1, 60000);
    assert_true(sg_clock_steady_ms() - began_ms < 30000);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void calls_under_way_are_dropped_with_their_transport(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_http *http = sg_http_new();
    struct sg_http_server *server = sg_http_server_new(SERVER_TRICKLES);
    struct sg_transport *transport = sg_http_transport(http);
    struct one_call one;

    (void)state;
    set_call(&one, arena, "http", sg_http_server_port(server));
    transport->start(transport, &one.call, UNIT_NOW_MS);
    while (sg_http_server_requests(server) == 0)
        sg_http_run(http, NULL, 0, 10);
    sg_http_free(http);
    assert_false(one.is_done);
    sg_http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_is_told_apart_as_not_sent_lost_or_whole),
        cmocka_unit_test(a_refused_connection_is_not_sent),
        cmocka_unit_test(a_connection_reset_at_once_did_nothing),
        cmocka_unit_test(a_trickle_ends_by_the_timeout),
        cmocka_unit_test(an_answer_is_read_as_it_came),
        cmocka_unit_test(a_request_carries_no_more_than_it_was_given),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(a_connection_is_kept_for_the_next_call),
        cmocka_unit_test(a_call_on_a_kept_connection_may_be_sent_twice_and_a_fresh_one_never),
        cmocka_unit_test(a_multipart_body_comes_whole_however_often_it_is_sent),
        cmocka_unit_test(the_next_call_of_a_handle_has_no_parts_left),
        cmocka_unit_test(an_answer_goes_into_a_file_up_to_its_limit),
        cmocka_unit_test(a_gigabyte_costs_no_more_memory_than_the_limit),
        cmocka_unit_test(many_calls_run_side_by_side),
        cmocka_unit_test(a_request_that_cannot_be_rendered_is_not_sent),
        cmocka_unit_test(a_wait_ends_when_woken_or_when_a_descriptor_is_ready),
        cmocka_unit_test(calls_under_way_are_dropped_with_their_transport),
    };

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 1;
    int failed = cmocka_run_group_tests_name("http", tests, NULL, NULL);

    curl_global_cleanup();
    return failed;
}
