/** A Kafka cluster, as files describe it; and what librdkafka says of a property before it is used. */
#ifndef SG_KAFKA_CLUSTER_H
#define SG_KAFKA_CLUSTER_H

#include <stddef.h>

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** A property of librdkafka, as its CONFIGURATION.md names them. */
struct sg_kafka_property {
    const char *name, *value;
};

struct sg_kafka_cluster {
    const char *brokers; /* `host:port,host:port` */
    const struct sg_kafka_property *properties;
    size_t property_count;
};

/** Whether `text` is `host:port,host:port`. */
bool sg_kafka_is_brokers(struct sg_str text);

/**
 * INPUT, with librdkafka's words, when it knows no such property or value, or it is not to be set. A
 * `value` without bytes (its `at` is NULL) is a secret that is not read yet: the name alone is asked.
 */
SG_MUST_USE bool sg_kafka_check_property(struct sg_str name, struct sg_str value,
                                         struct sg_error *err);

#endif
