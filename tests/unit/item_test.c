#include "connectors/item.h"

#include "connector_unit.h"

/* What a record says beside its id and key stands on line 9. */
#define SYSTEM(format, rules)                                  \
    "system: s\nurl: http://127.0.0.1:1\nformat: " format "\n" \
    "zone: Asia/Tehran\nrecords:\n  letter:\n    id: /id\n"    \
    "    key: {from: /key, default: k}\n" rules                \
    "    poll:\n      every: 1s\n      request: {get: /t}\n      items: \"\"\n"
#define READ(rules) SYSTEM("json", rules)

/* "ID BODY; …", of what failed "LINE:COLUMN: PROBLEM BODY". */
static const char *events_of(struct sg_arena *arena, const char *yaml, const char *item,
                             size_t max_bytes)
{
    const struct sg_system *system = unit_system(arena, yaml);
    const struct sg_record_reader reader = {
        .system = system, .record = &system->records[0], .max_bytes = max_bytes};
    struct sg_events events = {.arena = arena};
    struct sg_buffer said = {.arena = arena};
    size_t bytes = 0;

    sg_item_take(&reader, unit_json(arena, item), UNIT_NOW_MS, &events);
    for (size_t e = 0; e < events.count; e++) {
        const struct sg_event *event = &events.at[e];

        sg_buffer_add(&said, e > 0 ? SG_STR("; ") : SG_STR(""));
        if (event->problem.length > 0)
            sg_buffer_add_format(&said, "%d:%d: %.*s", event->problem_at.line,
                                 event->problem_at.column, SG_STR_ARG(event->problem));
        else
            sg_buffer_add(&said, event->record_id);
        sg_buffer_add_format(&said, " %.*s", SG_STR_ARG(event->body));
        bytes += event->body.length;
    }
    assert_int_equal(events.bytes, bytes);
    return sg_buffer_c(&said);
}

struct row {
    const char *yaml, *item, *events;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(events_of(arena, rows[r].yaml, rows[r].item, 1000), rows[r].events);
    }
}

