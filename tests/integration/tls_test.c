/* `tls`: the certificate by which a system knows us, from its files to the other end. */
#include <curl/curl.h>
#include <signal.h>

#include "connector_unit.h"
#include "connectors/http.h"
#include "findings_unit.h"
#include "folder_unit.h"
#include "tls_server.h"

/* The tls of a system file; its places are counted from line 4. */
#define SYSTEM "system: s\nurl: https://127.0.0.1:%d\nformat: json\n%s\n" OPERATIONS
#define OPERATIONS \
    "operations: {create: {request: {post: /t}, input: {/a: {}}, once: idempotent}}\n"

/* A server's certificate and a client's, and a client's key that fits neither. */
struct stage {
    struct unit_folder folder;
    char server[64], server_key[64], client[64], client_key[64], other[64], other_key[64];
};

static void name_files(struct stage *stage, char *cert, char *key, const char *name)
{
    (void)snprintf(cert, sizeof stage->server, "%s/%s.crt", stage->folder.path, name);
    (void)snprintf(key, sizeof stage->server, "%s/%s.key", stage->folder.path, name);
    sg_tls_server_make(cert, key);
}

static int open_stage(void **state)
{
    static struct stage stage;

    unit_folder_open(&stage.folder);
    name_files(&stage, stage.server, stage.server_key, "server");
    name_files(&stage, stage.client, stage.client_key, "client");
    name_files(&stage, stage.other, stage.other_key, "other");
    unit_folder_write(&stage.folder, "empty", "nothing of use\n");
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    unit_folder_close(&((struct stage *)*state)->folder);
    return 0;
}

static const struct sg_system *compile(struct sg_arena *arena, struct sg_findings *findings,
                                       int port, struct sg_str tls, bool reads)
{
    const struct sg_secrets secrets = {.is_read = reads};

    return sg_system_compile(arena, sg_str_format(arena, SYSTEM, port, sg_str_c(arena, tls)),
                             "s.yaml", sg_lookups_new(arena), &secrets, findings);
}

static void on_done(struct sg_call *call, const struct sg_reply *reply)
{
    *(struct sg_reply *)call->owner = *reply;
}

static struct sg_reply call(struct sg_arena *arena, const struct sg_system *system)
{
    struct sg_http *http SG_AUTO(sg_http) = sg_http_new();
    struct sg_transport *transport = sg_http_transport(http);
    struct sg_reply reply = {.problem = {NULL, 0}, .status = -1};
    struct sg_call one = {.system = system,
                          .arena = arena,
                          .request = {.method = SG_METHOD_POST, .path = SG_STR("/t")},
                          .timeout_ms = 5000,
                          .limit_bytes = 1000,
                          .done = on_done,
                          .owner = &reply};

    transport->start(transport, &one, UNIT_NOW_MS);
    while (reply.status < 0)
        sg_http_run(http, NULL, 0, 1000);
    return reply;
}

static void a_system_knows_us_by_our_certificate(void **state)
{
    const struct stage *stage = *state;
    const struct {
        const char *cert, *key;
        int requests;
    } rows[] = {
        {stage->client, stage->client_key, 1},
        {stage->other, stage->other_key, 0}, /* one that it does not know */
        {NULL, NULL, 0},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
        struct sg_tls_server *server =
            sg_tls_server_new(stage->server, stage->server_key, stage->client);
        struct sg_str tls = sg_str_format(arena, "tls: {ca: %s}", stage->server);

        if (rows[r].cert != NULL)
            tls = sg_str_format(arena, "tls: {ca: %s, cert: %s, key: %s}", stage->server,
                                rows[r].cert, rows[r].key);
        const struct sg_system *system =
            compile(arena, findings, sg_tls_server_port(server), tls, true);

        assert_string_equal(unit_findings(arena, findings), "");
        const struct sg_reply reply = call(arena, system);

        assert_int_equal(reply.kind == SG_REPLY_WHOLE, rows[r].requests);
        assert_int_equal(sg_tls_server_requests(server), rows[r].requests);
        sg_tls_server_free(server);
    }
}

static void what_is_wrong_with_its_files_is_said_at_its_place(void **state)
{
    const struct stage *stage = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *folder = stage->folder.path;
    const struct {
        struct sg_str tls;
        const char *said;
    } rows[] = {
        {sg_str_format(arena, "tls:\n  cert: %s\n  key: %s", stage->client, stage->client_key), ""},
        {sg_str_format(arena, "tls:\n  cert: %s\n  key: %s", stage->client, stage->other_key),
         "6:8: it is not the key of the certificate"},
        {sg_str_format(arena, "tls:\n  cert: %s\n  key: %s", stage->client, stage->client),
         "6:8: no private key in PEM, or an encrypted one; give it without a password"},
        {sg_str_format(arena, "tls:\n  cert: %s/empty\n  key: %s", folder, stage->client_key),
         "5:9: no certificate in PEM is in it"},
        {sg_str_format(arena, "tls:\n  ca: %s/empty", folder),
         "5:7: no certificate in PEM is in it"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
        struct sg_findings *unread SG_AUTO(sg_findings) = sg_findings_new();

        (void)compile(arena, findings, 1, rows[r].tls, true);
        assert_string_equal(unit_findings(arena, findings), rows[r].said);
        (void)compile(arena, unread, 1, rows[r].tls, false); /* plain `check` reads no file */
        assert_string_equal(unit_findings(arena, unread), "");
    }
}

static void a_file_that_is_missing_is_named(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

    (void)state;
    (void)compile(arena, findings, 1,
                  SG_STR("tls:\n  ca: /gone/ca\n  cert: /gone/c\n  key: /gone/k"), true);
    assert_string_equal(unit_findings(arena, findings),
                        "5:7: /gone/ca: cannot be read: No such file or directory\n"
                        "6:9: /gone/c: cannot be read: No such file or directory\n"
                        "7:8: /gone/k: cannot be read: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_system_knows_us_by_our_certificate),
        cmocka_unit_test(what_is_wrong_with_its_files_is_said_at_its_place),
        cmocka_unit_test(a_file_that_is_missing_is_named),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* the server writes to whoever has gone */
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("tls", tests, open_stage, close_stage);

    curl_global_cleanup();
    return failed;
}
