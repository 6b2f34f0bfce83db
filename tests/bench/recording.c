#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTITIONS = 6, WAIT_MS = 10000, NAME_BYTES = 300 };

/* While it is read. */
struct reader {
    rd_kafka_t *consumer;
    size_t prefix_length;    /* with its dot */
    struct recorded *rows;   /* in their order */
    struct recorded *events; /* by their sequence number; empty where there is none */
    size_t row_count, row_room, event_room;
    int ends; /* partitions read whole */
};

_Noreturn void sg_recording_fail(const char *doing, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", doing, why);
    exit(1);
}

/* The list with room for place `wanted`; new places are empty. */
static void *grow(void *list, size_t *room, size_t wanted, size_t size)
{
    if (wanted < *room)
        return list;
    const size_t longer = wanted * 2 + 1000;
    char *out = realloc(list, longer * size);

    if (out == NULL)
        abort();
    memset(out + *room * size, 0, (longer - *room) * size);
    *room = longer;
    return out;
}

/* --- reading --- */

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[300];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        sg_recording_fail(name, why);
}

static rd_kafka_t *open_consumer(const char *brokers)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[300];

    set(conf, "bootstrap.servers", brokers);
    set(conf, "group.id", "bench"); /* of which nothing is asked */
    set(conf, "isolation.level", "read_committed");
    set(conf, "enable.partition.eof", "true");
    set(conf, "enable.auto.commit", "false");
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);

    if (consumer == NULL)
        sg_recording_fail("reading", why);
    (void)rd_kafka_poll_set_consumer(consumer);
    return consumer;
}

static int assign(rd_kafka_t *consumer, const char *prefix)
{
    static const struct {
        const char *name;
        int partitions;
    } topics[] = {{"state", 1}, {"saja", PARTITIONS}, {"gam", PARTITIONS}};
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    char name[NAME_BYTES];

    for (size_t t = 0; t < sizeof topics / sizeof topics[0]; t++) {
        (void)snprintf(name, sizeof name, "%s.%s", prefix, topics[t].name);
        for (int p = 0; p < topics[t].partitions; p++)
            rd_kafka_topic_partition_list_add(list, name, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    const int count = list->cnt;

    if (rd_kafka_assign(consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        sg_recording_fail("reading", prefix);
    rd_kafka_topic_partition_list_destroy(list);
    return count;
}

static size_t number_of_event(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    const void *seq = NULL;
    size_t length = 0;
    char text[24] = "";

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, "seq", &seq, &length) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        length >= sizeof text)
        sg_recording_fail("reading", "an event without its number");
    memcpy(text, seq, length);
    return strtoul(text, NULL, 10);
}

static void keep(struct reader *reader, const rd_kafka_message_t *message)
{
    const struct recorded recorded = {message,
                                      rd_kafka_topic_name(message->rkt) + reader->prefix_length};

    if (strcmp(recorded.topic, "state") == 0) {
        reader->rows =
            grow(reader->rows, &reader->row_room, reader->row_count, sizeof *reader->rows);
        reader->rows[reader->row_count++] = recorded;
        return;
    }
    const size_t seq = number_of_event(message);

    reader->events = grow(reader->events, &reader->event_room, seq, sizeof *reader->events);
    reader->events[seq] = recorded;
}

static void read_all(struct reader *reader, const char *prefix)
{
    const int partitions = assign(reader->consumer, prefix);

    while (reader->ends < partitions) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->consumer, WAIT_MS);

        if (message == NULL)
            sg_recording_fail("reading", "the brokers have no more to say");
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            keep(reader, message);
            continue;
        }
        if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
            sg_recording_fail("reading", rd_kafka_message_errstr(message));
        reader->ends++;
        rd_kafka_message_destroy(message);
    }
}

/* --- what belonged together --- */

static void add(struct recording *recording, struct recorded recorded)
{
    recording->messages[recording->message_count++] = recorded;
    recording->transactions[recording->transaction_count - 1].count++;
}

/* The event whose row this is, if the row is its first; else one without a message. */
static struct recorded take_event(struct reader *reader, const rd_kafka_message_t *row)
{
    static const char head[] = "[\"event\",";
    const struct recorded none = {0};
    char key[40] = "";

    if (row->key_len >= sizeof key || row->key_len < sizeof head)
        return none;
    memcpy(key, row->key, row->key_len);
    const size_t seq = strtoul(key + sizeof head - 1, NULL, 10);

    if (strncmp(key, head, sizeof head - 1) != 0 || seq >= reader->event_room)
        return none;
    const struct recorded event = reader->events[seq];

    reader->events[seq] = none;
    return event;
}

static void add_row(struct reader *reader, struct recording *recording, struct recorded row)
{
    struct recorded_transaction *now = &recording->transactions[recording->transaction_count - 1];
    const struct recorded event = take_event(reader, row.message);

    add(recording, row);
    if (event.message == NULL)
        return;
    add(recording, event);
    now->events++;
    now->is_keyed |= strcmp(event.topic, "gam") == 0;
}

/* Outcomes bring no event: they are of what was captured last. */
static void begin(struct recording *recording)
{
    const size_t t = recording->transaction_count++;

    recording->transactions[t].first = recording->message_count;
    recording->transactions[t].is_keyed = t > 0 && recording->transactions[t - 1].is_keyed;
}

static void *list_of(size_t count, size_t size)
{
    void *list = calloc(count + 1, size);

    if (list == NULL)
        abort();
    return list;
}

void sg_recording_read(struct recording *recording, const char *brokers, const char *prefix)
{
    struct reader reader = {.consumer = open_consumer(brokers),
                            .prefix_length = strlen(prefix) + 1};
    int64_t next = -1;

    read_all(&reader, prefix);
    *recording = (struct recording){
        .messages = list_of(2 * reader.row_count, sizeof *recording->messages),
        .transactions = list_of(reader.row_count, sizeof *recording->transactions)};
    for (size_t r = 0; r < reader.row_count; r++) {
        if (reader.rows[r].message->offset != next) /* a commit takes an offset itself */
            begin(recording);
        next = reader.rows[r].message->offset + 1;
        add_row(&reader, recording, reader.rows[r]);
    }
    free(reader.rows);
    free(reader.events);
}
