#include "past.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "sample.h"

enum { LEAD_MS = 100 };
enum { SHAPE_BYTES = 112 }; /* of the fourteen pointers that the mappings of a ticket read */

static const struct sg_route ROUTES[] = {
    {.mapping = SG_STR_INIT("ticket-to-case"),
     .map_hash = SG_STR_INIT("0123456789abcdef"),
     .system = SG_STR_INIT("saja"),
     .record = SG_STR_INIT("ticket"),
     .target = SG_STR_INIT("gam"),
     .operation = SG_STR_INIT("create_case"),
     .opens_link = true},
    {.mapping = SG_STR_INIT("response-to-ticket"),
     .map_hash = SG_STR_INIT("0123456789abcdef"),
     .system = SG_STR_INIT("gam"),
     .record = SG_STR_INIT("response"),
     .target = SG_STR_INIT("saja"),
     .operation = SG_STR_INIT("add_update")},
};

static void must(bool is_good, const struct sg_error *err)
{
    if (is_good)
        return;
    (void)fprintf(stderr, "the journal: %s\n", err->text);
    exit(1);
}

static struct sg_str text_of(struct sg_arena *arena, const struct sample *sample)
{
    return sg_str_copy(arena, (struct sg_str){sample->text, sample->length});
}

struct sg_journal *sg_past_open(const char *dir, const struct sg_journal_kafka *kafka)
{
    const struct sg_journal_settings settings = {.dir = dir,
                                                 .name = SG_STR("bench"),
                                                 .keep_ms = (int64_t)90 * 24 * 3600 * 1000,
                                                 .max_event_bytes = 900000,
                                                 .kafka = kafka};
    struct sg_journal *journal = NULL;
    bool leads = false;
    struct sg_error err;

    must(sg_journal_open(kafka == NULL ? &SG_JOURNAL_EMBEDDED : &SG_JOURNAL_KAFKA, &settings,
                         &journal, &err),
         &err);
    while (!leads) { /* topics that were just made may not be known yet: then another time */
        bool is_good = sg_journal_lead(journal, sg_clock_now_ms(), LEAD_MS, &leads, &err);
        must(is_good || err.kind == SG_ERROR_TEMPORARY, &err);
    }
    sg_journal_set_routes(journal, ROUTES, sizeof ROUTES / sizeof ROUTES[0]);
    return journal;
}

/* --- taking in --- */

static struct sg_event event_of(struct sg_arena *arena, struct sg_str body, long n)
{
    static const char shape[SHAPE_BYTES] = "a shape";

    return (struct sg_event){.version_kind = SG_VERSION_TIME,
                             .version_value = INT64_C(1782880200000) + n,
                             .version = sg_str_format(arena, "v%ld", n),
                             .wait_ms = (int64_t)24 * 3600 * 1000,
                             .captured_at = sg_clock_now_ms(),
                             .sha256 = sg_sha256_of(body),
                             .size = body.length,
                             .shape = {shape, sizeof shape},
                             .body = body};
}

static struct sg_event ticket_of(struct sg_arena *arena, long n)
{
    struct sample body, key;

    sg_sample_ticket(&body, n);
    sg_sample_key(&key, n);
    struct sg_event event = event_of(arena, text_of(arena, &body), n);

    event.system = SG_STR("saja");
    event.record = SG_STR("ticket");
    event.record_id = event.key = text_of(arena, &key);
    event.is_version_declared = true;
    return event;
}

/* Another answer each time, though the tickets may come again. */
static struct sg_event response_of(struct sg_arena *arena, long ticket)
{
    static long answers;
    struct sample body, number;

    sg_sample_response_kept(&body, ticket);
    sg_sample_case(&number, ticket);
    struct sg_event event = event_of(arena, text_of(arena, &body), answers);

