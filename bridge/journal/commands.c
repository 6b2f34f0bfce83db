/* What people ask for, carried out: each command once, each delivery done or refused in a sentence. */
#include <assert.h>

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/pauses.h"
#include "journal/state.h"

enum { US_OF_MS = 1000 };

/* A command on its way. */
struct task {
    struct sg_state *state;
    const struct sg_command *command;
    int64_t done, refused;
    int64_t turn_us; /* of the next delivery, when they are paced */
    struct sg_str said;
};

/* A delivery that it names, as it was before. */
struct named {
    int64_t id;
    enum sg_delivery_state state;
    struct sg_str lane, target, ticket, mapping, wait_key, reason;
    int64_t round, seq, step, event, wait_ms;
    bool is_in_doubt, is_record_gone;
};

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

static struct sg_sql_value text_or_null(struct sg_str text)
{
    return text.length == 0 ? SG_V_NULL : SG_V_TEXT(text);
}

/* --- what it names --- */

static bool find(struct task *task, int64_t id, struct named *out, bool *is_there,
                 struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    sqlite3_stmt *row = SG_SQL_BIND(&task->state->sql, SG_SQL_COMMANDED, SG_V_NUMBER(id));

    if (!sg_sql_row(&task->state->sql, row, is_there, err))
        return false;
    if (!*is_there)
        return true;
    *out = (struct named){.id = id,
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
                          .is_record_gone = sg_sql_number(row, 13) != 0};
    sg_sql_done(row);
    return true;
}

/* ` (discard by sara)`, or "" when nobody did anything to it before. */
static bool who_was_it(struct task *task, int64_t id, struct sg_str *text, struct sg_error *err)
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

/* Writes what came of it for one delivery: `refused` "" when it was done. */
static bool keep_act(struct task *task, const struct named *it, struct sg_str refused,
                     struct sg_error *err)
{
    if (refused.length > 0)
        task->refused++;
    else
        task->done++;
    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_ACT_ADD, SG_V_NUMBER(it->id),
                      SG_V_TEXT(task->command->id), text_or_null(refused),
                      text_or_null(it->reason));
}

/* --- pace --- */

static bool begin_pace(struct task *task, struct sg_error *err)
{
    const struct sg_command *command = task->command;
    bool is_there = false;

    task->turn_us = task->state->now_ms * US_OF_MS;
    if (command->spacing_us == 0 || command->after.length == 0)
        return true;
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_COMMAND_FIND, SG_V_TEXT(command->after));
    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    const int64_t next_us = sg_sql_number(row, 0) + command->spacing_us;

    sg_sql_done(row);
    if (next_us > task->turn_us)
        task->turn_us = next_us;
    return true;
}

static struct sg_sql_value take_turn(struct task *task)
{
    if (task->command->spacing_us == 0)
        return SG_V_NULL;
    const int64_t turn_us = task->turn_us;

    task->turn_us += task->command->spacing_us;
    return SG_V_NUMBER(turn_us / US_OF_MS);
}

/* --- replay --- */

/* One that has ended becomes a new run at its lane's end; `at` says of which event. */
struct run {
    int64_t event, number, round, wait_ms;
    const struct sg_route *route;
    struct sg_str ticket; /* "" while the link is not known */
    struct sg_str wait_key;
};

static bool add_run(struct task *task, const struct run *run, struct sg_str source,
                    struct sg_error *err)
{
    struct sg_state *state = task->state;
    const struct sg_route *route = run->route;
    const bool waits = run->ticket.length == 0;
    struct sg_str lane = waits ? sg_lane_of_wait(state->arena, route->target, run->wait_key)
                               : sg_lane_of_ticket(state->arena, route->target, run->ticket);

    sg_state_count(state, &(struct sg_tally){.day = sg_state_day(state),
                                             .source = source,
                                             .mapping = route->mapping,
                                             .what = "taken in",
                                             .n = 1});
    return SG_SQL_RUN(
               &state->sql, err, SG_SQL_RUN_ADD, SG_V_NUMBER(state->next_id++),
               SG_V_NUMBER(run->event), SG_V_NUMBER(run->number), SG_V_NUMBER(state->next_seq++),
               SG_V_TEXT(lane), SG_V_TEXT(route->target), text_or_null(run->ticket),
               waits ? SG_V_NULL : SG_V_NUMBER(run->round), SG_V_TEXT(route->mapping),
               SG_V_TEXT(route->map_hash), waits ? SG_V_TEXT(run->wait_key) : SG_V_NULL,
               waits ? SG_V_NUMBER(state->now_ms + run->wait_ms) : SG_V_NULL,
               SG_V_NUMBER(state->now_ms), SG_V_NUMBER(sg_state_day(state)), take_turn(task)) &&
           (waits || sg_lane_settle(state, lane, err));
}

