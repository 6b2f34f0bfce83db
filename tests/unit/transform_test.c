#include "mapping/transform.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "tree/json.h"
#include "unit.h"

struct bench {
    struct sg_arena *arena;
    struct sg_findings *findings;
    struct sg_transform_context context;
};

static const struct sg_zone *open_zone(struct sg_arena *arena, const char *name)
{
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    assert_true(sg_zone_open(arena, sg_str_of(name), (struct sg_place){0}, &zone, &err));
    return zone;
}

/* Times are read in Tehran and written in UTC; there are the tables outcomes and departments. */
static struct bench new_bench(void)
{
    struct bench bench = {.arena = sg_arena_new(), .findings = sg_findings_new()};
    struct sg_lookups *lookups = sg_lookups_new(bench.arena);

    assert_true(sg_lookups_add(lookups, "outcomes", "outcomes.csv",
                               SG_STR("code,text\n1,انجام شد\n8,\n9,IGNORE\n"), bench.findings));
    assert_true(sg_lookups_add(lookups, "departments", "departments.csv",
                               SG_STR("service,district,position\n012,2,D2\n012,*,CITY\n"),
                               bench.findings));
    bench.context = (struct sg_transform_context){bench.arena, bench.findings, lookups,
                                                  open_zone(bench.arena, "Asia/Tehran"),
                                                  open_zone(bench.arena, "UTC")};
    return bench;
}

static void end_bench(struct bench *bench)
{
    sg_findings_free(bench->findings);
    sg_arena_free(bench->arena);
}

/* The value of `with` in a file of that one line; NULL where it is not compiled. */
static const struct sg_transform *compile(struct bench *bench, const char *with)
{
    struct sg_str line = sg_str_format(bench->arena, "with: %s\n", with);
    const struct sg_yaml *file = sg_yaml_read(bench->arena, line, "m.yaml", bench->findings);
    const struct sg_transform *transform = NULL;

    assert_non_null(file);
    bool is_right = sg_transform_compile(&bench->context, sg_yaml_find(file, "with"), &transform);
    assert_int_equal(is_right, transform != NULL);
    return transform;
}

/* What comes out as JSON, "nothing", or why there is no value. */
static const char *run(struct bench *bench, const char *with, const char *json)
{
    const struct sg_transform *transform = compile(bench, with);
    const struct sg_node *in = NULL, *out = NULL;
    struct sg_transform_result result;
    struct sg_buffer said = {.arena = bench->arena};
    struct sg_error err;

    assert_non_null(transform);
    assert_true(sg_json_read(bench->arena, unit_text(bench->arena, json), "in", &in, &err));
    if (!sg_transform_run(bench->arena, transform, in, NULL, &out, &result)) {
        if (result.is_ignored)
            return sg_str_c(bench->arena, result.reason);
        sg_buffer_add_format(&said, "%d: %s", result.error.at.column, result.error.text);
    } else if (out == NULL) {
        return "nothing";
    } else {
        sg_json_write(&said, out);
    }
    return sg_buffer_c(&said);
}

