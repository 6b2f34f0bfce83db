/* fill_journal BROKERS PREFIX NAME DIR LINKS OPEN: a journal in Kafka as years of work leave it, made
 * through its contract, for measuring how long a take-over lasts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "sgbridge/journal.h"

/* MAX_EVENT_BYTES: the default of `max_event`, by which the topic is judged. */
enum { BATCH = 500, LEAD_MS = 60000, STEP_MS = 200, MAX_EVENT_BYTES = 900 * 1024 };

static const int64_t DAY_MS = 86400000;

static const struct sg_route ROUTE = {
    .mapping = SG_STR_INIT("ticket-to-case"),
    .map_hash = SG_STR_INIT("filled"),
    .system = SG_STR_INIT("saja"),
    .record = SG_STR_INIT("ticket"),
    .target = SG_STR_INIT("gam"),
    .operation = SG_STR_INIT("create_case"),
    .opens_link = true,
};

static void check(bool is_good, const struct sg_error *err)
{
    if (is_good)
        return;
    (void)fprintf(stderr, "fill_journal: %s\n", err->text);
    exit(1);
}

static struct sg_journal *open_journal(char **words)
{
    static struct sg_journal_kafka kafka;
    const struct sg_journal_settings settings = {.dir = words[4],
                                                 .name = sg_str_of(words[3]),
                                                 .keep_ms = 90 * DAY_MS,
                                                 .max_event_bytes = MAX_EVENT_BYTES,
                                                 .kafka = &kafka};
    const int64_t until_ms = sg_clock_steady_ms() + LEAD_MS;
    struct sg_journal *journal = NULL;
    struct sg_error err = {0};
    bool leads = false;

    kafka = (struct sg_journal_kafka){
        .cluster = {.brokers = words[1]}, .prefix = words[2], .replication = 1};
    check(sg_journal_open(&SG_JOURNAL_KAFKA, &settings, &journal, &err), &err);
    while (!leads) {
        bool is_good = sg_journal_lead(journal, sg_clock_now_ms(), STEP_MS, &leads, &err);
        check(is_good || (err.kind == SG_ERROR_TEMPORARY && sg_clock_steady_ms() < until_ms), &err);
    }
    sg_journal_set_routes(journal, &ROUTE, 1);
    return journal;
}

static void capture(struct sg_journal *journal, long number)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_event event = {.system = ROUTE.system, .record = ROUTE.record};
    enum sg_captured what;
    struct sg_error err;

    event.captured_at = sg_clock_now_ms();
    event.key = event.record_id = sg_str_format(arena, "1404-%ld", 100000 + number);
    event.body =
        sg_str_format(arena, "{\"service_request_id\":\"1404-%ld\",\"description\":\"%0400d\"}",
                      100000 + number, 0);
    event.sha256 = sg_sha256_of(event.body);
    event.size = event.body.length;
    event.version = event.record_id;
    event.is_version_declared = true;
    check(sg_journal_capture(journal, &event, &what, &err), &err);
}

/* Each taken one becomes a case; or, when it is to stay open, is due in a day. */
static void end(struct sg_journal *journal, const struct sg_delivery *delivery, bool stays_open)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_ending ending = {.delivery = delivery->id};
    struct sg_error err;

    if (stays_open) {
        ending.state = SG_DELIVERY_PENDING;
        ending.next_at = sg_clock_now_ms() + DAY_MS;
    } else {
        ending.state = SG_DELIVERY_DELIVERED;
        ending.was_called = true;
        ending.link_id = sg_str_format(arena, "%" PRId64 "/1404", delivery->id);
    }
    check(sg_journal_end(journal, &ending, &err), &err);
}

static void fill(struct sg_journal *journal, long from, long to, bool stays_open)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_delivery *taken = NULL;
    struct sg_error err;
    size_t count = 0;

    check(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (long number = from; number < to; number++)
        capture(journal, number);
    check(sg_journal_commit(journal, &err), &err);
    const struct sg_take wanted = {ROUTE.target, BATCH, sg_clock_now_ms()};
    check(sg_journal_take(journal, arena, &wanted, &taken, &count, &err), &err);
    check(sg_journal_begin(journal, sg_clock_now_ms(), &err), &err);
    for (size_t d = 0; d < count; d++)
        end(journal, &taken[d], stays_open);
    check(sg_journal_commit(journal, &err), &err);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        (void)fprintf(stderr, "usage: fill_journal BROKERS PREFIX NAME DIR LINKS OPEN\n");
        return 64;
    }
    const long links = strtol(argv[5], NULL, 10), all = links + strtol(argv[6], NULL, 10);
    struct sg_journal *journal = open_journal(argv);

    for (long from = 0; from < all; from += BATCH)
        fill(journal, from, from + BATCH < all ? from + BATCH : all, from >= links);
    sg_journal_close(journal);
    return 0;
}
