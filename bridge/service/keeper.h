/**
 * The journal's thread: the only one that touches the journal. Other threads hand it commands; it
 * commits all that are queued at once, so that the disk's sync makes the batch.
 */
#ifndef SG_SERVICE_KEEPER_H
#define SG_SERVICE_KEEPER_H

#include "sgbridge/journal.h"

struct sg_keeper;
struct sg_command;

enum sg_command_kind {
    SG_COMMAND_CAPTURE, /* events, and the cursor that goes with them */
    SG_COMMAND_CURSOR,  /* reads a cursor into `arena` */
    SG_COMMAND_INTEND,
    SG_COMMAND_END,
    SG_COMMAND_ALARM,
    SG_COMMAND_CONTACT,
    SG_COMMAND_FACT,
    SG_COMMAND_ROUTES, /* refused, naming them, when mappings with open deliveries would go */
};

typedef void sg_command_done_fn(struct sg_command *command);

/**
 * One change, applied whole. The caller owns it and all it points to until `done` was called, which
 * is when it is durable, or was refused (`is_ok` false, `err` says why).
 */
struct sg_command {
    enum sg_command_kind kind;
    bool is_ok;
    bool is_done_here; /* `done` is called on the journal's thread, not by sg_keeper_collect() */
    union {
        struct {
            const struct sg_event *events;
            size_t count, repeats; /* `repeats`: how many were known already; set for `done` */
            struct sg_str system, record, cursor;
            bool has_cursor;
        } capture;
        struct {
            struct sg_arena *arena;
            struct sg_str system, record, text;
        } cursor;
        struct {
            int64_t delivery, sent_at;
            struct sg_str request;
        } intend;
        struct sg_ending ending;
        struct {
            const char *name;
            struct sg_str system, words;
        } alarm;
        struct sg_contact contact;
        struct {
            const char *name;
            struct sg_str value;
        } fact;
        struct {
            const struct sg_route *routes;
            size_t count;
        } routes;
    } as;
    struct sg_error err;
    sg_command_done_fn *done; /* may be NULL */
    void *owner;
    struct sg_command *next;
};

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

/** Hands a command over. Any thread. */
void sg_keeper_submit(struct sg_keeper *keeper, struct sg_command *command);

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

/** Readable when there is something to collect. */
int sg_keeper_fd(const struct sg_keeper *keeper);

/** Calls `done` of commands that ended, and `take` for each batch, in order. The loop's thread. */
void sg_keeper_collect(struct sg_keeper *keeper, void (*take)(void *owner, struct sg_batch *batch),
                       void *owner);

/** One delivery of the batch less; the last one frees it. */
void sg_batch_release(struct sg_batch *batch);

#endif
