/* Multipart bodies: which parts a request has, how each is called and what it says of itself. */
#include "connectors/multipart.h"

#include "connector_unit.h"
#include "connectors/url.h"
#include "folder_unit.h"

#define SYSTEM(more)                                                                           \
    "system: s\nurl: http://127.0.0.1:1\nformat: json\n" more "operations:\n"                  \
    "  add:\n"                                                                                 \
    "    once: resend\n"                                                                       \
    "    request: {post: /add, body: multipart}\n"                                             \
    "    input: {/a: {}, /tags: {type: list}, /doc: {type: file}, /o: {type: any}}\n"          \
    "  docs:\n"                                                                                \
    "    once: resend\n"                                                                       \
    "    request: {post: /docs, body: multipart, content: {set: {/docs: {each: /docs, value: " \
    "/url}, /a: {from: /a, optional: true}}}}\n"                                               \
    "    input: {/a: {}, /docs: {type: list, of: {/url: {type: file}}}}\n"
#define OLD SYSTEM("charset: windows-1256\n")

static bool build_of(struct sg_arena *arena, const struct sg_system *system, const char *operation,
                     const char *input, struct sg_request *out)
{
    struct sg_rule_run run = {.arena = arena};
    const struct sg_operation_call call = {.system = system,
                                           .op = sg_system_operation(system, sg_str_of(operation)),
                                           .source = system,
                                           .input = unit_json(arena, input),
                                           .event = sg_node_new(arena, SG_NODE_OBJECT),
                                           .key = SG_STR("k"),
                                           .now_ms = UNIT_NOW_MS};

    return sg_operation_build(&call, &run, out);
}

static bool build(struct sg_arena *arena, const struct sg_system *system, const char *input,
                  struct sg_request *out)
{
    return build_of(arena, system, "add", input, out);
}

/* Each part on a line: `name="text"`, or `name=FILE NAME (TYPE) of URL`; or what is wrong. */
static const char *shown(struct sg_arena *arena, const struct sg_system *system,
                         const struct sg_request *request)
{
    struct sg_buffer out = {.arena = arena};
    struct sg_wire wire;
    struct sg_error err;

    if (!sg_request_render(system, request, UNIT_NOW_MS, arena, &wire, &err))
        return sg_str_c(arena, sg_str_of(err.text));
    assert_true(wire.has_body);
    assert_int_equal(wire.body.length, 0);
    for (size_t h = 0; h < wire.header_count; h++)
        sg_buffer_add_format(&out, "%.*s\n", SG_STR_ARG(wire.headers[h].value));
    for (size_t p = 0; p < wire.part_count; p++) {
        const struct sg_wire_part *part = &wire.parts[p];

        sg_buffer_add_format(&out, "%.*s=", SG_STR_ARG(part->name));
        if (part->file == NULL)
            sg_buffer_add_format(&out, "\"%.*s\" (%.*s)\n", SG_STR_ARG(part->text),
                                 SG_STR_ARG(part->media_type));
        else
            sg_buffer_add_format(&out, "%.*s (%.*s) of %.*s\n", SG_STR_ARG(part->file_name),
                                 SG_STR_ARG(part->media_type), SG_STR_ARG(part->text));
    }
    return sg_buffer_c(&out);
}

