/* Records that a system publishes to Kafka: a thread each, which reads, and waits for the journal. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "connectors/feed.h"
#include "service/parts.h"

enum { READ_MS = 200, NAP_MS = 100, RETRY_MS = 1000 };

struct feed {
    struct sg_arena *arena; /* it holds the feed itself */
    struct sg_keeper *keeper;
    struct sg_catalog *catalog; /* as long as the thread */
    struct sg_record_reader reader;
    const char *alarm; /* "subscribe saja.ticket" */
    pthread_t thread;
    atomic_bool is_stopping;
    pthread_mutex_t lock; /* of `is_answered` */
    pthread_cond_t answered;
    bool is_answered;

    struct sg_feed *source; /* this and what follows: the thread's alone */
    char *position;         /* as the journal has it */
    char *words;            /* of the alarm that stands; NULL: none */
    struct feed *next;
};

/* --- asking the journal --- */

static void change_done(struct sg_change *change)
{
    struct feed *feed = change->owner;

    (void)pthread_mutex_lock(&feed->lock);
    feed->is_answered = true;
    (void)pthread_cond_signal(&feed->answered);
    (void)pthread_mutex_unlock(&feed->lock);
}

/* Hands it over and waits: the journal's thread answers every change, also when it ends. */
static bool ask(struct feed *feed, struct sg_change *change)
{
    change->done = change_done;
    change->is_done_here = true;
    change->owner = feed;
    feed->is_answered = false;
    sg_keeper_submit(feed->keeper, change);
    (void)pthread_mutex_lock(&feed->lock);
    while (!feed->is_answered)
        (void)pthread_cond_wait(&feed->answered, &feed->lock);
    (void)pthread_mutex_unlock(&feed->lock);
    return change->is_ok;
}

static char *copy_of(struct sg_str text)
{
    char *copy = strndup(text.length == 0 ? "" : text.at, text.length);

    if (copy == NULL)
        abort();
    return copy;
}

static void set_alarm(struct feed *feed, struct sg_str words)
{
    struct sg_change change = {
        .kind = SG_CHANGE_ALARM,
        .as.alarm = {.name = feed->alarm, .system = feed->reader.system->name, .words = words}};

    if (feed->words != NULL && sg_str_is(words, feed->words))
        return;
    if (ask(feed, &change)) { /* else it is said again next time */
        free(feed->words);
        feed->words = copy_of(words);
    }
}

static bool read_position(struct feed *feed)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_change change = {.kind = SG_CHANGE_CURSOR,
                               .as.cursor = {.arena = arena,
                                             .system = feed->reader.system->name,
                                             .record = feed->reader.record->name}};

    if (!ask(feed, &change))
        return false;
    free(feed->position);
    feed->position = copy_of(change.as.cursor.text);
    return true;
}

/* --- one turn --- */

/* All events of the messages, in their order. */
static void read_events(const struct feed *feed, const struct sg_message *messages, size_t count,
                        struct sg_events *out)
{
    const int64_t now_ms = sg_clock_now_ms();

    for (size_t m = 0; m < count; m++)
        sg_message_read(&feed->reader, &messages[m], now_ms, out);
}

/* Events and position become durable together; else the next turn reads the same again. */
static bool capture(struct feed *feed, struct sg_arena *arena, const struct sg_message *messages,
                    size_t count)
{
    struct sg_events events = {.arena = arena};

    read_events(feed, messages, count, &events);
    struct sg_change change = {.kind = SG_CHANGE_CAPTURE,
                               .as.capture = {.events = events.at,
                                              .count = events.count,
                                              .system = feed->reader.system->name,
                                              .record = feed->reader.record->name,
                                              .cursor = sg_feed_position(feed->source, arena),
                                              .has_cursor = true}};

    if (!ask(feed, &change)) {
        SG_LOG(WARN, "subscribe.waits", SG_TEXT("system", feed->reader.system->name),
               SG_TEXT("record", feed->reader.record->name),
               SG_TEXT("why", sg_str_of(change.err.text)));
        return false;
    }
    free(feed->position);
    feed->position = copy_of(change.as.capture.cursor);
    if (events.count > change.as.capture.repeats)
        SG_LOG(INFO, "subscribe.new", SG_TEXT("system", feed->reader.system->name),
               SG_TEXT("record", feed->reader.record->name),
               SG_NUMBER("events", (int64_t)(events.count - change.as.capture.repeats)),
               SG_NUMBER("repeats", (int64_t)change.as.capture.repeats));
    return true;
}

