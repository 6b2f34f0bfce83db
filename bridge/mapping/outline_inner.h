/** What is inside an outline, for outline.c, which keeps it, and outline_see.c, which sees events. */
#ifndef SG_MAPPING_OUTLINE_INNER_H
#define SG_MAPPING_OUTLINE_INNER_H

#include "mapping/outline.h"

enum { SG_OUTLINE_NONE = -1 };

/** Types of values, by their bits; lists are passed through, and nothing is no value. */
enum {
    SG_OUTLINE_TEXT,
    SG_OUTLINE_NUMBER,
    SG_OUTLINE_BOOLEAN,
    SG_OUTLINE_OBJECT,
    SG_OUTLINE_TYPES
};
/** As they are stored and shown. */
extern const struct sg_str SG_OUTLINE_TYPE_NAMES[SG_OUTLINE_TYPES];

/** What can drift of a field: that it is there, that it is gone, that it is of this or that type. */
enum {
    SG_OUTLINE_OF_FIELD,
    SG_OUTLINE_OF_GONE,
    SG_OUTLINE_OF_TYPE,
    SG_OUTLINE_OF_COUNT = SG_OUTLINE_OF_TYPE + SG_OUTLINE_TYPES
};

struct sg_outline_field {
    uint64_t hash; /* of the names on the way to it */
    struct sg_str pointer;
    int parent;
    unsigned types; /* bits of those that it was learned with; 0: never seen */
    int64_t times;  /* how many of the events learned from had it */
    int64_t last;   /* the number of the last event that had it */
    bool is_named;
    bool is_whole;                   /* a file reads all that is in it */
    bool is_strange;                 /* it is a drift itself: what is in it is not told apart */
    int drifts[SG_OUTLINE_OF_COUNT]; /* where they stand, or NONE */
};

struct sg_outline {
    struct sg_arena *arena; /* texts */
    bool is_loose;
    int64_t events, changes;
    struct sg_outline_field *fields; /* the root first; each after its parent */
    int count, room;
    int unnamed; /* of the fields */
    int *index;  /* by hash: field and one more, 0 is empty; at least twice as many as fields */
    size_t index_size;
    struct sg_outline_drift *drifts;
    int drift_count, drift_room, code_count;
    int more; /* the drift of that kind, or NONE */
};

/** Of the member `name` of what has the hash `above`; the root's is 0. */
uint64_t sg_outline_hash_below(const struct sg_outline *outline, uint64_t above,
                               struct sg_str name);

/** Fields by their number; NONE: there is none. Adding moves them all. */
int sg_outline_find_field(const struct sg_outline *outline, uint64_t hash);
int sg_outline_add_field(struct sg_outline *outline, uint64_t hash, struct sg_str pointer,
                         int parent);

/** A file names or shows it. */
void sg_outline_show_field(struct sg_outline *outline, struct sg_outline_field *field);

/** Drifts by their number; all of it is copied, as KEPT. Adding moves them all. */
int sg_outline_add_drift(struct sg_outline *outline, const struct sg_drift *drift);
bool sg_outline_is_over(const struct sg_outline_drift *drift);
/** True when it was not over before. Takes NONE. */
bool sg_outline_end_drift(struct sg_outline *outline, int at);

#endif
