/** What a journal's topics are called, and how large their messages may be. */
#ifndef SG_JOURNAL_KAFKA_NAMES_H
#define SG_JOURNAL_KAFKA_NAMES_H

#include "kafka/client.h"
#include "sgbridge/journal.h"

/** The largest message that a row of the state can be, in bytes. */
int64_t sg_kafka_message_max(const struct sg_journal_settings *settings);

/** A topic's name: `PREFIX.what`. In the arena. */
const char *sg_kafka_topic(struct sg_arena *arena, const struct sg_journal_settings *settings,
                           struct sg_str what);

#endif
