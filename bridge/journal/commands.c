/* What people ask for, carried out: each command once, each delivery done or refused in a sentence. */
#include <assert.h>

#include "base/buffer.h"
#include "journal/pauses.h"
#include "journal/tasks.h"

const char *sg_command_kind_name(enum sg_command_kind kind)
{
    static const char *const names[SG_COMMAND_KINDS] = {
        [SG_COMMAND_REPLAY] = "replay",   [SG_COMMAND_SEND] = "send",
        [SG_COMMAND_DISCARD] = "discard", [SG_COMMAND_RESOLVE] = "resolve",
        [SG_COMMAND_PAUSE] = "pause",     [SG_COMMAND_RESUME] = "resume",
        [SG_COMMAND_UNMASK] = "unmask",   [SG_COMMAND_RELOAD] = "reload",
    };

    return names[kind];
}

static enum sg_delivery_state state_of(struct sg_str name)
{
    int state = SG_DELIVERY_PENDING;

    while (state < SG_DELIVERY_DISCARDED &&
           !sg_str_is(name, sg_delivery_state_name((enum sg_delivery_state)state)))
        state++;
    return (enum sg_delivery_state)state;
}

/* --- what it names --- */

bool sg_task_find(struct sg_task *task, int64_t id, struct sg_named *out, bool *is_there,
                  struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    sqlite3_stmt *row = SG_SQL_BIND(&task->state->sql, SG_SQL_COMMANDED, SG_V_NUMBER(id));

    if (!sg_sql_row(&task->state->sql, row, is_there, err))
        return false;
    if (!*is_there)
        return true;
    *out = (struct sg_named){.id = id,
                             .state = state_of(sg_sql_text(row, 0)),
                             .lane = sg_str_copy(arena, sg_sql_text(row, 1)),
                             .target = sg_str_copy(arena, sg_sql_text(row, 2)),
                             .ticket = sg_str_copy(arena, sg_sql_text(row, 3)),
                             .round = sg_sql_number(row, 4),
                             .mapping = sg_str_copy(arena, sg_sql_text(row, 5)),
                             .is_in_doubt = sg_sql_number(row, 6) != 0,
                             .seq = sg_sql_number(row, 7),
                             .step = sg_sql_number(row, 8),
                             .wait_key = sg_str_copy(arena, sg_sql_text(row, 9)),
                             .reason = sg_str_copy(arena, sg_sql_text(row, 10)),
                             .event = sg_sql_number(row, 11),
                             .wait_ms = sg_sql_number(row, 12),
                             .is_record_gone = sg_sql_number(row, 13) != 0,
                             .system = sg_str_copy(arena, sg_sql_text(row, 14))};
    sg_sql_done(row);
    return true;
}

bool sg_task_who_was_it(struct sg_task *task, int64_t id, struct sg_str *text, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&task->state->sql, SG_SQL_ACT_LAST, SG_V_NUMBER(id));
    bool is_there = false;

    *text = SG_STR("");
    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    *text = sg_str_format(task->state->arena, " (%.*s by %.*s)", SG_STR_ARG(sg_sql_text(row, 0)),
                          SG_STR_ARG(sg_sql_text(row, 1)));
    sg_sql_done(row);
    return true;
}

bool sg_task_keep_act(struct sg_task *task, const struct sg_named *it, struct sg_str refused,
                      struct sg_error *err)
{
    if (refused.length > 0) {
        if (task->refused++ == 0)
            task->why = sg_str_format(task->state->arena, "delivery %lld: %.*s", (long long)it->id,
                                      SG_STR_ARG(refused));
    } else {
        task->done++;
    }
    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_ACT_ADD, SG_V_NUMBER(it->id),
                      SG_V_TEXT(task->command->id), sg_sql_text_or_null(refused),
                      sg_sql_text_or_null(it->reason));
}

bool sg_task_begin_anew(struct sg_task *task, const struct sg_named *it,
                        struct sg_sql_value not_before, struct sg_error *err)
{
    return sg_state_keep_request(task->state, it->id, SG_STR(""), err) &&
           SG_SQL_RUN(&task->state->sql, err, SG_SQL_REPLAY, SG_V_NUMBER(it->id), not_before,
                      SG_V_NUMBER(task->state->now_ms + it->wait_ms), SG_V_TEXT(it->system));
}

