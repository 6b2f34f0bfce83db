#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "mapping/rule_inner.h"
#include "sgbridge/mapping.h"
#include "tree/form.h"

typedef bool give_fn(const struct sg_rule *rule, struct sg_rule_run *run,
                     const struct sg_node **out);

/* --- problems --- */

bool sg_rule_problem(struct sg_rule_run *run, struct sg_place at, struct sg_str target,
                     const char *format, ...)
{
    struct sg_problem *problem = sg_arena_get(run->arena, 1, sizeof *problem);
    struct sg_problem **end = &run->problems;
    char text[400];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* too long: cut, which the reader sees */
    va_end(args);
    problem->at = at;
    problem->target = target;
    problem->text = sg_str_copy(run->arena, sg_str_of(text));
    while (*end != NULL)
        end = &(*end)->next;
    *end = problem;
    SG_OBSERVE(run->observer, .kind = SG_OBSERVED_PROBLEM, .at = at, .target = target,
               .text = problem->text);
    return false;
}

struct sg_str sg_rule_say_kind(struct sg_arena *arena, const struct sg_node *node)
{
    switch (node->kind) {
    case SG_NODE_OBJECT:
        return SG_STR("an object");
    case SG_NODE_LIST:
        if (node->count == 1)
            return sg_rule_say_kind(arena, node->first);
        return sg_str_format(arena, "%zu elements", node->count);
    case SG_NODE_NULL:
        return SG_STR("null");
    case SG_NODE_TEXT:
        return SG_STR("a text");
    case SG_NODE_NUMBER:
        return SG_STR("a number");
    case SG_NODE_BOOLEAN:
        return SG_STR("true or false");
    }
    return (struct sg_str){0};
}

static struct sg_str name_of(const struct sg_source_path *source)
{
    return source->text.length == 0 ? SG_STR("the whole") : source->text;
}

/* What the rule reads directly: "/service_code, /district". */
static void add_sources(struct sg_buffer *out, const struct sg_rule *rule)
{
    const char *comma = out->length > 0 ? ", " : "";

    switch (rule->kind) {
    case SG_RULE_FROM:
    case SG_RULE_EACH:
    case SG_RULE_PICK:
        sg_buffer_add_format(out, "%s%.*s", comma, SG_STR_ARG(name_of(&rule->source)));
        break;
    case SG_RULE_JOIN:
    case SG_RULE_FIRST:
    case SG_RULE_LIST:
        for (size_t i = 0; i < rule->rule_count; i++)
            add_sources(out, rule->rules[i]);
        break;
    case SG_RULE_CONST:
    case SG_RULE_TEXT:
    case SG_RULE_SET:
        break;
    }
}

static struct sg_str sources_of(const struct sg_rule *rule, struct sg_arena *arena)
{
    struct sg_buffer out = {.arena = arena};

    add_sources(&out, rule);
    return sg_buffer_text(&out);
}

/* Why there is nothing, asked only now that it matters: the rule is looked at once more. */
static bool report_nothing(const struct sg_rule *rule, struct sg_rule_run *run)
{
    struct sg_rule_run again = {.arena = run->arena, .scopes = run->scopes}; /* not observed */
    struct sg_str sources = sources_of(rule, run->arena), unmet = {0};
    const struct sg_node *node = NULL;
    const char *what = "nothing at";
    bool holds = true;

    if (rule->when != NULL && sg_condition_try(rule->when, &again, &holds, &unmet) && !holds)
        return sg_rule_problem(run, rule->at, rule->target,
                               "nothing, for %.*s; say `default` or `optional`", SG_STR_ARG(unmet));
    if (sources.length == 0)
        return sg_rule_problem(run, rule->at, rule->target,
                               "nothing comes of it; say `default` or `optional`");
    if (rule->kind == SG_RULE_FROM && sg_source_find(&rule->source, rule, &again, &node) &&
        node != NULL)
        what = "nothing is left by `with` of";
    if (rule->kind == SG_RULE_EACH || rule->kind == SG_RULE_PICK)
        what = "no item that fits at";
    return sg_rule_problem(run, rule->at, rule->target, "%s %.*s", what, SG_STR_ARG(sources));
}

