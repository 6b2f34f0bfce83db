/**
 * A consumer that is told by hand what to read and from where: it joins no group, commits nothing, and
 * sees of transactions only what was committed.
 */
#ifndef SG_KAFKA_CONSUMER_H
#define SG_KAFKA_CONSUMER_H

#include "kafka/client.h"

/** `tells_end`: reaching the end of a partition is an event (RD_KAFKA_RESP_ERR__PARTITION_EOF). */
SG_MUST_USE bool sg_kafka_open_consumer(const struct sg_kafka_cluster *cluster, bool tells_end,
                                        rd_kafka_t **out, struct sg_error *err);
/** Takes NULL. */
void sg_kafka_close_consumer(rd_kafka_t *consumer);

/** Reads the topic's only partition from that offset on. */
SG_MUST_USE bool sg_kafka_read_from(rd_kafka_t *consumer, const char *topic, int64_t offset,
                                    const char *doing, struct sg_error *err);

/** How many partitions the topic has, asked of the cluster. TEMPORARY: no answer, or no such topic. */
SG_MUST_USE bool sg_kafka_count_partitions(rd_kafka_t *consumer, const char *topic, int wait_ms,
                                           int *count, struct sg_error *err);

/**
 * Where each partition of the list begins or ends: its `offset`, RD_KAFKA_OFFSET_BEGINNING or _END,
 * becomes the number. Ask how many partitions there are before: see the trap in the .c file.
 */
SG_MUST_USE bool sg_kafka_find_offsets(rd_kafka_t *consumer, rd_kafka_topic_partition_list_t *list,
                                       int wait_ms, struct sg_error *err);

#endif
