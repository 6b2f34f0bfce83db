#include "journal/lanes.h"

#include <stdlib.h>

#include "base/buffer.h"

enum { EXPIRED_AT_ONCE = 500 };

struct sg_str sg_lane_of_ticket(struct sg_arena *arena, struct sg_str target, struct sg_str ticket)
{
    return sg_str_join_by(arena, target, '/', ticket);
}

struct sg_str sg_lane_wait_key(struct sg_arena *arena, struct sg_str system, struct sg_str id)
{
    return sg_lane_of_ticket(arena, system, id);
}

struct sg_str sg_lane_of_wait(struct sg_arena *arena, struct sg_str target, struct sg_str wait_key)
{
    return sg_str_join_by(arena, target, '?', wait_key);
}

/* --- whose turn it is --- */

struct first {
    int64_t id; /* 0: nothing is open */
    bool is_pending, has_turn;
};

static bool find_first(struct sg_state *state, struct sg_str lane, struct first *first,
                       struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LANE_FIRST, SG_V_TEXT(lane));
    bool is_there = false;

    *first = (struct first){0};
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    *first = (struct first){.id = sg_sql_number(row, 0),
                            .is_pending = sg_str_is(sg_sql_text(row, 1), "pending"),
                            .has_turn = !sg_sql_is_null(row, 2)};
    sg_sql_done(row);
    return true;
}

static bool give_turn(struct sg_state *state, const struct first *first, struct sg_error *err)
{
    if (first->id == 0 || !first->is_pending || first->has_turn)
        return true;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_SET_DUE, SG_V_NUMBER(first->id),
                      SG_V_NUMBER(state->now_ms));
}

bool sg_lane_advance(struct sg_state *state, struct sg_str lane, struct sg_error *err)
{
    struct first first;

    return find_first(state, lane, &first, err) && give_turn(state, &first, err);
}

bool sg_lane_settle(struct sg_state *state, struct sg_str lane, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LANE_HOLDER, SG_V_TEXT(lane));
    bool is_there = false;
    struct first first;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return sg_lane_advance(state, lane, err);
    int64_t holder = sg_sql_number(row, 0);
    bool is_pending = sg_str_is(sg_sql_text(row, 1), "pending");
    const struct sg_taken *taken = sg_state_find_taken(state, holder);

    sg_sql_done(row);
    if (!is_pending || (taken != NULL && !taken->is_ending))
        return true;
    if (!find_first(state, lane, &first, err) || first.id == holder)
        return !state->sql.is_broken;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_SET_HELD, SG_V_NUMBER(holder)) &&
           give_turn(state, &first, err);
}

/* --- waiting for a link --- */

/* All values of a statement's only column, before anything is written. */
static bool read_column(struct sg_state *state, sqlite3_stmt *row, struct sg_str **texts,
                        size_t *count, struct sg_error *err)
{
    size_t room = 0;
    bool is_there = false;

    *count = 0;
    *texts = NULL;
    while (sg_sql_row(&state->sql, row, &is_there, err)) {
        if (!is_there)
            return true;
        if (*count == room) {
            room = room == 0 ? 8 : 2 * room;
            struct sg_str *grown = sg_arena_get(state->arena, room, sizeof *grown);
            if (*count > 0)
                memcpy(grown, *texts, *count * sizeof *grown);
            *texts = grown;
        }
        (*texts)[(*count)++] = sg_str_copy(state->arena, sg_sql_text(row, 0));
    }
    return false;
}

static bool move_events(struct sg_state *state, struct sg_str wait_key, struct sg_str ticket,
                        int64_t round, struct sg_error *err)
{
    struct sg_str *events;
    size_t count;

    if (!read_column(state, SG_SQL_BIND(&state->sql, SG_SQL_WAIT_EVENTS, SG_V_TEXT(wait_key)),
                     &events, &count, err))
        return false;
    for (size_t e = 0; e < count; e++) {
        int64_t seq = strtoll(sg_str_c(state->arena, events[e]), NULL, 10);
        if (!SG_SQL_RUN(&state->sql, err, SG_SQL_EVENT_MOVE, SG_V_NUMBER(seq), SG_V_TEXT(ticket),
                        SG_V_NUMBER(round)))
            return false;
    }
    return true;
}

