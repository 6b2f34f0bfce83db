/** Which records the journal knows of a ticket, and the newest version seen of each. */
#ifndef SG_JOURNAL_VIEW_RECORDS_H
#define SG_JOURNAL_VIEW_RECORDS_H

#include "journal/view.h"

/** Tickets that an event is kept of: the ticket alone, the one of the newest event first. */
SG_MUST_USE bool sg_view_tickets(struct sg_view *view, const struct sg_view_reader *reader,
                                 struct sg_error *err);

/** How many those are. */
SG_MUST_USE bool sg_view_ticket_count(struct sg_view *view, int64_t *count, struct sg_error *err);

/** The records whose events of this ticket are kept, each once: system, record, record id. */
SG_MUST_USE bool sg_view_records(struct sg_view *view, struct sg_str ticket,
                                 const struct sg_view_reader *reader, struct sg_error *err);

/** A record's head. */
struct sg_view_head {
    struct sg_str system, record, record_id; /* which; borrowed */
    bool is_there;                           /* false: it was never captured */
    struct sg_str version;                   /* as declared, or the content's hash */
    enum sg_version_kind version_kind;
    int64_t version_value; /* as in struct sg_event */
};

/** Finds it; the version lives in the arena. */
SG_MUST_USE bool sg_view_head(struct sg_view *view, struct sg_arena *arena,
                              struct sg_view_head *head, struct sg_error *err);

#endif
