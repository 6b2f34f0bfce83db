#include "cli/asker.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "connectors/http.h"
#include "connectors/session.h"
#include "service/pace.h"

enum { BAD_ENDS_MAX = 3, WAIT_MS = 1000, WAIT_MAX_MS = 30000 };

/* A system, as far as it is asked. */
struct peer {
    struct sg_pace pace;
    int bad_ends; /* in a row */
    bool is_left;
};

struct sg_asker {
    struct sg_arena *arena;
    struct sg_http *http;
    struct sg_sessions *sessions;
    size_t count;
    struct sg_asked *asked; /* of each system, and beside it */
    struct peer *peers;
};

struct sg_asker *sg_asker_new(const struct sg_catalog *catalog)
{
    struct sg_arena *arena = sg_arena_new();
    struct sg_asker *asker = sg_arena_get(arena, 1, sizeof *asker);
    const struct sg_system *const *systems = sg_catalog_systems(catalog, &asker->count);

    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    asker->arena = arena;
    asker->http = sg_http_new();
    asker->sessions =
        sg_sessions_new(&(struct sg_sessions_setup){.through = sg_http_transport(asker->http)});
    asker->asked = sg_arena_get(arena, asker->count, sizeof *asker->asked);
    asker->peers = sg_arena_get(arena, asker->count, sizeof *asker->peers);
    for (size_t s = 0; s < asker->count; s++)
        asker->asked[s].system = systems[s];
    return asker;
}

void sg_asker_free(struct sg_asker *asker)
{
    if (asker == NULL)
        return;
    sg_sessions_free(asker->sessions);
    sg_http_free(asker->http);
    curl_global_cleanup();
    sg_arena_free(asker->arena);
}

void sg_asker_leave(struct sg_asker *asker, struct sg_str system, struct sg_str said)
{
    for (size_t s = 0; s < asker->count; s++) {
        if (!sg_str_equal(asker->asked[s].system->name, system))
            continue;
        asker->peers[s].is_left = true;
        asker->asked[s].said = said;
    }
}

const struct sg_asked *sg_asker_asked(const struct sg_asker *asker, size_t *count)
{
    *count = asker->count;
    return asker->asked;
}

/* --- one call --- */

static void wait_ms(int64_t ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms > 0)
        (void)nanosleep(&pause, NULL);
}

static void await_turn(struct peer *peer, const struct sg_limits *limits)
{
    while (!sg_pace_take(&peer->pace, limits->rate_count, limits->rate_per_ms, sg_clock_now_ms()))
        wait_ms(sg_pace_next_ms(&peer->pace, limits->rate_count, limits->rate_per_ms) -
                sg_clock_now_ms());
}

/* One question under way. */
struct question {
    const struct sg_reading *reading;
    struct sg_arena *arena;
    struct sg_read *out;
    bool is_answered;
};

static void replied(struct sg_call *call, const struct sg_reply *reply)
{
    struct question *question = call->owner;

    sg_read_take(question->reading, reply, question->arena, question->out);
    question->is_answered = true;
}

static void call(struct sg_asker *asker, const struct sg_reading *reading, struct sg_arena *arena,
                 struct sg_read *out)
{
    struct question question = {.reading = reading, .arena = arena, .out = out};
    struct sg_call one = {.system = reading->reader.system,
                          .arena = arena,
                          .answers = reading->reader.record->read_answers,
                          .timeout_ms = reading->reader.system->limits.timeout_ms,
                          .limit_bytes = reading->reader.system->limits.answer_bytes,
                          .done = replied,
                          .owner = &question};
    struct sg_transport *transport = sg_sessions_transport(asker->sessions);
    struct sg_error err;

    if (!sg_read_request(reading, arena, &one.request, &err)) {
        *out = (struct sg_read){.end = SG_READ_REFUSED,
                                .said = sg_str_copy(arena, sg_str_of(err.text))};
        return;
    }
    transport->start(transport, &one, sg_clock_now_ms());
    while (!question.is_answered) { /* ends by the calls' own time-outs */
        if (!sg_sessions_run(asker->sessions))
            sg_http_run(asker->http, NULL, 0, WAIT_MS);
    }
}

/* --- as often as it takes --- */

static int64_t pause_ms(const struct peer *peer, const struct sg_read *read)
{
    const int64_t wanted =
        read->retry_after_ms > 0 ? read->retry_after_ms : peer->bad_ends * (int64_t)WAIT_MS;

    return wanted < WAIT_MAX_MS ? wanted : WAIT_MAX_MS;
}

static bool may_ask(const struct peer *peer)
{
    return !peer->is_left && peer->bad_ends < BAD_ENDS_MAX;
}

static void ask(struct sg_asker *asker, struct peer *peer, const struct sg_reading *reading,
                struct sg_arena *arena, struct sg_read *out)
{
    do {
        if (peer->bad_ends > 0 && out->end == SG_READ_WAIT)
            wait_ms(pause_ms(peer, out));
        await_turn(peer, &reading->reader.system->limits);
        call(asker, reading, arena, out);
        peer->bad_ends =
            out->end == SG_READ_WAIT || out->end == SG_READ_REFUSED ? peer->bad_ends + 1 : 0;
    } while (out->end == SG_READ_WAIT && may_ask(peer));
}

void sg_asker_read(struct sg_asker *asker, const struct sg_reading *reading, struct sg_arena *arena,
                   struct sg_read *out)
{
    size_t s = 0;

    while (asker->asked[s].system != reading->reader.system)
        s++;
    *out = (struct sg_read){.end = SG_READ_WAIT, .said = asker->asked[s].said};
    if (may_ask(&asker->peers[s]))
        ask(asker, &asker->peers[s], reading, arena, out);
    if (out->end != SG_READ_WAIT && out->end != SG_READ_REFUSED) {
        asker->asked[s].told++;
        return;
    }
    asker->asked[s].untold++;
    asker->asked[s].said = sg_str_copy(asker->arena, out->said);
}
