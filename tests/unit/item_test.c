#include "connectors/item.h"

#include "connector_unit.h"

/* What a record says beside its id and key stands on line 9. */
#define SYSTEM(format, rules)                                       \
    "system: s\nurl: http://127.0.0.1:1\nformat: " format "\n"      \
    "zone: Asia/Tehran\nrecords:\n  letter:\n    id: {from: /id}\n" \
    "    key: {from: /key, default: k}\n" rules                     \
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_in_a_text_takes_its_place_as_a_tree),
        cmocka_unit_test(a_tree_that_could_not_be_read_again_is_refused),
    };
    return cmocka_run_group_tests_name("item", tests, NULL, NULL);
}
