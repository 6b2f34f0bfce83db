#include "service/keeper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "service/disk.h"
#include "service/queue.h"

enum {
    ROWS_MAX = 500,  /* of one commit */
    ROWS_WORTH = 64, /* so many need not wait for more */
    GATHER_MS = 5, /* from the begin of one commit to that of the next, at most, for such a wait */
    TARGETS_MAX = 64, /* systems that are called */
    SWEEP_EVERY_MS = 60000,
    SWEEP_ROWS = 200,
    RETRY_MS = 1000,
    LOOK_EVERY_MS = 1000, /* whether it still leads, while there is nothing else to do */
};

struct wanted {
    struct sg_str target;
    size_t count;
};

struct sg_keeper {
    struct sg_journal *journal;
    struct sg_disk disk;
    struct sg_drift_watch *drift;
    int event_fd;
    int64_t swept_at, due_ms; /* the journal's thread only, as the disk and the drift are */
    bool has_failed;          /* the same: the last commit; what is queued is tried again later */
    atomic_bool is_lost;      /* the journal leads no more */

    pthread_mutex_t lock; /* what follows is shared */
    pthread_cond_t work;
    struct sg_queue queued, ended;
    struct sg_batch *batches, *last_batch;
    struct wanted wanted[TARGETS_MAX];
    size_t target_count;
    bool is_told; /* of changes, or of what is wanted, since the last step began */
    bool is_gathering, is_stopping, is_running;
    pthread_t thread;
};

struct sg_keeper *sg_keeper_new(struct sg_journal *journal,
                                const struct sg_keeper_settings *settings)
{
    struct sg_keeper *keeper = calloc(1, sizeof *keeper);
    pthread_condattr_t steady;

    if (keeper == NULL)
        abort();
    keeper->journal = journal;
    keeper->disk = sg_disk_of(settings->dir, settings->reserve_bytes);
    keeper->drift = sg_drift_watch_new();
    keeper->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (keeper->event_fd < 0 || pthread_mutex_init(&keeper->lock, NULL) != 0 ||
        pthread_condattr_init(&steady) != 0 ||
        pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&keeper->work, &steady) != 0)
        abort(); /* no descriptors or no memory at the very start */
    (void)pthread_condattr_destroy(&steady);
    return keeper;
}

