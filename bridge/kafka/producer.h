/** A producer whose messages are reported one by one. */
#ifndef SG_KAFKA_PRODUCER_H
#define SG_KAFKA_PRODUCER_H

#include "kafka/client.h"

/** Told of each message, from rd_kafka_poll(): what became of it. */
typedef void sg_kafka_reported_fn(rd_kafka_t *producer, const rd_kafka_message_t *message,
                                  void *owner);

/** The cluster's properties and over them `ours`, as sg_kafka_configure() takes them. */
SG_MUST_USE bool sg_kafka_open_producer(const struct sg_kafka_cluster *cluster,
                                        const struct sg_kafka_property *ours,
                                        sg_kafka_reported_fn *reported, void *owner,
                                        rd_kafka_t **out, struct sg_error *err);

/** What is not sent is dropped; while it `is_busy`, what is under way has a moment to arrive. */
void sg_kafka_close_producer(rd_kafka_t *producer, bool is_busy);

#endif
