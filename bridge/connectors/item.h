/** One item of an answer, a webhook or a message: its documents decoded, then the records in it. */
#ifndef SG_CONNECTORS_ITEM_H
#define SG_CONNECTORS_ITEM_H

#include "sgbridge/connector.h"

/** Its records together, as they are kept: more, and it is one event that failed. */
enum { SG_ITEM_MAX_BYTES = 32 << 20 };

/** An item on its way. Plain data; what it points to is in the arena of whoever reads it. */
struct sg_item {
    const struct sg_node *received; /* what an event that failed keeps, to be read again from */
    const struct sg_node *tree;     /* what has become of it so far */
    struct sg_str problem;          /* "", or why it can be read no further */
    struct sg_place problem_at;
};

/** Events read so far, in the order of their items. Zero it, set the arena. */
struct sg_events {
    struct sg_arena *arena;
    struct sg_event *at;
    size_t count, room;
    size_t bytes; /* of their bodies */
};

/** Puts the trees of its documents in their texts' places, as the record's `decode` says. */
void sg_item_decode(const struct sg_record_reader *reader, struct sg_item *item,
                    struct sg_arena *arena);

/**
 * Reads its records: each element of the list that `split` names, else the item itself. An item that
 * has a problem, and one that has a record which can be no event, is an event with a `problem` that
 * keeps the item as it was received; there is one such event of an item at most.
 */
void sg_item_read(const struct sg_record_reader *reader, const struct sg_item *item, int64_t now_ms,
                  struct sg_events *out);

/** The next one, for whoever makes events in other ways; sg_events_keep() then counts it. */
struct sg_event *sg_events_next(struct sg_events *events);
void sg_events_keep(struct sg_events *events);

/** Both, of an item as it came. */
void sg_item_take(const struct sg_record_reader *reader, const struct sg_node *received,
                  int64_t now_ms, struct sg_events *out);

#endif
