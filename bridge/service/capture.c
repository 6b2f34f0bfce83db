/* Pollers: each record's passes, page by page into the journal (design.md, section 7). */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/log.h"
#include "connectors/poll.h"
#include "service/parts.h"

/*
 * A pass ends when so many pages in a row brought nothing new: a server may make up tokens for ever.
 * Generous, since the first pass after a stop in the middle of an import sees all of it once more.
 */
enum { PAGES_WITHOUT_NEWS_MAX = 10000 };

struct poller {
    struct sg_service *service;
    struct sg_arena *arena; /* of the poller's own names */
    struct peer *peer;
    struct sg_str system, record;
    const char *alarm; /* "poll saja.ticket" */
    bool is_kept;      /* its record is in the catalog in force */
    bool is_cursor_known;
    struct sg_str cursor; /* as the journal has it */
    char *cursor_text;    /* what `cursor` points to */
    int64_t every_ms, next_at;
    size_t new_events, repeats; /* of the pass */
    int pages_without_news;     /* the last ones of the pass */

    struct sg_catalog *catalog; /* of the pass under way */
    const struct sg_system *in_system;
    struct sg_poll *poll; /* NULL: no pass */
    struct sg_arena *page_arena;
    struct sg_poll_page page;
    struct sg_call call;
    struct sg_change change;
    bool is_fetch_due; /* the page's next call waits for its turn */
    bool is_alarmed;   /* an alarm of it may stand, also from before the start */
    bool is_busy;      /* a call or a change of its own is under way */
    struct poller *next;
};

static void request_page(struct poller *poller);
static void follow_page(struct poller *poller);

static void set_cursor(struct poller *poller, struct sg_str text)
{
    char *copy = malloc(text.length + 1);

    if (copy == NULL)
        abort();
    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    free(poller->cursor_text);
    poller->cursor_text = copy;
    poller->cursor = (struct sg_str){copy, text.length};
}

static void end_pass(struct poller *poller, int64_t wait_ms)
{
    struct sg_service *service = poller->service;

    if (poller->new_events > 0)
        SG_LOG(INFO, "poll.new", SG_TEXT("system", poller->system),
               SG_TEXT("record", poller->record), SG_NUMBER("events", (int64_t)poller->new_events),
               SG_NUMBER("repeats", (int64_t)poller->repeats));
    sg_poll_free(poller->poll);
    sg_arena_free(poller->page_arena);
    sg_catalog_free(poller->catalog);
    poller->poll = NULL;
    poller->page_arena = NULL;
    poller->catalog = NULL;
    poller->is_fetch_due = false;
    poller->peer->polling = NULL;
    poller->next_at = service->now_ms + wait_ms;
    sg_service_wake_at(service, 0); /* another record of this system may be waiting */
}

static void begin_alarm(struct poller *poller, struct sg_str words)
{
    sg_service_alarm(poller->service, poller->alarm, poller->system, words);
    poller->is_alarmed = true;
}

static void end_unable(struct poller *poller, struct sg_str words)
{
    begin_alarm(poller, words);
    end_pass(poller, poller->every_ms);
}

static void end_alarm(struct poller *poller)
{
    if (poller->is_alarmed)
        sg_service_alarm(poller->service, poller->alarm, poller->system, (struct sg_str){0});
    poller->is_alarmed = false;
}

static void count_events(struct poller *poller, size_t repeats)
{
    const size_t news = poller->page.count - repeats;

    poller->repeats += repeats;
    poller->new_events += news;
    poller->pages_without_news = news > 0 ? 0 : poller->pages_without_news + 1;
}

/* A page is over: the pass as well, or the next one is asked for. */
static void end_page(struct poller *poller)
{
    const int64_t asked_ms = poller->page.retry_after_ms, every_ms = poller->every_ms;

    if (poller->page.step != SG_POLL_MORE || poller->service->is_stopping)
        end_pass(poller,
                 poller->page.step == SG_POLL_WAIT && asked_ms > every_ms ? asked_ms : every_ms);
    else if (poller->pages_without_news >= PAGES_WITHOUT_NEWS_MAX)
        end_unable(poller, SG_STR("no progress: page after page brings nothing new"));
    else
        request_page(poller);
}

/* The page has more, and the pass is not to end here. */
static void go_on_with_page(struct poller *poller)
{
    sg_poll_next(poller->poll, poller->service->now_ms, &poller->page);
    follow_page(poller);
}

static void page_written(struct sg_change *change)
{
    struct poller *poller = change->owner;

    poller->is_busy = false;
    if (!change->is_ok) {
        SG_LOG(WARN, "poll.waits", SG_TEXT("system", poller->system),
               SG_TEXT("record", poller->record), SG_TEXT("why", sg_str_of(change->err.text)));
        end_pass(poller, poller->every_ms);
        return;
    }
    count_events(poller, change->as.capture.repeats);
    if (poller->page.has_cursor)
        set_cursor(poller, poller->page.cursor);
    if (poller->page.step == SG_POLL_PART && !poller->service->is_stopping)
        go_on_with_page(poller);
    else
        end_page(poller);
}

