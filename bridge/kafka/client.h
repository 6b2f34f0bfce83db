/** librdkafka as the bridge uses it: handles for a cluster, its errors as ours, its log in ours. */
#ifndef SG_KAFKA_CLIENT_H
#define SG_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "kafka/cluster.h"

/**
 * A configuration for rd_kafka_new(), which takes it: the cluster's properties, and over them `ours`,
 * which end with a NULL name. INPUT when one is refused.
 */
SG_MUST_USE bool sg_kafka_configure(const struct sg_kafka_cluster *cluster,
                                    const struct sg_kafka_property *ours, rd_kafka_conf_t **out,
                                    struct sg_error *err);

/** A handle of that configuration, which is gone in any case. */
SG_MUST_USE bool sg_kafka_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out,
                               struct sg_error *err);

/** `SG_KAFKA_PART(RD_KAFKA_VTYPE_PARTITION, i32, 0)`: a part of a message for rd_kafka_produceva(). */
#define SG_KAFKA_PART(type, member, ...) ((rd_kafka_vu_t){.vtype = (type), .u.member = __VA_ARGS__})

/** The same for a key or value; bytes are borrowed until they are copied (RD_KAFKA_MSG_F_COPY). */
rd_kafka_vu_t sg_kafka_bytes_part(rd_kafka_vtype_t type, struct sg_str bytes);

/** Fills `err` by what librdkafka said, as TEMPORARY; gives false. */
bool sg_kafka_fail(rd_kafka_resp_err_t code, struct sg_error *err, const char *doing);

/** The same for an error object, which is destroyed. */
bool sg_kafka_fail_with(rd_kafka_error_t *error, struct sg_error *err, const char *doing);

#endif
