#include "base/buffer.h"
#include "mapping/input_inner.h"
#include "mapping/rule_inner.h"
#include "tree/utf8.h"

struct typing {
    struct sg_rule_run *run;
    const struct sg_rule *set;
    bool is_right;
};

/* Where the value stands; put together as a text only for a problem. */
struct path {
    const struct path *up;
    struct sg_str name;
};

typedef const struct sg_node *type_fn(struct typing *typing, const struct sg_field *field,
                                      const struct sg_node *given, const struct path *path);

static const struct sg_node *type_object(struct typing *typing, const struct sg_input_node *shape,
                                         const struct sg_node *given, const struct path *path);

/* --- problems --- */

static void add_path(struct sg_buffer *out, const struct path *path)
{
    if (path == NULL)
        return;
    add_path(out, path->up);
    if (path->name.length == 0)
        return; /* an entry of a list: targets have no indices */
    sg_buffer_add_byte(out, '/');
    for (size_t i = 0; i < path->name.length; i++) {
        if (path->name.at[i] == '~')
            sg_buffer_add(out, SG_STR("~0"));
        else if (path->name.at[i] == '/')
            sg_buffer_add(out, SG_STR("~1"));
        else
            sg_buffer_add_byte(out, path->name.at[i]);
    }
}

/* Whether one of the two stands inside the other, or they are the same. */
static bool is_related(struct sg_str a, struct sg_str b)
{
    struct sg_str shorter = a.length < b.length ? a : b;
    struct sg_str longer = a.length < b.length ? b : a;

    return shorter.length == 0 ||
           (memcmp(shorter.at, longer.at, shorter.length) == 0 &&
            (longer.length == shorter.length || longer.at[shorter.length] == '/'));
}

/* The rule that set what stands at `target`; the `set` itself when none did. */
static const struct sg_rule *rule_of(const struct sg_rule *set, struct sg_str target)
{
    for (size_t i = 0; i < set->target_count; i++) {
        const struct sg_rule *rule = set->targets[i].rule;

        if (!is_related(rule->target, target))
            continue;
        if (rule->kind == SG_RULE_SET)
            return rule_of(rule, target);
        return sg_rule_item_set(rule) != NULL && rule->target.length < target.length
                   ? rule_of(sg_rule_item_set(rule), target)
                   : rule;
    }
    return set;
}

static const struct sg_node *report(struct typing *typing, const struct path *path,
                                    struct sg_str text)
{
    struct sg_buffer target = {.arena = typing->run->arena};

    add_path(&target, path);
    typing->is_right =
        sg_rule_problem(typing->run, rule_of(typing->set, sg_buffer_text(&target))->at,
                        sg_buffer_text(&target), "%.*s", SG_STR_ARG(text));
    return NULL;
}

/* "a text where a number is expected". */
static const struct sg_node *report_kind(struct typing *typing, const struct path *path,
                                         const struct sg_node *given, const char *expected)
{
    struct sg_str found = sg_rule_say_kind(typing->run->arena, given);

    return report(typing, path,
                  sg_str_format(typing->run->arena, "%.*s where %s is expected", SG_STR_ARG(found),
                                expected));
}

/* --- one value --- */

static bool is_digit(struct sg_str text, size_t i)
{
    return i < text.length && text.at[i] >= '0' && text.at[i] <= '9';
}

static size_t skip_digits(struct sg_str text, size_t i)
{
    while (is_digit(text, i))
        i++;
    return i;
}

/* The digits of a whole number as JSON writes it, so without leading zeros: their end, 0 for none. */
static size_t integer_end(struct sg_str text)
{
    size_t i = text.length > 0 && text.at[0] == '-' ? 1 : 0;

    if (!is_digit(text, i))
        return 0;
    return text.at[i] == '0' ? i + 1 : skip_digits(text, i);
}

static bool is_integer(struct sg_str text)
{
    size_t end = integer_end(text);

    return end > 0 && end == text.length;
}

