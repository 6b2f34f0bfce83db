#include "sgbridge/mapping.h"

#include "mapping/input.h"
#include "mapping_unit.h"

/* What most files begin with; what a row adds starts on line 4. */
#define HEAD "mapping: m\nfrom: gam.response\nto: saja.add_update\n"
#define TEST "tests: [{name: t, given: {a: x}, expect: {status: x}}]\n"
/* A whole file: `rest` starts on line 4, the test's outcome is the caller's. */
#define TESTED(rules, test) HEAD "set:\n" rules "tests:\n  - {name: t, " test "}\n"

static bool read_document(const void *system, struct sg_arena *arena, struct sg_str text,
                          const struct sg_node **out, struct sg_error *err)
{
    (void)system;
    return sg_json_read(arena, text, NULL, out, err);
}

static const struct sg_rule *rule_of(const struct sg_rule_context *context, const char *source)
{
    const struct sg_rule *rule = NULL;
    const struct sg_yaml *yaml =
        sg_yaml_read(context->arena, sg_str_of(source), "s.yaml", context->findings);

    assert_non_null(yaml);
    assert_true(sg_rule_compile(context, yaml, &rule));
    return rule;
}

static const struct sg_input *input_of(const struct sg_rule_context *context, const char *fields)
{
    const struct sg_input *input = NULL;
    const struct sg_yaml *yaml =
        sg_yaml_read(context->arena, sg_str_of(fields), "s.yaml", context->findings);

    assert_non_null(yaml);
    assert_true(sg_input_compile(context->arena, context->findings, yaml, &input));
    return input;
}

/* saja, whose tickets give the key; gam, whose responses are tied by a link. */
static struct sg_system_views systems_of(const struct sg_rule_context *context)
{
    static const struct sg_str internal[] = {SG_STR_INIT("/note"), SG_STR_INIT("/people/phone")};
    struct sg_system_view *systems = sg_arena_get(context->arena, 2, sizeof *systems);
    struct sg_record_view *records = sg_arena_get(context->arena, 2, sizeof *records);
    struct sg_operation_view *operations = sg_arena_get(context->arena, 2, sizeof *operations);

    records[0] = (struct sg_record_view){
        .name = SG_STR("ticket"), .id = rule_of(context, "/id"), .key = rule_of(context, "/id")};
    records[1] = (struct sg_record_view){.name = SG_STR("response"),
                                         .id = rule_of(context, "/rid"),
                                         .version = rule_of(context, "/at"),
                                         .key = rule_of(context, "/case"),
                                         .is_key_linked = true,
                                         .internal = internal,
                                         .internal_count = SG_ROWS(internal)};
    operations[0] = (struct sg_operation_view){
        SG_STR("add_update"),
        input_of(context, "{/status: {}, /text: {public: true}, /inner: {}, /n: {type: integer}, "
                          "/l: {type: list, of: {/@n: {public: true}, /k: {}}}}"),
        false};
    operations[1] = (struct sg_operation_view){SG_STR("create_case"),
                                               input_of(context, "/ref: {required: true}"), true};
    systems[0] = (struct sg_system_view){
        SG_STR("saja"), context->from_zone, &records[0], 1, &operations[0], 1, read_document, NULL};
    systems[1] = (struct sg_system_view){
        SG_STR("gam"), context->from_zone, &records[1], 1, &operations[1], 1, read_document, NULL};
    return (struct sg_system_views){systems, 2};
}

static const struct sg_mapping *compile(struct sg_arena *arena, struct sg_findings *findings,
                                        const char *text)
{
    const struct sg_rule_context context = unit_context(arena, findings);

    return sg_mapping_compile(arena, unit_text(arena, text), "mappings/m.yaml",
                              systems_of(&context), context.lookups, findings);
}

/* All that is said of a file, its tests being run; "N passed" when that is nothing. */
static const char *outcome(struct sg_arena *arena, const char *text)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_mapping *mapping = compile(arena, findings, text);
    size_t passed = 0, failed = 0;
    const char *said;

    if (mapping != NULL)
        sg_mapping_run_tests(mapping, findings, &passed, &failed);
    said = unit_findings(arena, findings);
    return said[0] != '\0' ? said : sg_str_c(arena, sg_str_format(arena, "%zu passed", passed));
}

