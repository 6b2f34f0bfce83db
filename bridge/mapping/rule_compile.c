#include "base/buffer.h"
#include "mapping/rule_inner.h"

/* The keys of which a rule has one, in the order of `enum sg_rule_kind`. */
static const char *const SOURCES[] = {"from", "const", "text", "join", "first",
                                      "list", "each",  "pick", "set"};
enum { SOURCE_COUNT = sizeof SOURCES / sizeof SOURCES[0] };

typedef bool fill_fn(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                     const struct sg_yaml *source, struct sg_rule *rule);

static struct sg_rule *new_rule(const struct sg_rule_compiler *compiler, enum sg_rule_kind kind,
                                struct sg_place at)
{
    struct sg_rule *rule = sg_arena_get(compiler->context->arena, 1, sizeof *rule);

    rule->kind = kind;
    rule->at = at;
    rule->target = compiler->target;
    return rule;
}

static void add_lookups(const struct sg_rule_context *context, const struct sg_transform *with)
{
    size_t count = 0;
    const struct sg_lookup *const *lookups = sg_transform_lookups(with, &count);

    for (size_t i = 0; i < count; i++) {
        struct sg_lookup_use *use = sg_arena_get(context->arena, 1, sizeof *use);

        *use = (struct sg_lookup_use){lookups[i], context->read->lookups};
        context->read->lookups = use;
    }
}

bool sg_rule_compile_with(const struct sg_rule_compiler *compiler, const struct sg_yaml *with,
                          const struct sg_transform **out)
{
    const struct sg_rule_context *context = compiler->context;
    const struct sg_transform_context surroundings = {
        .arena = context->arena,
        .findings = context->findings,
        .lookups = context->lookups,
        .source_zone = context->from_zone,
        .target_zone = context->to_zone,
    };

    if (!sg_transform_compile(&surroundings, with, out))
        return false;
    if (context->read != NULL)
        add_lookups(context, *out);
    return true;
}

static void own_texts(struct sg_arena *arena, struct sg_node *node)
{
    node->name = sg_str_copy(arena, node->name);
    node->text = sg_str_copy(arena, node->text);
    for (struct sg_node *child = node->first; child != NULL; child = child->next)
        own_texts(arena, child);
}

struct sg_node *sg_rule_value(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml)
{
    struct sg_node *node = sg_yaml_to_node(compiler->context->arena, yaml);

    own_texts(compiler->context->arena, node);
    node->name = (struct sg_str){0};
    return node;
}

/* --- the sources, one function each --- */

static bool fill_from(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                      const struct sg_yaml *source, struct sg_rule *rule)
{
    return sg_source_compile(compiler, source, map->at, false, &rule->source);
}

static bool fill_const(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                       const struct sg_yaml *source, struct sg_rule *rule)
{
    (void)map;
    rule->constant = sg_rule_value(compiler, source);
    if (sg_node_is_nothing(rule->constant))
        rule->constant = NULL;
    return sg_source_check_text(compiler, source);
}

static bool fill_text(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                      const struct sg_yaml *source, struct sg_rule *rule)
{
    (void)map;
    return sg_template_compile(compiler, source, rule);
}

/* JOIN, FIRST and LIST: all their rules, wrong ones too, so that each is reported. */
static bool fill_rules(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                       const struct sg_yaml *source, struct sg_rule *rule)
{
    const struct sg_rule_context *context = compiler->context;
    const struct sg_yaml *separator = sg_yaml_find(map, "separator");
    bool is_right = true;

    if (!sg_yaml_expect(source, SG_YAML_LIST, context->findings))
        return false;
    if (source->count == 0)
        return sg_findings_add(context->findings, source->at, "at least one rule is expected");

    const struct sg_rule **rules = sg_arena_get(context->arena, source->count, sizeof(void *));
    size_t i = 0;

    for (const struct sg_yaml *entry = source->first; entry != NULL; entry = entry->next)
        is_right &= sg_rule_compile_at(compiler, entry, &rules[i++]);
    rule->rules = rules;
    rule->rule_count = source->count;
    if (separator != NULL) {
        is_right &= sg_yaml_expect(separator, SG_YAML_TEXT, context->findings);
        rule->separator = sg_str_copy(context->arena, separator->text);
    }
    return is_right;
}

static bool fill_items(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                       const struct sg_yaml *source, struct sg_rule *rule)
{
    return sg_rule_compile_items(compiler, map, source, rule);
}

/* --- set --- */