/* Where an event goes: the ticket that it has, or that its link has come to know. */
static bool place_run(struct task *task, sqlite3_stmt *event, struct run *run, struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    struct sg_str system = sg_sql_text(event, 0), key = sg_sql_text(event, 2);
    bool is_there = false;

    run->wait_ms = sg_sql_number(event, 4);
    run->ticket = sg_str_copy(arena, sg_sql_text(event, 5));
    run->round = sg_sql_number(event, 6);
    if (run->ticket.length > 0)
        return true;
    run->wait_key = sg_lane_wait_key(arena, system, key);
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_LINK_FIND, SG_V_TEXT(system), SG_V_TEXT(key));
    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    run->ticket = sg_str_copy(arena, sg_sql_text(row, 0));
    run->round = sg_sql_number(row, 1);
    sg_sql_done(row);
    return true;
}

static struct sg_str source_of(struct sg_arena *arena, sqlite3_stmt *event)
{
    return sg_str_format(arena, "%.*s.%.*s", SG_STR_ARG(sg_sql_text(event, 0)),
                         SG_STR_ARG(sg_sql_text(event, 1)));
}

static bool last_run(struct task *task, int64_t event, struct sg_str mapping, bool *is_there,
                     int64_t *number, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_RUN_LAST, SG_V_NUMBER(event), SG_V_TEXT(mapping));
    bool has_row = false;

    if (!sg_sql_row(&task->state->sql, row, &has_row, err))
        return false;
    *is_there = has_row && !sg_sql_is_null(row, 0);
    *number = has_row ? sg_sql_number(row, 0) : 0;
    sg_sql_done(row);
    return true;
}

static bool run_again(struct task *task, const struct named *it, struct sg_error *err)
{
    struct run run = {.event = it->event, .route = sg_state_find_route(task->state, it->mapping)};
    bool is_there = false;

    if (!last_run(task, it->event, it->mapping, &is_there, &run.number, err))
        return false;
    run.number = run.number < 1 ? 2 : run.number + 1; /* 1 is what came by itself */
    sqlite3_stmt *event = SG_SQL_BIND(&task->state->sql, SG_SQL_SENT_EVENT, SG_V_NUMBER(it->event));
    if (!sg_sql_row(&task->state->sql, event, &is_there, err))
        return false;
    assert(is_there);
    struct sg_str source = source_of(task->state->arena, event);
    const bool is_placed = place_run(task, event, &run, err);

    sg_sql_done(event);
    return is_placed && add_run(task, &run, source, err);
}

/* The same row goes through its mapping anew, in its place. */
static bool send_again(struct task *task, const struct named *it, struct sg_error *err)
{
    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_REPLAY, SG_V_NUMBER(it->id), take_turn(task),
                      SG_V_NUMBER(task->state->now_ms + it->wait_ms)) &&
           (it->wait_key.length > 0 || sg_lane_settle(task->state, it->lane, err));
}

