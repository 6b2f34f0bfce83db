#include "connectors/soap.h"

#include "base/hash.h"
#include "request_unit.h"
#include "tree/xml.h"

#define SOAP_SYSTEM(version, auth, more)                                                      \
    "system: s\nurl: http://127.0.0.1:1/ws\nformat: soap\nsoap: \"" version "\"\n"            \
    "namespaces: {\"\": \"urn:g\", x: \"urn:x\"}\naction: urn:g/\n" auth more "operations:\n" \
    "  add:\n"                                                                                \
    "    once: resend\n"                                                                      \
    "    request: {soap: Add, soap_header: {set: {/To: {const: gam}}}}\n"                     \
    "    input: {/A/@id: {}, /A/B: {}}\n"

static void an_envelope_is_written_as_its_version_says(void **state)
{
    static const struct {
        const char *yaml, *wire;
    } rows[] = {
        {SOAP_SYSTEM("1.1", "", "always: {set: {/Token: {const: t}}}\n"),
         "POST http://127.0.0.1:1/ws\n"
         "Content-Type: text/xml; charset=utf-8\n"
         "SOAPAction: \"urn:g/Add\"\n"
         "\n"
         "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "
         "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header>"
         "<To xmlns=\"urn:g\" xmlns:x=\"urn:x\">gam</To></soap:Header><soap:Body>"
         "<Add xmlns=\"urn:g\" xmlns:x=\"urn:x\"><Token>t</Token><A id=\"1\"><B>&lt;b&gt;</B></A>"
         "</Add></soap:Body></soap:Envelope>"},
        {SOAP_SYSTEM("1.2", "auth: {basic: {user: \"${env:U}\", password: \"${env:P}\"}}\n", ""),
         "POST http://127.0.0.1:1/ws\n"
         "Authorization: Basic JHtlbnY6VX06JHtlbnY6UH0=\n"
         "Content-Type: application/soap+xml; charset=utf-8; action=\"urn:g/Add\"\n"
         "\n"
         "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "
         "xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Header>"
         "<To xmlns=\"urn:g\" xmlns:x=\"urn:x\">gam</To></soap:Header><soap:Body>"
         "<Add xmlns=\"urn:g\" xmlns:x=\"urn:x\"><A id=\"1\"><B>&lt;b&gt;</B></A></Add>"
         "</soap:Body></soap:Envelope>"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, rows[r].yaml);
        struct sg_request request;

        assert_true(
            unit_build(arena, system, "add", "{\"A\":{\"@id\":\"1\",\"B\":\"<b>\"}}", &request));
        const struct sg_wire wire = unit_render(arena, system, &request);

        assert_string_equal(unit_shown(arena, &wire), rows[r].wire);
    }
}

/* The digest that a server computes: by another way than ours, from what came over the wire. */
static struct sg_str expected_digest(struct sg_arena *arena, struct sg_str nonce64,
                                     struct sg_str created, const char *password)
{
    struct sg_str nonce;
    unsigned char sum[20];

    assert_true(sg_base64_decode(arena, nonce64, &nonce));
    struct sg_str bytes = sg_str_format(arena, "%.*s%s", SG_STR_ARG(created), password);
    char *all = sg_arena_get(arena, nonce.length + bytes.length, 1);

    memcpy(all, nonce.at, nonce.length);
    memcpy(all + nonce.length, bytes.at, bytes.length);
    sg_sha1_of((struct sg_str){all, nonce.length + bytes.length}, sum);
    return sg_base64(arena, (struct sg_str){(const char *)sum, sizeof sum});
}

static struct sg_str text_at(struct sg_arena *arena, const struct sg_node *root, const char *at)
{
    const struct sg_pointer *pointer = NULL;
    const struct sg_node *node = NULL;
    struct sg_str text = {0};
    struct sg_error err;

    assert_true(sg_pointer_compile(arena, sg_str_of(at), (struct sg_place){0}, &pointer, &err));
    assert_true(sg_pointer_find(pointer, root, &node, &err));
    if (node != NULL)
        assert_true(sg_node_as_text(node, &text));
    return text;
}

static const struct sg_node *security(struct sg_arena *arena, const struct sg_system *system)
{
    const struct sg_node *root = NULL;
    struct sg_request request;
    struct sg_error err;

    assert_true(unit_build(arena, system, "add", "{}", &request));
    const struct sg_wire wire = unit_render(arena, system, &request);

    assert_true(sg_xml_read(arena, wire.body, system->names, NULL, &root, &err));
    return sg_node_find(sg_node_find(root, SG_STR("Header")), SG_STR("Security"));
}

#define WSSE(more) "auth: {wsse: {user: \"${env:U}\", password: \"${env:P}\"" more "}}\n"

static void a_digest_has_a_fresh_nonce_and_proves_the_password(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system =
        unit_system(arena, SOAP_SYSTEM("1.1", WSSE(", digest: true, expires: 5m"), ""));
    const struct sg_node *one = security(arena, system), *two = security(arena, system);
    struct sg_str nonce = text_at(arena, one, "/UsernameToken/Nonce");
    struct sg_str created = text_at(arena, one, "/UsernameToken/Created");

    (void)state;
    assert_true(sg_str_is(text_at(arena, one, "/UsernameToken/Username"), "${env:U}"));
    assert_true(sg_str_is(created, "2026-07-01T04:30:00Z"));
    assert_true(sg_str_equal(text_at(arena, one, "/UsernameToken/Password"),
                             expected_digest(arena, nonce, created, "${env:P}")));
    assert_false(sg_str_equal(nonce, text_at(arena, two, "/UsernameToken/Nonce")));
    assert_true(sg_str_is(text_at(arena, one, "/Timestamp/Created"), "2026-07-01T04:30:00Z"));
    assert_true(sg_str_is(text_at(arena, one, "/Timestamp/Expires"), "2026-07-01T04:35:00Z"));
}

static void a_password_as_text_stands_there_without_a_timestamp(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, SOAP_SYSTEM("1.1", WSSE(""), ""));
    const struct sg_node *header = security(arena, system);

    (void)state;
    assert_true(sg_str_is(text_at(arena, header, "/UsernameToken/Password"), "${env:P}"));
    assert_null(sg_node_find(header, SG_STR("Timestamp")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_envelope_is_written_as_its_version_says),
        cmocka_unit_test(a_digest_has_a_fresh_nonce_and_proves_the_password),
        cmocka_unit_test(a_password_as_text_stands_there_without_a_timestamp),
    };
    return cmocka_run_group_tests_name("soap", tests, NULL, NULL);
}
