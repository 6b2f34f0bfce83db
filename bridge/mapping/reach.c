#include "mapping/reach.h"

struct tokens {
    const struct sg_str *at;
    size_t count;
    bool are_loose;
};

/* One token further, from what is no list; the thing itself for "0". */
static const struct sg_node *step(const struct sg_node *node, struct tokens tokens)
{
    const struct sg_str token = tokens.at[0];
    const struct sg_node *member =
        tokens.are_loose ? sg_node_find_loose(node, token) : sg_node_find(node, token);

    return member == NULL && sg_str_is(token, "0") ? node : member;
}

static void reach(const struct sg_node *node, struct tokens tokens, sg_reach_fn *visit, void *owner)
{
    size_t index;

    for (; tokens.count > 0 && node != NULL; tokens.at++, tokens.count--) {
        if (node->kind != SG_NODE_LIST) {
            node = step(node, tokens);
            continue;
        }
        if (sg_pointer_is_index(tokens.at[0], &index)) {
            node = sg_node_entry(node, index);
            continue;
        }
        for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next)
            reach(entry, tokens, visit, owner);
        return;
    }
    if (node != NULL)
        visit(node, owner);
}

void sg_reach(const struct sg_node *root, const struct sg_pointer *pointer, sg_reach_fn *visit,
              void *owner)
{
    struct tokens tokens = {.are_loose = sg_pointer_is_loose(pointer)};

    tokens.at = sg_pointer_tokens(pointer, &tokens.count);
    reach(root, tokens, visit, owner);
}
