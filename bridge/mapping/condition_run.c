#include "mapping/rule_inner.h"

static bool try_test(const struct sg_test *test, struct sg_rule_run *run, bool *holds);

static bool try_any(const struct sg_test *test, struct sg_rule_run *run, bool *holds)
{
    *holds = false;
    for (size_t i = 0; i < test->inner_count && !*holds; i++) {
        if (!try_test(&test->inner[i], run, holds))
            return false;
    }
    return true;
}

/* Whether `text` is one of the test's own. */
static bool is_listed(const struct sg_test *test, struct sg_str text)
{
    for (size_t i = 0; i < test->text_count; i++) {
        if (sg_str_equal(test->texts[i], text))
            return true;
    }
    return false;
}

/* Texts are compared, so 3 is "3". */
static bool take_text(const struct sg_node *node, const struct sg_source_path *source,
                      const struct sg_rule *rule, struct sg_rule_run *run, struct sg_str *text)
{
    if (sg_node_as_text(node, text))
        return true;

    struct sg_str found = sg_rule_say_kind(run->arena, node);
    return sg_rule_problem(run, rule->at, rule->target, "%.*s at %.*s, one text expected",
                           SG_STR_ARG(found), SG_STR_ARG(source->text));
}

static bool try_equal_source(const struct sg_test *test, struct sg_rule_run *run,
                             struct sg_str text, bool *holds)
{
    const struct sg_node *node = NULL;
    struct sg_str other;

    *holds = false;
    if (!sg_source_find(test->other, test->rule, run, &node))
        return false;
    if (node == NULL)
        return true;
    if (!take_text(node, test->other, test->rule, run, &other))
        return false;
    *holds = sg_str_equal(text, other);
    return true;
}

static bool try_match(const struct sg_test *test, struct sg_rule_run *run, struct sg_str text,
                      bool *holds)
{
    struct sg_error err;

    if (sg_regex_find(test->regex, text, holds, NULL, &err))
        return true;
    return sg_rule_problem(run, test->rule->at, test->rule->target, "%s (from %.*s)", err.text,
                           SG_STR_ARG(test->rule->source.text));
}

/* One value, which is not nothing. */
static bool try_value(const struct sg_test *test, struct sg_rule_run *run,
                      const struct sg_node *node, bool *holds)
{
    struct sg_str text;

    if (test->kind == SG_TEST_PRESENT || test->kind == SG_TEST_NOTHING) {
        *holds = test->kind == SG_TEST_PRESENT;
        return true;
    }
    if (!take_text(node, &test->rule->source, test->rule, run, &text))
        return false;
    if (test->kind == SG_TEST_MATCHES)
        return try_match(test, run, text, holds);
    if (test->kind == SG_TEST_EQUALS_SOURCE)
        return try_equal_source(test, run, text, holds);
    *holds = is_listed(test, text);
    return true;
}

static bool try_item(const struct sg_test *test, struct sg_rule_run *run,
                     const struct sg_node *list, bool *holds)
{
    *holds = false;
    for (const struct sg_node *item = list->first; item != NULL && !*holds; item = item->next) {
        if (!try_value(test, run, item, holds))
            return false;
    }
    return true;
}

static bool try_test(const struct sg_test *test, struct sg_rule_run *run, bool *holds)
{
    const struct sg_node *node = NULL;

    if (test->kind == SG_TEST_ANY)
        return try_any(test, run, holds);
    if (test->kind == SG_TEST_NOT) {
        if (!try_test(&test->inner[0], run, holds))
            return false;
        *holds = !*holds;
        return true;
    }
    if (!sg_rule_try(test->rule, run, &node))
        return false;
    if (node == NULL) {
        *holds = test->kind == SG_TEST_NOTHING;
        return true;
    }
    if (test->rule->kind == SG_RULE_EACH)
        return try_item(test, run, node, holds);
    return try_value(test, run, node, holds);
}

bool sg_condition_try(const struct sg_condition *condition, struct sg_rule_run *run, bool *holds,
                      struct sg_str *unmet)
{
    *holds = true;
    for (size_t i = 0; i < condition->count; i++) {
        const struct sg_test *test = &condition->tests[i];

        if (!try_test(test, run, holds))
            return false;
        SG_OBSERVE(run->observer, .kind = SG_OBSERVED_TEST,
                   .at = test->rule != NULL ? test->rule->at : (struct sg_place){0},
                   .text = test->met, .is_good = *holds);
        if (*holds)
            continue;
        if (unmet != NULL)
            *unmet = test->unmet;
        return true;
    }
    return true;
}

bool sg_condition_holds(const struct sg_condition *condition, struct sg_rule_run *run,
                        struct sg_str *unmet)
{
    bool holds = false;

    return sg_condition_try(condition, run, &holds, unmet) && holds;
}
