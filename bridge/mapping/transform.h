/** `with:` of a rule: transforms compiled from YAML, and applied in order (format.md, 4). */
#ifndef SG_MAPPING_TRANSFORM_H
#define SG_MAPPING_TRANSFORM_H

#include "base/arena.h"
#include "base/error.h"
#include "base/findings.h"
#include "base/scope.h"
#include "base/str.h"
#include "mapping/lookup.h"
#include "mapping/zone.h"
#include "tree/node.h"
#include "tree/yaml.h"

/** What compiling takes from its surroundings. */
struct sg_transform_context {
    struct sg_arena *arena; /* what is compiled lives as long as it; borrows from `lookups` too */
    struct sg_findings *findings;
    const struct sg_lookups *lookups;  /* NULL: there are no tables */
    const struct sg_zone *source_zone; /* a time without zone is read in it … */
    const struct sg_zone *target_zone; /* … and written in this one */
};

struct sg_transform; /* one or several. Never changes once compiled: threads may share it */

/**
 * Compiles one transform or a list of them. Adds every error to the findings, at the name or value
 * that is wrong, and gives false if there was one.
 */
SG_MUST_USE bool sg_transform_compile(const struct sg_transform_context *context,
                                      const struct sg_yaml *yaml, const struct sg_transform **out);

/** The look-ups in it, in order, `*count` of them. */
const struct sg_lookup *const *sg_transform_lookups(const struct sg_transform *transform,
                                                    size_t *count);

struct sg_observer; /* mapping/observer.h */

/** Why there is no value: it failed, or it is not for us; and what is worth telling in any case. */
struct sg_transform_result {
    bool is_ignored;       /* a table says IGNORE: the event is skipped for this mapping */
    struct sg_str reason;  /* then: "IGNORE in lookups/outcomes.csv:5" */
    struct sg_error error; /* else: at the transform's place; SG_ERROR_INPUT */
    struct sg_str unnamed; /* a code that a table knows by its `*` alone; "" if none */
};

/**
 * True and `*out`, NULL for nothing, in `arena` (borrowing from `in` too). A list is done item by
 * item, and what is nothing is left out of it; but `split` makes one list of the parts of all items,
 * `to_json` takes any tree whole, and a look-up with several key columns takes the list as its keys.
 * False: `*result` says why, `*out` is as it was. `observer`, which may be NULL, is told of each.
 */
SG_MUST_USE bool sg_transform_run(struct sg_arena *arena, const struct sg_transform *transform,
                                  const struct sg_node *in, const struct sg_observer *observer,
                                  const struct sg_node **out, struct sg_transform_result *result);

#endif
