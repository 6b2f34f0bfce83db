#include "tree/node.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "tree/pointer.h"

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
    struct sg_buffer digits = {.arena = arena};

    sg_buffer_add_number(&digits, number);
    node->text = sg_buffer_text(&digits);
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

/* Of places in one array: by the name of what stands there, then by where it stands. */
static int by_name(const void *a, const void *b)
{
    struct sg_node **left = *(struct sg_node * *const *)a;
    struct sg_node **right = *(struct sg_node * *const *)b;
    int order = sg_str_compare((*left)->name, (*right)->name);

    return order != 0 ? order : left < right ? -1 : left > right;
}

/* Moves the `count` members that stand at `places` into one list, which takes the first place. */
static void gather(struct sg_arena *arena, struct sg_node ***places, size_t count)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    list->name = (*places[0])->name;
    for (size_t p = 0; p < count; p++) {
        struct sg_node *entry = *places[p];

        entry->name = (struct sg_str){0};
        entry->next = NULL;
        *places[p] = NULL;
        (void)sg_node_append(list, entry);
    }
    *places[0] = list;
}

void sg_node_group(struct sg_arena *arena, struct sg_node *object)
{
    const size_t count = object->count;
    struct sg_node **members = sg_arena_get(arena, count, sizeof(void *));
    struct sg_node ***order = sg_arena_get(arena, count, sizeof(void *));
    struct sg_node *member = object->first;
    size_t end;

    if (count < 2)
        return;
    for (size_t m = 0; m < count; m++, member = member->next) {
        members[m] = member;
        order[m] = &members[m];
    }
    qsort(order, count, sizeof(void *), by_name);
    for (size_t m = 0; m < count; m = end) {
        struct sg_str name = (*order[m])->name;

        for (end = m + 1; end < count && sg_str_equal((*order[end])->name, name);)
            end++;
        if (end > m + 1)
            gather(arena, order + m, end - m);
    }
    object->first = object->last = NULL;
    object->count = 0;
    for (size_t m = 0; m < count; m++) {
        if (members[m] == NULL)
            continue;
        members[m]->next = NULL;
        (void)sg_node_append(object, members[m]);
    }
}

struct sg_node *sg_node_share(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_node *copy = sg_node_new(arena, node->kind);

    *copy = *node;
    copy->next = NULL;
    copy->is_shared = copy->count > 0;
    return copy;
}

