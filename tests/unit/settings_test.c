#include "service/settings.h"

#include "findings_unit.h"
#include "folder_unit.h"
#include "mapping/zone.h"

static const int64_t MB = 1048576;
static const int64_t DAY_MS = 86400000;

/* Reads `text` as the file sgbridge.yaml of `folder`. */
static const struct sg_settings *read_text(struct sg_arena *arena, const struct unit_folder *folder,
                                           const char *text, struct sg_findings *findings)
{
    unit_folder_write(folder, "sgbridge.yaml", text);
    return sg_settings_read(
        arena, sg_str_c(arena, sg_str_format(arena, "%s/sgbridge.yaml", folder->path)), findings);
}

static void what_is_left_out_has_its_default(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    const struct sg_settings *settings = read_text(arena, &folder, "name: mashhad\n", findings);

    assert_non_null(settings);
    assert_true(sg_str_is(settings->name, "mashhad"));
    assert_string_equal(settings->mappings + strlen(folder.path), "/mappings");
    assert_string_equal(settings->state, "/var/lib/sgbridge");
    assert_string_equal(settings->listen_host, "127.0.0.1");
    assert_int_equal(settings->listen_port, 8137);
    assert_ptr_equal(settings->journal, &SG_JOURNAL_EMBEDDED);
    assert_int_equal(sg_zone_offset_ms(settings->zone, 0), 12600000); /* 03:30 */
    assert_int_equal(settings->keep_ms, 90 * DAY_MS);
    assert_int_equal(settings->reserve_bytes, 256 * MB);
    assert_int_equal(settings->max_event_bytes, 900 * 1024);
    assert_int_equal(settings->log, SG_LOG_INFO);
    unit_folder_close(&folder);
}

static void what_is_given_is_taken(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    const struct sg_settings *settings =
        read_text(arena, &folder,
                  "name: m-137\nmappings: /etc/maps\nstate: data\nlisten: \"[::1]:0\"\n"
                  "journal: embedded\nzone: UTC\nkeep: 12h\nreserve: 1MB\nmax_event: 2KB\n"
                  "log: debug\n",
                  findings);

    assert_non_null(settings);
    assert_true(sg_str_is(settings->name, "m-137"));
    assert_string_equal(settings->mappings, "/etc/maps");
    assert_string_equal(settings->state + strlen(folder.path), "/data");
    assert_string_equal(settings->listen_host, "[::1]");
    assert_int_equal(settings->listen_port, 0);
    assert_int_equal(sg_zone_offset_ms(settings->zone, 0), 0);
    assert_int_equal(settings->keep_ms, DAY_MS / 2);
    assert_int_equal(settings->reserve_bytes, MB);
    assert_int_equal(settings->max_event_bytes, 2048);
    assert_int_equal(settings->log, SG_LOG_DEBUG);
    unit_folder_close(&folder);
}

static void a_department_is_where_records_name_it(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    const struct sg_settings *settings = read_text(
        arena, &folder,
        "name: m\ndepartment: {saja.ticket: /agency_responsible, gam.letter: /گیرنده/0/@Code}\n",
        findings);

    assert_non_null(settings);
    assert_string_equal(sg_str_c(arena, settings->departments),
                        "{\"saja.ticket\":\"$.\\\"agency_responsible\\\"\","
                        "\"gam.letter\":\"$.\\\"گیرنده\\\"[0].\\\"@Code\\\"\"}");
    unit_folder_close(&folder);
}

/* What is said of files that are wrong. */
static void check(const char *const (*rows)[2], size_t count)
{
    struct unit_folder folder;

    unit_folder_open(&folder);
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

        assert_null(read_text(arena, &folder, rows[r][0], findings));
        assert_string_equal(unit_findings(arena, findings), rows[r][1]);
    }
    unit_folder_close(&folder);
}

