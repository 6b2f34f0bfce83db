#include "connectors/items.h"

bool sg_items_get(const struct sg_rule *items, const struct sg_scopes *scopes, struct sg_items *out,
                  struct sg_error *err)
{
    enum sg_scope scope = SG_SCOPE_HAND;
    const struct sg_pointer *pointer = sg_rule_source(items, &scope);
    const struct sg_node *root = scopes->at[scope], *node = NULL;

    *out = (struct sg_items){0};
    if (root != NULL && !sg_pointer_find(pointer, root, &node, err))
        return false;
    out->is_missing = node == NULL;
    if (node == NULL || sg_node_is_nothing(node))
        return true;
    out->first = node->kind == SG_NODE_LIST ? node->first : node;
    out->count = node->kind == SG_NODE_LIST ? node->count : 1;
    return true;
}

bool sg_items_are_malformed(const struct sg_items *items, const struct sg_system *system,
                            const struct sg_reply *reply)
{
    return items->is_missing && system->format == SG_FORMAT_JSON && reply->status != 204;
}
