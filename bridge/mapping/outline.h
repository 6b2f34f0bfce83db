/**
 * What is known of one record: which fields its events have, and of which types. It learns that from
 * the first events and from files; of later events it tells what is new, what changed, what is gone.
 *
 * A field is a place in the record, by a pointer that passes through lists, as rules do: one entry
 * and several are the same to it. A member whose name looks like data (six digits or more, or an `@`
 * within) stands for all such members, as `*`. Nothing, such as null, is no field.
 */
#ifndef SG_MAPPING_OUTLINE_H
#define SG_MAPPING_OUTLINE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "sgbridge/drift.h"
#include "tree/node.h"

enum {
    SG_OUTLINE_LEARNS = 1000,    /* events that all is learned from */
    SG_OUTLINE_NEARLY_ALL = 950, /* of these: a field that so many had is missed */
    SG_OUTLINE_GONE = 100,       /* when that many in a row have not had it */
    SG_OUTLINE_FIELDS_MAX =
        500, /* beside those that files name; so no system fills memory or disk */
    SG_OUTLINE_POINTER_MAX = 200, /* bytes; the same for a longer one: they count as MORE */
    SG_OUTLINE_CODES_MAX = 100,
};

/** One thread at a time. */
struct sg_outline;

/** Of a record that nothing is known of. `is_loose`: the case of names says nothing. */
SG_MUST_USE struct sg_outline *sg_outline_new(bool is_loose);
/** Takes NULL. */
void sg_outline_free(struct sg_outline *outline);
SG_AUTO_FREE(sg_outline)

/* What it knew before comes first, then what files say: this order. */

/** Goes on from what sg_outline_write() gave. INPUT: it is no such text; nothing was learned. */
SG_MUST_USE bool sg_outline_read(struct sg_outline *outline, struct sg_str text,
                                 struct sg_error *err);
/** One drift of the record, as it was kept. Copied. */
void sg_outline_recall(struct sg_outline *outline, const struct sg_drift *drift);

/** A file reads what stands at the pointer: that, and all in it, is no new field any more. */
void sg_outline_name(struct sg_outline *outline, struct sg_str pointer);
/** A file shows such a record: its fields are no new ones any more. */
void sg_outline_show(struct sg_outline *outline, const struct sg_node *record);

/** All that was learned, as JSON. What files say and what drifts is no part of it. */
struct sg_str sg_outline_write(struct sg_arena *arena, const struct sg_outline *outline);
/** Of how many events that was learned; 0 of a text that is none. */
int64_t sg_outline_learned_of(struct sg_str text);
/** How often that has changed, for whoever keeps it. */
int64_t sg_outline_changes(const struct sg_outline *outline);

enum sg_outline_news {
    SG_OUTLINE_KEPT,      /* as it was read or written */
    SG_OUTLINE_FIRST,     /* seen for the first time */
    SG_OUTLINE_COUNTED,   /* seen again */
    SG_OUTLINE_OVER,      /* it is none any more: a file names it, or the field is back */
    SG_OUTLINE_FORGOTTEN, /* the same, and that was written */
};

struct sg_outline_drift {
    struct sg_drift drift;     /* `system` and `record` are those recalled, else "" */
    enum sg_outline_news news; /* the caller sets KEPT or FORGOTTEN when it has written it */
    int64_t event;             /* the number of the last event that it was counted for */
};

/** All of them, `*count`; valid until the outline is asked for something else. */
struct sg_outline_drift *sg_outline_drifts(struct sg_outline *outline, size_t *count);

/** One more event. True when something was seen for the first time, or is over. */
bool sg_outline_see(struct sg_outline *outline, const struct sg_node *record, int64_t now_ms);

/** A look-up knew the code, which stands at the pointer, by its row for all others. As above. */
bool sg_outline_see_code(struct sg_outline *outline, struct sg_str pointer, struct sg_str code,
                         int64_t now_ms);

#endif
