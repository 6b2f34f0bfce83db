#include "connectors/webhook.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "connector_unit.h"

/* Secrets stand as they are written, so the keys are known here. */
#define KEY       "${env:HOOK_SECRET}"
#define OTHER_KEY "${env:OTHER_SECRET}"

static const char SYSTEM[] =
    "system: s\n"
    "url: http://127.0.0.1:1\n"
    "format: json\n"
    "records:\n"
    "  ticket:\n"
    "    id: /id\n"
    "    key: /key\n"
    "    where: {not: {from: /id, equals: hidden}}\n"
    "    webhook:\n"
    "      path: /hooks/s\n"
    "      auth: {hmac: {hash: sha256, header: X-Sign, prefix: \"sha256=\", secret: \"" KEY "\"}}\n"
    "      items: /tickets\n"
    "  note:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook:\n"
    "      path: /hooks/s\n"
    "      auth: {hmac: {hash: sha256, header: X-Sign, prefix: \"sha256=\", secret: \"" KEY "\"}}\n"
    "      items: /note\n"
    "  stamped:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook:\n"
    "      path: /hooks/stamped\n"
    "      auth: {hmac: {hash: sha512, header: X-Sign, secret: \"" OTHER_KEY
    "\", encoding: base64, timestamp: X-Time}}\n"
    "      items: \"\"\n"
    "  plain:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook: {path: /hooks/plain, auth: none, items: \"\"}\n"
    "  basic:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook: {path: /hooks/basic, auth: {basic: {user: gam, password: \"" KEY
    "\"}}, items: \"\"}\n"
    "  header:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook: {path: /hooks/header, auth: {header: {name: X-Api-Key, value: \"" KEY
    "\"}}, items: \"\"}\n"
    "  told:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook:\n"
    "      path: /hooks/told\n"
    "      auth: none\n"
    "      items: \"\"\n"
    "      accept: {status: 202, body: json, content: {set: {/ok: event:/id, /at: now:/time, "
    "/token: headers:/x-token}}}\n"
    "      refuse: {status: 422, body: {xml: Error}, content: {set: {/Why: error:/text}}}\n";

static const char SOAP_SYSTEM[] =
    "system: soap\n"
    "url: http://127.0.0.1:1\n"
    "format: soap\n"
    "soap: \"1.1\"\n"
    "namespaces: {\"\": \"urn:t\"}\n"
    "unwrap: 2\n"
    "records:\n"
    "  answer:\n"
    "    id: /Id\n"
    "    key: /Id\n"
    "    webhook: {path: /hooks/soap, auth: none, items: /Answer, element: Answered}\n"
    "  closed:\n"
    "    id: /Id\n"
    "    key: /Id\n"
    "    webhook: {path: /hooks/soap, auth: none, items: \"\", element: Closed,\n"
    "              refuse: {status: 500, body: {soap: Refused}, content: {set: {/Id: /Id}}}}\n";

static const char XML_SYSTEM[] =
    "system: xml\n"
    "url: http://127.0.0.1:1\n"
    "format: xml\n"
    "records:\n"
    "  row:\n"
    "    id: /Id\n"
    "    key: /Id\n"
    "    webhook: {path: /hooks/xml, auth: none, items: /Row, element: Rows}\n"
    "  one:\n"
    "    id: /@Id\n"
    "    key: /@Id\n"
    "    webhook: {path: /hooks/xml, auth: none, items: \"\", element: One}\n"
    "  loose:\n"
    "    id: /Id\n"
    "    key: /Id\n"
    "    names: loose\n"
    "    webhook: {path: /hooks/xml, auth: none, items: \"\", element: Loose}\n";

static const char OLD_SYSTEM[] =
    "system: old\n"
    "url: http://127.0.0.1:1\n"
    "format: json\n"
    "charset: windows-1256\n"
    "names: loose\n"
    "records:\n"
    "  note:\n"
    "    id: /id\n"
    "    key: /id\n"
    "    webhook: {path: /hooks/old, auth: none, items: \"\",\n"
    "              accept: {status: 202, body: json, content: /ID},\n"
    "              refuse: {status: 422, body: {xml: R}, content: /text}}\n";

static const struct {
    const char *name, *text;
} FILES[] = {{"s", SYSTEM}, {"soap", SOAP_SYSTEM}, {"xml", XML_SYSTEM}, {"old", OLD_SYSTEM}};

struct fixture {
    char dir[64];
    struct sg_catalog *catalog;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_secrets secrets = {.is_read = false};
    char path[100];