static bool is_number(struct sg_str text)
{
    size_t i = integer_end(text);

    if (i == 0)
        return false;
    if (i < text.length && text.at[i] == '.') {
        if (!is_digit(text, i + 1))
            return false;
        i = skip_digits(text, i + 1);
    }
    if (i < text.length && (text.at[i] == 'e' || text.at[i] == 'E')) {
        i++;
        if (i < text.length && (text.at[i] == '+' || text.at[i] == '-'))
            i++;
        if (!is_digit(text, i))
            return false;
        i = skip_digits(text, i);
    }
    return i == text.length;
}

static size_t count_characters(struct sg_str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; count++)
        (void)sg_utf8_next(text, &i);
    return count;
}

static bool check_one_of(struct typing *typing, const struct sg_field *field, struct sg_str text,
                         const struct path *path)
{
    struct sg_buffer out = {.arena = typing->run->arena};

    if (field->one_of == NULL)
        return true;
    for (size_t i = 0; i < field->one_of_count; i++) {
        if (sg_str_equal(field->one_of[i], text))
            return true;
    }
    sg_buffer_add(&out, SG_STR("not one of"));
    for (size_t i = 0; i < field->one_of_count; i++)
        sg_buffer_add_format(&out, "%s %.*s", i == 0 ? "" : ",", SG_STR_ARG(field->one_of[i]));
    return report(typing, path, sg_buffer_text(&out)) != NULL;
}

static const struct sg_node *new_scalar(struct typing *typing, enum sg_node_kind kind,
                                        struct sg_str text)
{
    struct sg_node *node = sg_node_new(typing->run->arena, kind);

    node->text = text;
    return node;
}

static const struct sg_node *type_string(struct typing *typing, const struct sg_field *field,
                                         const struct sg_node *given, const struct path *path)
{
    struct sg_str text;

    if (!sg_node_as_text(given, &text))
        return report_kind(typing, path, given, "one text");
    if (field->max > 0 && text.length > field->max) {
        size_t count = count_characters(text);

        if (count > field->max)
            return report(typing, path,
                          sg_str_format(typing->run->arena, "%zu characters too many, at most %zu",
                                        count - field->max, field->max));
    }
    if (!check_one_of(typing, field, text, path))
        return NULL;
    return new_scalar(typing, SG_NODE_TEXT, text);
}

static const struct sg_node *type_number(struct typing *typing, const struct sg_field *field,
                                         const struct sg_node *given, const struct path *path)
{
    const bool is_whole = field->type == SG_FIELD_INTEGER;
    struct sg_str text;

    if (!sg_node_as_text(given, &text) || given->kind == SG_NODE_BOOLEAN ||
        !(is_whole ? is_integer(text) : is_number(text)))
        return given->kind == SG_NODE_NUMBER
                   ? report(typing, path, SG_STR("a fraction where a whole number is expected"))
                   : report_kind(typing, path, given, is_whole ? "a whole number" : "a number");
    if (!check_one_of(typing, field, text, path))
        return NULL;
    return new_scalar(typing, SG_NODE_NUMBER, text);
}

static const struct sg_node *type_boolean(struct typing *typing, const struct sg_field *field,
                                          const struct sg_node *given, const struct path *path)
{
    struct sg_str text;
    bool value;

    if (!sg_node_as_text(given, &text))
        return report_kind(typing, path, given, "true or false");
    value = sg_str_is(text, "true") || sg_str_is(text, "1");
    if (!value && !sg_str_is(text, "false") && !sg_str_is(text, "0"))
        return report_kind(typing, path, given, "true, false, 1 or 0");
    text = value ? SG_STR("true") : SG_STR("false");
    if (!check_one_of(typing, field, text, path))
        return NULL;
    return new_scalar(typing, SG_NODE_BOOLEAN, text);
}

/* --- lists --- */

static struct sg_node *list_of_one(struct typing *typing, const struct sg_node *given)
{
    struct sg_node *list = sg_node_new(typing->run->arena, SG_NODE_LIST);
    struct sg_node *entry = sg_node_share(typing->run->arena, given);

    entry->name = (struct sg_str){0};
    (void)sg_node_append(list, entry);
    return list;
}

