#include "base/hash.h"
#include "request_unit.h"

static const char REST[] =
    "system: s\n"
    "url: http://127.0.0.1:1/api\n"
    "format: json\n"
    "auth: {bearer: \"${env:TOKEN}\"}\n"
    "always: {query: {city: {const: \"a b\"}}, headers: {X-From: {const: bridge}}}\n"
    "records:\n"
    "  ticket: {id: /id, key: /id, read: {request: {get: \"/t/{/id}.json\"}, items: \"\"}}\n"
    "operations:\n"
    "  form:\n"
    "    once: {header: Idempotency-Key}\n"
    "    request: {post: \"/t/{/id}/updates\", body: form,\n"
    "              query: {tag: /tags, note: {from: /note, optional: true}},\n"
    "              headers: {X-Key: event:/key}}\n"
    "    input: {/id: {required: true}, /tags: {type: list}, /note: {}}\n"
    "  json:\n"
    "    once: idempotent\n"
    "    request: {put: /t, content: {set: {/a/b: /id, /list: {from: /tags, optional: true}}}}\n"
    "    input: {/id: {required: true}, /tags: {type: list}}\n"
    "  files:\n"
    "    once: resend\n"
    "    request: {post: /f, content: {set: {/name: /doc, /doc: /doc, /more: {from: /more, "
    "optional: true}}}}\n"
    "    input: {/doc: {type: file}, /more: {type: list, of: {/c: {type: file}, /n: {}}}}\n"
    "  gone:\n"
    "    once: idempotent\n"
    "    request: {delete: \"/t/{/id}\"}\n"
    "    input: {/id: {}}\n";

struct row {
    const char *operation, *input, *wire;
};

static const struct row WIRES[] = {
    {"form", "{\"id\":\"44/1405\",\"tags\":[\"a\",\"b&c\"],\"note\":\"\xd9\x86\"}",
     "POST http://127.0.0.1:1/api/t/44%2F1405/updates?city=a%20b&tag=a&tag=b%26c&note=%D9%86\n"
     "X-Key: 1405-1\n"
     "Idempotency-Key: k1\n"
     "X-From: bridge\n"
     "Authorization: Bearer ${env:TOKEN}\n"
     "Content-Type: application/x-www-form-urlencoded\n"
     "\n"
     "id=44%2F1405&tags=a&tags=b%26c&note=%D9%86"},
    {"json", "{\"id\":\"7\"}",
     "PUT http://127.0.0.1:1/api/t?city=a%20b\n"
     "X-From: bridge\n"
     "Authorization: Bearer ${env:TOKEN}\n"
     "Content-Type: application/json\n"
     "\n"
     "{\"a\":{\"b\":\"7\"}}"},
    {"gone", "{\"id\":\"7\"}",
     "DELETE http://127.0.0.1:1/api/t/7?city=a%20b\n"
     "X-From: bridge\n"
     "Authorization: Bearer ${env:TOKEN}\n"},
};

static void a_rest_request_goes_out_as_its_rules_say(void **state)
{
    (void)state;
    for (size_t r = 0; r < SG_ROWS(WIRES); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, REST);
        struct sg_request request;

        assert_true(unit_build(arena, system, WIRES[r].operation, WIRES[r].input, &request));
        const struct sg_wire wire = unit_render(arena, system, &request);

        assert_string_equal(unit_shown(arena, &wire), WIRES[r].wire);
    }
}

static const char XML[] =
    "system: s\n"
    "url: http://127.0.0.1:1\n"
    "format: json\n"
    "namespaces: {\"\": \"urn:g\", v: \"urn:v\"}\n"
    "always: {set: {/Token: {const: t}}}\n"
    "operations:\n"
    "  add:\n"
    "    once: resend\n"
    "    request: {post: /add, body: {xml: v:Add}, content: /more, headers: {X-A: {const: a}}}\n"
    "    input: {/more: {type: any}}\n"
    "  own:\n"
    "    once: resend\n"
    "    request: {put: /own, body: {xml: Own}, content: {set: {/B: /b, /A: /a}},\n"
    "              headers: {Content-Type: {const: text/xml}}}\n"
    "    input: {/a: {}, /b: {}}\n";

