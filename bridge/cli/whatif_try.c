#include "cli/whatif_try.h"

#include "base/buffer.h"
#include "service/prepare.h"
#include "tree/difference.h"
#include "tree/json.h"
#include "tree/pointer.h"

/* A mapping as one set of files has it; all NULL: it has none of that name for the record. */
struct side {
    const struct sg_mapping *mapping;
    const struct sg_system *system, *source;
    const struct sg_operation *operation;
};

struct pair {
    struct sg_str name;
    struct side before, after;
};

/* All that events of one record go through. */
struct route {
    struct sg_str system, record, name; /* "saja.ticket" */
    struct sg_record_reader before, after;
    struct pair *pairs;
    size_t pair_count;
    struct route *next;
};

struct sg_whatif_trial {
    struct sg_arena *arena;
    struct sg_str name;
    const struct sg_catalog *before, *after;
    struct route *routes; /* of the records met so far, which are few */
};

struct sg_whatif_trial *sg_whatif_trial_new(struct sg_arena *arena, struct sg_str name,
                                            const struct sg_catalog *before,
                                            const struct sg_catalog *after)
{
    struct sg_whatif_trial *trial = sg_arena_get(arena, 1, sizeof *trial);

    *trial = (struct sg_whatif_trial){arena, name, before, after, NULL};
    return trial;
}

/* --- routes --- */

static struct sg_record_reader reader_of(const struct sg_catalog *catalog,
                                         const struct route *route)
{
    const struct sg_system *system = sg_catalog_system(catalog, route->system);

    return (struct sg_record_reader){
        .system = system,
        .record = system == NULL ? NULL : sg_system_record(system, route->record),
        .max_bytes = SIZE_MAX};
}

static struct side side_of(const struct sg_catalog *catalog, const struct sg_mapping *mapping)
{
    const struct sg_system *system = sg_catalog_system(catalog, sg_mapping_to_system(mapping));

    return (struct side){mapping, system,
                         sg_catalog_system(catalog, sg_mapping_from_system(mapping)),
                         sg_system_operation(system, sg_mapping_to_operation(mapping))};
}

static struct pair *pair_of(struct route *route, struct sg_str name)
{
    size_t p = 0;

    while (p < route->pair_count && !sg_str_equal(route->pairs[p].name, name))
        p++;
    if (p == route->pair_count)
        route->pairs[route->pair_count++] = (struct pair){.name = name};
    return &route->pairs[p];
}

static void add_mappings(struct route *route, const struct sg_catalog *catalog, bool is_after)
{
    size_t count = 0;
    const struct sg_mapping *const *mappings = sg_catalog_mappings(catalog, &count);

    for (size_t m = 0; m < count; m++) {
        if (!sg_str_equal(sg_mapping_from_system(mappings[m]), route->system) ||
            !sg_str_equal(sg_mapping_from_record(mappings[m]), route->record))
            continue;
        struct pair *pair = pair_of(route, sg_mapping_name(mappings[m]));

        *(is_after ? &pair->after : &pair->before) = side_of(catalog, mappings[m]);
    }
}

static struct route *add_route(struct sg_whatif_trial *trial, const struct sg_event *event)
{
    struct sg_arena *arena = trial->arena;
    struct route *route = sg_arena_get(arena, 1, sizeof *route);
    size_t before = 0, after = 0;

    (void)sg_catalog_mappings(trial->before, &before);
    (void)sg_catalog_mappings(trial->after, &after);
    *route = (struct route){
        .system = sg_str_copy(arena, event->system),
        .record = sg_str_copy(arena, event->record),
        .name =
            sg_str_format(arena, "%.*s.%.*s", SG_STR_ARG(event->system), SG_STR_ARG(event->record)),
        .pairs = sg_arena_get(arena, before + after, sizeof *route->pairs),
        .next = trial->routes,
    };
    route->before = reader_of(trial->before, route);
    route->after = reader_of(trial->after, route);
    add_mappings(route, trial->before, false);
    add_mappings(route, trial->after, true);
    trial->routes = route;
    return route;
}

static struct route *route_of(struct sg_whatif_trial *trial, const struct sg_event *event)
{
    struct route *route = trial->routes;

    while (route != NULL && !(sg_str_equal(route->system, event->system) &&
                              sg_str_equal(route->record, event->record)))
        route = route->next;
    return route != NULL ? route : add_route(trial, event);
}

/* --- one event --- */

/* While it is tried. */
struct trying {
    const struct sg_whatif_trial *trial;
    const struct route *route;
    const struct sg_past_event *event;
    const struct sg_node *record, *scope; /* the body; `event:` */
    struct sg_whatif_found *found;
    const struct pair *pair; /* the one at hand */
};

