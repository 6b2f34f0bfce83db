#include "cli/record.h"

#include "base/buffer.h"
#include "mapping/shown.h"
#include "tree/pointer.h"

enum { INDENT = 2, VALUE_COLUMN = 31 };

/* A value without its quotes: what may be seen of it. */
static struct sg_str shown(struct sg_arena *arena, struct sg_str value)
{
    const struct sg_shown masked = sg_shown_of(value);

    return masked.text[0] == '"' ? value : sg_str_copy(arena, sg_str_of(masked.text));
}

/* Depth is limited by whoever read the tree: SG_TREE_DEPTH_MAX. */
static void print_below(const struct sg_screen *screen, struct sg_str pointer,
                        const struct sg_node *node, bool is_masked)
{
    size_t index = 0;

    if (node->kind != SG_NODE_OBJECT && node->kind != SG_NODE_LIST) {
        struct sg_str value = node->kind == SG_NODE_NULL ? SG_STR("null") : node->text;

        sg_screen_print_pair(screen, &(struct sg_screen_pair){
                                         .indent = INDENT,
                                         .label = pointer,
                                         .column = VALUE_COLUMN,
                                         .text = is_masked ? shown(screen->arena, value) : value});
        return;
    }
    for (const struct sg_node *child = node->first; child != NULL; child = child->next, index++) {
        struct sg_buffer path = {.arena = screen->arena};

        sg_buffer_add(&path, pointer);
        if (node->kind == SG_NODE_OBJECT)
            sg_pointer_add_token(&path, child->name);
        else
            sg_buffer_add_format(&path, "/%zu", index);
        print_below(screen, sg_buffer_text(&path), child, is_masked);
    }
}

void sg_record_print(const struct sg_screen *screen, const struct sg_node *record, bool is_masked)
{
    print_below(screen, (struct sg_str){0}, record, is_masked);
}

struct sg_node *sg_record_mask(struct sg_arena *arena, const struct sg_node *record)
{
    struct sg_node *copy = sg_node_new(arena, record->kind);

    copy->text = record->text;
    if (record->kind == SG_NODE_TEXT || record->kind == SG_NODE_NUMBER) {
        copy->text = shown(arena, record->text);
        copy->kind = sg_str_equal(copy->text, record->text) ? record->kind : SG_NODE_TEXT;
    }
    for (const struct sg_node *child = record->first; child != NULL; child = child->next) {
        struct sg_node *masked = sg_record_mask(arena, child);

        if (record->kind == SG_NODE_OBJECT)
            (void)sg_node_add(copy, child->name, masked);
        else
            (void)sg_node_append(copy, masked);
    }
    return copy;
}