static void check(const char *const (*rows)[2], size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, rows[r][0]), rows[r][1]);
    }
}

static void a_wrong_file_is_refused_with_all_its_errors(void **state)
{
    static const char *const rows[][2] = {
        {HEAD "set: {/status: /a}\n" TEST, "1 passed"},
        {HEAD "set:\n  /status: answered\n" TEST,
         "5:12: `answered` is neither a pointer nor a rule; fixed text is {const: answered}"},
        {HEAD "set:\n  status: /a\n" TEST,
         "5:3: a target is a JSON Pointer; did you mean `/status`?"},
        {HEAD "set:\n  /status: /a\n  /status: /b\n" TEST,
         "6:3: `/status` is given twice; first on line 5"},
        {HEAD "set:\n  /statu: /a\n" TEST,
         "5:3: saja.add_update has no input `/statu`; did you mean `/status`?"},
        {HEAD "set:\n  /status: {from: /a, const: b}\n  /txt: {each: /a}\n" TEST,
         "5:12: a rule has one source; here are `from` and `const`\n"
         "6:9: `each` needs `set` or `value`"},
        {HEAD "set: {/status: /a}\n", "1:1: a mapping needs at least one test"},
        {HEAD "set: {/status: /a}\ntests: []\n", "5:8: a mapping needs at least one test"},
        {HEAD TEST, "1:1: `set` is missing: what the operation gets"},
        {HEAD "sets: {}\nset: {/status: /a}\n" TEST,
         "4:1: unknown key `sets`; did you mean `set`?"},
        {"mapping: n\nfrom: gm.response\nto: saja.ad_update\nset: {/status: /a}\n" TEST,
         "1:10: `n` is not the file's name; `m` is expected\n"
         "2:7: there is no system `gm`; did you mean `gam`?\n"
         "3:5: saja has no operation `ad_update`; did you mean `add_update`?"},
        {"mapping: m\nfrom: response\nto: saja.add_update\nset: {/status: /a}\n" TEST,
         "2:7: `from` is SYSTEM.RECORD, such as saja.ticket"},
        {"mapping: m\nfrom: gam.respons\nto: gam.create_case\nset: {/x: /a}\n" TEST,
         "2:7: gam has no record `respons`; did you mean `response`?\n"
         "4:1: gam.create_case requires `/ref`, which no rule sets\n"
         "4:7: gam.create_case has no input `/x`; one of /ref"},
        {HEAD "when: {from: a, equals: 1}\nset: {/status: /a}\n" TEST,
         "4:14: `a` is neither a pointer nor a rule; fixed text is {const: a}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_wrong_test_is_refused_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {TESTED("  /status: /a\n", "given: {a: x}, expect: {status: x}, skips: when"),
         "7:5: a test has one of `expect`, `fails`, `skips`"},
        {TESTED("  /status: /a\n", "given: {a: x}"),
         "7:5: a test has one of `expect`, `fails`, `skips`"},
        {TESTED("  /status: /a\n", "expect: {status: x}"),
         "7:5: `given` is missing: the record that the test is about"},
        {TESTED("  /status: /a\n", "given: [x], expect: {status: x}"),
         "7:22: `given` is a tree, or the text of a JSON or XML document"},
        {TESTED("  /status: /a\n", "given: {a: x}, expct: {status: x}"),
         "7:5: a test has one of `expect`, `fails`, `skips`\n"
         "7:30: unknown key `expct`; did you mean `expect`?"},
        {TESTED("  /status: /a\n", "given: {a: x}, fails: {at: /status}"),
         "7:37: `why` is missing"},
        {TESTED("  /status: /a\n", "given: {a: x}, event: {rund: 1}, expect: {status: x}"),
         "7:38: unknown key `rund`; did you mean `round`?"},
        {TESTED("  /status: /a\n", "given: {a: x}, link: {saja: [1]}, expect: {status: x}"),
         "7:43: a single value is expected"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void what_is_internal_comes_to_no_public_input(void **state)
{
    static const char *const rows[][2] = {
        {TESTED("  /text: {from: /note}\n", "given: {note: x}, expect: {text: x}"),
         "5:10: /note is internal and `/text` is public; say `declassify: WHY` or take another "
         "source"},
        {TESTED("  /inner: {from: /note}\n", "given: {note: x}, expect: {inner: x}"), "1 passed"},
        {TESTED("  /text: {from: /note, declassify: agreed}\n",
                "given: {note: x}, expect: {text: x}"),
         "1 passed"},
        {TESTED("  /text: {join: [/a, /note/0]}\n", "given: {a: x, note: y}, expect: {text: xy}"),
         "5:22: /note/0 brings /note, which is internal, and `/text` is public; say `declassify: "
         "WHY` or take another source"},
        {TESTED("  /text: {text: \"{/people}\"}\n", "given: {people: x}, expect: {text: x}"),
         "5:17: /people brings /people/phone, which is internal, and `/text` is public; say "
         "`declassify: WHY` or take another source"},
        {TESTED("  /text: {from: /a, when: {from: /note, is: present}}\n",
                "given: {note: x, a: y}, expect: {text: y}"),
         "1 passed"},
        {TESTED("  /text: {pick: /people, value: /name}\n",
                "given: {people: {name: y}}, expect: {text: y}"),
         "1 passed"},
        {TESTED("  /text: {pick: /people, value: /phone}\n",
                "given: {people: {phone: y}}, expect: {text: y}"),
         "5:33: /people/phone is internal and `/text` is public; say `declassify: WHY` or take "
         "another source"},
        {TESTED("  /text: {pick: /people, value: record:/note}\n",
                "given: {people: {phone: y}, note: z}, expect: {text: z}"),
         "5:33: /note is internal and `/text` is public; say `declassify: WHY` or take another "
         "source"},
        {TESTED("  /l: {each: /p, set: {/@n: record:/note, /k: record:/note}}\n",
                "given: {p: [1], note: z}, expect: {l: [{\"@n\": z, k: z}]}"),
         "5:29: /note is internal and `/l/@n` is public; say `declassify: WHY` or take another "
         "source"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_test_passes_or_says_what_came_instead(void **state)
{
    static const char *const rows[][2] = {
        {TESTED("  /status: /a\n", "given: {a: closed}, expect: {status: answered}"),
         "7:5: test \"t\": at /status: expected \"answered\", got \"closed\""},
        {TESTED("  /status: /a\n", "given: '{\"a\": \"x\"}', expect: {status: x}"), "1 passed"},
        {TESTED("  /status: /a\n", "given: '{\"a\": }', expect: {status: x}"),
         "7:22: test \"t\": `given` cannot be read: line 1: neither a value nor null, true or "
         "false"},
        {TESTED("  /status: /a\n  /text: {const: y}\n", "given: {a: x}, expect: {status: x}"),
         "8:5: test \"t\": at /text: expected nothing, got \"y\""},
        {TESTED("  /n: {from: /a}\n", "given: {a: \"3\"}, expect: {n: 3}"), "1 passed"},
        {TESTED("  /status: {from: /a, with: {lookup: outcomes}}\n",
                "given: {a: 77}, fails: {at: /status, why: no row}"),
         "1 passed"},
        {TESTED("  /status: {from: /a, with: {lookup: outcomes}}\n",
                "given: {a: 77}, expect: {status: x}"),
         "7:5: test \"t\": expected an input, but 5:12: /status: no row for \"77\" in "
         "lookups/outcomes.csv (from /a)"},
        {TESTED("  /status: {from: /a, with: {lookup: outcomes}}\n",
                "given: {a: 9}, skips: IGNORE"),
         "1 passed"},
        {TESTED("  /status: {from: /a, with: {lookup: outcomes}}\n",
                "given: {a: 9}, expect: {status: x}"),
         "7:5: test \"t\": expected an input, but was skipped: IGNORE in lookups/outcomes.csv:4"},
        {TESTED("  /status: /a\n  /text: /b\n",
                "given: {c: 1}, fails: {at: /status, why: nothing}"),
         "5:12: warning: no test gives /a; misspelt, it would stay silent for ever\n"
         "6:10: warning: no test gives /b; misspelt, it would stay silent for ever\n"
         "8:5: test \"t\": expected to fail at /status with \"nothing\" alone, but 5:12: /status: "
         "nothing at /a, and more"},
        {TESTED("  /status: /a\n", "given: {a: x}, skips: when"),
         "7:5: test \"t\": expected to be skipped by \"when\", but got an input"},
        {HEAD "when: {from: /s, in: [open, reopened]}\nset: {/status: /s}\ntests:\n"
              "  - {name: t, given: {s: closed}, skips: 'when: /s is not in [open, reopened]'}\n",
         "1 passed"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_test_has_the_event_and_the_link_that_it_does_not_give(void **state)
{
    static const char *const rows[][2] = {
        {TESTED("  /status: {text: \"{event:/round} {event:/late}\"}\n",
                "given: {a: x}, expect: {status: 1 false}"),
         "1 passed"},
        {TESTED("  /status: event:/reference\n",
                "given: {a: x}, link: {saja: 14-1}, event: {round: 2}, expect: {status: "
                "test-14-1.2}"),
         "1 passed"},
        {TESTED("  /status: {text: \"{event:/id} {event:/version} {event:/key}\"}\n",
                "given: {rid: r, at: v}, event: {key: k}, expect: {status: r v k}"),
         "1 passed"},
        {TESTED("  /status: event:/id\n", "given: {a: x}, expect: {status: x}"),
         "5:12: warning: no test gives event:/id; misspelt, it would stay silent for ever\n"
         "7:5: test \"t\": the record's `id`: nothing at /rid; give it by `event`"},
        {"mapping: m\nfrom: saja.ticket\nto: gam.create_case\n"
         "set: {/ref: {join: [event:/reference, link:/saja], separator: \" \"}}\n"
         "tests: [{name: t, given: {id: 14-1}, expect: {ref: test-14-1.1 14-1}}]\n",
         "1 passed"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_source_that_no_test_gives_is_a_warning(void **state)
{
    static const char *const rows[][2] = {
        {TESTED("  /status: {first: [/a, /b]}\n", "given: {a: x}, expect: {status: x}"),
         "5:25: warning: no test gives /b; misspelt, it would stay silent for ever"},
        {TESTED("  /status: {first: [/a, /b]}\n", "given: {a: x, b: null}, expect: {status: x}"),
         "1 passed"},
        {TESTED("  /l: {each: /p, set: {/@n: /u, /k: {from: /v, optional: true}}}\n",
                "given: {p: [{u: 1}]}, expect: {l: [{\"@n\": \"1\"}]}"),
         "5:37: warning: no test gives /p/v; misspelt, it would stay silent for ever"},
        {TESTED("  /status: {first: [link:/gam, /a]}\n", "given: {a: x}, expect: {status: x}"),
         "5:21: warning: no test gives link:/gam; misspelt, it would stay silent for ever"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

/* What it reads of the record, each once; the list of an `each` counts by its entries. */
static void a_mapping_tells_what_it_reads_and_what_it_is(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_mapping *mapping = compile(
        arena, findings,
        HEAD "when: {from: /s, is: present}\n"
             "set: {/status: {join: [/s, link:/saja]}, /l: {each: /p, set: {/k: /u}}}\n" TEST);
    struct sg_buffer told = {.arena = arena};
    size_t count = 0;

    (void)state;
    assert_non_null(mapping);
    const struct sg_str *reads = sg_mapping_reads(mapping, &count);
    for (size_t i = 0; i < count; i++)
        sg_buffer_add_format(&told, "%.*s ", SG_STR_ARG(reads[i]));
    assert_string_equal(sg_buffer_c(&told), "/s /p/u ");
    assert_true(sg_str_is(sg_mapping_name(mapping), "m"));
    assert_true(sg_str_is(sg_mapping_from_system(mapping), "gam"));
    assert_true(sg_str_is(sg_mapping_from_record(mapping), "response"));
    assert_true(sg_str_is(sg_mapping_to_system(mapping), "saja"));
    assert_true(sg_str_is(sg_mapping_to_operation(mapping), "add_update"));
    assert_false(sg_mapping_opens_link(mapping));
}

static struct sg_str hash_with(struct sg_arena *arena, const char *text, const char *table)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    struct sg_lookups *lookups = sg_lookups_new(arena);
    const struct sg_mapping *mapping;

    assert_true(sg_lookups_add(lookups, "t", "lookups/t.csv", sg_str_of(table), findings));
    mapping = sg_mapping_compile(arena, sg_str_of(text), "m.yaml", systems_of(&context), lookups,
                                 findings);
    assert_non_null(mapping);
    assert_int_equal(sg_mapping_hash(mapping).length, 16);
    return sg_mapping_hash(mapping);
}

static void a_mapping_is_another_when_its_file_or_a_table_it_names_is(void **state)
{
    static const char asking[] = HEAD "set: {/status: {from: /a, with: {lookup: t}}}\n" TEST;
    static const char other[] = HEAD "set: {/inner: {from: /a, with: {lookup: t}}}\n" TEST;
    static const char plain[] = HEAD "set: {/status: /a}\n" TEST;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str hash = hash_with(arena, asking, "k,v\n1,a\n");

    (void)state;
    assert_true(sg_str_equal(hash, hash_with(arena, asking, "k,v\n1,a\n")));
    assert_false(sg_str_equal(hash, hash_with(arena, asking, "k,v\n1,b\n")));
    assert_false(sg_str_equal(hash, hash_with(arena, other, "k,v\n1,a\n")));
    assert_true(
        sg_str_equal(hash_with(arena, plain, "k,v\n1,a\n"), hash_with(arena, plain, "k,v\n1,b\n")));
}

/* As a failed delivery carries it: the place of the rule, the target, how many there are. */
static void a_run_gives_an_input_or_the_first_problem(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_mapping *mapping =
        compile(arena, findings, HEAD "set:\n  /status: /a\n  /n: /b\n" TEST);
    struct sg_mapping_result result;

    (void)state;
    assert_non_null(mapping);
    sg_mapping_run(mapping, arena, unit_json(arena, "{\"a\":\"x\",\"b\":\"7\"}"), NULL, NULL,
                   &result);
    assert_int_equal(result.outcome, SG_MAPPED_INPUT);
    assert_string_equal(unit_shown(arena, result.input), "{\"status\":\"x\",\"n\":7}");
    sg_mapping_run(mapping, arena, unit_json(arena, "{\"c\":1}"), NULL, NULL, &result);
    assert_int_equal(result.outcome, SG_MAPPED_FAILED);
    assert_string_equal(sg_str_c(arena, result.reason), "nothing at /a");
    assert_string_equal(sg_str_c(arena, result.pointer), "/status");
    assert_string_equal(result.place.file, "mappings/m.yaml");
    assert_int_equal(result.place.line, 5);
    assert_int_equal(result.place.column, 12);
    assert_int_equal(result.problems, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_file_is_refused_with_all_its_errors),
        cmocka_unit_test(a_wrong_test_is_refused_at_its_place),
        cmocka_unit_test(what_is_internal_comes_to_no_public_input),
        cmocka_unit_test(a_test_passes_or_says_what_came_instead),
        cmocka_unit_test(a_test_has_the_event_and_the_link_that_it_does_not_give),
        cmocka_unit_test(a_source_that_no_test_gives_is_a_warning),
        cmocka_unit_test(a_mapping_tells_what_it_reads_and_what_it_is),
        cmocka_unit_test(a_mapping_is_another_when_its_file_or_a_table_it_names_is),
        cmocka_unit_test(a_run_gives_an_input_or_the_first_problem),
    };
    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
