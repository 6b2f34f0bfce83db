/**
 * librdkafka as this room uses it: handles made from the installation's settings, its errors as
 * ours, its log lines in ours. What every handle of one journal shares.
 */
#ifndef SG_JOURNAL_KAFKA_CLIENT_H
#define SG_JOURNAL_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/scope.h"
#include "sgbridge/journal.h"

/**
 * A configuration for rd_kafka_new(), which takes it: the installation's properties, and over them
 * `ours`, which end with a NULL name. INPUT when one is refused.
 */
SG_MUST_USE bool sg_kafka_configure(const struct sg_journal_settings *settings,
                                    const struct sg_journal_property *ours, rd_kafka_conf_t **out,
                                    struct sg_error *err);

/** A handle of that configuration, which is gone in any case. */
SG_MUST_USE bool sg_kafka_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out,
                               struct sg_error *err);

/** Fills `err` by what librdkafka said, as TEMPORARY; gives false. */
bool sg_kafka_fail(rd_kafka_resp_err_t code, struct sg_error *err, const char *doing);

/** The same for an error object, which is destroyed. */
bool sg_kafka_fail_with(rd_kafka_error_t *error, struct sg_error *err, const char *doing);

/** The largest message that a row of the state can be, in bytes. */
int64_t sg_kafka_message_max(const struct sg_journal_settings *settings);

/** A topic's name: `PREFIX.what`. In the arena. */
const char *sg_kafka_topic(struct sg_arena *arena, const struct sg_journal_settings *settings,
                           struct sg_str what);

#endif