/* --- sources --- */

bool sg_source_find(const struct sg_source_path *source, const struct sg_rule *rule,
                    struct sg_rule_run *run, const struct sg_node **out)
{
    const struct sg_node *root = run->scopes.at[source->scope];
    const struct sg_node *node = NULL;
    struct sg_error err;

    if (root != NULL && !sg_pointer_find(source->pointer, root, &node, &err))
        return sg_rule_problem(run, rule->at, rule->target, "%s", err.text);
    *out = sg_node_is_nothing(node) ? NULL : node;
    SG_OBSERVE(run->observer, .kind = SG_OBSERVED_SOURCE, .at = rule->at, .text = name_of(source),
               .value = *out);
    return true;
}

static bool give_from(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **out)
{
    return sg_source_find(&rule->source, rule, run, out);
}

static bool give_const(const struct sg_rule *rule, struct sg_rule_run *run,
                       const struct sg_node **out)
{
    (void)run;
    *out = rule->constant;
    return true;
}

/* One source of a template, which may not be nothing. */
static bool add_part(const struct sg_rule *rule, const struct sg_source_path *source,
                     struct sg_rule_run *run, struct sg_buffer *text)
{
    const struct sg_node *node = NULL;
    struct sg_str put;

    if (!sg_source_find(source, rule, run, &node))
        return false;
    if (node == NULL)
        return sg_rule_problem(run, rule->at, rule->target, "nothing at %.*s",
                               SG_STR_ARG(name_of(source)));
    if (!sg_node_as_text(node, &put)) {
        struct sg_str found = sg_rule_say_kind(run->arena, node);

        return sg_rule_problem(run, rule->at, rule->target, "%.*s at %.*s, one text expected",
                               SG_STR_ARG(found), SG_STR_ARG(name_of(source)));
    }
    if (rule->is_encoded)
        sg_form_encode(text, put);
    else
        sg_buffer_add(text, put);
    return true;
}

static bool give_text(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **out)
{
    struct sg_buffer text = {.arena = run->arena};

    for (size_t i = 0; i < rule->part_count; i++) {
        const struct sg_rule_part *part = &rule->parts[i];

        sg_buffer_add(&text, part->fixed);
        if (part->source != NULL && !add_part(rule, part->source, run, &text))
            return false;
    }
    *out = sg_node_text(run->arena, sg_buffer_text(&text));
    return true;
}

/* --- several rules --- */

/* Lists are flattened; nothings are passed over. False where there is no text. */
static bool join_node(const struct sg_rule *rule, const struct sg_node *node,
                      struct sg_buffer *joined)
{
    struct sg_str text;

    if (sg_node_is_nothing(node))
        return true;
    if (node->kind == SG_NODE_LIST) {
        for (const struct sg_node *entry = node->first; entry != NULL; entry = entry->next) {
            if (!join_node(rule, entry, joined))
                return false;
        }
        return true;
    }
    if (!sg_node_as_text(node, &text))
        return false;
    if (joined->length > 0)
        sg_buffer_add(joined, rule->separator);
    sg_buffer_add(joined, text);
    return true;
}

static bool give_join(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **out)
{
    struct sg_buffer joined = {.arena = run->arena};

    for (size_t i = 0; i < rule->rule_count; i++) {
        const struct sg_node *node = NULL;

        if (!sg_rule_try(rule->rules[i], run, &node))
            return false;
        if (!join_node(rule, node, &joined)) {
            struct sg_str sources = sources_of(rule->rules[i], run->arena);

            return sg_rule_problem(run, rule->rules[i]->at, rule->target,
                                   "an object at %.*s, texts expected", SG_STR_ARG(sources));
        }
    }
    *out = joined.length == 0 ? NULL : sg_node_text(run->arena, sg_buffer_text(&joined));
    return true;
}

static bool give_first(const struct sg_rule *rule, struct sg_rule_run *run,
                       const struct sg_node **out)
{
    *out = NULL;
    for (size_t i = 0; i < rule->rule_count && *out == NULL; i++) {
        if (!sg_rule_try(rule->rules[i], run, out))
            return false;
    }
    return true;
}

