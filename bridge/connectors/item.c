#include "connectors/item.h"

#include "connectors/items.h"
#include "tree/json.h"
#include "tree/xml.h"

enum { EVENTS_FIRST = 16 };

/* --- events --- */

struct sg_event *sg_events_next(struct sg_events *events)
{
    if (events->count == events->room) {
        const size_t room = events->room == 0 ? EVENTS_FIRST : 2 * events->room;
        struct sg_event *grown = sg_arena_get(events->arena, room, sizeof *grown);

        if (events->count > 0)
            memcpy(grown, events->at, events->count * sizeof *grown);
        events->at = grown;
        events->room = room;
    }
    return &events->at[events->count];
}

void sg_events_keep(struct sg_events *events)
{
    events->bytes += events->at[events->count++].body.length;
}

/* --- decode --- */

static bool fail(struct sg_item *item, struct sg_place at, struct sg_str problem)
{
    item->problem = problem;
    item->problem_at = at;
    return false;
}

static bool check_depth(struct sg_item *item, struct sg_place at)
{
    return !sg_node_is_too_deep(item->tree) || fail(item, at, SG_STR("deeper than 64 levels"));
}

struct decoding {
    const struct sg_system *system;
    const struct sg_decode_spec *spec;
    struct sg_item *item;
    struct sg_arena *arena;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* An XML declaration must stand at the very beginning, and texts are often indented. */
static struct sg_str skip_space(struct sg_str text)
{
    while (text.length > 0 && is_space(text.at[0]))
        text = sg_str_skip(text, 1);
    return text;
}

static bool decode_text(void *owner, struct sg_node *node)
{
    const struct decoding *decoding = owner;
    const struct sg_decode_spec *spec = decoding->spec;
    const struct sg_node *tree = NULL;
    struct sg_str text, pointer = sg_pointer_text(spec->pointer);
    struct sg_error err;

    if (sg_node_is_nothing(node))
        return true;
    if (!sg_node_as_text(node, &text))
        return fail(decoding->item, spec->at,
                    sg_str_format(decoding->arena, "a text is expected at %.*s, with a document",
                                  SG_STR_ARG(pointer)));
    if (spec->is_xml ? !sg_xml_read(decoding->arena, skip_space(text), decoding->system->names,
                                    NULL, &tree, &err)
                     : !sg_json_read(decoding->arena, text, NULL, &tree, &err))
        return fail(decoding->item, spec->at,
                    sg_str_format(decoding->arena, "no %s at %.*s: %s (line %d, column %d)",
                                  spec->is_xml ? "XML" : "JSON", SG_STR_ARG(pointer), err.text,
                                  err.at.line, err.at.column));
    sg_node_replace(node, tree);
    return true;
}

void sg_item_decode(const struct sg_record_reader *reader, struct sg_item *item,
                    struct sg_arena *arena)
{
    const struct sg_record *record = reader->record;
    struct sg_node *tree;

    if (record->decode_count == 0 || item->problem.length > 0)
        return;
    item->tree = tree = sg_node_share(arena, item->tree);
    for (size_t d = 0; d < record->decode_count; d++) {
        struct decoding decoding = {reader->system, &record->decodes[d], item, arena};

        if (!sg_pointer_visit(arena, decoding.spec->pointer, tree, decode_text, &decoding) ||
            !check_depth(item, decoding.spec->at))
            return;
    }
}

/* --- its records --- */

/* A stub has lost its content already: nothing else can be kept of it. */
static bool is_stub(const struct sg_event *event)
{
    return event->problem.length > 0 && event->body.length == 0;
}

/* True when it became an event that failed, other than for its size. */
static bool read_record(const struct sg_record_reader *reader, const struct sg_node *record,
                        int64_t now_ms, struct sg_events *out)
{
    struct sg_event *event = sg_events_next(out);

    if (!sg_record_read(reader, record, now_ms, out->arena, event))
        return false;
    if (event->problem.length > 0 && !is_stub(event))
        return true;
    sg_events_keep(out);
    return false;
}

/* An item on its way to several records. */
struct splitting {
    const struct sg_record_reader *reader;
    const struct sg_split_spec *spec;
    struct sg_item *item;
    struct sg_items list;
    struct sg_node *rest;
    int64_t now_ms;
    struct sg_events *out;
};

static struct sg_str json_of(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer json = {.arena = arena};

    sg_json_write(&json, node);
    return sg_buffer_text(&json);
}

/* The rest is written once for each element: a small page could grow without end. */
static bool check_size(const struct splitting *it)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const size_t rest = json_of(arena, it->rest).length;
    const size_t room = it->out->bytes < SG_ITEM_MAX_BYTES ? SG_ITEM_MAX_BYTES - it->out->bytes : 0;

