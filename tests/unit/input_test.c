#include "mapping/input.h"

#include "mapping_unit.h"

struct row {
    const char *input, *set, *given, *outcome;
};

static const struct sg_yaml *read_yaml(struct sg_arena *arena, struct sg_findings *findings,
                                       const char *text)
{
    const struct sg_yaml *yaml = sg_yaml_read(arena, unit_text(arena, text), "m.yaml", findings);

    assert_non_null(yaml);
    return yaml;
}

/* The input as JSON, what is wrong with the files, or the problems of the run. */
static const char *outcome(struct sg_arena *arena, const struct row *row)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_rule_context context = unit_context(arena, findings);
    struct sg_rule_run run = unit_run(arena, row->given);
    const struct sg_input *input = NULL;
    const struct sg_rule *set = NULL;
    const struct sg_node *given = NULL, *out = NULL;

    if (!sg_input_compile(arena, findings, read_yaml(arena, findings, row->input), &input))
        return unit_findings(arena, findings);
    assert_true(sg_rule_compile_set(&context, read_yaml(arena, findings, row->set), &set));
    if (!sg_input_check_set(input, set, (struct sg_place){"m.yaml", 9, 1}, SG_STR("gam.create"),
                            findings))
        return unit_findings(arena, findings);
    if (!sg_rule_run(set, &run, &given) || !sg_input_type(input, set, given, &run, &out))
        return unit_problems(arena, &run);
    return unit_shown(arena, out);
}

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, &rows[r]), rows[r].outcome);
    }
}

