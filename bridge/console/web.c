#include "console/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <microhttpd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "connectors/webhook.h"
#include "console/deadlines.h"

enum {
    CONNECTIONS_MAX = 64,
    IDLE_S = 15,
    REQUEST_MS = 30 * 1000,       /* a whole request, headers and all: a slow trickle ends here */
    BODY_SPARE_BYTES = 64 * 1024, /* what may stand around an event in a webhook's body */
    HEADERS_MAX = 64,
};

struct sg_web {
    const struct sg_settings *settings;
    struct MHD_Daemon *daemon;
    struct sg_deadlines *deadlines;
    pthread_mutex_t lock;       /* of the two that follow */
    struct sg_service *service; /* NULL while it stands by */
    struct sg_keeper *keeper;
    atomic_int waiting; /* requests suspended until their events are in the journal */
};

/* One request: from its first header to its answer. */
struct request {
    struct sg_web *web;
    struct sg_arena *arena;
    struct MHD_Connection *connection;
    struct sg_buffer body;
    struct sg_header headers[HEADERS_MAX];
    size_t header_count;
    struct sg_webhook_request received;
    struct sg_webhook_events events;
    struct sg_catalog *catalog;
    struct sg_change change;
    bool is_with_journal;
};

static int socket_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection,
                                  const struct sg_webhook_reply *reply, struct sg_arena *arena)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.length,
        (void *)(uintptr_t)reply->body.at, // NOLINT(performance-no-int-to-ptr): MHD only reads
        MHD_RESPMEM_MUST_COPY);
    const unsigned status = (unsigned)reply->status;

    if (response == NULL)
        return MHD_NO;
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        (void)MHD_add_response_header(response, "Retry-After", "5");
    if (reply->content_type.length > 0)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                      sg_str_c(arena, reply->content_type));
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return send_reply(connection,
                      &(struct sg_webhook_reply){.status = (int)status, .body = sg_str_of(text)},
                      NULL);
}

static enum MHD_Result add_header(void *owner, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct request *request = owner;

    (void)kind;
    if (request->header_count == HEADERS_MAX)
        return MHD_NO;
    request->headers[request->header_count++] =
        (struct sg_header){sg_str_lower(request->arena, sg_str_of(name)),
                           sg_str_copy(request->arena, sg_str_of(value == NULL ? "" : value))};
    return MHD_YES;
}

/* On the journal's thread. */
static void events_written(struct sg_change *change)
{
    struct request *request = change->owner;

    MHD_resume_connection(request->connection);
}

static enum MHD_Result hand_to_journal(struct request *request)
{
    request->change = (struct sg_change){
        .kind = SG_CHANGE_CAPTURE,
        .as.capture = {.events = request->events.events, .count = request->events.count},
        .done = events_written,
        .owner = request,
        .is_done_here = true};
    struct sg_web *web = request->web;

    (void)pthread_mutex_lock(&web->lock);
    request->is_with_journal = web->keeper != NULL;
    if (request->is_with_journal) {
        (void)atomic_fetch_add(&web->waiting, 1);
        MHD_suspend_connection(request->connection);
        sg_keeper_submit(web->keeper, &request->change);
    }
    (void)pthread_mutex_unlock(&web->lock);
    return request->is_with_journal
               ? MHD_YES
               : answer(request->connection, MHD_HTTP_SERVICE_UNAVAILABLE, "stands by\n");
}

/* As the webhook's file has it. */
static enum MHD_Result answer_sender(struct request *request)
{
    struct sg_webhook_reply reply;

    sg_webhook_reply(&request->received, &request->events, sg_clock_now_ms(), request->arena,
                     &reply);
    return send_reply(request->connection, &reply, request->arena);
}

static enum MHD_Result receive_webhook(struct request *request, struct sg_str path)
{
    const struct sg_settings *settings = request->web->settings;

    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, request);
    request->received = (struct sg_webhook_request){.path = path,
                                                    .headers = request->headers,
                                                    .header_count = request->header_count,
                                                    .body = sg_buffer_text(&request->body)};
    sg_webhook_read(request->catalog, &request->received, (size_t)settings->max_event_bytes,
                    sg_clock_now_ms(), request->arena, &request->events);
    if (request->events.status == 0)
        return hand_to_journal(request);
    SG_LOG(WARN, "webhook.refused", SG_TEXT("path", path),
           SG_NUMBER("status", request->events.status),
           SG_TEXT("why", sg_str_of(request->events.problem)));
    return answer_sender(request);
}

/* The journal is done with it, whether its client is still there or not. */
static void stop_waiting(struct request *request)
{
    if (request->is_with_journal)
        (void)atomic_fetch_sub(&request->web->waiting, 1);
    request->is_with_journal = false;
}

static enum MHD_Result answer_written(struct request *request)
{
    const struct sg_change *change = &request->change;

    stop_waiting(request);
    if (!change->is_ok) {
        SG_LOG(WARN, "webhook.waits", SG_TEXT("why", sg_str_of(change->err.text)));
        return answer(request->connection, MHD_HTTP_SERVICE_UNAVAILABLE, "");
    }
    SG_LOG(DEBUG, "webhook.taken", SG_NUMBER("events", (int64_t)change->as.capture.count),
           SG_NUMBER("repeats", (int64_t)change->as.capture.repeats));
    return answer_sender(request);
}

/* With its brokers away it cannot take anything in, and finds that out late: no sender is to wait for
 * that, and hold a connection. */
