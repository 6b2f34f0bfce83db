/**
 * Which deliveries have failed: one filter for all that people look at, count, group and send again.
 * Each call is one short read of its own, so that a reader never holds the write-ahead log back.
 */
#ifndef SG_JOURNAL_VIEW_FAILED_H
#define SG_JOURNAL_VIEW_FAILED_H

#include "journal/view.h"

/** Zero it, set what there is: a text of no length and a time of 0 mean any. Texts are borrowed. */
struct sg_failed_filter {
    struct sg_str source; /* the system whose event it is */
    struct sg_str target; /* the system that is called */
    struct sg_str mapping, ticket;
    struct sg_str reason; /* a part of the reason, as it is shown (SG_FAILED_REASON) */
    bool is_reason_whole; /* all of it, then */
    struct sg_str department;
    struct sg_str departments; /* where each record names it, a JSON object of SQLite's JSON paths:
                                  {"saja.ticket": "$.\"agency\""}; "" where there are none */
    int64_t since, until;      /* when it failed: at `since` or later, before `until` */
};

/** Where in the order of failing a page begins: behind this one. Zero: at the beginning. */
struct sg_failed_place {
    int64_t failed_at, id;
};

/** The columns of sg_view_failed(). */
enum sg_failed_column {
    SG_FAILED_ID,
    SG_FAILED_AT,
    SG_FAILED_TICKET, /* "" where none is known */
    SG_FAILED_SOURCE,
    SG_FAILED_RECORD,
    SG_FAILED_RECORD_ID,
    SG_FAILED_MAPPING,
    SG_FAILED_TARGET,
    SG_FAILED_REASON, /* and the target's own words, masked, after ": " */
    SG_FAILED_FILE,
    SG_FAILED_LINE,
    SG_FAILED_COLUMN,
    SG_FAILED_POINTER,
    SG_FAILED_ATTEMPTS,
    SG_FAILED_FIRST_AT,
    SG_FAILED_LAST_AT,
    SG_FAILED_IN_DOUBT, /* 1: may have been done */
};

/** One page of them, the newest first: at most `limit` behind `after`. */
SG_MUST_USE bool sg_view_failed(struct sg_view *view, const struct sg_failed_filter *filter,
                                const struct sg_failed_place *after, int64_t limit,
                                const struct sg_view_reader *reader, struct sg_error *err);

/**
 * One page of their ids, in the order in which they failed, behind `*after`, which moves to the last
 * of them. Its count is 0 when there are no more.
 */
SG_MUST_USE bool sg_view_failed_ids(struct sg_view *view, const struct sg_failed_filter *filter,
                                    struct sg_failed_place *after, struct sg_view_page *page,
                                    struct sg_error *err);

/** How many there are. */
SG_MUST_USE bool sg_view_failed_count(struct sg_view *view, const struct sg_failed_filter *filter,
                                      int64_t *count, struct sg_error *err);

/** The place of the delivery `id`; `*is_there` false when it is not a failed one. */
SG_MUST_USE bool sg_view_failed_find(struct sg_view *view, int64_t id,
                                     struct sg_failed_place *place, bool *is_there,
                                     struct sg_error *err);

enum sg_failed_group {
    SG_FAILED_GROUP_REASON, /* and mapping */
    SG_FAILED_GROUP_MAPPING,
    SG_FAILED_GROUP_SYSTEM, /* the source */
    SG_FAILED_GROUP_DEPARTMENT,
};

/** The columns of sg_view_failed_groups(). */
enum sg_failed_group_column {
    SG_GROUP_KEY,
    SG_GROUP_MAPPING, /* of REASON; else "" */
    SG_GROUP_COUNT,
    SG_GROUP_FIRST_AT,
    SG_GROUP_LAST_AT,
    SG_GROUP_ID,       /* of one of them */
    SG_GROUP_IN_DOUBT, /* how many of them may have been done */
    SG_GROUP_TICKETS,  /* at most three, a line each; a line end after the last: there are more */
};

/** The `limit` largest groups, the largest first. */
SG_MUST_USE bool sg_view_failed_groups(struct sg_view *view, const struct sg_failed_filter *filter,
                                       enum sg_failed_group by, int64_t limit,
                                       const struct sg_view_reader *reader, struct sg_error *err);

#endif
