#include <assert.h>

#include "base/buffer.h"
#include "journal/lanes.h"
#include "journal/own.h"
#include "journal/pauses.h"
#include "journal/state.h"

enum { HOUR_MS = 60 * 60 * 1000, LOOK_AGAIN_MS = 1000 };

/* The columns of SG_SQL_TAKE, in their order. */
enum column {
    IS_FIRST,
    IS_SOURCE_UNKNOWN,
    SEQ,
    RUN,
    MAPPING,
    TARGET,
    TICKET,
    ROUND,
    STATE,
    KEY_GENERATION,
    ATTEMPTS,
    TEMPORARY_ENDS,
    OK_MARK,
    DELIVERED,
    CALLS,
    FIRST_AT,
    SENT_AT,
    SENDS,
    EMPTY_PROBES,
    REQUEST,
    SYSTEM,
    RECORD,
    RECORD_ID,
    VERSION,
    IS_VERSION_DECLARED,
    VERSION_KIND,
    VERSION_VALUE,
    KEY,
    IS_KEY_LINKED,
    WAIT_MS,
    SKIPS_AFTER_WAIT,
    ROUND_VALUE,
    IS_OWN,
    CAPTURED_AT,
    SHA256,
    SIZE,
    SHAPE,
    SHAPE_BEFORE,
    BODY,
    OWN,
    LANE,
    DAY,
};

/* A row on its way out. */
struct reader {
    struct sg_arena *arena;
    sqlite3_stmt *row;
};

static struct sg_str text(const struct reader *in, enum column column)
{
    return sg_str_copy(in->arena, sg_sql_text(in->row, (int)column));
}

static int64_t number(const struct reader *in, enum column column)
{
    return sg_sql_number(in->row, (int)column);
}

static void read_event(const struct reader *in, struct sg_event *event)
{
    struct sg_str sha = sg_sql_text(in->row, SHA256);

    *event = (struct sg_event){
        .system = text(in, SYSTEM),
        .record = text(in, RECORD),
        .record_id = text(in, RECORD_ID),
        .version = text(in, VERSION),
        .is_version_declared = number(in, IS_VERSION_DECLARED) != 0,
        .version_kind = (enum sg_version_kind)number(in, VERSION_KIND),
        .version_value = number(in, VERSION_VALUE),
        .key = text(in, KEY),
        .is_key_linked = number(in, IS_KEY_LINKED) != 0,
        .wait_ms = number(in, WAIT_MS),
        .skips_after_wait = number(in, SKIPS_AFTER_WAIT) != 0,
        .round = text(in, ROUND_VALUE),
        .is_own = number(in, IS_OWN) != 0,
        .captured_at = number(in, CAPTURED_AT),
        .size = (size_t)number(in, SIZE),
        .shape = text(in, SHAPE),
        .body = text(in, BODY),
    };
    if (sha.length == sizeof event->sha256.bytes)
        memcpy(event->sha256.bytes, sha.at, sha.length);
}

static void read_own(const struct reader *in, struct sg_delivery *out)
{
    struct sg_own_change *changes = sg_arena_get(in->arena, SG_OWN_MAX, sizeof *changes);

    out->own_change_count = sg_own_read(text(in, OWN), changes);
    out->own_changes = changes;
}

static void read_delivery(const struct reader *in, struct sg_delivery *out)
{
    *out = (struct sg_delivery){
        .seq = number(in, SEQ),
        .run = (int)number(in, RUN),
        .mapping = text(in, MAPPING),
        .target = text(in, TARGET),
        .ticket = text(in, TICKET),
        .round = number(in, ROUND),
        .state = sg_str_is(sg_sql_text(in->row, STATE), "unknown") ? SG_DELIVERY_UNKNOWN
                                                                   : SG_DELIVERY_PENDING,
        .shape_before = text(in, SHAPE_BEFORE),
        .key_generation = (int)number(in, KEY_GENERATION),
        .attempts = (int)number(in, ATTEMPTS),
        .temporary_ends = (int)number(in, TEMPORARY_ENDS),
        .calls_of_ticket = number(in, CALLS),
        .first_at = number(in, FIRST_AT),
        .sent_at = number(in, SENT_AT),
        .sends = (int)number(in, SENDS),
        .empty_probes = (int)number(in, EMPTY_PROBES),
        .request = text(in, REQUEST),
    };
    if (out->temporary_ends > 0)
        out->others_delivered = number(in, DELIVERED) - number(in, OK_MARK);
    read_event(in, &out->event);
    read_own(in, out);
}

