/** What names say about values: the words that people give to fields of one kind. */
#ifndef SG_LEARN_HINTS_H
#define SG_LEARN_HINTS_H

#include "base/arena.h"
#include "base/str.h"

enum sg_learn_hint {
    SG_LEARN_HINT_ID,     /* "id", "CaseNumber", "شماره" */
    SG_LEARN_HINT_TIME,   /* "created_at", "تاریخ" */
    SG_LEARN_HINT_CHANGE, /* of a time: when the record was last changed */
    SG_LEARN_HINT_PERSON, /* who a citizen is, or how to reach one */
    SG_LEARN_HINT_PAGE,   /* of a page of records, and not of a record */
};

/** Whether one of the words in a name, told apart as in `updatedAt` and `updated_at`, is such. */
bool sg_learn_is_hinted(struct sg_arena *arena, enum sg_learn_hint hint, struct sg_str name);

/** The same name as systems, records and operations are called: `CreateCase` is `create_case`. */
struct sg_str sg_learn_snake(struct sg_arena *arena, struct sg_str name);

#endif
