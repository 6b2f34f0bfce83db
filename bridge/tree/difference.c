#include "tree/difference.h"

#include "base/buffer.h"
#include "tree/pointer.h"

/* Trees are SG_TREE_DEPTH_MAX deep at most. */
struct walk {
    struct sg_arena *arena;
    sg_difference_fn *each;
    void *owner;
};

static void compare(const struct walk *walk, struct sg_str pointer, const struct sg_node *before,
                    const struct sg_node *after);

static bool is_parent(const struct sg_node *node)
{
    return node != NULL && (node->kind == SG_NODE_OBJECT || node->kind == SG_NODE_LIST);
}

static bool has_children(const struct sg_node *node)
{
    return node != NULL && node->first != NULL;
}

static struct sg_str of_member(const struct walk *walk, struct sg_str pointer, struct sg_str name)
{
    struct sg_buffer path = {.arena = walk->arena};

    sg_buffer_add(&path, pointer);
    sg_pointer_add_token(&path, name);
    return sg_buffer_text(&path);
}

static const struct sg_node *next_of(const struct sg_node *member)
{
    return member == NULL ? NULL : member->next;
}

/* Members that `before` has, as it orders them, then those that `after` alone has. */
static void compare_objects(const struct walk *walk, struct sg_str pointer,
                            const struct sg_node *before, const struct sg_node *after)
{
    const struct sg_node *hint = after->first, *other;

    for (const struct sg_node *member = before->first; member != NULL; member = member->next) {
        other = sg_node_find_near(after, member->name, hint);
        compare(walk, of_member(walk, pointer, member->name), member, other);
        hint = next_of(other);
    }
    hint = before->first;
    for (const struct sg_node *member = after->first; member != NULL; member = member->next) {
        other = sg_node_find_near(before, member->name, hint);
        if (other == NULL)
            compare(walk, of_member(walk, pointer, member->name), NULL, member);
        hint = next_of(other);
    }
}

static void compare_lists(const struct walk *walk, struct sg_str pointer,
                          const struct sg_node *before, const struct sg_node *after)
{
    const struct sg_node *a = before->first, *b = after->first;

    for (size_t index = 0; a != NULL || b != NULL; index++) {
        compare(walk, sg_str_format(walk->arena, "%.*s/%zu", SG_STR_ARG(pointer), index), a, b);
        a = next_of(a);
        b = next_of(b);
    }
}

/* One side alone: all of its leaves. */
static void tell(const struct walk *walk, struct sg_str pointer, const struct sg_node *node,
                 bool is_after)
{
    size_t index = 0;

    if (!has_children(node)) {
        walk->each(walk->owner, &(struct sg_difference){pointer, is_after ? NULL : node,
                                                        is_after ? node : NULL});
        return;
    }
    for (const struct sg_node *child = node->first; child != NULL; child = child->next, index++)
        tell(walk,
             node->kind == SG_NODE_OBJECT
                 ? of_member(walk, pointer, child->name)
                 : sg_str_format(walk->arena, "%.*s/%zu", SG_STR_ARG(pointer), index),
             child, is_after);
}

static void compare(const struct walk *walk, struct sg_str pointer, const struct sg_node *before,
                    const struct sg_node *after)
{
    if (before == after || (before != NULL && after != NULL && sg_node_equal(before, after)))
        return;
    if (is_parent(before) && is_parent(after) && before->kind == after->kind) {
        if (before->kind == SG_NODE_OBJECT)
            compare_objects(walk, pointer, before, after);
        else
            compare_lists(walk, pointer, before, after);
    } else if (has_children(before) || has_children(after)) {
        if (before != NULL)
            tell(walk, pointer, before, false);
        if (after != NULL)
            tell(walk, pointer, after, true);
    } else {
        walk->each(walk->owner, &(struct sg_difference){pointer, before, after});
    }
}

void sg_difference_each(struct sg_arena *arena, const struct sg_node *before,
                        const struct sg_node *after, sg_difference_fn *each, void *owner)
{
    const struct walk walk = {arena, each, owner};

    compare(&walk, (struct sg_str){0}, before, after);
}

struct sg_str sg_difference_text(const struct sg_node *leaf)
{
    switch (leaf->kind) {
    case SG_NODE_NULL:
        return SG_STR("null");
    case SG_NODE_LIST:
        return SG_STR("[]");
    case SG_NODE_OBJECT:
        return SG_STR("{}");
    case SG_NODE_BOOLEAN:
    case SG_NODE_NUMBER:
    case SG_NODE_TEXT:
        break;
    }
    return leaf->text;
}