static bool open_source(struct feed *feed, struct sg_error *err)
{
    return feed->source != NULL || sg_feed_open(feed->reader.system, feed->reader.record,
                                                sg_str_of(feed->position), &feed->source, err);
}

static void nap(struct feed *feed)
{
    const struct timespec pause = {.tv_nsec = NAP_MS * 1000000L};

    for (int slept = 0; slept < RETRY_MS && !atomic_load(&feed->is_stopping); slept += NAP_MS)
        (void)nanosleep(&pause, NULL);
}

/* False when it is to begin anew, from what the journal has. */
static bool take_turn(struct feed *feed)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_message *messages = NULL;
    size_t count = 0;
    struct sg_error err;

    if (!open_source(feed, &err) ||
        !sg_feed_read(feed->source, READ_MS, arena, &messages, &count, &err)) {
        set_alarm(feed, sg_str_of(err.text));
        return false;
    }
    set_alarm(feed, (struct sg_str){0});
    /* where `start: now` found the topic's end is kept as well, before there is a message */
    const bool is_kept = sg_str_is(sg_feed_position(feed->source, arena), feed->position);
    return (count == 0 && is_kept) || capture(feed, arena, messages, count);
}

static void *run(void *argument)
{
    struct feed *feed = argument;

    while (!atomic_load(&feed->is_stopping)) {
        if (feed->position == NULL ? read_position(feed) : take_turn(feed))
            continue;
        sg_feed_close(feed->source);
        feed->source = NULL;
        nap(feed);
    }
    set_alarm(feed, (struct sg_str){0}); /* its record may be in no file any more */
    sg_feed_close(feed->source);
    free(feed->position);
    free(feed->words);
    return NULL;
}

/* --- all of them --- */

static void start(struct sg_service *service, const struct sg_system *system,
                  const struct sg_record *record)
{
    struct sg_arena *arena = sg_arena_new();
    struct feed *feed = sg_arena_get(arena, 1, sizeof *feed);

    *feed = (struct feed){.arena = arena,
                          .keeper = service->setup.keeper,
                          .catalog = sg_catalog_share(service->catalog),
                          .next = service->feeds};
    feed->reader =
        (struct sg_record_reader){.system = system,
                                  .record = record,
                                  .max_bytes = (size_t)service->setup.settings->max_event_bytes};
    feed->reader.shape_pointers = sg_catalog_shape_pointers(
        feed->catalog, system->name, record->name, &feed->reader.shape_count);
    feed->alarm =
        sg_str_c(arena, sg_str_format(arena, "subscribe %.*s.%.*s", SG_STR_ARG(system->name),
                                      SG_STR_ARG(record->name)));
    if (pthread_mutex_init(&feed->lock, NULL) != 0 ||
        pthread_cond_init(&feed->answered, NULL) != 0 ||
        pthread_create(&feed->thread, NULL, run, feed) != 0)
        abort(); /* no memory left */
    service->feeds = feed;
}

void sg_feeds_stop(struct sg_service *service)
{
    for (struct feed *feed = service->feeds; feed != NULL; feed = feed->next)
        atomic_store(&feed->is_stopping, true);
    for (struct feed *feed = service->feeds, *next; feed != NULL; feed = next) {
        next = feed->next;
        (void)pthread_join(feed->thread, NULL);
        (void)pthread_cond_destroy(&feed->answered);
        (void)pthread_mutex_destroy(&feed->lock);
        sg_catalog_free(feed->catalog);
        sg_arena_free(feed->arena);
    }
    service->feeds = NULL;
}

void sg_feeds_set(struct sg_service *service)
{
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(service->catalog, &count);

    sg_feeds_stop(service);
    for (size_t s = 0; s < count; s++) {
        for (size_t r = 0; r < systems[s]->record_count; r++) {
            if (systems[s]->records[r].subscribe != NULL)
                start(service, systems[s], &systems[s]->records[r]);
        }
    }
}
