#include "connector_unit.h"

/* A record's own rules stand on line 8; those that most rows need, before. */
#define SYSTEM(rules)                                             \
    "system: s\nurl: http://127.0.0.1:1\nformat: json\n"          \
    "zone: Asia/Tehran\nrecords:\n  ticket:\n    id: /id\n" rules \
    "    read: {request: {get: /t}, items: \"\"}\n"
#define KEYED(rules) SYSTEM("    key: /key\n" rules)

static const char *place(struct sg_arena *arena, const struct sg_event *event)
{
    return sg_str_c(arena, sg_str_format(arena, "%d:%d: %.*s", event->problem_at.line,
                                         event->problem_at.column, SG_STR_ARG(event->problem)));
}

static bool read_with(struct sg_arena *arena, const char *yaml, const char *item, size_t max_bytes,
                      struct sg_event *event)
{
    const struct sg_system *system = unit_system(arena, yaml);
    const struct sg_record_reader reader = {
        .system = system, .record = &system->records[0], .max_bytes = max_bytes};

    return sg_record_read(&reader, unit_json(arena, item), UNIT_NOW_MS, arena, event);
}

/* "id version key round", those that are not there as "-", and " own"; or the place and problem. */
static const char *outcome(struct sg_arena *arena, const char *yaml, const char *item)
{
    struct sg_buffer out = {.arena = arena};
    struct sg_event event;

    if (!read_with(arena, yaml, item, 1000, &event))
        return "left out";
    if (event.problem.length > 0)
        return place(arena, &event);
    const struct sg_str parts[] = {event.record_id,
                                   event.is_version_declared ? event.version : (struct sg_str){0},
                                   event.key, event.round};

    for (size_t p = 0; p < SG_ROWS(parts); p++)
        sg_buffer_add_format(&out, "%s%.*s", p == 0 ? "" : " ",
                             SG_STR_ARG(parts[p].length > 0 ? parts[p] : SG_STR("-")));
    return sg_str_c(arena,
                    sg_str_format(arena, "%s%s", sg_buffer_c(&out), event.is_own ? " own" : ""));
}

static void an_item_is_an_event_or_says_at_which_rule_it_is_none(void **state)
{
    static const struct {
        const char *yaml, *item, *outcome;
    } rows[] = {
        {KEYED(""), "{\"id\":\"14-1\",\"key\":\"k\"}", "14-1 - k -"},
        {KEYED(""), "{\"id\":7,\"key\":8}", "7 - 8 -"},
        {KEYED("    version: /at\n    round: /n\n"), "{\"id\":1,\"key\":2,\"at\":3,\"n\":4}",
         "1 3 2 4"},
        {KEYED("    round: {from: /n, optional: true}\n"), "{\"id\":1,\"key\":2}", "1 - 2 -"},
        {KEYED("    round: /n\n"), "{\"id\":1,\"key\":2}", "9:12: nothing at /n"},
        {KEYED("    version: /at\n"), "{\"id\":1,\"key\":2}", "9:14: nothing at /at"},
        {KEYED(""), "{\"key\":2}", "7:9: nothing at /id"},
        {KEYED(""), "{\"id\":\"\",\"key\":2}", "7:9: nothing at /id"},
        {KEYED(""), "{\"id\":1}", "8:10: nothing at /key"},
        {KEYED(""), "{\"id\":[1,2],\"key\":2}", "7:9: 2 elements at /id, one text expected"},
        {KEYED(""), "{}", "7:9: nothing at /id"},
        {SYSTEM("    key: {from: /key, optional: true}\n"), "{\"id\":1}",
         "8:10: nothing comes of it"},
        {SYSTEM("    key: {link: /no}\n"), "{\"id\":1,\"no\":\"44/1405\"}", "1 - 44/1405 -"},
        {SYSTEM("    key: {link: /no}\n"), "{\"id\":1}", "8:17: nothing at /no"},
        {KEYED("    own: {from: /by, equals: bridge}\n"), "{\"id\":1,\"key\":2,\"by\":\"bridge\"}",
         "1 - 2 - own"},
        {KEYED("    own: {from: /by, equals: bridge}\n"), "{\"id\":1,\"key\":2}", "1 - 2 -"},
        {KEYED("    where: {from: /open, equals: true}\n"), "{\"id\":1,\"key\":2,\"open\":true}",
         "1 - 2 -"},
        {KEYED("    where: {from: /open, equals: true}\n"), "{\"id\":1,\"key\":2,\"open\":false}",
         "left out"},
        {KEYED("    where: {from: /open, equals: true}\n"), "{\"key\":2}", "left out"},
        {KEYED("    where: {from: /open, equals: true}\n"), "{\"id\":1,\"key\":2,\"open\":[1,2]}",
         "9:12: 2 elements at /open, one text expected"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, rows[r].yaml, rows[r].item), rows[r].outcome);
    }
}