/* What the target has after a call in doubt is not known to the byte: nothing is unchanged to it. */
static bool forget_shadows(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_SHADOWS_CLEAR, SG_V_TEXT(it->ticket),
                      SG_V_TEXT(it->target));
}

/* Whether this command has done it already, or refused it: it may be named twice. */
static bool is_seen_to(struct sg_task *task, int64_t id, bool *is_there, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&task->state->sql, SG_SQL_ACT_FIND, SG_V_NUMBER(id),
                                    SG_V_TEXT(task->command->id));

    if (!sg_sql_row(&task->state->sql, row, is_there, err))
        return false;
    if (*is_there)
        sg_sql_done(row);
    return true;
}

/* --- discard --- */

static bool give_up(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    return sg_state_end(task->state,
                        &(struct sg_ending){.delivery = it->id,
                                            .state = SG_DELIVERY_DISCARDED,
                                            .reason = task->command->why,
                                            .clears_shadows = true},
                        err) &&
           (!it->is_in_doubt || forget_shadows(task, it, err));
}

/* One that somebody else sent again after this command's author looked at it: not to be lost. */
static bool refuse_if_sent_since(struct sg_task *task, const struct sg_named *it,
                                 struct sg_str *refused, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&task->state->sql, SG_SQL_ACT_LAST, SG_V_NUMBER(it->id));
    bool is_there = false;

    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    if (sg_sql_number(row, 2) >= task->command->at)
        *refused = sg_str_format(task->state->arena,
                                 "it is on its way since you asked (%.*s by %.*s): ask again to "
                                 "discard it all the same",
                                 SG_STR_ARG(sg_sql_text(row, 0)), SG_STR_ARG(sg_sql_text(row, 1)));
    sg_sql_done(row);
    return true;
}

static bool refuse_discard(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                           struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    struct sg_str who;

    if (it->state == SG_DELIVERY_PENDING)
        return refuse_if_sent_since(task, it, refused, err);
    if (it->state == SG_DELIVERY_UNKNOWN) {
        *refused = sg_str_format(arena,
                                 "it may have been done, and is being looked up: say what is true, "
                                 "by `sgbridge resolve %lld --done ID` or `--not-done`",
                                 (long long)it->id);
    } else if (it->state >= SG_DELIVERY_DELIVERED) {
        if (!sg_task_who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(arena, "it has ended already: %s%.*s",
                                 sg_delivery_state_name(it->state), SG_STR_ARG(who));
    }
    return true;
}

static bool discard_one(struct sg_task *task, const struct sg_named *it, bool *is_refused,
                        struct sg_error *err)
{
    struct sg_str refused = SG_STR("");

    if (!refuse_discard(task, it, &refused, err))
        return false;
    *is_refused = refused.length > 0;
    if (!*is_refused && !give_up(task, it, err))
        return false;
    return sg_task_keep_act(task, it, refused, err);
}

/* Numbers are read before anything is written. */
static bool discard_rest(struct sg_task *task, const struct sg_named *first, struct sg_error *err)
{
    struct sg_state *state = task->state;
    struct sg_buffer ids = {.arena = state->arena};
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LANE_REST, SG_V_TEXT(first->lane),
                                    SG_V_NUMBER(first->seq), SG_V_NUMBER(first->step));
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(&state->sql, row, &is_there, err))
            return false;
        const int64_t id = is_there ? sg_sql_number(row, 0) : 0;
        if (is_there)
            sg_buffer_add(&ids, (struct sg_str){(const char *)&id, sizeof id});
    }
    struct sg_str all = sg_buffer_text(&ids);
    for (size_t at = 0; at < all.length; at += sizeof(int64_t)) {
        struct sg_named it;
        bool is_seen = false, is_refused = false;
        int64_t id;

        memcpy(&id, all.at + at, sizeof id);
        if (!is_seen_to(task, id, &is_seen, err) || !sg_task_find(task, id, &it, &is_there, err) ||
            (is_there && !is_seen && !discard_one(task, &it, &is_refused, err)))
            return false;
    }
    return true;
}

static bool discard(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    bool is_refused = false;

    return discard_one(task, it, &is_refused, err) &&
           (!task->command->with_rest || is_refused || discard_rest(task, it, err));
}

/* --- resolve --- */

