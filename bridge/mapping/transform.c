#include "mapping/transform.h"

#include "base/buffer.h"
#include "mapping/observer.h"
#include "mapping/step.h"

struct sg_transform {
    size_t count, lookup_count;
    struct sg_step *steps;
    const struct sg_lookup **lookups;
};

bool sg_transform_compile(const struct sg_transform_context *context, const struct sg_yaml *yaml,
                          const struct sg_transform **out)
{
    bool is_list = yaml->kind == SG_YAML_LIST, is_right = true;
    size_t count = is_list ? yaml->count : 1;
    struct sg_transform *transform = sg_arena_get(context->arena, 1, sizeof *transform);

    if (count == 0)
        return sg_findings_add(context->findings, yaml->at, "at least one transform is expected");
    transform->steps = sg_arena_get(context->arena, count, sizeof *transform->steps);
    transform->lookups = sg_arena_get(context->arena, count, sizeof(void *));
    for (const struct sg_yaml *one = is_list ? yaml->first : yaml; one != NULL;
         one = is_list ? one->next : NULL) {
        struct sg_step *step = &transform->steps[transform->count++];

        if (!sg_step_compile(context, one, step))
            is_right = false;
        else if (step->lookup != NULL)
            transform->lookups[transform->lookup_count++] = step->lookup;
    }
    if (is_right)
        *out = transform;
    return is_right;
}

const struct sg_lookup *const *sg_transform_lookups(const struct sg_transform *transform,
                                                    size_t *count)
{
    *count = transform->lookup_count;
    return transform->lookups;
}

/* NULL when it is nothing. */
static struct sg_node *text_or_nothing(struct sg_arena *arena, struct sg_str text)
{
    return text.length > 0 ? sg_node_text(arena, text) : NULL;
}

static bool run_on_text(struct sg_arena *arena, const struct sg_step *step,
                        const struct sg_node *in, struct sg_node **out,
                        struct sg_transform_result *result)
{
    struct sg_str text = {0}, changed = {0};

    *out = NULL;
    if (sg_node_is_nothing(in))
        return true;
    if (!sg_node_as_text(in, &text))
        return sg_step_no_text(step, result);
    if (!step->run(arena, step, text, &changed, result))
        return false;
    *out = text_or_nothing(arena, changed);
    return true;
}

/* As deep as the document, which was read with a limit. */
static bool run_on_list(struct sg_arena *arena, const struct sg_step *step,
                        const struct sg_node *in, struct sg_node **out,
                        struct sg_transform_result *result)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    for (const struct sg_node *item = in->first; item != NULL; item = item->next) {
        struct sg_node *changed = NULL;
        bool is_done = item->kind == SG_NODE_LIST
                           ? run_on_list(arena, step, item, &changed, result)
                           : run_on_text(arena, step, item, &changed, result);

        if (!is_done)
            return false;
        if (changed != NULL)
            (void)sg_node_append(list, changed);
    }
    *out = list->count > 0 ? list : NULL;
    return true;
}

/* The list, or the single value, is the keys of one look-up. */
static bool run_on_keys(struct sg_arena *arena, const struct sg_step *step,
                        const struct sg_node *in, struct sg_node **out,
                        struct sg_transform_result *result)
{
    bool is_list = in->kind == SG_NODE_LIST;
    size_t count = is_list ? in->count : 1, k = 0;
    struct sg_str *keys = sg_arena_get(arena, count, sizeof *keys), found = {0};

    for (const struct sg_node *item = is_list ? in->first : in; k < count; item = item->next) {
        if (!sg_node_as_text(item, &keys[k++]))
            return sg_step_no_text(step, result);
    }
    if (!sg_step_look_up(arena, step, keys, count, &found, result))
        return false;
    *out = text_or_nothing(arena, found);
    return true;
}

static bool run_step(struct sg_arena *arena, const struct sg_step *step, const struct sg_node *in,
                     struct sg_node **out, struct sg_transform_result *result)
{
    if (step->run_tree != NULL)
        return step->run_tree(arena, step, in, out, result);
    if (step->lookup != NULL && sg_lookup_keys(step->lookup) > 1)
        return run_on_keys(arena, step, in, out, result);
    if (in->kind == SG_NODE_LIST)
        return run_on_list(arena, step, in, out, result);
    return run_on_text(arena, step, in, out, result);
}

static void observe(const struct sg_observer *observer, struct sg_arena *arena,
                    const struct sg_step *step, const struct sg_node *made, bool is_done)
{
    struct sg_str text = sg_str_of(step->name);

    if (step->lookup != NULL)
        text =
            sg_str_format(arena, "%s %.*s", step->name, SG_STR_ARG(sg_lookup_table(step->lookup)));
    SG_OBSERVE(observer, .kind = SG_OBSERVED_TRANSFORM, .at = step->at, .text = text, .value = made,
               .is_good = is_done);
}

bool sg_transform_run(struct sg_arena *arena, const struct sg_transform *transform,
                      const struct sg_node *in, const struct sg_observer *observer,
                      const struct sg_node **out, struct sg_transform_result *result)
{
    const struct sg_node *at_hand = sg_node_is_nothing(in) ? NULL : in;

    *result = (struct sg_transform_result){0};
    for (size_t s = 0; s < transform->count && at_hand != NULL; s++) {
        struct sg_node *changed = NULL;
        const bool is_done = run_step(arena, &transform->steps[s], at_hand, &changed, result);

        if (observer != NULL)
            observe(observer, arena, &transform->steps[s], changed, is_done);
        if (!is_done) {
            result->error.at = transform->steps[s].at;
            return false;
        }
        at_hand = changed;
    }
    *out = at_hand;
    return true;
}
