/** Lanes: whose turn it is, and what waits for a link. */
#ifndef SG_JOURNAL_LANES_H
#define SG_JOURNAL_LANES_H

#include "journal/state.h"

/** `TARGET/TICKET`. */
struct sg_str sg_lane_of_ticket(struct sg_arena *arena, struct sg_str target, struct sg_str ticket);

/** `SYSTEM/ID`: what the deliveries of an event wait for whose link is not known. */
struct sg_str sg_lane_wait_key(struct sg_arena *arena, struct sg_str system, struct sg_str id);

/** `TARGET?SYSTEM/ID`: where they wait. Nothing there has an order, or is ever due. */
struct sg_str sg_lane_of_wait(struct sg_arena *arena, struct sg_str target, struct sg_str wait_key);

/** Makes the first open delivery of the lane due, if it is pending. Nobody else may hold the lane. */
SG_MUST_USE bool sg_lane_advance(struct sg_state *state, struct sg_str lane, struct sg_error *err);

/**
 * The same for a lane that something was put into, or taken out of, in the middle: one that is in
 * flight or unknown keeps the turn until it has ended.
 */
SG_MUST_USE bool sg_lane_settle(struct sg_state *state, struct sg_str lane, struct sg_error *err);

/** A link was made: what waited for it goes into the lanes of its ticket, each in its place. */
SG_MUST_USE bool sg_lane_join(struct sg_state *state, struct sg_str system, struct sg_str id,
                              struct sg_str ticket, int64_t round, struct sg_error *err);

/**
 * Goes from one target with something due, now or later, to the next: "" begins. `*target` is put into
 * the arena; `*is_there` is false after the last.
 */
SG_MUST_USE bool sg_lane_next_target(struct sg_state *state, struct sg_arena *arena,
                                     struct sg_str *target, bool *is_there, struct sg_error *err);

/** Fails or skips what waited too long. */
SG_MUST_USE bool sg_lane_expire(struct sg_state *state, struct sg_error *err);

#endif
