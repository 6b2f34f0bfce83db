#include "connectors/catalog.h"

#include "base/buffer.h"
#include "folder_unit.h"

/* From `a`, whose items come with a name and a code, to `b`, which is told of them. */
static const char SYSTEM_A[] =
    "system: a\nurl: ${env:A_URL}\nformat: json\n"
    "records: {item: {id: /id, key: /id, read: {request: {get: /i}, items: \"\"}}}\n"
    "tests: [{name: t, record: item, answer: {status: 200, body: '{\"id\": 1}'}, "
    "events: [{id: \"1\"}]}]\n";
static const char SYSTEM_B[] =
    "system: b\nurl: ${env:B_URL}\nformat: json\n"
    "records: {item: {id: /id, key: /id, read: {request: {get: /i}, items: \"\"}}}\n"
    "operations:\n"
    "  tell: {request: {put: /t}, input: {/x: {}, /y: {}}, once: idempotent,\n"
    "         gives: {id: /id, record: item, shows: {/state: /x, /text: /y}}}\n"
    "tests: [{name: t, record: item, answer: {status: 404}, is: none}]\n";
static const char MAPPING[] =
    "mapping: m\nfrom: a.item\nto: b.tell\n"
    "set: {/x: /name, /y: {from: /code, with: {lookup: codes}}}\n"
    "tests: [{name: t, given: {name: n, code: 1}, expect: {x: n, y: one}}]\n";
static const char TABLE[] = "code,text\n1,one\n";

static void open_folder(struct unit_folder *folder)
{
    unit_folder_open(folder);
    unit_folder_write(folder, "systems/a.yaml", SYSTEM_A);
    unit_folder_write(folder, "systems/b.yaml", SYSTEM_B);
    unit_folder_write(folder, "lookups/codes.csv", TABLE);
    unit_folder_write(folder, "m.yaml", MAPPING);
}

static struct sg_catalog *load(const struct unit_folder *folder, struct sg_findings *findings)
{
    return sg_catalog_load(folder->path, &(struct sg_secrets){.is_read = false}, true, findings);
}

/* Loads what must be right. */
static struct sg_catalog *load_good(const struct unit_folder *folder)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog = load(folder, findings);

    if (catalog == NULL)
        sg_findings_print(findings, stderr);
    assert_non_null(catalog);
    return catalog;
}

/* All that is said of the folder, a line each, the files by their names in it. */
static const char *said_of(struct sg_arena *arena, const struct unit_folder *folder)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_buffer out = {.arena = arena};
    size_t count = 0;

    sg_catalog_free(load(folder, findings));
    const struct sg_finding *sorted = sg_findings_sorted(findings, &count);

    for (size_t i = 0; i < count; i++)
        sg_buffer_add_format(&out, "%s%s:%d:%d: %.*s", i == 0 ? "" : "\n",
                             sorted[i].at.file + strlen(folder->path), sorted[i].at.line,
                             sorted[i].at.column, SG_STR_ARG(sorted[i].text));
    return sg_buffer_c(&out);
}

struct file {
    const char *name, *text;
};

struct row {
    struct file files[4]; /* instead of those of open_folder(), or besides them */
    const char *said;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct unit_folder folder;

        open_folder(&folder);
        for (const struct file *file = rows[r].files; file->name != NULL; file++)
            unit_folder_write(&folder, file->name, file->text);
        assert_string_equal(said_of(arena, &folder), rows[r].said);
        unit_folder_close(&folder);
    }
}

