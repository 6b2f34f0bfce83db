#include "mapping/observer.h"

#include "mapping_unit.h"

/* What was seen, a line each. */
struct seen {
    struct sg_arena *arena;
    struct sg_buffer text;
};

static const char *const KINDS[] = {
    [SG_OBSERVED_TARGET] = "target",   [SG_OBSERVED_SOURCE] = "source",
    [SG_OBSERVED_TEST] = "test",       [SG_OBSERVED_ITEM] = "item",
    [SG_OBSERVED_MADE] = "made",       [SG_OBSERVED_TRANSFORM] = "transform",
    [SG_OBSERVED_DEFAULT] = "default", [SG_OBSERVED_PROBLEM] = "problem",
    [SG_OBSERVED_IGNORED] = "ignored", [SG_OBSERVED_END] = "end",
};

static void see(void *owner, const struct sg_observed *it)
{
    struct seen *seen = owner;
    const bool tells_end = it->kind == SG_OBSERVED_TEST || it->kind == SG_OBSERVED_TRANSFORM ||
                           it->kind == SG_OBSERVED_END;

    sg_buffer_add_format(&seen->text, "%s", KINDS[it->kind]);
    if (it->kind == SG_OBSERVED_ITEM)
        sg_buffer_add_format(&seen->text, " %zu", it->number);
    if (it->text.length > 0)
        sg_buffer_add_format(&seen->text, " %.*s", SG_STR_ARG(it->text));
    if (it->target.length > 0)
        sg_buffer_add_format(&seen->text, " at %.*s", SG_STR_ARG(it->target));
    if (tells_end && !it->is_good)
        sg_buffer_add(&seen->text, SG_STR(": no"));
    else if (it->kind != SG_OBSERVED_TARGET && it->kind != SG_OBSERVED_TEST &&
             it->kind != SG_OBSERVED_PROBLEM && it->kind != SG_OBSERVED_IGNORED)
        sg_buffer_add_format(&seen->text, " = %s", unit_shown(seen->arena, it->value));
    sg_buffer_add_byte(&seen->text, '\n');
}

struct row {
    const char *set, *record, *seen;
};

/* The steps of a `set`; it gives the same as a run that nobody sees. */
static const char *watch(struct sg_arena *arena, const struct row *row)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    const struct sg_yaml *yaml = sg_yaml_read(arena, sg_str_of(row->set), "m.yaml", findings);
    struct seen seen = {arena, {.arena = arena}};
    const struct sg_observer observer = {see, &seen};
    struct sg_rule_run run = unit_run(arena, row->record), unseen = unit_run(arena, row->record);
    const struct sg_node *out = NULL, *same = NULL;
    const struct sg_rule *rule = NULL;

    assert_non_null(yaml);
    assert_true(sg_rule_compile_set(&context, yaml, &rule));
    run.observer = &observer;
    assert_int_equal(sg_rule_run(rule, &run, &out), sg_rule_run(rule, &unseen, &same));
    assert_string_equal(unit_shown(arena, out), unit_shown(arena, same));
    assert_string_equal(unit_problems(arena, &run), unit_problems(arena, &unseen));
    return sg_buffer_c(&seen.text);
}

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(watch(arena, &rows[r]), rows[r].seen);
    }
}