/* --- the record's own rules --- */

static void add_of_record(const struct trying *it, const char *rule, const struct sg_node *before,
                          const struct sg_node *after)
{
    const struct sg_str what =
        sg_str_format(it->event->arena, "%s of %.*s", rule, SG_STR_ARG(it->route->name));

    sg_whatif_add(it->found, &(struct sg_whatif_difference){.kind = SG_WHATIF_RECORD,
                                                            .what = what,
                                                            .before = before,
                                                            .after = after,
                                                            .has_values = true});
}

static void compare_texts(const struct trying *it, const char *rule, struct sg_str before,
                          struct sg_str after)
{
    struct sg_arena *arena = it->event->arena;

    if (!sg_str_equal(before, after))
        add_of_record(it, rule, before.length > 0 ? sg_node_text(arena, before) : NULL,
                      after.length > 0 ? sg_node_text(arena, after) : NULL);
}

static void compare_conditions(const struct trying *it, const char *rule, bool before, bool after)
{
    struct sg_arena *arena = it->event->arena;

    if (before != after)
        add_of_record(it, rule, sg_node_boolean(arena, before), sg_node_boolean(arena, after));
}

/* What the record's rules cannot be kept for. */
static void add_problem(const struct trying *it, const struct sg_event *before,
                        const struct sg_event *after)
{
    const struct sg_event *wrong = after->problem.length > 0 ? after : before;
    struct sg_whatif_difference difference = {
        .kind = SG_WHATIF_FAILS, .what = wrong->problem, .place = wrong->problem_at};

    if (sg_str_equal(before->problem, after->problem)) {
        sg_whatif_add_failing(it->found);
        return;
    }
    if (after->problem.length == 0)
        difference.kind = SG_WHATIF_FAILS_NO_MORE;
    else if (before->problem.length > 0)
        difference.kind = SG_WHATIF_FAILS_OTHERWISE;
    sg_whatif_add(it->found, &difference);
}

/* Whether the new files take it in as an event that goes through mappings. */
static bool is_taken_in(const struct trying *it)
{
    const struct route *route = it->route;
    struct sg_arena *arena = it->event->arena;
    const int64_t at = it->event->delivery.event.captured_at;
    struct sg_event before, after;

    if (route->before.record == NULL || route->after.record == NULL)
        return true;
    const bool was_taken = sg_record_read(&route->before, it->record, at, arena, &before);
    const bool is_taken = sg_record_read(&route->after, it->record, at, arena, &after);

    compare_conditions(it, "where", was_taken, is_taken);
    if (!was_taken || !is_taken)
        return is_taken;
    if (before.problem.length > 0 || after.problem.length > 0) {
        add_problem(it, &before, &after);
        return after.problem.length == 0;
    }
    compare_texts(it, "id", before.record_id, after.record_id);
    compare_texts(it, "key", before.key, after.key);
    compare_texts(it, "version", before.version, after.version);
    compare_texts(it, "round", before.round, after.round);
    compare_conditions(it, "own", before.is_own, after.is_own);
    return true;
}

/* --- its mappings --- */

static struct sg_str operation_of(struct sg_arena *arena, const struct side *side)
{
    return sg_str_format(arena, "%.*s.%.*s", SG_STR_ARG(side->system->name),
                         SG_STR_ARG(side->operation->name));
}

/* As if the target's link of its round had not been made yet. */
static struct sg_delivery unlinked(struct sg_arena *arena, const struct sg_delivery *delivery,
                                   struct sg_str system)
{
    struct sg_delivery out = *delivery;
    struct sg_link *links = sg_arena_get(arena, delivery->link_count, sizeof *links);

    out.links = links;
    out.link_count = 0;
    for (size_t l = 0; l < delivery->link_count; l++) {
        if (!sg_str_equal(delivery->links[l].system, system))
            links[out.link_count++] = delivery->links[l];
    }
    return out;
}

static void prepare(const struct trying *it, const struct side *side, struct sg_str absent,
                    struct sg_prepared *out)
{
    struct sg_arena *arena = it->event->arena;
    struct sg_delivery delivery;
    struct sg_preparing preparing = {.arena = arena,
                                     .name = it->trial->name,
                                     .delivery = &it->event->delivery,
                                     .mapping = side->mapping,
                                     .system = side->system,
                                     .source = side->source,
                                     .operation = side->operation};

