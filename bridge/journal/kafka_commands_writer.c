/* From the spool of an instance that stands by into the topic of commands. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/crash.h"
#include "base/log.h"
#include "journal/kafka_commands.h"
#include "journal/spool.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

enum {
    AT_ONCE = 100, /* files under way */
    MEET_MS = 1000,
};

/* One file under way. */
struct sent {
    struct sg_commands_writer *writer;
    struct sg_arena *arena; /* it holds the file's id, and this */
    struct sg_str id;
    struct sent *next;
};

struct sg_commands_writer {
    const struct sg_journal_settings *settings;
    struct sg_arena *arena; /* the topic's name */
    const char *topic;
    rd_kafka_t *producer; /* NULL: nothing was sent yet */
    struct sent *sent;
    size_t sent_count;
    bool has_failed; /* in this poll, as `why` tells */
    struct sg_error why;
};

/* --- what came of it --- */

static void forget(struct sent *sent)
{
    struct sent **at = &sent->writer->sent;

    while (*at != sent)
        at = &(*at)->next;
    *at = sent->next;
    sent->writer->sent_count--;
    sg_arena_free(sent->arena);
}

/* Called by rd_kafka_poll(), on the writer's own thread. */
static void delivered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *owner)
{
    struct sg_commands_writer *writer = owner;
    struct sent *sent = message->_private;

    (void)producer;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        writer->has_failed = true;
        (void)sg_kafka_fail(message->err, &writer->why, "handing a command on");
    } else {
        sg_crash_point("hand_on.after");
        SG_LOG(INFO, "command.handed_on", SG_TEXT("command", sent->id));
        writer->has_failed |= !sg_spool_remove(writer->settings->dir, sent->id, &writer->why);
    }
    forget(sent);
}

/* --- open and close --- */

static bool make_producer(struct sg_commands_writer *writer, struct sg_error *err)
{
    static const struct sg_kafka_property ours[] = {{"acks", "all"},
                                                    {"enable.idempotence", "true"},
                                                    {"message.timeout.ms", "30000"},
                                                    {NULL, NULL}};

    return sg_kafka_open_producer(&writer->settings->kafka->cluster, ours, delivered, writer,
                                  &writer->producer, err);
}

/* Asks for the topic: a first message would wait up to a second for librdkafka to ask. */
static bool open_producer(struct sg_commands_writer *writer, struct sg_error *err)
{
    int partitions = 0;

    return writer->producer != NULL ||
           (make_producer(writer, err) &&
            sg_kafka_count_partitions(writer->producer, writer->topic, MEET_MS, &partitions, err));
}

static void close_producer(struct sg_commands_writer *writer)
{
    sg_kafka_close_producer(writer->producer, writer->sent != NULL);
    writer->producer = NULL;
    while (writer->sent != NULL)
        forget(writer->sent);
}

struct sg_commands_writer *sg_commands_writer_new(const struct sg_journal_settings *settings)
{
    struct sg_commands_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL)
        abort();
    writer->settings = settings;
    writer->arena = sg_arena_new();
    writer->topic = sg_kafka_topic(writer->arena, settings, SG_STR("commands"));
    return writer;
}

void sg_commands_writer_free(struct sg_commands_writer *writer)
{
    if (writer == NULL)
        return;
    close_producer(writer);
    sg_arena_free(writer->arena);
    free(writer);
}

/* --- sending --- */

static bool is_sent(const struct sg_commands_writer *writer, struct sg_str id)
{
    for (const struct sent *sent = writer->sent; sent != NULL; sent = sent->next) {
        if (sg_str_equal(sent->id, id))
            return true;
    }
    return false;
}

static bool produce(struct sg_commands_writer *writer, struct sent *sent, struct sg_str text,
                    struct sg_error *err)
{
    const rd_kafka_vu_t parts[] = {SG_KAFKA_PART(RD_KAFKA_VTYPE_TOPIC, cstr, writer->topic),
                                   SG_KAFKA_PART(RD_KAFKA_VTYPE_PARTITION, i32, 0),
                                   SG_KAFKA_PART(RD_KAFKA_VTYPE_MSGFLAGS, i, RD_KAFKA_MSG_F_COPY),
                                   SG_KAFKA_PART(RD_KAFKA_VTYPE_OPAQUE, ptr, sent),
                                   sg_kafka_bytes_part(RD_KAFKA_VTYPE_KEY, sent->id),
                                   sg_kafka_bytes_part(RD_KAFKA_VTYPE_VALUE, text)};
    rd_kafka_error_t *error =
        rd_kafka_produceva(writer->producer, parts, sizeof parts / sizeof parts[0]);

    return error == NULL || sg_kafka_fail_with(error, err, "handing a command on");
}

static bool send_file(struct sg_commands_writer *writer, struct sg_str id, struct sg_error *err)
{
    struct sg_arena *arena = sg_arena_new();
    struct sent *sent = sg_arena_get(arena, 1, sizeof *sent);
    struct sg_str text;

    *sent = (struct sent){
        .writer = writer, .arena = arena, .id = sg_str_copy(arena, id), .next = writer->sent};
    writer->sent = sent;
    writer->sent_count++;
    if (sg_spool_get(arena, writer->settings->dir, id, &text, err) &&
        produce(writer, sent, text, err))
        return true;
    forget(sent);
    return false;
}

/* What can be no command, whoever leads, is not in the way of others. */
static bool send_or_put_aside(struct sg_commands_writer *writer, struct sg_str id,
                              struct sg_error *err)
{
    if (send_file(writer, id, err))
        return true;
    if (err->kind != SG_ERROR_INPUT)
        return false;
    SG_LOG(ERROR, "spool.refused", SG_TEXT("file", id), SG_TEXT("why", sg_str_of(err->text)));
    return sg_spool_put_aside(writer->settings->dir, id, err);
}

static bool send_all(struct sg_commands_writer *writer, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str *ids = NULL;
    size_t count = 0;

    if (!sg_spool_list(arena, writer->settings->dir, &ids, &count, err))
        return false;
    if (count > 0 && !open_producer(writer, err))
        return false;
    for (size_t i = 0; i < count && writer->sent_count < AT_ONCE; i++) {
        if (!is_sent(writer, ids[i]) && !send_or_put_aside(writer, ids[i], err))
            return false;
    }
    return true;
}

bool sg_commands_writer_send(struct sg_commands_writer *writer, struct sg_error *err)
{
    writer->has_failed = false;
    if (writer->producer != NULL)
        (void)rd_kafka_poll(writer->producer, 0); /* before it looks: what they have is gone then */
    if (!writer->has_failed && send_all(writer, err))
        return true;
    if (writer->has_failed)
        *err = writer->why;
    close_producer(writer); /* after some errors an idempotent one is of no more use */
    return false;
}