static bool compile_target_pointer(const struct sg_rule_context *context,
                                   const struct sg_yaml *entry, const struct sg_pointer **out)
{
    const struct sg_str key = entry->key;
    struct sg_error err;
    size_t count = 0, index;

    if (key.length == 0 || key.at[0] != '/')
        return sg_findings_add(context->findings, entry->key_at,
                               "a target is a JSON Pointer; did you mean `/%.*s`?",
                               SG_STR_ARG(key));
    if (!sg_pointer_compile(context->arena, key, entry->key_at, out, &err))
        return sg_findings_add(context->findings, entry->key_at, "`%.*s`: %s", SG_STR_ARG(key),
                               err.text);

    const struct sg_str *tokens = sg_pointer_tokens(*out, &count);
    for (size_t i = 0; i < count; i++) {
        if (sg_pointer_is_index(tokens[i], &index))
            return sg_findings_add(context->findings, entry->key_at,
                                   "a target has no index, such as `%.*s`; a list is made by "
                                   "`list` or `each`",
                                   SG_STR_ARG(tokens[i]));
    }
    return true;
}

static bool fill_set(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                     const struct sg_yaml *source, struct sg_rule *rule)
{
    const struct sg_rule_context *context = compiler->context;
    bool is_right = true;
    size_t i = 0;

    (void)map;
    if (!sg_yaml_expect(source, SG_YAML_MAP, context->findings))
        return false;
    if (source->count == 0)
        return sg_findings_add(context->findings, source->at, "`set` sets nothing");

    struct sg_target *targets = sg_arena_get(context->arena, source->count, sizeof *targets);
    for (const struct sg_yaml *entry = source->first; entry != NULL; entry = entry->next, i++) {
        struct sg_rule_compiler inner = *compiler;

        inner.target = sg_str_format(context->arena, "%.*s%.*s", SG_STR_ARG(compiler->target),
                                     SG_STR_ARG(entry->key));
        targets[i].at = entry->key_at;
        is_right &= compile_target_pointer(context, entry, &targets[i].pointer);
        is_right &= sg_rule_compile_at(&inner, entry, &targets[i].rule);
    }
    rule->targets = targets;
    rule->target_count = i;
    return is_right;
}

/* --- each and pick --- */

/* What an item's rules see: the item, and from outside of all `each` where it stands. */
static struct sg_rule_compiler inside_item(const struct sg_rule_compiler *compiler,
                                           const struct sg_source_path *list)
{
    struct sg_rule_compiler inner = *compiler;
    struct sg_str pointer = sg_pointer_text(list->pointer);

    inner.is_item = true;
    if (!compiler->is_item)
        inner.record_scope = SG_SCOPE_HAND;
    if (list->scope == SG_SCOPE_HAND && compiler->is_item)
        pointer = sg_str_format(compiler->context->arena, "%.*s%.*s",
                                SG_STR_ARG(compiler->base_pointer), SG_STR_ARG(pointer));
    else
        inner.base_scope = list->scope == SG_SCOPE_RECORD ? compiler->record_scope : list->scope;
    inner.base_pointer = pointer;
    return inner;
}

static bool compile_item(const struct sg_rule_compiler *inner, const struct sg_yaml *map,
                         const struct sg_yaml *list, struct sg_rule *rule)
{
    const struct sg_rule_context *context = inner->context;
    const struct sg_yaml *set = sg_yaml_find(map, "set");
    const struct sg_yaml *value = sg_yaml_find(map, "value");
    const struct sg_rule **item = sg_arena_get(context->arena, 1, sizeof(void *));

    rule->rules = item;
    rule->rule_count = 1;
    if (set == NULL && value == NULL)
        return sg_findings_add(context->findings, map->at, "`%.*s` needs `set` or `value`",
                               SG_STR_ARG(list->key));
    if (set != NULL && value != NULL)
        return sg_findings_add(context->findings, map->at, "`%.*s` has `set` or `value`, not both",
                               SG_STR_ARG(list->key));
    if (value != NULL)
        return sg_rule_compile_at(inner, value, item);

    struct sg_rule *object = new_rule(inner, SG_RULE_SET, set->at);
    *item = object;
    return fill_set(inner, map, set, object);
}

bool sg_rule_compile_items(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                           const struct sg_yaml *list, struct sg_rule *rule)
{
    const struct sg_yaml *where = sg_yaml_find(map, "where");
    bool is_right = true;

    rule->is_outer = !compiler->is_item;
    if (!sg_source_compile(compiler, list, map->at, true, &rule->source))
        return false;

    const struct sg_rule_compiler inner = inside_item(compiler, &rule->source);
    if (where != NULL)
        is_right = sg_condition_compile_at(&inner, where, &rule->where);
    return compile_item(&inner, map, list, rule) && is_right;
}