static void add_entry(struct sg_rule_run *run, struct sg_node **list, const struct sg_node *entry)
{
    struct sg_node *copy = sg_node_share(run->arena, entry);

    copy->name = (struct sg_str){0};
    if (*list == NULL)
        *list = sg_node_new(run->arena, SG_NODE_LIST);
    (void)sg_node_append(*list, copy);
}

static bool give_list(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **out)
{
    struct sg_node *list = NULL;

    for (size_t i = 0; i < rule->rule_count; i++) {
        const struct sg_node *entry = NULL;

        if (!sg_rule_try(rule->rules[i], run, &entry))
            return false;
        if (entry != NULL)
            add_entry(run, &list, entry);
    }
    *out = list;
    return true;
}

/* --- items --- */

/* What one item gives, the item being the thing at hand; NULL where `where` does not let it pass. */
static bool give_item(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **out)
{
    bool passes = true;

    *out = NULL;
    if (rule->where != NULL && !sg_condition_try(rule->where, run, &passes, NULL))
        return false;
    return !passes || sg_rule_try(rule->rules[0], run, out);
}

/* The same rule fails for each item alike, so the first that fails ends it. */
static bool walk_items(const struct sg_rule *rule, struct sg_rule_run *run,
                       const struct sg_node *items, const struct sg_node **out)
{
    const bool is_list = items->kind == SG_NODE_LIST;
    const struct sg_node *item = is_list ? items->first : items;
    struct sg_node *list = NULL;

    for (size_t number = 0; item != NULL; number++) {
        const struct sg_node *entry = NULL;

        run->scopes.at[SG_SCOPE_HAND] = item;
        SG_OBSERVE(run->observer, .kind = SG_OBSERVED_ITEM, .at = rule->at, .value = item,
                   .number = number);
        if (!give_item(rule, run, &entry))
            return false;
        if (entry != NULL && rule->kind == SG_RULE_PICK) {
            *out = entry;
            return true;
        }
        if (entry != NULL)
            add_entry(run, &list, entry);
        item = is_list ? item->next : NULL;
    }
    *out = list;
    return true;
}

static bool give_items(const struct sg_rule *rule, struct sg_rule_run *run,
                       const struct sg_node **out)
{
    const struct sg_scopes outer = run->scopes;
    const struct sg_node *items = NULL;

    if (!sg_source_find(&rule->source, rule, run, &items))
        return false;
    if (items == NULL) {
        *out = NULL;
        return true;
    }
    if (rule->is_outer)
        run->scopes.at[SG_SCOPE_RECORD] = outer.at[SG_SCOPE_HAND];

    bool is_right = walk_items(rule, run, items, out);
    run->scopes = outer;
    return is_right;
}

/* --- set --- */

static bool run_target(const struct sg_target *target, struct sg_rule_run *run,
                       const struct sg_node **out)
{
    const struct sg_str name = target->rule->target;

    SG_OBSERVE(run->observer, .kind = SG_OBSERVED_TARGET, .at = target->at, .text = name);
    const bool is_right = sg_rule_run(target->rule, run, out);
    SG_OBSERVE(run->observer, .kind = SG_OBSERVED_END, .at = target->at, .text = name,
               .value = is_right ? *out : NULL, .is_good = is_right);
    return is_right;
}

static bool give_set(const struct sg_rule *rule, struct sg_rule_run *run,
                     const struct sg_node **out)
{
    struct sg_node *object = sg_node_new(run->arena, SG_NODE_OBJECT);
    bool is_right = true;

    for (size_t i = 0; i < rule->target_count; i++) {
        const struct sg_node *value = NULL;

        if (!run_target(&rule->targets[i], run, &value))
            is_right = false; /* and on, so that one run reports all */
        else if (value != NULL)
            sg_pointer_put(run->arena, rule->targets[i].pointer, object,
                           sg_node_share(run->arena, value));
    }
    *out = object->count == 0 && !rule->is_whole ? NULL : object;
    return is_right;
}

/* --- any rule --- */