/* Open ones but failed; and failed ones that must not be sent again as they are. */
static bool refuse_open(struct task *task, const struct named *it, struct sg_str *refused,
                        struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    struct sg_str who;

    if (it->state == SG_DELIVERY_PENDING) {
        if (!who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(arena, "it is on its way already%.*s", SG_STR_ARG(who));
    } else if (it->state == SG_DELIVERY_UNKNOWN) {
        *refused = SG_STR("it may have been done, and is being looked up: see `sgbridge unknown`");
    } else if (it->is_in_doubt) {
        *refused = sg_str_format(arena,
                                 "it may have been done: say what is true, by `sgbridge resolve "
                                 "%lld --done ID` or `--not-done`",
                                 (long long)it->id);
    } else if (it->mapping.length == 0) {
        *refused = sg_str_format(arena,
                                 "its record could not be taken in (%.*s), so it goes through no "
                                 "mapping: discard it when the system has sent a good one",
                                 SG_STR_ARG(it->reason));
    }
    return true;
}

static bool refuse_ended(struct task *task, const struct named *it, struct sg_str *refused,
                         struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    const struct sg_route *route = sg_state_find_route(task->state, it->mapping);
    struct sg_str who;

    if (!task->command->again && it->state == SG_DELIVERY_DELIVERED) {
        *refused = SG_STR("it was delivered already: --again sends it once more");
    } else if (!task->command->again) {
        if (!who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(
            arena, "it has ended as %s%.*s (%.*s): --again sends it all the same",
            sg_delivery_state_name(it->state), SG_STR_ARG(who), SG_STR_ARG(it->reason));
    } else if (it->state == SG_DELIVERY_DELIVERED && route != NULL && route->is_known_by_field) {
        *refused = sg_str_format(arena,
                                 "%.*s knows it by an id within it, and would ignore it: a second "
                                 "one changes nothing",
                                 SG_STR_ARG(it->target));
    }
    return true;
}

static bool refuse_if_newer(struct task *task, const struct named *it, struct sg_str *refused,
                            struct sg_error *err)
{
    bool is_there = false;

    if (task->command->old)
        return true;
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_NEWER_DELIVERED, SG_V_TEXT(it->ticket),
                    SG_V_TEXT(it->lane), SG_V_NUMBER(it->seq));
    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    *refused = sg_str_format(task->state->arena,
                             "something newer of this ticket was delivered since (delivery %lld), "
                             "and it would overwrite that: --old sends it all the same",
                             (long long)sg_sql_number(row, 0));
    sg_sql_done(row);
    return true;
}

static bool refuse_replay(struct task *task, const struct named *it, struct sg_str *refused,
                          struct sg_error *err)
{
    const bool is_open = it->state < SG_DELIVERY_DELIVERED;

    if (!(is_open ? refuse_open(task, it, refused, err) : refuse_ended(task, it, refused, err)))
        return false;
    if (refused->length > 0)
        return true;
    if (it->is_record_gone)
        *refused = SG_STR("its record is kept no more (see `keep`)");
    else if (sg_state_find_route(task->state, it->mapping) == NULL)
        *refused = sg_str_format(task->state->arena, "its mapping %.*s is not in force",
                                 SG_STR_ARG(it->mapping));
    return refused->length > 0 || refuse_if_newer(task, it, refused, err);
}

static bool replay(struct task *task, const struct named *it, struct sg_error *err)
{
    struct sg_str refused = SG_STR("");

    if (!refuse_replay(task, it, &refused, err))
        return false;
    if (refused.length == 0 &&
        !(it->state == SG_DELIVERY_FAILED ? send_again(task, it, err) : run_again(task, it, err)))
        return false;
    return keep_act(task, it, refused, err);
}

/* --- older events through a mapping --- */

/* Why the event does not go through it: "" when it does. */
static bool refuse_event(struct task *task, sqlite3_stmt *event, const struct sg_route *route,
                         int64_t seq, struct sg_str *refused, struct sg_error *err)
{
    bool has_run = false;
    int64_t number;

    if (!sg_str_equal(sg_sql_text(event, 0), route->system) ||
        !sg_str_equal(sg_sql_text(event, 1), route->record))
        *refused =
            sg_str_format(task->state->arena, "%.*s takes %.*s.%.*s", SG_STR_ARG(route->mapping),
                          SG_STR_ARG(route->system), SG_STR_ARG(route->record));
    else if (sg_sql_number(event, 7) != 0 || sg_sql_text(event, 2).length == 0)
        *refused = SG_STR("its record is kept no more, or could not be read");
    if (refused->length > 0)
        return true;
    if (!last_run(task, seq, route->mapping, &has_run, &number, err))
        return false;
    if (has_run)
        *refused = SG_STR("it has gone through it already");
    return true;
}

static bool send_event(struct task *task, const struct sg_route *route, int64_t seq,
                       struct sg_error *err)
{
    struct sg_state *state = task->state;
    sqlite3_stmt *event = SG_SQL_BIND(&state->sql, SG_SQL_SENT_EVENT, SG_V_NUMBER(seq));
    struct run run = {.event = seq, .route = route};
    struct sg_str refused = SG_STR(""), source;
    bool is_there = false;

    if (!sg_sql_row(&state->sql, event, &is_there, err))
        return false;
    if (!is_there) {
        task->refused++;
        return true;
    }
    source = source_of(state->arena, event);
    const bool is_good =
        refuse_event(task, event, route, seq, &refused, err) && place_run(task, event, &run, err);

    sg_sql_done(event);
    if (!is_good)
        return false;
    if (refused.length > 0) {
        task->refused++;
        task->said = refused;
        return true;
    }
    const struct named added = {.id = state->next_id};
    return add_run(task, &run, source, err) && keep_act(task, &added, refused, err);
}

static bool send_events(struct task *task, struct sg_error *err)
{
    const struct sg_command *command = task->command;
    const struct sg_route *route = sg_state_find_route(task->state, command->mapping);

    if (route == NULL) {
        task->refused = (int64_t)command->count;
        task->said = sg_str_format(task->state->arena, "there is no mapping %.*s in force",
                                   SG_STR_ARG(command->mapping));
        return true;
    }
    for (size_t e = 0; e < command->count; e++) {
        if (!send_event(task, route, command->deliveries[e], err))
            return false;
    }
    return true;
}

/* --- discard --- */

static bool give_up(struct task *task, const struct named *it, struct sg_error *err)
{
    return sg_state_end(task->state,
                        &(struct sg_ending){.delivery = it->id,
                                            .state = SG_DELIVERY_DISCARDED,
                                            .reason = task->command->why,
                                            .clears_shadows = true},
                        err);
}

static bool discard(struct task *task, const struct named *it, struct sg_error *err)
{
    struct sg_str refused = SG_STR(""), who;

    if (it->state == SG_DELIVERY_UNKNOWN) {
        refused = sg_str_format(task->state->arena,
                                "it may have been done, and is being looked up: say what is true, "
                                "by `sgbridge resolve %lld --done ID` or `--not-done`",
                                (long long)it->id);
    } else if (it->state >= SG_DELIVERY_DELIVERED) {
        if (!who_was_it(task, it->id, &who, err))
            return false;
        refused = sg_str_format(task->state->arena, "it has ended already: %s%.*s",
                                sg_delivery_state_name(it->state), SG_STR_ARG(who));
    }
    if (refused.length == 0 && !give_up(task, it, err))
        return false;
    return keep_act(task, it, refused, err);
}

/* Numbers are read before anything is written. */
static bool discard_rest(struct task *task, const struct named *first, struct sg_error *err)
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
        struct named it;
        int64_t id;

        memcpy(&id, all.at + at, sizeof id);
        if (!find(task, id, &it, &is_there, err) || (is_there && !discard(task, &it, err)))
            return false;
    }
    return true;
}

