#include "connectors/message.h"

#include "base/buffer.h"
#include "connector_unit.h"

#define HEAD                                                                                     \
    "system: calls\nformat: json\nkafka: {brokers: \"a:1\"}\nrecords:\n  ticket:\n    id: /id\n" \
    "    key: /id\n    subscribe:\n      topic: t\n      start: all\n"
#define PUT                                                                                      \
    "      items: /after\n      put: {/id: message:/key, /of/channel: {from: headers:/Channel, " \
    "optional: true}}\n"

/* "ID BODY; …", or "failed: PROBLEM", of what one message brings. */
static const char *events_of(struct sg_arena *arena, const char *file,
                             const struct sg_message *message)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_system *system =
        sg_system_compile(arena, sg_str_of(file), "mappings/systems/calls.yaml", NULL,
                          &(struct sg_secrets){.is_read = false}, findings);
    struct sg_buffer said = {.arena = arena};
    struct sg_events read = {.arena = arena};

    assert_int_equal(sg_findings_errors(findings), 0);
    const struct sg_record_reader reader = {
        .system = system, .record = &system->records[0], .max_bytes = 1000};
    sg_message_read(&reader, message, 1782880200000, &read);
    for (size_t e = 0; e < read.count; e++) {
        const struct sg_event *event = &read.at[e];
        const char *between = e > 0 ? "; " : "";

        if (event->problem.length > 0)
            sg_buffer_add_format(&said, "%sfailed: %.*s", between, SG_STR_ARG(event->problem));
        else
            sg_buffer_add_format(&said, "%s%.*s %.*s", between, SG_STR_ARG(event->record_id),
                                 SG_STR_ARG(event->body));
    }
    return sg_buffer_c(&said);
}

static void a_message_brings_the_records_in_it(void **state)
{
#define UNREADABLE "failed: offset 7 of topic t, partition 2, cannot be read: "
    static const struct {
        const char *spec, *key, *value, *says;
    } rows[] = {
        {"      items: \"\"\n", "k", "{\"id\":1,\"a\":2}", "1 {\"id\":1,\"a\":2}"},
        {"      items: \"\"\n", "k", "[{\"id\":1},{\"id\":2}]", "1 {\"id\":1}; 2 {\"id\":2}"},
        {PUT, "k-1", "{\"after\":{\"a\":2}}",
         "k-1 {\"a\":2,\"id\":\"k-1\",\"of\":{\"channel\":\"phone\"}}"},
        {PUT, "k-1", "{\"after\":[{\"id\":9},{}]}",
         "k-1 {\"id\":\"k-1\",\"of\":{\"channel\":\"phone\"}}; "
         "k-1 {\"id\":\"k-1\",\"of\":{\"channel\":\"phone\"}}"},
        {PUT, "k-1", "{\"after\":null}", ""},
        {PUT, "k-1", NULL, ""}, /* the key's record is gone from a compacted topic */
        {PUT, "k-1", "{\"before\":{}}", UNREADABLE "`items` is not there"},
        {PUT, "k-1", "", UNREADABLE "the document ends where a value is expected"},
        {PUT, "", "{\"after\":{\"a\":1}}", UNREADABLE "nothing at message:/key"},
        {PUT, "\xff", "{\"after\":{}}", UNREADABLE "its key or a header is no UTF-8"},
        {PUT, "k-1", "{\"after\":\"text\"}", UNREADABLE "`put` needs a record that is an object"},
    };
#undef UNREADABLE
    static const struct sg_header headers[] = {{SG_STR_INIT("channel"), SG_STR_INIT("phone")}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const char *file = sg_str_c(arena, sg_str_format(arena, "%s%s", HEAD, rows[r].spec));
        const struct sg_message message = {
            .topic = SG_STR("t"),
            .partition = 2,
            .offset = 7,
            .key = unit_text(arena, rows[r].key),
            .value = rows[r].value == NULL ? SG_STR("") : unit_text(arena, rows[r].value),
            .has_value = rows[r].value != NULL,
            .headers = headers,
            .header_count = 1};

        assert_string_equal(events_of(arena, file, &message), rows[r].says);
    }
}

static void what_cannot_be_read_is_kept_and_known_again(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_system *system =
        sg_system_compile(arena, sg_str_of(HEAD PUT), "mappings/systems/calls.yaml", NULL,
                          &(struct sg_secrets){.is_read = false}, findings);
    const struct sg_record_reader reader = {
        .system = system, .record = &system->records[0], .max_bytes = 1000};
    const struct sg_message message = {
        .topic = SG_STR("t"), .offset = 7, .value = SG_STR("no json"), .has_value = true};
    struct sg_events first = {.arena = arena}, again = {.arena = arena};

    (void)state;
    sg_message_read(&reader, &message, 1, &first);
    sg_message_read(&reader, &message, 2, &again);
    assert_int_equal(first.count, 1);
    assert_true(sg_str_is(first.at[0].body, "{\"topic\":\"t\",\"partition\":0,\"offset\":7,"
                                            "\"base64\":\"bm8ganNvbg==\"}"));
    assert_true(sg_str_equal(first.at[0].record_id, again.at[0].record_id));
    assert_memory_equal(&first.at[0].sha256, &again.at[0].sha256, sizeof(struct sg_sha256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_brings_the_records_in_it),
        cmocka_unit_test(what_cannot_be_read_is_kept_and_known_again),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
