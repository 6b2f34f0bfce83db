#include <assert.h>

#include "base/buffer.h"
#include "base/log.h"
#include "journal/lanes.h"
#include "journal/state.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* One event on its way in. */
struct intake {
    const struct sg_event *event;
    struct sg_str head_id; /* the record's id, under which its head stands */
    bool has_head, is_older;
    struct sg_str shape_before;
    struct sg_str ticket; /* "" while the link is not known */
    struct sg_str wait_key;
    int64_t round, seq;
    int step;
    struct sg_str source; /* see sg_state_source() */
};

static struct sg_str sha_of(const struct sg_event *event)
{
    return (struct sg_str){(const char *)event->sha256.bytes, sizeof event->sha256.bytes};
}

static void count(struct sg_state *state, const struct intake *in, struct sg_str mapping,
                  const char *what)
{
    sg_state_count(state, &(struct sg_tally){.day = sg_state_day(state),
                                             .source = in->source,
                                             .mapping = mapping,
                                             .what = what,
                                             .n = 1});
}

/* --- what was seen before --- */

/* By value only when both are times or both numbers; a clock that is far ahead says nothing. */
static bool is_older(const struct sg_state *state, const struct sg_event *event, int64_t head_kind,
                     int64_t head_value)
{
    if (event->version_kind == SG_VERSION_OPAQUE || (int64_t)event->version_kind != head_kind)
        return false;
    int64_t latest = state->now_ms + DAY_MS;
    if (event->version_kind == SG_VERSION_TIME &&
        (event->version_value > latest || head_value > latest))
        return false;
    return event->version_value < head_value;
}

static bool read_head(struct sg_state *state, struct intake *in, bool *is_repeat,
                      struct sg_error *err)
{
    const struct sg_event *event = in->event;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_HEAD_FIND, SG_V_TEXT(event->system),
                                    SG_V_TEXT(event->record), SG_V_TEXT(in->head_id));
    bool is_there = false;

    *is_repeat = false;
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    in->has_head = !sg_sql_is_null(row, 0); /* else it only keeps our own changes */
    if (in->has_head) {
        *is_repeat = sg_str_equal(sg_sql_text(row, 0), event->version) &&
                     sg_str_equal(sg_sql_text(row, 3), sha_of(event));
        in->is_older = is_older(state, event, sg_sql_number(row, 1), sg_sql_number(row, 2));
        in->shape_before = sg_str_copy(state->arena, sg_sql_text(row, 4));
    }
    sg_sql_done(row);
    return true;
}

/* One that could be no event is not what is meant: its record may be one now. */
static bool is_still_kept(struct sg_state *state, const struct intake *in, bool *is_kept,
                          struct sg_error *err)
{
    const struct sg_event *event = in->event;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_EVENT_FIND, SG_V_TEXT(event->system),
                                    SG_V_TEXT(event->record), SG_V_TEXT(event->record_id),
                                    SG_V_TEXT(event->version), SG_V_BYTES(sha_of(event)));

    if (!sg_sql_row(&state->sql, row, is_kept, err))
        return false;
    sg_sql_done(row);
    return true;
}

static bool find_repeat(struct sg_state *state, struct intake *in, bool *is_repeat,
                        struct sg_error *err)
{
    if (!read_head(state, in, is_repeat, err))
        return false;
    if (*is_repeat || !in->has_head || !in->event->is_version_declared)
        return true;
    return is_still_kept(state, in, is_repeat, err);
}

static bool move_head(struct sg_state *state, const struct intake *in, struct sg_error *err)
{
    const struct sg_event *event = in->event;

    return SG_SQL_RUN(&state->sql, err, SG_SQL_HEAD_MOVE, SG_V_TEXT(event->system),
                      SG_V_TEXT(event->record), SG_V_TEXT(in->head_id), SG_V_TEXT(event->version),
                      SG_V_NUMBER(event->version_kind), SG_V_NUMBER(event->version_value),
                      SG_V_BYTES(sha_of(event)), SG_V_BYTES(event->shape));
}

/* --- ticket and round --- */

/* The round of a value, and the newest one; 0 where there is none yet. */
static bool find_round(struct sg_state *state, const struct intake *in, int64_t *latest,
                       int64_t *number, struct sg_error *err)
{
    struct sg_str value = in->event->round;
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_ROUNDS, SG_V_TEXT(in->ticket));
    bool is_there = false;

    *latest = *number = 0;
    while (*number == 0) {
        if (!sg_sql_row(&state->sql, row, &is_there, err))
            return false;
        if (!is_there)
            return true;
        if (*latest == 0)
            *latest = sg_sql_number(row, 0);
        if (value.length == 0 || sg_str_equal(sg_sql_text(row, 1), value))
            *number = sg_sql_number(row, 0);
    }
    sg_sql_done(row);
    return true;
}

