#include "connector_unit.h"
#include "connectors/catalog.h"

/* What the test inside a file says when it is run, without its place; "" when it passes. */
static const char *said(struct sg_arena *arena, const char *yaml)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_system *system = unit_system(arena, yaml);
    size_t passed = 0, failed = 0;

    sg_system_run_tests(system, findings, &passed, &failed);
    assert_int_equal(passed + failed, 1);
    assert_int_equal(failed, sg_findings_errors(findings));
    const char *text = sg_str_c(arena, sg_findings_text(arena, findings));

    return failed == 0 ? "" : strstr(text, "test \"t\": ") + strlen("test \"t\": ");
}

#define SYSTEM(poll, test)                                                         \
    "system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n  letter:\n"      \
    "    id: /id\n    key: /key\n    poll:\n      every: 1s\n"                     \
    "      request: {get: /t}\n      items: /items\n" poll "tests:\n  - name: t\n" \
    "    record: letter\n    answer: {status: 200, body: '{\"items\":[{\"id\":1}," \
    "{\"id\":2}]}'}\n" test
#define FETCH "      fetch: [{request: {get: \"/t/{/id}\"}}]\n"
#define WHOLE(id) \
    "{sends: {get: /t/" id "}, answer: {status: 200, body: '{\"id\":" id ",\"key\":\"k" id "\"}'}}"
#define EVENTS        "    events: [{id: \"1\", key: k1}, {id: \"2\", key: k2}]\n"
#define FETCHES(list) "    fetches: [" list "]\n"

static void a_records_test_answers_its_fetches_in_their_order(void **state)
{
    static const char *const rows[][2] = {
        {SYSTEM(FETCH, FETCHES(WHOLE("1") ", " WHOLE("2")) EVENTS), ""},
        {SYSTEM("      fetch: [{request: {get: \"/t/{/ID}\"}}]\n    names: loose\n",
                FETCHES(WHOLE("1") ", " WHOLE("2")) EVENTS),
         ""},
        {SYSTEM(FETCH, FETCHES(WHOLE("1")) EVENTS), "`fetches` has no answer for get /t/2\n"},
        {SYSTEM(FETCH, EVENTS), "`fetches` has no answer for get /t/1\n"},
        {SYSTEM(FETCH, FETCHES(WHOLE("1") ", " WHOLE("2") ", " WHOLE("3")) EVENTS),
         "`fetches` has more answers than are asked for\n"},
        {SYSTEM(FETCH, FETCHES(WHOLE("2") ", " WHOLE("1")) EVENTS),
         "the request: expected get /t/2, got get /t/1\n"},
        {SYSTEM(FETCH, FETCHES(WHOLE("1") ", {answer: {status: 503}}") EVENTS),
         "a fetch, is: expected success or none, got temporary\n"},
        {SYSTEM(FETCH, FETCHES(WHOLE("1") ", {answer: {status: 404}}") EVENTS),
         "there is no such record to be fetched\n"},
        {SYSTEM(
             "      fetch: [{request: {get: /k}, into: /more, where: {from: /id, equals: 2}}]\n"
             "    decode: {/more: json}\n",
             FETCHES(
                 "{answer: {status: 200, body: '\"{\\\"n\\\":3}\"'}}") "    events: [{id: \"1\"}, {id: \"2\"}]\n"),
         "nothing at /key\n"},
        {SYSTEM("      split: {list: /l, rest: /of}\n", "    events: []\n"), ""},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(said(arena, rows[r][0]), rows[r][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_records_test_answers_its_fetches_in_their_order),
    };
    return cmocka_run_group_tests_name("fetch_tests", tests, NULL, NULL);
}
