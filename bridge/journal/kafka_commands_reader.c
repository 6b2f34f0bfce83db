/* What was handed on, for the instance that leads. librdkafka's own threads fetch it. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/log.h"
#include "journal/kafka_commands.h"
#include "kafka/consumer.h"

struct sg_commands_reader {
    struct sg_arena *arena; /* the topic's name */
    const char *topic;
    rd_kafka_t *consumer;
    int64_t next;
};

bool sg_commands_reader_open(const struct sg_journal_settings *settings,
                             struct sg_commands_reader **out, struct sg_error *err)
{
    struct sg_commands_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        abort();
    reader->arena = sg_arena_new();
    reader->topic = sg_kafka_topic(reader->arena, settings, SG_STR("commands"));
    if (!sg_kafka_open_consumer(&settings->kafka->cluster, false, &reader->consumer, err)) {
        sg_commands_reader_close(reader);
        return false;
    }
    *out = reader;
    return true;
}

void sg_commands_reader_close(struct sg_commands_reader *reader)
{
    if (reader == NULL)
        return;
    sg_kafka_close_consumer(reader->consumer);
    sg_arena_free(reader->arena);
    free(reader);
}

static bool assign(struct sg_commands_reader *reader, int64_t offset, struct sg_error *err)
{
    return sg_kafka_read_from(reader->consumer, reader->topic, offset, "reading what was handed on",
                              err);
}

bool sg_commands_reader_seek(struct sg_commands_reader *reader, int64_t place, struct sg_error *err)
{
    reader->next = place;
    return assign(reader, place, err);
}

/* What stood at the place is gone, or the topic was made anew: a person may have to ask again. */
static bool begin_anew(struct sg_commands_reader *reader, struct sg_error *err)
{
    SG_LOG(
        ERROR, "commands.passed_over", SG_TEXT("topic", sg_str_of(reader->topic)),
        SG_NUMBER("read_up_to", reader->next),
        SG_TEXT("why", SG_STR("the topic holds nothing from there on; it is read from its begin, "
                              "and what was handed on before that and not carried out is lost")));
    return assign(reader, RD_KAFKA_OFFSET_BEGINNING, err);
}

static bool take(struct sg_commands_reader *reader, const rd_kafka_message_t *message,
                 struct sg_arena *arena, struct sg_handed_on *out, struct sg_error *err)
{
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        return begin_anew(reader, err);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return sg_kafka_fail(message->err, err, "reading what was handed on");
    *out = (struct sg_handed_on){
        .is_there = true,
        .place = message->offset,
        .id = sg_str_copy(arena, (struct sg_str){message->key, message->key_len}),
        .text = sg_str_copy(arena, (struct sg_str){message->payload, message->len})};
    reader->next = message->offset + 1;
    return true;
}

bool sg_commands_reader_read(struct sg_commands_reader *reader, struct sg_arena *arena,
                             struct sg_handed_on *out, struct sg_error *err)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->consumer, 0);

    *out = (struct sg_handed_on){0};
    if (message == NULL)
        return true;
    const bool is_good = take(reader, message, arena, out, err);

    rd_kafka_message_destroy(message);
    return is_good;
}
