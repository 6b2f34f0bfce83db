/** How far a poller has read: what is kept in the journal, and what is asked for (design.md, 7). */
#ifndef SG_CONNECTORS_CURSOR_H
#define SG_CONNECTORS_CURSOR_H

#include "connectors/system.h"

/** One position: milliseconds UTC, a number, or a token, as the file's cursor says. */
struct sg_position {
    bool is_set;
    int64_t value;       /* TIME, NUMBER */
    struct sg_str token; /* TOKEN */
};

/** During one pass; all texts live in the arena it was begun with. */
struct sg_cursor {
    const struct sg_poll_spec *spec;
    const struct sg_zone *zone;
    struct sg_position kept;  /* to be kept when the pass is over */
    struct sg_position asked; /* what the next page is asked from */
    bool is_deep;             /* asks from a day before */
    int64_t deep_ms;          /* when the last deep pass began; with `start: now`, see below */
    int64_t start_ms;         /* TIME: never asked before this; INT64_MIN for `all` */
    int64_t limit_ms;         /* TIME: nothing later is believed */
    int64_t began_ms;
};

/**
 * Reads what the journal keeps (`text`, "" at the very first pass) and begins a pass. Text of
 * another kind of cursor than the file's counts as none: the pass starts at `start`.
 */
void sg_cursor_begin(struct sg_cursor *cursor, const struct sg_system *system,
                     const struct sg_poll_spec *spec, struct sg_str text, int64_t now_ms,
                     struct sg_arena *arena);

/** The server's clock, from its `Date` (0: not told): times later than that are not believed. */
void sg_cursor_limit(struct sg_cursor *cursor, int64_t date_ms);

/** The position that `text`, as the cursor's rule gave it, stands for; not set when it is none. */
struct sg_position sg_cursor_position(const struct sg_cursor *cursor, struct sg_str text);

/**
 * Takes the greatest position of a page (or the answer's token), within the limit, as kept if it is
 * further than what was. Gives the position as it was taken: pages by cursor ask from it.
 */
struct sg_position sg_cursor_take(struct sg_cursor *cursor, struct sg_position seen);

/** Whether `b` is further than `a`: later, greater, another token. What is not set is nowhere. */
bool sg_cursor_is_further(const struct sg_cursor *cursor, struct sg_position a,
                          struct sg_position b);

/** For the scope `cursor:`: {time | number | token}, empty at the start of all. */
const struct sg_node *sg_cursor_tree(const struct sg_cursor *cursor, struct sg_arena *arena);

/** For the journal. A deep pass counts only when it `is_over`. */
struct sg_str sg_cursor_write(const struct sg_cursor *cursor, bool is_over, struct sg_arena *arena);

#endif
