#include "tree/node.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"

struct sg_node *sg_node_new(struct sg_arena *arena, enum sg_node_kind kind)
{
    struct sg_node *node = sg_arena_get(arena, 1, sizeof *node);

    node->kind = kind;
    return node;
}

struct sg_node *sg_node_text(struct sg_arena *arena, struct sg_str text)
{
    struct sg_node *node = sg_node_new(arena, SG_NODE_TEXT);

    node->text = text;
    return node;
}

struct sg_node *sg_node_number(struct sg_arena *arena, int64_t number)
{
    struct sg_node *node = sg_node_new(arena, SG_NODE_NUMBER);

    node->text = sg_str_format(arena, "%" PRId64, number);
    return node;
}

struct sg_node *sg_node_boolean(struct sg_arena *arena, bool value)
{
    struct sg_node *node = sg_node_new(arena, SG_NODE_BOOLEAN);

    node->text = value ? SG_STR("true") : SG_STR("false");
    return node;
}

struct sg_node *sg_node_append(struct sg_node *parent, struct sg_node *child)
{
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->count++;
    return child;
}

struct sg_node *sg_node_add(struct sg_node *object, struct sg_str name, struct sg_node *child)
{
    child->name = name;
    return sg_node_append(object, child);
}

struct sg_node *sg_node_share(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_node *copy = sg_node_new(arena, node->kind);

    *copy = *node;
    copy->next = NULL;
    return copy;
}

const struct sg_node *sg_node_find(const struct sg_node *object, struct sg_str name)
{
    if (object == NULL || object->kind != SG_NODE_OBJECT)
        return NULL;
    for (const struct sg_node *member = object->first; member != NULL; member = member->next) {
        if (sg_str_equal(member->name, name))
            return member;
    }
    return NULL;
}

bool sg_node_is_nothing(const struct sg_node *node)
{
    if (node == NULL)
        return true;
    switch (node->kind) {
    case SG_NODE_NULL:
        return true;
    case SG_NODE_TEXT:
        return node->text.length == 0;
    case SG_NODE_LIST:
    case SG_NODE_OBJECT:
        return node->count == 0;
    case SG_NODE_BOOLEAN:
    case SG_NODE_NUMBER:
        return false;
    }
    return false;
}