static void a_version_is_compared_by_value_when_it_is_a_time_or_a_number(void **state)
{
    static const struct {
        const char *version;
        enum sg_version_kind kind;
        int64_t value;
    } rows[] = {
        {"\"2026-07-01T08:00:00+03:30\"", SG_VERSION_TIME, UNIT_NOW_MS},
        {"\"2026-07-01T08:00:00\"", SG_VERSION_TIME, UNIT_NOW_MS}, /* in the system's zone */
        {"\"2026-07-01T04:30:00.250Z\"", SG_VERSION_TIME, UNIT_NOW_MS + 250},
        {"12", SG_VERSION_NUMBER, 12},
        {"\"12\"", SG_VERSION_NUMBER, 12},
        {"\"0\"", SG_VERSION_NUMBER, 0},
        {"\"-3\"", SG_VERSION_NUMBER, -3},
        {"\"007\"", SG_VERSION_OPAQUE, 0},
        {"\"-07\"", SG_VERSION_OPAQUE, 0},
        {"\"1.5\"", SG_VERSION_OPAQUE, 0},
        {"\"9223372036854775807\"", SG_VERSION_NUMBER, INT64_MAX},
        {"\"9223372036854775808\"", SG_VERSION_OPAQUE, 0},
        {"\"W/abc\"", SG_VERSION_OPAQUE, 0},
        {"\"1405/04/10\"", SG_VERSION_OPAQUE, 0},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_event event;
        const char *item = sg_str_c(
            arena, sg_str_format(arena, "{\"id\":1,\"key\":2,\"at\":%s}", rows[r].version));

        assert_true(read_with(arena, KEYED("    version: /at\n"), item, 1000, &event));
        assert_int_equal(event.problem.length, 0);
        assert_true(event.is_version_declared);
        assert_int_equal(event.version_kind, rows[r].kind);
        assert_int_equal(event.version_value, rows[r].value);
    }
}

/* SHA-256 of {"id":1,"key":2}, as any other program gives it. */
#define HASH "a4fae27402ec6c9951410bc7de9cda78057c9a3011c148d29ef39b841bea10e3"

static void without_a_version_the_content_is_its_own(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_event event, spaced, other;

    (void)state;
    assert_true(read_with(arena, KEYED(""), "{\"id\":1,\"key\":2}", 1000, &event));
    assert_true(read_with(arena, KEYED(""), "{ \"id\" : 1,\n\"key\":2 }", 1000, &spaced));
    assert_true(read_with(arena, KEYED(""), "{\"id\":1,\"key\":2,\"x\":3}", 1000, &other));
    assert_false(event.is_version_declared);
    assert_int_equal(event.version_kind, SG_VERSION_OPAQUE);
    assert_string_equal(sg_str_c(arena, event.version), HASH);
    assert_string_equal(sg_str_c(arena, event.body), "{\"id\":1,\"key\":2}");
    assert_true(sg_str_equal(event.version, spaced.version));
    assert_false(sg_str_equal(event.version, other.version));
}

static void an_item_without_an_id_is_known_again_by_its_content(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_event event, again, other;

    (void)state;
    assert_true(read_with(arena, KEYED(""), "{\"key\":2}", 1000, &event));
    assert_true(read_with(arena, KEYED(""), "{\"key\":2}", 1000, &again));
    assert_true(read_with(arena, KEYED(""), "{\"key\":3}", 1000, &other));
    assert_int_equal(event.record_id.length, 64);
    assert_true(sg_str_equal(event.record_id, again.record_id));
    assert_false(sg_str_equal(event.record_id, other.record_id));
    assert_string_equal(sg_str_c(arena, event.key), "2");
}

static void what_is_too_large_is_a_stub_with_its_id(void **state)
{
    static const char item[] = "{\"id\":1,\"key\":2}"; /* 16 bytes */
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_event event;

    (void)state;
    assert_true(read_with(arena, KEYED(""), item, 16, &event));
    assert_int_equal(event.problem.length, 0);
    assert_int_equal(event.body.length, 16);
    assert_true(read_with(arena, KEYED(""), item, 15, &event));
    assert_string_equal(place(arena, &event), "6:3: too large: 16 bytes, at most 15 are kept");
    assert_int_equal(event.body.length, 0);
    assert_int_equal(event.size, 16);
    assert_string_equal(sg_str_c(arena, event.record_id), "1");
    assert_string_equal(sg_str_c(arena, event.version), HASH);
}

static void a_linked_key_says_how_long_it_waits(void **state)
{
    static const struct {
        const char *key;
        int64_t wait_ms;
        bool is_linked, skips;
    } rows[] = {
        {"/key", 0, false, false},
        {"{link: /key}", INT64_C(86400000), true, false},
        {"{link: /key, wait: 2h, then: skip}", INT64_C(7200000), true, true},
        {"{link: /key, wait: 0s, then: fail}", 0, true, false},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const char *yaml =
            sg_str_c(arena, sg_str_format(arena, SYSTEM("    key: %s\n"), rows[r].key));
        struct sg_event event;

        assert_true(read_with(arena, yaml, "{\"id\":1,\"key\":2}", 1000, &event));
        assert_int_equal(event.is_key_linked, rows[r].is_linked);
        assert_int_equal(event.wait_ms, rows[r].wait_ms);
        assert_int_equal(event.skips_after_wait, rows[r].skips);
        assert_int_equal(event.captured_at, UNIT_NOW_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_an_event_or_says_at_which_rule_it_is_none),
        cmocka_unit_test(a_version_is_compared_by_value_when_it_is_a_time_or_a_number),
        cmocka_unit_test(without_a_version_the_content_is_its_own),
        cmocka_unit_test(an_item_without_an_id_is_known_again_by_its_content),
        cmocka_unit_test(what_is_too_large_is_a_stub_with_its_id),
        cmocka_unit_test(a_linked_key_says_how_long_it_waits),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