static void each_text_and_each_file_is_a_part(void **state)
{
#define TYPE "multipart/form-data\n"
    static const struct {
        const char *yaml, *input, *parts;
    } rows[] = {
        {SYSTEM(""), "{\"a\":\"یک\",\"tags\":[\"x\",\"y\"]}",
         TYPE "a=\"یک\" ()\ntags=\"x\" ()\ntags=\"y\" ()\n"},
        {SYSTEM(""), "{\"a\":null,\"tags\":[]}", TYPE "a=\"\" ()\n"},
        {SYSTEM(""), "{\"doc\":\"/f/%D9%86.pdf\"}",
         TYPE "doc=ن.pdf (application/octet-stream) of /f/%D9%86.pdf\n"},
        {SYSTEM("always: {set: {/token: {const: t}, /a: {const: no}}}\n"),
         "{\"doc\":\"/f/1\",\"a\":\"own\"}",
         TYPE "token=\"t\" ()\na=\"own\" ()\ndoc=1 (application/octet-stream) of /f/1\n"},
        {OLD, "{\"a\":\"\u06cc\u06f5\",\"doc\":\"/f/%DB%8C\"}",
         TYPE "a=\"\xED"
              "5\" (text/plain; charset=windows-1256)\n"
              "doc=\xED (application/octet-stream) of /f/%DB%8C\n"},
        {OLD, "{\"a\":\"\u4e2d\"}", "part `a`: windows-1256 has no U+4E2D"},
        {OLD, "{\"doc\":\"/f/%E4%B8%AD\"}", "part `doc`: windows-1256 has no U+4E2D"},
        {SYSTEM(""), "{\"o\":{\"p\":1}}", "part `o`: a text, a file or a list of them is expected"},
        {SYSTEM(""), "{\"tags\":[[\"x\",\"y\"]]}",
         "part `tags`: a text, a file or a list of them is expected"},
        {SYSTEM("always: {set: {\"/a\\r\\nX: y\": {const: t}}}\n"), "{\"a\":\"b\"}",
         "part `a\r\nX: y`: a line end or control character in its name"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, rows[r].yaml);
        struct sg_request request;

        assert_true(build(arena, system, rows[r].input, &request));
        assert_string_equal(shown(arena, system, &request), rows[r].parts);
    }
#undef TYPE
}

static void what_is_of_a_session_is_put_into_its_part(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system =
        unit_system(arena, SYSTEM("login: {request: {post: /login}, gives: {token: /t}}\n"
                                  "always: {set: {/token: session:/token}}\n"));
    struct sg_node *values = sg_node_new(arena, SG_NODE_OBJECT);
    const struct sg_session session = {.values = values};
    struct sg_request request;

    (void)state;
    (void)sg_node_add(values, SG_STR("token"), sg_node_text(arena, SG_STR("t-1")));
    assert_true(build(arena, system, "{\"doc\":\"/f/1\"}", &request));
    request.session = &session;
    assert_string_equal(shown(arena, system, &request),
                        "multipart/form-data\ntoken=\"t-1\" ()\n"
                        "doc=1 (application/octet-stream) of /f/1\n");
}

static void a_body_of_nothing_is_no_multipart(void **state)
{
    static const char *const inputs[] = {"{}", "{\"tags\":[]}"};

    (void)state;
    for (size_t i = 0; i < SG_ROWS(inputs); i++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, SYSTEM(""));
        struct sg_request request;

        assert_true(build(arena, system, inputs[i], &request));
        assert_string_equal(shown(arena, system, &request), "");
    }
}

static void a_list_is_no_multipart_body(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(
        arena, "system: s\nurl: http://127.0.0.1:1\nformat: json\noperations:\n"
               "  add: {once: resend, request: {post: /t, body: multipart, content: /tags}, "
               "input: {/tags: {type: list}}}\n");
    struct sg_request request;

    (void)state;
    assert_true(build(arena, system, "{\"tags\":[\"x\"]}", &request));
    assert_string_equal(shown(arena, system, &request),
                        "a multipart body is an object, a part a member");
}