static void a_wrong_file_is_refused_with_all_its_errors(void **state)
{
#define NAME_RULE "a name is 1 to 12 of a-z, 0-9 and `-`: it stands in references"
    static const char *const rows[][2] = {
        {"log: info\n", "1:1: `name` must be given"},
        {"name: mashhad-13700\n", "1:7: " NAME_RULE},
        {"name: Mashhad\n", "1:7: " NAME_RULE},
        {"name: مشهد\n", "1:7: " NAME_RULE},
        {"name: a.b\n", "1:7: " NAME_RULE},
        {"name: \"\"\n", "1:7: " NAME_RULE},
        {"name: 137\n", "1:7: " NAME_RULE},
        {"name: m\nmapping: maps\n", "2:1: unknown key `mapping`; did you mean `mappings`?"},
        {"name: m\nport: 80\n",
         "2:1: unknown key `port`; one of name, mappings, state, listen, journal, zone, keep, "
         "reserve, max_event, log, department"},
        {"name: m\nname: n\n", "2:1: `name` is given twice; first on line 1"},
        {"name: m\nmappings: [maps]\n", "2:11: a text is expected"},
        {"name: m\nmappings: \"\"\n", "2:11: a folder is expected"},
        {"name: m\nstate:\n", "2:7: a text is expected"},
        {"name: m\nstate: \"\"\n", "2:8: a folder is expected"},
        {"name: M\nlog: all\nkeep: 1\n",
         "1:7: " NAME_RULE "\n2:6: a log level is one of error, warn, info, debug\n"
         "3:7: a time span is expected, such as 90d"},
        {"name: m\ndepartment: /a\n",
         "2:13: a pointer for each record is expected: {saja.ticket: /agency}"},
        {"name: m\ndepartment: {ticket: /a, saja.ticket: a, gam.letter: \"\"}\n",
         "2:14: a record is expected, with its system: saja.ticket\n"
         "2:39: a pointer starts with '/'\n"
         "2:54: a pointer to one value is expected, and no `\"` in it"},
        {"- name\n", "1:1: a map is expected"},
        {"", "1:1: the file is empty"},
    };
#undef NAME_RULE

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_wrong_value_is_refused_at_its_place(void **state)
{
#define LISTEN_RULE "2:9: ADDRESS:PORT is expected, such as 127.0.0.1:8137"
#define LOG_RULE    "2:6: a log level is one of error, warn, info, debug"
#define SIZE_RULE   "a size is expected, such as 256MB"
#define KEEP_RULE   "2:7: a time span is expected, such as 90d"
    static const char *const rows[][2] = {
        {"name: m\nlisten: 8137\n", LISTEN_RULE},
        {"name: m\nlisten: \":8137\"\n", LISTEN_RULE},
        {"name: m\nlisten: 127.0.0.1\n", LISTEN_RULE},
        {"name: m\nlisten: 127.0.0.1:65536\n", LISTEN_RULE},
        {"name: m\nlisten: 127.0.0.1:-1\n", LISTEN_RULE},
        {"name: m\nlisten: 127.0.0.1:http\n", LISTEN_RULE},
        {"name: m\nlisten: {port: 8137}\n", LISTEN_RULE},
        {"name: m\nzone: Asia/Teheran\n",
         "2:7: no such time zone `Asia/Teheran`; did you mean `Asia/Tehran`?"},
        {"name: m\nkeep: 90\n", KEEP_RULE},
        {"name: m\nkeep: 0d\n", KEEP_RULE},
        {"name: m\nkeep: 90 d\n", KEEP_RULE},
        {"name: m\nreserve: 256\n", "2:10: " SIZE_RULE},
        {"name: m\nreserve: 1GB\n", "2:10: " SIZE_RULE},
        {"name: m\nmax_event: 0KB\n", "2:12: " SIZE_RULE},
        {"name: m\nmax_event: 9007199254740993MB\n", "2:12: " SIZE_RULE},
        {"name: m\nlog: verbose\n", LOG_RULE},
        {"name: m\nlog: true\n", LOG_RULE},
    };
#undef LISTEN_RULE
#undef LOG_RULE
#undef SIZE_RULE
#undef KEEP_RULE

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_journal_in_kafka_is_taken_with_its_secrets_unread(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    const struct sg_settings *settings =
        read_text(arena, &folder,
                  "name: m\njournal:\n  kafka:\n    brokers: a:9092,b:9092\n    prefix: m.x\n"
                  "    properties: {sasl.password: \"${env:SG_NOT_SET}\", linger.ms: 5,\n"
                  "                 security.protocol: \"${env:SG_NOT_SET}\"}\n",
                  findings);
    assert_non_null(settings);
    assert_ptr_equal(settings->journal, &SG_JOURNAL_KAFKA);
    assert_string_equal(settings->kafka->as_written.cluster.brokers, "a:9092,b:9092");
    assert_string_equal(settings->kafka->as_written.prefix, "m.x");
    assert_int_equal(settings->kafka->as_written.replication, 3);
    assert_int_equal(settings->kafka->as_written.cluster.property_count, 3);
    assert_string_equal(settings->kafka->as_written.cluster.properties[0].value,
                        "${env:SG_NOT_SET}");
    assert_null(sg_kafka_settings_open(arena, settings->kafka, findings));
    unit_folder_close(&folder);
}

static void a_wrong_journal_is_refused_at_its_place(void **state)
{
#define JOURNAL_RULE "2:10: a journal is `embedded`, or {kafka: {brokers: …, prefix: …}}"
#define PREFIX_RULE                                                                             \
    "`prefix` must be given, 1 to 100 of a-z, 0-9, `-` and `.`: the names of all topics begin " \
    "with it"
#define KAFKA "name: m\njournal:\n  kafka:\n    brokers: a:1\n    prefix: m\n"
    static const char *const rows[][2] = {
        {"name: m\njournal: sqlite\n", JOURNAL_RULE},
        {"name: m\njournal: {kafka: {}, embedded: {}}\n", JOURNAL_RULE},
        {"name: m\njournal:\n  kafka:\n    prefix: m\n",
         "4:5: `brokers` must be given as host:port,host:port"},
        {"name: m\njournal:\n  kafka:\n    brokers: a:1,b\n    prefix: m\n",
         "4:14: `brokers` must be given as host:port,host:port"},
        {"name: m\njournal:\n  kafka:\n    brokers: a:1\n    prefix: M\n", "5:13: " PREFIX_RULE},
        {KAFKA "    replication: 0\n", "6:18: a number of brokers is expected, 1 to 9"},
        {KAFKA "    replicaton: 3\n", "6:5: unknown key `replicaton`; did you mean `replication`?"},
        {KAFKA "    properties: {linger: 5}\n", "6:26: No such configuration property: \"linger\""},
        {KAFKA "    properties: {linger: \"${env:SG_NOT_SET}\"}\n",
         "6:26: No such configuration property: \"linger\""},
        {KAFKA "    properties: {acks: 1}\n", "6:24: `acks` is the bridge's own to set"},
        {KAFKA "    properties: {socket.timeout.ms: soon}\n",
         "6:37: Invalid value for configuration property \"socket.timeout.ms\""},
    };
#undef JOURNAL_RULE
#undef PREFIX_RULE
#undef KAFKA

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    size_t count = 0;

    (void)state;
    assert_null(sg_settings_read(arena, "/tmp/sgbridge-none/sgbridge.yaml", findings));
    const struct sg_finding *said = sg_findings_sorted(findings, &count);

    assert_int_equal(count, 1);
    assert_string_equal(said[0].at.file, "/tmp/sgbridge-none/sgbridge.yaml");
    assert_non_null(strstr(sg_str_c(arena, said[0].text), "cannot be read"));
}

static void the_file_is_the_one_named_then_the_variables_then_the_folders(void **state)
{
    struct unit_folder folder;
    struct sg_error err;
    const char *path = NULL;

    (void)state;
    unit_folder_open(&folder);
    assert_int_equal(chdir(folder.path), 0);
    assert_int_equal(setenv("SGBRIDGE_CONFIG", "named-by-variable.yaml", 1), 0);
    unit_folder_write(&folder, "sgbridge.yaml", "name: m\n");

    assert_true(sg_settings_locate("named.yaml", &path, &err)); /* even if it is not there */
    assert_string_equal(path, "named.yaml");
    assert_true(sg_settings_locate(NULL, &path, &err));
    assert_string_equal(path, "named-by-variable.yaml");
    assert_int_equal(unsetenv("SGBRIDGE_CONFIG"), 0);
    assert_true(sg_settings_locate(NULL, &path, &err));
    assert_string_equal(path, "sgbridge.yaml");
    unit_folder_remove(&folder, "sgbridge.yaml");
    if (sg_settings_locate(NULL, &path, &err)) {
        assert_string_equal(path, "/etc/sgbridge/sgbridge.yaml"); /* where it is installed */
    } else {
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_non_null(strstr(err.text, "/etc/sgbridge/sgbridge.yaml"));
    }
    assert_int_equal(chdir("/"), 0);
    unit_folder_close(&folder);
}

static void paths_are_relative_to_the_file_and_not_to_the_caller(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    unit_folder_write(&folder, "conf/sgbridge.yaml", "name: m\nstate: ../state\n");
    assert_int_equal(chdir(folder.path), 0);
    const struct sg_settings *settings = sg_settings_read(arena, "conf/sgbridge.yaml", findings);

    assert_non_null(settings);
    assert_string_equal(settings->mappings, "conf/mappings");
    assert_string_equal(settings->state, "conf/../state");
    assert_int_equal(chdir("conf"), 0);
    settings = sg_settings_read(arena, "sgbridge.yaml", findings);
    assert_non_null(settings);
    assert_string_equal(settings->mappings, "mappings");
    assert_int_equal(chdir("/"), 0);
    unit_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(a_department_is_where_records_name_it),
        cmocka_unit_test(a_wrong_file_is_refused_with_all_its_errors),
        cmocka_unit_test(a_wrong_value_is_refused_at_its_place),
        cmocka_unit_test(a_journal_in_kafka_is_taken_with_its_secrets_unread),
        cmocka_unit_test(a_wrong_journal_is_refused_at_its_place),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(the_file_is_the_one_named_then_the_variables_then_the_folders),
        cmocka_unit_test(paths_are_relative_to_the_file_and_not_to_the_caller),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
