#include "connectors/feed.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "kafka/consumer.h"

enum { ASK_MS = 1000, MESSAGES_MAX = 500, BYTES_MAX = 4 << 20, PARTITIONS_MAX = 10000 };

struct sg_feed {
    rd_kafka_t *consumer;
    const struct sg_subscribe_spec *spec;
    int64_t *next; /* of each partition */
    int partitions;
};

static const struct sg_place AT = {.file = "kafka"};

/* --- open --- */

static bool count_partitions(struct sg_feed *feed, struct sg_error *err)
{
    if (!sg_kafka_count_partitions(feed->consumer, feed->spec->topic, ASK_MS, &feed->partitions,
                                   err))
        return false;
    return (feed->partitions > 0 && feed->partitions <= PARTITIONS_MAX) ||
           sg_error_set(err, SG_ERROR_TEMPORARY, AT, "topic %s has %d partitions",
                        feed->spec->topic, feed->partitions);
}

/* "calls.changes 0=17 1=5": what is not named was never read, and stays at -1. False when it is of
 * another topic, whose numbers say nothing of this one, or of none. */
static bool read_position(struct sg_feed *feed, struct sg_str text)
{
    const size_t length = strlen(feed->spec->topic);

    if (!sg_str_starts(text, feed->spec->topic) || text.length <= length || text.at[length] != ' ')
        return false;
    text = sg_str_skip(text, length + 1);
    while (text.length > 0) {
        const char *space = memchr(text.at, ' ', text.length);
        struct sg_str entry = {text.at, space == NULL ? text.length : (size_t)(space - text.at)};
        const char *equals = memchr(entry.at, '=', entry.length);
        int64_t partition = 0, next = 0;

        if (equals != NULL &&
            sg_units_integer((struct sg_str){entry.at, (size_t)(equals - entry.at)}, &partition) &&
            sg_units_integer(sg_str_skip(entry, (size_t)(equals - entry.at) + 1), &next) &&
            partition >= 0 && partition < feed->partitions)
            feed->next[partition] = next;
        text = sg_str_skip(text, entry.length + 1);
    }
    return true;
}

static bool ask_offsets(struct sg_feed *feed, int64_t which, rd_kafka_topic_partition_list_t *list,
                        struct sg_error *err)
{
    for (int p = 0; p < feed->partitions; p++)
        rd_kafka_topic_partition_list_add(list, feed->spec->topic, p)->offset = which;
    return sg_kafka_find_offsets(feed->consumer, list, ASK_MS, err);
}

/* Where this partition goes on: never past messages that nobody has read. */
static bool find_begin(struct sg_feed *feed, const rd_kafka_topic_partition_t *low,
                       const rd_kafka_topic_partition_t *high, bool is_first, struct sg_error *err)
{
    int64_t *next = &feed->next[low->partition];

    if (*next < 0)
        *next = is_first && feed->spec->starts_now ? high->offset : low->offset;
    if (*next >= low->offset && *next <= high->offset)
        return true;
    return sg_error_set(err, SG_ERROR_REFUSED, AT,
                        "topic %s, partition %d, holds %" PRId64 " to %" PRId64 " and was read up "
                        "to %" PRId64 ": %s; publish again what is missing to a topic of another "
                        "name, and subscribe to that",
                        feed->spec->topic, low->partition, low->offset, high->offset, *next,
                        *next < low->offset ? "what came between was never read"
                                            : "it was made anew");
}

static bool find_begins(struct sg_feed *feed, bool is_first, struct sg_error *err)
{
    rd_kafka_topic_partition_list_t *low = rd_kafka_topic_partition_list_new(feed->partitions);
    rd_kafka_topic_partition_list_t *high = rd_kafka_topic_partition_list_new(feed->partitions);
    bool is_good = ask_offsets(feed, RD_KAFKA_OFFSET_BEGINNING, low, err) &&
                   ask_offsets(feed, RD_KAFKA_OFFSET_END, high, err);

    for (int p = 0; is_good && p < feed->partitions; p++)
        is_good = find_begin(feed, &low->elems[p], &high->elems[p], is_first, err);
    rd_kafka_topic_partition_list_destroy(low);
    rd_kafka_topic_partition_list_destroy(high);
    return is_good;
}

