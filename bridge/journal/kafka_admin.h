/** Single questions to the cluster about its topics, as Kafka's AdminClient asks them. */
#ifndef SG_JOURNAL_KAFKA_ADMIN_H
#define SG_JOURNAL_KAFKA_ADMIN_H

#include "journal/kafka_names.h"

enum { SG_KAFKA_ADMIN_MS = 10000 }; /* how long an answer may take */

/** Options of a question that waits so long; the caller destroys them. */
rd_kafka_AdminOptions_t *sg_kafka_admin_options(rd_kafka_t *client, rd_kafka_admin_op_t operation);

/** What came back, for the caller to destroy; NULL, with `err`, when nothing or an error did. */
rd_kafka_event_t *sg_kafka_admin_await(rd_kafka_queue_t *queue, struct sg_error *err,
                                       const char *doing);

/** Settings of a topic in force, whether its own or the cluster's; named as Kafka names them. */
struct sg_topic_settings {
    char cleanup_policy[40];
    int64_t max_message_bytes, min_insync_replicas;
    int64_t retention_ms, delete_retention_ms; /* -1: for ever */
    bool has_unclean_leader_election;
};

/** TEMPORARY when nobody answers, or there is no such topic (which may just have been made). */
SG_MUST_USE bool sg_kafka_admin_describe(rd_kafka_t *client, const char *topic,
                                         struct sg_topic_settings *out, struct sg_error *err);

#endif