/* --- what all rules may have --- */

/* The source key of a rule; NULL, and a finding, when there is none or more than one. With `each`
 * and `pick`, `set` is no source but a part of them. */
static const struct sg_yaml *find_source(const struct sg_rule_compiler *compiler,
                                         const struct sg_yaml *map, enum sg_rule_kind *kind)
{
    const bool is_items = sg_yaml_find(map, "each") != NULL || sg_yaml_find(map, "pick") != NULL;
    struct sg_buffer names = {.arena = compiler->context->arena};
    const struct sg_yaml *found = NULL;
    size_t count = 0;

    for (int k = 0; k < SOURCE_COUNT; k++) {
        const struct sg_yaml *entry = sg_yaml_find(map, SOURCES[k]);

        if (entry == NULL || (k == (int)SG_RULE_SET && is_items))
            continue;
        sg_buffer_add_format(&names, "%s`%s`", count == 0 ? "" : " and ", SOURCES[k]);
        found = entry;
        *kind = (enum sg_rule_kind)k;
        count++;
    }
    if (count == 1)
        return found;
    if (count == 0)
        (void)sg_findings_add(compiler->context->findings, map->at,
                              "a rule has one of from, const, text, join, first, list, each, "
                              "pick, set; here is none");
    else
        (void)sg_findings_add(compiler->context->findings, map->at,
                              "a rule has one source; here are %.*s",
                              SG_STR_ARG(sg_buffer_text(&names)));
    return NULL;
}

static bool check_keys(const struct sg_rule_compiler *compiler, const struct sg_yaml *map)
{
    static const struct sg_str known[] = {
        SG_STR_INIT("from"),     SG_STR_INIT("const"),      SG_STR_INIT("text"),
        SG_STR_INIT("join"),     SG_STR_INIT("first"),      SG_STR_INIT("list"),
        SG_STR_INIT("each"),     SG_STR_INIT("pick"),       SG_STR_INIT("set"),
        SG_STR_INIT("when"),     SG_STR_INIT("with"),       SG_STR_INIT("default"),
        SG_STR_INIT("optional"), SG_STR_INIT("declassify"), SG_STR_INIT("separator"),
        SG_STR_INIT("where"),    SG_STR_INIT("value"),
    };
    static const char *const guests[][3] = {
        {"separator", "join", "join"}, {"where", "each", "pick"}, {"value", "each", "pick"}};
    struct sg_findings *findings = compiler->context->findings;
    bool is_right = sg_yaml_check_keys(map, known, sizeof known / sizeof known[0], findings);

    for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++) {
        const struct sg_yaml *guest = sg_yaml_find(map, guests[i][0]);

        if (guest != NULL && sg_yaml_find(map, guests[i][1]) == NULL &&
            sg_yaml_find(map, guests[i][2]) == NULL)
            is_right = sg_findings_add(findings, guest->key_at, "`%s` stands only with %s",
                                       guests[i][0], i == 0 ? "`join`" : "`each` or `pick`");
    }
    return is_right;
}

static bool compile_optional(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                             struct sg_rule *rule)
{
    const struct sg_yaml *optional = sg_yaml_find(map, "optional");

    if (optional == NULL)
        return true;
    if (optional->kind != SG_YAML_BOOLEAN || !sg_str_is(optional->text, "true"))
        return sg_findings_add(compiler->context->findings, optional->at,
                               "`optional` is true or left out");
    rule->is_optional = true;
    return true;
}

static bool compile_declassify(struct sg_rule_compiler *compiler, const struct sg_yaml *map)
{
    const struct sg_yaml *why = sg_yaml_find(map, "declassify");

    if (why == NULL)
        return true;
    if (why->kind != SG_YAML_TEXT || why->text.length == 0)
        return sg_findings_add(compiler->context->findings, why->at,
                               "`declassify` says why the public may read it");
    compiler->is_declassified = true;
    return true;
}

/* `when`, `with`, `default`. */
static bool compile_around(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                           struct sg_rule *rule)
{
    const struct sg_yaml *when = sg_yaml_find(map, "when");
    const struct sg_yaml *with = sg_yaml_find(map, "with");
    const struct sg_yaml *fallback = sg_yaml_find(map, "default");
    bool is_right = true;

    if (when != NULL)
        is_right &= sg_condition_compile_at(compiler, when, &rule->when);
    if (with != NULL)
        is_right &= sg_rule_compile_with(compiler, with, &rule->with);
    if (fallback != NULL) {
        is_right &= sg_source_check_text(compiler, fallback);
        rule->fallback = sg_rule_value(compiler, fallback);
    }
    return is_right;
}

