#include "connector_unit.h"

#define SOAP11 "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
#define SOAP12 "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>"
#define END    "</s:Body></s:Envelope>"
#define FAULT11(code, text)                                             \
    SOAP11 "<s:Fault><faultcode>" code "</faultcode><faultstring>" text \
           "</faultstring></s:Fault>" END

static const char JSON[] =
    "system: s\n"
    "url: http://127.0.0.1:1\n"
    "format: json\n"
    "answers:\n"
    "  - {status: 403, is: temporary, say: /0/description}\n"
    "  - {when: {from: /code, equals: \"-90\"}, is: temporary, say: /message}\n"
    "  - {when: {from: /code, equals: \"-1\"}, is: permanent, say: /errors}\n"
    "  - {status: 422, when: {from: /code, equals: dup}, is: exists}\n"
    "  - {status: 4xx, say: /0/description}\n"
    "operations:\n"
    "  add:\n"
    "    once: resend\n"
    "    request: {post: /add}\n"
    "    input: {/a: {}}\n"
    "    answers: [{status: [409, 410], is: success}]\n";

static const char GAM[] = "system: s\n"
                          "url: http://127.0.0.1:1\n"
                          "format: soap\n"
                          "soap: \"1.1\"\n"
                          "namespaces: {\"\": \"urn:g\"}\n"
                          "unwrap: 2\n"
                          "answers:\n"
                          "  - {fault: Busy, is: temporary}\n"
                          "  - {fault: Duplicate, is: exists}\n"
                          "  - {when: {from: /Code, equals: \"7\"}, is: permanent, say: /Message}\n"
                          "operations:\n"
                          "  add:\n"
                          "    once: resend\n"
                          "    request: {soap: Add}\n"
                          "    input: {/a: {}}\n";

static const char XML[] = "system: s\n"
                          "url: http://127.0.0.1:1\n"
                          "format: xml\n"
                          "namespaces: {v: \"urn:v\"}\n"
                          "answers:\n"
                          "  - {when: {from: \"/Error/@v:no\", equals: 7}, is: permanent, say: "
                          "/Error}\n"
                          "operations:\n"
                          "  add:\n"
                          "    once: resend\n"
                          "    request: {get: /add}\n"
                          "    input: {/a: {}}\n";

struct row {
    int status;
    const char *body, *of_read, *of_write;
};

/* "outcome: said". */
static const char *judged(struct sg_arena *arena, const struct sg_system *system,
                          enum sg_call_kind kind, const struct sg_reply *reply)
{
    struct sg_answer answer;

    sg_answer_judge(&(struct sg_exchange){system, NULL, reply, UNIT_NOW_MS}, kind,
                    kind == SG_CALL_WRITE ? system->operations[0].answers : NULL, arena, &answer);
    struct sg_str text = sg_str_format(arena, "%s%s%.*s", unit_outcome(answer.outcome),
                                       answer.said.length > 0 ? ": " : "", SG_STR_ARG(answer.said));
    return sg_str_c(arena, text);
}

static void check(const char *yaml, const struct row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, yaml);
        const struct sg_reply reply = unit_reply(arena, rows[r].status, NULL, rows[r].body);

        assert_string_equal(judged(arena, system, SG_CALL_READ, &reply), rows[r].of_read);
        assert_string_equal(judged(arena, system, SG_CALL_WRITE, &reply), rows[r].of_write);
    }
}

static void a_status_means_what_the_table_says(void **state)
{
    static const struct row rows[] = {
        {200, "{}", "success", "success"},
        {201, "", "success", "success"},
        {204, " \r\n", "success", "success"},
        {301, "", "permanent: HTTP 301", "permanent: HTTP 301"},
        {400, "", "permanent: HTTP 400", "permanent: HTTP 400"},
        {401, "", "temporary: HTTP 401", "temporary: HTTP 401"},
        {404, "", "none", "permanent: HTTP 404"},
        {404, "[{\"description\":\"no such\"}]", "none: no such", "permanent: no such"},
        {408, "", "temporary: HTTP 408", "unknown: HTTP 408"},
        {425, "", "temporary: HTTP 425", "temporary: HTTP 425"},
        {429, "", "temporary: HTTP 429", "temporary: HTTP 429"},
        {500, "", "temporary: HTTP 500", "unknown: HTTP 500"},
        {502, "<html>", "temporary: HTTP 502", "unknown: HTTP 502"},
        {400, "<html>", "permanent: HTTP 400", "permanent: HTTP 400"},
        {200, "{\"a\":1,}",
         "temporary: HTTP 200, malformed: the name of a member is expected, in quotes (line 1, column 8)",
         "unknown: HTTP 200, malformed: the name of a member is expected, in quotes (line 1, column 8)"},
        {503, "{}", "temporary: HTTP 503", "temporary: HTTP 503"},
        {101, "", "temporary: HTTP 101", "unknown: HTTP 101"},
    };

    (void)state;
    check(JSON, rows, SG_ROWS(rows));
}

