/** An operation's `input`: what a mapping may set, and of which type (format.md, section 6). */
#ifndef SG_MAPPING_INPUT_H
#define SG_MAPPING_INPUT_H

#include "mapping/rule.h"

struct sg_input; /* never changes once compiled */

enum sg_field_type {
    SG_FIELD_STRING,
    SG_FIELD_NUMBER,
    SG_FIELD_INTEGER,
    SG_FIELD_BOOLEAN,
    SG_FIELD_LIST,
    SG_FIELD_FILE,
    SG_FIELD_ANY,
};

struct sg_field {
    const struct sg_pointer *pointer;
    struct sg_place at;
    enum sg_field_type type;
    bool is_required, is_public;
    size_t max;                  /* characters or entries; 0: no limit */
    const struct sg_str *one_of; /* `in`; NULL: anything */
    size_t one_of_count;
    const struct sg_input *of; /* the entries of a list; NULL: whatever they are */
};

SG_MUST_USE bool sg_input_compile(struct sg_arena *arena, struct sg_findings *findings,
                                  const struct sg_yaml *yaml, const struct sg_input **out);

const struct sg_field *sg_input_fields(const struct sg_input *input, size_t *count);
const struct sg_field *sg_input_find(const struct sg_input *input, struct sg_str pointer);

/**
 * Checks a compiled `set` against it: "gam.create_case has no input `/Letter/Sbject`; did you mean
 * `/Letter/Subject`?" at the target, "… requires `/Letter/Text`, which no rule sets" at `set_at`.
 * A target below or above a field of type `any` or of an object is allowed where the pieces fit.
 */
bool sg_input_check_set(const struct sg_input *input, const struct sg_rule *set,
                        struct sg_place set_at, struct sg_str operation,
                        struct sg_findings *findings);

/**
 * What the rules gave, typed: text and numbers turn into each other where nothing is lost,
 * true/false/1/0 into booleans, a single value into a list of one. Adds a problem to the run for
 * each field that does not fit (`at` the rule that set it, of `set`; its target): "3 characters too
 * many, at most 200", "not one of open, answered"; a required field left out as well.
 */
SG_MUST_USE bool sg_input_type(const struct sg_input *input, const struct sg_rule *set,
                               const struct sg_node *given, struct sg_rule_run *run,
                               const struct sg_node **out);

#endif
