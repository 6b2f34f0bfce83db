#include "journal/state.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/own.h"
#include "journal/pauses.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

bool sg_state_open(struct sg_state *state, sqlite3 *db, const struct sg_journal_settings *settings,
                   struct sg_error *err)
{
    *state =
        (struct sg_state){.day_offset_ms = settings->day_offset_ms, .keep_ms = settings->keep_ms};
    sg_own_register(db);
    return sg_sql_open(&state->sql, db, SG_STATE_STATEMENTS, SG_SQL_STATE_COUNT, err);
}

static void forget_taken(struct sg_state *state)
{
    for (size_t t = 0; t < state->taken_count; t++)
        free(state->taken[t].texts);
    state->taken_count = 0;
    state->put_off_count = 0;
}

void sg_state_close(struct sg_state *state)
{
    forget_taken(state);
    free(state->taken);
    free(state->put_off);
    sg_arena_free(state->arena);
    sg_arena_free(state->routes_arena);
    sg_arena_free(state->pauses_arena);
    sg_sql_close(&state->sql);
    *state = (struct sg_state){0};
}

bool sg_state_recover(struct sg_state *state, struct sg_error *err)
{
    forget_taken(state);
    state->are_pauses_known = false;
    return sg_sql_finish(&state->sql, sg_sql_bind(&state->sql, SG_SQL_RECOVER_FAILED, NULL, 0),
                         err) &&
           sg_sql_finish(&state->sql, sg_sql_bind(&state->sql, SG_SQL_RECOVER, NULL, 0), err);
}

/* --- the transaction --- */

static bool read_numbers(struct sg_state *state, struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(&state->sql, SG_SQL_NEXT_NUMBERS, NULL, 0);
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    const int64_t last_event = sg_sql_number(row, 0), last_place = sg_sql_number(row, 2);
    state->next_seq = (last_event > last_place ? last_event : last_place) + 1;
    state->next_id = sg_sql_number(row, 1) + 1;
    sg_sql_done(row);
    return true;
}

static bool settle_lane_of(struct sg_state *state, int64_t id, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LANE_OF, SG_V_NUMBER(id));
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    struct sg_str lane = sg_str_copy(state->arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return !is_there || sg_lane_settle(state, lane, err);
}

static bool write_put_off(struct sg_state *state, struct sg_error *err)
{
    for (size_t p = 0; p < state->put_off_count; p++) {
        const struct sg_put_off *it = &state->put_off[p];
        bool is_good = it->until == 0 ? settle_lane_of(state, it->id, err)
                                      : SG_SQL_RUN(&state->sql, err, SG_SQL_PUT_OFF,
                                                   SG_V_NUMBER(it->id), SG_V_NUMBER(it->until));
        if (!is_good)
            return false;
    }
    return true;
}

bool sg_state_begin(struct sg_state *state, int64_t now_ms, struct sg_error *err)
{
    assert(!state->is_begun);
    state->is_begun = true;
    state->sql.is_broken = false;
    state->now_ms = now_ms;
    state->arena = sg_arena_new();
    return read_numbers(state, err) && write_put_off(state, err) && sg_pauses_expire(state, err) &&
           sg_lane_expire(state, err);
}

bool sg_state_flush(struct sg_state *state, struct sg_error *err)
{
    if (state->sql.is_broken)
        return sg_error_set(err, SG_ERROR_TEMPORARY, (struct sg_place){.file = "journal.db"},
                            "a step of this transaction failed, so all of it is undone");
    for (size_t t = 0; t < state->tally_count; t++) {
        const struct sg_tally *tally = &state->tallies[t];
        if (!SG_SQL_RUN(&state->sql, err, SG_SQL_TOTAL_ADD, SG_V_NUMBER(tally->day),
                        SG_V_TEXT(tally->source), SG_V_TEXT(tally->mapping),
                        SG_V_TEXT(sg_str_of(tally->what)), SG_V_NUMBER(tally->n)))
            return false;
    }
    return true;
}

static void let_go(struct sg_state *state, size_t t)
{
    free(state->taken[t].texts);
    state->taken[t] = state->taken[--state->taken_count];
}

static void end_transaction(struct sg_state *state)
{
    sg_arena_free(state->arena);
    state->arena = NULL;
    state->tallies = NULL;
    state->tally_count = state->tally_room = 0;
    state->is_begun = false;
}

void sg_state_committed(struct sg_state *state)
{
    for (size_t t = state->taken_count; t-- > 0;) {
        state->taken[t].is_new = false;
        if (state->taken[t].is_ending)
            let_go(state, t);
    }
    state->put_off_count = 0;
    end_transaction(state);
}

