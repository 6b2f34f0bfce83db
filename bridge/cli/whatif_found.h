/**
 * What other mapping files would make of events that were: the differences, counted by what they are,
 * each with an event for example. Values are masked as they come in; memory is limited, whatever the
 * events.
 */
#ifndef SG_CLI_WHATIF_FOUND_H
#define SG_CLI_WHATIF_FOUND_H

#include "base/error.h"
#include "journal/view_past.h"
#include "tree/node.h"

/** In the order in which they are shown: what a person must mend comes last. */
enum sg_whatif_kind {
    SG_WHATIF_CHANGED,  /* a target of what is sent; or its operation */
    SG_WHATIF_SENT,     /* and was not */
    SG_WHATIF_NOT_SENT, /* and was */
    SG_WHATIF_RECORD,   /* its record's where, id, key, version, round or own */
    SG_WHATIF_FAILS_NO_MORE,
    SG_WHATIF_FAILS_OTHERWISE, /* it failed before, and for another reason */
    SG_WHATIF_FAILS,
    SG_WHATIF_KINDS,
};

/** `changed`, …: in --json, and for people. */
const char *sg_whatif_kind_name(enum sg_whatif_kind kind);

/** One of one event. Borrowed until it is added. */
struct sg_whatif_difference {
    enum sg_whatif_kind kind;
    struct sg_str mapping; /* "": of the record's own rules */
    struct sg_str what;    /* the target; which rule of the record; else the reason */
    struct sg_place place; /* of the rule that cannot be kept, and its target */
    struct sg_str pointer;
    const struct sg_node *before, *after; /* values, where it is one that differs; NULL: none */
    bool has_values;
};

/** So often one value became another; both as they are shown. */
struct sg_whatif_way {
    struct sg_str before, after;
    int64_t count;
};

/** Events that differ in the same way. */
struct sg_whatif_group {
    enum sg_whatif_kind kind;
    struct sg_str mapping, what, pointer;
    struct sg_place place;
    int64_t count;
    struct sg_str example;      /* `ticket 1405-88014`, or `saja.ticket 17` */
    int64_t last_seq;           /* of the last event counted: each counts once */
    struct sg_whatif_way *ways; /* the first few that came; sorted by sg_whatif_sort() */
    size_t way_count;
    int64_t other_ways; /* values that became others than those */
};

struct sg_whatif_found {
    struct sg_arena *arena;
    struct sg_whatif_group *groups;
    size_t group_count;
    int64_t ungrouped[SG_WHATIF_KINDS]; /* differences beyond what there is room for */
    int64_t events[SG_PAST_KINDS];      /* those that are whole were tried */
    int64_t unchanged;
    int64_t failing;              /* of the unchanged: those that fail, before and after */
    int64_t newly_failing;        /* events */
    int64_t oldest_at, newest_at; /* when they were captured; 0: there is none */

    const struct sg_past_event *event; /* the one at hand */
    bool is_changed, is_failing, is_newly_failing;
};

/** None yet, in `arena`. */
void sg_whatif_found_begin(struct sg_arena *arena, struct sg_whatif_found *out);

/** An event; what is added up to its end is of it. */
void sg_whatif_event_begin(struct sg_whatif_found *found, const struct sg_past_event *event);
void sg_whatif_add(struct sg_whatif_found *found, const struct sg_whatif_difference *difference);
/** One of its mappings fails, as it did before. */
void sg_whatif_add_failing(struct sg_whatif_found *found);
void sg_whatif_event_end(struct sg_whatif_found *found);

/** Groups by kind, then the largest first; the most frequent values of each first. */
void sg_whatif_sort(struct sg_whatif_found *found);

#endif
