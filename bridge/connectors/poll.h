/**
 * One pass over what a system has changed since its cursor: which page to ask for, what an answer
 * holds, when it is over (format.md, section 6; design.md, section 7). No network, no clock. A page
 * is taken part by part, so that neither what is fetched for it nor its records pile up.
 */
#ifndef SG_CONNECTORS_POLL_H
#define SG_CONNECTORS_POLL_H

#include "sgbridge/connector.h"

/** One pass. One thread. */
struct sg_poll;

/** What a pass is given; all borrowed while it lasts. */
struct sg_poll_setup {
    const struct sg_system *system;
    const struct sg_record *record;
    const struct sg_str *shape_pointers;
    size_t shape_count;
    size_t max_event_bytes;
    struct sg_str cursor; /* as the journal keeps it; "" at the very first pass */
};

/**
 * Begins a pass. The first after 02:00 in the system's zone asks from 24 hours before its cursor.
 * Never fails: a cursor that cannot be read (another kind than the file's) starts at `start`.
 */
struct sg_poll *sg_poll_begin(const struct sg_poll_setup *setup, int64_t now_ms);
void sg_poll_free(struct sg_poll *poll);
SG_AUTO_FREE(sg_poll)

/** The request of the page that is next, in `arena`. False with INPUT when a rule cannot be kept. */
SG_MUST_USE bool sg_poll_request(struct sg_poll *poll, struct sg_arena *arena, int64_t now_ms,
                                 struct sg_request *out, struct sg_error *err);

enum sg_poll_step {
    SG_POLL_MORE,  /* commit the events, then ask for the next page */
    SG_POLL_DONE,  /* commit them with the new cursor: the pass is over */
    SG_POLL_WAIT,  /* temporary: commit what there is; the pass is over, the cursor stays */
    SG_POLL_ALARM, /* refused, unreadable, or no progress: `said` tells; the pass is over, the cursor
                      stays. Events that could be read are there, and worth committing */
    /* in the middle of a page */
    SG_POLL_PART,  /* commit the events, then sg_poll_next(): the page has more */
    SG_POLL_LOOK,  /* say which of `sightings` have been captured, then sg_poll_next() */
    SG_POLL_FETCH, /* make the call of `request`, then sg_poll_fetched() */
};

struct sg_poll_page {
    enum sg_poll_step step;
    struct sg_event *events; /* in the order of the page; until the next call for this pass */
    size_t count;
    bool has_cursor;      /* DONE; with pages by cursor, MORE too */
    struct sg_str cursor; /* for the journal: JSON text, its own affair */
    struct sg_str said;
    int64_t retry_after_ms;
    enum sg_outcome outcome;       /* for the breaker: SUCCESS, NONE, TEMPORARY, PERMANENT */
    size_t item_count;             /* of the whole page */
    struct sg_sighting *sightings; /* LOOK: of the record; those without an id are not asked for */
    size_t sighting_count;
    struct sg_request request; /* FETCH */
    struct sg_arena *arena;    /* FETCH: where the call and its reply live */
};

/**
 * Takes the reply to the page asked for. It, and all that is made of the whole page, lives in `arena`,
 * which must stay until the page is over.
 */
void sg_poll_take(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                  struct sg_arena *arena, struct sg_poll_page *out);

/** Goes on with the page. What the last step gave is gone. */
void sg_poll_next(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out);

/** Takes the reply to a fetch. */
void sg_poll_fetched(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                     struct sg_poll_page *out);

#endif
