/**
 * The journal's thread: the only one that touches the journal. Other threads hand it changes; it
 * commits all that are queued at once. Commits that follow each other wait up to 5 ms for more.
 */
#ifndef SG_SERVICE_KEEPER_H
#define SG_SERVICE_KEEPER_H

#include "service/change.h"

struct sg_keeper;

/** Deliveries taken together; ends when the last of them was let go. */
struct sg_batch {
    struct sg_arena *arena;
    struct sg_delivery *deliveries;
    size_t count, held;
    struct sg_str target;
    struct sg_batch *next;
};

struct sg_keeper_settings {
    const char *dir;       /* whose file system is watched */
    int64_t reserve_bytes; /* less free than this: no capture; less than half: no new calls */
};

/** Keeps `journal`, which stays the caller's to close, after the keeper was freed. */
SG_MUST_USE struct sg_keeper *sg_keeper_new(struct sg_journal *journal,
                                            const struct sg_keeper_settings *settings);
void sg_keeper_free(struct sg_keeper *keeper);
SG_AUTO_FREE(sg_keeper)

/** Starts the thread, or ends it after all that is queued was committed. */
void sg_keeper_start(struct sg_keeper *keeper);
void sg_keeper_stop(struct sg_keeper *keeper);

/** Hands a change over. Any thread. */
void sg_keeper_submit(struct sg_keeper *keeper, struct sg_change *change);

/**
 * `count` deliveries of `target` (borrowed for ever) are wanted as they become due; those given out
 * count down. Any thread.
 */
void sg_keeper_want(struct sg_keeper *keeper, struct sg_str target, size_t count);

/**
 * Commits what is queued and takes what is wanted. The thread's own work; a test without the thread
 * calls it with its own clock. Gives when something will be due; INT64_MAX if nothing will.
 */
int64_t sg_keeper_step(struct sg_keeper *keeper, int64_t now_ms);

/**
 * Whether the journal leads no more. Every change is refused from then on, those that were on their
 * way as well, and nothing is taken: end what is under way, stop, and lead again. Any thread.
 */
bool sg_keeper_has_lost(const struct sg_keeper *keeper);

/** See sg_journal_leads_until_ms(). Any thread. */
int64_t sg_keeper_leads_until_ms(const struct sg_keeper *keeper);

/** Readable when there is something to collect. */
int sg_keeper_fd(const struct sg_keeper *keeper);

/** Calls `done` of changes that ended, and `take` for each batch, in order. The loop's thread. */
void sg_keeper_collect(struct sg_keeper *keeper, void (*take)(void *owner, struct sg_batch *batch),
                       void *owner);

/** One delivery of the batch less; the last one frees it. */
void sg_batch_release(struct sg_batch *batch);

#endif
