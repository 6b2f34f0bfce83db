/** Rules and conditions (format.md, section 3): compiled once, run for every event. */
#ifndef SG_MAPPING_RULE_H
#define SG_MAPPING_RULE_H

#include "base/arena.h"
#include "base/findings.h"
#include "mapping/scope.h"
#include "tree/pointer.h"
#include "tree/yaml.h"

struct sg_lookup;
struct sg_lookups;
struct sg_observer; /* mapping/observer.h */
struct sg_zone;
struct sg_rule;      /* never changes once compiled: threads may share it */
struct sg_condition; /* the same */

/** Where rules stand, for compiling. */
struct sg_rule_context {
    struct sg_arena *arena; /* what is compiled lives here, and keeps nothing of the YAML */
    struct sg_findings *findings;
    const struct sg_lookups *lookups; /* may be NULL: every table is unknown then */
    const struct sg_zone *from_zone;  /* of times read and written without a zone */
    const struct sg_zone *to_zone;
    unsigned scopes;   /* those that may be read here: SG_SCOPE_BIT(…) */
    const char *where; /* for "unknown scope `ticket:`; WHERE has …": "a mapping", "a request" */
    bool is_loose;     /* `names: loose` of the thing at hand */
    bool is_mapping;   /* `${env:CITY}` in a text is refused: it belongs in the system file */
    struct sg_sources *read; /* may be NULL: takes every source compiled, for shapes and checks */
};

/** One source that a rule reads, with what is around it: for shapes, `internal`, unused ones. */
struct sg_source {
    enum sg_scope scope;
    const struct sg_pointer *pointer; /* from the root of its scope: items of `each` included */
    struct sg_place at;
    struct sg_str
        target; /* of the `set` that takes it: "/description"; "" for what is only asked */
    bool is_declassified;
    bool
        is_walked; /* the list of an `each` or `pick`: what is read of it are sources of their own */
    struct sg_source *next;
};

/** One look-up that a rule uses: its table is a part of the mapping's version. */
struct sg_lookup_use {
    const struct sg_lookup *lookup;
    struct sg_lookup_use *next;
};

struct sg_sources {
    struct sg_source *first, *last;
    struct sg_lookup_use *lookups; /* the last one first */
};

/** Each gives false when something was wrong, which `findings` then has; `*out` is set on success. */
SG_MUST_USE bool sg_rule_compile(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                                 const struct sg_rule **out);
/** Of a `set: {/target: RULE}` map: a rule that makes an object. Targets of every rule are kept. */
SG_MUST_USE bool sg_rule_compile_set(const struct sg_rule_context *context,
                                     const struct sg_yaml *yaml, const struct sg_rule **out);
SG_MUST_USE bool sg_condition_compile(const struct sg_rule_context *context,
                                      const struct sg_yaml *yaml, const struct sg_condition **out);
/** Of a text template ("/requests/{/id}.json") standing for itself, as a path does. */
SG_MUST_USE bool sg_rule_compile_template(const struct sg_rule_context *context,
                                          const struct sg_yaml *yaml, bool is_percent_encoded,
                                          const struct sg_rule **out);
/** Only a source, such as `items: /request`. */
SG_MUST_USE bool sg_rule_compile_source(const struct sg_rule_context *context,
                                        const struct sg_yaml *yaml, const struct sg_rule **out);

/** One rule that could not be kept. */
struct sg_problem {
    struct sg_place at;   /* of the rule */
    struct sg_str target; /* of the `set`, as a pointer; "" when there is none */
    struct sg_str text;   /* "no row for "77" in lookups/outcomes.csv (from /Outcome/@Code)" */
    struct sg_problem *next;
};

struct sg_new_code; /* sgbridge/mapping.h */

/** One run: what rules see and what came of it. Zero it, set arena and scopes. */
struct sg_rule_run {
    struct sg_arena *arena;
    struct sg_scopes scopes;
    struct sg_problem *problems;     /* in order; a `set` goes on after one, to report all */
    const struct sg_new_code *codes; /* that look-ups know by their `*` alone, the last one first */
    struct sg_str ignored;           /* a look-up gave IGNORE: "IGNORE in lookups/outcomes.csv:5" */
    const struct sg_observer *observer; /* is told of each step; NULL: nobody is */
};

/** Adds a problem at the end, and gives false: `return sg_rule_problem(…);`. */
bool sg_rule_problem(struct sg_rule_run *run, struct sg_place at, struct sg_str target,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * Runs a rule; `*out` is NULL for nothing, but a `default` of "", null or [] is given as such. False when a problem was added to the run (or IGNORE was
 * met); what was nothing where something was expected is a problem, as `optional` decides.
 */
SG_MUST_USE bool sg_rule_run(const struct sg_rule *rule, struct sg_rule_run *run,
                             const struct sg_node **out);

/** Runs it and takes the result as text; "" for nothing. Other trees are a problem. */
SG_MUST_USE bool sg_rule_run_text(const struct sg_rule *rule, struct sg_rule_run *run,
                                  struct sg_str *out);

/**
 * Whether a condition holds. When it does not, `*unmet` (may be NULL) is the test that did not:
 * "/status is not in [open, reopened]". Problems of its transforms go to the run; it is false then.
 */
bool sg_condition_holds(const struct sg_condition *condition, struct sg_rule_run *run,
                        struct sg_str *unmet);

/** Where the rule stands in its file. */
struct sg_place sg_rule_place(const struct sg_rule *rule);

/** Of what sg_rule_compile_source() made: the source itself, for who must tell missing from empty. */
const struct sg_pointer *sg_rule_source(const struct sg_rule *rule, enum sg_scope *scope);

/** The targets that a `set` compiled gives, for checks: each with its place; `*count` of them. */
struct sg_target {
    const struct sg_pointer *pointer;
    struct sg_place at; /* of the target's key */
    const struct sg_rule *rule;
};
const struct sg_target *sg_rule_targets(const struct sg_rule *set, size_t *count);

/** The targets of the `set` inside an `each` rule; NULL when it has none. */
const struct sg_rule *sg_rule_item_set(const struct sg_rule *each);

/** Whether the rule may give nothing without that being an error: `optional`. */
bool sg_rule_is_optional(const struct sg_rule *rule);

#endif