    (void)snprintf(fixture.dir, sizeof fixture.dir, "/tmp/webhook_test.XXXXXX");
    assert_non_null(mkdtemp(fixture.dir));
    (void)snprintf(path, sizeof path, "%s/systems", fixture.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t f = 0; f < SG_ROWS(FILES); f++) {
        (void)snprintf(path, sizeof path, "%s/systems/%s.yaml", fixture.dir, FILES[f].name);
        write_file(path, FILES[f].text);
    }
    fixture.catalog = sg_catalog_load(fixture.dir, &secrets, false, findings);
    if (fixture.catalog == NULL)
        sg_findings_print(findings, stderr);
    assert_non_null(fixture.catalog);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char path[100];

    sg_catalog_free(fixture->catalog);
    for (size_t f = 0; f < SG_ROWS(FILES); f++) {
        (void)snprintf(path, sizeof path, "%s/systems/%s.yaml", fixture->dir, FILES[f].name);
        assert_int_equal(remove(path), 0);
    }
    (void)snprintf(path, sizeof path, "%s/systems", fixture->dir);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(fixture->dir), 0);
    return 0;
}

/* What came out: "404 unknown path", or "ticket: a b". */
static const char *outcome(const struct fixture *fixture, struct sg_arena *arena,
                           const struct sg_webhook_request *request)
{
    struct sg_buffer out = {.arena = arena};
    struct sg_webhook_events events;

    sg_webhook_read(fixture->catalog, request, 10000, UNIT_NOW_MS, arena, &events);
    if (events.status != 0) {
        sg_buffer_add_format(&out, "%d %s", events.status, events.problem);
        assert_int_equal(events.count, 0);
        return sg_buffer_c(&out);
    }
    assert_true(sg_str_is(events.system, "s") || sg_str_is(events.system, "soap") ||
                sg_str_is(events.system, "xml") || sg_str_is(events.system, "old"));
    sg_buffer_add_format(&out, "%.*s:", SG_STR_ARG(events.record));
    for (size_t e = 0; e < events.count; e++)
        sg_buffer_add_format(&out, " %.*s%s", SG_STR_ARG(events.events[e].record_id),
                             events.events[e].problem.length > 0 ? "!" : "");
    return sg_buffer_c(&out);
}

static struct sg_str hmac_of(struct sg_arena *arena, const char *hash, const char *key,
                             struct sg_str text)
{
    struct sg_hmac *hmac SG_AUTO(sg_hmac) = sg_hmac_new(hash, sg_str_of(key));
    unsigned char bytes[SG_HASH_MAX_BYTES];
    size_t length = sg_hmac_of(hmac, &text, 1, bytes);

    return sg_str_copy(arena, (struct sg_str){(const char *)bytes, length});
}

