/** What every test of the journal's contract stands on: a fresh journal of the kind under test, and
 * its events, takes and ends in a line each. It speaks through the contract and the view alone. */
#ifndef SG_TESTS_STAGE_H
#define SG_TESTS_STAGE_H

#include "base/buffer.h"
#include "journal/view.h"
#include "sgbridge/journal.h"
#include "unit.h"

/** 2026-07-01T04:30:00Z. */
#define STAGE_START_MS INT64_C(1782880200000)
#define STAGE_HOUR_MS  INT64_C(3600000)
#define STAGE_DAY_MS   INT64_C(86400000)

struct stage;

/** A kind of journal as the suite needs it; all there are stand in one table. */
struct stage_kind {
    const char *name;
    const struct sg_journal_kind *kind;
    /** Makes room for a journal that is new and empty: fills the stage's settings. */
    void (*make)(struct stage *stage);
    /** Leaves the journal as a process that was killed leaves it; closes it for this process. */
    void (*crash)(struct stage *stage);
    /** Takes away what `make` made, the journal being closed. */
    void (*clean)(struct stage *stage);
};

/** NULL when there is none of that name. */
const struct stage_kind *sg_stage_find_kind(const char *name);

/** One test's. `now_ms` is the clock, which a test moves as it likes. */
struct stage {
    const struct stage_kind *kind;
    struct sg_arena *arena;
    struct sg_journal *journal;
    struct sg_journal_settings settings;
    char dir[32];
    int64_t now_ms;
    bool is_begun;
    int commands; /* asked for so far: each has another id */
};

/** A row of a group of tests; `kind` is what the group was given, and comes to sg_stage_set_up(). */
#define STAGE_TEST(test, kind) \
    cmocka_unit_test_prestate_setup_teardown(test, sg_stage_set_up, sg_stage_tear_down, kind)

/** What is passed to the groups: which kind they are about. */
struct stage_choice {
    const struct stage_kind *kind;
};

/** The groups, a file each; each gives how many of its tests failed. */
int sg_capture_tests(struct stage_choice *kind);
int sg_commands_tests(struct stage_choice *kind);
int sg_drop_tests(struct stage_choice *kind);
int sg_handed_on_tests(struct stage_choice *kind);
int sg_lanes_tests(struct stage_choice *kind);
int sg_links_tests(struct stage_choice *kind);
int sg_notes_tests(struct stage_choice *kind);
int sg_opening_tests(struct stage_choice *kind);
int sg_outcome_tests(struct stage_choice *kind);
int sg_past_tests(struct stage_choice *kind);
int sg_pauses_tests(struct stage_choice *kind);
int sg_rounds_tests(struct stage_choice *kind);
int sg_shadows_tests(struct stage_choice *kind);
int sg_sweep_tests(struct stage_choice *kind);
int sg_transaction_tests(struct stage_choice *kind);
int sg_verdicts_tests(struct stage_choice *kind);

/** A new journal, with the routes `create-case` and `response-to-ticket`. */
int sg_stage_set_up(void **state);
/** Also checks promise 1's sum, all in all and day by day. */
int sg_stage_tear_down(void **state);
/** Both, between two rows of a test's table: another new journal of the same kind. */
void sg_stage_renew(void **state);

void sg_stage_open(struct stage *stage);
/** What is not committed is gone. */
void sg_stage_crash_and_open(struct stage *stage);

/**
 * Names of routes, with a space between: `create-case` (opens the link) and `cancel-case` (wants its shadow) from
 * saja.ticket to GAM, `note-ticket` from it back to SAJA (wants its shadow), `response-to-ticket`
 * and `acknowledge` from gam.response to SAJA and GAM.
 */
void sg_stage_set_routes(struct stage *stage, const char *names);

/* --- in a transaction that is open, or else in one of their own --- */

void sg_stage_begin(struct stage *stage);
void sg_stage_commit(struct stage *stage);
void sg_stage_rollback(struct stage *stage);