/* Each round of a ticket tells its system's link again. */
static bool has_link(const struct sg_link *links, size_t count, const struct sg_link *link)
{
    for (size_t l = 0; l < count; l++) {
        if (sg_str_equal(links[l].system, link->system) && sg_str_equal(links[l].id, link->id))
            return true;
    }
    return false;
}

/* The list with the link added: there are but one or two. */
static struct sg_link *add_link(struct sg_arena *arena, const struct sg_link *links, size_t *count,
                                const struct sg_link *link)
{
    struct sg_link *grown = sg_arena_get(arena, *count + 1, sizeof *grown);

    if (*count > 0)
        memcpy(grown, links, *count * sizeof *grown);
    grown[(*count)++] =
        (struct sg_link){sg_str_copy(arena, link->system), sg_str_copy(arena, link->id)};
    return grown;
}

bool sg_state_read_links(struct sg_state *state, struct sg_arena *arena, struct sg_delivery *out,
                         struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_LINKS, SG_V_TEXT(out->ticket), SG_V_NUMBER(out->round));
    struct sg_link *links = NULL;
    bool is_there = false;

    out->link_count = 0;
    while (sg_sql_row(&state->sql, row, &is_there, err)) {
        if (!is_there) {
            out->links = links;
            return true;
        }
        const struct sg_link link = {sg_sql_text(row, 0), sg_sql_text(row, 1)};
        const int64_t round = sg_sql_number(row, 2);

        if (round > out->latest_round)
            out->latest_round = round;
        if (!has_link(links, out->link_count, &link))
            links = add_link(arena, links, &out->link_count, &link);
    }
    return false;
}

const struct sg_route *sg_state_find_route(const struct sg_state *state, struct sg_str mapping)
{
    for (size_t r = 0; r < state->route_count; r++) {
        if (sg_str_equal(state->routes[r].mapping, mapping))
            return &state->routes[r];
    }
    return NULL;
}