static bool place_by_key(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    int64_t latest = 0;

    in->ticket = in->event->key;
    if (!find_round(state, in, &latest, &in->round, err))
        return false;
    if (in->round != 0)
        return true;
    in->round = in->is_older ? latest : latest + 1;
    if (in->is_older)
        return true; /* late news begins nothing, not even the first round of a ticket */
    return SG_SQL_RUN(&state->sql, err, SG_SQL_ROUND_ADD, SG_V_TEXT(in->ticket),
                      SG_V_NUMBER(in->round), SG_V_TEXT(in->event->round),
                      SG_V_TEXT(in->event->system));
}

static bool place_by_link(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    const struct sg_event *event = in->event;
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_LINK_FIND, SG_V_TEXT(event->system), SG_V_TEXT(event->key));
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there) {
        in->wait_key = sg_lane_wait_key(state->arena, event->system, event->key);
        return true;
    }
    in->ticket = sg_str_copy(state->arena, sg_sql_text(row, 0));
    in->round = sg_sql_number(row, 1);
    sg_sql_done(row);
    return true;
}

/* --- the rows --- */

static bool add_event(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    const struct sg_event *event = in->event;

    in->seq = state->next_seq++;
    return SG_SQL_RUN(
        &state->sql, err, SG_SQL_EVENT_ADD, SG_V_NUMBER(in->seq), SG_V_TEXT(event->system),
        SG_V_TEXT(event->record), SG_V_TEXT(event->record_id), SG_V_TEXT(event->version),
        SG_V_NUMBER(event->is_version_declared), SG_V_NUMBER(event->version_kind),
        SG_V_NUMBER(event->version_value), SG_V_TEXT(event->key), SG_V_NUMBER(event->is_key_linked),
        SG_V_NUMBER(event->wait_ms), SG_V_NUMBER(event->skips_after_wait),
        sg_sql_text_or_null(in->ticket), in->round == 0 ? SG_V_NULL : SG_V_NUMBER(in->round),
        SG_V_TEXT(event->round), SG_V_NUMBER(event->is_own), SG_V_NUMBER(event->captured_at),
        SG_V_BYTES(sha_of(event)), SG_V_NUMBER((int64_t)event->size), SG_V_BYTES(event->shape),
        SG_V_BYTES(in->shape_before), SG_V_TEXT(event->body));
}

/* A delivery's row; what is not said is as nothing there. */
struct fresh {
    struct sg_str lane, target, mapping, map_hash, reason;
    enum sg_delivery_state state;
    bool is_due, waits;
    struct sg_place place;
};

static bool add_delivery(struct sg_state *state, struct intake *in, const struct fresh *fresh,
                         struct sg_error *err)
{
    const bool is_ended = fresh->state >= SG_DELIVERY_DELIVERED;
    const int64_t deadline = in->event->captured_at + in->event->wait_ms;
    const char *name = sg_delivery_state_name(fresh->state);
    struct sg_str file = fresh->place.file == NULL ? SG_STR("") : sg_str_of(fresh->place.file);

    count(state, in, fresh->mapping, "taken in");
    if (is_ended)
        count(state, in, fresh->mapping, name);
    return SG_SQL_RUN(
        &state->sql, err, SG_SQL_DELIVERY_ADD, SG_V_NUMBER(state->next_id++), SG_V_NUMBER(in->seq),
        SG_V_NUMBER(in->step++), SG_V_TEXT(fresh->lane), SG_V_TEXT(fresh->target),
        sg_sql_text_or_null(in->ticket), in->round == 0 ? SG_V_NULL : SG_V_NUMBER(in->round),
        SG_V_TEXT(fresh->mapping), SG_V_TEXT(fresh->map_hash), SG_V_TEXT(sg_str_of(name)),
        fresh->is_due ? SG_V_NUMBER(state->now_ms) : SG_V_NULL,
        fresh->waits ? SG_V_TEXT(in->wait_key) : SG_V_NULL,
        fresh->waits ? SG_V_NUMBER(deadline) : SG_V_NULL, SG_V_NUMBER(state->now_ms),
        SG_V_NUMBER(sg_state_day(state)), is_ended ? SG_V_NUMBER(state->now_ms) : SG_V_NULL,
        sg_sql_text_or_null(fresh->reason), sg_sql_text_or_null(file),
        SG_V_NUMBER(fresh->place.line), SG_V_NUMBER(fresh->place.column),
        fresh->state == SG_DELIVERY_FAILED ? SG_V_NUMBER(state->now_ms) : SG_V_NULL);
}

