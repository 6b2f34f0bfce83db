#include "mapping/input.h"

#include "base/buffer.h"
#include "base/suggest.h"
#include "base/units.h"
#include "mapping/input_inner.h"
#include "mapping/rule_inner.h"

static const struct sg_str TYPES[] = {
    [SG_FIELD_STRING] = SG_STR_INIT("string"),   [SG_FIELD_NUMBER] = SG_STR_INIT("number"),
    [SG_FIELD_INTEGER] = SG_STR_INIT("integer"), [SG_FIELD_BOOLEAN] = SG_STR_INIT("boolean"),
    [SG_FIELD_LIST] = SG_STR_INIT("list"),       [SG_FIELD_FILE] = SG_STR_INIT("file"),
    [SG_FIELD_ANY] = SG_STR_INIT("any"),
};
enum { TYPE_COUNT = sizeof TYPES / sizeof TYPES[0] };

struct compiler {
    struct sg_arena *arena;
    struct sg_findings *findings;
};

/* --- one field --- */

static bool compile_type(const struct compiler *to, const struct sg_yaml *type,
                         struct sg_field *field)
{
    if (type == NULL)
        return true;
    for (int t = 0; t < TYPE_COUNT; t++) {
        if (type->kind == SG_YAML_TEXT && sg_str_equal(type->text, TYPES[t])) {
            field->type = (enum sg_field_type)t;
            return true;
        }
    }
    return sg_findings_add(to->findings, type->at, "unknown type `%.*s`%s", SG_STR_ARG(type->text),
                           sg_suggest_ending(to->arena, type->text, TYPES, TYPE_COUNT));
}

static bool compile_flag(const struct compiler *to, const struct sg_yaml *flag, bool *out)
{
    if (flag == NULL)
        return true;
    if (!sg_yaml_expect(flag, SG_YAML_BOOLEAN, to->findings))
        return false;
    *out = sg_str_is(flag->text, "true");
    return true;
}

static bool compile_max(const struct compiler *to, const struct sg_yaml *max,
                        struct sg_field *field)
{
    int64_t number = 0;

    if (max == NULL)
        return true;
    if (field->type != SG_FIELD_STRING && field->type != SG_FIELD_LIST)
        return sg_findings_add(to->findings, max->key_at,
                               "`max` counts characters of a string or entries of a list; here is "
                               "%.*s",
                               SG_STR_ARG(TYPES[field->type]));
    if (max->kind != SG_YAML_NUMBER || !sg_units_integer(max->text, &number) || number < 1)
        return sg_findings_add(to->findings, max->at, "`max` is a whole number from 1 on");
    field->max = (size_t)number;
    return true;
}

static bool compile_one_of(const struct compiler *to, const struct sg_yaml *in,
                           struct sg_field *field)
{
    bool is_right = true;

    if (in == NULL)
        return true;
    if (field->type == SG_FIELD_LIST || field->type == SG_FIELD_FILE || field->type == SG_FIELD_ANY)
        return sg_findings_add(to->findings, in->key_at, "`in` is for single values, not for %.*s",
                               SG_STR_ARG(TYPES[field->type]));
    if (!sg_yaml_expect(in, SG_YAML_LIST, to->findings))
        return false;
    if (in->count == 0)
        return sg_findings_add(to->findings, in->at, "at least one value is expected");

    struct sg_str *values = sg_arena_get(to->arena, in->count, sizeof *values);
    for (const struct sg_yaml *entry = in->first; entry != NULL; entry = entry->next) {
        if (entry->kind != SG_YAML_TEXT && entry->kind != SG_YAML_NUMBER &&
            entry->kind != SG_YAML_BOOLEAN)
            is_right = sg_findings_add(to->findings, entry->at,
                                       "a text, a number, true or false is expected");
        values[field->one_of_count++] = sg_str_copy(to->arena, entry->text);
    }
    field->one_of = values;
    return is_right;
}

static bool compile_of(const struct compiler *to, const struct sg_yaml *of, struct sg_field *field)
{
    if (of == NULL)
        return true;
    if (field->type != SG_FIELD_LIST)
        return sg_findings_add(to->findings, of->key_at,
                               "`of` is for the entries of a list; say `type: list`");
    return sg_input_compile(to->arena, to->findings, of, &field->of);
}

