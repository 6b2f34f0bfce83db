#include "mapping/rule.h"

#include "mapping_unit.h"

struct row {
    const char *condition, *given, *outcome;
};

/* "holds", what did not hold, the findings of the compiler or the problems of the run. */
static const char *outcome(struct sg_arena *arena, const struct row *row)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    const struct sg_yaml *yaml =
        sg_yaml_read(arena, unit_text(arena, row->condition), "m.yaml", findings);
    const struct sg_condition *condition = NULL;
    struct sg_rule_run run = unit_run(arena, row->given);
    struct sg_str unmet = {0};

    assert_non_null(yaml);
    if (!sg_condition_compile(&context, yaml, &condition))
        return unit_findings(arena, findings);
    if (sg_condition_holds(condition, &run, &unmet))
        return "holds";
    return run.problems != NULL || run.ignored.length > 0 ? unit_problems(arena, &run)
                                                          : sg_str_c(arena, unmet);
}

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, &rows[r]), rows[r].outcome);
    }
}

static void a_condition_holds_or_says_what_does_not(void **state)
{
    static const struct row rows[] = {
        {"{from: /s, equals: open}", "{\"s\":\"open\"}", "holds"},
        {"{from: /s, equals: open}", "{\"s\":\"closed\"}", "/s is not open"},
        {"{from: /s, equals: 3}", "{\"s\":\"3\"}", "holds"},
        {"{from: /s, equals: \"3\"}", "{\"s\":3}", "holds"},
        {"{from: /s, equals: true}", "{\"s\":\"true\"}", "holds"},
        {"{from: /s, equals: true}", "{\"s\":true}", "holds"},
        {"{from: /s, in: [open, reopened]}", "{\"s\":\"reopened\"}", "holds"},
        {"{from: /s, in: [open, reopened]}", "{\"s\":\"x\"}", "/s is not in [open, reopened]"},
        {"{from: /s, matches: \"^1[34]\"}", "{\"s\":\"1405\"}", "holds"},
        {"{from: /s, matches: \"^2\"}", "{\"s\":\"1405\"}", "/s does not match ^2"},
        {"{from: /s, equals: {from: event:/key}}", "{\"s\":\"1405-1\"}", "holds"},
        {"{from: /s, equals: {from: event:/key}}", "{\"s\":\"x\"}",
         "/s is not what stands at event:/key"},
        {"{from: /s, equals: {from: /t}}", "{\"s\":\"x\"}", "/s is not what stands at /t"},
        {"{from: /s, with: lower, equals: open}", "{\"s\":\"OPEN\"}", "holds"},
        {"[{from: /s, equals: a}, {from: /t, equals: b}]", "{\"s\":\"a\",\"t\":\"b\"}", "holds"},
        {"[{from: /s, equals: a}, {from: /t, equals: b}]", "{\"s\":\"a\"}", "/t is not b"},
        {"{any: [{from: /s, equals: a}, {from: /t, equals: b}]}", "{\"t\":\"b\"}", "holds"},
        {"{any: [{from: /s, equals: a}, {from: /t, equals: b}]}", "{}",
         "/s is not a and /t is not b"},
        {"{not: {from: /s, equals: a}}", "{\"s\":\"b\"}", "holds"},
        {"{not: {from: /s, equals: a}}", "{\"s\":\"a\"}", "/s is a"},
        {"{not: {any: [{from: /s, equals: a}, {from: /s, matches: b}]}}", "{\"s\":\"a\"}",
         "/s is a or /s matches b"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void on_nothing_every_test_is_false_but_is_nothing(void **state)
{
    static const struct row rows[] = {
        {"{from: /s, is: nothing}", "{}", "holds"},
        {"{from: /s, is: nothing}", "{\"s\":\"\"}", "holds"},
        {"{from: /s, is: nothing}", "{\"s\":[]}", "holds"},
        {"{from: /s, is: nothing}", "{\"s\":0}", "/s is present"},
        {"{from: /s, is: present}", "{\"s\":{\"a\":1}}", "holds"},
        {"{from: /s, is: present}", "{\"s\":null}", "/s is nothing"},
        {"{from: /s, equals: a}", "{}", "/s is not a"},
        {"{from: /s, in: [a]}", "{}", "/s is not in [a]"},
        {"{from: /s, matches: \"\"}", "{}", "/s does not match "},
        {"{from: /s, equals: {from: /t}}", "{}", "/s is not what stands at /t"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void pick_asks_whether_a_list_holds_such_an_item(void **state)
{
    static const struct row rows[] = {
        {"{pick: /l, value: \"\", equals: b}", "{\"l\":[\"a\",\"b\"]}", "holds"},
        {"{pick: /l, value: \"\", equals: c}", "{\"l\":[\"a\",\"b\"]}", "/l is not c"},
        {"{pick: /l, where: {from: /k, equals: x}, value: /v, in: [1, 2]}",
         "{\"l\":[{\"k\":\"y\",\"v\":1},{\"k\":\"x\",\"v\":3},{\"k\":\"x\",\"v\":2}]}", "holds"},
        {"{pick: /l, where: {from: /k, equals: x}, value: /v, is: nothing}",
         "{\"l\":[{\"k\":\"y\",\"v\":1}]}", "holds"},
        {"{pick: /l, value: /v, with: upper, equals: A}", "{\"l\":{\"v\":\"a\"}}", "holds"},
        {"{pick: /l, value: /v, is: present}", "{}", "/l is nothing"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void what_cannot_be_compared_is_a_problem(void **state)
{
    static const struct row rows[] = {
        {"{from: /s, equals: a}", "{\"s\":[1,2]}", "1:1: 2 elements at /s, one text expected"},
        {"{not: {from: /s, equals: a}}", "{\"s\":{\"b\":1}}",
         "1:7: an object at /s, one text expected"},
        {"{from: /s/t, equals: a}", "{\"s\":[{},{}]}", "1:1: 2 elements at /s, one expected"},
        {"{from: /s, with: {lookup: outcomes}, equals: done}", "{\"s\":\"7\"}",
         "1:1: no row for \"7\" in lookups/outcomes.csv (from /s)"},
        {"{from: /s, with: {lookup: outcomes}, equals: done}", "{\"s\":\"9\"}",
         "ignored: IGNORE in lookups/outcomes.csv:4"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_wrong_condition_is_refused_at_its_place(void **state)
{
    static const struct row rows[] = {
        {"{from: /s}", "{}", "1:1: a test has one of equals, in, matches, is; here is none"},
        {"{from: /s, equals: a, in: [b]}", "{}",
         "1:1: a test has one of equals, in, matches, is; here are more"},
        {"{equals: a}", "{}", "1:1: a test has `from` or `pick`, or is {any: […]} or {not: …}"},
        {"{from: /s, equal: a}", "{}",
         "1:1: a test has one of equals, in, matches, is; here is none\n"
         "1:12: unknown key `equal`; did you mean `equals`?"},
        {"{from: /s, is: empty}", "{}",
         "1:16: `is` is present or nothing; a value is tested by `equals`"},
        {"{from: /s, equals: null}", "{}", "1:20: nothing equals nothing; say `is: nothing`"},
        {"{from: /s, in: []}", "{}", "1:16: at least one value is expected"},
        {"{from: /s, where: {from: /t, is: present}, is: present}", "{}",
         "1:12: `where` stands only with `pick`"},
        {"{any: [], from: /s}", "{}",
         "1:1: `any` and `not` stand alone in their test\n1:7: at least one test is expected"},
        {"{from: x:/s, is: present}", "{}",
         "1:8: unknown scope `x:`; a mapping has link:, event: and record:"},
        {"[]", "{}", "1:1: at least one test is expected"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_holds_or_says_what_does_not),
        cmocka_unit_test(on_nothing_every_test_is_false_but_is_nothing),
        cmocka_unit_test(pick_asks_whether_a_list_holds_such_an_item),
        cmocka_unit_test(what_cannot_be_compared_is_a_problem),
        cmocka_unit_test(a_wrong_condition_is_refused_at_its_place),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