    event.system = SG_STR("gam");
    event.record = SG_STR("response");
    event.record_id = sg_str_format(arena, "r-%ld", 1000000 + answers++);
    event.version_kind = SG_VERSION_OPAQUE;
    event.version_value = 0;
    event.key = text_of(arena, &number);
    event.is_key_linked = true;
    return event;
}

static void capture(struct sg_journal *journal, const struct sg_event *event)
{
    enum sg_captured what;
    struct sg_error err;

    must(sg_journal_capture(journal, event, &what, &err), &err);
}

void sg_past_capture_tickets(struct sg_journal *journal, long first, long count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_error err;

    must(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (long i = 0; i < count; i++) {
        const struct sg_event event = ticket_of(arena, first + i);
        capture(journal, &event);
    }
    must(sg_journal_commit(journal, &err), &err);
}

void sg_past_capture_responses(struct sg_journal *journal, const long *tickets, long count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_error err;

    must(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (long i = 0; i < count; i++) {
        const struct sg_event event = response_of(arena, tickets[i]);
        capture(journal, &event);
    }
    must(sg_journal_commit(journal, &err), &err);
}

/* --- ending --- */

struct taken {
    struct sg_delivery *at;
    size_t count;
};

static struct taken take(struct sg_journal *journal, struct sg_arena *arena, struct sg_str target,
                         long count)
{
    const struct sg_take wanted = {target, (size_t)count, sg_clock_now_ms()};
    struct taken taken = {0};
    struct sg_error err;

    must(sg_journal_take(journal, arena, &wanted, &taken.at, &taken.count, &err), &err);
    if (taken.count != (size_t)count) {
        (void)fprintf(stderr, "the journal gave %zu of %ld deliveries\n", taken.count, count);
        exit(1);
    }
    return taken;
}

static void intend(struct sg_journal *journal, const struct taken *taken, long first)
{
    struct sg_error err;

    must(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (size_t d = 0; d < taken->count; d++) {
        struct sample request;

        sg_sample_case_intended(&request, first);
        must(sg_journal_intend(journal, taken->at[d].id, sg_clock_now_ms(),
                               (struct sg_str){request.text, request.length}, &err),
             &err);
    }
    must(sg_journal_commit(journal, &err), &err);
}

static void end(struct sg_journal *journal, const struct sg_ending *ending)
{
    struct sg_error err;

    must(sg_journal_end(journal, ending, &err), &err);
}

/* The number in a ticket's key, of which the case's number is made. */
static struct sg_str case_of(struct sg_arena *arena, struct sg_str ticket)
{
    return sg_str_format(arena, "%.*s/1405", SG_STR_ARG(sg_str_skip(ticket, 5)));
}

void sg_past_make_cases(struct sg_journal *journal, long count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct taken taken = take(journal, arena, SG_STR("gam"), count);
    struct sg_error err;

    intend(journal, &taken, count);
    must(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (size_t d = 0; d < taken.count; d++)
        end(journal, &(struct sg_ending){.delivery = taken.at[d].id,
                                         .state = SG_DELIVERY_DELIVERED,
                                         .was_called = true,
                                         .sends = 1,
                                         .link_id = case_of(arena, taken.at[d].ticket),
                                         .clears_shadows = true});
    must(sg_journal_commit(journal, &err), &err);
}

void sg_past_update_tickets(struct sg_journal *journal, long count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct taken taken = take(journal, arena, SG_STR("saja"), count);
    struct sg_error err;

    must(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (size_t d = 0; d < taken.count; d++)
        end(journal,
            &(struct sg_ending){.delivery = taken.at[d].id,
                                .state = SG_DELIVERY_DELIVERED,
                                .was_called = true,
                                .own_record = SG_STR("ticket"),
                                .own_id = taken.at[d].ticket,
                                .own_change = {.version = SG_STR("2026-07-02T08:00:00+03:30"),
                                               .shows = SG_STR("what it will show")},
                                .clears_shadows = true});
    must(sg_journal_commit(journal, &err), &err);
}