static void an_xml_body_has_the_root_that_is_named(void **state)
{
    static const struct row rows[] = {
        {"add", "{\"more\":{\"@id\":7,\"v:To\":[\"الف\",\"<ب\\u0001>\"],\"n\":null}}",
         "POST http://127.0.0.1:1/add\n"
         "X-A: a\n"
         "Content-Type: application/xml; charset=utf-8\n"
         "\n"
         "<?xml version=\"1.0\" encoding=\"utf-8\"?><v:Add xmlns=\"urn:g\" xmlns:v=\"urn:v\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" id=\"7\"><Token>t</Token>"
         "<v:To>الف</v:To><v:To>&lt;ب&gt;</v:To><n xsi:nil=\"true\"/></v:Add>"},
        {"own", "{\"a\":\"1\",\"b\":\"2\"}",
         "PUT http://127.0.0.1:1/own\n"
         "Content-Type: text/xml\n"
         "\n"
         "<?xml version=\"1.0\" encoding=\"utf-8\"?><Own xmlns=\"urn:g\" xmlns:v=\"urn:v\">"
         "<Token>t</Token><B>2</B><A>1</A></Own>"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, XML);
        const struct sg_node *input = unit_json(arena, rows[r].input), *read = NULL;
        struct sg_request request;
        struct sg_error err;

        assert_true(unit_build(arena, system, rows[r].operation, rows[r].input, &request));
        struct sg_wire wire = unit_render(arena, system, &request);
        assert_string_equal(unit_shown(arena, &wire), rows[r].wire);

        struct sg_str kept = sg_request_store(arena, &request, input);
        assert_true(sg_request_restore(arena, kept, &request, &read, &err));
        wire = unit_render(arena, system, &request);
        assert_string_equal(unit_shown(arena, &wire), rows[r].wire);
    }
}

static void an_xml_body_without_content_is_its_root_alone_and_it_has_one(void **state)
{
    static const char system_text[] =
        "system: s\nurl: http://127.0.0.1:1\nformat: xml\noperations:\n"
        "  add:\n    once: resend\n"
        "    request: {post: /add, body: {xml: Add}, content: {from: /a, optional: true}}\n"
        "    input: {/a: {type: list}}\n";
    static const char *const rows[][2] = {
        {"{}", "<?xml version=\"1.0\" encoding=\"utf-8\"?><Add/>"},
        {"{\"a\":[\"x\"]}", "<?xml version=\"1.0\" encoding=\"utf-8\"?><Add>x</Add>"},
        {"{\"a\":[\"x\",\"y\"]}", "an XML body has one root; its content is a list of 2"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, system_text);
        struct sg_request request;
        struct sg_wire wire = {0};
        struct sg_error err;

        assert_true(unit_build(arena, system, "add", rows[r][0], &request));
        const bool is_good = sg_request_render(system, &request, UNIT_NOW_MS, arena, &wire, &err);
        assert_string_equal(is_good ? sg_str_c(arena, wire.body) : err.text, rows[r][1]);
    }
}

static void a_kept_request_is_sent_again_as_it_was(void **state)
{
    (void)state;
    for (size_t r = 0; r < SG_ROWS(WIRES); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, REST);
        const struct sg_node *input = unit_json(arena, WIRES[r].input), *read = NULL;
        struct sg_request request;
        struct sg_error err;

        assert_true(unit_build(arena, system, WIRES[r].operation, WIRES[r].input, &request));
        struct sg_str kept = sg_request_store(arena, &request, input);

        assert_true(sg_request_restore(arena, kept, &request, &read, &err));
        const struct sg_wire wire = unit_render(arena, system, &request);

        assert_string_equal(unit_shown(arena, &wire), WIRES[r].wire);
        assert_true(sg_node_equal(read, input));
    }
}

static void what_is_no_kept_request_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "{\"method\":\"EAT\",\"body\":\"none\"}",
        "{\"method\":\"GET\",\"body\":\"soup\"}",
        "{\"method\":\"GET\",\"body\":\"none\",\"query\":[[\"a\"]]}",
        "{\"method\":\"POST\",\"body\":\"json\",\"content\":{},\"files\":[{\"node\":9}]}",
        "{\"method\":\"POST\",\"body\":\"json\",\"content\":{},\"files\":[{\"node\":-1}]}",
        "{\"method\":\"POST\",\"body\":\"json\",\"files\":[{\"node\":0}]}",
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_node *input = NULL;
        struct sg_request request;
        struct sg_error err;

        assert_false(sg_request_restore(arena, unit_text(arena, rows[r]), &request, &input, &err));
        assert_int_equal(err.kind, SG_ERROR_INPUT);
    }
}

