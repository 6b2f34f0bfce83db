/** What an item of a poll lacks, asked for call by call (format.md: `fetch`). No network, no clock. */
#ifndef SG_CONNECTORS_FETCH_H
#define SG_CONNECTORS_FETCH_H

#include "connectors/item.h"

/** Elements of one `each`: more, and the item is an event that failed. */
enum { SG_FETCH_EACH_MAX = 1000 };

/** One item on its way to be whole. One thread. */
struct sg_fetch;

/** `received`, as the answer shows it, is borrowed; all that is made of it lives in `arena`. */
struct sg_fetch *sg_fetch_begin(const struct sg_system *system, const struct sg_record *record,
                                const struct sg_node *received, struct sg_arena *arena);

/** True with the request of the next call; false when there is none: sg_fetch_item() is as whole as it
 * gets. */
SG_MUST_USE bool sg_fetch_next(struct sg_fetch *fetch, int64_t now_ms, struct sg_request *out);

/**
 * Takes the reply, which lives as long as the arena. False when it could not be had now, or is
 * refused: `*answer` tells, and the same may be asked for again. That there is no such thing leaves
 * out what goes `into` something; else it is a problem of the item.
 */
SG_MUST_USE bool sg_fetch_take(struct sg_fetch *fetch, const struct sg_reply *reply, int64_t now_ms,
                               struct sg_answer *answer);

/** The item with all that was fetched, or with why that cannot be. */
struct sg_item sg_fetch_item(const struct sg_fetch *fetch);

/** How much was fetched for it. */
size_t sg_fetch_bytes(const struct sg_fetch *fetch);

#endif