static void a_document_in_a_text_takes_its_place_as_a_tree(void **state)
{
#define XML  READ("    decode: {/x: xml}\n")
#define JSON READ("    decode: {/x: json}\n")
    static const struct row rows[] = {
        {XML, "{\"id\":1,\"x\":\"<a><n>7</n><m b='2'/></a>\"}",
         "1 {\"id\":1,\"x\":{\"n\":\"7\",\"m\":{\"@b\":\"2\"}}}"}, /* the root is taken off */
        {XML,
         "{\"id\":1,\"x\":\"\\n <?xml version='1.0' encoding='windows-1256'?><a>\\u0633</a>\"}",
         "1 {\"id\":1,\"x\":\"س\"}"},
        {JSON, "{\"id\":1,\"x\":\"{\\\"n\\\":[1.50,null]}\"}",
         "1 {\"id\":1,\"x\":{\"n\":[1.50,null]}}"},
        {JSON, "{\"id\":1,\"x\":{\"@t\":\"j\",\"#text\":\"[1]\"}}", "1 {\"id\":1,\"x\":[1]}"},
        {READ("    decode: {/x: json, /x/y: xml}\n"),
         "{\"id\":1,\"x\":\"{\\\"y\\\":\\\"<a><z>2</z></a>\\\"}\"}",
         "1 {\"id\":1,\"x\":{\"y\":{\"z\":\"2\"}}}"},
        {JSON, "{\"id\":1}", "1 {\"id\":1}"}, /* nothing is no document, and no error */
        {JSON, "{\"id\":1,\"x\":\"\"}", "1 {\"id\":1,\"x\":\"\"}"},
        {JSON, "{\"id\":1,\"x\":null}", "1 {\"id\":1,\"x\":null}"},
        {JSON, "{\"id\":1,\"x\":[\"1\",\"[2]\"]}", "1 {\"id\":1,\"x\":[1,[2]]}"}, /* walked */
        {READ("    decode: {/l/x: json}\n"), "{\"id\":1,\"l\":[{\"x\":\"1\"},{},{\"x\":\"{}\"}]}",
         "1 {\"id\":1,\"l\":[{\"x\":1},{},{\"x\":{}}]}"},
        {READ("    decode: {/l/1/x: json}\n"), "{\"id\":1,\"l\":[{\"x\":\"1\"},{\"x\":\"2\"}]}",
         "1 {\"id\":1,\"l\":[{\"x\":\"1\"},{\"x\":2}]}"},
        {"system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n  letter:\n    id: /x/n\n"
         "    key: /x/n\n    decode: {/x: xml}\n    read: {request: {get: /t}, items: \"\"}\n",
         "{\"x\":\"<a><n>912/1405</n></a>\"}", "912/1405 {\"x\":{\"n\":\"912/1405\"}}"},
        /* what is none is an event that failed, and is kept as it came */
        {XML, "{\"id\":1,\"x\":\"<a>\"}",
         "9:14: no XML at /x: the document ends inside an element (line 1, column 4) "
         "{\"id\":1,\"x\":\"<a>\"}"},
        {JSON, "{\"id\":1,\"x\":\"{\"}",
         "9:14: no JSON at /x: the name of a member is expected, in quotes (line 1, column 2) "
         "{\"id\":1,\"x\":\"{\"}"},
        {JSON, "{\"id\":1,\"x\":{\"y\":1}}",
         "9:14: a text is expected at /x, with a document {\"id\":1,\"x\":{\"y\":1}}"},
        {READ("    decode: {/x: json, /z: json}\n"), "{\"id\":1,\"x\":\"[1]\",\"z\":\"]\"}",
         "9:24: no JSON at /z: neither a value nor null, true or false (line 1, column 1) {\"id\":1,\"x\":\"[1]\",\"z\":\"]\"}"},
        {READ("    decode: {/x: json}\n    version: /x/v\n"), "{\"id\":1,\"x\":\"{\\\"n\\\":1}\"}",
         "10:14: nothing at /x/v {\"id\":1,\"x\":\"{\\\"n\\\":1}\"}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void names_of_what_is_decoded_and_split_may_be_loose(void **state)
{
#define LOOSE(names, more) READ("    names: " names "\n    decode: {/Doc/X: xml}\n") more
#define SPLIT              "      split: {list: /List, rest: /Rest}\n"
    static const struct row rows[] = {
        {LOOSE("loose", ""), "{\"ID\":1,\"doc\":{\"x\":\"<a><n>7</n></a>\"}}",
         "1 {\"ID\":1,\"doc\":{\"x\":{\"n\":\"7\"}}}"},
        {LOOSE("exact", ""), "{\"id\":1,\"doc\":{\"x\":\"<a><n>7</n></a>\"}}",
         "1 {\"id\":1,\"doc\":{\"x\":\"<a><n>7</n></a>\"}}"},
        /* the list is left out of the rest, or each record would bring all of them */
        {LOOSE("loose", SPLIT), "{\"a\":1,\"LIST\":[{\"Id\":1},{\"iD\":2}]}",
         "1 {\"Id\":1,\"Rest\":{\"a\":1}}; 2 {\"iD\":2,\"Rest\":{\"a\":1}}"},
        {LOOSE("loose", SPLIT), "{\"a\":1,\"list\":[{\"id\":1,\"REST\":0}]}",
         "1 {\"id\":1,\"REST\":{\"a\":1}}"},
    };
#undef LOOSE
#undef SPLIT

    (void)state;
    check(rows, SG_ROWS(rows));
}

/* `count` brackets, each way. */
static const char *nested(struct sg_arena *arena, size_t count)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t i = 0; i < 2 * count; i++)
        sg_buffer_add_byte(&out, i < count ? '[' : ']');
    return sg_buffer_c(&out);
}

static void a_tree_that_could_not_be_read_again_is_refused(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *good =
        sg_str_c(arena, sg_str_format(arena, "{\"id\":1,\"x\":\"%s\"}", nested(arena, 63)));
    const char *deep =
        sg_str_c(arena, sg_str_format(arena, "{\"id\":1,\"x\":\"%s\"}", nested(arena, 64)));

    (void)state;
    assert_true(sg_str_starts(sg_str_of(events_of(arena, JSON, good, 1000)), "1 "));
    assert_true(sg_str_starts(sg_str_of(events_of(arena, JSON, deep, 1000)),
                              "9:14: deeper than 64 levels {\"id\""));
}

static void each_element_of_a_list_is_a_record_with_the_rest_of_its_item(void **state)
{
#define SPLIT(list) READ("") "      split: {list: " list ", rest: /of}\n"
#define HISTORY     SPLIT("/history")
    static const struct row rows[] = {
        {HISTORY, "{\"no\":7,\"history\":[{\"id\":1},{\"id\":2}],\"at\":8}",
         "1 {\"id\":1,\"of\":{\"no\":7,\"at\":8}}; 2 {\"id\":2,\"of\":{\"no\":7,\"at\":8}}"},
        {HISTORY, "{\"no\":7,\"history\":{\"id\":1}}", "1 {\"id\":1,\"of\":{\"no\":7}}"},
        {HISTORY, "{\"no\":7,\"history\":[]}", ""}, /* nothing has happened to it yet */
        {HISTORY, "{\"no\":7}", ""},
        {HISTORY, "{\"no\":7,\"history\":null}", ""},
        {SPLIT("/a/list"), "{\"a\":[{\"list\":[{\"id\":1}],\"n\":2}],\"b\":3}",
         "1 {\"id\":1,\"of\":{\"a\":[{\"n\":2}],\"b\":3}}"},
        {SPLIT("/a/1"), "{\"a\":[{\"id\":1},{\"id\":2}]}",
         "2 {\"id\":2,\"of\":{\"a\":[{\"id\":1}]}}"},
        {READ("    where: {from: /id, equals: \"2\"}\n") "      split: {list: /l, rest: /of/it}\n",
         "{\"l\":[{\"id\":1},{\"id\":2,\"of\":{\"x\":3}}]}",
         "2 {\"id\":2,\"of\":{\"x\":3,\"it\":{}}}"},
        {READ("    decode: {/l: json}\n") "      split: {list: /l/h, rest: /of}\n",
         "{\"l\":\"{\\\"h\\\":[{\\\"id\\\":5}]}\"}", "5 {\"id\":5,\"of\":{\"l\":{}}}"},
        /* those that can be told are taken, and the item is kept once for all that cannot */
        {HISTORY, "{\"history\":[{\"x\":1},{\"id\":2},{\"x\":3}]}",
         "2 {\"id\":2,\"of\":{}}; 7:9: nothing at /id {\"history\":[{\"x\":1},{\"id\":2},{\"x\":3}]}"},
        {HISTORY, "{\"history\":[4,{\"id\":2}]}",
         "2 {\"id\":2,\"of\":{}}; 13:7: an entry of `list` is no object, so the rest has no place in it "
         "{\"history\":[4,{\"id\":2}]}"},
        {SPLIT("/a/list"), "{\"a\":[{\"list\":1},{\"list\":2}]}",
         "13:7: 2 elements at /a, one expected {\"a\":[{\"list\":1},{\"list\":2}]}"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_rest_that_would_be_written_too_often_is_refused(void **state)
{
    enum { ENTRIES = 40, REST = SG_ITEM_MAX_BYTES / ENTRIES };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *item[2];

    (void)state;
    for (int more = 0; more < 2; more++) {
        struct sg_buffer out = {.arena = arena};

        sg_buffer_add(&out, SG_STR("{\"x\":\""));
        for (int i = 0; i < REST - 8; i++)
            sg_buffer_add_byte(&out, 'x');
        sg_buffer_add(&out, SG_STR("\",\"history\":[{\"id\":1}"));
        for (int i = 1; i < ENTRIES + more; i++)
            sg_buffer_add(&out, SG_STR(",{\"id\":1}"));
        sg_buffer_add(&out, SG_STR("]}"));
        item[more] = sg_buffer_c(&out);
    }
    assert_true(sg_str_starts(sg_str_of(events_of(arena, HISTORY, item[0], 1000)),
                              "6:3: too large: 838")); /* as events, each for itself */
    assert_string_equal(events_of(arena, HISTORY, item[1], 1000),
                        "13:7: too large: 41 records, each with 838860 bytes of the item ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_in_a_text_takes_its_place_as_a_tree),
        cmocka_unit_test(names_of_what_is_decoded_and_split_may_be_loose),
        cmocka_unit_test(a_tree_that_could_not_be_read_again_is_refused),
        cmocka_unit_test(each_element_of_a_list_is_a_record_with_the_rest_of_its_item),
        cmocka_unit_test(a_rest_that_would_be_written_too_often_is_refused),
    };
    return cmocka_run_group_tests_name("item", tests, NULL, NULL);
}
