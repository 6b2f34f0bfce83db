/** What records have in common: each place where values stand, with all of them. */
#ifndef SG_LEARN_FIELDS_H
#define SG_LEARN_FIELDS_H

#include "tree/node.h"

struct sg_learn_form;

/** One place outside of lists. */
struct sg_learn_field {
    struct sg_str pointer, name; /* `name`: its last token */
    bool has_list, has_object;   /* in one record at least */
    struct sg_str *values;       /* texts, numbers and booleans that are not nothing, by record */
    size_t count, room;
    const struct sg_learn_form *form; /* of all values; NULL: no times. See sg_learn_forms_set() */
    struct sg_learn_field *first, *last, *next; /* those below it, as they first came */
    struct sg_learn_field *met;                 /* the last of those below that was asked for */
};

/** All fields of some records, those with values or lists, in the order of the records; none whose
 * pointer is longer than SG_DRAFT_KEY_MAX. */
struct sg_learn_fields {
    struct sg_learn_field **at;
    size_t count;
    size_t records;
};

/** `records` are objects; what comes lives in the arena and borrows from them. */
void sg_learn_fields_of(struct sg_arena *arena, const struct sg_node *const *records, size_t count,
                        struct sg_learn_fields *out);

/** Whether no two of its values are equal. */
bool sg_learn_is_unique(struct sg_arena *arena, const struct sg_learn_field *field);

/** Its different values, sorted, up to `most`; true when there are no more. */
bool sg_learn_distinct(struct sg_arena *arena, const struct sg_learn_field *field, size_t most,
                       const struct sg_str **out, size_t *count);

#endif
