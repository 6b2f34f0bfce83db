/*
 * The floor of what is written into Kafka: the messages that a journal wrote, by librdkafka alone.
 * `floor_messages BROKERS PREFIX OTHER` reads what bench_journal left in the topics of PREFIX, and
 * writes the same messages in the same transactions, with the same settings, into those of OTHER,
 * which must be there. It prints what bench_journal prints, of the same events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "recording.h"

enum { WAIT_MS = 30000, NAME_BYTES = 300 };

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[300];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        sg_recording_fail(name, why);
}

static void must(rd_kafka_error_t *error, const char *doing)
{
    if (error != NULL)
        sg_recording_fail(doing, rd_kafka_error_string(error));
}

/* As the journal's writer does (kafka_writer.c), which counts its delivery reports as well. */
static void reported(rd_kafka_t *producer, const rd_kafka_message_t *message, void *owner)
{
    (void)producer;
    (void)owner;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        sg_recording_fail("writing", rd_kafka_err2str(message->err));
}

static rd_kafka_t *open_producer(const char *brokers, const char *name)
{
    static const char *const settings[][2] = {{"acks", "all"},
                                              {"linger.ms", "2"},
                                              {"message.max.bytes", "3700000"},
                                              {"compression.codec", "lz4"}};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[300];

    set(conf, "bootstrap.servers", brokers);
    set(conf, "transactional.id", name);
    for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++)
        set(conf, settings[s][0], settings[s][1]);
    rd_kafka_conf_set_dr_msg_cb(conf, reported);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);

    if (producer == NULL)
        sg_recording_fail("writing", why);
    must(rd_kafka_init_transactions(producer, WAIT_MS), "beginning");
    return producer;
}

#define PART(type, member, ...) ((rd_kafka_vu_t){.vtype = (type), .u.member = __VA_ARGS__})

static void write_message(rd_kafka_t *producer, const char *prefix, const struct recorded *recorded)
{
    const rd_kafka_message_t *message = recorded->message;
    rd_kafka_headers_t *headers = NULL;
    char topic[NAME_BYTES];

    (void)snprintf(topic, sizeof topic, "%s.%s", prefix, recorded->topic);
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = rd_kafka_headers_copy(headers);
    const rd_kafka_vu_t parts[] = {
        PART(RD_KAFKA_VTYPE_TOPIC, cstr, topic),
        PART(RD_KAFKA_VTYPE_PARTITION, i32, message->partition),
        PART(RD_KAFKA_VTYPE_MSGFLAGS, i, RD_KAFKA_MSG_F_COPY),
        PART(RD_KAFKA_VTYPE_KEY, mem, {.ptr = message->key, .size = message->key_len}),
        PART(RD_KAFKA_VTYPE_VALUE, mem, {.ptr = message->payload, .size = message->len}),
        PART(RD_KAFKA_VTYPE_HEADERS, headers, headers)};

    must(rd_kafka_produceva(producer, parts, sizeof parts / sizeof parts[0]), "writing");
}

static void write_transaction(rd_kafka_t *producer, const char *prefix,
                              const struct recording *recording,
                              const struct recorded_transaction *transaction)
{
    must(rd_kafka_begin_transaction(producer), "beginning");
    for (size_t m = 0; m < transaction->count; m++)
        write_message(producer, prefix, &recording->messages[transaction->first + m]);
    must(rd_kafka_commit_transaction(producer, WAIT_MS), "committing");
}

/* Of tickets or of answers. The first batch of each is not counted, as in journal.c. */
struct kind {
    const char *name;
    struct cost cost;
    size_t events, batches;
};

static void replay(rd_kafka_t *producer, const char *prefix, const struct recording *recording,
                   struct kind kinds[2])
{
    for (size_t t = 0; t < recording->transaction_count; t++) {
        const struct recorded_transaction *transaction = &recording->transactions[t];
        struct kind *kind = &kinds[transaction->is_keyed];

        kind->batches += transaction->events > 0;
        if (kind->batches <= 1) {
            write_transaction(producer, prefix, recording, transaction);
            continue;
        }
        kind->events += transaction->events;
        cost_begin(&kind->cost);
        write_transaction(producer, prefix, recording, transaction);
        cost_end(&kind->cost);
    }
}

int main(int argc, char **argv)
{
    struct kind kinds[] = {{.name = "looked-up"}, {.name = "keyed"}};
    static struct recording recording;

    if (argc != 4) {
        (void)fputs("usage: floor_messages BROKERS PREFIX OTHER\n", stderr);
        return 64;
    }
    sg_recording_read(&recording, argv[1], argv[2]);
    rd_kafka_t *producer = open_producer(argv[1], argv[3]);

    replay(producer, argv[3], &recording, kinds);
    for (size_t k = 0; k < 2; k++)
        (void)printf("%s %.2f %.0f\n", kinds[k].name,
                     kinds[k].cost.cpu_us / (double)kinds[k].events,
                     (double)kinds[k].events * 1e6 / kinds[k].cost.wall_us);
    rd_kafka_destroy(producer);
    return 0;
}