static void a_file_has_the_type_that_its_source_said(void **state)
{
    static const char *const rows[][2] = {
        {"image/png", "image/png"},
        {"text/html; charset=\"utf-8\"", "text/html; charset=\"utf-8\""},
        {"", "application/octet-stream"},
        {"a\r\nX: y", "application/octet-stream"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_system *system = unit_system(arena, SYSTEM(""));
        struct sg_request request;

        assert_true(build(arena, system, "{\"doc\":\"/f/1\"}", &request));
        request.files[0].type = sg_str_of(rows[r][0]);
        const char *expected = sg_str_c(
            arena, sg_str_format(arena, "multipart/form-data\ndoc=1 (%s) of /f/1\n", rows[r][1]));

        assert_string_equal(shown(arena, system, &request), expected);
    }
}

static void a_files_name_is_that_in_its_url(void **state)
{
    static const char *const rows[][2] = {
        {"http://h/f/a.jpg", "a.jpg"},
        {"http://h/f/a.jpg?x=/b#c", "a.jpg"},
        {"http://h/f/%D9%86%D8%A7%D9%85%D9%87%20%DB%B1.pdf", "نامه ۱.pdf"},
        {"http://h/f/a+b", "a+b"},
        {"http://h/f/", "file"},
        {"http://h", "file"},
        {"http://h/f/..%2Fetc%2Fpasswd", "passwd"},
        {"http://h/f/C:%5Ca.doc", "a.doc"},
        {"http://h/f/%2E%2E", "file"},
        {"http://h/f/a%00b", "file"},
        {"http://h/f/a%0D%0Ab", "file"},
        {"http://h/f/%E4%C7", "file"}, /* no UTF-8 */
        {"http://h/f/%E2%80%AEfdp.exe", "fdp.exe"},
        {"http://h/f/a%22b", "a\"b"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(sg_str_c(arena, sg_url_file_name(arena, unit_text(arena, rows[r][0]))),
                            rows[r][1]);
    }
}

static void what_is_kept_has_urls_and_hashes_and_is_built_again_from_it(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_system *system = unit_system(arena, SYSTEM(""));
    const char *input = "{\"a\":\"x\",\"docs\":[{\"url\":\"/f/1\"},{\"url\":\"/f/2\"}]}";
    struct sg_request request;
    const struct sg_node *read = NULL;
    struct sg_scratch *opened = NULL;
    struct sg_error err;

    (void)state;
    assert_true(build_of(arena, system, "docs", input, &request));
    assert_true(sg_scratch_open("/tmp", &opened, &err));
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = opened;

    for (size_t f = 0; f < 2; f++) {
        request.files[f].bytes = sg_scratch_begin(scratch);
        assert_true(sg_scratch_add(&request.files[f].bytes, SG_STR("abc"), &err));
        request.files[f].sha256 = sg_sha256_of(SG_STR("abc"));
    }
    const struct sg_str kept = sg_request_store(arena, &request, unit_json(arena, input));

    /* FIPS 180-4's example */
    assert_string_equal(
        sg_str_c(arena, kept),
        "{\"method\":\"POST\",\"body\":\"multipart\",\"path\":\"/docs\",\"content\":{"
        "\"docs\":[\"/f/1\",\"/f/2\"],\"a\":\"x\"},\"files\":[{\"url\":\"http://127.0.0.1:1/f/1\",\"node\":2,"
        "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"},{\"url\":"
        "\"http://127.0.0.1:1/f/2\",\"node\":3,"
        "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}],"
        "\"input\":{\"a\":\"x\",\"docs\":[{\"url\":\"/f/1\"},{\"url\":\"/f/2\"}]}}");
    assert_true(sg_request_restore(arena, kept, &request, &read, &err));
    assert_string_equal(shown(arena, system, &request),
                        "multipart/form-data\n"
                        "docs=1 (application/octet-stream) of /f/1\n"
                        "docs=2 (application/octet-stream) of /f/2\na=\"x\" ()\n");
    assert_null(request.files[0].bytes.in); /* to be fetched again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_and_each_file_is_a_part),
        cmocka_unit_test(what_is_of_a_session_is_put_into_its_part),
        cmocka_unit_test(a_body_of_nothing_is_no_multipart),
        cmocka_unit_test(a_list_is_no_multipart_body),
        cmocka_unit_test(a_file_has_the_type_that_its_source_said),
        cmocka_unit_test(a_files_name_is_that_in_its_url),
        cmocka_unit_test(what_is_kept_has_urls_and_hashes_and_is_built_again_from_it),
    };
    return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
