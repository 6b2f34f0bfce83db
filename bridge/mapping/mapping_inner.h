/** What is inside a compiled mapping, for mapping.c and for the tests that stand in its file. */
#ifndef SG_MAPPING_MAPPING_INNER_H
#define SG_MAPPING_MAPPING_INNER_H

#include "mapping/rule.h"
#include "sgbridge/mapping.h"
#include "tree/yaml.h"

enum sg_example_end { SG_EXAMPLE_EXPECT, SG_EXAMPLE_FAILS, SG_EXAMPLE_SKIPS };

/** One test of a mapping file. */
struct sg_example {
    struct sg_place at, given_at;
    struct sg_str name;
    const struct sg_node *given; /* NULL: a document, in `document` */
    struct sg_str document;
    const struct sg_node *link, *event; /* NULL: not given */
    enum sg_example_end end;
    const struct sg_node *expect;
    struct sg_str fails_at, why; /* FAILS; SKIPS has only `why` */
};

struct sg_mapping {
    struct sg_str name, from_system, from_record, to_system, to_operation;
    const struct sg_record_view *record;
    const struct sg_operation_view *operation;
    struct sg_system_view source;    /* the system of `record` */
    struct sg_str key_system;        /* whose records give the ticket's key; "" when none does */
    const struct sg_condition *when; /* NULL: for all */
    const struct sg_rule *set;
    struct sg_sources sources;
    const struct sg_str *reads;
    size_t read_count;
    struct sg_str hash;
    const struct sg_example *examples;
    size_t example_count;
};

/** Compiles `tests`; what is wrong goes to the findings. */
SG_MUST_USE bool sg_example_compile(struct sg_arena *arena, const struct sg_yaml *tests,
                                    struct sg_findings *findings, const struct sg_example **out,
                                    size_t *count);

#endif
