#include <assert.h>

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/own.h"
#include "journal/state.h"

/* A delivery whose step ends. What the contract gave stays as it is; what is written may differ. */
struct outcome {
    const struct sg_ending *ending;
    enum sg_delivery_state state;
    struct sg_str reason;
    struct sg_str lane, target, ticket, mapping, system, source;
    int64_t round, day;
    bool has_turn;
    bool makes_link;
    bool is_in_doubt;
};

static bool is_open(enum sg_delivery_state state)
{
    return state < SG_DELIVERY_DELIVERED;
}

static void read_outcome(struct sg_state *state, sqlite3_stmt *row, struct outcome *out)
{
    struct sg_arena *arena = state->arena;

    out->lane = sg_str_copy(arena, sg_sql_text(row, 1));
    out->target = sg_str_copy(arena, sg_sql_text(row, 2));
    out->ticket = sg_str_copy(arena, sg_sql_text(row, 3));
    out->round = sg_sql_number(row, 4);
    out->mapping = sg_str_copy(arena, sg_sql_text(row, 5));
    out->day = sg_sql_number(row, 6);
    out->has_turn = sg_sql_number(row, 7) != 0;
    out->system = sg_str_copy(arena, sg_sql_text(row, 8));
    out->source = sg_state_source(arena, out->system, sg_sql_text(row, 9));
}

/* What was known of it when it was taken. */
static void recall(const struct sg_taken *taken, struct outcome *out)
{
    out->lane = taken->lane;
    out->target = taken->target;
    out->ticket = taken->ticket;
    out->round = taken->round;
    out->mapping = taken->mapping;
    out->day = taken->day;
    out->system = taken->system;
    out->source = taken->source;
}

static bool find_delivery(struct sg_state *state, struct outcome *out, struct sg_error *err)
{
    const long long id = (long long)out->ending->delivery;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_DELIVERY_FIND, SG_V_NUMBER(id));
    bool is_there = false, is_good = true;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "there is no delivery %lld",
                            id);
    struct sg_str is = sg_sql_text(row, 0);
    if (sg_str_is(is, "pending") || sg_str_is(is, "unknown") || sg_str_is(is, "failed"))
        read_outcome(state, row, out);
    else
        is_good = sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                               "delivery %lld has ended already: it is %.*s", id, SG_STR_ARG(is));
    sg_sql_done(row);
    return is_good;
}

/* --- the link --- */

/* It was done, so it is not sent again: a person says what it is, or gives it up. */
static bool fail_for_link(struct sg_state *state, struct outcome *out, const char *why)
{
    out->state = SG_DELIVERY_FAILED;
    out->is_in_doubt = true;
    out->makes_link = false;
    out->reason =
        sg_str_format(state->arena, "done, as %.*s, but %s", SG_STR_ARG(out->ending->link_id), why);
    return true;
}

/* The id may be linked already: to this very round, as after a restore; or to another one. */
static bool check_link_of_id(struct sg_state *state, struct outcome *out, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_FIND, SG_V_TEXT(out->target),
                                    SG_V_TEXT(out->ending->link_id));
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    bool is_ours =
        sg_str_equal(sg_sql_text(row, 0), out->ticket) && sg_sql_number(row, 1) == out->round;

    out->makes_link = false;
    if (!is_ours)
        (void)fail_for_link(
            state, out,
            sg_str_c(state->arena,
                     sg_str_format(state->arena, "that is linked to ticket %.*s, round %lld",
                                   SG_STR_ARG(sg_sql_text(row, 0)),
                                   (long long)sg_sql_number(row, 1))));
    sg_sql_done(row);
    return true;
}

static bool check_link_of_round(struct sg_state *state, struct outcome *out, struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LINK_OF_ROUND, SG_V_TEXT(out->ticket),
                                    SG_V_NUMBER(out->round), SG_V_TEXT(out->target));
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    struct sg_str other = sg_str_copy(state->arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return fail_for_link(
        state, out,
        sg_str_c(state->arena,
                 sg_str_format(state->arena, "this round is linked to %.*s", SG_STR_ARG(other))));
}

