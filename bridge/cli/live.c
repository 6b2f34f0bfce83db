/* sgbridge check --live: one harmless question to each system, the first page of each poll. */
#include <curl/curl.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "connectors/catalog.h"
#include "connectors/http.h"
#include "connectors/poll.h"

/* One question under way. */
struct question {
    struct sg_arena *arena;
    struct sg_poll *poll;
    struct sg_poll_page page;
    bool is_answered;
};

static void replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct question *question = call->owner;

    sg_poll_take(question->poll, reply, sg_clock_now_ms(), question->arena, &question->page);
    question->is_answered = true;
}

static bool tell(const struct sg_system *system, const struct sg_record *record,
                 const struct sg_poll_page *page)
{
    bool is_good = page->step != SG_POLL_WAIT && page->step != SG_POLL_ALARM;

    (void)printf("%.*s.%.*s: ", SG_STR_ARG(system->name), SG_STR_ARG(record->name));
    if (is_good)
        (void)printf("answers; %zu on the first page\n", page->item_count);
    else
        (void)printf("%s%.*s\n", page->step == SG_POLL_WAIT ? "does not answer now: " : "refuses: ",
                     SG_STR_ARG(page->said));
    return is_good;
}

static bool ask(struct sg_http *http, const struct sg_system *system,
                const struct sg_record *record)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_poll_setup setup = {
        .system = system, .record = record, .max_event_bytes = (size_t)system->limits.answer_bytes};
    struct sg_poll *poll SG_AUTO(sg_poll) = sg_poll_begin(&setup, sg_clock_now_ms());
    struct question question = {.arena = arena, .poll = poll};
    struct sg_call call = {.system = system,
                           .arena = arena,
                           .timeout_ms = system->limits.timeout_ms,
                           .limit_bytes = system->limits.answer_bytes,
                           .done = replied,
                           .owner = &question};
    struct sg_transport *transport = sg_http_transport(http);
    struct sg_error err;

    if (!sg_poll_request(poll, arena, sg_clock_now_ms(), &call.request, &err)) {
        (void)printf("%.*s.%.*s: %s\n", SG_STR_ARG(system->name), SG_STR_ARG(record->name),
                     err.text);
        return false;
    }
    transport->start(transport, &call, sg_clock_now_ms());
    while (!question.is_answered) /* ends by the call's own time-out */
        sg_http_run(http, NULL, 0, 1000);
    return tell(system, record, &question.page);
}

int sg_cli_ask_systems(const struct sg_catalog *catalog)
{
    struct sg_http *http;
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(catalog, &count);
    bool is_good = true;

    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    http = sg_http_new();
    for (size_t s = 0; s < count; s++) {
        for (size_t r = 0; r < systems[s]->record_count; r++) {
            if (systems[s]->records[r].poll != NULL)
                is_good &= ask(http, systems[s], &systems[s]->records[r]);
        }
    }
    sg_http_free(http);
    curl_global_cleanup();
    return is_good ? SG_EXIT_OK : SG_EXIT_NO;
}