static void the_first_answer_of_the_file_that_fits_decides(void **state)
{
    static const struct row rows[] = {
        {403, "[{\"description\":\"unknown key\"}]", "temporary: unknown key",
         "temporary: unknown key"},
        {409, "{}", "permanent: HTTP 409", "success"}, /* the operation's own come first */
        {410, "<", "permanent: HTTP 410", "success"},
        {200, "{\"code\":-90,\"message\":\"later\"}", "temporary: later", "temporary: later"},
        {200, "{\"code\":\"-1\",\"errors\":[\"a\",\"b\"]}", "permanent: a; b", "permanent: a; b"},
        {200, "{\"code\":0}", "success", "success"},
        {500, "{\"code\":-90}", "temporary: HTTP 500", "unknown: HTTP 500"}, /* `when` alone */
        {422, "{\"code\":\"dup\"}", "exists", "exists"},
        {422, "{\"code\":\"x\"}", "permanent: HTTP 422", "permanent: HTTP 422"},
        {422, "[{\"description\":\"call 09151234567\"}]", "permanent: call ***",
         "permanent: call ***"},
    };

    (void)state;
    check(JSON, rows, SG_ROWS(rows));
}

static void a_fault_means_what_the_table_says(void **state)
{
    static const struct row rows[] = {
        {500, FAULT11("s:Client", "no"), "permanent: no", "permanent: no"},
        {500, FAULT11("s:Client.Auth", "no"), "permanent: no", "permanent: no"},
        {500, FAULT11("s:Server", "oops"), "temporary: oops", "unknown: oops"},
        {200, FAULT11("Server", "oops"), "temporary: oops", "unknown: oops"},
        {500, FAULT11("s:Server.Busy", "wait"), "temporary: wait", "temporary: wait"},
        {500, FAULT11("s:Busy.Server", "wait"), "temporary: wait", "temporary: wait"},
        {500, FAULT11("s:Server.Busyness", "x"), "temporary: x", "unknown: x"},
        {500, FAULT11("s:Client.Duplicate", "x"), "exists: x", "exists: x"},
        {500, FAULT11("s:MustUnderstand", "x"), "permanent: x", "permanent: x"},
        {500, FAULT11("x", "odd"), "temporary: odd", "unknown: odd"},
        {400, FAULT11("x", "odd"), "permanent: odd", "permanent: odd"},
        {503, FAULT11("s:Client", "x"), "temporary: x", "temporary: x"},
        {404, FAULT11("s:Client", "x"), "permanent: x", "permanent: x"},
        {500,
         SOAP11 "<s:Fault><faultcode>s:Server</faultcode><faultstring>f</faultstring><detail>"
                "<e:Duplicate xmlns:e=\"urn:e\"/></detail></s:Fault>" END,
         "exists: f", "exists: f"},
        {500,
         SOAP12 "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>g:X</s:Value>"
                "<s:Subcode><s:Value>g:Duplicate</s:Value></s:Subcode></s:Subcode></s:Code>"
                "<s:Reason><s:Text xml:lang=\"fa\">شد</s:Text><s:Text xml:lang=\"en\">done</s:Text>"
                "</s:Reason></s:Fault>" END,
         "exists: شد", "exists: شد"},
        {500,
         SOAP12 "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
                "<s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason></s:Fault>" END,
         "permanent: no", "permanent: no"},
        {500,
         SOAP12 "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason/>"
                "<s:Detail><Busy>1</Busy></s:Detail></s:Fault>" END,
         "temporary: HTTP 500", "temporary: HTTP 500"},
    };

    (void)state;
    check(GAM, rows, SG_ROWS(rows));
}

