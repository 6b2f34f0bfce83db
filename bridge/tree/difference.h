/** All places where two trees differ, leaf by leaf. */
#ifndef SG_TREE_DIFFERENCE_H
#define SG_TREE_DIFFERENCE_H

#include "tree/node.h"

/** One leaf: a value, or a list or object that is empty. */
struct sg_difference {
    struct sg_str pointer;                /* JSON Pointer, of both */
    const struct sg_node *before, *after; /* NULL: there is none */
};

/** `pointer` lives as long as the arena. */
typedef void sg_difference_fn(void *owner, const struct sg_difference *difference);

/**
 * Calls `each` for every leaf that `after` (NULL: nothing) has differently from `before` (the same),
 * or not at all, or that it alone has. Members are compared by name, entries of a list by place.
 */
void sg_difference_each(struct sg_arena *arena, const struct sg_node *before,
                        const struct sg_node *after, sg_difference_fn *each, void *owner);

/** What a leaf says: the text of a value, `null`, `[]` or `{}`. */
struct sg_str sg_difference_text(const struct sg_node *leaf);

#endif
