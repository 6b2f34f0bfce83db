/*
 * SAJA and GAM for benchmarks, in one process that answers at once: what it lists it makes up, what
 * it is told it counts. It prints its port, and ends with its standard input.
 *
 *   POST /tap?tickets=N or ?responses=N   so many more are there to be listed
 *   GET  /tap                             "CALLS FIRST CASES UPDATES": the calls taken since the tap
 *                                         was opened; when the first page was listed since, in ns,
 *                                         monotonic; of both kinds, all that were taken so far
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include "sample.h"

enum { BODY_MAX = 65536, TICKETS_OF_PAGE = 100, RESPONSES_OF_PAGE = 50, CONNECTIONS_MAX = 2000 };

/* What there is to list, from number `next` on. */
struct list {
    long next, end;
};

/* The server's one thread's. */
struct target {
    struct list tickets, responses;
    long cases, updates; /* taken so far */
    long calls;
    long long first_ns;
};

/* A request while its body comes in. */
struct request {
    size_t length;
    char body[BODY_MAX];
};

/* An answer while it is written. */
struct page {
    FILE *out;
    char *text;
    size_t length;
};

static void open_page(struct page *page)
{
    page->out = open_memstream(&page->text, &page->length);
    if (page->out == NULL)
        abort();
}

static enum MHD_Result send_page(struct MHD_Connection *connection, struct page *page)
{
    if (fclose(page->out) != 0)
        abort();
    struct MHD_Response *response =
        MHD_create_response_from_buffer(page->length, page->text, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);

    MHD_destroy_response(response);
    return result;
}

/* The next ones of the list, separated by `between`. */
static void write_items(struct target *target, struct list *list, long count, const char *between,
                        void (*sample)(struct sample *out, long n), FILE *out)
{
    static struct sample item;
    struct timespec now;

    if (target->first_ns == 0 && list->next < list->end) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        target->first_ns = now.tv_sec * 1000000000LL + now.tv_nsec;
    }
    for (long i = 0; i < count && list->next < list->end; i++, list->next++) {
        sample(&item, list->next);
        (void)fprintf(out, "%s%s", i > 0 ? between : "", item.text);
    }
}

/* --- SAJA --- */

static void list_tickets(struct target *target, FILE *out)
{
    (void)fputs("[", out);
    write_items(target, &target->tickets, TICKETS_OF_PAGE, ",\n", sg_sample_ticket, out);
    (void)fputs("]", out);
}

static void take_update(struct target *target, const struct request *request, FILE *out)
{
    const char *id = strstr(request->body, "service_request_id=");
    int length = 0;

    target->calls++;
    target->updates++;
    if (id == NULL)
        return;
    id += strlen("service_request_id=");
    length = (int)strcspn(id, "&");
    (void)fprintf(out,
                  "[{\"service_request_id\": \"%.*s\", "
                  "\"updated_datetime\": \"2026-07-02T08:00:00.%03ld+03:30\"}]",
                  length, id, target->calls % 1000);
}

/* --- GAM --- */

static void list_responses(struct target *target, FILE *out)
{
    (void)fputs("<ListResponsesResponse xmlns=\"urn:gam:cases:1\">", out);
    write_items(target, &target->responses, RESPONSES_OF_PAGE, "\n", sg_sample_response, out);
    (void)fprintf(out, "<Next>%ld</Next></ListResponsesResponse>", target->responses.next);
}

static void make_case(struct target *target, FILE *out)
{
    struct sample number;

    target->calls++;
    sg_sample_case(&number, target->cases++);
    (void)fprintf(out,
                  "<CreateCaseResponse xmlns=\"urn:gam:cases:1\"><CaseNumber>%s</CaseNumber>"
                  "</CreateCaseResponse>",
                  number.text);
}

static void serve_gam(struct target *target, const struct request *request, FILE *out)
{
    (void)fputs("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>", out);
    if (strstr(request->body, "<ListResponses") != NULL)
        list_responses(target, out);
    else if (strstr(request->body, "<CreateCase") != NULL)
        make_case(target, out);
    (void)fputs("</s:Body></s:Envelope>", out);
}

/* --- the benchmark's own --- */

static void open_tap(struct MHD_Connection *connection, const char *name, struct list *list)
{
    const char *count = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);

    if (count != NULL)
        list->end += strtol(count, NULL, 10);
}

static void serve_tap(struct target *target, struct MHD_Connection *connection, bool is_post,
                      FILE *out)
{
    if (is_post) {
        target->calls = target->first_ns = 0;
        open_tap(connection, "tickets", &target->tickets);
        open_tap(connection, "responses", &target->responses);
    }
    (void)fprintf(out, "%ld %lld %ld %ld", target->calls, target->first_ns, target->cases,
                  target->updates);
}

static enum MHD_Result serve(struct target *target, struct MHD_Connection *connection,
                             const char *url, const struct request *request, bool is_post)
{
    struct page page;

    open_page(&page);
    if (strcmp(url, "/tap") == 0)
        serve_tap(target, connection, is_post, page.out);
    else if (strcmp(url, "/saja/requests.json") == 0)
        list_tickets(target, page.out);
    else if (strcmp(url, "/saja/servicerequestupdates.json") == 0)
        take_update(target, request, page.out);
    else
        serve_gam(target, request, page.out);
    return send_page(connection, &page);
}

/* Called by libmicrohttpd for a request's head, for each piece of its body, and at its end.
 * NOLINTNEXTLINE(readability-function-size): the type is the library's */
static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *length, void **state)
{
    struct request *request = *state;

    (void)version;
    if (request == NULL) {
        *state = request = calloc(1, sizeof *request);
        return request == NULL ? MHD_NO : MHD_YES;
    }
    if (*length == 0)
        return serve(owner, connection, url, request, strcmp(method, "POST") == 0);
    if (*length >= sizeof request->body - request->length)
        return MHD_NO;
    memcpy(request->body + request->length, piece, *length);
    request->length += *length;
    *length = 0;
    return MHD_YES;
}

static void on_end(void *owner, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code)
{
    (void)owner;
    (void)connection;
    (void)code;
    free(*state);
    *state = NULL;
}

int main(void)
{
    static struct target target;
    const struct sockaddr_in here = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, &target, MHD_OPTION_SOCK_ADDR,
        (const struct sockaddr *)&here, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
    char byte;

    if (daemon == NULL) {
        (void)fputs("target: cannot listen on 127.0.0.1\n", stderr);
        return 1;
    }
    (void)printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
        /* until whoever started it goes */
    }
    MHD_stop_daemon(daemon);
    return 0;
}