void sg_keeper_free(struct sg_keeper *keeper)
{
    if (keeper == NULL)
        return;
    for (struct sg_batch *batch = keeper->batches, *next; batch != NULL; batch = next) {
        next = batch->next;
        sg_arena_free(batch->arena);
    }
    sg_drift_watch_free(keeper->drift);
    (void)close(keeper->event_fd);
    (void)pthread_cond_destroy(&keeper->work);
    (void)pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

/* With the lock held. While the thread gathers, only what ends that wakes it. */
static void tell(struct sg_keeper *keeper)
{
    keeper->is_told = true;
    if (!keeper->is_gathering || keeper->queued.rows >= ROWS_WORTH)
        (void)pthread_cond_signal(&keeper->work);
}

void sg_keeper_submit(struct sg_keeper *keeper, struct sg_change *change)
{
    (void)pthread_mutex_lock(&keeper->lock);
    sg_queue_add(&keeper->queued, change);
    tell(keeper);
    (void)pthread_mutex_unlock(&keeper->lock);
}

void sg_keeper_want(struct sg_keeper *keeper, struct sg_str target, size_t count)
{
    size_t t = 0;

    (void)pthread_mutex_lock(&keeper->lock);
    while (t < keeper->target_count && !sg_str_equal(keeper->wanted[t].target, target))
        t++;
    if (t == keeper->target_count && t < TARGETS_MAX)
        keeper->wanted[keeper->target_count++].target = target;
    if (t < TARGETS_MAX)
        keeper->wanted[t].count = count;
    tell(keeper);
    (void)pthread_mutex_unlock(&keeper->lock);
}

bool sg_keeper_has_lost(const struct sg_keeper *keeper)
{
    return atomic_load(&keeper->is_lost);
}

int64_t sg_keeper_leads_until_ms(const struct sg_keeper *keeper)
{
    return sg_journal_leads_until_ms(keeper->journal);
}

int sg_keeper_fd(const struct sg_keeper *keeper)
{
    return keeper->event_fd;
}

static void wake_loop(const struct sg_keeper *keeper)
{
    const uint64_t one = 1;

    if (write(keeper->event_fd, &one, sizeof one) < 0) {
        /* the counter is full: the loop is awake anyway */
    }
}

/* --- on the journal's thread --- */

/* What there is to do, up to ROWS_MAX rows: the rest waits for the next commit. */
static struct sg_queue dequeue(struct sg_keeper *keeper)
{
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->is_told = false;
    const struct sg_queue taken = sg_queue_take(&keeper->queued, ROWS_MAX);
    (void)pthread_mutex_unlock(&keeper->lock);
    return taken;
}

/* Captures and new calls wait while the disk is nearly full; endings never do. */
static bool is_refused(const struct sg_keeper *keeper, const struct sg_change *change)
{
    return (change->kind == SG_CHANGE_CAPTURE && !sg_disk_may_capture(&keeper->disk)) ||
           (change->kind == SG_CHANGE_INTEND && !sg_disk_may_call(&keeper->disk));
}

static void crash_points(const struct sg_queue *batch, bool is_before)
{
    for (const struct sg_change *c = batch->first; c != NULL; c = c->next) {
        if (!c->is_ok)
            continue;
        if (c->kind == SG_CHANGE_CAPTURE)
            sg_crash_point(is_before ? "capture.before" : "capture.after");
        else if (c->kind == SG_CHANGE_INTEND)
            sg_crash_point(is_before ? "intent.before" : "intent.after");
        else if (c->kind == SG_CHANGE_END)
            sg_crash_point(is_before ? "outcome.before" : "outcome.after");
        else if (c->kind == SG_CHANGE_COMMAND)
            sg_crash_point(is_before ? "command.before" : "command.after");
    }
}

/*
 * A change refused for what it says, or for the disk's sake, is refused alone: it has changed
 * nothing. False when it failed otherwise, so that the whole transaction must be undone.
 */
static bool apply_or_refuse(const struct sg_keeper *keeper, struct sg_change *change)
{
    change->is_ok = false;
    if (is_refused(keeper, change)) {
        (void)sg_error_set(&change->err, SG_ERROR_TEMPORARY, (struct sg_place){0},
                           "the disk is nearly full");
        return true;
    }
    change->is_ok = sg_change_apply(keeper->journal, keeper->drift, change, &change->err);
    return change->is_ok || change->err.kind == SG_ERROR_INPUT;
}

static bool apply_all(const struct sg_keeper *keeper, const struct sg_queue *batch,
                      struct sg_error *err)
{
    for (struct sg_change *c = batch->first; c != NULL; c = c->next) {
        if (!apply_or_refuse(keeper, c)) {
            *err = c->err;
            return false;
        }
    }
    return true;
}

/* One transaction of all of them; false when it was undone. */
static bool commit(struct sg_keeper *keeper, const struct sg_queue *batch, int64_t now_ms,
                   struct sg_error *err)
{
    if (!sg_journal_begin(keeper->journal, now_ms, err))
        return false;
    if (!apply_all(keeper, batch, err) ||
        !sg_drift_write(keeper->drift, keeper->journal, now_ms, false, err)) {
        sg_journal_rollback(keeper->journal);
        sg_drift_forget(keeper->drift);
        return false;
    }
    crash_points(batch, true);
    if (!sg_journal_commit(keeper->journal, err)) {
        sg_drift_forget(keeper->drift);
        return false;
    }
    crash_points(batch, false);
    return true;
}

static void give_back(struct sg_keeper *keeper, const struct sg_queue *batch)
{
    struct sg_queue here = {0};
    bool wakes = false;

    (void)pthread_mutex_lock(&keeper->lock);
    for (struct sg_change *c = batch->first, *next; c != NULL; c = next) {
        next = c->next;
        if (c->is_done_here)
            sg_queue_add(&here, c);
        else
            sg_queue_add(&keeper->ended, c);
        wakes |= !c->is_done_here;
    }
    (void)pthread_mutex_unlock(&keeper->lock);
    sg_queue_end(here);
    if (wakes)
        wake_loop(keeper);
}

/* Splits captures off and refuses them, so that what else there is may fit; back in order. */
static struct sg_queue refuse_captures(struct sg_queue batch, const struct sg_error *err,
                                       struct sg_queue *rest)
{
    struct sg_queue captures = {0};

    *rest = (struct sg_queue){0};
    for (struct sg_change *c = batch.first, *next; c != NULL; c = next) {
        next = c->next;
        if (c->kind == SG_CHANGE_CAPTURE) {
            c->is_ok = false;
            c->err = *err;
            sg_queue_add(&captures, c);
        } else {
            sg_queue_add(rest, c);
        }
    }
    return captures;
}

static void put_back(struct sg_keeper *keeper, struct sg_queue batch)
{
    (void)pthread_mutex_lock(&keeper->lock);
    sg_queue_put_back(&keeper->queued, batch);
    (void)pthread_mutex_unlock(&keeper->lock);
}

static void refuse_all(struct sg_keeper *keeper, const struct sg_queue *batch,
                       const struct sg_error *err)
{
    for (struct sg_change *c = batch->first; c != NULL; c = c->next) {
        c->is_ok = false;
        c->err = *err;
    }
    give_back(keeper, batch);
}

/* Another instance leads, or will: what this one still has under way ends with nothing written. */
static void lose(struct sg_keeper *keeper, const struct sg_queue *batch, const struct sg_error *err)
{
    SG_LOG(WARN, "journal.lost", SG_TEXT("why", sg_str_of(err->text)));
    atomic_store(&keeper->is_lost, true);
    refuse_all(keeper, batch, err);
    wake_loop(keeper);
}

static void refuse_queued(struct sg_keeper *keeper)
{
    const struct sg_queue batch = dequeue(keeper);
    struct sg_error err;

    (void)sg_error_set(&err, SG_ERROR_REFUSED, (struct sg_place){0}, "this instance leads no more");
    refuse_all(keeper, &batch, &err);
}

/* Whether another instance may lead: only a transaction tells, and one may not be due for long. */
static bool is_doubtful(const struct sg_keeper *keeper)
{
    return sg_journal_leads_until_ms(keeper->journal) <= sg_clock_steady_ms();
}

/* False when nothing could be committed now; what is no capture is then queued again. */
static bool commit_queued(struct sg_keeper *keeper, int64_t now_ms)
{
    struct sg_queue batch = dequeue(keeper);
    struct sg_error err;

    if (batch.first == NULL && now_ms < keeper->due_ms && !is_doubtful(keeper) &&
        !sg_drift_is_due(keeper->drift, now_ms))
        return true; /* else the transaction itself ends what has waited too long */
    if (!commit(keeper, &batch, now_ms, &err)) {
        struct sg_queue rest;

        if (err.kind == SG_ERROR_REFUSED) {
            lose(keeper, &batch, &err);
            return true;
        }
        struct sg_queue captures = refuse_captures(batch, &err, &rest);

        SG_LOG(ERROR, "journal.commit", SG_TEXT("why", sg_str_of(err.text)));
        give_back(keeper, &captures);
        if (rest.first != NULL &&
            (captures.first == NULL || !commit(keeper, &rest, now_ms, &err))) {
            put_back(keeper, rest);
            return false;
        }
        batch = rest;
    }
    give_back(keeper, &batch);
    return true;
}

static void add_batch(struct sg_keeper *keeper, struct sg_batch *batch)
{
    (void)pthread_mutex_lock(&keeper->lock);
    if (keeper->last_batch == NULL)
        keeper->batches = batch;
    else
        keeper->last_batch->next = batch;
    keeper->last_batch = batch;
    (void)pthread_mutex_unlock(&keeper->lock);
    wake_loop(keeper);
}

/* How many it took of what is wanted of one target. */
static size_t take(struct sg_keeper *keeper, struct wanted wanted, int64_t now_ms)
{
    struct sg_arena *arena = sg_arena_new();
    struct sg_batch *batch = sg_arena_get(arena, 1, sizeof *batch);
    struct sg_error err;

    *batch = (struct sg_batch){.arena = arena, .target = wanted.target};
    if (!sg_journal_take(keeper->journal, arena,
                         &(struct sg_take){wanted.target, wanted.count, now_ms}, &batch->deliveries,
                         &batch->count, &err)) {
        SG_LOG(ERROR, "journal.take", SG_TEXT("why", sg_str_of(err.text)));
        batch->count = 0;
    }
    const size_t count = batch->held = batch->count;

    if (count == 0)
        sg_arena_free(arena);
    else
        add_batch(keeper, batch); /* the loop's from here on */
    return count;
}

static void take_wanted(struct sg_keeper *keeper, int64_t now_ms)
{
    for (size_t t = 0;; t++) {
        (void)pthread_mutex_lock(&keeper->lock);
        bool is_over = t == keeper->target_count;
        struct wanted wanted = is_over ? (struct wanted){0} : keeper->wanted[t];
        (void)pthread_mutex_unlock(&keeper->lock);
        if (is_over)
            return;
        if (wanted.count == 0)
            continue;
        size_t taken = take(keeper, wanted, now_ms);

        (void)pthread_mutex_lock(&keeper->lock);
        size_t left = keeper->wanted[t].count; /* it may have been told anew meanwhile */
        keeper->wanted[t].count = left > taken ? left - taken : 0;
        (void)pthread_mutex_unlock(&keeper->lock);
    }
}

static bool is_idle(struct sg_keeper *keeper)
{
    (void)pthread_mutex_lock(&keeper->lock);
    bool is_idle = keeper->queued.first == NULL;
    (void)pthread_mutex_unlock(&keeper->lock);
    return is_idle;
}

static void sweep(struct sg_keeper *keeper, int64_t now_ms)
{
    struct sg_error err;
    size_t swept = 0;

    if (now_ms >= keeper->swept_at && now_ms < keeper->swept_at + SWEEP_EVERY_MS)
        return;
    if (!sg_journal_sweep(keeper->journal, now_ms, SWEEP_ROWS, &swept, &err)) {
        SG_LOG(WARN, "journal.sweep", SG_TEXT("why", sg_str_of(err.text)));
        if (err.kind == SG_ERROR_REFUSED)
            lose(keeper, &(struct sg_queue){0}, &err);
    }
    if (swept < SWEEP_ROWS) /* else there is more: at the next idle moment */
        keeper->swept_at = now_ms;
}

/* A journal without an end of its lead is led as long as the process lives. */
static int64_t look_again_ms(const struct sg_keeper *keeper, int64_t now_ms)
{
    const bool may_end = sg_journal_leads_until_ms(keeper->journal) != INT64_MAX;

    return may_end && keeper->due_ms > now_ms + LOOK_EVERY_MS ? now_ms + LOOK_EVERY_MS
                                                              : keeper->due_ms;
}

int64_t sg_keeper_step(struct sg_keeper *keeper, int64_t now_ms)
{
    struct sg_error err;

    keeper->has_failed = false;
    if (sg_keeper_has_lost(keeper)) {
        refuse_queued(keeper);
        return INT64_MAX;
    }
    sg_disk_look(&keeper->disk, now_ms);
    keeper->has_failed = !commit_queued(keeper, now_ms);
    if (keeper->has_failed)
        return now_ms + RETRY_MS;
    if (sg_keeper_has_lost(keeper))
        return now_ms;
    if (!sg_disk_may_call(&keeper->disk))
        return now_ms + SG_DISK_EVERY_MS;
    take_wanted(keeper, now_ms);
    if (!is_idle(keeper))
        return now_ms;
    sweep(keeper, now_ms);
    if (!sg_journal_next_due(keeper->journal, now_ms, &keeper->due_ms, &err))
        keeper->due_ms = now_ms + RETRY_MS;
    return look_again_ms(keeper, now_ms);
}

static void wait_for_work(struct sg_keeper *keeper, int64_t wait_ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&keeper->work, &keeper->lock, &until);
}