static bool discard_with_rest(struct task *task, const struct named *it, struct sg_error *err)
{
    return discard(task, it, err) &&
           (!task->command->with_rest || task->refused > 0 || discard_rest(task, it, err));
}

/* --- resolve --- */

/* A foreign id that cannot be this delivery's: nothing is changed for a slip of the hand. */
static bool refuse_link(struct task *task, const struct named *it, struct sg_str *refused,
                        struct sg_error *err)
{
    struct sg_state *state = task->state;
    bool is_there = false;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_FIND, SG_V_TEXT(it->target),
                                    SG_V_TEXT(task->command->foreign_id));

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (is_there) {
        *refused = sg_str_format(state->arena, "%.*s is linked to ticket %.*s, round %lld",
                                 SG_STR_ARG(task->command->foreign_id),
                                 SG_STR_ARG(sg_sql_text(row, 0)), (long long)sg_sql_number(row, 1));
        sg_sql_done(row);
        return true;
    }
    row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_OF_ROUND, SG_V_TEXT(it->ticket),
                      SG_V_NUMBER(it->round), SG_V_TEXT(it->target));
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    *refused = sg_str_format(state->arena, "this round is linked to %.*s",
                             SG_STR_ARG(sg_sql_text(row, 0)));
    sg_sql_done(row);
    return true;
}

static bool refuse_resolve(struct task *task, const struct named *it, struct sg_str *refused,
                           struct sg_error *err)
{
    const struct sg_route *route = sg_state_find_route(task->state, it->mapping);
    struct sg_str who;

    if (it->state != SG_DELIVERY_UNKNOWN && !(it->state == SG_DELIVERY_FAILED && it->is_in_doubt)) {
        if (!who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(task->state->arena, "nothing about it is in doubt: it is %s%.*s",
                                 sg_delivery_state_name(it->state), SG_STR_ARG(who));
    } else if (route == NULL) {
        *refused = sg_str_format(task->state->arena, "its mapping %.*s is not in force",
                                 SG_STR_ARG(it->mapping));
    } else if (task->command->was_done && route->opens_link) {
        return refuse_link(task, it, refused, err);
    }
    return true;
}

static bool end_resolved(struct task *task, const struct named *it, struct sg_error *err)
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
    /* what the target has now is not known to the byte */
    return sg_state_end(state, &ending, err) &&
           SG_SQL_RUN(&state->sql, err, SG_SQL_SHADOWS_CLEAR, SG_V_TEXT(it->ticket),
                      SG_V_TEXT(it->target));
}