static bool assign(struct sg_feed *feed, struct sg_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(feed->partitions);

    for (int p = 0; p < feed->partitions; p++)
        rd_kafka_topic_partition_list_add(list, feed->spec->topic, p)->offset = feed->next[p];
    rd_kafka_resp_err_t code = rd_kafka_assign(feed->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || sg_kafka_fail(code, err, "reading a topic");
}

static bool find_place(struct sg_feed *feed, struct sg_str position, struct sg_error *err)
{
    if (!count_partitions(feed, err))
        return false;
    feed->next = malloc((size_t)feed->partitions * sizeof *feed->next);
    if (feed->next == NULL)
        abort();
    for (int p = 0; p < feed->partitions; p++)
        feed->next[p] = -1;
    const bool is_first = !read_position(feed, position);

    return find_begins(feed, is_first, err) && assign(feed, err);
}

bool sg_feed_open(const struct sg_system *system, const struct sg_record *record,
                  struct sg_str position, struct sg_feed **out, struct sg_error *err)
{
    struct sg_feed *feed = calloc(1, sizeof *feed);

    if (feed == NULL)
        abort();
    feed->spec = record->subscribe;
    if (!sg_kafka_open_consumer(system->kafka, false, &feed->consumer, err) ||
        !find_place(feed, position, err)) {
        sg_feed_close(feed);
        return false;
    }
    *out = feed;
    return true;
}

void sg_feed_close(struct sg_feed *feed)
{
    if (feed == NULL)
        return;
    sg_kafka_close_consumer(feed->consumer);
    free(feed->next);
    free(feed);
}

/* --- read --- */

static void copy_headers(const rd_kafka_message_t *from, struct sg_arena *arena,
                         struct sg_message *to)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name = NULL;
    const void *value = NULL;
    size_t size = 0;

    if (rd_kafka_message_headers(from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    struct sg_header *list = sg_arena_get(arena, rd_kafka_header_cnt(headers), sizeof *list);

    for (size_t h = 0;
         rd_kafka_header_get_all(headers, h, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         h++)
        list[to->header_count++] = (struct sg_header){
            sg_str_lower(arena, sg_str_of(name)), sg_str_copy(arena, (struct sg_str){value, size})};
    to->headers = list;
}

static void copy_message(const struct sg_feed *feed, const rd_kafka_message_t *from,
                         struct sg_arena *arena, struct sg_message *to)
{
    int64_t time_ms = rd_kafka_message_timestamp(from, NULL);

    *to = (struct sg_message){
        .topic = sg_str_of(feed->spec->topic),
        .partition = from->partition,
        .offset = from->offset,
        .time_ms = time_ms < 0 ? 0 : time_ms,
        .key = sg_str_copy(arena, (struct sg_str){from->key, from->key_len}),
        .value = sg_str_copy(arena, (struct sg_str){from->payload, from->len}),
        .has_value = from->payload != NULL,
    };
    copy_headers(from, arena, to);
}

bool sg_feed_read(struct sg_feed *feed, int wait_ms, struct sg_arena *arena,
                  const struct sg_message **messages, size_t *count, struct sg_error *err)
{
    const int64_t until_ms = sg_clock_steady_ms() + wait_ms;
    struct sg_message *list = sg_arena_get(arena, MESSAGES_MAX, sizeof *list);
    size_t bytes = 0;

    *messages = list;
    *count = 0;
    while (*count < MESSAGES_MAX && bytes < BYTES_MAX) {
        int64_t left_ms = until_ms - sg_clock_steady_ms();
        rd_kafka_message_t *message =
            rd_kafka_consumer_poll(feed->consumer, left_ms > 0 && *count == 0 ? (int)left_ms : 0);

        if (message == NULL)
            return true;
        const rd_kafka_resp_err_t code = message->err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            copy_message(feed, message, arena, &list[(*count)++]);
            feed->next[message->partition] = message->offset + 1;
            bytes += message->len;
        }
        rd_kafka_message_destroy(message);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return sg_kafka_fail(code, err, "reading a topic");
    }
    return true;
}

struct sg_str sg_feed_position(const struct sg_feed *feed, struct sg_arena *arena)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, sg_str_of(feed->spec->topic));
    for (int p = 0; p < feed->partitions; p++)
        sg_buffer_add_format(&out, " %d=%" PRId64, p, feed->next[p]);
    return sg_buffer_text(&out);
}
