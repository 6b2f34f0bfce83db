/**
 * The topics of one journal: `PREFIX.state` (one partition, compacted: the newest row of each key for
 * ever), `PREFIX.leader` (one partition, empty: who is assigned it leads), `PREFIX.commands` (one
 * partition: what people asked of instances that stand by), and one of events for each system.
 */
#ifndef SG_JOURNAL_KAFKA_TOPICS_H
#define SG_JOURNAL_KAFKA_TOPICS_H

#include "journal/kafka_admin.h"

/** How long a row that is gone can still be seen: a view older than half of it is built anew. */
#define SG_KAFKA_TOMBSTONES_LAST_MS (7LL * 24 * 60 * 60 * 1000)

/** How long a command waits for an instance to lead; then it is gone, which the log tells. */
#define SG_KAFKA_COMMANDS_LAST_MS (7LL * 24 * 60 * 60 * 1000)

/**
 * Makes state, leader and commands where they are missing and checks what is there. TEMPORARY: no broker
 * answers; INPUT: settings that the journal cannot live with, and what to do.
 */
SG_MUST_USE bool sg_kafka_topics_open(rd_kafka_t *client,
                                      const struct sg_journal_settings *settings,
                                      struct sg_error *err);

/** Makes the topic of a system's events where it is missing. */
SG_MUST_USE bool sg_kafka_topics_add(rd_kafka_t *client, const struct sg_journal_settings *settings,
                                     const char *topic, struct sg_error *err);

/** What all three must have, and what the state alone must; INPUT says what to do. */
SG_MUST_USE bool sg_kafka_topics_check_partitions(const char *topic, int partitions,
                                                  struct sg_error *err);
SG_MUST_USE bool sg_kafka_topics_check_policy(const char *topic,
                                              const struct sg_topic_settings *has,
                                              struct sg_error *err);

/** Whether a message of `needed_bytes`, which follow from `max_event`, fits. INPUT says what to do. */
SG_MUST_USE bool sg_kafka_topics_check_size(const char *topic, const struct sg_topic_settings *has,
                                            int64_t needed_bytes, struct sg_error *err);

#endif
