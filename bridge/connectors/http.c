#include "connectors/http.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "connectors/cookies.h"
#include "connectors/header.h"
#include "connectors/mime.h"

enum {
    HEADER_BYTES_MAX = 64 * 1024,
    CONNECT_TIMEOUT_MS = 10000,
    CONNECTIONS_KEPT = 256, /* libcurl's own number falls with the calls of the moment */
};

static const char TOO_LARGE[] = "the answer is too large";

/* One call's handle, kept for the next call: with it libcurl keeps what a call costs to set up. */
struct slot {
    struct sg_http *http;
    CURL *easy;
    struct sg_call *call; /* NULL: free */
    struct curl_slist *request_headers;
    curl_mime *mime;            /* of a multipart request */
    struct sg_cookies *cookies; /* of the call's session; NULL: none are sent or kept */
    struct sg_buffer headers;   /* struct sg_header, one after the other */
    size_t header_bytes;
    struct sg_buffer body; /* where the call does not want it in a file */
    int64_t body_bytes;
    const char *problem; /* why we gave it up ourselves; NULL: we did not */
    bool is_held_back;   /* before anything was sent */
    struct slot *next_free, *next;
};

struct sg_http {
    struct sg_transport transport; /* first: start() is given it */
    CURLM *multi;
    struct slot *slots, *free_slots;
    struct slot *unstarted; /* by next_free: ended before libcurl had them */
};

/* --- what arrives --- */

static void take_header(struct slot *slot, struct sg_str line)
{
    struct sg_arena *arena = slot->call->arena;
    const char *colon = memchr(line.at, ':', line.length);

    if (colon == NULL)
        return;
    const struct sg_str name = {line.at, (size_t)(colon - line.at)};
    struct sg_str value = sg_str_skip(line, name.length + 1);

    while (value.length > 0 && (value.at[0] == ' ' || value.at[0] == '\t'))
        value = sg_str_skip(value, 1);
    while (value.length > 0 && strchr(" \t\r\n", value.at[value.length - 1]) != NULL)
        value.length--;
    const struct sg_header header = {sg_str_lower(arena, name), sg_str_copy(arena, value)};

    sg_buffer_add(&slot->headers, (struct sg_str){(const char *)&header, sizeof header});
}

/* libcurl's type for both of these has no const. */
static size_t on_header(char *bytes, /* NOLINT(readability-non-const-parameter) */
                        size_t size, size_t count, void *owner)
{
    struct slot *slot = owner;
    struct sg_str line = {bytes, size * count};

    slot->header_bytes += line.length;
    if (slot->header_bytes > HEADER_BYTES_MAX) {
        slot->problem = "the answer's headers are too large";
        return 0;
    }
    if (sg_str_starts(line, "HTTP/"))
        slot->headers.length = 0; /* those before belonged to a 100 */
    else
        take_header(slot, line);
    return line.length;
}

static size_t add_to_file(struct slot *slot, struct sg_str more)
{
    struct sg_error err;

    if (sg_scratch_add(slot->call->into, more, &err))
        return more.length;
    slot->problem = sg_str_c(slot->call->arena, sg_str_of(err.text));
    return 0;
}

static size_t on_body(char *bytes, /* NOLINT(readability-non-const-parameter) */
                      size_t size, size_t count, void *owner)
{
    struct slot *slot = owner;
    const struct sg_str more = {bytes, size * count};
    curl_off_t announced = 0;

    slot->body_bytes += (int64_t)more.length;
    if (slot->body_bytes > slot->call->limit_bytes) {
        slot->problem = TOO_LARGE;
        return 0;
    }
    if (slot->call->into != NULL)
        return add_to_file(slot, more);
    if (slot->body.length == 0 &&
        curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced) == CURLE_OK &&
        announced > 0 && announced <= slot->call->limit_bytes)
        (void)sg_buffer_reserve(&slot->body, (size_t)announced);
    sg_buffer_add(&slot->body, more);
    return more.length;
}

/* The connection stands and nothing is sent: the last moment to hold back a call whose time is over,
 * as after a machine's sleep. */
static int on_ready(void *owner, char *their_ip, /* NOLINT(readability-non-const-parameter) */
                    char *our_ip,                /* NOLINT(readability-non-const-parameter) */
                    int their_port, int our_port)
{
    struct slot *slot = owner;

    (void)their_ip;
    (void)our_ip;
    (void)their_port;
    (void)our_port;
    if (slot->call->send_until_ms == 0 || sg_clock_steady_ms() <= slot->call->send_until_ms)
        return CURL_PREREQFUNC_OK;
    slot->problem = "not sent in time";
    slot->is_held_back = true;
    return CURL_PREREQFUNC_ABORT;
}