static void an_xml_answer_is_read_from_inside_its_root(void **state)
{
    static const struct row rows[] = {
        {200, "<r><Row/></r>", "success", "success"},
        {200, "", "success", "success"},
        {404, "<r/>", "none", "permanent: HTTP 404"},
        {200, "<r xmlns:w='urn:v'><Error w:no='7'>\xd9\x86\xd9\x87</Error></r>",
         "permanent: \xd9\x86\xd9\x87", "permanent: \xd9\x86\xd9\x87"},
        {200, "<r><Error no='7'>a</Error></r>", "success", "success"},
        {200, "{}",
         "temporary: HTTP 200, malformed: the document does not begin with an element (line 1, column 1)",
         "unknown: HTTP 200, malformed: the document does not begin with an element (line 1, column 1)"},
        {200, "<!DOCTYPE r []><r/>",
         "temporary: HTTP 200, malformed: a DTD is not taken (line 1, column 13)",
         "unknown: HTTP 200, malformed: a DTD is not taken (line 1, column 13)"},
    };

    (void)state;
    check(XML, rows, SG_ROWS(rows));
}

static void an_answer_is_read_in_the_character_set_of_its_system(void **state)
{
    static const char yaml[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: xml\n"
        "charset: windows-1256\n"
        "answers:\n"
        "  - {when: {from: /\u06af, is: present}, is: permanent, say: /\u06af}\n"
        "operations:\n"
        "  add: {once: resend, request: {get: /add}, input: {/a: {}}}\n";
    static const struct row rows[] = {
        {200, "<?xml version='1.0' encoding='windows-1256'?><r><\x90>\xD4\xED&#1740;</\x90></r>",
         "permanent: \u0634\u064a\u06cc", "permanent: \u0634\u064a\u06cc"},
        {200, "<r><a>\xD4</a></r>", "success", "success"},
    };

    (void)state;
    check(yaml, rows, SG_ROWS(rows));
}

static void names_of_an_answer_may_be_loose(void **state)
{
    static const char yaml[] = "system: s\nurl: http://127.0.0.1:1\nformat: xml\nnames: loose\n"
                               "answers:\n"
                               "  - {when: {from: /Error/@No, equals: 7}, is: permanent, say: "
                               "/Error}\n"
                               "operations:\n"
                               "  add: {once: resend, request: {get: /add}, input: {/a: {}}}\n";
    static const struct row rows[] = {
        {200, "<r><error no='7'>a</error></r>", "permanent: a", "permanent: a"},
        {200, "<r><ERROR NO='8'>a</ERROR></r>", "success", "success"},
    };

    (void)state;
    check(yaml, rows, SG_ROWS(rows));
}

static void an_envelope_is_opened_to_where_pointers_start(void **state)
{
    static const struct row rows[] = {
        {200, SOAP11 "<R xmlns=\"urn:g\"><S><Code>7</Code><Message>m</Message></S></R>" END,
         "permanent: m", "permanent: m"},
        {200, SOAP11 "<R xmlns=\"urn:g\"><S><Code>1</Code></S></R>" END, "success", "success"},
        {200, SOAP11 "<R/>" END, "success", "success"},
        {200, SOAP11 END, "success", "success"},
        {200, "", "success", "success"},
        {200, "<html/>", "temporary: HTTP 200, malformed: no SOAP envelope",
         "unknown: HTTP 200, malformed: no SOAP envelope"},
    };

    (void)state;
    check(GAM, rows, SG_ROWS(rows));
}

static void what_was_not_sent_waits_and_what_was_lost_is_in_doubt(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, JSON);
    struct sg_reply reply = {.kind = SG_REPLY_NOT_SENT, .problem = SG_STR("connection refused")};

    (void)state;
    assert_string_equal(judged(arena, system, SG_CALL_WRITE, &reply),
                        "temporary: connection refused");
    reply = (struct sg_reply){.kind = SG_REPLY_LOST, .problem = SG_STR("timed out")};
    assert_string_equal(judged(arena, system, SG_CALL_READ, &reply), "temporary: timed out");
    assert_string_equal(judged(arena, system, SG_CALL_WRITE, &reply), "unknown: timed out");
}