static bool compile_map(const struct sg_rule_compiler *outer, const struct sg_yaml *map,
                        const struct sg_rule **out)
{
    static fill_fn *const fill[SOURCE_COUNT] = {
        [SG_RULE_FROM] = fill_from,  [SG_RULE_CONST] = fill_const, [SG_RULE_TEXT] = fill_text,
        [SG_RULE_JOIN] = fill_rules, [SG_RULE_FIRST] = fill_rules, [SG_RULE_LIST] = fill_rules,
        [SG_RULE_EACH] = fill_items, [SG_RULE_PICK] = fill_items,  [SG_RULE_SET] = fill_set,
    };
    struct sg_rule_compiler compiler = *outer;
    enum sg_rule_kind kind = SG_RULE_FROM;
    bool is_right = check_keys(&compiler, map);
    const struct sg_yaml *source = find_source(&compiler, map, &kind);
    struct sg_rule *rule = new_rule(&compiler, kind, map->at);

    is_right &= compile_optional(&compiler, map, rule);
    is_right &= compile_declassify(&compiler, map);
    is_right &= compile_around(&compiler, map, rule);
    if (source == NULL || !fill[kind](&compiler, map, source, rule) || !is_right)
        return false;
    *out = rule;
    return true;
}

bool sg_rule_compile_at(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                        const struct sg_rule **out)
{
    struct sg_rule *rule;

    switch (yaml->kind) {
    case SG_YAML_MAP:
        return compile_map(compiler, yaml, out);
    case SG_YAML_TEXT:
        rule = new_rule(compiler, SG_RULE_FROM, yaml->at);
        *out = rule;
        return sg_source_compile(compiler, yaml, yaml->at, false, &rule->source);
    case SG_YAML_NUMBER:
    case SG_YAML_BOOLEAN:
        rule = new_rule(compiler, SG_RULE_CONST, yaml->at);
        rule->constant = sg_rule_value(compiler, yaml);
        *out = rule;
        return true;
    case SG_YAML_NULL:
    case SG_YAML_LIST:
        break;
    }
    return sg_findings_add(compiler->context->findings, yaml->at,
                           "a rule is a source, a number, true or false, or a map such as {from: "
                           "/pointer}; here is %s",
                           yaml->kind == SG_YAML_NULL ? "nothing" : "a list");
}

/* --- what others call --- */

bool sg_rule_compile(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                     const struct sg_rule **out)
{
    const struct sg_rule_compiler compiler = {.context = context};

    return sg_rule_compile_at(&compiler, yaml, out);
}

bool sg_rule_compile_set(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                         const struct sg_rule **out)
{
    const struct sg_rule_compiler compiler = {.context = context};
    struct sg_rule *rule = new_rule(&compiler, SG_RULE_SET, yaml->at);

    rule->is_whole = true;
    if (!fill_set(&compiler, yaml, yaml, rule))
        return false;
    *out = rule;
    return true;
}

bool sg_rule_compile_template(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                              bool is_percent_encoded, const struct sg_rule **out)
{
    const struct sg_rule_compiler compiler = {.context = context};
    struct sg_rule *rule = new_rule(&compiler, SG_RULE_TEXT, yaml->at);

    rule->is_encoded = is_percent_encoded;
    if (!sg_template_compile(&compiler, yaml, rule))
        return false;
    *out = rule;
    return true;
}

bool sg_rule_compile_source(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                            const struct sg_rule **out)
{
    const struct sg_rule_compiler compiler = {.context = context};
    struct sg_rule *rule = new_rule(&compiler, SG_RULE_FROM, yaml->at);

    if (!sg_source_compile(&compiler, yaml, yaml->at, false, &rule->source))
        return false;
    *out = rule;
    return true;
}

struct sg_place sg_rule_place(const struct sg_rule *rule)
{
    return rule->at;
}

const struct sg_pointer *sg_rule_source(const struct sg_rule *rule, enum sg_scope *scope)
{
    *scope = rule->source.scope;
    return rule->source.pointer;
}

const struct sg_target *sg_rule_targets(const struct sg_rule *set, size_t *count)
{
    *count = set->target_count;
    return set->targets;
}

const struct sg_rule *sg_rule_item_set(const struct sg_rule *each)
{
    if ((each->kind != SG_RULE_EACH && each->kind != SG_RULE_PICK) ||
        each->rules[0]->kind != SG_RULE_SET)
        return NULL;
    return each->rules[0];
}

bool sg_rule_is_optional(const struct sg_rule *rule)
{
    return rule->is_optional;
}
