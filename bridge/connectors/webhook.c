#include "connectors/webhook.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/units.h"
#include "connectors/header.h"
#include "connectors/items.h"
#include "mapping/date.h"
#include "tree/json.h"

enum { AGE_MAX_MS = 5 * 60 * 1000, CANDIDATES_MAX = 16 };

/* A timestamp of more is in milliseconds: in seconds it would be the year 5138. */
#define SECONDS_MAX 100000000000

/* One record that listens at the path. */
struct candidate {
    const struct sg_system *system;
    const struct sg_record *record;
};

static size_t find_candidates(const struct sg_catalog *catalog, struct sg_str path,
                              struct candidate *out)
{
    size_t system_count = 0, found = 0;
    const struct sg_system *const *systems = sg_catalog_systems(catalog, &system_count);

    for (size_t s = 0; s < system_count; s++) {
        for (size_t r = 0; r < systems[s]->record_count && found < CANDIDATES_MAX; r++) {
            const struct sg_record *record = &systems[s]->records[r];

            if (record->webhook != NULL && sg_str_equal(record->webhook->path, path))
                out[found++] = (struct candidate){systems[s], record};
        }
    }
    return found;
}

bool sg_webhook_is_path(const struct sg_catalog *catalog, struct sg_str path)
{
    struct candidate candidates[CANDIDATES_MAX];

    return find_candidates(catalog, path, candidates) > 0;
}

/* --- signatures --- */

/* Seconds or milliseconds since 1970, or RFC 3339. */
static bool read_timestamp(struct sg_str text, const struct sg_zone *zone, int64_t *ms)
{
    if (!sg_units_integer(text, ms))
        return sg_date_parse_iso(text, zone, ms);
    if (*ms<SECONDS_MAX && * ms> - SECONDS_MAX)
        *ms *= 1000;
    return true;
}

static bool is_timely(const struct candidate *candidate, struct sg_str timestamp, int64_t now_ms)
{
    int64_t at_ms, age_ms;

    return read_timestamp(timestamp, candidate->system->zone, &at_ms) &&
           !__builtin_sub_overflow(now_ms, at_ms, &age_ms) && age_ms <= AGE_MAX_MS &&
           age_ms >= -AGE_MAX_MS;
}

static bool is_signed(const struct candidate *candidate, const struct sg_webhook_request *request,
                      int64_t now_ms, struct sg_arena *arena)
{
    const struct sg_webhook_spec *spec = candidate->record->webhook;
    struct sg_str sent = sg_header_get(request->headers, request->header_count, spec->header);
    struct sg_str stamp = {0};
    struct sg_hmac *hmac SG_AUTO(sg_hmac) = sg_hmac_new(spec->hash, spec->secret);
    unsigned char bytes[SG_HASH_MAX_BYTES];

    if (spec->timestamp_header.length > 0) {
        stamp = sg_header_get(request->headers, request->header_count, spec->timestamp_header);
        if (!is_timely(candidate, stamp, now_ms))
            return false;
    }
    if (hmac == NULL || sent.length < spec->prefix.length ||
        !sg_str_equal((struct sg_str){sent.at, spec->prefix.length}, spec->prefix))
        return false;
    const struct sg_str parts[] = {stamp, stamp.length > 0 ? SG_STR(".") : stamp, request->body};
    const struct sg_str sum = {(const char *)bytes, sg_hmac_of(hmac, parts, 3, bytes)};

    sent = sg_str_skip(sent, spec->prefix.length);
    if (spec->is_base64)
        return sg_hash_equal(sent, sg_base64(arena, sum));
    return sg_hash_equal(sg_str_lower(arena, sent), sg_hex(arena, sum));
}

/* --- items --- */

static bool refuse(struct sg_webhook_events *out, int status, const char *problem)
{
    *out = (struct sg_webhook_events){.status = status, .problem = problem};
    return false;
}

/* Whether the sender told which record it is; without, it is refused and not taken as failed. */
static bool has_id(const struct candidate *candidate, const struct sg_node *item,
                   struct sg_arena *arena)
{
    struct sg_rule_run run = {.arena = arena};
    struct sg_str id = {0};

    run.scopes.at[SG_SCOPE_HAND] = item;
    return sg_rule_run_text(candidate->record->view.id, &run, &id) && id.length > 0;
}

/* What of reading the events is the same for all of them. */
struct reading {
    const struct sg_catalog *catalog;
    const struct candidate *candidate;
    size_t max_event_bytes;
    int64_t now_ms;
    struct sg_arena *arena;
};

static bool read_events(const struct reading *reading, const struct sg_items *items,
                        struct sg_webhook_events *out)
{
    struct sg_record_reader reader = {.system = reading->candidate->system,
                                      .record = reading->candidate->record,
                                      .max_bytes = reading->max_event_bytes};
    const struct sg_node *item = items->first;

    reader.shape_pointers = sg_catalog_shape_pointers(reading->catalog, reader.system->name,
                                                      reader.record->name, &reader.shape_count);
    out->system = reader.system->name;
    out->record = reader.record->name;
    out->events = sg_arena_get(reading->arena, items->count, sizeof *out->events);
    for (size_t i = 0; i < items->count; i++, item = item->next) {
        if (!has_id(reading->candidate, item, reading->arena))
            return refuse(out, 400, "no id");
        if (sg_record_read(&reader, item, reading->now_ms, reading->arena,
                           &out->events[out->count]))
            out->count++;
    }
    return true;
}

/* The first of those signed whose items are there takes the request. */
static void read_body(struct reading *reading, const struct candidate *candidates, size_t count,
                      struct sg_str body, struct sg_webhook_events *out)
{
    struct sg_scopes scopes = {{0}};
    struct sg_items items;
    struct sg_error err;

    if (!sg_json_read(reading->arena, body, NULL, &scopes.at[SG_SCOPE_HAND], &err)) {
        (void)refuse(out, 400, "malformed");
        return;
    }
    for (size_t c = 0; c < count; c++) {
        reading->candidate = &candidates[c];
        if (sg_items_get(candidates[c].record->webhook->items, &scopes, &items, &err) &&
            items.count > 0) {
            (void)read_events(reading, &items, out);
            return;
        }
    }
    (void)refuse(out, 400, "no items");
}

void sg_webhook_read(const struct sg_catalog *catalog, const struct sg_webhook_request *request,
                     size_t max_event_bytes, int64_t now_ms, struct sg_arena *arena,
                     struct sg_webhook_events *out)
{
    struct candidate candidates[CANDIDATES_MAX];
    size_t known = find_candidates(catalog, request->path, candidates), count = 0;
    struct reading reading = {
        .catalog = catalog, .max_event_bytes = max_event_bytes, .now_ms = now_ms, .arena = arena};

    *out = (struct sg_webhook_events){0};
    if (known == 0) {
        (void)refuse(out, 404, "unknown path");
        return;
    }
    for (size_t c = 0; c < known; c++) {
        if (is_signed(&candidates[c], request, now_ms, arena))
            candidates[count++] = candidates[c];
    }
    if (count == 0)
        (void)refuse(out, 401, "bad signature");
    else
        read_body(&reading, candidates, count, request->body, out);
}
