#include "base/buffer.h"
#include "mapping/rule_inner.h"

/* The keys of which a test of a value has one. */
static const char *const OPERATORS[] = {"equals", "in", "matches", "is"};
enum { OPERATOR_COUNT = sizeof OPERATORS / sizeof OPERATORS[0] };

static bool compile_test(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                         struct sg_test *test);

/* --- what to say of a test --- */

static void add_texts(struct sg_buffer *out, const struct sg_test *test)
{
    for (size_t i = 0; i < test->text_count; i++)
        sg_buffer_add_format(out, "%s%.*s", i == 0 ? "" : ", ", SG_STR_ARG(test->texts[i]));
}

/* "/status is not in [open, reopened]": the rule's own constants and pointers, nothing else. */
static struct sg_str say_value(struct sg_arena *arena, const struct sg_test *test, bool is_met)
{
    struct sg_buffer out = {.arena = arena};
    const char *negation = is_met ? "" : " not";
    const struct sg_str source = test->rule->source.text;

    if (source.length == 0)
        sg_buffer_add(&out, SG_STR("the whole"));
    sg_buffer_add(&out, source);
    switch (test->kind) {
    case SG_TEST_EQUALS:
        sg_buffer_add_format(&out, " is%s ", negation);
        add_texts(&out, test);
        break;
    case SG_TEST_IN:
        sg_buffer_add_format(&out, " is%s in [", negation);
        add_texts(&out, test);
        sg_buffer_add_byte(&out, ']');
        break;
    case SG_TEST_EQUALS_SOURCE:
        sg_buffer_add_format(&out, " is%s what stands at %.*s", negation,
                             SG_STR_ARG(test->other->text));
        break;
    case SG_TEST_MATCHES:
        sg_buffer_add_format(&out, is_met ? " matches %.*s" : " does not match %.*s",
                             SG_STR_ARG(test->texts[0]));
        break;
    case SG_TEST_PRESENT:
        sg_buffer_add(&out, is_met ? SG_STR(" is present") : SG_STR(" is nothing"));
        break;
    case SG_TEST_NOTHING:
        sg_buffer_add(&out, is_met ? SG_STR(" is nothing") : SG_STR(" is present"));
        break;
    case SG_TEST_ANY:
    case SG_TEST_NOT:
        break;
    }
    return sg_buffer_text(&out);
}

/* `any` holds when one does, so it does not when all do not. */
static void say(struct sg_arena *arena, struct sg_test *test)
{
    struct sg_buffer met = {.arena = arena}, unmet = {.arena = arena};

    if (test->kind == SG_TEST_NOT) {
        test->met = test->inner[0].unmet;
        test->unmet = test->inner[0].met;
    } else if (test->kind == SG_TEST_ANY) {
        for (size_t i = 0; i < test->inner_count; i++) {
            sg_buffer_add_format(&met, "%s%.*s", i == 0 ? "" : " or ",
                                 SG_STR_ARG(test->inner[i].met));
            sg_buffer_add_format(&unmet, "%s%.*s", i == 0 ? "" : " and ",
                                 SG_STR_ARG(test->inner[i].unmet));
        }
        test->met = sg_buffer_text(&met);
        test->unmet = sg_buffer_text(&unmet);
    } else {
        test->met = say_value(arena, test, true);
        test->unmet = say_value(arena, test, false);
    }
}

/* --- any, not --- */

static bool check_alone(const struct sg_rule_compiler *compiler, const struct sg_yaml *map)
{
    if (map->count == 1)
        return true;
    return sg_findings_add(compiler->context->findings, map->at,
                           "`any` and `not` stand alone in their test");
}

static bool compile_any(const struct sg_rule_compiler *compiler, const struct sg_yaml *any,
                        struct sg_test *test)
{
    bool is_right = true;
    size_t i = 0;

    test->kind = SG_TEST_ANY;
    if (!sg_yaml_expect(any, SG_YAML_LIST, compiler->context->findings))
        return false;
    if (any->count == 0)
        return sg_findings_add(compiler->context->findings, any->at,
                               "at least one test is expected");

    struct sg_test *inner = sg_arena_get(compiler->context->arena, any->count, sizeof *inner);
    for (const struct sg_yaml *entry = any->first; entry != NULL; entry = entry->next)
        is_right &= compile_test(compiler, entry, &inner[i++]);
    test->inner = inner;
    test->inner_count = i;
    return is_right;
}

static bool compile_not(const struct sg_rule_compiler *compiler, const struct sg_yaml * not,
                        struct sg_test *test)
{
    struct sg_test *inner = sg_arena_get(compiler->context->arena, 1, sizeof *inner);

