/**
 * First files for a system that nobody has described yet, guessed from what it sends: text, for a
 * person to go on with. What cannot be known is marked: its value is `"?"`, which `check` finds, and
 * `# ?` behind it says what is asked. All the rest passes `check`. Nothing of a citizen is written:
 * values are shown as numbers, dates and codes alone.
 */
#ifndef SG_LEARN_LEARN_H
#define SG_LEARN_LEARN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** A file as it was captured, or a WSDL. */
struct sg_learn_document {
    const char *name; /* for errors; borrowed for ever */
    struct sg_str text;
};

struct sg_learn_system {
    struct sg_str system; /* its name: a-z, 0-9, `_` and `-`, a letter first */
    struct sg_str record; /* what its records are called, by the same rule */
    const char *items;    /* where the list of records stands, a JSON Pointer; NULL: guessed */
    const struct sg_learn_document *documents; /* at least one */
    size_t count;
};

struct sg_input;
struct sg_zone;

/** Two records about the same thing, one of each side. */
struct sg_learn_mapping {
    struct sg_str mapping; /* its name */
    struct sg_str from_system, from_record, to_system, to_operation;
    const struct sg_zone *from_zone, *to_zone; /* of times that say none */
    const struct sg_str *internal;             /* pointers into the record */
    size_t internal_count;
    const struct sg_input *input; /* of the operation */
    struct sg_learn_document from, to;
};

/**
 * A system file of JSON or XML documents, all of one kind, each a record or a page of them; or of
 * one WSDL 1.1 (W3C note of 15 March 2001) with a document/literal binding of SOAP 1.1 or 1.2.
 * Fails with INPUT at the place that cannot be read.
 */
SG_MUST_USE bool sg_learn_system(struct sg_arena *arena, const struct sg_learn_system *from,
                                 struct sg_str *out, struct sg_error *err);

/**
 * A mapping file: a rule for each input that `to` sets, found by equal values in `from`: as they
 * stand, after a transform of letters, digits or white space, or as times of other forms. Its test
 * is of invented words where the record's are more than codes, dates and numbers. Fails with INPUT
 * at the place that cannot be read.
 */
SG_MUST_USE bool sg_learn_mapping(struct sg_arena *arena, const struct sg_learn_mapping *from,
                                  struct sg_str *out, struct sg_error *err);

#endif