static void write_page(struct poller *poller)
{
    poller->is_busy = true;
    poller->change = (struct sg_change){.kind = SG_CHANGE_CAPTURE,
                                        .as.capture = {.events = poller->page.events,
                                                       .count = poller->page.count,
                                                       .system = poller->system,
                                                       .record = poller->record,
                                                       .cursor = poller->page.cursor,
                                                       .has_cursor = poller->page.has_cursor},
                                        .done = page_written,
                                        .owner = poller};
    sg_keeper_submit(poller->service->setup.keeper, &poller->change);
}

static void looked(struct sg_change *change)
{
    struct poller *poller = change->owner;

    poller->is_busy = false;
    if (change->is_ok && !poller->service->is_stopping)
        go_on_with_page(poller);
    else
        end_pass(poller, poller->every_ms);
}

/* The journal knows which of the stubs on the page it has: those are not fetched again. */
static void look(struct poller *poller)
{
    poller->is_busy = true;
    poller->change = (struct sg_change){.kind = SG_CHANGE_LOOK,
                                        .as.look = {.system = poller->system,
                                                    .record = poller->record,
                                                    .seen = poller->page.sightings,
                                                    .count = poller->page.sighting_count},
                                        .done = looked,
                                        .owner = poller};
    sg_keeper_submit(poller->service->setup.keeper, &poller->change);
}

/* Does what the page asks for next. */
static void follow_page(struct poller *poller)
{
    struct sg_poll_page *page = &poller->page;

    switch (page->step) {
    case SG_POLL_MORE:
    case SG_POLL_DONE:
        sg_peer_met(poller->peer, true, (struct sg_str){0});
        if (page->step == SG_POLL_DONE) /* a pass that gets stuck later would begin it again */
            end_alarm(poller);
        write_page(poller);
        break;
    case SG_POLL_WAIT:
        sg_peer_met(poller->peer, false, page->said);
        if (page->count > 0)
            write_page(poller);
        else
            end_page(poller);
        break;
    case SG_POLL_ALARM: /* what the page held is kept all the same */
        sg_peer_met(poller->peer, false, page->said);
        begin_alarm(poller, page->said);
        write_page(poller);
        break;
    case SG_POLL_PART:
        write_page(poller);
        break;
    case SG_POLL_LOOK:
        look(poller);
        break;
    case SG_POLL_FETCH:
        poller->is_fetch_due = true;
        sg_service_wake_at(poller->service, 0);
        break;
    }
}

static void page_replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct poller *poller = call->owner;

    poller->is_busy = false;
    sg_poll_take(poller->poll, reply, poller->service->now_ms, poller->page_arena, &poller->page);
    follow_page(poller);
}

static void fetched(struct sg_call *call, const struct sg_reply *reply)
{
    struct poller *poller = call->owner;

    poller->is_busy = false;
    sg_poll_fetched(poller->poll, reply, poller->service->now_ms, &poller->page);
    follow_page(poller);
}

static void start_call(struct poller *poller, struct sg_arena *arena,
                       const struct sg_request *request, sg_call_done_fn *done)
{
    const struct sg_record *record = sg_system_record(poller->in_system, poller->record);

    poller->is_busy = true;
    poller->call = (struct sg_call){.system = poller->in_system,
                                    .arena = arena,
                                    .request = *request,
                                    .answers = record->poll->answers,
                                    .timeout_ms = poller->in_system->limits.timeout_ms,
                                    .limit_bytes = poller->in_system->limits.answer_bytes,
                                    .done = done,
                                    .owner = poller};
    sg_service_call(poller->service, &poller->call);
}

static void request_page(struct poller *poller)
{
    struct sg_service *service = poller->service;
    struct sg_request request;
    struct sg_error err;

    sg_arena_free(poller->page_arena);
    poller->page_arena = sg_arena_new();
    if (!sg_poll_request(poller->poll, poller->page_arena, service->now_ms, &request, &err)) {
        end_unable(poller, sg_str_of(err.text));
        return;
    }
    start_call(poller, poller->page_arena, &request, page_replied);
}

static void begin_pass(struct poller *poller)
{
    struct sg_service *service = poller->service;
    struct sg_poll_setup setup = {.max_event_bytes =
                                      (size_t)service->setup.settings->max_event_bytes,
                                  .cursor = poller->cursor};

    poller->catalog = sg_catalog_share(service->catalog);
    poller->in_system = setup.system = sg_catalog_system(poller->catalog, poller->system);
    setup.record = sg_system_record(setup.system, poller->record);
    setup.shape_pointers = sg_catalog_shape_pointers(poller->catalog, poller->system,
                                                     poller->record, &setup.shape_count);
    poller->peer->polling = poller;
    poller->new_events = poller->repeats = 0;
    poller->pages_without_news = 0;
    poller->poll = sg_poll_begin(&setup, service->now_ms);
    request_page(poller);
}

