/** What building, keeping and rendering a request have in common. */
#ifndef SG_CONNECTORS_REQUEST_H
#define SG_CONNECTORS_REQUEST_H

#include "sgbridge/connector.h"

/**
 * A copy of all of `node` that may be changed: texts are still borrowed, unless `owns_texts`. NULL
 * when it is deeper than can be kept and read again.
 */
struct sg_node *sg_request_copy(struct sg_arena *arena, const struct sg_node *node,
                                bool owns_texts);

/** The values of headers or query parameters: a list repeats the name, nothing leaves it out. */
SG_MUST_USE bool sg_request_run_named(const struct sg_named_rule *rules, struct sg_rule_run *run,
                                      const struct sg_header **out, size_t *count);

/** The first problem of a run as an error; gives false. */
bool sg_request_error(const struct sg_rule_run *run, struct sg_error *err);

/** The scope `now:`. */
const struct sg_node *sg_request_now(struct sg_arena *arena, int64_t now_ms);

#endif