static void values_turn_into_each_other_where_nothing_is_lost(void **state)
{
    static const struct row rows[] = {
        {"/a: {}", "/a: /x", "{\"x\":\"t\"}", "{\"a\":\"t\"}"},
        {"/a: {}", "/a: /x", "{\"x\":1.50}", "{\"a\":\"1.50\"}"},
        {"/a: {}", "/a: /x", "{\"x\":true}", "{\"a\":\"true\"}"},
        {"/a: {}", "/a: /x", "{\"x\":[\"t\"]}", "{\"a\":\"t\"}"},
        {"/a: {}", "/a: /x", "{\"x\":{\"@n\":1,\"#text\":\"t\"}}", "{\"a\":\"t\"}"},
        {"/a: {}", "/a: /x", "{\"x\":[1,2]}", "1:5: /a: 2 elements where one text is expected"},
        {"/a: {}", "/a: /x", "{\"x\":{\"b\":1}}", "1:5: /a: an object where one text is expected"},
        {"/a: {type: number}", "/a: /x", "{\"x\":\"-1.5e+3\"}", "{\"a\":-1.5e+3}"},
        {"/a: {type: number}", "/a: /x", "{\"x\":\"007\"}",
         "1:5: /a: a text where a number is expected"},
        {"/a: {type: number}", "/a: /x", "{\"x\":\"1.\"}",
         "1:5: /a: a text where a number is expected"},
        {"/a: {type: number}", "/a: /x", "{\"x\":true}",
         "1:5: /a: true or false where a number is expected"},
        {"/a: {type: integer}", "/a: /x", "{\"x\":\"12\"}", "{\"a\":12}"},
        {"/a: {type: integer}", "/a: /x", "{\"x\":1.5}",
         "1:5: /a: a fraction where a whole number is expected"},
        {"/a: {type: integer}", "/a: /x", "{\"x\":\"12a\"}",
         "1:5: /a: a text where a whole number is expected"},
        {"/a: {type: boolean}", "/a: /x", "{\"x\":\"1\"}", "{\"a\":true}"},
        {"/a: {type: boolean}", "/a: /x", "{\"x\":0}", "{\"a\":false}"},
        {"/a: {type: boolean}", "/a: /x", "{\"x\":\"yes\"}",
         "1:5: /a: a text where true, false, 1 or 0 is expected"},
        {"/a: {type: list}", "/a: /x", "{\"x\":\"t\"}", "{\"a\":[\"t\"]}"},
        {"/a: {type: list}", "/a: /x", "{\"x\":[1,\"t\"]}", "{\"a\":[1,\"t\"]}"},
        {"/a: {type: any}", "/a: /x", "{\"x\":{\"b\":[1]}}", "{\"a\":{\"b\":[1]}}"},
        {"/a: {type: file}", "/a: /x", "{\"x\":\"http://x/1\"}", "{\"a\":\"http://x/1\"}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_value_out_of_bounds_is_a_problem_at_its_rule(void **state)
{
    static const struct row rows[] = {
        {"/a: {max: 3}", "/a: /x", "{\"x\":\"چاه\"}", "{\"a\":\"چاه\"}"},
        {"/a: {max: 3}", "/a: /x", "{\"x\":\"چاله‌ها\"}",
         "1:5: /a: 4 characters too many, at most 3"},
        {"/a: {type: list, max: 1}", "/a: /x", "{\"x\":[1,2,3]}",
         "1:5: /a: 2 entries too many, at most 1"},
        {"/a: {in: [open, answered]}", "/a: /x", "{\"x\":\"open\"}", "{\"a\":\"open\"}"},
        {"/a: {in: [open, answered]}", "/a: /x", "{\"x\":\"closed\"}",
         "1:5: /a: not one of open, answered"},
        {"/a: {type: integer, in: [1, 2]}", "/a: /x", "{\"x\":\"2\"}", "{\"a\":2}"},
        {"/a: {required: true}", "/a: {from: /x, optional: true}", "{}",
         "1:5: /a: required, and the rule gives nothing"},
        {"{/a: {type: number}, /b: {in: [x]}}", "{/a: /x, /b: /x}", "{\"x\":\"y\"}",
         "1:6: /a: a text where a number is expected\n1:14: /b: not one of x"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_default_of_nothing_is_sent_as_such(void **state)
{
    static const struct row rows[] = {
        {"/a: {required: true}", "/a: {from: /x, default: \"\"}", "{}", "{\"a\":\"\"}"},
        {"/a: {type: integer}", "/a: {from: /x, default: null}", "{}", "{\"a\":null}"},
        {"/a: {type: list}", "/a: {from: /x, default: []}", "{}", "{\"a\":[]}"},
        {"/a: {}", "/a: {from: /x, optional: true}", "{}", "{}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

/* XML is written in the order of `input`, whatever the order of the rules. */
static void an_input_is_in_the_order_of_its_fields(void **state)
{
    static const struct row rows[] = {
        {"{/o/@k: {}, /o/a: {}, /b: {}}", "{/b: {const: 1}, /o/a: {const: 2}, /o/@k: {const: 3}}",
         "{}", "{\"o\":{\"@k\":\"3\",\"a\":\"2\"},\"b\":\"1\"}"},
        {"{/o/a: {required: true}, /o/b: {}}", "/o: /x", "{\"x\":{\"b\":1,\"a\":2}}",
         "{\"o\":{\"a\":\"2\",\"b\":\"1\"}}"},
        {"{/o/a: {required: true}, /o/b: {}}", "/o: /x", "{\"x\":{\"b\":1,\"c\":2}}",
         "1:5: /o/a: required, and the rule gives nothing\n"
         "1:5: /o/c: the operation has no such input"},
        {"{/o/a: {}}", "/o: /x", "{\"x\":\"t\"}", "1:5: /o: a text where an object is expected"},
        {"/o: {type: any}", "/o/a: /x", "{\"x\":1}", "{\"o\":{\"a\":1}}"},
        {"/l: {type: list, of: {/n: {required: true}, /k: {type: integer}}}",
         "/l: {each: /x, set: {/k: /k, /n: /n}}", "{\"x\":[{\"k\":\"1\",\"n\":2}]}",
         "{\"l\":[{\"n\":\"2\",\"k\":1}]}"},
        {"/l: {type: list, of: {/n: {type: integer}}}", "/l: {each: /x, set: {/n: /n}}",
         "{\"x\":[{\"n\":\"a\"},{\"n\":\"b\"}]}",
         "1:26: /l/n: a text where a whole number is expected"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_set_is_checked_against_the_input(void **state)
{
    static const struct row rows[] = {
        {"{/Letter/Subject: {}, /Letter/Text: {}}", "/Letter/Sbject: /x", "{}",
         "1:1: gam.create has no input `/Letter/Sbject`; did you mean `/Letter/Subject`?"},
        {"/a: {}", "/a/b: /x", "{}", "1:1: gam.create has no input `/a/b`; one of /a"},
        {"{/a: {}, /l/Text: {required: true}}", "/a: /x", "{}",
         "9:1: gam.create requires `/l/Text`, which no rule sets"},
        {"/l: {type: list, of: {/@Name: {required: true}, /u: {}}}",
         "/l: {each: /x, set: {/ur: /u}}", "{}",
         "1:5: gam.create requires `/l/@Name`, which no rule sets\n"
         "1:22: gam.create has no input `/l/ur`; did you mean `/l/u`?"},
        {"{/o/a: {}, /o/b: {required: true}}", "/o: {set: {/c: /x}}", "{}",
         "1:12: gam.create has no input `/o/c`; did you mean `/o/a`?\n"
         "9:1: gam.create requires `/o/b`, which no rule sets"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_wrong_field_is_refused_at_its_place(void **state)
{
    static const struct row rows[] = {
        {"a: {}", "", "{}", "1:1: an input is a JSON Pointer; did you mean `/a`?"},
        {"/a: string", "", "{}", "1:5: a field is a map, such as {} or {required: true}"},
        {"/a: {type: strin}", "", "{}", "1:12: unknown type `strin`; did you mean `string`?"},
        {"/a: {requird: true}", "", "{}", "1:6: unknown key `requird`; did you mean `required`?"},
        {"/a: {required: 1}", "", "{}", "1:16: true or false is expected"},
        {"/a: {max: 0}", "", "{}", "1:11: `max` is a whole number from 1 on"},
        {"/a: {type: number, max: 3}", "", "{}",
         "1:20: `max` counts characters of a string or entries of a list; here is number"},
        {"/a: {type: list, in: [x]}", "", "{}", "1:18: `in` is for single values, not for list"},
        {"/a: {of: {/b: {}}}", "", "{}",
         "1:6: `of` is for the entries of a list; say `type: list`"},
        {"{/a: {}, /a/b: {}}", "", "{}",
         "1:10: `/a/b` stands inside `/a`, which is an input itself"},
        {"{/a/b: {}, /a: {}}", "", "{}",
         "1:12: other inputs stand inside `/a`, so it can be none itself"},
        {"{}", "", "{}", "1:1: at least one input is expected"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_turn_into_each_other_where_nothing_is_lost),
        cmocka_unit_test(a_value_out_of_bounds_is_a_problem_at_its_rule),
        cmocka_unit_test(a_default_of_nothing_is_sent_as_such),
        cmocka_unit_test(an_input_is_in_the_order_of_its_fields),
        cmocka_unit_test(a_set_is_checked_against_the_input),
        cmocka_unit_test(a_wrong_field_is_refused_at_its_place),
    };
    return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
