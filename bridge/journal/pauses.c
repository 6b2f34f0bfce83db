#include "journal/pauses.h"

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/view.h"

enum { LET_GO_AT_ONCE = 500 };

/* Later than any clock; the pause's number is added. */
static const int64_t NEVER = SG_VIEW_PAUSED;

const char *sg_pause_scope_name(enum sg_pause_scope scope)
{
    static const char *const names[SG_PAUSE_SCOPES] = {
        [SG_PAUSE_SYSTEM] = "system",
        [SG_PAUSE_MAPPING] = "mapping",
        [SG_PAUSE_DIRECTION] = "direction",
        [SG_PAUSE_TICKET] = "ticket",
    };

    return names[scope];
}

static enum sg_pause_scope scope_of(struct sg_str name)
{
    int scope = SG_PAUSE_SYSTEM;

    while (scope < SG_PAUSE_TICKET &&
           !sg_str_is(name, sg_pause_scope_name((enum sg_pause_scope)scope)))
        scope++;
    return (enum sg_pause_scope)scope;
}

/* --- what there is --- */

static void add(struct sg_state *state, const struct sg_pause *pause)
{
    struct sg_pause *grown =
        sg_arena_get(state->pauses_arena, state->pause_count + 1, sizeof *grown);

    if (state->pause_count > 0)
        memcpy(grown, state->pauses, state->pause_count * sizeof *grown);
    grown[state->pause_count++] = *pause;
    state->pauses = grown;
}

bool sg_pauses_read(struct sg_state *state, struct sg_error *err)
{
    bool is_there = true;

    if (state->are_pauses_known)
        return true;
    sg_arena_free(state->pauses_arena);
    state->pauses_arena = sg_arena_new();
    state->pauses = NULL;
    state->pause_count = 0;
    sqlite3_stmt *row = sg_sql_bind(&state->sql, SG_SQL_PAUSES, NULL, 0);
    while (is_there) {
        if (!sg_sql_row(&state->sql, row, &is_there, err))
            return false;
        if (is_there)
            add(state, &(struct sg_pause){
                           .id = sg_sql_number(row, 0),
                           .scope = scope_of(sg_sql_text(row, 1)),
                           .name = sg_str_copy(state->pauses_arena, sg_sql_text(row, 2)),
                           .until = sg_sql_number(row, 3),
                           .is_over = sg_sql_number(row, 4) != 0,
                       });
    }
    state->are_pauses_known = true;
    return true;
}

/* --- what they hold back --- */

/* `FROM>TO` */
static bool is_direction(struct sg_str name, struct sg_str from, struct sg_str to)
{
    return name.length == from.length + 1 + to.length &&
           sg_str_equal((struct sg_str){name.at, from.length}, from) &&
           name.at[from.length] == '>' &&
           sg_str_equal((struct sg_str){name.at + from.length + 1, to.length}, to);
}

static bool holds(const struct sg_pause *pause, const struct sg_pausable *it)
{
    switch (pause->scope) {
    case SG_PAUSE_SYSTEM:
        return sg_str_equal(pause->name, it->target);
    case SG_PAUSE_MAPPING:
        return sg_str_equal(pause->name, it->mapping);
    case SG_PAUSE_DIRECTION:
        return is_direction(pause->name, it->system, it->target);
    case SG_PAUSE_TICKET:
        return sg_str_equal(pause->name, it->ticket);
    }
    return false;
}

const struct sg_pause *sg_pause_of(const struct sg_state *state, const struct sg_pausable *delivery)
{
    for (size_t p = 0; p < state->pause_count; p++) {
        if (!state->pauses[p].is_over && holds(&state->pauses[p], delivery))
            return &state->pauses[p];
    }
    return NULL;
}

bool sg_pause_is_system_paused(const struct sg_state *state, struct sg_str system)
{
    for (size_t p = 0; p < state->pause_count; p++) {
        const struct sg_pause *pause = &state->pauses[p];
        if (!pause->is_over && pause->scope == SG_PAUSE_SYSTEM && sg_str_equal(pause->name, system))
            return true;
    }
    return false;
}

bool sg_pauses_systems(struct sg_state *state, struct sg_arena *arena,
                       struct sg_paused_system **out, size_t *count, struct sg_error *err)
{
    *count = 0;
    if (!sg_pauses_read(state, err))
        return false;
    *out = sg_arena_get(arena, state->pause_count, sizeof **out);
    for (size_t p = 0; p < state->pause_count; p++) {
        const struct sg_pause *pause = &state->pauses[p];
        if (!pause->is_over && pause->scope == SG_PAUSE_SYSTEM)
            (*out)[(*count)++] =
                (struct sg_paused_system){sg_str_copy(arena, pause->name), pause->until};
    }
    return true;
}

int64_t sg_pause_due(const struct sg_pause *pause)
{
    return NEVER + pause->id;
}

bool sg_pause_is_never(int64_t due_ms)
{
    return due_ms >= NEVER;
}

/* --- their end --- */

static bool end(struct sg_state *state, const struct sg_pause *pause, struct sg_error *err)
{
    state->are_pauses_known = false;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_PAUSE_END, SG_V_NUMBER(pause->id));
}

