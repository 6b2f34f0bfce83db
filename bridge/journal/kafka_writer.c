/* Writing the state topic, and the events' topics with it, in transactions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "journal/kafka_log.h"
#include "journal/kafka_topics.h"
#include "kafka/producer.h"

enum {
    OPEN_MS = 10000,
    ADD_MS = 10000,
    MEET_MS = 1000,
    STEP_MS = 5000,      /* one look at whether a commit has ended */
    PATIENCE_MS = 30000, /* then its end is not known; less than the transaction's own time-out */
    TOPICS_MAX = 64,
};

struct sg_log_writer {
    const struct sg_journal_settings *settings;
    struct sg_arena *arena; /* names of topics */
    rd_kafka_t *producer;
    const char *state_topic;
    const char *topics[TOPICS_MAX]; /* of events, known to be there */
    size_t topic_count;
    bool is_begun;
    int64_t last; /* offset of the newest row that the broker has; -1: none in this transaction */
};

static const struct sg_place AT = {.file = "kafka"};

static void delivered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *owner)
{
    struct sg_log_writer *writer = owner;

    (void)producer;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->_private != NULL &&
        message->offset > writer->last)
        writer->last = message->offset; /* else the commit fails by itself */
}

/* --- open and close --- */

static bool make_producer(struct sg_log_writer *writer, struct sg_error *err)
{
    char size[24];
    const struct sg_kafka_property ours[] = {{"transactional.id", writer->settings->kafka->prefix},
                                             {"acks", "all"},
                                             {"linger.ms", "2"},
                                             {"message.max.bytes", size},
                                             {"compression.codec", "lz4"},
                                             {NULL, NULL}};

    (void)snprintf(size, sizeof size, "%" PRId64, sg_kafka_message_max(writer->settings));
    return sg_kafka_open_producer(&writer->settings->kafka->cluster, ours, delivered, writer,
                                  &writer->producer, err);
}

/* Learns who leads the partitions of a topic. A first message does not ask: it waits for librdkafka's
 * look around, up to a second (2.0.2). Without an answer it waits for just that. */
static void meet_topic(struct sg_log_writer *writer, const char *name)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(writer->producer, name, NULL);

    if (topic == NULL)
        return;
    if (rd_kafka_metadata(writer->producer, 0, topic, &metadata, MEET_MS) ==
        RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

bool sg_log_writer_open(const struct sg_journal_settings *settings, struct sg_log_writer **out,
                        struct sg_error *err)
{
    struct sg_log_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL)
        abort();
    writer->settings = settings;
    writer->arena = sg_arena_new();
    writer->state_topic = sg_kafka_topic(writer->arena, settings, SG_STR("state"));
    writer->last = -1;
    bool is_good = make_producer(writer, err);

    if (is_good) {
        rd_kafka_error_t *error = rd_kafka_init_transactions(writer->producer, OPEN_MS);
        is_good = error == NULL || sg_kafka_fail_with(error, err, "taking over the journal");
    }
    if (!is_good) {
        sg_log_writer_close(writer);
        return false;
    }
    meet_topic(writer, writer->state_topic);
    *out = writer;
    return true;
}

void sg_log_writer_close(struct sg_log_writer *writer)
{
    if (writer == NULL)
        return;
    sg_kafka_close_producer(writer->producer, writer->is_begun);
    sg_arena_free(writer->arena);
    free(writer);
}

/* --- a transaction --- */

/* Another one writes, or nobody knows: this producer is of no more use. */
static bool fail_for_good(rd_kafka_error_t *error, struct sg_error *err, const char *doing)
{
    (void)sg_error_set(err, SG_ERROR_REFUSED, AT, "%s: %s", doing, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

static bool begin(struct sg_log_writer *writer, struct sg_error *err)
{
    if (writer->is_begun)
        return true;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(writer->producer);

    if (error != NULL)
        return fail_for_good(error, err, "beginning a transaction");
    writer->is_begun = true;
    writer->last = -1;
    return true;
}

/* Waits while the queue is full, which is how a broker that is behind shows. */
static bool produce(struct sg_log_writer *writer, const rd_kafka_vu_t *parts, size_t count,
                    struct sg_error *err)
{
    const int64_t until_ms = sg_clock_steady_ms() + ADD_MS;

    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(writer->producer, parts, count);

        if (error == NULL)
            return true;
        if (rd_kafka_error_is_fatal(error))
            return fail_for_good(error, err, "writing");
        if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL ||
            sg_clock_steady_ms() > until_ms)
            return sg_kafka_fail_with(error, err, "writing");
        rd_kafka_error_destroy(error);
        (void)rd_kafka_poll(writer->producer, 100);
    }
}

