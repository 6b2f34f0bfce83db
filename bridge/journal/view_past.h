/**
 * The last events with their records, the newest first, as mappings are told of them at dispatch. A
 * page is one short read of its own, so that a reader never holds the write-ahead log back.
 */
#ifndef SG_JOURNAL_VIEW_PAST_H
#define SG_JOURNAL_VIEW_PAST_H

#include "journal/view.h"

enum sg_past_kind {
    SG_PAST_WHOLE,    /* its record goes through the mappings */
    SG_PAST_BLANKED,  /* its time is over: its body is gone */
    SG_PAST_NO_EVENT, /* it could be no event: its body is what came, which may be no record */
    SG_PAST_UNLINKED, /* nobody knows whose ticket it is of */
    SG_PAST_KINDS,
};

struct sg_past_event {
    enum sg_past_kind kind;
    /* ticket, rounds, links and event of it are set; of the event's system, record, record_id,
     * version, captured_at and, when it is whole, body. */
    struct sg_delivery delivery;
    struct sg_arena *arena; /* for what is made of it; ends, as all of this, with the call */
};

/** Which page, and who is told. */
struct sg_past_page {
    int64_t before; /* a number: events of lesser ones; moves to the last one's. INT64_MAX: all */
    int64_t room;   /* how many at most */
    int64_t count;  /* set: how many there were */
    void (*each)(const struct sg_past_event *event, void *owner);
    void *owner;
};

SG_MUST_USE bool sg_view_past(struct sg_view *view, struct sg_past_page *page,
                              struct sg_error *err);

#endif
