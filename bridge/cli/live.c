/* sgbridge check --live: one harmless question to each system, the first page of each poll; a login
 * where there is none. */
#include <curl/curl.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "connectors/catalog.h"
#include "connectors/http.h"
#include "connectors/poll.h"
#include "connectors/session.h"

/* What asks, and with which sessions. */
struct asking {
    struct sg_http *http;
    struct sg_sessions *sessions;
};

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

static void await(const struct asking *asking, const bool *is_answered)
{
    while (!*is_answered) { /* ends by the calls' own time-outs */
        if (!sg_sessions_run(asking->sessions))
            sg_http_run(asking->http, NULL, 0, 1000);
    }
}

static bool ask(const struct asking *asking, const struct sg_system *system,
                const struct sg_record *record)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_poll_setup setup = {
        .system = system, .record = record, .max_event_bytes = (size_t)system->limits.answer_bytes};
    struct sg_poll *poll SG_AUTO(sg_poll) = sg_poll_begin(&setup, sg_clock_now_ms());
    struct question question = {.arena = arena, .poll = poll};
    struct sg_call call = {.system = system,
                           .arena = arena,
                           .answers = record->poll->answers,
                           .timeout_ms = system->limits.timeout_ms,
                           .limit_bytes = system->limits.answer_bytes,
                           .done = replied,
                           .owner = &question};
    struct sg_transport *transport = sg_sessions_transport(asking->sessions);
    struct sg_error err;

    if (!sg_poll_request(poll, arena, sg_clock_now_ms(), &call.request, &err)) {
        (void)printf("%.*s.%.*s: %s\n", SG_STR_ARG(system->name), SG_STR_ARG(record->name),
                     err.text);
        return false;
    }
    transport->start(transport, &call, sg_clock_now_ms());
    await(asking, &question.is_answered);
    return tell(system, record, &question.page);
}

/* --- a system that is not polled, and asks for a login --- */

struct visit {
    bool is_answered, is_let_in;
    struct sg_str said;
};

static void let_in(struct sg_knock *knock, const struct sg_reply *refusal)
{
    struct visit *visit = knock->owner;

    visit->is_answered = true;
    visit->is_let_in = refusal == NULL;
    if (refusal != NULL)
        visit->said = refusal->problem;
}

static bool visit(const struct asking *asking, const struct sg_system *system)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct visit visit = {.is_let_in = true};
    struct sg_knock knock = {.system = system, .arena = arena, .done = let_in, .owner = &visit};

    if (!sg_sessions_open(asking->sessions, &knock))
        await(asking, &visit.is_answered);
    (void)printf("%.*s: %s%.*s\n", SG_STR_ARG(system->name), visit.is_let_in ? "lets us in" : "",
                 SG_STR_ARG(visit.said));
    return visit.is_let_in;
}

static bool ask_system(const struct asking *asking, const struct sg_system *system)
{
    bool is_good = true, is_polled = false;

    for (size_t r = 0; r < system->record_count; r++) {
        if (system->records[r].poll == NULL)
            continue;
        is_polled = true;
        is_good &= ask(asking, system, &system->records[r]);
    }
    if (!is_polled && system->login != NULL)
        is_good = visit(asking, system);
    return is_good;
}

int sg_cli_ask_systems(const struct sg_catalog *catalog)
{
    struct asking asking;
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(catalog, &count);
    bool is_good = true;

    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    asking.http = sg_http_new();
    asking.sessions =
        sg_sessions_new(&(struct sg_sessions_setup){.through = sg_http_transport(asking.http)});
    for (size_t s = 0; s < count; s++)
        is_good &= ask_system(&asking, systems[s]);
    sg_sessions_free(asking.sessions);
    sg_http_free(asking.http);
    curl_global_cleanup();
    return is_good ? SG_EXIT_OK : SG_EXIT_NO;
}