static bool compile_field(const struct compiler *to, const struct sg_yaml *yaml,
                          struct sg_field *field)
{
    static const struct sg_str known[] = {SG_STR_INIT("type"),   SG_STR_INIT("required"),
                                          SG_STR_INIT("public"), SG_STR_INIT("max"),
                                          SG_STR_INIT("in"),     SG_STR_INIT("of")};
    struct sg_error err;
    bool is_right;

    field->at = yaml->key_at;
    if (yaml->key.length == 0 || yaml->key.at[0] != '/')
        return sg_findings_add(to->findings, yaml->key_at,
                               "an input is a JSON Pointer; did you mean `/%.*s`?",
                               SG_STR_ARG(yaml->key));
    if (!sg_pointer_compile(to->arena, yaml->key, yaml->key_at, &field->pointer, &err))
        return sg_findings_add(to->findings, yaml->key_at, "`%.*s`: %s", SG_STR_ARG(yaml->key),
                               err.text);
    if (yaml->kind != SG_YAML_MAP)
        return sg_findings_add(to->findings, yaml->at,
                               "a field is a map, such as {} or {required: true}");
    is_right = sg_yaml_check_keys(yaml, known, sizeof known / sizeof known[0], to->findings);
    is_right &= compile_type(to, sg_yaml_find(yaml, "type"), field);
    is_right &= compile_flag(to, sg_yaml_find(yaml, "required"), &field->is_required);
    is_right &= compile_flag(to, sg_yaml_find(yaml, "public"), &field->is_public);
    is_right &= compile_max(to, sg_yaml_find(yaml, "max"), field);
    is_right &= compile_one_of(to, sg_yaml_find(yaml, "in"), field);
    return compile_of(to, sg_yaml_find(yaml, "of"), field) && is_right;
}

/* --- the tree of fields --- */

static struct sg_input_node *child_of(const struct sg_input_node *node, struct sg_str name)
{
    struct sg_input_node *child = node->first;

    while (child != NULL && !sg_str_equal(child->name, name))
        child = child->next;
    return child;
}

static struct sg_input_node *make_child(const struct compiler *to, struct sg_input_node *node,
                                        struct sg_str name)
{
    struct sg_input_node *child = child_of(node, name);

    if (child != NULL)
        return child;
    child = sg_arena_get(to->arena, 1, sizeof *child);
    child->name = name;
    if (node->last == NULL)
        node->first = child;
    else
        node->last->next = child;
    node->last = child;
    return child;
}

/* A field holds a value, so none stands inside another. */
static bool add_to_tree(const struct compiler *to, struct sg_input_node *node,
                        const struct sg_field *field)
{
    const struct sg_str text = sg_pointer_text(field->pointer);
    size_t count = 0;
    const struct sg_str *tokens = sg_pointer_tokens(field->pointer, &count);

    for (size_t i = 0; i < count; i++) {
        node = make_child(to, node, tokens[i]);
        if (node->field == NULL)
            continue;

        struct sg_str outer = sg_pointer_text(node->field->pointer);
        return sg_findings_add(to->findings, field->at,
                               "`%.*s` stands inside `%.*s`, which is an input itself",
                               SG_STR_ARG(text), SG_STR_ARG(outer));
    }
    if (node->first != NULL)
        return sg_findings_add(to->findings, field->at,
                               "other inputs stand inside `%.*s`, so it can be none itself",
                               SG_STR_ARG(text));
    node->field = field;
    return true;
}

bool sg_input_compile(struct sg_arena *arena, struct sg_findings *findings,
                      const struct sg_yaml *yaml, const struct sg_input **out)
{
    const struct compiler to = {arena, findings};
    bool is_right = true;
    size_t i = 0;

    if (!sg_yaml_expect(yaml, SG_YAML_MAP, findings))
        return false;
    if (yaml->count == 0)
        return sg_findings_add(findings, yaml->at, "at least one input is expected");

    struct sg_input *input = sg_arena_get(arena, 1, sizeof *input);
    struct sg_input_node *root = sg_arena_get(arena, 1, sizeof *root);
    struct sg_field *fields = sg_arena_get(arena, yaml->count, sizeof *fields);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next, i++) {
        if (!compile_field(&to, entry, &fields[i]) || !add_to_tree(&to, root, &fields[i]))
            is_right = false;
    }
    *input = (struct sg_input){fields, yaml->count, root};
    if (is_right)
        *out = input;
    return is_right;
}