bool sg_lane_join(struct sg_state *state, struct sg_str system, struct sg_str id,
                  struct sg_str ticket, int64_t round, struct sg_error *err)
{
    struct sg_str key = sg_lane_wait_key(state->arena, system, id);
    struct sg_str *targets;
    size_t count;

    if (!read_column(state, SG_SQL_BIND(&state->sql, SG_SQL_WAIT_LANES, SG_V_TEXT(key)), &targets,
                     &count, err))
        return false;
    if (count == 0)
        return true;
    if (!move_events(state, key, ticket, round, err) ||
        !SG_SQL_RUN(&state->sql, err, SG_SQL_WAIT_MOVE, SG_V_TEXT(key), SG_V_TEXT(ticket),
                    SG_V_NUMBER(round)))
        return false;
    for (size_t t = 0; t < count; t++) {
        if (!sg_lane_settle(state, sg_lane_of_ticket(state->arena, targets[t], ticket), err))
            return false;
    }
    return true;
}

/* "24h", as people write it: the largest unit that leaves nothing over; days from the third on. */
static struct sg_str duration(struct sg_arena *arena, int64_t ms)
{
    static const struct {
        int64_t ms, least;
        const char *name;
    } units[] = {{86400000, 3, "d"}, {3600000, 1, "h"}, {60000, 1, "m"}, {1000, 1, "s"}};

    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        if (ms % units[u].ms == 0 && ms / units[u].ms >= units[u].least)
            return sg_str_format(arena, "%lld%s", (long long)(ms / units[u].ms), units[u].name);
    }
    return sg_str_format(arena, "%lldms", (long long)ms);
}

/* One that waited too long; `*is_there` says if there was one. */
static bool expire_one(struct sg_state *state, bool *is_there, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_WAIT_EXPIRED, SG_V_NUMBER(state->now_ms));

    if (!sg_sql_row(&state->sql, row, is_there, err))
        return false;
    if (!*is_there)
        return true;
    const int64_t id = sg_sql_number(row, 0);
    const bool skips = sg_sql_number(row, 7) != 0;
    struct sg_str source = sg_state_source(state->arena, sg_sql_text(row, 3), sg_sql_text(row, 4));
    struct sg_str reason = sg_str_format(state->arena, "no link for %.*s known within %.*s",
                                         SG_STR_ARG(sg_sql_text(row, 5)),
                                         SG_STR_ARG(duration(state->arena, sg_sql_number(row, 6))));

    if (skips)
        sg_state_count(state, &(struct sg_tally){.day = sg_sql_number(row, 1),
                                                 .source = source,
                                                 .mapping = sg_sql_text(row, 2),
                                                 .what = "skipped",
                                                 .n = 1});
    sg_sql_done(row);
    return SG_SQL_RUN(&state->sql, err, SG_SQL_WAIT_END, SG_V_NUMBER(id),
                      SG_V_TEXT(sg_str_of(skips ? "skipped" : "failed")),
                      skips ? SG_V_NUMBER(state->now_ms) : SG_V_NULL, SG_V_TEXT(reason),
                      SG_V_NUMBER(state->now_ms));
}

bool sg_lane_expire(struct sg_state *state, struct sg_error *err)
{
    bool is_there = true;

    for (int n = 0; is_there && n < EXPIRED_AT_ONCE; n++) {
        if (!expire_one(state, &is_there, err))
            return false;
    }
    return true;
}

bool sg_lane_next_target(struct sg_state *state, struct sg_arena *arena, struct sg_str *target,
                         bool *is_there, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_NEXT_TARGET, SG_V_TEXT(*target));

    if (!sg_sql_row(&state->sql, row, is_there, err))
        return false;
    if (*is_there)
        *target = sg_str_copy(arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return true;
}
