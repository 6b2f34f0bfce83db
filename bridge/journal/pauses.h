/**
 * What people hold back. A delivery that a pause holds keeps its lane's turn, but is due at a time
 * that never comes and names the pause: so that what a long pause held back is neither looked at
 * again and again, nor looked for when the pause ends.
 */
#ifndef SG_JOURNAL_PAUSES_H
#define SG_JOURNAL_PAUSES_H

#include "journal/state.h"

/** What is known of a delivery that may be held back. */
struct sg_pausable {
    struct sg_str system; /* of its event */
    struct sg_str target, mapping, ticket;
};

/** The pause that holds the delivery back, or NULL. */
const struct sg_pause *sg_pause_of(const struct sg_state *state,
                                   const struct sg_pausable *delivery);

/** Whether nothing may be sent to the system, nor asked of it. */
bool sg_pause_is_system_paused(const struct sg_state *state, struct sg_str system);

/** When a delivery that it holds back is due: never, until it is let go. */
int64_t sg_pause_due(const struct sg_pause *pause);
bool sg_pause_is_never(int64_t due_ms);

/** Reads them, if they are not known. */
SG_MUST_USE bool sg_pauses_read(struct sg_state *state, struct sg_error *err);

/** Ends those whose time is over, and lets go some of what ended ones held back. At begin. */
SG_MUST_USE bool sg_pauses_expire(struct sg_state *state, struct sg_error *err);

/** When the next begin has something to do for them; INT64_MAX if nothing. */
int64_t sg_pauses_next_ms(const struct sg_state *state, int64_t now_ms);

/** Those of whole systems, in the arena. */
SG_MUST_USE bool sg_pauses_systems(struct sg_state *state, struct sg_arena *arena,
                                   struct sg_paused_system **out, size_t *count,
                                   struct sg_error *err);

/** Carries PAUSE or RESUME out; `*refused` says in a sentence why not, else it is "". */
SG_MUST_USE bool sg_pauses_obey(struct sg_state *state, const struct sg_command *command,
                                struct sg_str *refused, struct sg_error *err);

#endif