void sg_node_replace(struct sg_node *node, const struct sg_node *value)
{
    const struct sg_node was = *node;

    *node = *value;
    node->name = was.name;
    node->next = was.next;
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

const struct sg_node *sg_node_find_near(const struct sg_node *object, struct sg_str name,
                                        const struct sg_node *hint)
{
    if (hint != NULL && sg_str_equal(hint->name, name))
        return hint;
    return sg_node_find(object, name);
}

const struct sg_node *sg_node_find_loose(const struct sg_node *object, struct sg_str name)
{
    const struct sg_node *member =
        object == NULL || object->kind != SG_NODE_OBJECT ? NULL : object->first;

    while (member != NULL && !sg_str_equal_loose(member->name, name))
        member = member->next;
    return member;
}

const struct sg_node *sg_node_entry(const struct sg_node *list, size_t index)
{
    const struct sg_node *entry = list->first;

    while (entry != NULL && index-- > 0)
        entry = entry->next;
    return entry;
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

/* The text of an element that has attributes and no children. */
static const struct sg_node *text_beside_attributes(const struct sg_node *element)
{
    const struct sg_node *text = NULL;

    for (const struct sg_node *member = element->first; member != NULL; member = member->next) {
        if (sg_str_is(member->name, "#text"))
            text = member;
        else if (!sg_str_starts(member->name, "@"))
            return NULL;
    }
    return text;
}

bool sg_node_as_text(const struct sg_node *node, struct sg_str *text)
{
    while (node != NULL && node->kind == SG_NODE_LIST && node->count == 1)
        node = node->first;
    if (node != NULL && node->kind == SG_NODE_OBJECT)
        node = text_beside_attributes(node);
    if (node == NULL || (node->kind != SG_NODE_TEXT && node->kind != SG_NODE_NUMBER &&
                         node->kind != SG_NODE_BOOLEAN))
        return false;
    *text = node->text;
    return true;
}

static bool is_deeper(const struct sg_node *node, int levels)
{
    if (node->kind != SG_NODE_LIST && node->kind != SG_NODE_OBJECT)
        return false;
    if (levels == 0)
        return true;
    for (const struct sg_node *child = node->first; child != NULL; child = child->next) {
        if (is_deeper(child, levels - 1))
            return true;
    }
    return false;
}

bool sg_node_is_too_deep(const struct sg_node *node)
{
    return is_deeper(node, SG_TREE_DEPTH_MAX);
}

/* The first member of `a` that `b` has not, or has differently; its counterpart in `*other`. */
static const struct sg_node *differing_member(const struct sg_node *a, const struct sg_node *b,
                                              const struct sg_node **other)
{
    const struct sg_node *hint = b->first;

    for (const struct sg_node *member = a->first; member != NULL; member = member->next) {
        *other = sg_node_find_near(b, member->name, hint);
        if (*other == NULL || !sg_node_equal(member, *other))
            return member;
        hint = (*other)->next;
    }
    return NULL;
}

static bool lists_are_equal(const struct sg_node *a, const struct sg_node *b)
{
    const struct sg_node *x = a->first, *y = b->first;

    while (x != NULL && y != NULL && sg_node_equal(x, y)) {
        x = x->next;
        y = y->next;
    }
    return x == NULL && y == NULL;
}

bool sg_node_equal(const struct sg_node *a, const struct sg_node *b)
{
    const struct sg_node *other;

    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case SG_NODE_NULL:
        return true;
    case SG_NODE_BOOLEAN:
    case SG_NODE_NUMBER:
    case SG_NODE_TEXT:
        return sg_str_equal(a->text, b->text);
    case SG_NODE_LIST:
        return lists_are_equal(a, b);
    case SG_NODE_OBJECT:
        return differing_member(a, b, &other) == NULL;
    }
    return false;
}

/* From two objects that differ to the first members that do. */
static void into_objects(const struct sg_node **a, const struct sg_node **b,
                         struct sg_buffer *pointer)
{
    const struct sg_node *other = NULL;
    const struct sg_node *member = differing_member(*a, *b, &other);

    if (member != NULL) {
        sg_pointer_add_token(pointer, member->name);
        *a = member;
        *b = other;
        return;
    }
    *b = differing_member(*b, *a, a); /* all of `a` is there: `b` has more */
    sg_pointer_add_token(pointer, (*b)->name);
}

static void into_lists(const struct sg_node **a, const struct sg_node **b,
                       struct sg_buffer *pointer)
{
    size_t index = 0;

    *a = (*a)->first;
    *b = (*b)->first;
    while (*a != NULL && *b != NULL && sg_node_equal(*a, *b)) {
        *a = (*a)->next;
        *b = (*b)->next;
        index++;
    }
    sg_buffer_add_format(pointer, "/%zu", index);
}

bool sg_node_differ(struct sg_arena *arena, const struct sg_node *expected,
                    const struct sg_node *got, struct sg_str *pointer,
                    const struct sg_node **expected_at, const struct sg_node **got_at)
{
    struct sg_buffer path = {.arena = arena};

    if (sg_node_equal(expected, got))
        return false;
    while (expected != NULL && got != NULL && expected->kind == got->kind) {
        if (expected->kind == SG_NODE_OBJECT)
            into_objects(&expected, &got, &path);
        else if (expected->kind == SG_NODE_LIST)
            into_lists(&expected, &got, &path);
        else
            break;
    }
    *pointer = sg_buffer_text(&path);
    *expected_at = expected;
    *got_at = got;
    return true;
}