static bool read_shadow(struct sg_state *state, struct sg_arena *arena,
                        const struct sg_route *route, struct sg_delivery *out, struct sg_error *err)
{
    bool is_there = false;

    if (route == NULL || !route->skips_unchanged)
        return true;
    sqlite3_stmt *row =
        SG_SQL_BIND(&state->sql, SG_SQL_SHADOW_FIND, SG_V_TEXT(out->ticket), SG_V_TEXT(out->target),
                    SG_V_NUMBER(out->round), SG_V_TEXT(route->operation));
    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (is_there)
        out->shadow = sg_str_copy(arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return true;
}

static const struct sg_pause *pause_of(const struct sg_state *state, const struct reader *in)
{
    return sg_pause_of(state, &(struct sg_pausable){.system = sg_sql_text(in->row, SYSTEM),
                                                    .target = sg_sql_text(in->row, TARGET),
                                                    .mapping = sg_sql_text(in->row, MAPPING),
                                                    .ticket = sg_sql_text(in->row, TICKET)});
}

/* Whether it is its turn, with all systems quiet that it must wait for, and nobody holds it back. */
static bool may_go(struct sg_state *state, const struct reader *in, int64_t id, int64_t now_ms)
{
    const struct sg_pause *pause = pause_of(state, in);

    if (pause != NULL) {
        sg_state_put_off(state, id, sg_pause_due(pause));
        return false;
    }
    if (sg_str_is(sg_sql_text(in->row, STATE), "unknown"))
        return true; /* a look-up waits for nothing: others wait for it */
    if (number(in, IS_FIRST) == 0) {
        sg_state_put_off(state, id, 0);
        return false;
    }
    if (number(in, IS_SOURCE_UNKNOWN) != 0) {
        sg_state_put_off(state, id, now_ms + LOOK_AGAIN_MS);
        return false;
    }
    struct sg_str back =
        sg_lane_of_ticket(in->arena, sg_sql_text(in->row, SYSTEM), sg_sql_text(in->row, TICKET));
    return !sg_state_is_lane_taken(state, back);
}

static bool read_candidate(struct sg_state *state, const struct reader *in, int64_t id,
                           const struct sg_take *wanted, struct sg_delivery *out, bool *is_taken)
{
    *is_taken = may_go(state, in, id, wanted->now_ms);
    if (!*is_taken)
        return true;
    read_delivery(in, out);
    out->id = id;
    sg_state_add_taken(state,
                       &(struct sg_taken){.id = id,
                                          .round = out->round,
                                          .day = number(in, DAY),
                                          .lane = sg_sql_text(in->row, LANE),
                                          .target = out->target,
                                          .ticket = out->ticket,
                                          .mapping = out->mapping,
                                          .source = sg_state_source(in->arena, out->event.system,
                                                                    out->event.record),
                                          .system = out->event.system,
                                          .has_request = out->request.length > 0});
    return true;
}

/* A delivery that is due, and what it would be taken for. */
struct candidate {
    int64_t id;
    const struct sg_take *wanted;
};

static bool take_one(struct sg_state *state, struct sg_arena *arena, const struct candidate *it,
                     struct sg_delivery *out, bool *is_taken, struct sg_error *err)
{
    const struct sg_take *wanted = it->wanted;
    const int64_t id = it->id;
    const struct reader in = {arena, SG_SQL_BIND(&state->sql, SG_SQL_TAKE, SG_V_NUMBER(id),
                                                 SG_V_NUMBER(wanted->now_ms - HOUR_MS))};
    bool is_there = false;

    if (!sg_sql_row(&state->sql, in.row, &is_there, err))
        return false;
    assert(is_there);
    bool is_read = read_candidate(state, &in, id, wanted, out, is_taken);

    sg_sql_done(in.row);
    if (!is_read || !*is_taken)
        return is_read;
    return sg_state_read_links(state, arena, out, err) &&
           read_shadow(state, arena, sg_state_find_route(state, out->mapping), out, err);
}

bool sg_state_look(struct sg_state *state, struct sg_arena *arena, const struct sg_looked_at *it,
                   struct sg_delivery *out, bool *is_there, struct sg_error *err)
{
    const struct reader in = {arena,
                              SG_SQL_BIND(&state->sql, SG_SQL_TAKE, SG_V_NUMBER(it->delivery),
                                          SG_V_NUMBER(it->now_ms - HOUR_MS))};

    if (!sg_sql_row(&state->sql, in.row, is_there, err) || !*is_there)
        return !state->sql.is_broken;
    read_delivery(&in, out);
    out->id = it->delivery;
    sg_sql_done(in.row);
    return sg_state_read_links(state, arena, out, err) &&
           read_shadow(state, arena, it->route, out, err);
}

bool sg_state_take(struct sg_state *state, struct sg_arena *arena, const struct sg_take *wanted,
                   struct sg_delivery **out, size_t *count, struct sg_error *err)
{
    bool is_there = true, is_good = true;

    *count = 0;
    *out = sg_arena_get(arena, wanted->limit, sizeof **out);
    if (!sg_pauses_read(state, err))
        return false;
    if (sg_pause_is_system_paused(state, wanted->target))
        return true;
    sqlite3_stmt *due = SG_SQL_BIND(&state->sql, SG_SQL_DUE, SG_V_TEXT(wanted->target),
                                    SG_V_NUMBER(wanted->now_ms));
    while (*count < wanted->limit && state->put_off_count < SG_STATE_PUT_OFF_MAX) {
        is_good = sg_sql_row(&state->sql, due, &is_there, err);
        if (!is_good || !is_there)
            return is_good;
        int64_t id = sg_sql_number(due, 0);
        bool is_taken = false;

        if (sg_state_find_taken(state, id) != NULL ||
            sg_state_is_put_off(state, id, wanted->now_ms))
            continue;
        is_good = take_one(state, arena, &(struct candidate){id, wanted}, &(*out)[*count],
                           &is_taken, err);
        if (!is_good)
            break;
        *count += is_taken;
    }
    sg_sql_done(due);
    return is_good;
}

/* --- when to look again --- */

/* What should have been begun for already is as good as due at the next moment. */
static void keep_earliest(int64_t *due_ms, int64_t at, int64_t after)
{
    if (at <= after)
        at = after + 1;
    if (at < *due_ms)
        *due_ms = at;
}

static bool earliest(struct sg_state *state, sqlite3_stmt *row, int64_t after, int64_t *due_ms,
                     struct sg_error *err)
{
    bool is_there = false;

    if (!sg_sql_row(&state->sql, row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    keep_earliest(due_ms, sg_sql_number(row, 0), after);
    sg_sql_done(row);
    return true;
}

bool sg_state_next_due(struct sg_state *state, int64_t now_ms, int64_t *due_ms,
                       struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str target = SG_STR("");
    bool is_there = true;

    *due_ms = INT64_MAX;
    for (size_t p = 0; p < state->put_off_count; p++)
        keep_earliest(due_ms, state->put_off[p].until, now_ms);
    if (state->put_off_count >= SG_STATE_PUT_OFF_MAX) /* they must be written, for more to come */
        keep_earliest(due_ms, now_ms, now_ms);
    keep_earliest(due_ms, sg_pauses_next_ms(state, now_ms), now_ms);
    if (!earliest(state, sg_sql_bind(&state->sql, SG_SQL_NEXT_DEADLINE, NULL, 0), now_ms, due_ms,
                  err))
        return false;
    while (is_there) {
        if (!sg_lane_next_target(state, arena, &target, &is_there, err))
            return false;
        if (is_there && !earliest(state,
                                  SG_SQL_BIND(&state->sql, SG_SQL_NEXT_DUE, SG_V_TEXT(target),
                                              SG_V_NUMBER(now_ms)),
                                  now_ms, due_ms, err))
            return false;
    }
    if (sg_pause_is_never(*due_ms))
        *due_ms = INT64_MAX;
    return true;
}

bool sg_state_keep_request(struct sg_state *state, int64_t delivery, struct sg_str request,
                           struct sg_error *err)
{
    struct sg_taken *taken = sg_state_find_taken(state, delivery);

    if (request.length == 0) /* the mark stays: this may be undone */
        return SG_SQL_RUN(&state->sql, err, SG_SQL_REQUEST_END, SG_V_NUMBER(delivery));
    if (taken != NULL)
        taken->has_request = true;
    return SG_SQL_RUN(&state->sql, err, SG_SQL_REQUEST_SET, SG_V_NUMBER(delivery),
                      SG_V_TEXT(request));
}

bool sg_state_intend(struct sg_state *state, int64_t delivery, int64_t sent_at,
                     struct sg_str request, struct sg_error *err)
{
    assert(state->is_begun);
    if (!SG_SQL_RUN(&state->sql, err, SG_SQL_INTEND, SG_V_NUMBER(delivery), SG_V_NUMBER(sent_at)))
        return false;
    if (sqlite3_changes(state->sql.db) != 1)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "delivery %lld is not open",
                            (long long)delivery);
    return sg_state_keep_request(state, delivery, request, err);
}