static void transforms_are_applied_in_order_to_texts_and_lists(void **state)
{
    static const char *const rows[][3] = {
        {"trim", "\" a \"", "\"a\""},
        {"[persian_letters, clean, trim, {cut: 4}]", "\" لكه گيري\"", "\"لکه \""},
        {"[{cut: 4}, trim]", "\" لكه گيري\"", "\"لكه\""},
        {"collapse", "\"a  b\"", "\"a b\""},
        {"clean", "\"a\\u200fb\"", "\"ab\""},
        {"plain_text", "\"<p>الف&nbsp;</p>ب<b>پ</b>\"", "\"الف\u00a0\\nبپ\""},
        {"plain_text", "\"<br>\"", "nothing"},
        {"lower", "\"AB\"", "\"ab\""},
        {"upper", "\"ab\"", "\"AB\""},
        {"digits", "\"۱۲\"", "\"12\""},
        {"persian_digits", "\"12\"", "\"۱۲\""},
        {"arabic_letters", "\"کی\"", "\"كي\""},
        {"{pad: 3}", "7", "\"007\""},
        {"upper", "true", "\"TRUE\""},
        {"trim", "null", "nothing"},
        {"trim", "\"  \"", "nothing"},
        {"trim", "[]", "nothing"},
        {"trim", "[\" a\", null, \"  \", 1]", "[\"a\",\"1\"]"},
        {"trim", "[\" \"]", "nothing"},
        {"trim", "[[\" a\"], \"b\"]", "[[\"a\"],\"b\"]"},
        {"trim", "{\"a\": 1}", "7: `trim` takes a text; an object is given"},
        {"[lower, trim]", "[{\"a\": 1}]", "8: `lower` takes a text; an object is given"},
        {"trim", "{\"@x\": \"1\", \"#text\": \" a\"}", "\"a\""},
        {"{match: '[0-9]+'}", "\"a12b\"", "\"12\""},
        {"{match: 'n=(.)'}", "\"n=ش\"", "\"ش\""},
        {"[{match: '[0-9]+'}, {pad: 3}]", "\"ab\"", "nothing"},
        {"{replace: {pattern: '(\\d+)/(\\d+)', by: '$2-$1'}}", "\"44/1405\"", "\"1405-44\""},
        {"{replace: {pattern: '-', by: ''}}", "\"-\"", "nothing"},
        {"{split: ','}", "\"الف,,ب,\"", "[\"الف\",\"ب\"]"},
        {"{split: '، '}", "\"الف، ب،ج\"", "[\"الف\",\"ب،ج\"]"},
        {"{split: aa}", "\"aaab\"", "[\"ab\"]"},
        {"{split: 'a-long-one'}", "\"a\"", "[\"a\"]"},
        {"{split: ','}", "12", "[\"12\"]"},
        {"{split: ','}", "\",,\"", "nothing"},
        {"[{split: ','}, trim, {pad: 2}]", "\"1, 2, \"", "[\"01\",\"02\"]"},
        {"{split: ','}", "[\"a,b\", null, [\"c\"]]", "[\"a\",\"b\",\"c\"]"},
        {"{split: ','}", "[{\"a\": 1}]", "8: `split` takes a text; an object is given"},
        {"to_json", "{\"a\": [1, \"ب\"]}", "\"{\\\"a\\\":[1,\\\"ب\\\"]}\""},
        {"to_json", "[1]", "\"[1]\""},
        {"{to_xml: Letter}", "{\"@id\": 7, \"To\": [\"الف\", \"<ب>\"], \"n\": null}",
         "\"<Letter xmlns:xsi=\\\"http://www.w3.org/2001/XMLSchema-instance\\\" id=\\\"7\\\">"
         "<To>الف</To><To>&lt;ب&gt;</To><n xsi:nil=\\\"true\\\"/></Letter>\""},
        {"{to_xml: نامه}", "\"a\\u0001b\"", "\"<نامه>ab</نامه>\""},
        {"{to_xml: a}", "{}", "nothing"},
        {"{to_xml: a}", "[{\"b\": 1}, null, 2]", "[\"<a><b>1</b></a>\",\"<a>2</a>\"]"},
        {"{to_xml: a}", "[{}]", "nothing"},
        {"to_base64", "\"سلام\"", "\"2LPZhNin2YU=\""},
        {"from_base64", "\"2LPZ\\nhNin2YU=\"", "\"سلام\""},
        {"from_base64", "\"?\"", "7: this is not base64"},
        {"from_base64", "\"2A==\"", "7: the bytes in the base64 are not UTF-8"},
    };
    struct bench bench = new_bench();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(run(&bench, rows[r][0], rows[r][1]), rows[r][2]);
    assert_int_equal(sg_findings_errors(bench.findings), 0);
    end_bench(&bench);
}