static void a_citizens_words_cannot_forge_a_header(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, REST);
    struct sg_request request;

    (void)state;
    assert_false(unit_build(arena, system, "form",
                            "{\"id\":\"1\",\"tags\":[\"a\\r\\nX-Admin: 1\"]}", &request));
}

/* The path, or what is wrong with it. */
static void an_id_cannot_lead_out_of_its_path(void **state)
{
    static const struct {
        const char *input, *outcome;
    } rows[] = {
        {"{\"id\":\"7\"}", "/t/7"},
        {"{\"id\":\"..\"}", "25:23: `..` cannot stand in a path"},
        {"{\"id\":\".\"}", "25:23: `.` cannot stand in a path"},
        {"{\"id\":\"...\"}", "/t/..."},
        {"{\"id\":\".7\"}", "/t/.7"},
        {"{\"id\":\"../7\"}", "/t/..%2F7"},
        {"{\"id\":\"7?..\"}", "/t/7%3F.."},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, REST);
        struct sg_rule_run run = {.arena = arena};
        struct sg_request request;
        struct sg_str said;

        if (unit_build_in(&run, system, "gone", rows[r].input, &request))
            said = request.path;
        else
            said = sg_str_format(arena, "%d:%d: %.*s", run.problems->at.line,
                                 run.problems->at.column, SG_STR_ARG(run.problems->text));
        assert_string_equal(sg_str_c(arena, said), rows[r].outcome);
    }
}

/* --- files --- */

/* As if each had been fetched, with these bytes. */
static void fetch_files(struct sg_scratch *scratch, struct sg_request *request, struct sg_str bytes)
{
    struct sg_error err;

    for (size_t f = 0; f < request->file_count; f++) {
        request->files[f].bytes = sg_scratch_begin(scratch);
        assert_true(sg_scratch_add(&request->files[f].bytes, bytes, &err));
        request->files[f].sha256 = sg_sha256_of(bytes);
    }
}

static struct sg_scratch *open_scratch(void)
{
    struct sg_scratch *scratch = NULL;
    struct sg_error err;

    assert_true(sg_scratch_open("/tmp", &scratch, &err));
    return scratch;
}

static void a_file_is_a_url_until_its_bytes_are_there(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_scratch();
    const struct sg_system *system = unit_system(arena, REST);
    const char *input =
        "{\"doc\":\"http://127.0.0.1:1/f/1\",\"more\":[{\"c\":\"/f/2\",\"n\":\"x\"}]}";
    const struct sg_node *read = NULL;
    struct sg_request request;
    struct sg_error err;
    struct sg_wire wire;

    (void)state;
    assert_true(unit_build(arena, system, "files", input, &request));
    assert_int_equal(request.file_count, 3); /* `/name` is a copy of `/doc`, and so the file too */
    wire = unit_render(arena, system, &request);
    assert_string_equal(sg_str_c(arena, wire.body),
                        "{\"name\":\"http://127.0.0.1:1/f/1\",\"doc\":\"http://127.0.0.1:1/f/1\","
                        "\"more\":[{\"c\":\"/f/2\",\"n\":\"x\"}]}");
    fetch_files(scratch, &request, SG_STR("PDF"));
    wire = unit_render(arena, system, &request);
    assert_string_equal(
        sg_str_c(arena, wire.body),
        "{\"name\":\"UERG\",\"doc\":\"UERG\",\"more\":[{\"c\":\"UERG\",\"n\":\"x\"}]}");
    struct sg_str kept = sg_request_store(arena, &request, unit_json(arena, input));

    assert_null(strstr(sg_str_c(arena, kept), "UERG")); /* never the bytes */
    assert_true(sg_request_restore(arena, kept, &request, &read, &err));
    assert_int_equal(request.file_count, 3);
    assert_true(sg_str_is(request.files[2].url, "http://127.0.0.1:1/f/2"));
    assert_true(sg_str_is(request.files[2].node->name, "c"));
    fetch_files(scratch, &request, SG_STR(""));
    wire = unit_render(arena, system, &request);
    assert_non_null(strstr(sg_str_c(arena, wire.body), "{\"c\":\"\",\"n\":\"x\"}"));
}

