/** What the journal's thread is asked to do, applied whole. */
#ifndef SG_SERVICE_CHANGE_H
#define SG_SERVICE_CHANGE_H

#include "service/drift.h"
#include "sgbridge/journal.h"

struct sg_change;

enum sg_change_kind {
    SG_CHANGE_CAPTURE, /* events, and the cursor that goes with them */
    SG_CHANGE_LOOK,    /* reads which versions of a record have been captured */
    SG_CHANGE_CURSOR,  /* reads a cursor into `arena` */
    SG_CHANGE_INTEND,
    SG_CHANGE_END,
    SG_CHANGE_ALARM,
    SG_CHANGE_CONTACT,
    SG_CHANGE_FACT,
    SG_CHANGE_COMMAND, /* what a person asked for */
    SG_CHANGE_PAUSES,  /* reads into `arena` which systems people hold back */
    SG_CHANGE_CODES,   /* codes that no table names were met */
    SG_CHANGE_ROUTES, /* refused, naming them, when mappings in force with open deliveries would go */
};

typedef void sg_change_done_fn(struct sg_change *change);

/**
 * One change, applied whole. The caller owns it and all it points to until `done` was called, which
 * is when it is durable, or was refused (`is_ok` false, `err` says why).
 */
struct sg_change {
    enum sg_change_kind kind;
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
            struct sg_str system, record;
            struct sg_sighting *seen;
            size_t count;
        } look;
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
            struct sg_arena *arena;
            const struct sg_command *command;
            struct sg_obeyed obeyed; /* set for `done`, in `arena` */
            bool
                is_noted; /* it was carried out elsewhere, or could not be: as `said`, it is kept */
            bool is_done;
            struct sg_str said;
        } command;
        struct {
            struct sg_arena *arena;
            struct sg_paused_system *systems;
            size_t count;
        } pauses;
        struct sg_drift_codes codes;
        struct {
            const struct sg_route *routes;
            size_t count;
            struct sg_catalog *catalog; /* that they are of */
            struct sg_author author;
            bool is_never_refused; /* what is open waits for its mapping, and an alarm says so */
        } routes;
    } as;
    struct sg_error err;
    sg_change_done_fn *done; /* may be NULL */
    void *owner;
    struct sg_change *next;
};

/**
 * Does it, inside a transaction, and shows new events to `drift`. INPUT: refused for what it says, with nothing changed; any other
 * error: the transaction is to be undone.
 */
SG_MUST_USE bool sg_change_apply(struct sg_journal *journal, struct sg_drift_watch *drift,
                                 struct sg_change *change, struct sg_error *err);

#endif