static void a_date_is_read_in_the_sources_zone_and_written_in_the_targets(void **state)
{
    static const char *const rows[][3] = {
        {"{date: {from: 'jalali %Y/%m/%d %H:%M:%S'}}", "\"1405/04/11 10:30:00\"",
         "\"2026-07-02T07:00:00Z\""},
        {"{date: {from: iso, to: 'jalali %Y/%m/%d %H:%M', zone: Asia/Tehran}}",
         "\"2026-07-02T07:00:00Z\"", "\"1405/04/11 10:30\""},
        {"{date: {from: unix, to: '%H'}}", "1782880200", "\"04\""},
        {"{date: {from: 'jalali %Y/%m/%d'}}", "\"1404/12/30\"", "8: no such day: 1404/12/30"},
        {"{date: {from: iso, to: 'jalali %Y'}}", "\"1905-01-01\"",
         "8: year 1283 is outside 1300-1500"},
    };
    struct bench bench = new_bench();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(run(&bench, rows[r][0], rows[r][1]), rows[r][2]);
    end_bench(&bench);
}

static void a_look_up_takes_a_text_or_a_list_of_keys(void **state)
{
    static const char *const rows[][3] = {
        {"{lookup: outcomes}", "\"1\"", "\"انجام شد\""},
        {"{lookup: outcomes}", "1", "\"انجام شد\""},
        {"{lookup: outcomes}", "[1, 8, 1]", "[\"انجام شد\",\"انجام شد\"]"},
        {"{lookup: outcomes}", "8", "nothing"},
        {"{lookup: outcomes}", "9", "IGNORE in lookups/outcomes.csv:4"},
        {"{lookup: outcomes}", "[1, 9]", "IGNORE in lookups/outcomes.csv:4"},
        {"{lookup: outcomes}", "\"77\"", "8: no row for \"77\" in lookups/outcomes.csv"},
        {"{lookup: {table: outcomes, by: text, give: code}}", "\"انجام شد\"", "\"1\""},
        {"{lookup: {table: departments, by: [service, district]}}", "[\"012\", 2]", "\"D2\""},
        {"{lookup: {table: departments, by: [service, district]}}", "[\"012\", \"x\"]", "\"CITY\""},
        {"{lookup: {table: departments, by: [service, district]}}", "[\"012\"]",
         "8: 2 values expected for service, district; 1 given"},
        {"{lookup: {table: departments, by: [service, district]}}", "\"012\"",
         "8: 2 values expected for service, district; 1 given"},
        {"{lookup: {table: departments, by: [service, district]}}", "[\"012\", \"1\", \"2\"]",
         "8: 2 values expected for service, district; 3 given"},
        {"{lookup: {table: departments, by: [service, district]}}", "[\"012\", {\"a\": 1}]",
         "8: `lookup` takes a text; an object is given"},
    };
    struct bench bench = new_bench();
    size_t count = 0;

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(run(&bench, rows[r][0], rows[r][1]), rows[r][2]);
    const struct sg_lookup *const *lookups =
        sg_transform_lookups(compile(&bench, "[trim, {lookup: outcomes}]"), &count);
    assert_int_equal(count, 1);
    assert_true(sg_str_starts(sg_lookup_file(lookups[0]), "code,text\n"));
    end_bench(&bench);
}