static bool check_link(struct sg_state *state, struct outcome *out, struct sg_error *err)
{
    out->makes_link = out->state == SG_DELIVERY_DELIVERED && out->ending->link_id.length > 0 &&
                      out->ticket.length > 0;
    if (!out->makes_link)
        return true;
    if (!check_link_of_id(state, out, err))
        return false;
    return !out->makes_link || check_link_of_round(state, out, err);
}

static bool make_link(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    struct sg_str id = out->ending->link_id;

    return SG_SQL_RUN(&state->sql, err, SG_SQL_LINK_ADD, SG_V_TEXT(out->target), SG_V_TEXT(id),
                      SG_V_TEXT(out->ticket), SG_V_NUMBER(out->round),
                      SG_V_NUMBER(state->now_ms)) &&
           sg_lane_join(state, out->target, id, out->ticket, out->round, err);
}

/* --- the row --- */

static bool write_row(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    const struct sg_ending *ending = out->ending;
    const bool is_due = out->state == SG_DELIVERY_PENDING || out->state == SG_DELIVERY_UNKNOWN;
    const bool is_temporary = is_due && ending->is_temporary;
    struct sg_str file = ending->place.file == NULL ? SG_STR("") : sg_str_of(ending->place.file);
    struct sg_str request = is_open(out->state) ? ending->request : SG_STR("");

    return sg_state_keep_request(state, ending->delivery, request, err) &&
           SG_SQL_RUN(&state->sql, err, SG_SQL_DELIVERY_END, SG_V_NUMBER(ending->delivery),
                      SG_V_TEXT(sg_str_of(sg_delivery_state_name(out->state))),
                      is_due ? SG_V_NUMBER(ending->next_at) : SG_V_NULL,
                      is_open(out->state) ? SG_V_NULL : SG_V_NUMBER(state->now_ms),
                      SG_V_NUMBER(ending->was_called), SG_V_NUMBER(state->now_ms),
                      SG_V_NUMBER(is_temporary), SG_V_NUMBER(out->is_in_doubt),
                      SG_V_NUMBER(ending->moves_key), SG_V_NUMBER(ending->sends),
                      SG_V_NUMBER(ending->empty_probes), sg_sql_text_or_null(out->reason),
                      sg_sql_text_or_null(file), SG_V_NUMBER(ending->place.line),
                      SG_V_NUMBER(ending->place.column), sg_sql_text_or_null(ending->pointer),
                      sg_sql_text_or_null(ending->said), sg_sql_text_or_null(ending->map_hash));
}

/* Most are: they have ended, and nothing is to be said of them. */
static bool is_plain(const struct outcome *out)
{
    const struct sg_ending *ending = out->ending;

    return !is_open(out->state) && !out->is_in_doubt && out->reason.length == 0 &&
           ending->said.length == 0 && ending->pointer.length == 0 && ending->place.file == NULL;
}

/* False in `*is_written`: something was said of it before, or it is not what it was when taken. */
static bool write_plain_row(struct sg_state *state, struct outcome *out, bool *is_written,
                            struct sg_error *err)
{
    const struct sg_ending *ending = out->ending;

    if (!SG_SQL_RUN(&state->sql, err, SG_SQL_DELIVERY_DONE, SG_V_NUMBER(ending->delivery),
                    SG_V_TEXT(sg_str_of(sg_delivery_state_name(out->state))),
                    SG_V_NUMBER(state->now_ms), SG_V_NUMBER(ending->was_called),
                    SG_V_NUMBER(ending->moves_key), SG_V_NUMBER(ending->sends),
                    SG_V_NUMBER(ending->empty_probes), sg_sql_text_or_null(ending->map_hash)))
        return false;
    *is_written = out->has_turn = sqlite3_changes(state->sql.db) == 1;
    return true;
}

