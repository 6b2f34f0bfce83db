/** One record's topic, read message by message from where the journal has it. */
#ifndef SG_CONNECTORS_FEED_H
#define SG_CONNECTORS_FEED_H

#include "connectors/message.h"

/** One thread. */
struct sg_feed;

/**
 * Goes on from `position` (sg_feed_position(); "" at the very first: `start`). Waits a few seconds
 * for the brokers at most. TEMPORARY: no broker answers, or there is no such topic yet; REFUSED: what
 * stands at the position is gone, and what to do.
 */
SG_MUST_USE bool sg_feed_open(const struct sg_system *system, const struct sg_record *record,
                              struct sg_str position, struct sg_feed **out, struct sg_error *err);
/** Takes NULL. */
void sg_feed_close(struct sg_feed *feed);

/** The messages that come within `wait_ms`, some hundreds at most, in the arena. */
SG_MUST_USE bool sg_feed_read(struct sg_feed *feed, int wait_ms, struct sg_arena *arena,
                              const struct sg_message **messages, size_t *count,
                              struct sg_error *err);

/** Behind all that was read, for the journal: its own affair. */
struct sg_str sg_feed_position(const struct sg_feed *feed, struct sg_arena *arena);

#endif
