/** The list that an `items` source names in an answer. */
#ifndef SG_CONNECTORS_ITEMS_H
#define SG_CONNECTORS_ITEMS_H

#include "sgbridge/connector.h"

/** Walk it by `count`: the `next` of a single item leads elsewhere. */
struct sg_items {
    const struct sg_node *first;
    size_t count;
    bool is_missing; /* not even an empty list or null stands there */
};

/** A single value is a list of one, nothing one of none. Fails where a list stands on the way. */
SG_MUST_USE bool sg_items_get(const struct sg_rule *items, const struct sg_scopes *scopes,
                              struct sg_items *out, struct sg_error *err);

/** In JSON what is missing is an answer of another kind, not an empty page; 204 says "empty". */
bool sg_items_are_malformed(const struct sg_items *items, const struct sg_system *system,
                            const struct sg_reply *reply);

#endif