static bool leads_now(const struct sg_web *web)
{
    return web->service != NULL && sg_clock_steady_ms() < sg_keeper_leads_until_ms(web->keeper);
}

static struct request *begin(struct sg_web *web, struct MHD_Connection *connection)
{
    struct sg_arena *arena = sg_arena_new();
    struct request *request = sg_arena_get(arena, 1, sizeof *request);

    request->web = web;
    request->arena = arena;
    request->connection = connection;
    request->body.arena = arena;
    (void)pthread_mutex_lock(&web->lock);
    request->catalog = leads_now(web) ? sg_service_catalog(web->service) : NULL;
    (void)pthread_mutex_unlock(&web->lock);
    return request;
}

/* The whole request is here. */
static enum MHD_Result serve(struct request *request, const char *url, const char *method)
{
    struct sg_str path = sg_str_of(url);

    if (request->is_with_journal)
        return answer_written(request);
    sg_deadlines_end(request->web->deadlines, socket_of(request->connection));
    const bool leads = request->catalog != NULL;

    if (sg_str_is(path, "/health"))
        return answer(request->connection, MHD_HTTP_OK, leads ? "leads\n" : "stands by\n");
    if (!leads) /* a sender takes a 404 for good, and it would be none */
        return answer(request->connection, MHD_HTTP_SERVICE_UNAVAILABLE, "stands by\n");
    if (sg_str_is(path, "/ready"))
        return answer(request->connection, MHD_HTTP_OK, "leads\n");
    if (!sg_webhook_is_path(request->catalog, path))
        return answer(request->connection, MHD_HTTP_NOT_FOUND, "");
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return answer(request->connection, MHD_HTTP_METHOD_NOT_ALLOWED, "");
    return receive_webhook(request, path);
}

static size_t body_max(const struct sg_web *web)
{
    return (size_t)web->settings->max_event_bytes + BODY_SPARE_BYTES;
}

/* Whether the request says itself that it is too large: then its body is not even read. */
static bool is_announced_too_large(const struct request *request)
{
    const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length != NULL && strtoull(length, NULL, 10) > body_max(request->web);
}

/* NOLINTNEXTLINE(readability-function-size): the type is the library's */
static enum MHD_Result handle(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *count, void **state)
{
    struct request *request = *state;

    (void)version;
    if (request == NULL) {
        *state = request = begin(owner, connection);
        if (is_announced_too_large(request))
            return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE, "");
        return MHD_YES;
    }
    if (*count == 0)
        return serve(request, url, method);
    if (request->body.length + *count > body_max(request->web))
        return MHD_NO; /* closes the connection: there is no polite way in the middle of a body */
    sg_buffer_add(&request->body, (struct sg_str){bytes, *count});
    *count = 0;
    return MHD_YES;
}

static void completed(void *owner, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why)
{
    struct request *request = *state;
    struct sg_web *web = owner;

    (void)why;
    sg_deadlines_begin(web->deadlines, socket_of(connection)); /* its next request */
    if (request == NULL)
        return;
    stop_waiting(request);
    sg_catalog_free(request->catalog);
    sg_arena_free(request->arena);
    *state = NULL;
}

static void connected(void *owner, struct MHD_Connection *connection, void **state,
                      enum MHD_ConnectionNotificationCode what)
{
    struct sg_web *web = owner;

    (void)state;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        sg_deadlines_begin(web->deadlines, socket_of(connection));
    else
        sg_deadlines_end(web->deadlines, socket_of(connection));
}

void sg_web_attach(struct sg_web *web, struct sg_service *service, struct sg_keeper *keeper)
{
    (void)pthread_mutex_lock(&web->lock);
    web->service = service;
    web->keeper = keeper;
    (void)pthread_mutex_unlock(&web->lock);
}

void sg_web_detach(struct sg_web *web)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    sg_web_attach(web, NULL, NULL);
    while (atomic_load(&web->waiting) > 0) /* the journal's thread is still there to wake them */
        (void)nanosleep(&pause, NULL);
}

static void free_web(struct sg_web *web)
{
    sg_deadlines_stop(web->deadlines);
    (void)pthread_mutex_destroy(&web->lock);
    free(web);
}

bool sg_web_start(const struct sg_settings *settings, struct sg_web **out, struct sg_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)settings->listen_port)};
    struct sg_web *web = calloc(1, sizeof *web);

    if (web == NULL || pthread_mutex_init(&web->lock, NULL) != 0)
        abort();
    web->settings = settings;
    if (inet_pton(AF_INET, settings->listen_host, &address.sin_addr) != 1) {
        free_web(web);
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "listen: `%s` is no IPv4 address", settings->listen_host);
    }
    if (!sg_deadlines_start(CONNECTIONS_MAX, REQUEST_MS, &web->deadlines, err)) {
        free_web(web);
        return false;
    }
    web->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL,
        handle, web, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, completed, web, MHD_OPTION_NOTIFY_CONNECTION,
        connected, web, MHD_OPTION_END);
    if (web->daemon == NULL) {
        free_web(web);
        return sg_error_errno(err, (struct sg_place){0}, "cannot listen on %s:%d",
                              settings->listen_host, settings->listen_port);
    }
    *out = web;
    return true;
}

int sg_web_port(const struct sg_web *web)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info == NULL ? 0 : info->port;
}

void sg_web_stop(struct sg_web *web)
{
    if (web == NULL)
        return;
    MHD_stop_daemon(web->daemon);
    free_web(web);
}
