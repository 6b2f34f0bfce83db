/* Sending again: what failed in its place, what ended as a new run, older events through a mapping. */
#include <assert.h>

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/tasks.h"

enum { US_OF_MS = 1000 };

/* --- pace --- */

bool sg_replay_begin_pace(struct sg_task *task, struct sg_error *err)
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

static struct sg_sql_value take_turn(struct sg_task *task)
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

static bool add_run(struct sg_task *task, const struct run *run, struct sg_str source,
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
               SG_V_TEXT(lane), SG_V_TEXT(route->target), sg_sql_text_or_null(run->ticket),
               waits ? SG_V_NULL : SG_V_NUMBER(run->round), SG_V_TEXT(route->mapping),
               SG_V_TEXT(route->map_hash), waits ? SG_V_TEXT(run->wait_key) : SG_V_NULL,
               waits ? SG_V_NUMBER(state->now_ms + run->wait_ms) : SG_V_NULL,
               SG_V_NUMBER(state->now_ms), SG_V_NUMBER(sg_state_day(state)), take_turn(task)) &&
           (waits || sg_lane_settle(state, lane, err));
}

/* Where an event goes: the ticket that it has, or that its link has come to know. */
static bool place_run(struct sg_task *task, sqlite3_stmt *event, struct run *run,
                      struct sg_error *err)
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
    return SG_SQL_RUN(&task->state->sql, err, SG_SQL_EVENT_MOVE, SG_V_NUMBER(run->event),
                      SG_V_TEXT(run->ticket), SG_V_NUMBER(run->round));
}

static struct sg_str source_of(struct sg_arena *arena, sqlite3_stmt *event)
{
    return sg_state_source(arena, sg_sql_text(event, 0), sg_sql_text(event, 1));
}

static bool last_run(struct sg_task *task, int64_t event, struct sg_str mapping, bool *is_there,
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

static bool run_again(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
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

/* The same row goes through its mapping anew, in its place. What could be no event has none: it is for
 * its own system to be read again. */
static bool send_again(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    return sg_task_begin_anew(task, it, take_turn(task), err) &&
           (it->wait_key.length > 0 || sg_lane_settle(task->state, it->lane, err));
}

/* Open ones but failed; and failed ones that may have been done. A stub is for its own system to be
 * fetched again. */
static bool refuse_open(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                        struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    struct sg_str who;

    if (it->state == SG_DELIVERY_PENDING) {
        if (!sg_task_who_was_it(task, it->id, &who, err))
            return false;
        *refused = sg_str_format(arena, "it is on its way already%.*s", SG_STR_ARG(who));
    } else if (it->state == SG_DELIVERY_UNKNOWN) {
        *refused = SG_STR("it may have been done, and is being looked up: see `sgbridge unknown`");
    } else if (it->is_in_doubt) {
        *refused = sg_str_format(arena,
                                 "it may have been done: say what is true, by `sgbridge resolve "
                                 "%lld --done ID` or `--not-done`",
                                 (long long)it->id);
    }
    return true;
}

/* ` (REASON)`, or "". */
static struct sg_str why_of(struct sg_arena *arena, const struct sg_named *it)
{
    return it->reason.length == 0 ? SG_STR("")
                                  : sg_str_format(arena, " (%.*s)", SG_STR_ARG(it->reason));
}

/* Those that have ended, and that no option lets go again. */
static void refuse_for_good(struct sg_task *task, const struct sg_named *it, struct sg_str *refused)
{
    const struct sg_route *route = sg_state_find_route(task->state, it->mapping);

    if (it->mapping.length == 0)
        *refused =
            SG_STR("it went through no mapping: --mapping NAME sends its record through one");
    else if (it->state == SG_DELIVERY_DELIVERED && route != NULL && route->is_known_by_field)
        *refused = sg_str_format(task->state->arena,
                                 "%.*s knows it by an id within it, and would ignore it: a second "
                                 "one changes nothing",
                                 SG_STR_ARG(it->target));
}

static bool refuse_ended(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                         struct sg_error *err)
{
    struct sg_arena *arena = task->state->arena;
    struct sg_str who;

    refuse_for_good(task, it, refused);
    if (refused->length > 0 || task->command->again)
        return true;
    if (it->state == SG_DELIVERY_DELIVERED) {
        *refused = SG_STR("it was delivered already: --again sends it once more");
        return true;
    }
    if (!sg_task_who_was_it(task, it->id, &who, err))
        return false;
    *refused = sg_str_format(arena, "it has ended as %s%.*s%.*s: --again sends it all the same",
                             sg_delivery_state_name(it->state), SG_STR_ARG(who),
                             SG_STR_ARG(why_of(arena, it)));
    return true;
}

static bool refuse_if_newer(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                            struct sg_error *err)
{
    bool is_there = false;

    if (task->command->old)
        return true;
    if (it->state == SG_DELIVERY_SKIPPED && sg_str_is(it->reason, "older")) {
        *refused = SG_STR("a newer version of its record was taken in before it, and it would "
                          "overwrite that: --old sends it all the same");
        return true;
    }
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

static bool refuse_replay(struct sg_task *task, const struct sg_named *it, struct sg_str *refused,
                          struct sg_error *err)
{
    const bool is_open = it->state < SG_DELIVERY_DELIVERED;

    if (!(is_open ? refuse_open(task, it, refused, err) : refuse_ended(task, it, refused, err)))
        return false;
    if (refused->length > 0)
        return true;
    if (it->is_record_gone)
        *refused = SG_STR("its record is kept no more (see `keep`)");
    else if (it->mapping.length > 0 && sg_state_find_route(task->state, it->mapping) == NULL)
        *refused = sg_str_format(task->state->arena, "its mapping %.*s is not in force",
                                 SG_STR_ARG(it->mapping));
    return refused->length > 0 || refuse_if_newer(task, it, refused, err);
}

bool sg_replay(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    struct sg_str refused = SG_STR("");

    if (!refuse_replay(task, it, &refused, err))
        return false;
    if (refused.length == 0 &&
        !(it->state == SG_DELIVERY_FAILED ? send_again(task, it, err) : run_again(task, it, err)))
        return false;
    return sg_task_keep_act(task, it, refused, err);
}

/* --- older events through a mapping --- */

/* Why the event does not go through it: "" when it does. */
static bool refuse_event(struct sg_task *task, sqlite3_stmt *event, const struct sg_route *route,
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

static bool send_event(struct sg_task *task, const struct sg_route *route, int64_t seq,
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
        task->said = sg_str_format(state->arena, "there is no event %lld", (long long)seq);
        return true;
    }
    source = source_of(state->arena, event);
    const bool is_good = refuse_event(task, event, route, seq, &refused, err) &&
                         (refused.length > 0 || place_run(task, event, &run, err));

    sg_sql_done(event);
    if (!is_good)
        return false;
    if (refused.length > 0) {
        task->refused++;
        task->said = refused;
        return true;
    }
    const struct sg_named added = {.id = state->next_id};
    return add_run(task, &run, source, err) && sg_task_keep_act(task, &added, refused, err);
}

bool sg_replay_send_events(struct sg_task *task, struct sg_error *err)
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