/* A sync costs the same for one row and for many: what comes soon after a commit waits for more,
 * what comes after a pause is committed at once. */
static void gather(struct sg_keeper *keeper, int64_t began_ms)
{
    int64_t left_ms = 0;

    keeper->is_gathering = true;
    while (!keeper->is_stopping && keeper->queued.rows < ROWS_WORTH &&
           (left_ms = began_ms + GATHER_MS - sg_clock_steady_ms()) > 0)
        wait_for_work(keeper, left_ms);
    keeper->is_gathering = false;
}

/* What was counted since it was written last; a count that is lost is no harm. */
static void end_drift(struct sg_keeper *keeper, int64_t now_ms)
{
    struct sg_error err;

    if (sg_keeper_has_lost(keeper) || !sg_drift_is_due(keeper->drift, INT64_MAX) ||
        !sg_journal_begin(keeper->journal, now_ms, &err))
        return;
    if (!sg_drift_write(keeper->drift, keeper->journal, now_ms, true, &err))
        sg_journal_rollback(keeper->journal);
    else if (!sg_journal_commit(keeper->journal, &err))
        SG_LOG(WARN, "drift.unwritten", SG_TEXT("why", sg_str_of(err.text)));
}

static void *run(void *argument)
{
    struct sg_keeper *keeper = argument;
    bool is_over = false;

    while (!is_over) {
        const int64_t began_ms = sg_clock_steady_ms();
        int64_t due_ms = sg_keeper_step(keeper, sg_clock_now_ms());
        int64_t wait_ms = due_ms == INT64_MAX ? SWEEP_EVERY_MS : due_ms - sg_clock_now_ms();

        (void)pthread_mutex_lock(&keeper->lock);
        gather(keeper, began_ms);
        const bool is_done = keeper->queued.first == NULL || keeper->has_failed;
        is_over = keeper->is_stopping && is_done;
        if (!is_over && wait_ms > 0 && is_done && (!keeper->is_told || keeper->has_failed))
            wait_for_work(keeper, wait_ms < SWEEP_EVERY_MS ? wait_ms : SWEEP_EVERY_MS);
        (void)pthread_mutex_unlock(&keeper->lock);
    }
    end_drift(keeper, sg_clock_now_ms());
    return NULL;
}