    test->kind = SG_TEST_NOT;
    test->inner = inner;
    test->inner_count = 1;
    return compile_test(compiler, not, inner);
}

/* --- the value tested --- */

static bool compile_pick(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                         const struct sg_yaml *pick, struct sg_rule *rule)
{
    rule->kind = SG_RULE_EACH; /* does a list hold such an item: all values, one must fit */
    return sg_rule_compile_items(compiler, map, pick, rule);
}

static bool check_keys(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                       bool is_pick)
{
    static const struct sg_str known[] = {
        SG_STR_INIT("from"),    SG_STR_INIT("with"),  SG_STR_INIT("equals"), SG_STR_INIT("in"),
        SG_STR_INIT("matches"), SG_STR_INIT("is"),    SG_STR_INIT("any"),    SG_STR_INIT("not"),
        SG_STR_INIT("pick"),    SG_STR_INIT("where"), SG_STR_INIT("value"),
    };
    struct sg_findings *findings = compiler->context->findings;
    bool is_right = sg_yaml_check_keys(map, known, sizeof known / sizeof known[0], findings);

    for (const struct sg_yaml *entry = map->first; entry != NULL; entry = entry->next) {
        if (!is_pick && (sg_str_is(entry->key, "where") || sg_str_is(entry->key, "value")))
            is_right = sg_findings_add(findings, entry->key_at, "`%.*s` stands only with `pick`",
                                       SG_STR_ARG(entry->key));
    }
    return is_right;
}

static bool compile_subject(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                            struct sg_test *test)
{
    const struct sg_yaml *from = sg_yaml_find(map, "from");
    const struct sg_yaml *pick = sg_yaml_find(map, "pick");
    const struct sg_yaml *with = sg_yaml_find(map, "with");
    struct sg_rule *rule = sg_arena_get(compiler->context->arena, 1, sizeof *rule);
    bool is_right = check_keys(compiler, map, pick != NULL);

    test->rule = rule;
    rule->at = map->at;
    rule->target = compiler->target;
    if ((from == NULL) == (pick == NULL))
        return sg_findings_add(compiler->context->findings, map->at,
                               "a test has `from` or `pick`, or is {any: […]} or {not: …}");
    if (with != NULL)
        is_right &= sg_rule_compile_with(compiler, with, &rule->with);
    if (pick != NULL)
        return compile_pick(compiler, map, pick, rule) && is_right;
    return sg_source_compile(compiler, from, map->at, false, &rule->source) && is_right;
}

/* --- what it is compared with --- */

static bool add_text(const struct sg_rule_compiler *compiler, const struct sg_yaml *value,
                     struct sg_str *out)
{
    switch (value->kind) {
    case SG_YAML_TEXT:
    case SG_YAML_NUMBER:
    case SG_YAML_BOOLEAN:
        if (!sg_source_check_text(compiler, value))
            return false;
        *out = sg_str_copy(compiler->context->arena, value->text);
        if (value->text.length > 0)
            return true;
        break;
    case SG_YAML_NULL:
        break;
    case SG_YAML_LIST:
    case SG_YAML_MAP:
        return sg_findings_add(compiler->context->findings, value->at,
                               "a text, a number, true or false is expected");
    }
    return sg_findings_add(compiler->context->findings, value->at,
                           "nothing equals nothing; say `is: nothing`");
}

static bool compile_equals(const struct sg_rule_compiler *compiler, const struct sg_yaml *value,
                           struct sg_test *test)
{
    struct sg_arena *arena = compiler->context->arena;

    if (value->kind == SG_YAML_MAP) {
        static const struct sg_str known[] = {SG_STR_INIT("from")};
        const struct sg_yaml *from = sg_yaml_find(value, "from");
        struct sg_source_path *other = sg_arena_get(arena, 1, sizeof *other);

        test->kind = SG_TEST_EQUALS_SOURCE;
        test->other = other;
        if (!sg_yaml_check_keys(value, known, 1, compiler->context->findings))
            return false;
        if (from == NULL)
            return sg_findings_add(compiler->context->findings, value->at,
                                   "`equals` is a value or {from: SOURCE}");
        return sg_source_compile(compiler, from, value->at, false, other);
    }

    struct sg_str *text = sg_arena_get(arena, 1, sizeof *text);
    test->kind = SG_TEST_EQUALS;
    test->texts = text;
    test->text_count = 1;
    return add_text(compiler, value, text);
}

static bool compile_in(const struct sg_rule_compiler *compiler, const struct sg_yaml *values,
                       struct sg_test *test)
{
    bool is_right = true;

    test->kind = SG_TEST_IN;
    if (!sg_yaml_expect(values, SG_YAML_LIST, compiler->context->findings))
        return false;
    if (values->count == 0)
        return sg_findings_add(compiler->context->findings, values->at,
                               "at least one value is expected");

