/* Reading the state topic. Traps of librdkafka 2.0.2: no rd_kafka_consume_batch*(), which may lose
 * what it had begun to give; an end is told (PARTITION_EOF) once each time it is reached. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "journal/kafka_log.h"
#include "kafka/consumer.h"

enum { ASK_MS = 3000, LOOK_MS = 10000 };

struct sg_log_reader {
    rd_kafka_t *consumer;
    struct sg_arena *arena; /* the topic's name */
    const char *topic;
    int64_t next;
};

bool sg_log_reader_open(const struct sg_journal_settings *settings, struct sg_log_reader **out,
                        struct sg_error *err)
{
    struct sg_log_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        abort();
    reader->arena = sg_arena_new();
    reader->topic = sg_kafka_topic(reader->arena, settings, SG_STR("state"));
    if (!sg_kafka_open_consumer(&settings->kafka->cluster, true, &reader->consumer, err)) {
        sg_log_reader_close(reader);
        return false;
    }
    *out = reader;
    return true;
}

void sg_log_reader_close(struct sg_log_reader *reader)
{
    if (reader == NULL)
        return;
    sg_kafka_close_consumer(reader->consumer);
    sg_arena_free(reader->arena);
    free(reader);
}

bool sg_log_reader_seek(struct sg_log_reader *reader, int64_t offset, struct sg_error *err)
{
    reader->next = offset;
    return sg_kafka_read_from(reader->consumer, reader->topic, offset, "reading the state topic",
                              err);
}

bool sg_log_reader_rest(struct sg_log_reader *reader, struct sg_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_assign(reader->consumer, NULL);

    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           sg_kafka_fail(code, err, "leaving the state topic");
}

rd_kafka_t *sg_log_reader_client(struct sg_log_reader *reader)
{
    return reader->consumer;
}

/* Where the topic begins or ends: `which` is RD_KAFKA_OFFSET_BEGINNING or _END. */
static bool ask_offset(struct sg_log_reader *reader, int64_t which, int64_t *offset,
                       struct sg_error *err)
{
    int partitions = 0;

    if (!sg_kafka_count_partitions(reader->consumer, reader->topic, ASK_MS, &partitions, err))
        return false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, reader->topic, 0)->offset = which;
    bool is_good = sg_kafka_find_offsets(reader->consumer, list, ASK_MS, err);

    *offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return is_good;
}

bool sg_log_reader_end(struct sg_log_reader *reader, int64_t *end, struct sg_error *err)
{
    return ask_offset(reader, RD_KAFKA_OFFSET_END, end, err);
}

/* One message given on; false when there is to be no more. */
static bool take(struct sg_log_reader *reader, const rd_kafka_message_t *message,
                 struct sg_log_read *read, struct sg_error *err)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        read->next = reader->next = message->offset;
        read->is_at_end = true;
        return true;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return sg_kafka_fail(message->err, err, "reading the state topic");
    const struct sg_row_message row = {{message->key, message->key_len},
                                       {message->payload, message->len}};

    if (!read->each(read->owner, &row, err))
        return false;
    read->next = reader->next = message->offset + 1;
    read->is_at_end = false;
    read->count++;
    return true;
}

bool sg_log_reader_read(struct sg_log_reader *reader, struct sg_log_read *read,
                        struct sg_error *err)
{
    const int64_t until_ms = sg_clock_steady_ms() + read->wait_ms;

    read->next = reader->next;
    while (read->count < read->limit && !read->is_at_end) {
        int64_t left_ms = until_ms - sg_clock_steady_ms();
        rd_kafka_message_t *message =
            rd_kafka_consumer_poll(reader->consumer, left_ms > 0 ? (int)left_ms : 0);

        if (message == NULL)
            return true;
        bool is_good = take(reader, message, read, err);
        rd_kafka_message_destroy(message);
        if (!is_good)
            return false;
    }
    return true;
}

/* --- the first message --- */

struct first {
    struct sg_arena *arena;
    struct sg_row_message message;
};

static bool keep_first(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    struct first *first = owner;

    (void)err;
    if (first->message.key.length == 0)
        first->message = (struct sg_row_message){sg_str_copy(first->arena, message->key),
                                                 sg_str_copy(first->arena, message->value)};
    return true;
}

bool sg_log_reader_look(struct sg_log_reader *reader, struct sg_arena *arena,
                        struct sg_log_range *range, struct sg_error *err)
{
    struct first found = {.arena = arena};
    struct sg_log_read read = {.wait_ms = LOOK_MS, .limit = 1, .each = keep_first, .owner = &found};

    *range = (struct sg_log_range){0};
    if (!ask_offset(reader, RD_KAFKA_OFFSET_BEGINNING, &range->begin, err) ||
        !ask_offset(reader, RD_KAFKA_OFFSET_END, &range->end, err) ||
        !sg_log_reader_seek(reader, range->begin, err))
        return false;
    if (range->begin == range->end)
        return true;
    if (!sg_log_reader_read(reader, &read, err))
        return false;
    range->first = found.message;
    return found.message.key.length > 0 || read.is_at_end ||
           sg_kafka_fail(RD_KAFKA_RESP_ERR__TIMED_OUT, err, "reading the state topic's begin");
}