void sg_keeper_start(struct sg_keeper *keeper)
{
    if (pthread_create(&keeper->thread, NULL, run, keeper) != 0)
        abort();
    keeper->is_running = true;
}

void sg_keeper_stop(struct sg_keeper *keeper)
{
    if (!keeper->is_running)
        return;
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->is_stopping = true;
    (void)pthread_cond_signal(&keeper->work);
    (void)pthread_mutex_unlock(&keeper->lock);
    (void)pthread_join(keeper->thread, NULL);
    keeper->is_running = false;
}

/* --- on the loop's thread --- */

void sg_keeper_collect(struct sg_keeper *keeper, void (*take_batch)(void *owner, struct sg_batch *),
                       void *owner)
{
    uint64_t count;

    if (read(keeper->event_fd, &count, sizeof count) < 0) {
        /* nothing new, or a test's step without a wake: look all the same */
    }
    (void)pthread_mutex_lock(&keeper->lock);
    struct sg_queue ended = keeper->ended;
    struct sg_batch *batches = keeper->batches;

    keeper->ended = (struct sg_queue){0};
    keeper->batches = keeper->last_batch = NULL;
    (void)pthread_mutex_unlock(&keeper->lock);
    sg_queue_end(ended);
    for (struct sg_batch *batch = batches, *next; batch != NULL; batch = next) {
        next = batch->next;
        take_batch(owner, batch);
    }
}

void sg_batch_release(struct sg_batch *batch)
{
    if (--batch->held == 0)
        sg_arena_free(batch->arena);
}
