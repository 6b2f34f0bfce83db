/** One transform of a `with:` (format.md, 4): inside the room; rules use transform.h. */
#ifndef SG_MAPPING_STEP_H
#define SG_MAPPING_STEP_H

#include "mapping/date.h"
#include "mapping/lookup.h"
#include "mapping/regex.h"
#include "mapping/transform.h"

struct sg_step;

/** One text to one text; "" is nothing. False: `*result` says why, but for the place. */
typedef bool sg_step_fn(struct sg_arena *arena, const struct sg_step *step, struct sg_str in,
                        struct sg_str *out, struct sg_transform_result *result);

/** Any tree, lists too, to a tree; NULL in `*out` is nothing. False as above. */
typedef bool sg_step_tree_fn(struct sg_arena *arena, const struct sg_step *step,
                             const struct sg_node *in, struct sg_node **out,
                             struct sg_transform_result *result);

/** A compiled transform: what to do, and what it was told. */
struct sg_step {
    const char *name;
    struct sg_place at;
    sg_step_fn *run;           /* NULL: it is `run_tree` */
    sg_step_tree_fn *run_tree; /* takes or gives more than one text */
    size_t number;             /* cut, pad */
    const struct sg_regex *regex;
    struct sg_str text; /* replace: what to write; split: what stands between; to_xml: the root */
    const struct sg_date_format *from, *to;
    const struct sg_zone *read_zone, *write_zone;
    const struct sg_lookup *lookup; /* with several keys, it takes a list of texts: see below */
};

/** Compiles one transform, no list. Adds what is wrong to the findings, and gives false. */
SG_MUST_USE bool sg_step_compile(const struct sg_transform_context *context,
                                 const struct sg_yaml *yaml, struct sg_step *out);

/** A look-up by `count` keys, which must be as many as its table wants. */
SG_MUST_USE bool sg_step_look_up(struct sg_arena *arena, const struct sg_step *step,
                                 const struct sg_str *keys, size_t count, struct sg_str *out,
                                 struct sg_transform_result *result);

/** Fails: "`trim` takes a text; an object is given". */
SG_MUST_USE bool sg_step_no_text(const struct sg_step *step, struct sg_transform_result *result);

/* --- step_tree.c --- */

sg_step_tree_fn sg_step_split, sg_step_to_json, sg_step_to_xml;

#endif