static void what_is_signed_is_read_as_events(void **state)
{
    static const struct {
        const char *path, *body, *outcome;
    } rows[] = {
        {"/hooks/s", "{\"tickets\":[{\"id\":\"a\",\"key\":1},{\"id\":\"b\",\"key\":2}]}",
         "ticket: a b"},
        {"/hooks/s", "{\"tickets\":{\"id\":\"a\",\"key\":1}}", "ticket: a"},
        {"/hooks/s", "{\"note\":{\"id\":\"n\"}}", "note: n"},
        {"/hooks/s", "{\"tickets\":[{\"id\":\"hidden\",\"key\":1}]}", "ticket:"},
        {"/hooks/s", "{\"tickets\":[{\"id\":\"a\"}]}", "ticket: a!"}, /* kept as failed: no key */
        {"/hooks/s", "{\"tickets\":[{\"id\":\"a\",\"key\":1},{\"key\":2}]}", "400 no id"},
        {"/hooks/s", "{\"tickets\":[]}", "400 no items"},
        {"/hooks/s", "{\"other\":1}", "400 no items"},
        {"/hooks/s", "{\"tickets\":[", "400 malformed"},
        {"/hooks/s", "", "400 malformed"},
        {"/hooks/t", "{\"tickets\":[]}", "404 unknown path"},
        {"/hooks/s/", "{\"tickets\":[]}", "404 unknown path"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str body = unit_text(arena, rows[r].body);
        struct sg_str sum = sg_hex(arena, hmac_of(arena, "sha256", KEY, body));
        const struct sg_header header = {SG_STR("x-sign"),
                                         sg_str_format(arena, "sha256=%.*s", SG_STR_ARG(sum))};
        const struct sg_webhook_request request = {sg_str_of(rows[r].path), &header, 1, body};

        assert_string_equal(outcome(*state, arena, &request), rows[r].outcome);
    }
}

static void a_signature_that_is_not_ours_is_refused(void **state)
{
    /* of {"note":{"id":"n"}}, by openssl's command line */
    static const char good[] =
        "sha256=361e233f122a2409745983a2a6b250d19565d5a01da3bc81f364af1a3bf939b5";
    static const struct {
        const char *name, *value, *outcome;
    } rows[] = {
        {"x-sign", NULL, "note: n"},
        {"X-SIGN", NULL, "note: n"},
        {"x-other", NULL, "401 unknown sender"},
        {"x-sign", "", "401 unknown sender"},
        {"x-sign", "sha256=", "401 unknown sender"},
        {"x-sign", "sha256=00", "401 unknown sender"},
        {"x-sign", "sha1=361e233f122a2409745983a2a6b250d19565d5a01da3bc81f364af1a3bf939b5",
         "401 unknown sender"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_header header = {sg_str_of(rows[r].name),
                                         sg_str_of(rows[r].value == NULL ? good : rows[r].value)};
        const struct sg_webhook_request request = {SG_STR("/hooks/s"), &header, 1,
                                                   SG_STR("{\"note\":{\"id\":\"n\"}}")};

        assert_string_equal(outcome(*state, arena, &request), rows[r].outcome);
    }
}

static void hexadecimal_may_be_sent_in_either_case(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str body = SG_STR("{\"note\":{\"id\":\"n\"}}");
    struct sg_str sum = sg_hex(arena, hmac_of(arena, "sha256", KEY, body));
    struct sg_buffer value = {.arena = arena};

    sg_buffer_add(&value, SG_STR("sha256="));
    for (size_t i = 0; i < sum.length; i++)
        sg_buffer_add_format(&value, "%c", sum.at[i] >= 'a' ? sum.at[i] - 'a' + 'A' : sum.at[i]);
    const struct sg_header header = {SG_STR("x-sign"), sg_buffer_text(&value)};
    const struct sg_webhook_request request = {SG_STR("/hooks/s"), &header, 1, body};

    assert_string_equal(outcome(*state, arena, &request), "note: n");
}

static void a_timestamp_is_signed_and_at_most_five_minutes_off(void **state)
{
    static const struct {
        const char *sent, *signed_as, *outcome;
    } rows[] = {
        {"1782880200", NULL, "stamped: x"},
        {"1782879900", NULL, "stamped: x"},
        {"1782879899", NULL, "401 unknown sender"},
        {"1782880500", NULL, "stamped: x"},
        {"1782880501", NULL, "401 unknown sender"},
        {"1782880200000", NULL, "stamped: x"},
        {"2026-07-01T04:29:00Z", NULL, "stamped: x"},
        {"2026-07-01T04:20:00Z", NULL, "401 unknown sender"},
        {"1782880201", "1782880200", "401 unknown sender"},
        {"-9223372036854775807", NULL, "401 unknown sender"},
        {"now", NULL, "401 unknown sender"},
        {"", NULL, "401 unknown sender"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const char *stamp = rows[r].signed_as == NULL ? rows[r].sent : rows[r].signed_as;
        const struct sg_str body = SG_STR("{\"id\":\"x\"}");
        const struct sg_str text = sg_str_format(arena, "%s.%.*s", stamp, SG_STR_ARG(body));
        const struct sg_header headers[] = {
            {SG_STR("x-time"), sg_str_of(rows[r].sent)},
            {SG_STR("x-sign"), sg_base64(arena, hmac_of(arena, "sha512", OTHER_KEY, text))},
        };
        const struct sg_webhook_request request = {SG_STR("/hooks/stamped"), headers, 2, body};

        assert_string_equal(outcome(*state, arena, &request), rows[r].outcome);
    }
}

static void a_sender_is_known_as_its_auth_says(void **state)
{
    static const struct {
        const char *path, *name, *value, *outcome;
    } rows[] = {
        {"/hooks/plain", "x-other", "", "plain: x"},
        /* `gam:${env:HOOK_SECRET}`, RFC 7617; the scheme's case says nothing */
        {"/hooks/basic", "authorization", "Basic Z2FtOiR7ZW52OkhPT0tfU0VDUkVUfQ==", "basic: x"},
        {"/hooks/basic", "authorization", "basic Z2FtOiR7ZW52OkhPT0tfU0VDUkVUfQ==", "basic: x"},
        {"/hooks/basic", "authorization", "Basic Z2FtOng=", "401 unknown sender"},
        {"/hooks/basic", "authorization",
         "Bearer Z2FtOiR7ZW52OkhPT0tfU0VDUkVUfQ==", "401 unknown sender"},
        {"/hooks/basic", "authorization", "", "401 unknown sender"},
        {"/hooks/basic", "x-api-key", KEY, "401 unknown sender"},
        {"/hooks/header", "x-api-key", KEY, "header: x"},
        {"/hooks/header", "X-API-Key", KEY, "header: x"},
        {"/hooks/header", "x-api-key", "another", "401 unknown sender"},
        {"/hooks/header", "x-api-key", "", "401 unknown sender"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_header header = {sg_str_of(rows[r].name), sg_str_of(rows[r].value)};
        const struct sg_webhook_request request = {sg_str_of(rows[r].path), &header, 1,
                                                   SG_STR("{\"id\":\"x\"}")};

        assert_string_equal(outcome(*state, arena, &request), rows[r].outcome);
    }
}

#define ENVELOPE(body)                                                                \
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" body \
    "</s:Body></s:Envelope>"

/* A form says that it is one; of XML the element tells which record it is. */
static void a_body_is_read_as_what_it_is(void **state)
{
    static const struct {
        const char *path, *type, *body, *outcome;
    } rows[] = {
        {"/hooks/plain", "application/json", "{\"id\":\"x\"}", "plain: x"},
        {"/hooks/plain", "text/plain", "{\"id\":\"x\"}", "plain: x"},
        {"/hooks/plain", "application/x-www-form-urlencoded", "id=%D8%A7&a=1", "plain: ا"},
        {"/hooks/plain", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "id=x", "plain: x"},
        {"/hooks/plain", "application/x-www-form-urlencoded", "id=%D8", "400 malformed"},
        {"/hooks/plain", "application/x-www-form-urlencoded-not", "id=x", "400 malformed"},
        {"/hooks/soap", "text/xml",
         ENVELOPE("<Answered xmlns=\"urn:t\"><Answer><Id>r-1</Id></Answer><Answer><Id>r-2</Id>"
                  "</Answer></Answered>"),
         "answer: r-1 r-2"},
        {"/hooks/soap", "text/xml", ENVELOPE("<Closed xmlns=\"urn:t\"><Id>7</Id></Closed>"),
         "closed: 7"},
        {"/hooks/soap", "text/xml", ENVELOPE("<Opened xmlns=\"urn:t\"><Id>7</Id></Opened>"),
         "400 no items"},
        {"/hooks/soap", "text/xml", ENVELOPE(""), "400 malformed"},
        {"/hooks/soap", "text/xml", "<Closed><Id>7</Id></Closed>", "400 malformed"},
        {"/hooks/soap", "text/xml", "<!DOCTYPE x []><x/>", "400 malformed"},
        {"/hooks/soap", "application/json", "{\"Id\":\"7\"}", "400 malformed"},
        {"/hooks/xml", "application/xml", "<Rows><Row><Id>a</Id></Row><Row><Id>b</Id></Row></Rows>",
         "row: a b"},
        {"/hooks/xml", "application/xml", "<One Id='7'>x</One>", "one: 7"},
        {"/hooks/xml", "application/xml", "<Two Id='7'>x</Two>", "400 no items"},
        {"/hooks/xml", "application/xml", "<Rows><Row><Id/></Row></Rows>", "400 no id"},
        {"/hooks/xml", "application/xml", "<LOOSE><ID>7</ID></LOOSE>", "loose: 7"},
        {"/hooks/xml", "application/xml", "<ONE Id='7'>x</ONE>", "400 no items"},
        {"/hooks/xml", "application/xml", "<Rows>", "400 malformed"},
        {"/hooks/old", "application/json", "{\"id\":\"\xD4\"}", "note: ش"},
        {"/hooks/old", "application/x-www-form-urlencoded", "id=%D4", "note: ش"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_header header = {SG_STR("content-type"), sg_str_of(rows[r].type)};
        const struct sg_webhook_request request = {sg_str_of(rows[r].path), &header, 1,
                                                   sg_str_of(rows[r].body)};

        assert_string_equal(outcome(*state, arena, &request), rows[r].outcome);
    }
}

/* "STATUS TYPE BODY". */
static const char *reply_to(const struct fixture *fixture, struct sg_arena *arena,
                            const struct sg_webhook_request *request)
{
    struct sg_webhook_events events;
    struct sg_webhook_reply reply;

    sg_webhook_read(fixture->catalog, request, 10000, UNIT_NOW_MS, arena, &events);
    sg_webhook_reply(request, &events, UNIT_NOW_MS, arena, &reply);
    return sg_str_c(arena, sg_str_format(arena, "%d %.*s %.*s", reply.status,
                                         SG_STR_ARG(reply.content_type), SG_STR_ARG(reply.body)));
}

#define SOAP_REPLY(body)                                                                       \
    " text/xml; charset=utf-8 <?xml version=\"1.0\" encoding=\"utf-8\"?>"                      \
    "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>" body \
    "</soap:Body></soap:Envelope>"
#define FAULT(why, detail)                                                       \
    SOAP_REPLY("<soap:Fault><faultcode>soap:Client</faultcode><faultstring>" why \
               "</faultstring>" detail "</soap:Fault>")

static void the_sender_is_told_what_the_file_says(void **state)
{
    static const struct {
        const char *path, *body, *reply;
    } rows[] = {
        {"/hooks/plain", "{\"id\":\"x\"}", "200  "},
        {"/hooks/plain", "{", "400  "},
        {"/hooks/basic", "{\"id\":\"x\"}", "401  "},
        {"/hooks/none", "{\"id\":\"x\"}", "404  "},
        {"/hooks/told", "{\"id\":\"x\"}",
         "202 application/json {\"ok\":\"x\",\"at\":\"2026-07-01T04:30:00Z\",\"token\":\"t\"}"},
        {"/hooks/told", "{\"name\":\"n\"}",
         "422 application/xml; charset=utf-8 <?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Why>no id</Why></Error>"},
        {"/hooks/old", "{\"id\":\"\xD4\"}", "202 application/json; charset=windows-1256 \"\xD4\""},
        {"/hooks/old", "{\"id\":\"\\u4e2d\"}", "200  "}, /* there is no such letter in it */
        {"/hooks/old", "{\"text\":\"\\u06cc\\u4e2d\"}",
         "422 application/xml; charset=windows-1256 <?xml version=\"1.0\" "
         "encoding=\"windows-1256\"?><R>\xED&#20013;</R>"},
        {"/hooks/soap",
         ENVELOPE("<Answered xmlns=\"urn:t\"><Answer><Id>1</Id></Answer></Answered>"),
         "200" SOAP_REPLY("<AnsweredResponse xmlns=\"urn:t\"/>")},
        {"/hooks/soap", ENVELOPE("<Opened xmlns=\"urn:t\"/>"), "500" FAULT("no items", "")},
        {"/hooks/soap", "<x", "500" FAULT("malformed", "")},
        {"/hooks/soap", ENVELOPE("<Closed xmlns=\"urn:t\"><Name>n</Name></Closed>"),
         "500" FAULT("no id", "")}, /* the rule of its detail cannot be kept */
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_header header = {SG_STR("x-token"), SG_STR("t")};
        const struct sg_webhook_request request = {sg_str_of(rows[r].path), &header, 1,
                                                   sg_str_of(rows[r].body)};

        assert_string_equal(reply_to(*state, arena, &request), rows[r].reply);
    }
}

static void only_paths_of_the_files_are_listened_to(void **state)
{
    const struct fixture *fixture = *state;

    assert_true(sg_webhook_is_path(fixture->catalog, SG_STR("/hooks/s")));
    assert_true(sg_webhook_is_path(fixture->catalog, SG_STR("/hooks/stamped")));
    assert_false(sg_webhook_is_path(fixture->catalog, SG_STR("/hooks")));
    assert_false(sg_webhook_is_path(fixture->catalog, SG_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_read_as_events),
        cmocka_unit_test(a_signature_that_is_not_ours_is_refused),
        cmocka_unit_test(hexadecimal_may_be_sent_in_either_case),
        cmocka_unit_test(a_timestamp_is_signed_and_at_most_five_minutes_off),
        cmocka_unit_test(a_sender_is_known_as_its_auth_says),
        cmocka_unit_test(a_body_is_read_as_what_it_is),
        cmocka_unit_test(the_sender_is_told_what_the_file_says),
        cmocka_unit_test(only_paths_of_the_files_are_listened_to),
    };
    return cmocka_run_group_tests_name("webhook", tests, set_up, tear_down);
}
