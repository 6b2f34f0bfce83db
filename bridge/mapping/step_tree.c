/* Transforms that take or give more than one text. */
#include "base/buffer.h"
#include "mapping/step.h"
#include "tree/json.h"
#include "tree/xml.h"

bool sg_step_to_json(struct sg_arena *arena, const struct sg_step *step, const struct sg_node *in,
                     struct sg_node **out, struct sg_transform_result *result)
{
    struct sg_buffer written = {.arena = arena};

    (void)step, (void)result;
    sg_json_write(&written, in);
    *out = sg_node_text(arena, sg_buffer_text(&written));
    return true;
}

/* --- to_xml --- */

/* Without namespaces: those of a system are of what it says itself, not of a document in a text. */
static struct sg_node *xml_of(struct sg_arena *arena, struct sg_str root, const struct sg_node *in)
{
    struct sg_buffer written = {.arena = arena};

    sg_xml_write(&written, root, in, (struct sg_xml_names){0});
    return sg_node_text(arena, sg_buffer_text(&written));
}

/* A document has one root, so a list is done item by item. */
bool sg_step_to_xml(struct sg_arena *arena, const struct sg_step *step, const struct sg_node *in,
                    struct sg_node **out, struct sg_transform_result *result)
{
    struct sg_node *list, *document = NULL;

    if (in->kind != SG_NODE_LIST) {
        *out = sg_node_is_nothing(in) ? NULL : xml_of(arena, step->text, in);
        return true;
    }
    list = sg_node_new(arena, SG_NODE_LIST);
    for (const struct sg_node *item = in->first; item != NULL; item = item->next) {
        if (!sg_step_to_xml(arena, step, item, &document, result))
            return false;
        if (document != NULL)
            (void)sg_node_append(list, document);
    }
    *out = list->count > 0 ? list : NULL;
    return true;
}

/* --- split --- */

/* One list being made of all texts given. */
struct parts {
    struct sg_arena *arena;
    const struct sg_step *step;
    struct sg_node *list;
    struct sg_transform_result *result;
};

static bool add_part(struct parts *parts, struct sg_str part)
{
    if (part.length == 0)
        return true;
    if (parts->list->count == SG_TREE_NODES_MAX)
        return sg_error_set(&parts->result->error, SG_ERROR_INPUT, parts->step->at,
                            "`split` gives more than %d parts", SG_TREE_NODES_MAX);
    (void)sg_node_append(parts->list, sg_node_text(parts->arena, part));
    return true;
}

static bool split_text(struct parts *parts, struct sg_str text)
{
    size_t end;

    for (size_t start = 0; start < text.length; start = end + parts->step->text.length) {
        end = sg_str_find(text, start, parts->step->text);
        if (!add_part(parts, (struct sg_str){text.at + start, end - start}))
            return false;
    }
    return true;
}

/* As deep as the document, which was read with a limit. */
static bool split_node(struct parts *parts, const struct sg_node *in)
{
    struct sg_str text = {0};

    if (in->kind == SG_NODE_LIST) {
        for (const struct sg_node *item = in->first; item != NULL; item = item->next) {
            if (!split_node(parts, item))
                return false;
        }
        return true;
    }
    if (sg_node_is_nothing(in))
        return true;
    return sg_node_as_text(in, &text) ? split_text(parts, text)
                                      : sg_step_no_text(parts->step, parts->result);
}

bool sg_step_split(struct sg_arena *arena, const struct sg_step *step, const struct sg_node *in,
                   struct sg_node **out, struct sg_transform_result *result)
{
    struct parts parts = {arena, step, sg_node_new(arena, SG_NODE_LIST), result};

    if (!split_node(&parts, in))
        return false;
    *out = parts.list->count > 0 ? parts.list : NULL;
    return true;
}