/** An event, by what a test cares for; the rest is made up. */
struct stage_event {
    const char *key;       /* of the ticket: the event is a saja.ticket */
    const char *link;      /* or the case's number: it is a gam.response */
    const char *record;    /* another record of that system */
    const char *id;        /* of the record: `key`, or `link` and "-1" */
    const char *version;   /* declared, and opaque */
    int64_t time, number;  /* declared, a time or a number */
    const char *content;   /* its body; the version or `id` when there is none */
    const char *round;     /* "" */
    const char *problem;   /* "" */
    const char *shape;     /* "" */
    int64_t wait_ms;       /* 24 h */
    bool skips_after_wait; /* else it fails */
    bool is_own;
    size_t size; /* a stub: nothing is left but its size and hash */
};
enum sg_captured sg_stage_capture(struct stage *stage, const struct stage_event *from);
#define CAPTURE(stage, ...) sg_stage_capture(stage, &(struct stage_event){__VA_ARGS__})

/** Up to `limit` of the deliveries that may go to `target` now. */
size_t sg_stage_take_some(struct stage *stage, const char *target, size_t limit,
                          struct sg_delivery **deliveries);
/** The one delivery that may go to `target` now; fails the test when there is none, or another. */
struct sg_delivery *sg_stage_take(struct stage *stage, const char *target);
/** All that may go, taken: "CONTENT>MAPPING, …". */
const char *sg_stage_takes(struct stage *stage, const char *target);

/** `END(stage, delivery, .state = SG_DELIVERY_FAILED, .reason = …)` */
void sg_stage_end(struct stage *stage, const struct sg_ending *ending);
#define END(stage, of, ...) \
    sg_stage_end(stage, &(struct sg_ending){.delivery = (of)->id, __VA_ARGS__})
/** `delivered` by one call; `link_id` is what it made, or "". */
void sg_stage_deliver(struct stage *stage, const struct sg_delivery *delivery, const char *link_id);
/** Takes the one that may go to `target`, and ends it `failed` by one call. */
struct sg_delivery *sg_stage_take_and_fail(struct stage *stage, const char *target,
                                           const char *reason);
/** Takes and delivers the one that may go to `target`. */
void sg_stage_take_and_deliver(struct stage *stage, const char *target, const char *link_id);

void sg_stage_intend(struct stage *stage, const struct sg_delivery *delivery, const char *request);

/* --- what people ask for --- */

/**
 * Asks for it, by `sara` and now unless the command says otherwise. Gives what it was refused for,
 * as below, or "put off" when a call is under way.
 */
const char *sg_stage_obey(struct stage *stage, const struct sg_command *command);
/** `ASK(stage, REPLAY, OF(delivery->id), .again = true)` */
#define ASK(stage, what, ...) \
    sg_stage_obey(stage, &(struct sg_command){.kind = SG_COMMAND_##what, __VA_ARGS__})
#define OF(id) .deliveries = &(const int64_t){id}, .count = 1

/** What a command was refused for, "; " between, and what is said of all of it; "": it was done. */
const char *sg_stage_refusals(struct stage *stage, struct sg_str command);

/* --- what people see --- */

/**
 * The answer's rows, "; " between, of each the columns that `columns` names by a digit ('a' is the
 * tenth), a space between. Lives until the test ends.
 */
const char *sg_stage_view(struct stage *stage, enum sg_view_question question, const char *ticket,
                          const char *columns);

/** "MAPPING STATE REASON; …" of a ticket, in the order of its lanes. */
const char *sg_stage_deliveries(struct stage *stage, const char *ticket);

/** A counter of SG_VIEW_TOTALS, or of SG_VIEW_OPEN: "taken in", "repeats", "failed", … */
int64_t sg_stage_count(struct stage *stage, const char *what);

/** When the next delivery becomes due. */
int64_t sg_stage_next_due(struct stage *stage);

/** Takes away what its time is over, as an idle daemon does; how many rows. */
size_t sg_stage_sweep(struct stage *stage);

#endif