/* Of one target; `*count` grows by how many there were. */
static bool let_target_go(struct sg_state *state, const struct sg_pause *pause,
                          struct sg_str target, int64_t *count, struct sg_error *err)
{
    if (!SG_SQL_RUN(&state->sql, err, SG_SQL_LET_GO, SG_V_TEXT(target),
                    SG_V_NUMBER(sg_pause_due(pause)), SG_V_NUMBER(state->now_ms),
                    SG_V_NUMBER(LET_GO_AT_ONCE)))
        return false;
    *count += sqlite3_changes(state->sql.db);
    return true;
}

static bool let_go(struct sg_state *state, const struct sg_pause *pause, struct sg_error *err)
{
    struct sg_str target = SG_STR("");
    bool is_there = true;
    int64_t count = 0;

    while (is_there && count == 0) {
        if (!sg_lane_next_target(state, state->arena, &target, &is_there, err) ||
            (is_there && !let_target_go(state, pause, target, &count, err)))
            return false;
    }
    if (count > 0)
        return true;
    state->are_pauses_known = false;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_PAUSE_DELETE, SG_V_NUMBER(pause->id));
}

bool sg_pauses_expire(struct sg_state *state, struct sg_error *err)
{
    if (!sg_pauses_read(state, err))
        return false;
    for (size_t p = 0; p < state->pause_count; p++) {
        const struct sg_pause *pause = &state->pauses[p];
        const bool is_late = pause->until != 0 && pause->until <= state->now_ms;

        if ((pause->is_over && !let_go(state, pause, err)) ||
            (!pause->is_over && is_late && !end(state, pause, err)))
            return false;
    }
    return sg_pauses_read(state, err);
}

int64_t sg_pauses_next_ms(const struct sg_state *state, int64_t now_ms)
{
    int64_t next = INT64_MAX;

    for (size_t p = 0; p < state->pause_count; p++) {
        const struct sg_pause *pause = &state->pauses[p];
        int64_t at = pause->is_over ? now_ms : pause->until;

        if (at != 0 && at < next)
            next = at;
    }
    return next;
}

/* --- what people ask for --- */

static const struct sg_pause *find(const struct sg_state *state, const struct sg_command *command)
{
    for (size_t p = 0; p < state->pause_count; p++) {
        const struct sg_pause *pause = &state->pauses[p];
        if (!pause->is_over && pause->scope == command->scope &&
            sg_str_equal(pause->name, command->name))
            return pause;
    }
    return NULL;
}

static bool is_route_in(const struct sg_route *route, const struct sg_command *command)
{
    switch (command->scope) {
    case SG_PAUSE_SYSTEM:
        return sg_str_equal(route->system, command->name) ||
               sg_str_equal(route->target, command->name);
    case SG_PAUSE_MAPPING:
        return sg_str_equal(route->mapping, command->name);
    case SG_PAUSE_DIRECTION:
        return is_direction(command->name, route->system, route->target);
    case SG_PAUSE_TICKET:
        break;
    }
    return false;
}

/* Whether there is anything of this name that could be held back. */
static bool is_known(struct sg_state *state, const struct sg_command *command, bool *known,
                     struct sg_error *err)
{
    *known = false;
    for (size_t r = 0; r < state->route_count && !*known; r++)
        *known = is_route_in(&state->routes[r], command);
    if (command->scope != SG_PAUSE_TICKET)
        return true;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_ROUNDS, SG_V_TEXT(command->name));
    if (!sg_sql_row(&state->sql, row, known, err))
        return false;
    sg_sql_done(row);
    return true;
}

static bool hold_back(struct sg_state *state, const struct sg_command *command,
                      struct sg_str *refused, struct sg_error *err)
{
    const struct sg_pause *there = find(state, command);
    const char *scope = sg_pause_scope_name(command->scope);
    bool known = false;

    if (!is_known(state, command, &known, err))
        return false;
    if (!known) {
        *refused =
            sg_str_format(state->arena, "there is no %s %.*s", scope, SG_STR_ARG(command->name));
        return true;
    }
    if (command->until != 0 && command->until <= state->now_ms) {
        *refused = SG_STR("the time until which it would be held back is over");
        return true;
    }
    state->are_pauses_known = false;
    if (there != NULL)
        return SG_SQL_RUN(&state->sql, err, SG_SQL_PAUSE_CHANGE, SG_V_NUMBER(there->id),
                          SG_V_TEXT(command->who), SG_V_NUMBER(command->until),
                          SG_V_TEXT(command->why));
    return SG_SQL_RUN(&state->sql, err, SG_SQL_PAUSE_ADD, SG_V_TEXT(sg_str_of(scope)),
                      SG_V_TEXT(command->name), SG_V_TEXT(command->who), SG_V_NUMBER(state->now_ms),
                      SG_V_NUMBER(command->until), SG_V_TEXT(command->why));
}

bool sg_pauses_obey(struct sg_state *state, const struct sg_command *command,
                    struct sg_str *refused, struct sg_error *err)
{
    if (!sg_pauses_read(state, err))
        return false;
    if (command->kind == SG_COMMAND_PAUSE)
        return hold_back(state, command, refused, err) && sg_pauses_read(state, err);
    const struct sg_pause *there = find(state, command);

    if (there == NULL) {
        *refused = sg_str_format(state->arena, "%s %.*s is not paused",
                                 sg_pause_scope_name(command->scope), SG_STR_ARG(command->name));
        return true;
    }
    return end(state, there, err) && sg_pauses_read(state, err);
}