static void what_is_wrong_is_found_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"persian_leters",
         "7: unknown transform `persian_leters`; did you mean `persian_letters`?"},
        {"[trim, {trimm: 1}]", "15: unknown transform `trimm`; did you mean `trim`?"},
        {"xyzzy",
         "7: unknown transform `xyzzy`; one of trim, collapse, clean, plain_text, lower, upper, cut, pad, "
         "digits, persian_digits, persian_letters, arabic_letters, match, replace, date, lookup, "
         "split, to_json, to_xml, to_base64, from_base64"},
        {"split", "7: `split` needs a value: {split: …}"},
        {"{split: ''}", "15: `split` takes the text that stands between the parts; it is empty"},
        {"{split: 1}", "15: a text is expected"},
        {"{plain_text: true}", "8: `plain_text` takes no value; write its name alone"},
        {"to_xml", "7: `to_xml` needs a value: {to_xml: …}"},
        {"{to_xml: {a: b}}", "16: a text is expected"},
        {"{to_xml: ''}", "16: `to_xml` takes the name of the root element, without a prefix"},
        {"{to_xml: 'e:Letter'}",
         "16: `to_xml` takes the name of the root element, without a prefix"},
        {"{to_xml: '1a'}", "16: `to_xml` takes the name of the root element, without a prefix"},
        {"{trim: true}", "8: `trim` takes no value; write its name alone"},
        {"cut", "7: `cut` needs a value: {cut: …}"},
        {"{cut: 0}", "13: `cut` takes a whole number from 1 to 1000000"},
        {"{pad: 1.5}", "13: `pad` takes a whole number from 1 to 1000000"},
        {"{pad: '3'}", "13: `pad` takes a whole number from 1 to 1000000"},
        {"{pad: 1000001}", "13: `pad` takes a whole number from 1 to 1000000"},
        {"{cut: 3, pad: 2}", "7: a transform is a name, or an object with one name as its key"},
        {"12", "7: a transform is a name, or an object with one name as its key"},
        {"[[trim]]", "8: a transform is a name, or an object with one name as its key"},
        {"[]", "7: at least one transform is expected"},
        {"{match: (a}", "17: regular expression: missing closing parenthesis"},
        {"{replace: {by: x}}", "8: `replace` needs `pattern`: the regular expression to replace"},
        {"{replace: {pattern: x}}", "8: `replace` needs `by`: what to write; it may be \"\""},
        {"{date: {to: iso}}", "8: `date` needs `from`: a date is never guessed"},
        {"{date: {from: '%Y'}}", "21: a date cannot be read without %Y, %m and %d"},
        {"{date: {from: iso, zone: Asia/Teheran}}",
         "32: no such time zone `Asia/Teheran`; did you mean `Asia/Tehran`?"},
        {"{lookup: outcoms}", "16: no table `outcoms`; did you mean `outcomes`?"},
        {"{lookup: {by: code}}", "8: `lookup` needs `table`: the name of a look-up table"},
        {"{lookup: {table: outcomes, by: []}}", "38: a key column is expected"},
        {"{lookup: {table: outcomes, give: txt}}",
         "40: lookups/outcomes.csv has no column `txt`; did you mean `text`?"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct bench bench = new_bench();
        size_t count = 0;

        assert_null(compile(&bench, rows[r][0]));
        const struct sg_finding *found = sg_findings_sorted(bench.findings, &count);
        assert_int_equal(count, 1);
        assert_string_equal(
            sg_str_c(bench.arena, sg_str_format(bench.arena, "%d: %.*s", found->at.column,
                                                SG_STR_ARG(found->text))),
            rows[r][1]);
        end_bench(&bench);
    }
}

static void one_run_finds_all_that_is_wrong(void **state)
{
    struct bench bench = new_bench();

    (void)state;
    assert_null(compile(&bench, "[trimm, {cut: 0}, {date: {from: '%q', to: x, zone: y, a: b}}]"));
    assert_int_equal(sg_findings_errors(bench.findings), 6);
    end_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforms_are_applied_in_order_to_texts_and_lists),
        cmocka_unit_test(a_date_is_read_in_the_sources_zone_and_written_in_the_targets),
        cmocka_unit_test(a_look_up_takes_a_text_or_a_list_of_keys),
        cmocka_unit_test(what_is_wrong_is_found_at_its_place),
        cmocka_unit_test(one_run_finds_all_that_is_wrong),
    };
    return cmocka_run_group_tests_name("transform", tests, NULL, NULL);
}
