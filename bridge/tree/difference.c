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
        compare(walk, sg_str_join(walk->arena, pointer, sg_str_format(walk->arena, "/%zu", index)),
                a, b);
        a = next_of(a);
        b = next_of(b);
    }
}

/* One side alone: all of its leaves. */
static void tell(const struct walk *walk, struct sg_str pointer, const struct sg_node *node,
                 bool is_after)
{
    size_t index = 0;

    if (node->first == NULL) {
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

/* Both are there. */
static void compare_nodes(const struct walk *walk, struct sg_str pointer,
                          const struct sg_node *before, const struct sg_node *after)
{
    if (sg_node_equal(before, after))
        return;
    if (before->kind == SG_NODE_OBJECT && after->kind == SG_NODE_OBJECT) {
        compare_objects(walk, pointer, before, after);
    } else if (before->kind == SG_NODE_LIST && after->kind == SG_NODE_LIST) {
        compare_lists(walk, pointer, before, after);
    } else if (before->first != NULL || after->first != NULL) {
        tell(walk, pointer, before, false);
        tell(walk, pointer, after, true);
    } else {
        walk->each(walk->owner, &(struct sg_difference){pointer, before, after});
    }
}

static void compare(const struct walk *walk, struct sg_str pointer, const struct sg_node *before,
                    const struct sg_node *after)
{
    if (before != NULL && after != NULL)
        compare_nodes(walk, pointer, before, after);
    else if (before != after)
        tell(walk, pointer, before != NULL ? before : after, before == NULL);
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