    if (side->mapping == NULL) {
        *out = (struct sg_prepared){.state = SG_DELIVERY_SKIPPED, .reason = absent};
        return;
    }
    if (side->operation->link == SG_LINK_OPENS) {
        delivery = unlinked(arena, &it->event->delivery, side->system->name);
        preparing.delivery = &delivery;
    }
    sg_prepare_input(&preparing, it->record, it->scope, out);
}

/* The target of a pointer: entries of a list are of one. */
static struct sg_str target_of(struct sg_arena *arena, struct sg_str pointer)
{
    struct sg_buffer out = {.arena = arena};
    size_t end = 0, index;

    while (end < pointer.length) {
        const size_t begin = end++;

        while (end < pointer.length && pointer.at[end] != '/')
            end++;
        const struct sg_str token = {pointer.at + begin, end - begin};

        if (!sg_pointer_is_index(sg_str_skip(token, 1), &index))
            sg_buffer_add(&out, token);
    }
    return sg_buffer_text(&out);
}

static void add_value(void *owner, const struct sg_difference *difference)
{
    const struct trying *it = owner;

    sg_whatif_add(it->found, &(struct sg_whatif_difference){
                                 .kind = SG_WHATIF_CHANGED,
                                 .mapping = it->pair->name,
                                 .what = target_of(it->event->arena, difference->pointer),
                                 .before = difference->before,
                                 .after = difference->after,
                                 .has_values = true});
}

static void compare_inputs(struct trying *it, const struct sg_node *before,
                           const struct sg_node *after)
{
    struct sg_arena *arena = it->event->arena;
    const struct sg_str was = operation_of(arena, &it->pair->before);
    const struct sg_str is = operation_of(arena, &it->pair->after);

    if (sg_str_equal(was, is)) {
        sg_difference_each(arena, before, after, add_value, it);
        return;
    }
    sg_whatif_add(it->found, &(struct sg_whatif_difference){.kind = SG_WHATIF_CHANGED,
                                                            .mapping = it->pair->name,
                                                            .what = SG_STR("its operation"),
                                                            .before = sg_node_text(arena, was),
                                                            .after = sg_node_text(arena, is),
                                                            .has_values = true});
}

static void add_end(const struct trying *it, enum sg_whatif_kind kind,
                    const struct sg_prepared *why)
{
    sg_whatif_add(it->found, &(struct sg_whatif_difference){.kind = kind,
                                                            .mapping = it->pair->name,
                                                            .what = why->reason,
                                                            .place = why->place,
                                                            .pointer = why->pointer});
}

static void compare_failed(const struct trying *it, const struct sg_prepared *before,
                           const struct sg_prepared *after)
{
    if (after->state != SG_DELIVERY_FAILED)
        add_end(it, SG_WHATIF_FAILS_NO_MORE, before);
    else if (before->state != SG_DELIVERY_FAILED)
        add_end(it, SG_WHATIF_FAILS, after);
    else if (sg_str_equal(before->reason, after->reason) &&
             sg_str_equal(before->pointer, after->pointer))
        sg_whatif_add_failing(it->found);
    else
        add_end(it, SG_WHATIF_FAILS_OTHERWISE, after);
}

static void try_pair(struct trying *it)
{
    struct sg_prepared before, after;

    prepare(it, &it->pair->before, SG_STR("there was no such mapping"), &before);
    prepare(it, &it->pair->after, SG_STR("there is no such mapping"), &after);
    if (before.state == SG_DELIVERY_FAILED || after.state == SG_DELIVERY_FAILED)
        compare_failed(it, &before, &after);
    else if (before.state == SG_DELIVERY_PENDING && after.state == SG_DELIVERY_PENDING)
        compare_inputs(it, before.input, after.input);
    else if (after.state == SG_DELIVERY_PENDING)
        add_end(it, SG_WHATIF_SENT, &before);
    else if (before.state == SG_DELIVERY_PENDING)
        add_end(it, SG_WHATIF_NOT_SENT, &after);
}

void sg_whatif_try(struct sg_whatif_trial *trial, const struct sg_past_event *event,
                   struct sg_whatif_found *found)
{
    const struct sg_preparing scope = {
        .arena = event->arena, .name = trial->name, .delivery = &event->delivery};
    const struct route *route = route_of(trial, &event->delivery.event);
    struct trying it = {.trial = trial, .route = route, .event = event, .found = found};
    struct sg_error err;

    if (!sg_json_read(event->arena, event->delivery.event.body, NULL, &it.record, &err)) {
        sg_whatif_add_failing(found); /* whatever the files */
        return;
    }
    if (!is_taken_in(&it))
        return;
    it.scope = sg_prepare_event(&scope);
    for (size_t p = 0; p < route->pair_count; p++) {
        it.pair = &route->pairs[p];
        try_pair(&it);
    }
}
