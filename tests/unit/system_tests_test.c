/* Tests inside of system files: what passes, and what is said of what does not. */
#include "connector_unit.h"
#include "findings_unit.h"

#define XML                                                                \
    "system: s\nurl: http://127.0.0.1:1\nformat: xml\nrecords:\n"          \
    "  row: {id: /Id, key: /Id, poll: {every: 1m, request: {get: /rows}, " \
    "items: /Row}}\n"                                                      \
    "operations:\n"                                                        \
    "  add:\n"                                                             \
    "    once: resend\n"                                                   \
    "    request: {post: /add, body: {xml: Add}}\n"                        \
    "    input: {/A: {}, /Body: {}}\n"                                     \
    "    gives: {id: /No}\n"                                               \
    "tests:\n"
#define SENDS(body)                                                                             \
    XML "- {name: t, operation: add, input: {A: الف, Body: b}, sends: {post: /add, body: " body \
        "}}\n"

static void check(const char *const (*rows)[2], size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
        size_t passed = 0, failed = 0;

        sg_system_run_tests(unit_system(arena, rows[r][0]), findings, &passed, &failed);
        assert_string_equal(unit_findings(arena, findings), rows[r][1]);
        assert_int_equal(failed, rows[r][1][0] != '\0');
        assert_int_equal(passed, rows[r][1][0] == '\0');
    }
}