static void a_url_is_followed_only_on_the_systems_own_host(void **state)
{
    static const struct {
        const char *url, *followed; /* NULL: not */
    } rows[] = {
        {"http://127.0.0.1:1/f/1", "http://127.0.0.1:1/f/1"},
        {"/f/1?a=b", "http://127.0.0.1:1/f/1?a=b"},
        {"HTTP://127.0.0.1:1/f/\xd8\xb9.jpg#top", "http://127.0.0.1:1/f/%d8%b9.jpg"},
        {"http://127.0.0.1:1/api/1.jpg?a=b.c&d=_~-", "http://127.0.0.1:1/api/1.jpg?a=b.c&d=_~-"},
        {"http://127.0.0.1:1/api/../1.jpg", "http://127.0.0.1:1/1.jpg"},
        {"http://127.0.0.1:1/api/./..", "http://127.0.0.1:1/"},
        {"http://127.0.0.1:1/api/1 2", "http://127.0.0.1:1/api/1%202"},
        {"http://127.0.0.1:2/f/1", NULL},
        {"http://127.0.0.1/f/1", NULL},
        {"https://127.0.0.1:1/f/1", NULL},
        {"http://127.0.0.2:1/f/1", NULL},
        {"//127.0.0.2:1/f/1", NULL},
        {"http://u:p@127.0.0.1:1/f/1", NULL},
        {"http://127.0.0.1:1@127.0.0.2/f/1", NULL},
        {"http://127.0.0.1:1.example/f/1", NULL},
        {"file:///etc/passwd", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, REST);
        struct sg_request request;
        bool is_followed =
            sg_request_of_url(system, arena, unit_text(arena, rows[r].url), &request);

        assert_int_equal(is_followed, rows[r].followed != NULL);
        if (is_followed)
            assert_string_equal(sg_str_c(arena, request.path), rows[r].followed);
        is_followed = unit_build(
            arena, system, "files",
            sg_str_c(arena, sg_str_format(arena, "{\"doc\":\"%s\"}", rows[r].url)), &request);
        if (rows[r].url[0] != '\0')
            assert_int_equal(is_followed, rows[r].followed != NULL);
    }
}

static void what_a_given_url_has_already_is_not_added_again(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, REST);
    struct sg_request request;

    (void)state;
    assert_true(sg_request_of_url(system, arena, SG_STR("/t?page=2&city=x"), &request));
    assert_true(
        sg_str_is(unit_render(arena, system, &request).url, "http://127.0.0.1:1/t?page=2&city=x"));
    assert_true(sg_request_of_url(system, arena, SG_STR("/t?xcity=x"), &request));
    assert_true(sg_str_is(unit_render(arena, system, &request).url,
                          "http://127.0.0.1:1/t?xcity=x&city=a%20b"));
}

static void a_body_goes_out_in_the_character_set_of_its_system(void **state)
{
#define OLD(format, request)                                                                       \
    "system: s\nurl: http://127.0.0.1:1\nformat: " format "\ncharset: windows-1256\noperations:\n" \
    "  add:\n    once: resend\n    request: {" request "}\n    input: {/a: {}, /b: {}}\n"
#define OLD_SOAP(version) "soap\nsoap: \"" version "\"\nnamespaces: {\"\": \"urn:g\"}"
#define NO_ROOM           "windows-1256 has no U+4E2D"
    static const struct {
        const char *yaml, *input, *wire;
    } rows[] = {
        {OLD("json", "post: /t"), "{\"a\":\"\u06cc\u06f5\"}",
         "POST http://127.0.0.1:1/t\nContent-Type: application/json; charset=windows-1256\n\n"
         "{\"a\":\"\xED"
         "5\"}"},
        {OLD("json", "post: /t"), "{\"a\":\"\u4e2d\"}", NO_ROOM},
        {OLD("json", "post: /t, body: form, query: {q: /a}"), "{\"a\":\"\u06cc\"}",
         "POST http://127.0.0.1:1/t?q=%DB%8C\nContent-Type: application/x-www-form-urlencoded; "
         "charset=windows-1256\n\na=%ED"},
        {OLD("json", "post: /t, body: form"), "{\"a\":\"\u4e2d\"}", NO_ROOM},
        {OLD("xml", "post: /t, body: {xml: R}"), "{\"a\":\"\u06cc\u4e2d\\u0001\"}",
         "POST http://127.0.0.1:1/t\nContent-Type: application/xml; charset=windows-1256\n\n"
         "<?xml version=\"1.0\" encoding=\"windows-1256\"?><R><a>\xED&#20013;</a></R>"},
        {OLD(OLD_SOAP("1.1"), "soap: R"), "{\"a\":\"\u06cc\u4e2d\"}",
         "POST http://127.0.0.1:1\nContent-Type: text/xml; charset=windows-1256\nSOAPAction: "
         "\"R\"\n\n<?xml version=\"1.0\" encoding=\"windows-1256\"?><soap:Envelope "
         "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><R xmlns=\"urn:g\">"
         "<a>\xED&#20013;</a></R></soap:Body></soap:Envelope>"},
        {OLD(OLD_SOAP("1.2"), "soap: \u4e2d"), "{}", NO_ROOM ", which stands in a name"},
    };
#undef OLD
#undef OLD_SOAP
#undef NO_ROOM

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, rows[r].yaml);
        struct sg_request request;
        struct sg_wire wire = {0};
        struct sg_error err;

        assert_true(unit_build(arena, system, "add", rows[r].input, &request));
        const bool is_good = sg_request_render(system, &request, UNIT_NOW_MS, arena, &wire, &err);
        assert_string_equal(is_good ? unit_shown(arena, &wire) : err.text, rows[r].wire);
    }
}