const struct sg_field *sg_input_fields(const struct sg_input *input, size_t *count)
{
    *count = input->count;
    return input->fields;
}

const struct sg_field *sg_input_find(const struct sg_input *input, struct sg_str pointer)
{
    for (size_t i = 0; i < input->count; i++) {
        if (sg_str_equal(sg_pointer_text(input->fields[i].pointer), pointer))
            return &input->fields[i];
    }
    return NULL;
}

/* --- what a mapping sets of it --- */

struct check {
    const struct sg_input *input;
    struct sg_str operation;
    struct sg_str prefix; /* of the list whose entries these are */
    struct sg_findings *findings;
    struct sg_arena *arena;
    bool *is_set; /* of each field */
    bool is_right;
};

static void check_targets(struct check *check, const struct sg_input_node *node,
                          const struct sg_rule *set);

static void report_unknown(struct check *check, const struct sg_target *target)
{
    struct sg_str *words = sg_arena_get(check->arena, check->input->count, sizeof *words);
    const struct sg_str wrong = target->rule->target;

    for (size_t i = 0; i < check->input->count; i++) {
        struct sg_str pointer = sg_pointer_text(check->input->fields[i].pointer);

        words[i] =
            sg_str_format(check->arena, "%.*s%.*s", SG_STR_ARG(check->prefix), SG_STR_ARG(pointer));
    }
    check->is_right = false;
    (void)sg_findings_add(check->findings, target->at, "%.*s has no input `%.*s`%s",
                          SG_STR_ARG(check->operation), SG_STR_ARG(wrong),
                          sg_suggest_ending(check->arena, wrong, words, check->input->count));
}

/* A rule that stands above fields may set all of them: what it gives is known when it runs. */
static void mark_below(struct check *check, const struct sg_input_node *node)
{
    if (node->field != NULL)
        check->is_set[node->field - check->input->fields] = true;
    for (const struct sg_input_node *child = node->first; child != NULL; child = child->next)
        mark_below(check, child);
}

static void check_entries(struct check *check, const struct sg_field *field,
                          const struct sg_rule *rule)
{
    const struct sg_rule *set = sg_rule_item_set(rule);

    if (field->of != NULL && set != NULL)
        check->is_right &=
            sg_input_check_set(field->of, set, rule->at, check->operation, check->findings);
}

static void check_target(struct check *check, const struct sg_input_node *node,
                         const struct sg_target *target)
{
    size_t count = 0;
    const struct sg_str *tokens = sg_pointer_tokens(target->pointer, &count);

    for (size_t i = 0; i < count && node != NULL; i++) {
        if (node->field != NULL && node->field->type == SG_FIELD_ANY)
            break;
        node = child_of(node, tokens[i]);
    }
    if (node == NULL) {
        report_unknown(check, target);
        return;
    }
    if (node->field == NULL && target->rule->kind == SG_RULE_SET) {
        check_targets(check, node, target->rule);
        return;
    }
    mark_below(check, node);
    if (node->field != NULL)
        check_entries(check, node->field, target->rule);
}

static void check_targets(struct check *check, const struct sg_input_node *node,
                          const struct sg_rule *set)
{
    for (size_t i = 0; i < set->target_count; i++)
        check_target(check, node, &set->targets[i]);
}

bool sg_input_check_set(const struct sg_input *input, const struct sg_rule *set,
                        struct sg_place set_at, struct sg_str operation,
                        struct sg_findings *findings)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct check check = {input, operation, set->target, findings, arena, NULL, true};

    check.is_set = sg_arena_get(arena, input->count, sizeof *check.is_set);
    check_targets(&check, input->root, set);
    for (size_t i = 0; i < input->count; i++) {
        struct sg_str pointer = sg_pointer_text(input->fields[i].pointer);

        if (input->fields[i].is_required && !check.is_set[i])
            check.is_right = sg_findings_add(
                findings, set_at, "%.*s requires `%.*s%.*s`, which no rule sets",
                SG_STR_ARG(operation), SG_STR_ARG(check.prefix), SG_STR_ARG(pointer));
    }
    return check.is_right;
}