static void an_xml_body_is_compared_as_a_tree(void **state)
{
    static const char *const rows[][2] = {
        {SENDS("\"<Add> <Body>b</Body> <A>الف</A> </Add>\""), ""},
        {SENDS("{A: الف, Body: b}"), ""},
        {SENDS("\"<Add><A>ب</A><Body>b</Body></Add>\""),
         "13:3: test \"t\": the body, at /A: expected \"ب\", got \"الف\""},
        {SENDS("\"<Plus><A>الف</A><Body>b</Body></Plus>\""),
         "13:3: test \"t\": the root: expected Plus, got Add"},
        {SENDS("\"<Add>\""), "13:3: test \"t\": the expected body cannot be read"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void an_xml_answer_is_read_from_inside_its_root(void **state)
{
    static const char *const rows[][2] = {
        {XML "- {name: t, operation: add, answer: {status: 200, body: \"<r><No>7</No></r>\"}, "
             "is: success, gives: {id: \"7\"}}\n",
         ""},
        {XML "- {name: t, record: row, answer: {status: 200, body: "
             "\"<r><Row><Id>1</Id></Row><Row><Id>2</Id></Row></r>\"}, events: [{id: \"1\"}, {id: "
             "\"2\"}]}\n",
         ""},
        {XML "- {name: t, record: row, answer: {status: 200, body: \"{}\"}, is: success}\n",
         "13:3: test \"t\": is: expected success, got temporary"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_test_writes_as_text_what_goes_in_an_old_character_set(void **state)
{
#define OLD(format, body)                                                             \
    "system: s\nurl: http://127.0.0.1:1\nformat: " format "\ncharset: windows-1256\n" \
    "operations:\n"                                                                   \
    "  add: {once: resend, request: {post: /t, body: " body                           \
    "}, input: {/a: {}}, gives: {id: /a}}\n"                                          \
    "tests:\n"
#define GOES(body) "- {name: t, operation: add, input: {a: یک ۷}, sends: {body: " body "}}\n"
#define COMES(body) \
    "- {name: t, operation: add, answer: {status: 200, body: '" body "'}, gives: {id: شيخ}}\n"
    static const char *const rows[][2] = {
        {OLD("json", "json") GOES("'{\"a\": \"یک ۷\"}'"), ""},
        {OLD("json", "json") GOES("{a: یک ۷}"), ""},
        {OLD("json", "json") GOES("{a: يک 7}"), ""},
        {OLD("json", "json") GOES("{a: پک 7}"),
         "8:3: test \"t\": the body, at /a: expected \"پک 7\", got \"يک 7\""},
        {OLD("json", "form") GOES("a=%ED%98%207"), ""},
        {OLD("json", "form") GOES("{a: یک ۷}"), ""},
        {OLD("xml", "{xml: R}") GOES("<R><a>یک ۷</a></R>"), ""},
        {OLD("xml", "json") COMES("<r><a>شيخ</a></r>"), ""},
        {OLD("xml", "json") COMES("<r><a>شیخ</a></r>"), ""},
        {OLD("json", "json") COMES("{\"a\": \"شیخ\"}"), ""},
        {OLD("json", "json") COMES("{\"a\": \"\u4e2d\"}"),
         "8:3: test \"t\": the answer\'s body: windows-1256 has no U+4E2D"},
    };
#undef OLD
#undef GOES
#undef COMES

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_multipart_body_is_compared_part_by_part(void **state)
{
#define PARTS(charset, body)                                                                                \
    "system: s\nurl: ${env:URL}\nformat: json\n" charset "operations:\n"                                    \
    "  add: {once: resend, request: {post: /t, body: multipart, content: {set: {/a: /a, /doc: "             \
    "{each: /doc, value: /u}}}}, input: {/a: {}, /doc: {type: list, of: {/u: {type: file}}}}}\n"            \
    "tests:\n- {name: t, operation: add, input: {a: یک ۷, doc: [{u: /f/1}, {u: http://h/f/2}]}, sends: " \
    "{post: /t, headers: {Content-Type: multipart/form-data}, body: " body "}}\n"
    static const char *const rows[][2] = {
        {PARTS("", "{a: یک ۷, doc: [/f/1, http://h/f/2]}"), ""},
        {PARTS("", "{doc: [/f/1, http://h/f/2], a: یک ۷}"), ""},
        {PARTS("charset: windows-1256\n", "{a: یک ۷, doc: [/f/1, http://h/f/2]}"), ""},
        {PARTS("", "{a: یک ۷, doc: [/f/1, /f/3]}"),
         "7:3: test \"t\": the body, at /doc/1: expected \"/f/3\", got \"http://h/f/2\""},
        {PARTS("", "{a: یک ۷}"),
         "7:3: test \"t\": the body, at /doc: expected nothing, got [\"/f/1\",\"http://h/f/2\"]"},
        {PARTS("", "a=b"), "7:3: test \"t\": the expected body cannot be read"},
    };
#undef PARTS

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_session_stands_for_itself(void **state)
{
#define SOAP \
    "system: s\nurl: http://127.0.0.1:1\nformat: soap\nsoap: \"1.2\"\nnamespaces: {\"\": u}\n"
#define DO(sends)                                                                              \
    "operations: {do: {request: {soap: Do, headers: {X: session:/t}}, input: {/A: {}}, once: " \
    "resend}}\ntests:\n- {name: t, operation: do, input: {A: a}, " sends "}\n"
#define LOGIN "login: {request: {soap: Login}, gives: {t: /T}}\nalways: {set: {/T: session:/t}}\n"
    static const char *const rows[][2] = {
        {SOAP LOGIN DO("sends: {soap: Do, headers: {X: session:/t}, body: {T: session:/t, A: a}}"),
         ""},
        {SOAP LOGIN DO("sends: {soap: Do, body: {T: t, A: a}}"),
         "10:3: test \"t\": the body, at /T: expected \"t\", got \"session:/t\""},
        {SOAP LOGIN DO("answer: {status: 401}, is: login"), ""},
        {"system: s\nurl: http://127.0.0.1:1\nformat: json\nauth: {oauth2: {token_url: "
         "\"http://t\", client_id: a, client_secret: \"${env:S}\"}}\noperations: {do: {request: "
         "{get: /t}, input: {/A: {}}, once: resend}}\ntests:\n- {name: t, operation: do, sends: "
         "{get: /t, headers: {Authorization: Bearer access_token}}}\n",
         ""},
    };
#undef SOAP
#undef DO
#undef LOGIN

    (void)state;
    check(rows, SG_ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_xml_body_is_compared_as_a_tree),
        cmocka_unit_test(an_xml_answer_is_read_from_inside_its_root),
        cmocka_unit_test(a_multipart_body_is_compared_part_by_part),
        cmocka_unit_test(a_session_stands_for_itself),
        cmocka_unit_test(a_test_writes_as_text_what_goes_in_an_old_character_set),
    };
    return cmocka_run_group_tests_name("system_tests", tests, NULL, NULL);
}