/* Of one that was taken, its row is looked at only where it must be. */
static bool end_row(struct sg_state *state, struct outcome *out, const struct sg_taken *taken,
                    struct sg_error *err)
{
    bool is_written = false;

    if (taken != NULL) {
        recall(taken, out);
        if (!check_link(state, out, err) ||
            (is_plain(out) && !write_plain_row(state, out, &is_written, err)))
            return false;
        if (is_written)
            return !taken->has_request ||
                   sg_state_keep_request(state, out->ending->delivery, SG_STR(""), err);
        return find_delivery(state, out, err) && write_row(state, out, err);
    }
    return find_delivery(state, out, err) && check_link(state, out, err) &&
           write_row(state, out, err);
}

/* --- what follows from it --- */

static bool write_own_change(struct sg_state *state, const struct outcome *out,
                             enum sg_state_sql statement, struct sg_error *err)
{
    const struct sg_ending *ending = out->ending;

    return SG_SQL_RUN(&state->sql, err, statement, SG_V_TEXT(out->target),
                      SG_V_TEXT(ending->own_record), SG_V_TEXT(ending->own_id),
                      SG_V_BYTES(ending->own_change.version), SG_V_BYTES(ending->own_change.shows));
}

/* With the head of the record; one that never was an event has none yet. */
static bool keep_own_change(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    if (out->ending->own_id.length == 0)
        return true;
    return write_own_change(state, out, SG_SQL_OWN_ADD, err) &&
           (sqlite3_changes(state->sql.db) == 1 ||
            write_own_change(state, out, SG_SQL_OWN_NEW, err));
}

static bool keep_shadow(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    const struct sg_ending *ending = out->ending;

    if (ending->input_hash.length == 0)
        return true;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_SHADOW_SET, SG_V_TEXT(out->ticket),
                      SG_V_TEXT(out->target), SG_V_NUMBER(out->round), SG_V_TEXT(ending->operation),
                      SG_V_TEXT(ending->input_hash));
}

static bool follow_delivered(struct sg_state *state, const struct outcome *out,
                             struct sg_error *err)
{
    return SG_SQL_RUN(&state->sql, err, SG_SQL_TARGET_DELIVERED, SG_V_TEXT(out->target)) &&
           keep_shadow(state, out, err) && keep_own_change(state, out, err) &&
           (!out->makes_link || make_link(state, out, err));
}

/* The lane goes on. One that holds the turn and stays at the front is left as it is. */
static bool move_lane(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    if (out->state == SG_DELIVERY_UNKNOWN)
        return true;
    if (out->state == SG_DELIVERY_PENDING || !out->has_turn)
        return sg_lane_settle(state, out->lane, err);
    return sg_lane_advance(state, out->lane, err);
}

static bool clear_shadows(struct sg_state *state, const struct outcome *out, struct sg_error *err)
{
    if (!out->ending->clears_shadows)
        return true;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_SHADOWS_CLEAR, SG_V_TEXT(out->ticket),
                      SG_V_TEXT(out->system));
}

bool sg_state_end(struct sg_state *state, const struct sg_ending *ending, struct sg_error *err)
{
    struct outcome out = {.ending = ending,
                          .state = ending->state,
                          .reason = ending->reason,
                          .is_in_doubt = ending->is_in_doubt};
    struct sg_taken *taken = sg_state_find_taken(state, ending->delivery);

    assert(state->is_begun);
    if (!end_row(state, &out, taken, err))
        return false;
    if (taken != NULL)
        taken->is_ending = true;
    if (!is_open(out.state))
        sg_state_count(state, &(struct sg_tally){.day = out.day,
                                                 .source = out.source,
                                                 .mapping = out.mapping,
                                                 .what = sg_delivery_state_name(out.state),
                                                 .n = 1});
    return clear_shadows(state, &out, err) &&
           (out.state != SG_DELIVERY_DELIVERED || follow_delivered(state, &out, err)) &&
           move_lane(state, &out, err);
}