static void cursor_read(struct sg_change *change)
{
    struct poller *poller = change->owner;

    poller->is_busy = false;
    if (change->is_ok) {
        poller->is_cursor_known = true;
        set_cursor(poller, change->as.cursor.text);
    }
    sg_arena_free(change->as.cursor.arena);
    sg_service_wake_at(poller->service, 0);
}

static void read_cursor(struct poller *poller)
{
    poller->is_busy = true;
    poller->change = (struct sg_change){
        .kind = SG_CHANGE_CURSOR,
        .as.cursor = {.arena = sg_arena_new(), .system = poller->system, .record = poller->record},
        .done = cursor_read,
        .owner = poller};
    sg_keeper_submit(poller->service->setup.keeper, &poller->change);
}

/* A poll counts towards the rate, not towards the slots: it never holds up a delivery for long. */
static bool is_paced(struct poller *poller, const struct sg_limits *limits)
{
    int64_t now_ms = poller->service->now_ms;

    if (sg_pace_take(&poller->peer->pace, limits->rate_count, limits->rate_per_ms, now_ms))
        return true;
    sg_service_wake_at(poller->service, sg_pace_next_ms(&poller->peer->pace, limits->rate_count,
                                                        limits->rate_per_ms));
    return false;
}

/* A fetch is a call like the first of a pass: it takes its turn in the system's rate, and waits while
 * people hold the system back. */
static void run_fetch(struct poller *poller)
{
    if (sg_commands_pause(poller->service, poller->system) ||
        !sg_service_may_call(poller->service) || !is_paced(poller, &poller->in_system->limits))
        return;
    poller->is_fetch_due = false;
    start_call(poller, poller->page.arena, &poller->page.request, fetched);
}

static void run_poller(struct poller *poller)
{
    struct sg_service *service = poller->service;

    if (poller->is_fetch_due)
        run_fetch(poller);
    if (poller->is_busy || poller->poll != NULL || !poller->is_kept)
        return;
    if (!poller->is_cursor_known) {
        read_cursor(poller);
        return;
    }
    if (sg_commands_pause(service, poller->system))
        return;
    if (service->now_ms < poller->next_at)
        sg_service_wake_at(service, poller->next_at);
    else if (poller->peer->polling == NULL && sg_service_may_call(service) &&
             is_paced(poller, &poller->peer->system->limits))
        begin_pass(poller);
}

static void free_poller(struct poller *poller)
{
    sg_poll_free(poller->poll);
    sg_arena_free(poller->page_arena);
    sg_catalog_free(poller->catalog);
    free(poller->cursor_text);
    sg_arena_free(poller->arena); /* it holds the poller itself */
}

void sg_capture_run(struct sg_service *service)
{
    for (struct poller **at = &service->pollers; *at != NULL;) {
        struct poller *poller = *at;

        if (!poller->is_kept && !poller->is_busy && poller->poll == NULL) {
            *at = poller->next;
            end_alarm(poller); /* nobody else would */
            free_poller(poller);
            continue;
        }
        if (!service->is_stopping)
            run_poller(poller);
        at = &poller->next;
    }
}

static struct poller *add(struct sg_service *service, struct sg_str system, struct sg_str record)
{
    struct sg_arena *arena = sg_arena_new();
    struct poller *poller = sg_arena_get(arena, 1, sizeof *poller);

    *poller = (struct poller){.service = service,
                              .arena = arena,
                              .peer = sg_peer_find(service, system),
                              .system = sg_str_copy(arena, system),
                              .record = sg_str_copy(arena, record),
                              .is_alarmed = true,
                              .next = service->pollers};
    poller->alarm = sg_str_c(
        arena, sg_str_format(arena, "poll %.*s.%.*s", SG_STR_ARG(system), SG_STR_ARG(record)));
    service->pollers = poller;
    return poller;
}

static void set_system(struct sg_service *service, const struct sg_system *system,
                       struct poller *old)
{
    for (size_t r = 0; r < system->record_count; r++) {
        const struct sg_record *record = &system->records[r];

        if (record->poll == NULL)
            continue;
        struct poller *poller = old;
        while (poller != NULL && !(sg_str_equal(poller->system, system->name) &&
                                   sg_str_equal(poller->record, record->name)))
            poller = poller->next;
        if (poller == NULL)
            poller = add(service, system->name, record->name);
        poller->is_kept = true;
        poller->every_ms = record->poll->every_ms;
    }
}

void sg_capture_set(struct sg_service *service)
{
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(service->catalog, &count);

    for (struct poller *poller = service->pollers; poller != NULL; poller = poller->next)
        poller->is_kept = false;
    for (size_t s = 0; s < count; s++)
        set_system(service, systems[s], service->pollers);
}

bool sg_capture_is_still(const struct sg_service *service)
{
    for (const struct poller *poller = service->pollers; poller != NULL; poller = poller->next) {
        if (poller->is_busy)
            return false;
    }
    return true;
}

void sg_capture_free(struct sg_service *service)
{
    for (struct poller *poller = service->pollers, *next; poller != NULL; poller = next) {
        next = poller->next;
        free_poller(poller);
    }
    service->pollers = NULL;
}
