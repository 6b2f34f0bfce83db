/**
 * What stands for a session's values in a request until it is sent: so none of them is ever kept in
 * the journal, and what is sent again carries those of its own day.
 */
#ifndef SG_CONNECTORS_PLACEHOLDER_H
#define SG_CONNECTORS_PLACEHOLDER_H

#include "sgbridge/connector.h"

/** A mark for the placeholders of one system: nobody can foretell it, so no record holds one. */
struct sg_str sg_placeholder_mark(struct sg_arena *arena);

/** The placeholder of the value `name`. */
struct sg_str sg_placeholder_of(struct sg_arena *arena, struct sg_str mark, struct sg_str name);

/** `text` with the request's placeholders replaced by the values of its session; "" for a missing one. */
struct sg_str sg_placeholder_fill(struct sg_arena *arena, const struct sg_request *request,
                                  struct sg_str text);

/** `text` without what is the session's, should a system repeat it in its words. NULL has nothing. */
struct sg_str sg_placeholder_hide(struct sg_arena *arena, const struct sg_session *session,
                                  struct sg_str text);

/** A whole tree of the request; the same one when it has no session. NULL stays NULL. */
const struct sg_node *sg_placeholder_fill_tree(struct sg_arena *arena,
                                               const struct sg_request *request,
                                               const struct sg_node *tree);

#endif
