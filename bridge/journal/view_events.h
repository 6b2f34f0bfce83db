/** Events that have never gone through a mapping, which is newer than they are. */
#ifndef SG_JOURNAL_VIEW_EVENTS_H
#define SG_JOURNAL_VIEW_EVENTS_H

#include "journal/view.h"

/** Zero it, set what there is. Texts are borrowed. */
struct sg_unsent_events {
    struct sg_str mapping, system, record; /* which, and what it takes */
    int64_t since,
        until;     /* when they were captured: at `since` or later, before `until` (0: now) */
    int64_t after; /* the last one given; 0: none */
};

/** One page of them, the oldest first, behind `events->after`, which moves on. */
SG_MUST_USE bool sg_view_unsent_events(struct sg_view *view, struct sg_unsent_events *events,
                                       struct sg_view_page *page, struct sg_error *err);

/** How many there are behind `events->after`. */
SG_MUST_USE bool sg_view_unsent_count(struct sg_view *view, const struct sg_unsent_events *events,
                                      int64_t *count, struct sg_error *err);

#endif
