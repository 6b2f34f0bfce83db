/** What a rule can see: the thing at hand and the named scopes (format.md, section 2). */
#ifndef SG_MAPPING_SCOPE_H
#define SG_MAPPING_SCOPE_H

#include "tree/node.h"

enum sg_scope {
    SG_SCOPE_HAND,   /* the thing at hand: a source without a name */
    SG_SCOPE_RECORD, /* inside `each` and `pick`: the outer thing. Set by the rules themselves */
    SG_SCOPE_LINK,
    SG_SCOPE_EVENT,
    SG_SCOPE_DELIVERY,
    SG_SCOPE_SESSION,
    SG_SCOPE_NOW,
    SG_SCOPE_CURSOR,
    SG_SCOPE_PAGE,
    SG_SCOPE_INPUT,
    SG_SCOPE_HEADERS,
    SG_SCOPE_ERROR,   /* why a webhook is refused */
    SG_SCOPE_MESSAGE, /* of Kafka: what stands beside its value */
    SG_SCOPE_COUNT,
};

/** As it is written before the colon; "" for the thing at hand. */
const char *sg_scope_name(enum sg_scope scope);

/** The members of a scope whose members are fixed; NULL, and 0, for one that holds whatever it is given. */
const struct sg_str *sg_scope_members(enum sg_scope scope, size_t *count);

/** A set of scopes, for compiling, is an `unsigned`: `SG_SCOPE_BIT(SG_SCOPE_LINK) | …`. */
#define SG_SCOPE_BIT(scope) (1U << (scope))

/** The trees themselves, for running; NULL is "nothing there". Header names are in lower case. */
struct sg_scopes {
    const struct sg_node *at[SG_SCOPE_COUNT];
};

#endif