static void retry_after_is_read_in_seconds_and_as_a_date(void **state)
{
    static const struct {
        const char *header;
        int64_t retry_after_ms, date_ms;
    } rows[] = {
        {"retry-after: 7", 7000, 0},
        {"retry-after: 0", 0, 0},
        {"retry-after: -5", 0, 0},
        {"retry-after: 99999999999", INT64_C(86400000), 0},
        {"retry-after: Wed, 01 Jul 2026 04:30:30 GMT", 30000, 0},
        {"retry-after: Wed, 01 Jul 2026 04:00:00 GMT", 0, 0},
        {"retry-after: Wednesday, 01-Jul-26 04:31:00 GMT", 60000, 0},
        {"retry-after: soon", 0, 0},
        {"retry-after: 01 Jul 666666666 04:30:00 GMT", 0,
         0}, /* a year of four digits is expected */
        {"date: Wed, 01 Jul 2026 04:30:00 GMT", 0, UNIT_NOW_MS},
        {"date: Wed Jul  1 04:30:00 2026", 0, UNIT_NOW_MS},
        {"date: yesterday, perhaps", 0, 0},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, JSON);
        const struct sg_reply reply = unit_reply(arena, 503, rows[r].header, "");
        struct sg_answer answer;

        sg_answer_judge(&(struct sg_exchange){system, NULL, &reply, UNIT_NOW_MS}, SG_CALL_READ,
                        NULL, arena, &answer);
        assert_int_equal(answer.retry_after_ms, rows[r].retry_after_ms);
        assert_int_equal(answer.date_ms, rows[r].date_ms);
    }
}

static void what_is_of_a_session_is_not_repeated_in_words(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, JSON);
    struct sg_node *values = sg_node_new(arena, SG_NODE_OBJECT);
    const struct sg_session session = {.values = values, .token = SG_STR("bearer-token")};
    struct sg_reply reply = unit_reply(
        arena, 403, NULL, "[{\"description\":\"secret-a is no secret-a, nor bearer-token\"}]");
    struct sg_answer answer;

    (void)state;
    (void)sg_node_add(values, SG_STR("a"), sg_node_text(arena, SG_STR("secret-a")));
    reply.session = &session;
    sg_answer_judge(&(struct sg_exchange){system, NULL, &reply, UNIT_NOW_MS}, SG_CALL_READ, NULL,
                    arena, &answer);
    assert_string_equal(sg_str_c(arena, answer.said), "*** is no ***, nor ***");
}

static const char FIND[] = "system: s\n"
                           "url: http://127.0.0.1:1\n"
                           "format: json\n"
                           "operations:\n"
                           "  add:\n"
                           "    link: opens\n"
                           "    request: {post: /add}\n"
                           "    input: {/ref: {required: true}}\n"
                           "    gives: {id: /id}\n"
                           "    once:\n"
                           "      visible_after: 1m\n"
                           "      find:\n"
                           "        request: {get: /find, query: {ref: /ref}}\n"
                           "        items: /cases\n"
                           "        where: {from: /ref, equals: {from: input:/ref}}\n"
                           "        gives: {id: /id}\n";

static void a_look_up_counts_what_it_finds(void **state)
{
    static const struct {
        int status;
        const char *body, *found;
    } rows[] = {
        {200, "{\"cases\":[{\"ref\":\"r\",\"id\":5}]}", "success 1 5"},
        {200, "{\"cases\":{\"ref\":\"r\",\"id\":5}}", "success 1 5"},
        {200, "{\"cases\":[{\"ref\":\"x\",\"id\":4},{\"ref\":\"r\",\"id\":5}]}", "success 1 5"},
        {200, "{\"cases\":[{\"ref\":\"r\",\"id\":5},{\"ref\":\"r\",\"id\":6}]}", "success 2 5"},
        {200, "{\"cases\":[]}", "success 0 "},
        {200, "{\"cases\":null}", "success 0 "},
        {204, "", "success 0 "},
        {404, "", "none 0 "},
        /* what cannot be read is never "not found" */
        {200, "", "temporary 0 "},
        {200, "{\"error\":1}", "temporary 0 "},
        {200, "{\"cases\":[{\"ref\":\"r\"}]}", "temporary 0 "},
        {200, "{\"cases\"", "temporary 0 "},
        {500, "", "temporary 0 "},
        {400, "", "permanent 0 "},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, FIND);
        const struct sg_reply reply = unit_reply(arena, rows[r].status, NULL, rows[r].body);
        struct sg_found found;
        char text[100];

        sg_answer_find(
            &(struct sg_exchange){system, unit_json(arena, "{\"ref\":\"r\"}"), &reply, UNIT_NOW_MS},
            &system->operations[0], arena, &found);
        (void)snprintf(text, sizeof text, "%s %zu %.*s", unit_outcome(found.outcome), found.count,
                       SG_STR_ARG(found.given.id));
        assert_string_equal(text, rows[r].found);
    }
}

