/* What a good answer gives: ids, versions, and what a look-up found. */
#include "connectors/header.h"
#include "connectors/items.h"
#include "sgbridge/connector.h"

static void set_scopes(struct sg_rule_run *run, const struct sg_node *hand,
                       const struct sg_node *input, const struct sg_reply *reply)
{
    run->scopes.at[SG_SCOPE_HAND] = hand;
    run->scopes.at[SG_SCOPE_INPUT] = input;
    run->scopes.at[SG_SCOPE_HEADERS] =
        sg_header_tree(run->arena, reply->headers, reply->header_count);
}

/* The record as far as our input says what it will show; what was not sent is not shown either. */
static bool shape_shown(const struct sg_gives_spec *gives, const struct sg_node *input,
                        struct sg_arena *arena, struct sg_str *shape)
{
    struct sg_node *record = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_str *pointers = sg_arena_get(arena, gives->shows_count, sizeof *pointers);
    size_t count = 0;

    for (size_t s = 0; s < gives->shows_count; s++) {
        const struct sg_node *node = NULL;
        const struct sg_pointer *pointer = NULL;
        struct sg_error err;

        if (!sg_pointer_find(gives->shows[s].input_pointer, input, &node, &err) ||
            !sg_pointer_compile(arena, gives->shows[s].record_pointer, (struct sg_place){0},
                                &pointer, &err))
            return false;
        if (node == NULL)
            continue;
        sg_pointer_put(arena, pointer, record, sg_node_share(arena, node));
        pointers[count++] = gives->shows[s].record_pointer;
    }
    if (count > 0)
        *shape = sg_shape_of(arena, record, pointers, count, gives->is_loose);
    return true;
}

bool sg_answer_give(const struct sg_gives_spec *gives, const struct sg_node *tree,
                    const struct sg_node *input, const struct sg_reply *reply,
                    struct sg_rule_run *run, struct sg_given *out)
{
    *out = (struct sg_given){0};
    set_scopes(run, tree, input, reply);
    if (gives->id != NULL && !sg_rule_run_text(gives->id, run, &out->id))
        return false;
    if (gives->version != NULL && !sg_rule_run_text(gives->version, run, &out->version))
        return false;
    if (input == NULL || shape_shown(gives, input, run->arena, &out->shows))
        return true;
    return sg_rule_problem(run, (struct sg_place){0}, SG_STR(""),
                           "`shows` names what the input does not have once");
}

/* Goes through the items until two have been found; false when one cannot be read. */
static bool count_found(const struct sg_find_spec *find, const struct sg_items *items,
                        const struct sg_exchange *exchange, struct sg_rule_run *run,
                        struct sg_found *out)
{
    const struct sg_node *item = items->first, *input = exchange->input;

    for (size_t i = 0; i < items->count && out->count < 2; i++, item = item->next) {
        struct sg_given given;

        set_scopes(run, item, input, exchange->reply);
        if (find->where != NULL && !sg_condition_holds(find->where, run, NULL)) {
            if (run->problems != NULL)
                return false;
            continue;
        }
        if (!sg_answer_give(&find->gives, item, input, exchange->reply, run, &given))
            return false;
        if (out->count++ == 0)
            out->given = given;
    }
    return true;
}

/* A look-up whose answer cannot be read may never count as "not found": that would send again. */
static void give_up(struct sg_found *out, struct sg_str said)
{
    out->outcome = SG_OUTCOME_TEMPORARY;
    out->said = said;
}

void sg_answer_find(const struct sg_exchange *exchange, const struct sg_operation *op,
                    struct sg_arena *arena, struct sg_found *out)
{
    const struct sg_find_spec *find = op->find;
    struct sg_rule_run run = {.arena = arena};
    struct sg_answer answer;
    struct sg_items items;
    struct sg_error err;

    *out = (struct sg_found){0};
    sg_answer_judge(exchange, SG_CALL_READ, find->answers, arena, &answer);
    out->outcome = answer.outcome;
    out->said = answer.said;
    out->retry_after_ms = answer.retry_after_ms;
    if (answer.outcome != SG_OUTCOME_SUCCESS)
        return;
    set_scopes(&run, answer.tree, exchange->input, exchange->reply);
    if (!sg_items_get(find->items, &run.scopes, &items, &err))
        give_up(out, sg_str_copy(arena, sg_str_of(err.text)));
    else if (sg_items_are_malformed(&items, exchange->system, exchange->reply))
        give_up(out, SG_STR("the answer lacks what `items` names"));
    else if (!count_found(find, &items, exchange, &run, out))
        give_up(out, run.problems != NULL ? run.problems->text : run.ignored);
}
