#include "learn/fields.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "learn/draft.h"
#include "tree/pointer.h"

/* The field of that name below `parent`. Records have their members in much the same order, so it
 * is looked for from the one that was met before on. */
static struct sg_learn_field *field_below(struct sg_arena *arena, struct sg_learn_field *parent,
                                          struct sg_str name)
{
    struct sg_learn_field *start =
        parent->met == NULL || parent->met->next == NULL ? parent->first : parent->met->next;
    struct sg_buffer pointer = {.arena = arena};

    for (struct sg_learn_field *f = start; f != NULL; f = f->next) {
        if (sg_str_equal(f->name, name))
            return parent->met = f;
    }
    for (struct sg_learn_field *f = parent->first; f != start; f = f->next) {
        if (sg_str_equal(f->name, name))
            return parent->met = f;
    }
    struct sg_learn_field *added = sg_arena_get(arena, 1, sizeof *added);

    sg_buffer_add(&pointer, parent->pointer);
    sg_pointer_add_token(&pointer, name);
    added->pointer = sg_buffer_text(&pointer);
    added->name = name;
    if (parent->last == NULL)
        parent->first = added;
    else
        parent->last->next = added;
    parent->last = added;
    return parent->met = added;
}

static void add_value(struct sg_arena *arena, struct sg_learn_field *field, struct sg_str value)
{
    if (field->count == field->room) {
        const size_t room = field->room == 0 ? 8 : 2 * field->room;
        struct sg_str *grown = sg_arena_get(arena, room, sizeof *grown);

        if (field->count > 0)
            memcpy(grown, field->values, field->count * sizeof *grown);
        field->values = grown;
        field->room = room;
    }
    field->values[field->count++] = value;
}

/* As deep as the record is: SG_TREE_DEPTH_MAX at most. */
static void add_node(struct sg_arena *arena, struct sg_learn_field *field,
                     const struct sg_node *node)
{
    struct sg_str value;

    if (sg_node_is_nothing(node))
        return;
    if (node->kind == SG_NODE_LIST) {
        field->has_list = true;
    } else if (node->kind == SG_NODE_OBJECT) {
        field->has_object = true;
        for (const struct sg_node *member = node->first; member != NULL; member = member->next)
            add_node(arena, field_below(arena, field, member->name), member);
    } else if (sg_node_as_text(node, &value)) {
        add_value(arena, field, value);
    }
}

/* Fields below a list in one record and an object in another are reached in neither way alone. */
static void gather(struct sg_learn_field *field, struct sg_learn_fields *out)
{
    if (field->pointer.length <= SG_DRAFT_KEY_MAX && (field->count > 0 || field->has_list))
        out->at[out->count++] = field;
    for (struct sg_learn_field *f = field->has_list ? NULL : field->first; f != NULL; f = f->next)
        gather(f, out);
}

static size_t count_below(const struct sg_learn_field *field)
{
    size_t count = 1;

    for (const struct sg_learn_field *f = field->first; f != NULL; f = f->next)
        count += count_below(f);
    return count;
}

void sg_learn_fields_of(struct sg_arena *arena, const struct sg_node *const *records, size_t count,
                        struct sg_learn_fields *out)
{
    struct sg_learn_field *root = sg_arena_get(arena, 1, sizeof *root);

    for (size_t r = 0; r < count; r++)
        add_node(arena, root, records[r]);
    *out = (struct sg_learn_fields){.records = count};
    out->at = sg_arena_get(arena, count_below(root), sizeof(struct sg_learn_field *));
    gather(root, out);
}

static int by_bytes(const void *a, const void *b)
{
    return sg_str_compare(*(const struct sg_str *)a, *(const struct sg_str *)b);
}

static struct sg_str *sorted(struct sg_arena *arena, const struct sg_learn_field *field)
{
    struct sg_str *values = sg_arena_get(arena, field->count, sizeof *values);

    if (field->count > 0) {
        memcpy(values, field->values, field->count * sizeof *values);
        qsort(values, field->count, sizeof *values, by_bytes);
    }
    return values;
}

bool sg_learn_is_unique(struct sg_arena *arena, const struct sg_learn_field *field)
{
    const struct sg_str *values = sorted(arena, field);

    for (size_t v = 1; v < field->count; v++) {
        if (sg_str_equal(values[v - 1], values[v]))
            return false;
    }
    return true;
}

bool sg_learn_distinct(struct sg_arena *arena, const struct sg_learn_field *field, size_t most,
                       const struct sg_str **out, size_t *count)
{
    struct sg_str *values = sorted(arena, field);
    size_t found = 0;

    for (size_t v = 0; v < field->count; v++) {
        if (found > 0 && sg_str_equal(values[found - 1], values[v]))
            continue;
        if (found == most)
            return false;
        values[found++] = values[v];
    }
    *out = values;
    *count = found;
    return true;
}