static void each_step_of_a_value_is_seen_in_its_order(void **state)
{
    static const struct row rows[] = {
        {"/x: /a", "{\"a\":\"b\"}", "target /x\nsource /a = \"b\"\nend /x = \"b\"\n"},
        {"/x: {from: /a, with: [trim, upper]}", "{\"a\":\" b \"}",
         "target /x\nsource /a = \" b \"\ntransform trim = \"b\"\ntransform upper = \"B\"\n"
         "end /x = \"B\"\n"},
        {"/x: {list: [/s, {from: /d, default: \"-\"}], with: {lookup: {table: departments, by: "
         "[service, district]}}}",
         "{\"s\":\"012\"}",
         "target /x\nsource /s = \"012\"\nsource /d = nothing\ndefault = \"-\"\n"
         "made list = [\"012\",\"-\"]\ntransform lookup departments = \"CITY-CIVIL\"\n"
         "end /x = \"CITY-CIVIL\"\n"},
        {"/x: {text: \"{/a}.{event:/round}\"}", "{\"a\":1}",
         "target /x\nsource /a = 1\nsource event:/round = 2\nmade text = \"1.2\"\n"
         "end /x = \"1.2\"\n"},
        {"/x: {const: 7}", "{}", "target /x\nend /x = 7\n"},
        {"{/x: {from: /a, optional: true}, /y: {const: 1}}", "{}",
         "target /x\nsource /a = nothing\nend /x = nothing\ntarget /y\nend /y = 1\n"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void tests_and_items_are_seen_with_what_came_of_them(void **state)
{
    static const struct row rows[] = {
        {"/x: {first: [{const: 2, when: {from: /p, equals: urgent}}, {const: 1}]}",
         "{\"p\":\"low\"}",
         "target /x\nsource /p = \"low\"\ntest /p is urgent: no\nmade first = 1\nend /x = 1\n"},
        {"/x: {from: /a, when: {any: [{from: /p, is: present}, {from: /q, is: present}]}}",
         "{\"a\":1,\"q\":1}",
         "target /x\nsource /p = nothing\nsource /q = 1\ntest /p is present or /q is present\n"
         "source /a = 1\nend /x = 1\n"},
        {"/x: {pick: /f, where: {from: /n, equals: b}, value: /v}",
         "{\"f\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2},{\"n\":\"b\",\"v\":3}]}",
         "target /x\nsource /f = [{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2},{\"n\":\"b\",\"v\":3}]\n"
         "item 0 = {\"n\":\"a\",\"v\":1}\nsource /n = \"a\"\ntest /n is b: no\n"
         "item 1 = {\"n\":\"b\",\"v\":2}\nsource /n = \"b\"\ntest /n is b\nsource /v = 2\n"
         "end /x = 2\n"},
        {"/x: {each: /m, set: {/@n: /name}}", "{\"m\":{\"name\":\"1.jpg\"}}",
         "target /x\nsource /m = {\"name\":\"1.jpg\"}\nitem 0 = {\"name\":\"1.jpg\"}\n"
         "target /x/@n\nsource /name = \"1.jpg\"\nend /x/@n = \"1.jpg\"\n"
         "end /x = [{\"@n\":\"1.jpg\"}]\n"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_rule_that_cannot_be_kept_is_seen_once_and_the_others_go_on(void **state)
{
    static const struct row rows[] = {
        {"{/x: /a, /y: {const: 1}}", "{}",
         "target /x\nsource /a = nothing\nproblem nothing at /a at /x\nend /x: no\n"
         "target /y\nend /y = 1\n"},
        {"/x: {from: /a, when: {from: /b, equals: 1}}", "{\"a\":1}",
         "target /x\nsource /b = nothing\ntest /b is 1: no\n"
         "problem nothing, for /b is not 1; say `default` or `optional` at /x\nend /x: no\n"},
        {"/x: {from: /a, with: trim}", "{\"a\":\" \"}",
         "target /x\nsource /a = \" \"\ntransform trim = nothing\n"
         "problem nothing is left by `with` of /a at /x\nend /x: no\n"},
        {"/x: {from: /a, with: [trim, {lookup: outcomes}]}", "{\"a\":\"77\"}",
         "target /x\nsource /a = \"77\"\ntransform trim = \"77\"\ntransform lookup outcomes: no\n"
         "problem no row for \"77\" in lookups/outcomes.csv (from /a) at /x\nend /x: no\n"},
        {"/x: {from: /a, with: {lookup: outcomes}}", "{\"a\":\"9\"}",
         "target /x\nsource /a = \"9\"\ntransform lookup outcomes: no\n"
         "ignored IGNORE in lookups/outcomes.csv:4\nend /x: no\n"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_of_a_value_is_seen_in_its_order),
        cmocka_unit_test(tests_and_items_are_seen_with_what_came_of_them),
        cmocka_unit_test(a_rule_that_cannot_be_kept_is_seen_once_and_the_others_go_on),
    };
    return cmocka_run_group_tests_name("observer", tests, NULL, NULL);
}