static const char GIVES[] =
    "system: s\n"
    "url: http://127.0.0.1:1\n"
    "format: json\n"
    "records:\n"
    "  ticket: {id: /id, key: /id, read: {request: {get: \"/t/{/id}\"}, items: \"\"}}\n"
    "operations:\n"
    "  add:\n"
    "    once: resend\n"
    "    request: {post: /add}\n"
    "    input: {/status: {}, /note: {}}\n"
    "    gives: {record: ticket, id: /0/id, version: headers:/ETag,"
    " shows: {/status: /status, /notes/last: /note}}\n";

static void an_answer_gives_id_version_and_what_the_record_will_show(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, GIVES);
    const struct sg_reply reply = unit_reply(arena, 200, "etag: v7", "");
    const struct sg_str shown = SG_STR("/status"),
                        both[] = {SG_STR("/status"), SG_STR("/notes/last")};
    struct sg_rule_run run = {.arena = arena};
    struct sg_given given;

    (void)state;
    assert_true(sg_answer_give(&system->operations[0].gives, unit_json(arena, "[{\"id\":12}]"),
                               unit_json(arena, "{\"status\":\"answered\"}"), &reply, &run,
                               &given));
    assert_true(sg_str_is(given.id, "12"));
    assert_true(sg_str_is(given.version, "v7"));
    /* what was not sent is not said to show */
    assert_true(sg_str_equal(
        given.shows, sg_shape_of(arena, unit_json(arena, "{\"status\":\"answered\",\"x\":1}"),
                                 &shown, 1, false)));
    assert_true(sg_answer_give(&system->operations[0].gives, unit_json(arena, "[{\"id\":12}]"),
                               unit_json(arena, "{\"status\":\"a\",\"note\":\"b\"}"), &reply, &run,
                               &given));
    assert_true(sg_str_equal(
        given.shows,
        sg_shape_of(arena, unit_json(arena, "{\"status\":\"a\",\"notes\":{\"last\":\"b\"}}"), both,
                    2, false)));
    assert_false(sg_answer_give(&system->operations[0].gives, unit_json(arena, "[{\"no\":12}]"),
                                unit_json(arena, "{}"), &reply, &run, &given));
    assert_non_null(run.problems);
}

/* Else our own change, which comes back in the system's letters, would look like a person's. */
static void what_a_loose_record_will_show_is_told_in_any_case(void **state)
{
    static const char yaml[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: json\n"
        "records:\n"
        "  ticket: {id: /id, key: /id, names: loose, read: {request: {get: /t}, items: \"\"}}\n"
        "operations:\n"
        "  add: {once: resend, request: {post: /t}, input: {/status: {}},\n"
        "        gives: {id: /id, record: ticket, shows: {/Status: /status}}}\n";
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, yaml);
    const struct sg_reply reply = unit_reply(arena, 200, NULL, "");
    const struct sg_str read = SG_STR("/status");
    struct sg_rule_run run = {.arena = arena};
    struct sg_given given;

    (void)state;
    assert_true(sg_answer_give(&system->operations[0].gives, unit_json(arena, "{\"id\":1}"),
                               unit_json(arena, "{\"status\":\"a\"}"), &reply, &run, &given));
    assert_true(sg_str_equal(
        given.shows, sg_shape_of(arena, unit_json(arena, "{\"STATUS\":\"a\"}"), &read, 1, true)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_means_what_the_table_says),
        cmocka_unit_test(what_is_of_a_session_is_not_repeated_in_words),
        cmocka_unit_test(the_first_answer_of_the_file_that_fits_decides),
        cmocka_unit_test(a_fault_means_what_the_table_says),
        cmocka_unit_test(an_xml_answer_is_read_from_inside_its_root),
        cmocka_unit_test(an_answer_is_read_in_the_character_set_of_its_system),
        cmocka_unit_test(names_of_an_answer_may_be_loose),
        cmocka_unit_test(an_envelope_is_opened_to_where_pointers_start),
        cmocka_unit_test(what_was_not_sent_waits_and_what_was_lost_is_in_doubt),
        cmocka_unit_test(retry_after_is_read_in_seconds_and_as_a_date),
        cmocka_unit_test(a_look_up_counts_what_it_finds),
        cmocka_unit_test(an_answer_gives_id_version_and_what_the_record_will_show),
        cmocka_unit_test(what_a_loose_record_will_show_is_told_in_any_case),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
