/* What its time is over: bodies first, header rows later, summed up so that audits still add up. */
#include "base/buffer.h"
#include "journal/state.h"

/* How far an ended delivery has come on its way out. */
enum { PHASE_WHOLE, PHASE_NO_BODY };

/* The oldest ended delivery still in `phase`; `*event` 0 when none is old enough. */
static bool find(struct sg_state *state, int phase, int64_t before_ms, int64_t *delivery,
                 int64_t *event, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_SWEEP_FIND, SG_V_NUMBER(phase), SG_V_NUMBER(before_ms));
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    *delivery = is_there ? sg_sql_number(row, 0) : 0;
    *event = is_there ? sg_sql_number(row, 1) : 0;
    sg_sql_done(row);
    return true;
}

/* Moves the delivery on; `*is_last` when all of its event's have come as far. */
static bool move_on(struct sg_state *state, int64_t delivery, int64_t event, int phase,
                    bool *is_last, struct sg_error *err)
{
    bool is_there = false;

    if (!SG_SQL_RUN(&state->sql, err, SG_SQL_SWEEP_PHASE, SG_V_NUMBER(delivery),
                    SG_V_NUMBER(phase)))
        return false;
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_SWEEP_SIBLINGS, SG_V_NUMBER(event), SG_V_NUMBER(phase));
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    *is_last = is_there && sg_sql_number(row, 0) == 0;
    sg_sql_done(row);
    return true;
}

static bool sum_up(struct sg_state *state, int64_t event, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_SWEEP_SUMS, SG_V_NUMBER(event));
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(&state->sql, row, &is_there, err))
            return false;
        if (!is_there)
            break;
        struct sg_str source =
            sg_state_source(state->arena, sg_sql_text(row, 3), sg_sql_text(row, 4));
        struct sg_str what =
            sg_str_format(state->arena, "swept %.*s", SG_STR_ARG(sg_sql_text(row, 2)));

        sg_state_count(state, &(struct sg_tally){.day = sg_sql_number(row, 0),
                                                 .source = source,
                                                 .mapping = sg_sql_text(row, 1),
                                                 .what = sg_str_c(state->arena, what),
                                                 .n = 1});
    }
    return true;
}

static bool forget(struct sg_state *state, int64_t event, struct sg_error *err)
{
    return sum_up(state, event, err) &&
           SG_SQL_RUN(&state->sql, err, SG_SQL_ACTS_DELETE, SG_V_NUMBER(event)) &&
           SG_SQL_RUN(&state->sql, err, SG_SQL_DELIVERIES_DELETE, SG_V_NUMBER(event)) &&
           SG_SQL_RUN(&state->sql, err, SG_SQL_EVENT_DELETE, SG_V_NUMBER(event));
}

/* One delivery on from `phase`; `*event` 0 when there was none. */
static bool sweep_one(struct sg_state *state, int phase, int64_t before_ms, int64_t *event,
                      struct sg_error *err)
{
    int64_t delivery = 0;
    bool is_last = false;

    if (!find(state, phase, before_ms, &delivery, event, err))
        return false;
    if (*event == 0)
        return true;
    if (!move_on(state, delivery, *event, phase + 1, &is_last, err))
        return false;
    if (!is_last)
        return true;
    return phase == PHASE_WHOLE
               ? SG_SQL_RUN(&state->sql, err, SG_SQL_EVENT_BLANK, SG_V_NUMBER(*event))
               : forget(state, *event, err);
}

static bool sweep_phase(struct sg_state *state, int phase, int64_t before_ms, size_t limit,
                        size_t *swept, struct sg_error *err)
{
    int64_t event = 1;

    while (event != 0 && *swept < limit) {
        if (!sweep_one(state, phase, before_ms, &event, err))
            return false;
        *swept += event != 0;
    }
    return true;
}

bool sg_state_sweep(struct sg_state *state, int64_t now_ms, size_t limit, size_t *swept,
                    struct sg_error *err)
{
    return SG_SQL_RUN(&state->sql, err, SG_SQL_COMMANDS_DELETE,
                      SG_V_NUMBER(now_ms - 2 * state->keep_ms)) &&
           sweep_phase(state, PHASE_WHOLE, now_ms - state->keep_ms, limit, swept, err) &&
           sweep_phase(state, PHASE_NO_BODY, now_ms - 2 * state->keep_ms, limit, swept, err);
}
