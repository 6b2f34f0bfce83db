/**
 * The state: what the journal knows, in SQLite, the same on every kind of journal. A kind gives it
 * the connection and says when a transaction begins and ends; it does all between.
 */
#ifndef SG_JOURNAL_STATE_H
#define SG_JOURNAL_STATE_H

#include <sqlite3.h>

#include "journal/sql.h"
#include "journal/statements.h"
#include "sgbridge/command.h"
#include "sgbridge/journal.h"

/**
 * A delivery that was given out: not given again before its end is durable. What does not change
 * meanwhile is kept, so that its end need not look for it.
 */
struct sg_taken {
    int64_t id, round, day;
    struct sg_str lane, target, ticket, mapping;
    struct sg_str source, system; /* "saja.ticket", "saja" */
    char *texts;                  /* where all of them lie */
    bool has_request;             /* one may be kept, of an earlier call or of that under way */
    bool is_new;                  /* taken since begin: a rollback lets it go */
    bool is_ending; /* ended since begin: the commit lets it go, a rollback keeps it */
};

/** What take saw and may not write, being asked outside of a transaction; the next begin does. */
struct sg_put_off {
    int64_t id, until; /* not before then; 0: it is not its lane's turn */
};

/** What people hold back; see sg_pause_*(). */
struct sg_pause {
    int64_t id;
    enum sg_pause_scope scope;
    struct sg_str name;
    int64_t until; /* 0: until it is resumed */
    bool is_over;  /* what it held back is being let go */
};

/** A counter raised in this transaction; one row a counter is written at its end. */
struct sg_tally {
    int64_t day;
    struct sg_str source, mapping;
    const char *what;
    int64_t n;
};

/** One thread's, as the journal is. */
struct sg_state {
    struct sg_sql sql;
    int64_t day_offset_ms, keep_ms;
    struct sg_arena *routes_arena;
    struct sg_route *routes; /* in the order of their steps */
    size_t route_count;

    struct sg_taken *taken; /* as many as there are calls at once */
    size_t taken_count, taken_room;
    struct sg_put_off *put_off;
    size_t put_off_count, put_off_room;

    struct sg_arena *pauses_arena;
    struct sg_pause *pauses;
    size_t pause_count;
    bool are_pauses_known; /* else they are read when they are next looked at */

    bool is_begun; /* what follows is the transaction's */
    int64_t now_ms, next_seq, next_id;
    struct sg_arena *arena;
    struct sg_tally *tallies;
    size_t tally_count, tally_room;
};

/** Prepares all statements on `db`, whose schema is checked; the connection stays the caller's. */
SG_MUST_USE bool sg_state_open(struct sg_state *state, sqlite3 *db,
                               const struct sg_journal_settings *settings, struct sg_error *err);
void sg_state_close(struct sg_state *state);

/**
 * Every `unknown` is due before all else, and nothing is taken: asked once, in a transaction, by who
 * takes over.
 */
SG_MUST_USE bool sg_state_recover(struct sg_state *state, struct sg_error *err);

/** After BEGIN. Ends what waited too long for its link. */
SG_MUST_USE bool sg_state_begin(struct sg_state *state, int64_t now_ms, struct sg_error *err);
/** Before COMMIT. Fails if any step since begin did, for SQLite may have undone all of them. */
SG_MUST_USE bool sg_state_flush(struct sg_state *state, struct sg_error *err);
/** After COMMIT or ROLLBACK. */
void sg_state_committed(struct sg_state *state);
void sg_state_rolled_back(struct sg_state *state);

int64_t sg_state_day(const struct sg_state *state);

/** "saja.ticket": a record, as counters have it. */
struct sg_str sg_state_source(struct sg_arena *arena, struct sg_str system, struct sg_str record);

/** Raises a counter; the texts are copied. */
void sg_state_count(struct sg_state *state, const struct sg_tally *tally);

/** The taken delivery, or NULL. */
struct sg_taken *sg_state_find_taken(struct sg_state *state, int64_t id);
bool sg_state_is_lane_taken(const struct sg_state *state, struct sg_str lane);
/** Its id, numbers and texts, which are copied; the rest is set here. */
void sg_state_add_taken(struct sg_state *state, const struct sg_taken *taken);

/** Remembers for the next begin: not much more than SG_STATE_PUT_OFF_MAX, which are then written. */
enum { SG_STATE_PUT_OFF_MAX = 500 };
void sg_state_put_off(struct sg_state *state, int64_t id, int64_t until);
bool sg_state_is_put_off(const struct sg_state *state, int64_t id, int64_t now_ms);

/** The route of a mapping, or NULL when it is not in force. */
const struct sg_route *sg_state_find_route(const struct sg_state *state, struct sg_str mapping);

/* The steps, each a file: the contract's functions of the same names say what they do. */
SG_MUST_USE bool sg_state_capture(struct sg_state *state, const struct sg_event *event,
                                  enum sg_captured *what, struct sg_error *err);
SG_MUST_USE bool sg_state_find_captured(struct sg_state *state, struct sg_str system,
                                        struct sg_str record, struct sg_sighting *seen,
                                        size_t count, struct sg_error *err);
SG_MUST_USE bool sg_state_take(struct sg_state *state, struct sg_arena *arena,
                               const struct sg_take *wanted, struct sg_delivery **out,
                               size_t *count, struct sg_error *err);
/** A delivery that is looked at, not taken; `route` is that of its mapping, or NULL. */
struct sg_looked_at {
    int64_t delivery, now_ms;
    const struct sg_route *route;
};
SG_MUST_USE bool sg_state_look(struct sg_state *state, struct sg_arena *arena,
                               const struct sg_looked_at *it, struct sg_delivery *out,
                               bool *is_there, struct sg_error *err);
/** Of a delivery whose ticket and round are set: the links of that round, and the ticket's latest. */
SG_MUST_USE bool sg_state_read_links(struct sg_state *state, struct sg_arena *arena,
                                     struct sg_delivery *out, struct sg_error *err);
SG_MUST_USE bool sg_state_next_due(struct sg_state *state, int64_t now_ms, int64_t *due_ms,
                                   struct sg_error *err);
/** Keeps what was sent, in place of what was; "" keeps nothing. */
SG_MUST_USE bool sg_state_keep_request(struct sg_state *state, int64_t delivery,
                                       struct sg_str request, struct sg_error *err);
SG_MUST_USE bool sg_state_intend(struct sg_state *state, int64_t delivery, int64_t sent_at,
                                 struct sg_str request, struct sg_error *err);
SG_MUST_USE bool sg_state_obey(struct sg_state *state, const struct sg_command *command,
                               struct sg_obeyed *out, struct sg_error *err);
SG_MUST_USE bool sg_state_note_command(struct sg_state *state, const struct sg_command *command,
                                       bool is_done, struct sg_str said, struct sg_error *err);
SG_MUST_USE bool sg_state_end(struct sg_state *state, const struct sg_ending *ending,
                              struct sg_error *err);
SG_MUST_USE bool sg_state_sweep(struct sg_state *state, int64_t now_ms, size_t limit, size_t *swept,
                                struct sg_error *err);

#endif