static const char SESSION[] =
    "system: s\nurl: http://127.0.0.1:1\nformat: json\n"
    "login: {request: {post: /login}, gives: {token: /token}}\n"
    "always: {set: {/first: session:/token}}\n"
    "operations:\n"
    "  form:\n"
    "    once: ask\n"
    "    request: {post: /t, body: form, query: {q: session:/token},\n"
    "              headers: {X: {text: \"T {session:/token}\"}},\n"
    "              content: {set: {/a: {text: \"<{session:/token}>\"}, /b: /b, /f: /f}}}\n"
    "    input: {/b: {}, /f: {type: file}}\n";

static struct sg_session session_of(struct sg_arena *arena, const char *token)
{
    struct sg_node *values = sg_node_new(arena, SG_NODE_OBJECT);

    (void)sg_node_add(values, SG_STR("token"), sg_node_text(arena, sg_str_of(token)));
    return (struct sg_session){.values = values};
}

static void what_is_of_a_session_is_put_in_when_it_is_sent_and_never_kept(void **state)
{
    static const char expected[] = "POST http://127.0.0.1:1/t?q=t%262\nX: T t&2\n"
                                   "Content-Type: application/x-www-form-urlencoded\n\n"
                                   "first=t%262&a=%3Ct%262%3E&b=session%3A%2Ftoken&f=Yg%3D%3D";
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_scratch();
    const struct sg_system *system = unit_system(arena, SESSION);
    const struct sg_session one = session_of(arena, "t&1"), two = session_of(arena, "t&2");
    struct sg_request request, again;
    const struct sg_node *input = NULL;
    struct sg_error err;

    (void)state;
    /* what a citizen writes is never taken for it */
    assert_true(unit_build(arena, system, "form",
                           "{\"b\":\"session:/token\",\"f\":\"http://127.0.0.1:1/f\"}", &request));
    request.session = &one;
    fetch_files(scratch, &request, SG_STR("a"));
    (void)unit_render(arena, system, &request);
    struct sg_str kept = sg_request_store(arena, &request, NULL);

    assert_null(strstr(sg_str_c(arena, kept), "t&1"));
    assert_true(sg_request_restore(arena, kept, &again, &input, &err));
    again.session = &two;
    fetch_files(scratch, &again, SG_STR("b"));
    const struct sg_wire wire =
        unit_render(arena, unit_system(arena, SESSION), &again); /* a restart */

    assert_string_equal(unit_shown(arena, &wire), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rest_request_goes_out_as_its_rules_say),
        cmocka_unit_test(an_xml_body_has_the_root_that_is_named),
        cmocka_unit_test(an_xml_body_without_content_is_its_root_alone_and_it_has_one),
        cmocka_unit_test(a_kept_request_is_sent_again_as_it_was),
        cmocka_unit_test(what_is_of_a_session_is_put_in_when_it_is_sent_and_never_kept),
        cmocka_unit_test(what_is_no_kept_request_is_refused),
        cmocka_unit_test(a_citizens_words_cannot_forge_a_header),
        cmocka_unit_test(an_id_cannot_lead_out_of_its_path),
        cmocka_unit_test(a_file_is_a_url_until_its_bytes_are_there),
        cmocka_unit_test(a_url_is_followed_only_on_the_systems_own_host),
        cmocka_unit_test(what_a_given_url_has_already_is_not_added_again),
        cmocka_unit_test(a_body_goes_out_in_the_character_set_of_its_system),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