/* --- starting --- */

/* An option that libcurl does not take is a fault of ours, and found by the first test. */
#define SET(slot, option, value)                                       \
    do {                                                               \
        if (curl_easy_setopt((slot)->easy, option, value) != CURLE_OK) \
            abort();                                                   \
    } while (0)

static struct slot *take_slot(struct sg_http *http)
{
    struct slot *slot = http->free_slots;

    if (slot != NULL) {
        http->free_slots = slot->next_free;
        curl_easy_reset(slot->easy);
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (slot == NULL || (slot->easy = curl_easy_init()) == NULL)
        abort(); /* no memory left */
    slot->http = http;
    slot->next = http->slots;
    http->slots = slot;
    return slot;
}

/* The next call may be of another session, or of none. */
static void drop_cookies(struct slot *slot)
{
    if (slot->cookies == NULL)
        return;
    SET(slot, CURLOPT_COOKIEFILE, NULL); /* no reset frees what it holds */
    SET(slot, CURLOPT_SHARE, NULL);
    sg_cookies_free(slot->cookies);
    slot->cookies = NULL;
}

static void free_slot(struct slot *slot)
{
    curl_slist_free_all(slot->request_headers);
    slot->request_headers = NULL;
    drop_cookies(slot);
    curl_mime_free(slot->mime);
    slot->mime = NULL;
    slot->call = NULL;
    slot->next_free = slot->http->free_slots;
    slot->http->free_slots = slot;
}

static void add_request_header(struct slot *slot, const char *line)
{
    struct curl_slist *longer = curl_slist_append(slot->request_headers, line);

    if (longer == NULL)
        abort();
    slot->request_headers = longer;
}

static void set_headers(struct slot *slot, const struct sg_wire *wire)
{
    bool has_type = false;

    for (size_t h = 0; h < wire->header_count; h++) {
        struct sg_str name = wire->headers[h].name, value = wire->headers[h].value;
        struct sg_buffer line = {.arena = slot->call->arena};

        sg_buffer_add(&line, name);
        sg_buffer_add(&line, value.length > 0 ? SG_STR(": ")
                                              : SG_STR(";")); /* libcurl's way for an empty one */
        sg_buffer_add(&line, value);
        add_request_header(slot, sg_buffer_c(&line));
        has_type = has_type || sg_str_equal_loose(name, SG_STR("Content-Type"));
    }
    add_request_header(slot, "Expect:"); /* a second of waiting where nobody answers it */
    if (!has_type)
        add_request_header(slot, "Content-Type:"); /* libcurl would say it is a form */
}

static void set_method(struct slot *slot, const struct sg_wire *wire)
{
    if (wire->part_count > 0) {
        slot->mime = sg_mime_new(slot->easy, wire, slot->call->arena);
        SET(slot, CURLOPT_MIMEPOST, slot->mime);
    } else if (wire->has_body || strcmp(wire->method, "GET") != 0) {
        SET(slot, CURLOPT_POST, 1L);
        SET(slot, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)wire->body.length);
        SET(slot, CURLOPT_POSTFIELDS, wire->body.length > 0 ? wire->body.at : "");
    }
    SET(slot, CURLOPT_CUSTOMREQUEST, wire->method);
}

/* Whether it must not be sent a second time by libcurl itself, which does so on a kept connection that
 * dies before the answer. A nonce is good for once: the repeat would be refused, though all is well. */
static bool is_for_once(const struct sg_call *call)
{
    return call->is_fresh || (call->system->auth == SG_AUTH_WSSE && call->system->is_digest);
}

