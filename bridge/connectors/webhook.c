#include "connectors/webhook.h"

#include "connectors/header.h"
#include "connectors/item.h"
#include "connectors/items.h"
#include "connectors/soap.h"
#include "tree/form.h"
#include "tree/json.h"

enum { CANDIDATES_MAX = 16 };

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

/* --- items --- */

static bool refuse(struct sg_webhook_events *out, int status, const char *problem)
{
    out->status = status;
    out->problem = problem;
    out->count = 0;
    return false;
}

/* Whose request it is: its reply says how it is answered. */
static void set_owner(struct sg_webhook_events *out, const struct candidate *candidate)
{
    out->of = candidate->system;
    out->spec = candidate->record->webhook;
}

/* What of reading the events is the same for all of them. */
struct reading {
    const struct sg_catalog *catalog;
    const struct candidate *candidate;
    size_t max_event_bytes;
    int64_t now_ms;
    struct sg_arena *arena;
};

/* Whether the sender did not tell which record it is: it is refused, and not taken as failed. */
static bool has_nameless(const struct sg_events *events, size_t from)
{
    for (size_t e = from; e < events->count; e++) {
        if (events->at[e].is_nameless)
            return true;
    }
    return false;
}

static bool read_events(const struct reading *reading, const struct sg_items *items,
                        struct sg_webhook_events *out)
{
    struct sg_record_reader reader = {.system = reading->candidate->system,
                                      .record = reading->candidate->record,
                                      .max_bytes = reading->max_event_bytes};
    struct sg_events events = {.arena = reading->arena};
    const struct sg_node *item = items->first;

    reader.shape_pointers = sg_catalog_shape_pointers(reading->catalog, reader.system->name,
                                                      reader.record->name, &reader.shape_count);
    out->system = reader.system->name;
    out->record = reader.record->name;
    for (size_t i = 0; i < items->count; i++, item = item->next) {
        const size_t before = events.count;
        struct sg_item opened = {.received = item, .tree = item};

        sg_item_decode(&reader, &opened, events.arena);
        if (opened.problem.length > 0)
            return refuse(out, 400, "malformed");
        sg_item_read(&reader, &opened, reading->now_ms, &events);
        if (has_nameless(&events, before))
            return refuse(out, 400, "no id");
    }
    out->events = events.at;
    out->count = events.count;
    return true;
}

/* --- the body --- */

static bool is_form(const struct sg_webhook_request *request)
{
    const struct sg_str form = SG_STR("application/x-www-form-urlencoded");
    struct sg_str type =
        sg_header_get(request->headers, request->header_count, SG_STR("content-type"));

    return type.length >= form.length &&
           sg_str_equal_loose((struct sg_str){type.at, form.length}, form) &&
           (type.length == form.length || type.at[form.length] == ';' ||
            type.at[form.length] == ' ');
}

/* The thing at hand: a form where it says that it is one, else what its system speaks. */
static bool read_tree(const struct reading *reading, const struct sg_webhook_request *request,
                      const struct sg_system *system, const struct sg_node **tree)
{
    struct sg_soap_body body;
    struct sg_error err;

    if (is_form(request))
        return sg_form_read(reading->arena, request->body, system->charset, tree, &err);
    const struct sg_str text = sg_charset_decode(system->charset, reading->arena, request->body);

    if (system->format == SG_FORMAT_JSON)
        return sg_json_read(reading->arena, text, NULL, tree, &err);
    if (system->format == SG_FORMAT_XML)
        return sg_xml_read(reading->arena, text, system->names, NULL, tree, &err);
    if (!sg_soap_open(system, reading->arena, text, &body, &err) || body.tree == NULL)
        return false;
    *tree = body.tree;
    return true;
}

/* Of XML the element decides, where one is named; else whose items are there. */
static bool has_items(const struct candidate *candidate, const struct sg_node *tree,
                      struct sg_items *items)
{
    const struct sg_webhook_spec *spec = candidate->record->webhook;
    const struct sg_scopes scopes = {{[SG_SCOPE_HAND] = tree}};
    const bool is_loose = candidate->record->view.is_loose;
    struct sg_error err;

    return (spec->element.length == 0 || sg_str_equal(spec->element, tree->name) ||
            (is_loose && sg_str_equal_loose(spec->element, tree->name))) &&
           sg_items_get(spec->items, &scopes, items, &err) && items->count > 0;
}

/* The first of those known whose items are there takes the request. */
static void read_body(struct reading *reading, const struct sg_webhook_request *request,
                      const struct candidate *candidates, size_t count,
                      struct sg_webhook_events *out)
{
    const struct sg_node *tree = NULL;
    struct sg_items items;

    set_owner(out, &candidates[0]);
    if (!read_tree(reading, request, candidates[0].system, &tree)) {
        (void)refuse(out, 400, "malformed");
        return;
    }
    out->tree = tree;
    for (size_t c = 0; c < count; c++) {
        reading->candidate = &candidates[c];
        if (has_items(reading->candidate, tree, &items)) {
            set_owner(out, reading->candidate);
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
        if (sg_webhook_is_known(candidates[c].system, candidates[c].record->webhook, request,
                                now_ms))
            candidates[count++] = candidates[c];
    }
    if (count == 0) {
        set_owner(out, &candidates[0]);
        (void)refuse(out, 401, "unknown sender");
        return;
    }
    read_body(&reading, request, candidates, count, out);
}
