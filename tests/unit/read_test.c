#include "connectors/read.h"

#include "connector_unit.h"

#define SYSTEM(rules)                                                                      \
    "system: s\nurl: http://127.0.0.1:1\nformat: json\nzone: Asia/Tehran\nrecords:\n"      \
    "  ticket:\n    id: /id\n    key: /key\n    version: {from: /at, optional: true}\n"    \
    "    where: {not: {from: /hidden, equals: true}}\n"                                    \
    "    read:\n      request: {get: \"/t/{/id}.json\", query: {at: {from: now:/time}}}\n" \
    "      items: /items\n" rules

#define REFERENCE "      reference: {from: /ref, optional: true}\n"

static struct sg_reading reading_of(const struct sg_system *system)
{
    return (struct sg_reading){
        {.system = system, .record = &system->records[0], .max_bytes = 100000},
        SG_STR("44/1405"),
        UNIT_NOW_MS};
}

static void an_id_is_put_into_the_request_and_nothing_else(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_reading reading = reading_of(unit_system(arena, SYSTEM("")));
    struct sg_request request;
    struct sg_error err;

    (void)state;
    assert_true(sg_read_request(&reading, arena, &request, &err));
    assert_string_equal(sg_str_c(arena, request.path), "/t/44%2F1405.json");
    assert_int_equal(request.query_count, 1);
    assert_string_equal(sg_str_c(arena, request.query[0].value), "2026-07-01T04:30:00Z");
}

/* "found VERSION REFERENCE", or how else it ended and what is said of it. */
static const char *outcome(struct sg_arena *arena, const char *yaml, const struct sg_reply *reply)
{
    static const char *const ends[] = {"found", "left out", "none", "wait", "refused"};
    const struct sg_reading reading = reading_of(unit_system(arena, yaml));
    struct sg_read read;

    sg_read_take(&reading, reply, arena, &read);
    if (read.end == SG_READ_FOUND)
        return sg_str_c(arena,
                        sg_str_format(arena, "found %.*s %.*s", SG_STR_ARG(read.event.version),
                                      SG_STR_ARG(read.reference)));
    return sg_str_c(arena, sg_str_format(arena, "%s%s%.*s", ends[read.end],
                                         read.said.length > 0 ? ": " : "", SG_STR_ARG(read.said)));
}

#define ITEM(more) "{\"id\":\"44/1405\",\"key\":\"k\",\"at\":\"7\"" more "}"
#define OTHER      "{\"id\":\"45/1405\",\"key\":\"k\",\"at\":\"8\"}"
#define ITEMS(all) "{\"items\":[" all "]}"