static void every_error_of_every_file_is_told_at_once_and_in_order(void **state)
{
    static const struct row rows[] = {
        {{{NULL, NULL}}, ""},
        {{{"systems/b.yaml",
           "system: b\nurl: ${env:B}\nformat: jsn\nzone: Mars\n"
           "operations: {tell: {request: {put: /t}, input: {/x: {}}, once: ask}}\n"},
          {"m.yaml", "mapping: m\nfrom: a.itm\nto: b.tell\nset: {/x: name}\n"},
          {"lookups/codes.csv", "code,text\n1\n"},
          {NULL, NULL}},
         "/lookups/codes.csv:2:1: fields in this row: 1; in the header row: 2\n"
         "/m.yaml:1:1: a mapping needs at least one test\n"
         "/m.yaml:2:7: a has no record `itm`; did you mean `item`?\n"
         "/m.yaml:4:11: `name` is neither a pointer nor a rule; fixed text is {const: name}\n"
         "/systems/b.yaml:3:9: `jsn` is not one of json, soap, xml\n"
         "/systems/b.yaml:4:7: no such time zone `Mars`"},
        {{{"m.yaml", "mapping: m\nfrom: a.item\n\tto: b.tell\n"},
          {"systems/c.yaml", "system: c\n- 1\n"},
          {NULL, NULL}},
         "/m.yaml:3:1: a tab; indent by spaces\n"
         "/systems/c.yaml:2:1: this line is not indented as the others of the map that "
         "begins on line 1"},
        {{{"n.yml", MAPPING}, {"systems/c.YAML", SYSTEM_A}, {"lookups/d.CSV", TABLE}, {NULL, NULL}},
         "/lookups/d.CSV:0:0: is not read: name it d.csv\n"
         "/n.yml:0:0: is not read: name it n.yaml\n"
         "/systems/c.YAML:0:0: is not read: name it c.yaml"},
        {{{"n.yaml~", MAPPING}, {"yaml", MAPPING}, {"lookups/n.yml", TABLE}, {NULL, NULL}}, ""},
        {{{"n.yaml", MAPPING}, {NULL, NULL}},
         "/n.yaml:1:10: `m` is not the file's name; `n` is expected"},
        {{{"m.yaml", "mapping: m\nfrom: a.item\nto: b.tell\n"
                     "set: {/y: {from: /code, with: {lookup: cods}}}\n"
                     "tests: [{name: t, given: {code: 1}, expect: {y: one}}]\n"},
          {NULL, NULL}},
         "/m.yaml:4:40: no table `cods`; did you mean `codes`?"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void tests_are_run_where_nothing_else_is_wrong(void **state)
{
    static const struct row rows[] = {
        {{{"m.yaml", "mapping: m\nfrom: a.item\nto: b.tell\nset: {/x: /name}\n"
                     "tests: [{name: t, given: {name: n}, expect: {x: other}}]\n"},
          {"n.yaml", "mapping: n\nfrom: a.item\nto: b.tell\nset: {/z: /name}\n"
                     "tests: [{name: t, given: {name: n}, expect: {x: other}}]\n"},
          {NULL, NULL}},
         "/m.yaml:5:9: test \"t\": at /x: expected \"other\", got \"n\"\n"
         "/n.yaml:4:7: b.tell has no input `/z`; did you mean `/x`?"},
        {{{"systems/a.yaml", "system: a\nurl: ${env:A_URL}\nformat: json\nzon: UTC\n"
                             "records: {item: {id: /id, key: /id, read: {request: {get: /i}, "
                             "items: \"\"}}}\n"
                             "tests: [{name: t, record: item, answer: {status: 404}, is: "
                             "temporary}]\n"},
          {"m.yaml", "mapping: m\nfrom: a.item\nto: b.tell\nset: {/x: /name}\n"
                     "tests: [{name: t, given: {name: n}, expect: {x: other}}]\n"},
          {NULL, NULL}},
         "/systems/a.yaml:4:1: unknown key `zon`; did you mean `zone`?"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void what_is_right_is_counted_whatever_else_is_wrong(void **state)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog_counts counts;
    struct unit_folder folder;

    (void)state;
    open_folder(&folder);
    unit_folder_write(&folder, "n.yaml",
                      "mapping: n\nfrom: a.item\nto: b.tell\nset: {/z: /name}\n"
                      "tests: [{name: t, given: {name: n}, expect: {x: other}}]\n");
    unit_folder_write(&folder, "o.yaml",
                      "mapping: o\nfrom: a.item\nto: b.tell\nset: {/x: /name}\n"
                      "tests: [{name: t, given: {name: n}, expect: {x: other}}]\n");
    assert_null(
        sg_catalog_check(folder.path, &(struct sg_secrets){.is_read = false}, findings, &counts));
    assert_int_equal(counts.systems, 2);
    assert_int_equal(counts.mappings, 2); /* n is wrong; o is not, but its test */
    assert_int_equal(counts.passed, 3);
    assert_int_equal(counts.failed, 1);
    unit_folder_close(&folder);
}

/* What a mapping reads of the record, what is internal in it, and what a test gives. */
static void a_loose_record_is_read_in_any_case_by_mappings_too(void **state)
{
#define LOOSE(names, record)                                                                    \
    "system: a\nurl: ${env:A_URL}\nformat: json\n" names                                        \
    "records: {item: {id: /ID, key: /Id, internal: [/Note/Tel], " record                        \
    "read: {request: {get: /i}, items: \"/Items\"}}}\n"                                         \
    "tests: [{name: t, record: item, answer: {status: 200, body: '{\"items\": {\"id\": 1}}'}, " \
    "events: [{id: \"1\", key: \"1\"}]}]\n"
#define PUBLIC                                     \
    "system: b\nurl: ${env:B_URL}\nformat: json\n" \
    "operations: {tell: {request: {put: /t}, input: {/x: {public: true}}, once: ask}}\n"
#define NAMED(source, given)                                        \
    "mapping: m\nfrom: a.item\nto: b.tell\nset: {/x: " source "}\n" \
    "tests: [{name: t, given: " given ", expect: {x: n}}]\n"
    static const struct row rows[] = {
        {{{"systems/a.yaml", LOOSE("names: loose\n", "")},
          {"systems/b.yaml", PUBLIC},
          {"m.yaml", NAMED("/Name", "{NAME: n}")},
          {NULL, NULL}},
         ""},
        {{{"systems/a.yaml", LOOSE("", "names: loose, ")},
          {"systems/b.yaml", PUBLIC},
          {"m.yaml",
           NAMED("{pick: /L, where: {from: /K, equals: {from: \"record:/w\"}}, value: /V}",
                 "{W: 2, l: [{k: 1, v: o}, {k: 2, v: n}]}")},
          {NULL, NULL}},
         ""},
        {{{"systems/a.yaml", LOOSE("", "")},
          {"systems/b.yaml", PUBLIC},
          {"m.yaml", NAMED("/name", "{name: n}")},
          {NULL, NULL}},
         "/systems/a.yaml:5:9: test \"t\": the answer lacks what `items` names"},
        {{{"systems/a.yaml", LOOSE("names: loose\n", "names: exact, ")},
          {"systems/b.yaml", PUBLIC},
          {"m.yaml", NAMED("/name", "{name: n}")},
          {NULL, NULL}},
         "/systems/a.yaml:6:9: test \"t\": the answer lacks what `items` names"},
        {{{"systems/a.yaml", LOOSE("names: loose\n", "")},
          {"systems/b.yaml", PUBLIC},
          {"m.yaml", NAMED("/note/tel", "{note: {tel: n}}")},
          {NULL, NULL}},
         "/m.yaml:4:11: /note/tel brings /Note/Tel, which is internal, and `/x` is public; say "
         "`declassify: WHY` or take another source"},
    };
#undef LOOSE
#undef PUBLIC
#undef NAMED

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_mapping_is_not_blamed_for_what_a_broken_system_has_not_told(void **state)
{
    static const struct row rows[] = {
        {{{"systems/b.yaml", "system: b\nurl: ${env:B}\nformat: json\noperations: {tell\n"},
          {NULL, NULL}},
         "/systems/b.yaml:5:1: `,` or `}` is expected here; look for a quote or a brace that is not closed in the map that "
         "begins on line 4"},
        {{{"systems/b.yaml",
           "system: b\nurl: ${env:B}\nformat: json\n"
           "operations: {tell: {request: {put: /t}, once: ask, input: {x: {}}}}\n"},
          {NULL, NULL}},
         "/systems/b.yaml:4:60: an input is a JSON Pointer; did you mean `/x`?"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void two_systems_cannot_listen_at_one_path(void **state)
{
#define HOOK(name)                                                                              \
    "system: " name "\nurl: ${env:U}\nformat: json\nrecords:\n"                                 \
    "  item: {id: /id, key: /id, webhook: {path: /h, items: \"\", auth: {hmac: {hash: sha256, " \
    "header: X, secret: \"${env:K}\"}}}}\n"                                                     \
    "tests: [{name: t, record: item, answer: {status: 404}, is: none}]\n"
    static const struct row rows[] = {
        {{{"systems/c.yaml", HOOK("c")}, {NULL, NULL}}, ""},
        {{{"systems/c.yaml", HOOK("c")}, {"systems/d.yaml", HOOK("d")}, {NULL, NULL}},
         "/systems/d.yaml:5:3: the webhook's path is `c`'s as well"},
    };
#undef HOOK

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_folder_without_a_system_is_refused(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    assert_string_equal(said_of(arena, &folder),
                        ":0:0: has no system: systems/NAME.yaml is expected\n"
                        ":0:0: has no mapping: nothing will be delivered");
    unit_folder_close(&folder);
}

static void the_hash_is_of_every_file(void **state)
{
    static const struct file changes[] = {
        {"lookups/codes.csv", "code,text\n1,one\n2,two\n"},
        {"systems/a.yaml", "# a comment\n"},
        {"m.yaml", "# a comment\n"},
    };
    static const char *const before[] = {"", SYSTEM_A, MAPPING};

    (void)state;
    for (size_t c = 0; c < SG_ROWS(changes); c++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct unit_folder folder;

        open_folder(&folder);
        struct sg_catalog *first = load_good(&folder), *again = load_good(&folder);
        unit_folder_write(
            &folder, changes[c].name,
            sg_str_c(arena, sg_str_format(arena, "%s%s", changes[c].text, before[c])));
        struct sg_catalog *changed = load_good(&folder);

        assert_int_equal(sg_catalog_hash(first).length, 16);
        assert_true(sg_str_equal(sg_catalog_hash(first), sg_catalog_hash(again)));
        assert_false(sg_str_equal(sg_catalog_hash(first), sg_catalog_hash(changed)));
        sg_catalog_free(first);
        sg_catalog_free(again);
        sg_catalog_free(changed);
        unit_folder_close(&folder);
    }
}

static void a_mappings_own_hash_is_of_the_tables_that_it_names(void **state)
{
    struct unit_folder folder;

    (void)state;
    open_folder(&folder);
    struct sg_catalog *first = load_good(&folder);
    unit_folder_write(&folder, "lookups/others.csv", "a,b\n1,2\n");
    struct sg_catalog *same = load_good(&folder);
    unit_folder_write(&folder, "lookups/codes.csv", "code,text\n1,one\n2,two\n");
    struct sg_catalog *changed = load_good(&folder);
    const struct sg_str hash = sg_mapping_hash(sg_catalog_mapping(first, SG_STR("m")));

    assert_true(sg_str_equal(hash, sg_mapping_hash(sg_catalog_mapping(same, SG_STR("m")))));
    assert_false(sg_str_equal(hash, sg_mapping_hash(sg_catalog_mapping(changed, SG_STR("m")))));
    sg_catalog_free(first);
    sg_catalog_free(same);
    sg_catalog_free(changed);
    unit_folder_close(&folder);
}

/* The pointers of one record's shape, with a space between. */
static const char *shape(struct sg_arena *arena, const struct sg_catalog *catalog,
                         const char *system)
{
    struct sg_buffer out = {.arena = arena};
    size_t count = 0;
    const struct sg_str *pointers =
        sg_catalog_shape_pointers(catalog, sg_str_of(system), SG_STR("item"), &count);

    for (size_t p = 0; p < count; p++)
        sg_buffer_add_format(&out, "%s%.*s", p == 0 ? "" : " ", SG_STR_ARG(pointers[p]));
    return sg_buffer_c(&out);
}

static void a_records_shape_is_of_what_mappings_read_and_operations_show(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct unit_folder folder;

    (void)state;
    open_folder(&folder);
    unit_folder_write(&folder, "n.yaml",
                      "mapping: n\nfrom: a.item\nto: b.tell\n"
                      "when: {from: /name, is: present}\nset: {/x: /age}\n"
                      "tests: [{name: t, given: {name: n, age: 7}, expect: {x: \"7\"}}]\n");
    struct sg_catalog *catalog = load_good(&folder);

    assert_string_equal(shape(arena, catalog, "a"), "/age /code /name");
    assert_string_equal(shape(arena, catalog, "b"), "/state /text");
    assert_string_equal(shape(arena, catalog, "c"), "");
    sg_catalog_free(catalog);
    unit_folder_close(&folder);
}

static void a_catalog_lives_until_its_last_owner_lets_go(void **state)
{
    struct unit_folder folder;

    (void)state;
    open_folder(&folder);
    struct sg_catalog *mine = load_good(&folder), *others = sg_catalog_share(mine);

    sg_catalog_free(mine);
    assert_non_null(sg_catalog_system(others, SG_STR("a")));
    sg_catalog_free(others);
    sg_catalog_free(NULL);
    unit_folder_close(&folder);
}

static void the_files_that_are_shipped_pass(void **state)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog_counts counts;
    struct sg_catalog *catalog =
        sg_catalog_check(SG_MAPPINGS, &(struct sg_secrets){.is_read = false}, findings, &counts);
    size_t said = 0;

    (void)state;
    assert_non_null(catalog);
    (void)sg_findings_sorted(findings, &said);
    assert_int_equal(said, 0);
    assert_true(counts.passed >= 30);
    assert_int_equal(counts.failed, 0);
    sg_catalog_free(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_of_every_file_is_told_at_once_and_in_order),
        cmocka_unit_test(tests_are_run_where_nothing_else_is_wrong),
        cmocka_unit_test(what_is_right_is_counted_whatever_else_is_wrong),
        cmocka_unit_test(a_loose_record_is_read_in_any_case_by_mappings_too),
        cmocka_unit_test(a_mapping_is_not_blamed_for_what_a_broken_system_has_not_told),
        cmocka_unit_test(two_systems_cannot_listen_at_one_path),
        cmocka_unit_test(a_folder_without_a_system_is_refused),
        cmocka_unit_test(the_hash_is_of_every_file),
        cmocka_unit_test(a_mappings_own_hash_is_of_the_tables_that_it_names),
        cmocka_unit_test(a_records_shape_is_of_what_mappings_read_and_operations_show),
        cmocka_unit_test(a_catalog_lives_until_its_last_owner_lets_go),
        cmocka_unit_test(the_files_that_are_shipped_pass),
    };
    return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