static bool resolve(struct task *task, const struct named *it, struct sg_error *err)
{
    struct sg_str refused = SG_STR("");

    if (!refuse_resolve(task, it, &refused, err))
        return false;
    if (refused.length == 0 && !end_resolved(task, it, err))
        return false;
    return keep_act(task, it, refused, err);
}

/* --- the command --- */

static bool note_act(struct task *task, const struct named *it, struct sg_error *err)
{
    return keep_act(task, it, SG_STR(""), err);
}

static bool for_each_delivery(struct task *task,
                              bool (*act)(struct task *, const struct named *, struct sg_error *),
                              struct sg_error *err)
{
    for (size_t d = 0; d < task->command->count; d++) {
        const int64_t id = task->command->deliveries[d];
        struct named it;
        bool is_there = false;

        if (!find(task, id, &it, &is_there, err) || (is_there && !act(task, &it, err)))
            return false;
        if (!is_there) {
            task->refused++;
            task->said =
                sg_str_format(task->state->arena, "there is no delivery %lld", (long long)id);
        }
    }
    return true;
}

static bool hold_or_let_go(struct task *task, struct sg_error *err)
{
    if (!sg_pauses_obey(task->state, task->command, &task->said, err))
        return false;
    task->refused = task->said.length > 0;
    task->done = !task->refused;
    return true;
}

static bool carry_out(struct task *task, struct sg_error *err)
{
    switch (task->command->kind) {
    case SG_COMMAND_REPLAY:
        return begin_pace(task, err) && for_each_delivery(task, replay, err);
    case SG_COMMAND_SEND:
        return begin_pace(task, err) && send_events(task, err);
    case SG_COMMAND_DISCARD:
        return for_each_delivery(task, discard_with_rest, err);
    case SG_COMMAND_RESOLVE:
        return for_each_delivery(task, resolve, err);
    case SG_COMMAND_PAUSE:
    case SG_COMMAND_RESUME:
        return hold_or_let_go(task, err);
    case SG_COMMAND_UNMASK:
        return for_each_delivery(task, note_act, err);
    case SG_COMMAND_RELOAD:
        break;
    }
    return true;
}

static bool keep_command(const struct task *task, struct sg_error *err)
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
static bool is_under_way(struct task *task, bool *busy, struct sg_error *err)
{
    const struct sg_command *command = task->command;

    *busy = false;
    if (command->kind != SG_COMMAND_DISCARD && command->kind != SG_COMMAND_RESOLVE)
        return true;
    for (size_t d = 0; d < command->count && !*busy; d++) {
        struct named it;
        bool is_there = false;

        *busy = sg_state_find_taken(task->state, command->deliveries[d]) != NULL;
        if (*busy || !command->with_rest)
            continue;
        if (!find(task, command->deliveries[d], &it, &is_there, err))
            return false;
        *busy = is_there && sg_state_is_lane_taken(task->state, it.lane);
    }
    return true;
}

static bool is_known(struct task *task, bool *known, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_COMMAND_FIND, SG_V_TEXT(task->command->id));

    if (!sg_sql_row(&task->state->sql, row, known, err))
        return false;
    sg_sql_done(row);
    return true;
}

bool sg_state_obey(struct sg_state *state, const struct sg_command *command, bool *is_put_off,
                   struct sg_error *err)
{
    struct task task = {.state = state, .command = command};
    bool known = false;

    assert(state->is_begun);
    *is_put_off = false;
    if (!is_known(&task, &known, err))
        return false;
    if (known)
        return true;
    if (!is_under_way(&task, is_put_off, err))
        return false;
    if (*is_put_off)
        return true;
    return carry_out(&task, err) && keep_command(&task, err);
}

bool sg_state_note_command(struct sg_state *state, const struct sg_command *command, bool is_done,
                           struct sg_str said, struct sg_error *err)
{
    const struct task task = {
        .state = state, .command = command, .done = is_done, .refused = !is_done, .said = said};
    struct task find_task = task;
    bool known = false;

    assert(state->is_begun);
    return is_known(&find_task, &known, err) && (known || keep_command(&task, err));
}