static const struct sg_node *type_entries(struct typing *typing, const struct sg_input *of,
                                          const struct sg_node *given, const struct path *path)
{
    struct sg_node *list = sg_node_new(typing->run->arena, SG_NODE_LIST);
    const struct path inner = {path, {0}};

    for (const struct sg_node *entry = given->first; entry != NULL; entry = entry->next) {
        const struct sg_node *typed = type_object(typing, of->root, entry, &inner);

        if (!typing->is_right)
            return NULL; /* the others fail alike */
        (void)sg_node_append(list, sg_node_share(typing->run->arena, typed));
    }
    return list;
}

static const struct sg_node *type_list(struct typing *typing, const struct sg_field *field,
                                       const struct sg_node *given, const struct path *path)
{
    const struct sg_node *list = given->kind == SG_NODE_LIST ? given : list_of_one(typing, given);

    if (field->max > 0 && list->count > field->max)
        return report(typing, path,
                      sg_str_format(typing->run->arena, "%zu entries too many, at most %zu",
                                    list->count - field->max, field->max));
    return field->of == NULL ? list : type_entries(typing, field->of, list, path);
}

static const struct sg_node *type_any(struct typing *typing, const struct sg_field *field,
                                      const struct sg_node *given, const struct path *path)
{
    (void)typing;
    (void)field;
    (void)path;
    return given;
}

static const struct sg_node *type_field(struct typing *typing, const struct sg_field *field,
                                        const struct sg_node *given, const struct path *path)
{
    static type_fn *const type[] = {
        [SG_FIELD_STRING] = type_string,  [SG_FIELD_NUMBER] = type_number,
        [SG_FIELD_INTEGER] = type_number, [SG_FIELD_BOOLEAN] = type_boolean,
        [SG_FIELD_LIST] = type_list,      [SG_FIELD_FILE] = type_string,
        [SG_FIELD_ANY] = type_any,
    };

    if (given == NULL && field->is_required)
        return report(typing, path, SG_STR("required, and the rule gives nothing"));
    if (sg_node_is_nothing(given))
        return given; /* left out, or a `default` of "", null or [], which is sent as such */
    return type[field->type](typing, field, given, path);
}

/* --- objects --- */

static const struct sg_input_node *child_of(const struct sg_input_node *shape, struct sg_str name)
{
    const struct sg_input_node *child = shape->first;

    while (child != NULL && !sg_str_equal(child->name, name))
        child = child->next;
    return child;
}

static void report_unknown(struct typing *typing, const struct sg_input_node *shape,
                           const struct sg_node *given, const struct path *path)
{
    for (const struct sg_node *member = given->first; member != NULL; member = member->next) {
        const struct path inner = {path, member->name};

        if (child_of(shape, member->name) == NULL)
            (void)report(typing, &inner, SG_STR("the operation has no such input"));
    }
}

/* In the order of `input`, in which XML is written. `given` may be NULL: what is required is told. */
static const struct sg_node *type_object(struct typing *typing, const struct sg_input_node *shape,
                                         const struct sg_node *given, const struct path *path)
{
    struct sg_node *out = sg_node_new(typing->run->arena, SG_NODE_OBJECT);
    size_t matched = 0;

    while (given != NULL && given->kind == SG_NODE_LIST && given->count == 1)
        given = given->first;
    if (given != NULL && !sg_node_is_nothing(given) && given->kind != SG_NODE_OBJECT)
        return report_kind(typing, path, given, "an object");
    for (const struct sg_input_node *child = shape->first; child != NULL; child = child->next) {
        const struct path inner = {path, child->name};
        const struct sg_node *member = sg_node_find(given, child->name), *typed;

        matched += member != NULL;
        typed = child->field != NULL ? type_field(typing, child->field, member, &inner)
                                     : type_object(typing, child, member, &inner);
        if (typed != NULL && (child->field != NULL || typed->count > 0))
            (void)sg_node_add(out, child->name, sg_node_share(typing->run->arena, typed));
    }
    if (given != NULL && matched < given->count)
        report_unknown(typing, shape, given, path);
    return out;
}

bool sg_input_type(const struct sg_input *input, const struct sg_rule *set,
                   const struct sg_node *given, struct sg_rule_run *run, const struct sg_node **out)
{
    struct typing typing = {run, set, true};
    const struct sg_node *typed = type_object(&typing, input->root, given, NULL);

    if (typing.is_right)
        *out = typed;
    return typing.is_right;
}