/* A foreign id that cannot be this delivery's: nothing is changed for a slip of the hand. */
static bool refuse_link(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                        struct sg_error *err)
{
    struct sg_state *state = task->state;
    struct sg_str id = task->command->foreign_id;
    bool is_there = false;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_OF_ROUND, SG_V_TEXT(it->ticket),
                                    SG_V_NUMBER(it->round), SG_V_TEXT(it->target));

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    const bool is_ours = is_there && sg_str_equal(sg_sql_text(row, 0), id);
    if (is_there && !is_ours)
        *refused = sg_str_format(state->arena, "this round is linked to %.*s",
                                 SG_STR_ARG(sg_sql_text(row, 0)));
    if (is_there)
        sg_sql_done(row);
    if (is_ours)
        return true;
    row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_FIND, SG_V_TEXT(it->target), SG_V_TEXT(id));
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    *refused =
        sg_str_format(state->arena, "%.*s is linked to ticket %.*s, round %lld", SG_STR_ARG(id),
                      SG_STR_ARG(sg_sql_text(row, 0)), (long long)sg_sql_number(row, 1));
    sg_sql_done(row);
    return true;
}

static bool refuse_resolve(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                           struct sg_error *err)
{
    const struct sg_route *route = sg_state_find_route(task->state, it->mapping);
    struct sg_str who;

    if (it->state != SG_DELIVERY_UNKNOWN && !(it->state == SG_DELIVERY_FAILED && it->is_in_doubt)) {
        if (!sg_task_who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(task->state->arena, "nothing about it is in doubt: it is %s%.*s",
                                 sg_delivery_state_name(it->state), SG_STR_ARG(who));
    } else if (route == NULL) {
        *refused = sg_str_format(task->state->arena, "its mapping %.*s is not in force",
                                 SG_STR_ARG(it->mapping));
    } else if (task->command->was_done && task->command->foreign_id.length == 0) {
        *refused = sg_str_format(task->state->arena, "what %.*s calls it is missing: `--done ID`",
                                 SG_STR_ARG(it->target));
    } else if (task->command->was_done && route->opens_link) {
        return refuse_link(task, it, refused, err);
    }
    return true;
}

static bool end_resolved(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    const struct sg_command *command = task->command;
    struct sg_state *state = task->state;
    struct sg_ending ending = {.delivery = it->id,
                               .state = SG_DELIVERY_PENDING,
                               .next_at = state->now_ms,
                               .moves_key = true,
                               .clears_shadows = true};

    if (command->was_done) {
        ending.state = SG_DELIVERY_DELIVERED;
        ending.reason =
            sg_str_format(state->arena, "done, as %.*s: a person's word", /* whose: in the act */
                          SG_STR_ARG(command->foreign_id));
        if (sg_state_find_route(state, it->mapping)->opens_link)
            ending.link_id = command->foreign_id;
    }
    return sg_state_end(state, &ending, err) && forget_shadows(task, it, err) &&
           (command->was_done || sg_task_begin_anew(task, it, SG_V_NULL, err));
}

static bool resolve(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    struct sg_str refused = SG_STR("");

    if (!refuse_resolve(task, it, &refused, err))
        return false;
    if (refused.length == 0 && !end_resolved(task, it, err))
        return false;
    return sg_task_keep_act(task, it, refused, err);
}

/* --- the command --- */

static bool note_act(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    return sg_task_keep_act(task, it, SG_STR(""), err);
}

static bool for_each_delivery(struct sg_task *task,
                              bool (*act)(struct sg_task *, const struct sg_named *,
                                          struct sg_error *),
                              struct sg_error *err)
{
    for (size_t d = 0; d < task->command->count; d++) {
        const int64_t id = task->command->deliveries[d];
        struct sg_named it;
        bool is_there = false, is_seen = false;

        if (!is_seen_to(task, id, &is_seen, err) || !sg_task_find(task, id, &it, &is_there, err) ||
            (is_there && !is_seen && !act(task, &it, err)))
            return false;
        if (!is_there) {
            task->refused++;
            task->said =
                sg_str_format(task->state->arena, "there is no delivery %lld", (long long)id);
        }
    }
    return true;
}

static bool hold_or_let_go(struct sg_task *task, struct sg_error *err)
{
    if (!sg_pauses_obey(task->state, task->command, &task->said, err))
        return false;
    task->refused = task->said.length > 0;
    task->done = !task->refused;
    return true;
}

static bool carry_out(struct sg_task *task, bool *is_put_off, struct sg_error *err)
{
    switch (task->command->kind) {
    case SG_COMMAND_REPLAY:
        return sg_replay_begin_pace(task, err) && for_each_delivery(task, sg_replay, err);
    case SG_COMMAND_SEND:
        return sg_replay_begin_pace(task, err) && sg_replay_send_events(task, err);
    case SG_COMMAND_DISCARD:
        return for_each_delivery(task, discard, err);
    case SG_COMMAND_RESOLVE:
        return for_each_delivery(task, resolve, err);
    case SG_COMMAND_PAUSE:
    case SG_COMMAND_RESUME:
        return hold_or_let_go(task, err);
    case SG_COMMAND_UNMASK:
        return for_each_delivery(task, note_act, err);
    case SG_COMMAND_RELOAD:
        return sg_drop(task, is_put_off, err);
    }
    return true;
}

static bool keep_command(const struct sg_task *task, struct sg_error *err)
{
    const struct sg_command *command = task->command;

    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_COMMAND_ADD, SG_V_TEXT(command->id),
                      SG_V_TEXT(sg_str_of(sg_command_kind_name(command->kind))),
                      SG_V_TEXT(command->who), SG_V_NUMBER(command->at),
                      SG_V_NUMBER(task->state->now_ms), SG_V_TEXT(command->why),
                      SG_V_NUMBER(task->done), SG_V_NUMBER(task->refused),
                      SG_V_NUMBER(task->turn_us - command->spacing_us), SG_V_TEXT(task->said));
}

