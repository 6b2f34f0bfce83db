#include "mapping/rule.h"

#include "mapping_unit.h"

struct row {
    const char *rule, *given, *outcome;
};

/* What comes out: JSON, "nothing", the findings of the compiler or the problems of the run. */
static const char *outcome(struct sg_arena *arena, const struct row *row)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    const struct sg_yaml *yaml =
        sg_yaml_read(arena, unit_text(arena, row->rule), "m.yaml", findings);
    const struct sg_rule *rule = NULL;
    const struct sg_node *out = NULL;
    struct sg_rule_run run = unit_run(arena, row->given);

    assert_non_null(yaml);
    if (!sg_rule_compile(&context, yaml, &rule))
        return unit_findings(arena, findings);
    assert_int_equal(sg_findings_errors(findings), 0);
    return sg_rule_run(rule, &run, &out) ? unit_shown(arena, out) : unit_problems(arena, &run);
}

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, &rows[r]), rows[r].outcome);
    }
}

static void a_source_gives_what_stands_there(void **state)
{
    static const struct row rows[] = {
        {"/a", "{\"a\":\"x\"}", "\"x\""},
        {"/a", "{\"a\":1.50}", "1.50"},
        {"/a", "{\"a\":{\"b\":[1]}}", "{\"b\":[1]}"},
        {"\"\"", "{\"a\":1}", "{\"a\":1}"},
        {"{from: /a/b}", "{\"a\":[{\"b\":1}]}", "1"},
        {"link:/saja", "{}", "\"1405-1\""},
        {"event:/round", "{}", "2"},
        {"7", "{}", "7"},
        {"true", "{}", "true"},
        {"{const: answered}", "{}", "\"answered\""},
        {"{const: {a: [1]}}", "{}", "{\"a\":[1]}"},
        {"/a", "{}", "1:1: nothing at /a"},
        {"/a", "{\"a\":null}", "1:1: nothing at /a"},
        {"/a", "{\"a\":\"\"}", "1:1: nothing at /a"},
        {"/a", "{\"a\":[]}", "1:1: nothing at /a"},
        {"link:/gam", "{}", "1:1: nothing at link:/gam"},
        {"/a/b", "{\"a\":[{\"b\":1},{\"b\":2}]}", "1:1: 2 elements at /a, one expected"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_rule_goes_when_source_with_default(void **state)
{
    static const struct row rows[] = {
        {"{from: /a, optional: true}", "{}", "nothing"},
        {"{from: /a, default: d}", "{}", "\"d\""},
        {"{from: /a, default: \"\"}", "{}", "\"\""},
        {"{from: /a, default: null}", "{}", "null"},
        {"{from: /a, default: []}", "{}", "[]"},
        {"{from: /a, with: upper, default: d}", "{}", "\"d\""},
        {"{from: /a, with: upper, default: d}", "{\"a\":\"x\"}", "\"X\""},
        {"{from: /a, with: trim, default: d}", "{\"a\":\"  \"}", "\"d\""},
        {"{from: /a, with: trim}", "{\"a\":\"  \"}", "1:1: nothing is left by `with` of /a"},
        {"{from: /a, when: {from: /b, equals: 1}, optional: true}", "{\"a\":1,\"b\":2}", "nothing"},
        {"{from: /a, when: {from: /b, equals: 1}, default: d}", "{\"a\":1,\"b\":2}", "\"d\""},
        {"{from: /a, when: {from: /b, equals: 1}}", "{\"a\":1,\"b\":1}", "1"},
        {"{from: /a, when: {from: /b, equals: 1}}", "{\"a\":1,\"b\":2}",
         "1:1: nothing, for /b is not 1; say `default` or `optional`"},
        {"{const: \"\"}", "{}", "1:1: nothing comes of it; say `default` or `optional`"},
        {"{from: /a, with: {lookup: outcomes}}", "{\"a\":\"1\"}", "\"done\""},
        {"{from: /a, with: {lookup: outcomes}}", "{\"a\":\"77\"}",
         "1:1: no row for \"77\" in lookups/outcomes.csv (from /a)"},
        {"{from: /a, with: {lookup: outcomes}, optional: true}", "{\"a\":\"9\"}",
         "ignored: IGNORE in lookups/outcomes.csv:4"},
        {"{list: [/s, {from: /d, default: \"-\"}], with: {lookup: {table: departments, by: "
         "[service, district]}}}",
         "{\"s\":\"012\"}", "\"CITY-CIVIL\""},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void several_rules_become_one_value(void **state)
{
    static const struct row rows[] = {
        {"{text: \"SIA-{/id}.{event:/round}\"}", "{\"id\":7}", "\"SIA-7.2\""},
        {"{text: \"{{{/id}}}\"}", "{\"id\":7}", "\"{7}\""},
        {"{text: \"{/id}\"}", "{}", "1:1: nothing at /id"},
        {"{text: \"{/id}\", default: x}", "{}", "1:1: nothing at /id"},
        {"{text: \"{/id}\"}", "{\"id\":[1,2]}", "1:1: 2 elements at /id, one text expected"},
        {"{text: \"{/id}\"}", "{\"id\":{\"a\":1}}", "1:1: an object at /id, one text expected"},
        {"{join: [/a, /b, /c], separator: \", \"}", "{\"a\":1,\"c\":[\"x\",null,\"y\"]}",
         "\"1, x, y\""},
        {"{join: [/a, /b]}", "{\"a\":\"x\",\"b\":\"y\"}", "\"xy\""},
        {"{join: [/a, /b]}", "{}", "1:1: nothing at /a, /b"},
        {"{join: [/a]}", "{\"a\":{\"b\":1,\"c\":2}}", "1:9: an object at /a, texts expected"},
        {"{first: [/a, /b, {const: c}]}", "{\"b\":2}", "2"},
        {"{first: [/a, /b, {const: c}]}", "{}", "\"c\""},
        {"{first: [{const: 2, when: {from: /p, equals: urgent}}, {const: 1}]}",
         "{\"p\":\"urgent\"}", "2"},
        {"{first: [{const: 2, when: {from: /p, equals: urgent}}, {const: 1}]}", "{}", "1"},
        {"{first: [/a, /b], optional: true}", "{}", "nothing"},
        {"{first: [/a, /b]}", "{}", "1:1: nothing at /a, /b"},
        {"{list: [/a, /b, 3]}", "{\"b\":2}", "[2,3]"},
        {"{list: [/a, /b], default: []}", "{}", "[]"},
        {"{set: {/x/y: /a, /x/@z: {from: /b, optional: true}}}", "{\"a\":1}", "{\"x\":{\"y\":1}}"},
        {"{set: {/x: /a, /y: /b, /z: {const: 1}}}", "{}",
         "1:12: /x: nothing at /a\n1:20: /y: nothing at /b"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void each_and_pick_go_through_the_items(void **state)
{
    static const struct row rows[] = {
        {"{each: /l, value: /u}", "{\"l\":[{\"u\":1},{},{\"u\":3}]}", "[1,3]"},
        {"{each: /l, value: /u}", "{\"l\":{\"u\":1}}", "[1]"},
        {"{each: /l, value: \"\"}", "{\"l\":[\"a\",\"b\"]}", "[\"a\",\"b\"]"},
        {"{each: /l, value: /u}", "{}", "1:1: no item that fits at /l"},
        {"{each: /l, value: /u, optional: true}", "{\"l\":[{}]}", "nothing"},
        {"{each: /l, value: record:/k}", "{\"k\":7,\"l\":[1,2]}", "[7,7]"},
        {"{each: /l, value: {each: /m, value: {join: [\"\", record:/k]}}}",
         "{\"k\":7,\"l\":[{\"m\":[1,2]}]}", "[[\"17\",\"27\"]]"},
        {"{each: /l, where: {from: /k, equals: a}, set: {/v: /u, /r: event:/round}}",
         "{\"l\":[{\"k\":\"a\",\"u\":1},{\"k\":\"b\",\"u\":2}]}", "[{\"v\":1,\"r\":2}]"},
        {"{set: {/o: {each: /l, set: {/v: /u}}}}", "{\"l\":[{\"u\":1},{},{}]}",
         "1:33: /o/v: nothing at /u"},
        {"{pick: /l, where: {from: /k, equals: District}, value: /v}",
         "{\"l\":[{\"k\":\"x\",\"v\":1},{\"k\":\"District\"},{\"k\":\"District\",\"v\":3}]}", "3"},
        {"{pick: /l, where: {from: /k, equals: District}, value: /v}", "{\"l\":[{\"k\":\"x\"}]}",
         "1:1: no item that fits at /l"},
        {"{first: [{pick: /l, value: /v}, /d]}", "{\"d\":5}", "5"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_wrong_rule_is_refused_at_its_place(void **state)
{
    static const struct row rows[] = {
        {"answered", "{}",
         "1:1: `answered` is neither a pointer nor a rule; fixed text is {const: answered}"},
        {"{const: x, when: [{from: status, equals: 1}]}", "{}",
         "1:26: `status` is neither a pointer nor a rule; fixed text is {const: status}"},
        {"{from: /a, const: b}", "{}", "1:1: a rule has one source; here are `from` and `const`"},
        {"{with: trim}", "{}",
         "1:1: a rule has one of from, const, text, join, first, list, each, pick, set; here is "
         "none"},
        {"{from: /a, optionl: true}", "{}",
         "1:12: unknown key `optionl`; did you mean `optional`?"},
        {"{each: /a}", "{}", "1:1: `each` needs `set` or `value`"},
        {"{pick: /a, set: {/b: /c}, value: /d}", "{}",
         "1:1: `pick` has `set` or `value`, not both"},
        {"{from: /a, value: /b}", "{}", "1:12: `value` stands only with `each` or `pick`"},
        {"{from: /a, separator: x}", "{}", "1:12: `separator` stands only with `join`"},
        {"{set: {status: /a}}", "{}", "1:8: a target is a JSON Pointer; did you mean `/status`?"},
        {"{set: {/a/0: /a}}", "{}",
         "1:8: a target has no index, such as `0`; a list is made by `list` or `each`"},
        {"{set: {/a~: /a}}", "{}", "1:8: `/a~`: '~' must be followed by 0 or 1"},
        {"ticket:/a", "{}",
         "1:1: unknown scope `ticket:`; a mapping has link:, event: and record:"},
        {"page:/number", "{}",
         "1:1: unknown scope `page:`; a mapping has link:, event: and record:"},
        {"event:late", "{}", "1:1: after `event:` stands a pointer; did you mean `event:/late`?"},
        {"record:/a", "{}",
         "1:1: `record:` is the outer thing inside `each` and `pick`; here the thing at hand is a "
         "pointer alone"},
        {"{text: \"${env:CITY}\"}", "{}",
         "1:8: a mapping reads no environment; `${env:CITY}` belongs in the system file"},
        {"{const: \"${file:/x}\"}", "{}",
         "1:9: a mapping reads no environment; `${file:/x}` belongs in the system file"},
        {"{text: \"a{b}\"}", "{}",
         "1:8: `b` is neither a pointer nor a rule; fixed text is {const: b}"},
        {"{text: \"a{/b\"}", "{}", "1:8: `{` without `}`; a brace itself is written `{{`"},
        {"{text: \"a}\"}", "{}", "1:8: `}` without `{`; a brace itself is written `}}`"},
        {"{from: /a, optional: false}", "{}", "1:22: `optional` is true or left out"},
        {"{from: /a, declassify: \"\"}", "{}",
         "1:24: `declassify` says why the public may read it"},
        {"{first: []}", "{}", "1:9: at least one rule is expected"},
        {"[/a]", "{}",
         "1:1: a rule is a source, a number, true or false, or a map such as {from: /pointer}; "
         "here is a list"},
        {"{from: /a, with: [persian_leters]}", "{}",
         "1:19: unknown transform `persian_leters`; did you mean `persian_letters`?"},
        {"{first: [b, {from: /a, optionl: true}], defalt: 1}", "{}",
         "1:10: `b` is neither a pointer nor a rule; fixed text is {const: b}\n"
         "1:24: unknown key `optionl`; did you mean `optional`?\n"
         "1:41: unknown key `defalt`; did you mean `default`?"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

/* Of a request: `session:` is known, a secret's place is fixed text, what is put in is encoded. */
static void a_path_is_a_template_whose_sources_are_percent_encoded(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = {.arena = arena,
                                            .findings = findings,
                                            .scopes = SG_SCOPE_BIT(SG_SCOPE_HAND),
                                            .where = "a request"};
    const struct sg_yaml *yaml =
        sg_yaml_read(arena, SG_STR("\"/r/${env:X}/{/id}.json\""), "s.yaml", findings);
    struct sg_rule_run run = unit_run(arena, "{\"id\":\"44/1405 a\"}");
    const struct sg_rule *path = NULL;
    struct sg_str text;

    (void)state;
    assert_true(sg_rule_compile_template(&context, yaml, true, &path));
    assert_true(sg_rule_run_text(path, &run, &text));
    assert_string_equal(sg_str_c(arena, text), "/r/${env:X}/44%2F1405%20a.json");
}

/* `set` of a mapping and `always`: it is an object even when all of it is left out. */
static void a_set_by_itself_may_be_empty(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    const struct sg_yaml *yaml =
        sg_yaml_read(arena, SG_STR("/a: {from: /a, optional: true}"), "m.yaml", findings);
    struct sg_rule_run run = unit_run(arena, "{}");
    const struct sg_node *out = NULL;
    const struct sg_rule *set = NULL;

    (void)state;
    assert_true(sg_rule_compile_set(&context, yaml, &set));
    assert_true(sg_rule_run(set, &run, &out));
    assert_string_equal(unit_shown(arena, out), "{}");
}

/* Sources as seen from outside of all `each`: what shapes and the checks of `internal` go by. */
static void every_source_read_is_told_with_its_target(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_rule_context context = unit_context(arena, findings);
    const struct sg_yaml *yaml = sg_yaml_read(
        arena,
        SG_STR("/x: {each: /l, where: {from: /k, equals: 1}, value: {join: [/u, record:/r, "
               "{text: \"{event:/key}\"}, {each: /m, value: \"\"}]}}\n"
               "/y: {from: /p, when: {from: /q, is: present}, declassify: agreed}\n"),
        "m.yaml", findings);
    struct sg_sources sources = {0};
    struct sg_buffer told = {.arena = arena};
    const struct sg_rule *set = NULL;

    (void)state;
    context.read = &sources;
    assert_true(sg_rule_compile_set(&context, yaml, &set));
    for (const struct sg_source *s = sources.first; s != NULL; s = s->next)
        sg_buffer_add_format(&told, "%s%s%.*s>%.*s%s ", sg_scope_name(s->scope),
                             s->is_walked ? "*" : "", SG_STR_ARG(sg_pointer_text(s->pointer)),
                             SG_STR_ARG(s->target), s->is_declassified ? "!" : "");
    assert_string_equal(sg_buffer_c(&told),
                        "*/l> /l/k> /l/u>/x /r>/x event/key>/x */l/m> /l/m>/x /q>! /p>/y! ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_gives_what_stands_there),
        cmocka_unit_test(a_rule_goes_when_source_with_default),
        cmocka_unit_test(several_rules_become_one_value),
        cmocka_unit_test(each_and_pick_go_through_the_items),
        cmocka_unit_test(a_wrong_rule_is_refused_at_its_place),
        cmocka_unit_test(a_path_is_a_template_whose_sources_are_percent_encoded),
        cmocka_unit_test(a_set_by_itself_may_be_empty),
        cmocka_unit_test(every_source_read_is_told_with_its_target),
    };
    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