static void set_limits(struct slot *slot)
{
    const struct sg_call *call = slot->call;

    SET(slot, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    SET(slot, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    SET(slot, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->limit_bytes);
    SET(slot, CURLOPT_NOSIGNAL, 1L);
    SET(slot, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(slot, CURLOPT_FOLLOWLOCATION, 0L);
    SET(slot, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    SET(slot, CURLOPT_FRESH_CONNECT, is_for_once(call) ? 1L : 0L);
    SET(slot, CURLOPT_FORBID_REUSE, is_for_once(call) ? 1L : 0L); /* nor is it kept for others */
    /* HTTP/2 would be re-sent on its own terms; one call a connection is what the rules count on */
    SET(slot, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void set_tls(struct slot *slot)
{
    const struct sg_system *system = slot->call->system;
    struct sg_arena *arena = slot->call->arena;

    if (system->tls_ca.length > 0)
        SET(slot, CURLOPT_CAINFO, sg_str_c(arena, system->tls_ca));
    if (system->tls_cert.length == 0)
        return;
    SET(slot, CURLOPT_SSLCERT, sg_str_c(arena, system->tls_cert));
    SET(slot, CURLOPT_SSLKEY, sg_str_c(arena, system->tls_key));
}

static void set_cookies(struct slot *slot)
{
    const struct sg_session *session = slot->call->request.session;

    if (session == NULL || session->cookies == NULL)
        return;
    slot->cookies = sg_cookies_share(session->cookies);
    SET(slot, CURLOPT_SHARE, sg_cookies_handle(slot->cookies));
    SET(slot, CURLOPT_COOKIEFILE, ""); /* none: it turns cookies on */
}

static void set_up(struct slot *slot, const struct sg_wire *wire)
{
    SET(slot, CURLOPT_URL, sg_str_c(slot->call->arena, wire->url));
    SET(slot, CURLOPT_USERAGENT, "sgbridge");
    set_method(slot, wire);
    set_headers(slot, wire);
    SET(slot, CURLOPT_HTTPHEADER, slot->request_headers);
    set_limits(slot);
    set_tls(slot);
    set_cookies(slot);
    SET(slot, CURLOPT_HEADERFUNCTION, on_header);
    SET(slot, CURLOPT_HEADERDATA, slot);
    SET(slot, CURLOPT_WRITEFUNCTION, on_body);
    SET(slot, CURLOPT_WRITEDATA, slot);
    SET(slot, CURLOPT_PREREQFUNCTION, on_ready);
    SET(slot, CURLOPT_PREREQDATA, slot);
    SET(slot, CURLOPT_PRIVATE, slot);
}

static void start(struct sg_transport *transport, struct sg_call *call, int64_t now_ms)
{
    struct sg_http *http = (struct sg_http *)transport;
    struct slot *slot = take_slot(http);
    struct sg_wire wire;
    struct sg_error err;

    slot->call = call;
    slot->headers = (struct sg_buffer){.arena = call->arena};
    slot->header_bytes = 0;
    slot->body = (struct sg_buffer){.arena = call->arena};
    slot->body_bytes = 0;
    if (call->into != NULL)
        *call->into = sg_scratch_begin(call->into->in);
    slot->problem = NULL;
    slot->is_held_back = false;
    if (!sg_request_render(call->system, &call->request, now_ms, call->arena, &wire, &err)) {
        slot->problem = sg_str_c(call->arena, sg_str_of(err.text));
        slot->next_free = http->unstarted;
        http->unstarted = slot;
        return;
    }
    set_up(slot, &wire);
    if (curl_multi_add_handle(http->multi, slot->easy) != CURLM_OK)
        abort(); /* only without memory */
}

/* --- ending --- */

/* libcurl's words for an end, where its own are worth more than these. */
static const char *problem_of(struct slot *slot, CURLcode code)
{
    long os_error = 0;

    if (slot->problem != NULL)
        return slot->problem;
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the host's name is not known";
    case CURLE_COULDNT_CONNECT:
        (void)curl_easy_getinfo(slot->easy, CURLINFO_OS_ERRNO, &os_error);
        return os_error == ECONNREFUSED ? "connection refused" : "no connection";
    case CURLE_OPERATION_TIMEDOUT:
        return "timed out";
    case CURLE_GOT_NOTHING:
        return "the connection was closed without an answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return "the connection was reset";
    case CURLE_PARTIAL_FILE:
        return "the answer broke off";
    case CURLE_FILESIZE_EXCEEDED:
        return TOO_LARGE;
    case CURLE_PEER_FAILED_VERIFICATION:
        return "TLS: the certificate is not trusted";
    case CURLE_SSL_CERTPROBLEM:
        return "TLS: our own certificate or its key cannot be read";
    default:
        return curl_easy_strerror(code);
    }
}

/* The reply, with `call` still under way. Before libcurl is ready to send, nothing was sent. */
static void read_reply(struct slot *slot, CURLcode code, struct sg_reply *reply)
{
    curl_off_t ready_us = 0;
    long status = 0;

    if (code != CURLE_OK) {
        (void)curl_easy_getinfo(slot->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
        reply->kind = ready_us == 0 || slot->is_held_back ? SG_REPLY_NOT_SENT : SG_REPLY_LOST;
        const char *problem = problem_of(slot, code);

        reply->problem = sg_str_of(problem);
        reply->is_too_large = problem == TOO_LARGE;
        return;
    }
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    reply->kind = SG_REPLY_WHOLE;
    reply->status = (int)status;
    reply->header_count = slot->headers.length / sizeof *reply->headers;
    reply->headers = (const void *)slot->headers.at;
    reply->body = slot->body.length > 0 ? sg_buffer_text(&slot->body) : SG_STR("");
}

/* What went into the call's file, as the body of its reply. */
static void show_file(const struct sg_call *call, struct sg_scratch_view *view,
                      struct sg_reply *reply)
{
    struct sg_error err;

    if (sg_scratch_map(call->into, view, &err))
        reply->body = view->bytes;
    else
        *reply = (struct sg_reply){.kind = SG_REPLY_LOST,
                                   .problem = sg_str_copy(call->arena, sg_str_of(err.text))};
}

static void finish(struct slot *slot, const struct sg_reply *reply)
{
    struct sg_call *call = slot->call;
    struct sg_scratch_view view SG_AUTO(sg_scratch_view) = {0};
    struct sg_reply told = *reply;

    free_slot(slot); /* before `done`, which may start the next call with it */
    if (call->into != NULL && told.kind == SG_REPLY_WHOLE)
        show_file(call, &view, &told);
    call->done(call, &told);
}

static bool finish_unstarted(struct sg_http *http)
{
    struct slot *slot = http->unstarted;
    bool were_any = slot != NULL;

    http->unstarted = NULL;
    while (slot != NULL) {
        struct slot *next = slot->next_free;

        finish(slot,
               &(struct sg_reply){.kind = SG_REPLY_NOT_SENT, .problem = sg_str_of(slot->problem)});
        slot = next;
    }
    return were_any;
}

static bool finish_ended(struct sg_http *http)
{
    int left = 0;
    bool were_any = false;
    CURLMsg *message;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle; /* the message is gone with the handle's removal */
        struct sg_reply reply = {0};
        struct slot *slot = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
        read_reply(slot, code, &reply);
        (void)curl_multi_remove_handle(http->multi, easy);
        finish(slot, &reply);
        were_any = true;
    }
    return were_any;
}

/* Sends and receives what can be without waiting. Whether a call ended. */
static bool go_on(struct sg_http *http)
{
    int running = 0;

    if (curl_multi_perform(http->multi, &running) != CURLM_OK)
        abort(); /* only without memory, or with a handle that is none */
    bool were_any = finish_unstarted(http);

    return finish_ended(http) || were_any;
}

void sg_http_run(struct sg_http *http, const int *fds, size_t fd_count, int64_t wait_ms)
{
    struct curl_waitfd waits[SG_HTTP_FDS_MAX];

    assert(fd_count <= SG_HTTP_FDS_MAX);
    if (go_on(http) || wait_ms <= 0) /* what was just started is sent before there is any waiting */
        return;
    for (size_t f = 0; f < fd_count; f++)
        waits[f] = (struct curl_waitfd){.fd = fds[f], .events = CURL_WAIT_POLLIN};
    if (curl_multi_poll(http->multi, waits, (unsigned)fd_count,
                        wait_ms > INT_MAX ? INT_MAX : (int)wait_ms, NULL) != CURLM_OK)
        abort();
    (void)go_on(http);
}

void sg_http_give_up(struct sg_http *http)
{
    for (struct slot *slot = http->slots, *next; slot != NULL; slot = next) {
        next = slot->next; /* `done` may start no call, but a slot may be added all the same */
        if (slot->call == NULL)
            continue;
        (void)curl_multi_remove_handle(http->multi, slot->easy);
        finish(slot, &(struct sg_reply){.kind = SG_REPLY_LOST, .problem = SG_STR("given up")});
    }
    http->unstarted = NULL;
}

void sg_http_wake(struct sg_http *http)
{
    (void)curl_multi_wakeup(http->multi);
}

/* --- all of it --- */

struct sg_http *sg_http_new(void)
{
    struct sg_http *http = calloc(1, sizeof *http);

    if (http == NULL || (http->multi = curl_multi_init()) == NULL ||
        curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) != CURLM_OK)
        abort();
    http->transport.start = start;
    return http;
}

struct sg_transport *sg_http_transport(struct sg_http *http)
{
    return &http->transport;
}

void sg_http_free(struct sg_http *http)
{
    if (http == NULL)
        return;
    for (struct slot *slot = http->slots, *next; slot != NULL; slot = next) {
        next = slot->next;
        (void)curl_multi_remove_handle(http->multi, slot->easy);
        curl_slist_free_all(slot->request_headers);
        drop_cookies(slot);
        curl_mime_free(slot->mime);
        curl_easy_cleanup(slot->easy);
        free(slot);
    }
    (void)curl_multi_cleanup(http->multi);
    free(http);
}