/* Whether a call of it is under way, whose end is not to be thrown away. */
static bool is_under_way(struct sg_task *task, bool *busy, struct sg_error *err)
{
    const struct sg_command *command = task->command;

    *busy = false;
    if (command->kind != SG_COMMAND_DISCARD && command->kind != SG_COMMAND_RESOLVE)
        return true;
    for (size_t d = 0; d < command->count && !*busy; d++) {
        struct sg_named it;
        bool is_there = false;

        *busy = sg_state_find_taken(task->state, command->deliveries[d]) != NULL;
        if (*busy || !command->with_rest)
            continue;
        if (!sg_task_find(task, command->deliveries[d], &it, &is_there, err))
            return false;
        *busy = is_there && sg_state_is_lane_taken(task->state, it.lane);
    }
    return true;
}

static bool is_known(struct sg_task *task, bool *known, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_COMMAND_FIND, SG_V_TEXT(task->command->id));

    if (!sg_sql_row(&task->state->sql, row, known, err))
        return false;
    if (*known) {
        task->done = sg_sql_number(row, 1);
        task->refused = sg_sql_number(row, 2);
        task->said = sg_str_copy(task->state->arena, sg_sql_text(row, 3));
    }
    sg_sql_done(row);
    return true;
}

static bool obey(struct sg_task *task, bool *is_put_off, struct sg_error *err)
{
    bool known = false;

    if (!is_known(task, &known, err))
        return false;
    if (known)
        return true;
    if (!is_under_way(task, is_put_off, err))
        return false;
    if (*is_put_off)
        return true;
    return carry_out(task, is_put_off, err) && (*is_put_off || keep_command(task, err));
}

bool sg_state_obey(struct sg_state *state, const struct sg_command *command, struct sg_obeyed *out,
                   struct sg_error *err)
{
    struct sg_task task = {.state = state, .command = command};

    assert(state->is_begun);
    *out = (struct sg_obeyed){0};
    if (!obey(&task, &out->is_put_off, err))
        return false;
    out->done = task.done;
    out->refused = task.refused;
    if (task.refused > 0)
        out->why = task.why.length > 0 ? task.why : task.said;
    return true;
}

bool sg_state_note_command(struct sg_state *state, const struct sg_command *command, bool is_done,
                           struct sg_str said, struct sg_error *err)
{
    const struct sg_task task = {
        .state = state, .command = command, .done = is_done, .refused = !is_done, .said = said};
    struct sg_task find_task = task;
    bool known = false;

    assert(state->is_begun);
    return is_known(&find_task, &known, err) && (known || keep_command(&task, err));
}
