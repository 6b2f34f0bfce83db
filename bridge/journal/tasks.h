/**
 * A command while it is carried out: shared by the files that do so. Each delivery that it names is
 * done, or refused in a sentence, which is kept as an act.
 */
#ifndef SG_JOURNAL_TASKS_H
#define SG_JOURNAL_TASKS_H

#include "journal/state.h"

/* A command on its way. */
struct sg_task {
    struct sg_state *state;
    const struct sg_command *command;
    int64_t done, refused;
    int64_t turn_us; /* of the next delivery, when they are paced */
    struct sg_str said;
    struct sg_str why; /* of the first that was refused, where it is an act */
};

/* A delivery that it names, as it was before. */
struct sg_named {
    int64_t id;
    enum sg_delivery_state state;
    struct sg_str lane, target, ticket, mapping, wait_key, reason;
    int64_t round, seq, step, event, wait_ms;
    struct sg_str system; /* of its event */
    bool is_in_doubt, is_record_gone;
};

/** Reads a delivery as it is now; `*is_there` false: there is none of this id. */
SG_MUST_USE bool sg_task_find(struct sg_task *task, int64_t id, struct sg_named *out,
                              bool *is_there, struct sg_error *err);

/** ` (discard by sara)`, or "" when nobody did anything to it before. */
SG_MUST_USE bool sg_task_who_was_it(struct sg_task *task, int64_t id, struct sg_str *text,
                                    struct sg_error *err);

/** Writes what came of it for one delivery: `refused` "" when it was done. */
SG_MUST_USE bool sg_task_keep_act(struct sg_task *task, const struct sg_named *it,
                                  struct sg_str refused, struct sg_error *err);

/**
 * Makes the row one that has just come, whose attempts alone are kept. `not_before`: its turn, or
 * NULL for at once.
 */
SG_MUST_USE bool sg_task_begin_anew(struct sg_task *task, const struct sg_named *it,
                                    struct sg_sql_value not_before, struct sg_error *err);

/* --- replays.c --- */

/** Goes on with the pace of the command before it, or begins one. */
SG_MUST_USE bool sg_replay_begin_pace(struct sg_task *task, struct sg_error *err);

/** SG_COMMAND_REPLAY, of one delivery. */
SG_MUST_USE bool sg_replay(struct sg_task *task, const struct sg_named *it, struct sg_error *err);

/** SG_COMMAND_SEND, whole. */
SG_MUST_USE bool sg_replay_send_events(struct sg_task *task, struct sg_error *err);

/* --- drop.c --- */

/**
 * SG_COMMAND_RELOAD with `drop`: fails what waits for a mapping that is not in force. `*is_left`:
 * there is more, or a call of one is under way.
 */
SG_MUST_USE bool sg_drop(struct sg_task *task, bool *is_left, struct sg_error *err);

#endif
