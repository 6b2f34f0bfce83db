/** What a person should know of a Kafka cluster before a journal lives in it. */
#ifndef SG_JOURNAL_KAFKA_INSPECT_H
#define SG_JOURNAL_KAFKA_INSPECT_H

#include "base/scope.h"
#include "sgbridge/journal.h"

/** sg_journal_inspect() of this kind, as far as the cluster goes. */
SG_MUST_USE bool sg_kafka_inspect(const struct sg_journal_settings *settings, sg_inspected_fn *each,
                                  void *owner, struct sg_error *err);

#endif
