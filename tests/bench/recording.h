/**
 * What a journal wrote into Kafka, transaction by transaction, read whole into memory. One thread.
 * What fails ends the benchmark: sg_recording_* say why and do not come back.
 */
#ifndef SG_BENCH_RECORDING_H
#define SG_BENCH_RECORDING_H

#include <stdbool.h>

#include <librdkafka/rdkafka.h>

/** A message as it was read, with its key, value and headers. */
struct recorded {
    const rd_kafka_message_t *message;
    const char *topic; /* its name, less the prefix and the dot */
};

/** Rows of the state that became visible together, each new event's own message beside its row. */
struct recorded_transaction {
    size_t first, count; /* of the messages */
    size_t events;       /* of those, how many are new events */
    bool is_keyed;       /* of answers; else of tickets */
};

struct recording {
    struct recorded *messages;
    struct recorded_transaction *transactions;
    size_t message_count, transaction_count;
};

/** Prints what went wrong where, and ends the program. */
_Noreturn void sg_recording_fail(const char *doing, const char *why);

/** All that stands in PREFIX.state, PREFIX.saja and PREFIX.gam; kept until the program ends. */
void sg_recording_read(struct recording *recording, const char *brokers, const char *prefix);

#endif