static void keep_code(const struct sg_rule *rule, struct sg_rule_run *run, struct sg_str code)
{
    struct sg_new_code *kept = sg_arena_get(run->arena, 1, sizeof *kept);

    *kept = (struct sg_new_code){sources_of(rule, run->arena), code, run->codes};
    run->codes = kept;
}

static bool transform(const struct sg_rule *rule, struct sg_rule_run *run,
                      const struct sg_node **node)
{
    struct sg_transform_result result;
    const bool is_done =
        sg_transform_run(run->arena, rule->with, *node, run->observer, node, &result);

    if (result.unnamed.length > 0)
        keep_code(rule, run, result.unnamed);
    if (is_done) {
        if (sg_node_is_nothing(*node))
            *node = NULL;
        return true;
    }
    if (result.is_ignored) {
        run->ignored = result.reason;
        SG_OBSERVE(run->observer, .kind = SG_OBSERVED_IGNORED, .at = rule->at,
                   .text = result.reason);
        return false;
    }

    struct sg_str sources = sources_of(rule, run->arena);
    if (sources.length == 0)
        return sg_rule_problem(run, rule->at, rule->target, "%s", result.error.text);
    return sg_rule_problem(run, rule->at, rule->target, "%s (from %.*s)", result.error.text,
                           SG_STR_ARG(sources));
}

/* What a rule of several parts made of them; what the others give is seen anyway. */
static void observe_made(const struct sg_rule *rule, const struct sg_rule_run *run,
                         const struct sg_node *made)
{
    static const char *const names[SG_RULE_SET + 1] = {
        [SG_RULE_TEXT] = "text",
        [SG_RULE_JOIN] = "join",
        [SG_RULE_FIRST] = "first",
        [SG_RULE_LIST] = "list",
    };

    if (names[rule->kind] != NULL)
        SG_OBSERVE(run->observer, .kind = SG_OBSERVED_MADE, .at = rule->at,
                   .text = sg_str_of(names[rule->kind]), .value = made);
}

bool sg_rule_try(const struct sg_rule *rule, struct sg_rule_run *run, const struct sg_node **out)
{
    static give_fn *const give[] = {
        [SG_RULE_FROM] = give_from,  [SG_RULE_CONST] = give_const, [SG_RULE_TEXT] = give_text,
        [SG_RULE_JOIN] = give_join,  [SG_RULE_FIRST] = give_first, [SG_RULE_LIST] = give_list,
        [SG_RULE_EACH] = give_items, [SG_RULE_PICK] = give_items,  [SG_RULE_SET] = give_set,
    };
    const struct sg_node *node = NULL;
    bool holds = true;

    if (rule->when != NULL && !sg_condition_try(rule->when, run, &holds, NULL))
        return false;
    if (holds && !give[rule->kind](rule, run, &node))
        return false;
    if (run->observer != NULL && holds)
        observe_made(rule, run, node);
    if (rule->with != NULL && !sg_node_is_nothing(node) && !transform(rule, run, &node))
        return false;
    if (node == NULL && rule->fallback != NULL)
        SG_OBSERVE(run->observer, .kind = SG_OBSERVED_DEFAULT, .at = rule->at,
                   .value = rule->fallback);
    *out = node != NULL ? node : rule->fallback;
    return true;
}

bool sg_rule_run(const struct sg_rule *rule, struct sg_rule_run *run, const struct sg_node **out)
{
    if (!sg_rule_try(rule, run, out))
        return false;
    return *out != NULL || rule->is_optional || report_nothing(rule, run);
}

bool sg_rule_run_text(const struct sg_rule *rule, struct sg_rule_run *run, struct sg_str *out)
{
    const struct sg_node *node = NULL;

    if (!sg_rule_run(rule, run, &node))
        return false;
    *out = (struct sg_str){0};
    if (sg_node_is_nothing(node) || sg_node_as_text(node, out))
        return true;

    struct sg_str found = sg_rule_say_kind(run->arena, node);
    struct sg_str sources = sources_of(rule, run->arena);
    return sg_rule_problem(run, rule->at, rule->target, "%.*s at %.*s, one text expected",
                           SG_STR_ARG(found), SG_STR_ARG(sources));
}
