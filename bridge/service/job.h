/** One delivery in hand: from what the journal gave to what it is told in the end. */
#ifndef SG_SERVICE_JOB_H
#define SG_SERVICE_JOB_H

#include "connectors/fetch.h"
#include "service/parts.h"
#include "service/prepare.h"

enum { INTENT_LASTS_MS = 2000 }; /* an intent older than that is not sent any more */

struct job {
    struct sg_service *service;
    struct peer *peer; /* the target */
    struct sg_batch *batch;
    const struct sg_delivery *delivery;
    struct sg_arena *arena;
    struct sg_catalog *catalog; /* it ends with what it began with */
    const struct sg_mapping *mapping;
    const struct sg_system *system, *source;
    const struct sg_operation *operation;
    const struct sg_node *input, *event;
    struct sg_request request;
    struct sg_str stored;     /* the request as the journal keeps it; "" until it must */
    struct sg_scratch *files; /* the bytes of the request's files; NULL: none yet */
    size_t files_fetched;
    bool is_probe;   /* the call looks it up instead of making it */
    bool is_doubted; /* an earlier try may have been done */
    bool is_write_ahead;
    int sends, empty_probes;
    bool is_reread;         /* the record is read again: see reread.c */
    struct sg_fetch *fetch; /* of a record read again: what it lacks; NULL: it lacks nothing */
    struct sg_event unread; /* of a record read again: what of it can still be no event */
    struct sg_call call;
    struct sg_knock knock;
    struct sg_change change;
    struct job *next;
};

/** A delivery just taken. */
void sg_job_begin(struct sg_service *service, struct sg_batch *batch,
                  const struct sg_delivery *delivery);

/** Slot, rate and breaker are at hand: write ahead, call or look up. */
void sg_job_go(struct job *job);

/** Ends it; the ending's texts live in the job's arena. The job is gone when that is durable. */
void sg_job_end(struct job *job, struct sg_ending ending);

/** Back to the journal as it was before it was taken, to be due again in `wait_ms`. */
void sg_job_give_back(struct job *job, int64_t wait_ms);

/** Ends by one reason in a word or two, without a call. */
void sg_job_end_for(struct job *job, enum sg_delivery_state state, struct sg_str reason);

/** What the job's request, or the look-up of it, is built from. */
struct sg_operation_call sg_job_operation_call(const struct job *job);

/** Takes up the request kept from an earlier try. False when it cannot be read: the job has ended. */
SG_MUST_USE bool sg_job_restore(struct job *job);

/* --- reread.c --- */

/** What could be no event, by today's rules of its record: it is taken in anew, or fails again. */
void sg_job_reread(struct job *job);

/** Asks its system for it, or for the next thing that it lacks. */
void sg_job_ask(struct job *job);

/* --- probe.c --- */

/** What to do first with a delivery that may have been done. */
void sg_job_begin_unknown(struct job *job);

/** Sends the look-up. */
void sg_job_probe(struct job *job);

#endif