static bool is_lane_open(struct sg_state *state, struct sg_str lane, bool *is_open,
                         struct sg_error *err)
{
    sqlite3_stmt *row = SG_SQL_BIND(&state->sql, SG_SQL_LANE_IS_OPEN, SG_V_TEXT(lane));

    if (!sg_sql_row(&state->sql, row, is_open, err))
        return false;
    sg_sql_done(row);
    return true;
}

static bool add_route(struct sg_state *state, struct intake *in, const struct sg_route *route,
                      struct sg_error *err)
{
    struct fresh fresh = {.target = route->target,
                          .mapping = route->mapping,
                          .map_hash = route->map_hash,
                          .waits = in->wait_key.length > 0};
    bool is_open = false;

    if (fresh.waits)
        fresh.lane = sg_lane_of_wait(state->arena, route->target, in->wait_key);
    else
        fresh.lane = sg_lane_of_ticket(state->arena, route->target, in->ticket);
    if (in->is_older) {
        fresh.state = SG_DELIVERY_SKIPPED;
        fresh.reason = SG_STR("older");
        fresh.waits = false;
        return add_delivery(state, in, &fresh, err);
    }
    if (!fresh.waits && !is_lane_open(state, fresh.lane, &is_open, err))
        return false;
    fresh.is_due = !fresh.waits && !is_open;
    return add_delivery(state, in, &fresh, err);
}

static bool add_routes(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    for (size_t r = 0; r < state->route_count; r++) {
        const struct sg_route *route = &state->routes[r];
        if (sg_str_equal(route->system, in->event->system) &&
            sg_str_equal(route->record, in->event->record) && !add_route(state, in, route, err))
            return false;
    }
    if (in->step > 0)
        return true;
    const struct fresh none = {.state = SG_DELIVERY_SKIPPED, .reason = SG_STR("no mapping")};
    return add_delivery(state, in, &none, err);
}

/* What can be no event is kept all the same: one row that a person must look at, in nobody's way. */
static bool take_problem_in(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    const struct sg_event *event = in->event;
    struct fresh fresh = {
        .state = SG_DELIVERY_FAILED, .reason = event->problem, .place = event->problem_at};

    in->ticket = event->is_key_linked ? SG_STR("") : event->key;
    if (!add_event(state, in, err))
        return false;
    fresh.lane = sg_str_format(state->arena, "!%lld", (long long)in->seq);
    return add_delivery(state, in, &fresh, err) && move_head(state, in, err);
}

static bool take_in(struct sg_state *state, struct intake *in, struct sg_error *err)
{
    bool is_placed =
        in->event->is_key_linked ? place_by_link(state, in, err) : place_by_key(state, in, err);

    return is_placed && add_event(state, in, err) && add_routes(state, in, err) &&
           (in->is_older || move_head(state, in, err));
}

bool sg_state_capture(struct sg_state *state, const struct sg_event *event, enum sg_captured *what,
                      struct sg_error *err)
{
    struct intake in = {.event = event,
                        .head_id = event->record_id,
                        .source = sg_state_source(state->arena, event->system, event->record)};
    const bool is_problem = event->problem.length > 0;
    bool is_repeat = false;

    assert(state->is_begun);
    if (is_problem) /* it may have no id: its content is what it is known by */
        in.head_id =
            sg_str_format(state->arena, "#%.*s", SG_STR_ARG(sg_hex(state->arena, sha_of(event))));
    if (!find_repeat(state, &in, &is_repeat, err))
        return false;
    *what = is_repeat ? SG_CAPTURED_REPEAT : SG_CAPTURED_NEW;
    if (is_repeat) {
        count(state, &in, SG_STR(""), "repeats");
        return true;
    }
    return is_problem ? take_problem_in(state, &in, err) : take_in(state, &in, err);
}

static bool find_version(struct sg_state *state, struct sg_str system, struct sg_str record,
                         struct sg_sighting *seen, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_VERSION_FIND, SG_V_TEXT(system), SG_V_TEXT(record),
                    SG_V_TEXT(seen->record_id), SG_V_TEXT(seen->version));

    if (!sg_sql_row(&state->sql, row, &seen->is_captured, err))
        return false;
    sg_sql_done(row);
    return true;
}

bool sg_state_find_captured(struct sg_state *state, struct sg_str system, struct sg_str record,
                            struct sg_sighting *seen, size_t count, struct sg_error *err)
{
    for (size_t s = 0; s < count; s++) {
        seen[s].is_captured = false;
        if (seen[s].record_id.length > 0 && !find_version(state, system, record, &seen[s], err))
            return false;
    }
    return true;
}