bool sg_log_writer_add_row(struct sg_log_writer *writer, const struct sg_row_message *message,
                           struct sg_error *err)
{
    const rd_kafka_vu_t parts[] = {
        SG_KAFKA_PART(RD_KAFKA_VTYPE_TOPIC, cstr, writer->state_topic),
        SG_KAFKA_PART(RD_KAFKA_VTYPE_PARTITION, i32, 0),
        SG_KAFKA_PART(RD_KAFKA_VTYPE_MSGFLAGS, i, RD_KAFKA_MSG_F_COPY),
        SG_KAFKA_PART(RD_KAFKA_VTYPE_OPAQUE, ptr, writer), /* a row: see delivered */
        sg_kafka_bytes_part(RD_KAFKA_VTYPE_KEY, message->key),
        sg_kafka_bytes_part(RD_KAFKA_VTYPE_VALUE, message->value)};

    return begin(writer, err) && produce(writer, parts, sizeof parts / sizeof parts[0], err);
}

static rd_kafka_vu_t header_part(const char *name, struct sg_str value)
{
    return (rd_kafka_vu_t){
        .vtype = RD_KAFKA_VTYPE_HEADER,
        .u.header = {.name = name, .val = value.at, .size = (ssize_t)value.length}};
}

/* The topic of a system's events, made when it is met first. */
static bool find_topic(struct sg_log_writer *writer, struct sg_str system, const char **topic,
                       struct sg_error *err)
{
    const size_t prefix = strlen(writer->settings->kafka->prefix) + 1;

    for (size_t t = 0; t < writer->topic_count; t++) {
        if (sg_str_is(system, writer->topics[t] + prefix)) {
            *topic = writer->topics[t];
            return true;
        }
    }
    *topic = sg_kafka_topic(writer->arena, writer->settings, system);
    if (!sg_kafka_topics_add(writer->producer, writer->settings, *topic, err))
        return false;
    meet_topic(writer, *topic);
    if (writer->topic_count < TOPICS_MAX)
        writer->topics[writer->topic_count++] = *topic;
    return true;
}

bool sg_log_writer_add_event(struct sg_log_writer *writer, const struct sg_event *event,
                             int64_t seq, struct sg_error *err)
{
    char number[24], captured[24];
    const char *topic = NULL;

    if (!find_topic(writer, event->system, &topic, err))
        return false;
    (void)snprintf(number, sizeof number, "%" PRId64, seq);
    (void)snprintf(captured, sizeof captured, "%" PRId64, event->captured_at);
    const rd_kafka_vu_t parts[] = {
        SG_KAFKA_PART(RD_KAFKA_VTYPE_TOPIC, cstr, topic),
        SG_KAFKA_PART(RD_KAFKA_VTYPE_MSGFLAGS, i, RD_KAFKA_MSG_F_COPY),
        sg_kafka_bytes_part(RD_KAFKA_VTYPE_KEY, event->key),
        sg_kafka_bytes_part(RD_KAFKA_VTYPE_VALUE, event->body),
        header_part("record", event->record),
        header_part("id", event->record_id),
        header_part("version", event->version),
        header_part("sgbridge", writer->settings->name), /* whose: a bridge passes over its own */
        header_part("captured", sg_str_of(captured)),
        header_part("seq", sg_str_of(number))};

    return begin(writer, err) && produce(writer, parts, sizeof parts / sizeof parts[0], err);
}

/* --- its end --- */

typedef rd_kafka_error_t *end_fn(rd_kafka_t *producer, int timeout_ms);

/* Ends it one way or the other, as long as a try may go on; the caller gets the last error. */
static rd_kafka_error_t *end(struct sg_log_writer *writer, end_fn *end_transaction)
{
    const int64_t until_ms = sg_clock_steady_ms() + PATIENCE_MS;

    for (;;) {
        rd_kafka_error_t *error = end_transaction(writer->producer, STEP_MS);

        if (error == NULL || !rd_kafka_error_is_retriable(error) || sg_clock_steady_ms() > until_ms)
            return error;
        rd_kafka_error_destroy(error);
    }
}

bool sg_log_writer_abort(struct sg_log_writer *writer, struct sg_error *err)
{
    if (!writer->is_begun)
        return true;
    writer->is_begun = false;
    /* librdkafka 2.0.2 asks for the end of what the broker has not yet seen begin, and is then of
       no more use (its issue 4849): the records, also undone, go there first. */
    (void)rd_kafka_flush(writer->producer, STEP_MS);
    rd_kafka_error_t *error = end(writer, rd_kafka_abort_transaction);

    return error == NULL || fail_for_good(error, err, "undoing a transaction");
}

bool sg_log_writer_commit(struct sg_log_writer *writer, int64_t *next, struct sg_error *err)
{
    struct sg_error undo;

    if (!writer->is_begun)
        return true;
    rd_kafka_error_t *error = end(writer, rd_kafka_commit_transaction);

    (void)rd_kafka_poll(writer->producer, 0); /* reports that are left */
    if (error == NULL) {
        writer->is_begun = false;
        *next = writer->last + 1;
        return true;
    }
    if (!rd_kafka_error_txn_requires_abort(error))
        return fail_for_good(error, err, "committing");
    (void)sg_kafka_fail_with(error, err, "committing");
    if (!sg_log_writer_abort(writer, &undo))
        *err = undo;
    return false;
}
