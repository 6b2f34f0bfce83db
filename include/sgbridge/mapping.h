/**
 * The contract of mapping: one record in, the input of one operation out. It knows no network and
 * no clock: the same event always gives the same input.
 */
#ifndef SGBRIDGE_MAPPING_H
#define SGBRIDGE_MAPPING_H

#include "base/arena.h"
#include "base/findings.h"
#include "base/str.h"
#include "tree/node.h"

struct sg_condition;
struct sg_input;
struct sg_lookups;
struct sg_observer; /* mapping/observer.h */
struct sg_rule;
struct sg_zone;

/** What a mapping must know of a record; the rules see the record, and may be NULL where absent. */
struct sg_record_view {
    struct sg_str name;
    const struct sg_rule *id, *version, *round;
    const struct sg_rule *key;     /* the rule of `key`, or of `key: {link: …}` */
    bool is_key_linked;            /* it is the latter */
    bool is_loose;                 /* names in it ignore the case of ASCII letters */
    const struct sg_str *internal; /* pointers not for the public */
    size_t internal_count;
};

/** What a mapping must know of an operation. */
struct sg_operation_view {
    struct sg_str name;
    const struct sg_input *input;
    bool opens_link;
};

/** What a mapping must know of a system. Plain data, filled by whoever read the system's file. */
struct sg_system_view {
    struct sg_str name;
    const struct sg_zone *zone;
    const struct sg_record_view *records;
    size_t record_count;
    const struct sg_operation_view *operations;
    size_t operation_count;
    /** How a document "as the system sends it" is read, for `given`: JSON, or XML with its names. */
    bool (*read_document)(const void *system, struct sg_arena *arena, struct sg_str text,
                          const struct sg_node **out, struct sg_error *err);
    const void *system; /* the first argument of read_document */
};

/** All systems there are. */
struct sg_system_views {
    const struct sg_system_view *at;
    size_t count;
};

/** One compiled mapping file: one route. Never changes; threads may share it. */
struct sg_mapping;

/**
 * Compiles the mapping in `text`, of the file `name` ("mappings/ticket-to-case.yaml", borrowed for
 * ever). All errors go to `findings`; NULL when there was one. Tests are not run here.
 */
const struct sg_mapping *sg_mapping_compile(struct sg_arena *arena, struct sg_str text,
                                            const char *name, struct sg_system_views systems,
                                            const struct sg_lookups *lookups,
                                            struct sg_findings *findings);

/** Runs the tests inside, each as format.md section 5 says; failures go to `findings`. */
void sg_mapping_run_tests(const struct sg_mapping *mapping, struct sg_findings *findings,
                          size_t *passed, size_t *failed);

/** Gives each record that its tests give, in `arena`; those that cannot be read are passed over. */
typedef void sg_mapping_given_fn(const struct sg_node *record, void *owner);
void sg_mapping_each_given(const struct sg_mapping *mapping, struct sg_arena *arena,
                           sg_mapping_given_fn *each, void *owner);

struct sg_str sg_mapping_name(const struct sg_mapping *mapping);
struct sg_str sg_mapping_from_system(const struct sg_mapping *mapping);
struct sg_str sg_mapping_from_record(const struct sg_mapping *mapping);
struct sg_str sg_mapping_to_system(const struct sg_mapping *mapping);
struct sg_str sg_mapping_to_operation(const struct sg_mapping *mapping);
bool sg_mapping_opens_link(const struct sg_mapping *mapping);

/** The system whose records give the ticket's key, by which `link:` has the key itself; or "". */
struct sg_str sg_mapping_key_system(const struct sg_mapping *mapping);

/** SHA-256 of the file and of the look-up tables it names, as 16 hexadecimal digits: its version. */
struct sg_str sg_mapping_hash(const struct sg_mapping *mapping);

/** The pointers into the record that it reads (`when` included), as texts: what shapes are of. */
const struct sg_str *sg_mapping_reads(const struct sg_mapping *mapping, size_t *count);

/** A code that no row of a look-up's table names: the row for all others, `*`, took it. */
struct sg_new_code {
    struct sg_str sources; /* where it comes from, as in messages: "/service_code, /district" */
    struct sg_str code;
    const struct sg_new_code *next;
};

enum sg_mapped {
    SG_MAPPED_INPUT,   /* `input` is the operation's, typed */
    SG_MAPPED_SKIPPED, /* a rule said so: `reason` */
    SG_MAPPED_FAILED,  /* a rule could not be kept: `place`, `pointer`, `reason` of the first */
};

struct sg_mapping_result {
    enum sg_mapped outcome;
    const struct sg_node *input;
    struct sg_str reason;                /* "when: /status is not in [open, reopened]"; masked */
    struct sg_place place;               /* of the rule */
    struct sg_str pointer;               /* the target */
    size_t problems;                     /* how many rules could not be kept */
    const struct sg_new_code *new_codes; /* whatever the outcome */
};

/**
 * One event through one mapping. `link` is an object of system name to id; `event` an object with
 * key, id, version, round, captured, late, reference. What comes out lives in `arena`.
 */
void sg_mapping_run(const struct sg_mapping *mapping, struct sg_arena *arena,
                    const struct sg_node *record, const struct sg_node *link,
                    const struct sg_node *event, struct sg_mapping_result *result);

/** What sg_mapping_run() is given, and who is told of each step of its rules (NULL: nobody). */
struct sg_mapping_given {
    const struct sg_node *record, *link, *event;
    const struct sg_observer *observer;
};

/** The same, observed: the tests of `when` come before the first target, all others inside one. */
void sg_mapping_observe(const struct sg_mapping *mapping, struct sg_arena *arena,
                        const struct sg_mapping_given *given, struct sg_mapping_result *result);

/**
 * A record's shape: for each of `pointers` one hash of what stands there, folded (Yeh, Kaf, digits,
 * spaces). Opaque bytes, a few per pointer, comparable for ever. `is_loose` is the record's.
 */
struct sg_str sg_shape_of(struct sg_arena *arena, const struct sg_node *record,
                          const struct sg_str *pointers, size_t count, bool is_loose);

/** `shape`, with those entries of `over` whose pointers it has put over its own. */
struct sg_str sg_shape_overlay(struct sg_arena *arena, struct sg_str shape, struct sg_str over);

#endif
