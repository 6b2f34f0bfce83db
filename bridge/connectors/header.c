#include "connectors/header.h"

#include "base/buffer.h"

struct sg_str sg_header_get(const struct sg_header *headers, size_t count, struct sg_str name)
{
    for (size_t h = 0; h < count; h++) {
        if (sg_str_equal_loose(headers[h].name, name))
            return headers[h].value;
    }
    return (struct sg_str){0};
}

static struct sg_node *member(const struct sg_node *object, struct sg_str name)
{
    for (struct sg_node *node = object->first; node != NULL; node = node->next) {
        if (sg_str_equal_loose(node->name, name))
            return node;
    }
    return NULL;
}

const struct sg_node *sg_header_tree(struct sg_arena *arena, const struct sg_header *headers,
                                     size_t count)
{
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);

    for (size_t h = 0; h < count; h++) {
        struct sg_str value = headers[h].value;
        struct sg_node *known = member(object, headers[h].name);

        if (known == NULL)
            sg_node_add(object, sg_str_lower(arena, headers[h].name), sg_node_text(arena, value));
        else
            known->text =
                sg_str_format(arena, "%.*s, %.*s", SG_STR_ARG(known->text), SG_STR_ARG(value));
    }
    return object;
}

bool sg_header_is_value(struct sg_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];

        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}
