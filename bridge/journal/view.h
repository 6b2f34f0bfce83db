/**
 * The journal as people's commands read it: a connection of its own, read-only, that works while the
 * daemon runs, while it is down, and after it was killed. A record's
 * content is given by SG_VIEW_BODY, SG_VIEW_EVENT, sg_view_look() and sg_view_past() alone: who shows
 * it to people masks it.
 */
#ifndef SG_JOURNAL_VIEW_H
#define SG_JOURNAL_VIEW_H

#include <stdint.h>

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"
#include "sgbridge/journal.h"

struct sg_view;

/** Fails with INPUT when there is no journal of the kind in the folder `dir`, or it is none of ours. */
SG_MUST_USE bool sg_view_open(const struct sg_journal_kind *kind, const char *dir,
                              struct sg_view **out, struct sg_error *err);
void sg_view_close(struct sg_view *view);

/** Whether a daemon holds the journal in `dir`. */
bool sg_view_is_running(const char *dir);

/** What can be asked, and the columns of its rows. */
enum sg_view_question {
    SG_VIEW_OPEN,     /* state, how many */
    SG_VIEW_LANES,    /* lanes open, held deliveries, time the oldest was taken in (0: none) */
    SG_VIEW_TOTALS,   /* what, how many: 'taken in', 'repeats', 'delivered', … */
    SG_VIEW_ALARMS,   /* name, system, since, words */
    SG_VIEW_CONTACTS, /* system, ok_at, bad_at, said, breaker_since, next_try_at */
    SG_VIEW_FACTS,    /* name, value */
    SG_VIEW_CURSORS,  /* system, record, moved_at */
    SG_VIEW_STANDING, /* role, at: of a view that is not itself the journal; else no row */
    SG_VIEW_TARGETS,  /* target, how many pending and unknown, time the oldest was taken in */
    SG_VIEW_UNKNOWN,  /* being looked up: id, ticket, mapping, target, sent_at, next_at, calls sent,
                         look-ups that found nothing since, attempts, reason, said, source, record,
                         record id; the oldest call first */
    SG_VIEW_IN_DOUBT, /* failed, and may have been done: id, ticket, mapping, target, sent_at,
                         failed_at, reason, said; the oldest first, at most 500 */
    SG_VIEW_DRIFTS, /* system, record, kind (sg_drift_kind_name()), pointer, shows, example, since,
                         last_at, times; the newest first */
    SG_VIEW_OUTLINES,       /* system, record, what was learned of it: see mapping/outline.h */
    SG_VIEW_PAUSES,         /* scope, name, who, since, until (0: until resumed), why, id */
    SG_VIEW_AUDIT,          /* day, what ('taken in', 'repeats' or a state), how many; by day */
    SG_VIEW_AUDIT_MAPPINGS, /* the same of each mapping: day, mapping, what, how many */
    SG_VIEW_ROUNDS,         /* of a ticket: number, value */
    SG_VIEW_AUDIT_SYSTEM, /* of a system: as SG_VIEW_AUDIT_MAPPINGS, of its events; reads each row */
    SG_VIEW_LINKS,        /* of a ticket: round, system, id, since */
    SG_VIEW_EVENTS, /* of a ticket: seq, captured_at, system, record, record id, version, round */
    SG_VIEW_DELIVERIES, /* of a ticket: seq, id, mapping, target, state, attempts, first_at, last_at,
                           ended_at, reason, file, line, column, pointer, said, next_at, map_hash,
                           the event's seq, since when that version of the mapping is in force, who
                           put it there, how */
    SG_VIEW_DELIVERY, /* of a delivery's id: id, state, ticket, round, mapping, target, source, record,
                         record id, version, attempts, taken_at, first_at, last_at, failed_at,
                         ended_at, reason, said, file, line, column, pointer, 1 in doubt, map_hash */
    SG_VIEW_BODY,     /* of a delivery's id: the record as it came; no row when its time is over */
    SG_VIEW_BEHIND,  /* of a delivery's id: how many wait behind it in its lane */
    SG_VIEW_NEXT,    /* of a delivery's id: id, mapping, state, source, record, record id of those;
                         the next ones, at most 20 */
    SG_VIEW_ACTS_OF, /* of a delivery's id: as SG_VIEW_ACTS */
    SG_VIEW_ACTS,    /* of a ticket: delivery, time, kind and id of the command, who, why, refused,
                        the reason that the delivery had before; as they were done */
    SG_VIEW_COMMAND, /* of a command's id: how many deliveries it was done for and refused for, what
                        is said of it, when it was done */
    SG_VIEW_REFUSED, /* of a command's id: delivery, why it was refused for it */
    SG_VIEW_EVENT,   /* of an event's number: system, record, record id, version, ticket ("" while
                        it is not known), key, 1 the key is a link's, round (0: not known), the
                        ticket's latest round, captured_at, the record ("" when its time is over) */
    SG_VIEW_QUESTIONS,
};

/** When a delivery that a pause holds back is due: this and the pause's id. */
#define SG_VIEW_PAUSED (INT64_C(1) << 61)

/** One row of an answer; its texts live until the next row. */
struct sg_view_row;
struct sg_str sg_view_text(const struct sg_view_row *row, int column);
int64_t sg_view_number(const struct sg_view_row *row, int column);

/** Who is told of each row. */
struct sg_view_reader {
    void (*each)(const struct sg_view_row *row, void *owner);
    void *owner;
};

/** Calls `each` for every row; `of` is the ticket, the delivery's id or the command that is asked for
 * ("" where there is none). */
SG_MUST_USE bool sg_view_ask(struct sg_view *view, enum sg_view_question question, struct sg_str of,
                             void (*each)(const struct sg_view_row *row, void *owner), void *owner,
                             struct sg_error *err);

/** Which delivery; `route` as it is in force, or NULL; the time is for the calls of the last hour. */
struct sg_view_look {
    int64_t delivery, now_ms;
    const struct sg_route *route;
};

/**
 * All that is needed to make a delivery, its record among it, without taking it: for who asks what
 * would be sent. Lives in the arena.
 */
SG_MUST_USE bool sg_view_look(struct sg_view *view, struct sg_arena *arena,
                              const struct sg_view_look *look, struct sg_delivery *out,
                              bool *is_there, struct sg_error *err);

/** Room for numbers of deliveries or events, and how many were put into it. */
struct sg_view_page {
    int64_t *ids;
    size_t room, count;
};

/** By what open deliveries are counted. */
enum sg_view_ages_by { SG_AGES_BY_TARGET, SG_AGES_BY_MAPPING, SG_AGES_BY_DEPARTMENT };

/** Spans of age that deliveries are counted in: less than 5 minutes, 10, 20, … 1280, and over it. */
enum { SG_VIEW_AGES = 10 };

/**
 * All open deliveries by when they were taken in: name, span (0 to SG_VIEW_AGES - 1), how many.
 * `departments` is as in struct sg_failed_filter; of what names none the name is "".
 */
SG_MUST_USE bool sg_view_ages(struct sg_view *view, enum sg_view_ages_by by,
                              struct sg_str departments, int64_t now_ms,
                              const struct sg_view_reader *reader, struct sg_error *err);

#endif