void sg_state_rolled_back(struct sg_state *state)
{
    for (size_t t = state->taken_count; t-- > 0;) {
        state->taken[t].is_ending = false;
        if (state->taken[t].is_new)
            let_go(state, t);
    }
    state->are_pauses_known = false;
    state->put_off_count = 0; /* what it was put off for may be undone: it is looked at again */
    end_transaction(state);
}

int64_t sg_state_day(const struct sg_state *state)
{
    return (state->now_ms + state->day_offset_ms) / DAY_MS;
}

/* --- counters: few, for they differ by source, mapping and end only --- */

struct sg_str sg_state_source(struct sg_arena *arena, struct sg_str system, struct sg_str record)
{
    return sg_str_join_by(arena, system, '.', record);
}

static bool is_same_counter(const struct sg_tally *a, const struct sg_tally *b)
{
    return a->day == b->day && strcmp(a->what, b->what) == 0 &&
           sg_str_equal(a->source, b->source) && sg_str_equal(a->mapping, b->mapping);
}

void sg_state_count(struct sg_state *state, const struct sg_tally *tally)
{
    assert(state->is_begun);
    for (size_t t = 0; t < state->tally_count; t++) {
        if (is_same_counter(&state->tallies[t], tally)) {
            state->tallies[t].n += tally->n;
            return;
        }
    }
    if (state->tally_count == state->tally_room) {
        size_t room = state->tally_room == 0 ? 8 : 2 * state->tally_room;
        struct sg_tally *grown = sg_arena_get(state->arena, room, sizeof *grown);

        if (state->tally_count > 0)
            memcpy(grown, state->tallies, state->tally_count * sizeof *grown);
        state->tallies = grown;
        state->tally_room = room;
    }
    struct sg_tally *added = &state->tallies[state->tally_count++];
    *added = *tally;
    added->source = sg_str_copy(state->arena, tally->source);
    added->mapping = sg_str_copy(state->arena, tally->mapping);
}

/* --- what is in flight, and what is put off --- */

/* Grows a list by doubling; out of memory ends the process, as in arenas. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 16 : 2 * *room;
    void *grown = reallocarray(list, *room, size);
    if (grown == NULL)
        abort();
    return grown;
}

struct sg_taken *sg_state_find_taken(struct sg_state *state, int64_t id)
{
    for (size_t t = 0; t < state->taken_count; t++) {
        if (state->taken[t].id == id)
            return &state->taken[t];
    }
    return NULL;
}

bool sg_state_is_lane_taken(const struct sg_state *state, struct sg_str lane)
{
    for (size_t t = 0; t < state->taken_count; t++) {
        if (sg_str_equal(lane, state->taken[t].lane))
            return true;
    }
    return false;
}

/* Moves the text to `*at`, which goes on behind it. */
static void move_text(struct sg_str *text, char **at)
{
    if (text->length > 0)
        memcpy(*at, text->at, text->length);
    text->at = *at;
    *at += text->length;
}

void sg_state_add_taken(struct sg_state *state, const struct sg_taken *taken)
{
    struct sg_taken added = *taken;
    struct sg_str *const texts[] = {&added.lane,    &added.target, &added.ticket,
                                    &added.mapping, &added.source, &added.system};
    const size_t count = sizeof texts / sizeof texts[0];
    size_t length = 1; /* none of it is no memory */

    for (size_t t = 0; t < count; t++)
        length += texts[t]->length;
    char *at = added.texts = malloc(length);
    if (at == NULL)
        abort();
    for (size_t t = 0; t < count; t++)
        move_text(texts[t], &at);
    added.is_new = state->is_begun;
    added.is_ending = false;
    state->taken = grow(state->taken, state->taken_count, &state->taken_room, sizeof *state->taken);
    state->taken[state->taken_count++] = added;
}

void sg_state_put_off(struct sg_state *state, int64_t id, int64_t until)
{
    for (size_t p = 0; p < state->put_off_count; p++) {
        if (state->put_off[p].id == id) {
            state->put_off[p].until = until;
            return;
        }
    }
    state->put_off =
        grow(state->put_off, state->put_off_count, &state->put_off_room, sizeof *state->put_off);
    state->put_off[state->put_off_count++] = (struct sg_put_off){id, until};
}

bool sg_state_is_put_off(const struct sg_state *state, int64_t id, int64_t now_ms)
{
    for (size_t p = 0; p < state->put_off_count; p++) {
        if (state->put_off[p].id == id)
            return state->put_off[p].until == 0 || state->put_off[p].until > now_ms;
    }
    return false;
}