    struct sg_str *texts = sg_arena_get(compiler->context->arena, values->count, sizeof *texts);
    for (const struct sg_yaml *entry = values->first; entry != NULL; entry = entry->next)
        is_right &= add_text(compiler, entry, &texts[test->text_count++]);
    test->texts = texts;
    return is_right;
}

static bool compile_matches(const struct sg_rule_compiler *compiler, const struct sg_yaml *pattern,
                            struct sg_test *test)
{
    const struct sg_rule_context *context = compiler->context;
    struct sg_error err;

    test->kind = SG_TEST_MATCHES;
    if (!sg_yaml_expect(pattern, SG_YAML_TEXT, context->findings))
        return false;

    struct sg_str *text = sg_arena_get(context->arena, 1, sizeof *text);
    *text = sg_str_copy(context->arena, pattern->text);
    test->texts = text;
    if (!sg_regex_compile(context->arena, *text, pattern->at, &test->regex, &err))
        return sg_findings_add(context->findings, err.at, "%s", err.text);
    return true;
}

static bool compile_is(const struct sg_rule_compiler *compiler, const struct sg_yaml *is,
                       struct sg_test *test)
{
    if (is->kind == SG_YAML_TEXT && sg_str_is(is->text, "present"))
        test->kind = SG_TEST_PRESENT;
    else if (is->kind == SG_YAML_TEXT && sg_str_is(is->text, "nothing"))
        test->kind = SG_TEST_NOTHING;
    else
        return sg_findings_add(compiler->context->findings, is->at,
                               "`is` is present or nothing; a value is tested by `equals`");
    return true;
}

static bool compile_operator(const struct sg_rule_compiler *compiler, const struct sg_yaml *map,
                             struct sg_test *test)
{
    static bool (*const compile[])(const struct sg_rule_compiler *, const struct sg_yaml *,
                                   struct sg_test *) = {compile_equals, compile_in, compile_matches,
                                                        compile_is};
    const struct sg_yaml *value = NULL;
    size_t found = 0, which = 0;

    for (size_t i = 0; i < OPERATOR_COUNT; i++) {
        const struct sg_yaml *entry = sg_yaml_find(map, OPERATORS[i]);

        if (entry == NULL)
            continue;
        found++;
        which = i;
        value = entry;
    }
    if (found != 1)
        return sg_findings_add(compiler->context->findings, map->at,
                               "a test has one of equals, in, matches, is; here %s",
                               found == 0 ? "is none" : "are more");
    return compile[which](compiler, value, test);
}

static bool compile_test(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                         struct sg_test *test)
{
    bool is_right;

    if (yaml->kind != SG_YAML_MAP)
        return sg_findings_add(compiler->context->findings, yaml->at,
                               "a test is a map, such as {from: /status, equals: open}");

    const struct sg_yaml *any = sg_yaml_find(yaml, "any");
    const struct sg_yaml *not = sg_yaml_find(yaml, "not");

    if (any != NULL || not != NULL) {
        is_right = check_alone(compiler, yaml);
        is_right &=
            any != NULL ? compile_any(compiler, any, test) : compile_not(compiler, not, test);
    } else {
        is_right = compile_subject(compiler, yaml, test);
        is_right &= compile_operator(compiler, yaml, test);
    }
    if (is_right)
        say(compiler->context->arena, test);
    return is_right;
}

bool sg_condition_compile_at(const struct sg_rule_compiler *compiler, const struct sg_yaml *yaml,
                             const struct sg_condition **out)
{
    struct sg_arena *arena = compiler->context->arena;
    struct sg_condition *condition = sg_arena_get(arena, 1, sizeof *condition);
    struct sg_rule_compiler inner = *compiler;
    bool is_right = true;

    inner.is_asking = true;
    condition->count = yaml->kind == SG_YAML_LIST ? yaml->count : 1;
    if (condition->count == 0)
        return sg_findings_add(compiler->context->findings, yaml->at,
                               "at least one test is expected");

    struct sg_test *tests = sg_arena_get(arena, condition->count, sizeof *tests);
    if (yaml->kind == SG_YAML_LIST) {
        size_t i = 0;

        for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
            is_right &= compile_test(&inner, entry, &tests[i++]);
    } else {
        is_right = compile_test(&inner, yaml, tests);
    }
    condition->tests = tests;
    if (is_right)
        *out = condition;
    return is_right;
}

bool sg_condition_compile(const struct sg_rule_context *context, const struct sg_yaml *yaml,
                          const struct sg_condition **out)
{
    const struct sg_rule_compiler compiler = {.context = context};

    return sg_condition_compile_at(&compiler, yaml, out);
}