    return it->list.count <= room / rest ||
           fail(it->item, it->spec->at,
                sg_str_format(it->out->arena,
                              "too large: %zu records, each with %zu bytes of the item",
                              it->list.count, rest));
}

static bool find_list(struct splitting *it)
{
    const struct sg_scopes scopes = {{[SG_SCOPE_HAND] = it->item->tree}};
    enum sg_scope scope;
    struct sg_error err;

    if (!sg_items_get(it->spec->list, &scopes, &it->list, &err))
        return fail(it->item, it->spec->at, sg_str_copy(it->out->arena, sg_str_of(err.text)));
    it->rest = sg_node_share(it->out->arena, it->item->tree);
    sg_pointer_remove(it->out->arena, sg_rule_source(it->spec->list, &scope), it->rest);
    return check_size(it);
}

/* The element with the rest of the item in it; NULL, and a problem, when nothing can be put there. */
static const struct sg_node *record_of(const struct splitting *it, const struct sg_node *element)
{
    struct sg_arena *arena = it->out->arena;
    struct sg_node *record = sg_node_share(arena, element);

    record->name = (struct sg_str){0};
    if (record->kind != SG_NODE_OBJECT) {
        (void)fail(it->item, it->spec->at,
                   SG_STR("an entry of `list` is no object, so the rest has no place in it"));
        return NULL;
    }
    sg_pointer_put(arena, it->spec->rest, record, sg_node_share(arena, it->rest));
    if (!sg_node_is_too_deep(record))
        return record;
    (void)fail(it->item, it->spec->at, SG_STR("deeper than 64 levels"));
    return NULL;
}

/* The event that became none stands behind those that are kept. */
static void keep_problem(struct sg_item *item, const struct sg_events *out)
{
    const struct sg_event *event = &out->at[out->count];

    if (item->problem.length == 0)
        (void)fail(item, event->problem_at, event->problem);
}

static void read_records(struct splitting *it)
{
    const struct sg_node *element = it->list.first;

    for (size_t i = 0; i < it->list.count; i++, element = element->next) {
        const struct sg_node *record = record_of(it, element);

        if (record != NULL && read_record(it->reader, record, it->now_ms, it->out))
            keep_problem(it->item, it->out);
    }
}

static void read_item(const struct sg_record_reader *reader, struct sg_item *item, int64_t now_ms,
                      struct sg_events *out)
{
    const struct sg_poll_spec *poll = reader->record->poll;

    if (poll != NULL && poll->split != NULL) {
        struct splitting it = {
            .reader = reader, .spec = poll->split, .item = item, .now_ms = now_ms, .out = out};

        if (find_list(&it))
            read_records(&it);
    } else if (read_record(reader, item->tree, now_ms, out)) {
        keep_problem(item, out);
    }
}

void sg_item_read(const struct sg_record_reader *reader, const struct sg_item *item, int64_t now_ms,
                  struct sg_events *out)
{
    struct sg_item read = *item;

    if (read.problem.length == 0)
        read_item(reader, &read, now_ms, out);
    if (read.problem.length == 0)
        return;
    struct sg_event *event = sg_events_next(out);

    sg_record_keep(reader, read.received, now_ms, out->arena, event);
    event->problem = read.problem;
    event->problem_at = read.problem_at;
    sg_events_keep(out);
}

void sg_item_take(const struct sg_record_reader *reader, const struct sg_node *received,
                  int64_t now_ms, struct sg_events *out)
{
    struct sg_item item = {.received = received, .tree = received};

    sg_item_decode(reader, &item, out->arena);
    sg_item_read(reader, &item, now_ms, out);
}
