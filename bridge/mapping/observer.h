/**
 * What rules do while they run, told step by step to whoever wants to see it. A run without an
 * observer, as all of the daemon's are, does nothing more than ask whether there is one.
 */
#ifndef SG_MAPPING_OBSERVER_H
#define SG_MAPPING_OBSERVER_H

#include "base/error.h"
#include "base/str.h"
#include "tree/node.h"

/** A step; which members of struct sg_observed tell of it. Steps come in the order they are done. */
enum sg_observed_kind {
    SG_OBSERVED_TARGET,    /* a rule of a `set` begins: `text` is its target; its steps follow */
    SG_OBSERVED_SOURCE,    /* `text`, as it is written, was read: `value`, NULL for nothing */
    SG_OBSERVED_TEST,      /* of a `when` or `where`: `text` was asked; it holds if `is_good` */
    SG_OBSERVED_ITEM,      /* of an `each` or `pick`: `value`, `number` in its list, is looked at */
    SG_OBSERVED_MADE,      /* `join`, `first`, `list` or `text`, so `text`, made `value`, or NULL */
    SG_OBSERVED_TRANSFORM, /* `text`, such as "cut" or "lookup outcomes", made `value`, or NULL; it
                              could not if not `is_good`: a PROBLEM or IGNORED follows */
    SG_OBSERVED_DEFAULT,   /* `value` is put in the place of nothing */
    SG_OBSERVED_PROBLEM,   /* a rule could not be kept: `text`, at the target `target`. Those of the
                              input's types come after the last target */
    SG_OBSERVED_IGNORED,   /* a table said IGNORE: `text` tells where */
    SG_OBSERVED_END, /* of a target: it gets `value`; NULL: left out, or failed if not `is_good` */
};

/** One step. What it points to lives as long as the run's arena, so that it may be kept. */
struct sg_observed {
    enum sg_observed_kind kind;
    struct sg_place at; /* of the rule; TARGET, END: of its key; TRANSFORM: of its name; TEST:
                           none for `any` and `not` */
    struct sg_str text, target;
    const struct sg_node *value;
    size_t number;
    bool is_good;
};

struct sg_observer {
    void (*see)(void *owner, const struct sg_observed *observed);
    void *owner;
};

/**
 * Tells it, if there is one, of a step: `SG_OBSERVE(run->observer, .kind = SG_OBSERVED_ITEM, …);`. The
 * step is put together only then, which is why this is no function.
 */
#define SG_OBSERVE(observer, ...)                                                         \
    do {                                                                                  \
        if ((observer) != NULL)                                                           \
            (observer)->see((observer)->owner, &(const struct sg_observed){__VA_ARGS__}); \
    } while (0)

#endif
