#include "connectors/fetch.h"

#include "connectors/request.h"

struct sg_fetch {
    const struct sg_system *system;
    const struct sg_poll_spec *poll;
    struct sg_arena *arena;
    struct sg_item item;
    struct sg_node *tree; /* of `item`: ours to be changed */
    size_t step;          /* of `fetch` */
    struct sg_node *
        *targets; /* what the step is for: the item, or each element; NULL: not yet known */
    size_t count, room, next; /* of the targets; `next` is the one at hand */
    size_t bytes;
};

struct sg_fetch *sg_fetch_begin(const struct sg_system *system, const struct sg_record *record,
                                const struct sg_node *received, struct sg_arena *arena)
{
    struct sg_fetch *fetch = sg_arena_get(arena, 1, sizeof *fetch);

    *fetch = (struct sg_fetch){.system = system,
                               .poll = record->poll,
                               .arena = arena,
                               .tree = sg_node_share(arena, received)};
    fetch->item = (struct sg_item){.received = received, .tree = fetch->tree};
    return fetch;
}

static const struct sg_fetch_spec *spec_of(const struct sg_fetch *fetch)
{
    return &fetch->poll->fetches[fetch->step];
}

static bool fail(struct sg_fetch *fetch, struct sg_place at, struct sg_str problem)
{
    fetch->item.problem = problem;
    fetch->item.problem_at = at;
    return false;
}

static bool fail_by_rule(struct sg_fetch *fetch, const struct sg_rule_run *run)
{
    return run->problems != NULL ? fail(fetch, run->problems->at, run->problems->text)
                                 : fail(fetch, spec_of(fetch)->at, run->ignored);
}

/* --- what to ask for --- */

static bool add_target(void *owner, struct sg_node *node)
{
    struct sg_fetch *fetch = owner;

    if (fetch->count == SG_FETCH_EACH_MAX)
        return false;
    if (fetch->count == fetch->room) {
        const size_t room = fetch->room == 0 ? 8 : 2 * fetch->room;
        struct sg_node **grown = sg_arena_get(fetch->arena, room, sizeof(void *));

        if (fetch->count > 0)
            memcpy(grown, fetch->targets, fetch->count * sizeof(void *));
        fetch->targets = grown;
        fetch->room = room;
    }
    fetch->targets[fetch->count++] = node;
    return true;
}

static bool find_targets(struct sg_fetch *fetch)
{
    const struct sg_fetch_spec *spec = spec_of(fetch);
    enum sg_scope scope;

    fetch->count = fetch->next = 0;
    if (spec->each == NULL)
        return add_target(fetch, fetch->tree);
    return sg_pointer_visit(fetch->arena, sg_rule_source(spec->each, &scope), fetch->tree,
                            add_target, fetch) ||
           fail(fetch, spec->at, SG_STR("`each` is for 1000 elements at most"));
}

static struct sg_rule_run run_at(const struct sg_fetch *fetch, int64_t now_ms)
{
    struct sg_rule_run run = {.arena = fetch->arena};

    run.scopes.at[SG_SCOPE_HAND] = fetch->targets[fetch->next];
    run.scopes.at[SG_SCOPE_RECORD] = spec_of(fetch)->each == NULL ? NULL : fetch->tree;
    run.scopes.at[SG_SCOPE_NOW] = sg_request_now(fetch->arena, now_ms);
    return run;
}

/* Moves on to a target that the step's `where` lets pass; false when there is none, or a problem. */
static bool find_wanted(struct sg_fetch *fetch, int64_t now_ms)
{
    const struct sg_fetch_spec *spec = spec_of(fetch);

    for (; fetch->next < fetch->count; fetch->next++) {
        struct sg_rule_run run = run_at(fetch, now_ms);

        if (spec->where == NULL || sg_condition_holds(spec->where, &run, NULL))
            return true;
        if (run.problems != NULL)
            return fail_by_rule(fetch, &run);
    }
    return false;
}

static bool build(struct sg_fetch *fetch, int64_t now_ms, struct sg_request *out)
{
    struct sg_rule_run run = run_at(fetch, now_ms);

    return sg_request_build(fetch->system, &spec_of(fetch)->request, &run, out) ||
           fail_by_rule(fetch, &run);
}

bool sg_fetch_next(struct sg_fetch *fetch, int64_t now_ms, struct sg_request *out)
{
    while (fetch->item.problem.length == 0 && fetch->step < fetch->poll->fetch_count) {
        if (fetch->count == 0 && !find_targets(fetch))
            return false;
        if (find_wanted(fetch, now_ms))
            return build(fetch, now_ms, out);
        if (fetch->item.problem.length == 0) {
            fetch->step++;
            fetch->count = 0;
        }
    }
    return false;
}

/* --- what came --- */

static void put(struct sg_fetch *fetch, const struct sg_node *tree)
{
    const struct sg_fetch_spec *spec = spec_of(fetch);
    struct sg_node *target = fetch->targets[fetch->next];

    if (spec->into == NULL)
        sg_node_replace(target, tree);
    else if (target->kind != SG_NODE_OBJECT)
        (void)fail(fetch, spec->at, SG_STR("`into` needs an item that is an object"));
    else
        sg_pointer_put(fetch->arena, spec->into, target, sg_node_share(fetch->arena, tree));
    if (sg_node_is_too_deep(fetch->tree))
        (void)fail(fetch, spec->at, SG_STR("deeper than 64 levels"));
}

static void take_tree(struct sg_fetch *fetch, const struct sg_node *tree)
{
    const struct sg_fetch_spec *spec = spec_of(fetch);

    if (fetch->bytes > (size_t)fetch->system->limits.answer_bytes)
        (void)fail(fetch, spec->at,
                   sg_str_format(fetch->arena, "too large: %zu bytes were fetched for one item",
                                 fetch->bytes));
    else if (tree != NULL)
        put(fetch, tree);
    else if (spec->into == NULL)
        (void)fail(fetch, spec->at, SG_STR("there is no such record to be fetched"));
    fetch->next++;
}

bool sg_fetch_take(struct sg_fetch *fetch, const struct sg_reply *reply, int64_t now_ms,
                   struct sg_answer *answer)
{
    sg_answer_judge(&(struct sg_exchange){fetch->system, NULL, reply, now_ms}, SG_CALL_READ,
                    fetch->poll->answers, fetch->arena, answer);
    fetch->bytes += reply->body.length;
    switch (answer->outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_EXISTS:
        take_tree(fetch, answer->tree);
        return true;
    case SG_OUTCOME_NONE:
        take_tree(fetch, NULL);
        return true;
    case SG_OUTCOME_DEFAULT:
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_LOGIN:
    case SG_OUTCOME_PERMANENT:
    case SG_OUTCOME_UNKNOWN:
        break;
    }
    return false;
}

struct sg_item sg_fetch_item(const struct sg_fetch *fetch)
{
    return fetch->item;
}

size_t sg_fetch_bytes(const struct sg_fetch *fetch)
{
    return fetch->bytes;
}