static void an_answer_is_the_record_that_was_asked_for_or_says_why_not(void **state)
{
    static const struct {
        const char *yaml;
        int status;
        const char *body, *outcome;
    } rows[] = {
        {SYSTEM(""), 200, ITEMS(ITEM("")), "found 7 "},
        {SYSTEM(""), 200, "{\"items\":" ITEM("") "}", "found 7 "},
        {SYSTEM(""), 200, ITEMS(OTHER "," ITEM("")), "found 7 "},
        {SYSTEM(REFERENCE), 200, ITEMS(ITEM(",\"ref\":\"n-1.1\"")), "found 7 n-1.1"},
        {SYSTEM(REFERENCE), 200, ITEMS(ITEM("")), "found 7 "},
        {SYSTEM(REFERENCE), 200, ITEMS(ITEM(",\"ref\":[1,2]")), "found 7 "},
        {SYSTEM(""), 200, ITEMS(ITEM(",\"hidden\":true")), "left out"},
        {SYSTEM(""), 200, ITEMS(""), "none"},
        {SYSTEM(""), 404, "{}", "none"},
        {SYSTEM(""), 200, ITEMS(OTHER),
         "refused: it answers with another record than was asked for"},
        {SYSTEM(""), 200, ITEMS("{\"id\":\"44/1405\"}"), "refused: nothing at /key"},
        {SYSTEM(""), 200, "{}", "refused: the answer lacks what `items` names"},
        {SYSTEM(""), 403, "{}", "refused: HTTP 403"},
        {SYSTEM("      answers: [{status: 403, is: none}]\n"), 403, "{}", "none"},
        {SYSTEM("      answers: [{status: 404, is: permanent, say: /why}]\n"), 404,
         "{\"why\":\"gone\"}", "refused: gone"},
        {SYSTEM(""), 503, "{}", "wait: HTTP 503"},
        {SYSTEM(""), 500, "{}", "wait: HTTP 500"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_reply reply = unit_reply(arena, rows[r].status, NULL, rows[r].body);

        assert_string_equal(outcome(arena, rows[r].yaml, &reply), rows[r].outcome);
    }
}

static void a_record_is_opened_as_when_it_is_polled(void **state)
{
    static const char decoded[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n  ticket:\n"
        "    id: /doc/id\n    key: /doc/key\n    version: /doc/at\n    decode: {/doc: json}\n"
        "    read: {request: {get: /t}, items: /items, reference: /doc/ref}\n";
    static const char split[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n  ticket:\n"
        "    id: /id\n    key: /whole/key\n    version: /at\n"
        "    poll:\n      every: 1s\n      request: {get: /t}\n      items: /items\n"
        "      split: {list: /steps, rest: /whole}\n"
        "    read: {request: {get: /t}, items: /items, reference: /whole/ref}\n";
    static const struct {
        const char *yaml, *body, *outcome;
    } rows[] = {
        {decoded,
         ITEMS("{\"doc\":\"{\\\"id\\\":\\\"44/1405\\\",\\\"key\\\":1,\\\"at\\\":7,"
               "\\\"ref\\\":\\\"n-1.1\\\"}\"}"),
         "found 7 n-1.1"},
        {decoded, ITEMS("{\"doc\":\"{\"}"),
         "refused: no JSON at /doc: the name of a member is expected, in quotes (line 1, column 2)"},
        {split, ITEMS("{\"key\":1,\"ref\":\"n-1.1\",\"steps\":[" OTHER "," ITEM("") "]}"),
         "found 7 n-1.1"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_reply reply = unit_reply(arena, 200, NULL, rows[r].body);

        assert_string_equal(outcome(arena, rows[r].yaml, &reply), rows[r].outcome);
    }
}

static void a_system_that_was_not_reached_is_asked_again(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_reply away = {.kind = SG_REPLY_NOT_SENT,
                                  .problem = SG_STR_INIT("connection refused")};

    (void)state;
    assert_string_equal(outcome(arena, SYSTEM(""), &away), "wait: connection refused");
}

#define RECORD(rules)                                                             \
    "system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n  case:\n" rules \
    "    read: {request: {get: /t}, items: \"\"}\n"

static void a_record_whose_id_is_its_key_is_the_ticket_or_the_linked_thing_itself(void **state)
{
    static const struct {
        const char *yaml;
        bool is_named_by_key;
    } rows[] = {
        {RECORD("    id: /no\n    key: /no\n"), true},
        {RECORD("    id: /no\n    key: {link: /no}\n"), true},
        {RECORD("    id: /no\n    key: {link: /no, wait: 1h}\n"), true},
        {RECORD("    id: {from: /no, with: trim}\n    key: {link: {from: /no, with: trim}}\n"),
         true},
        {RECORD("    id: /no\n    key: /ticket\n"), false},
        {RECORD("    id: /no\n    key: {link: /case}\n"), false},
        {RECORD("    id: {from: /no, with: trim}\n    key: {link: /no}\n"), false},
        {RECORD("    id: {from: /no, with: trim}\n    key: {link: {from: /no, with: lower}}\n"),
         false},
        {RECORD("    id: {from: /no}\n    key: {from: /no, with: trim}\n"), false},
        {RECORD("    id: {join: [/a, /b]}\n    key: {first: [/a, /b]}\n"), false},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_int_equal(unit_system(arena, rows[r].yaml)->records[0].is_named_by_key,
                         rows[r].is_named_by_key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_put_into_the_request_and_nothing_else),
        cmocka_unit_test(an_answer_is_the_record_that_was_asked_for_or_says_why_not),
        cmocka_unit_test(a_record_is_opened_as_when_it_is_polled),
        cmocka_unit_test(a_system_that_was_not_reached_is_asked_again),
        cmocka_unit_test(a_record_whose_id_is_its_key_is_the_ticket_or_the_linked_thing_itself),
    };
    return cmocka_run_group_tests_name("read", tests, NULL, NULL);
}
