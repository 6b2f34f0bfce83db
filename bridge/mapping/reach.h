/** All that a pointer reaches when it goes through every entry of the lists on its way. */
#ifndef SG_MAPPING_REACH_H
#define SG_MAPPING_REACH_H

#include "tree/node.h"
#include "tree/pointer.h"

typedef void sg_reach_fn(const struct sg_node *node, void *owner);

/**
 * Calls `visit` with each node that stands at the pointer, in order. Like sg_pointer_find(), but a
 * list on the way is gone through entry by entry, unless the pointer says which.
 */
void sg_reach(const struct sg_node *root, const struct sg_pointer *pointer, sg_reach_fn *visit,
              void *owner);

#endif
