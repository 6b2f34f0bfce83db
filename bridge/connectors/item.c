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

/* An XML declaration must stand at the very beginning, and texts are often indented. */
static struct sg_str skip_space(struct sg_str text)
{
    while (text.length > 0 && memchr(" \t\r\n", text.at[0], 4) != NULL)
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

void sg_item_read(const struct sg_record_reader *reader, const struct sg_item *item, int64_t now_ms,
                  struct sg_events *out)
{
    struct sg_item read = *item;

    if (read.problem.length == 0 && read_record(reader, read.tree, now_ms, out))
        (void)fail(&read, out->at[out->count].problem_at, out->at[out->count].problem);
    if (read.problem.length == 0)
        return;
    sg_record_fail(reader, read.received, read.problem, read.problem_at, now_ms, out->arena,
                   sg_events_next(out));
    sg_events_keep(out);
}

void sg_item_take(const struct sg_record_reader *reader, const struct sg_node *received,
                  int64_t now_ms, struct sg_events *out)
{
    struct sg_item item = {.received = received, .tree = received};

    sg_item_decode(reader, &item, out->arena);
    sg_item_read(reader, &item, now_ms, out);
}
