/* Reload and stop: what is under way ends as it began, what comes after goes by the new files. */
#include <unistd.h>

#include "base/buffer.h"
#include "stage.h"
#include "tree/json.h"

#define TESTS     "tests: [{name: t, given: {name: n}, expect: {x: n}}]\n"
#define TELL(set) "mapping: tell\nfrom: src.ticket\nto: dst.tell\nset: " set "\n" TESTS
#define DESTINATION(more)                                                                 \
    "system: dst\nurl: http://127.0.0.1:2\nformat: json\nlimits: {concurrency: 1}\n" more \
    "operations:\n"                                                                       \
    "  tell: {link: ignores, request: {put: /t}, input: {/x: {}}, once: idempotent}\n"    \
    "  make: {link: opens, request: {post: /m}, input: {/x: {}}, gives: {id: /id},\n"     \
    "         once: {visible_after: 1m, find: {request: {get: /m, query: {x: /x}}, "      \
    "items: /found, gives: {id: /id}}}}\n"

static const char SOURCE[] =
    "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
    "records: {ticket: {id: /id, key: /id, read: {request: {get: /t}, items: \"\"}}}\n";

static void open_with(struct sg_stage *stage, const char *mapping_name, const char *mapping)
{
    const struct sg_stage_file files[] = {{"systems/src.yaml", SOURCE},
                                          {"systems/dst.yaml", DESTINATION("")},
                                          {mapping_name, mapping}};

    sg_stage_open(stage, files, SG_ROWS(files));
}

static void reload(struct sg_stage *stage)
{
    struct sg_catalog *catalog = sg_stage_load(stage);

    sg_service_reload(stage->service, catalog, stage->now_ms);
    sg_catalog_free(catalog);
    sg_stage_settle(stage);
}

/* The body of the oldest call under way. */
static const char *body(struct sg_stage *stage)
{
    struct sg_buffer out = {.arena = stage->arena};

    assert_true(stage->call_count > 0);
    sg_json_write(&out, stage->calls[0]->request.content);
    return sg_buffer_c(&out);
}

/* "mapping state" of each delivery of the ticket. */
static const char *ends_of(struct sg_stage *stage, const char *ticket)
{
    const char *rows = sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, 5);
    struct sg_buffer out = {.arena = stage->arena};
    char mapping[20], state[20];

    while (sscanf(rows, "%*s %*s %19s %*s %19s\n", mapping, state) == 2) {
        sg_buffer_add_format(&out, "%s%s %s", out.length > 0 ? ", " : "", mapping, state);
        rows = strchr(rows, '\n') + 1;
    }
    return sg_buffer_c(&out);
}

static void a_running_delivery_ends_with_what_it_began_with(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "tell.yaml", TELL("{/x: /name}"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\",\"name\":\"n2\"}");
    assert_string_equal(body(&stage), "{\"x\":\"n1\"}");
    assert_int_equal(stage.call_count, 1); /* the other one waits for its slot */
    unit_folder_write(&stage.files, "tell.yaml", TELL("{/x: {const: n}}"));
    unit_folder_write(&stage.files, "systems/dst.yaml",
                      DESTINATION("answers: [{status: 418, is: success}]\n"));
    reload(&stage);
    sg_stage_answer(&stage, 418, ""); /* which is no success in the old file */
    assert_string_equal(ends_of(&stage, "1405-1"), "tell failed");
    assert_string_equal(body(&stage), "{\"x\":\"n\"}"); /* what had not begun is mapped anew */
    sg_stage_answer(&stage, 418, "");
    assert_string_equal(ends_of(&stage, "1405-2"), "tell delivered");
    sg_stage_close(&stage);
}

/* Reloads, and gives what was logged meanwhile. */
static const char *logged_by_reload(struct sg_stage *stage)
{
    char text[1000] = "";
    FILE *log = tmpfile();
    int kept = dup(STDERR_FILENO);

    assert_non_null(log);
    assert_true(kept >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
    reload(stage);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    rewind(log);
    size_t length = fread(text, 1, sizeof text - 1, log);
    (void)fclose(log);
    return sg_str_c(stage->arena, (struct sg_str){text, length});
}

static void a_reload_that_would_leave_a_delivery_without_its_mapping_is_refused_whole(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "tell.yaml", TELL("{/x: /name}"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    unit_folder_remove(&stage.files, "tell.yaml");
    unit_folder_write(&stage.files, "say.yaml",
                      "mapping: say\nfrom: src.ticket\nto: dst.tell\nset: {/x: {const: said}}\n"
                      "tests: [{name: t, given: {a: 1}, expect: {x: said}}]\n");
    const char *before = sg_stage_view(&stage, SG_VIEW_FACTS, "", 2);
    const char *log = logged_by_reload(&stage);

    assert_non_null(strstr(log, "<3>mappings.refused"));
    assert_non_null(strstr(log, "no file gives `tell` any more, with deliveries open"));
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_FACTS, "", 2), before);
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(ends_of(&stage, "1405-1"), "tell delivered");
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\",\"name\":\"n2\"}");
    assert_string_equal(body(&stage), "{\"x\":\"n2\"}"); /* the old mapping, and not the new one */
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(ends_of(&stage, "1405-2"), "tell delivered");
    reload(&stage); /* now that nothing is open */
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-3\",\"name\":\"n3\"}");
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(ends_of(&stage, "1405-3"), "say delivered");
    assert_string_equal(ends_of(&stage, "1405-1"), "tell delivered"); /* takes events from now on */
    sg_stage_close(&stage);
}

/* A person asks for a delivery to be sent again. */
static void replay(struct sg_stage *stage, int64_t delivery)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_command command = {.kind = SG_COMMAND_REPLAY,
                                       .id = SG_STR("1"),
                                       .who = SG_STR("rahimi"),
                                       .deliveries = &delivery,
                                       .count = 1};
    struct sg_change change = {.kind = SG_CHANGE_COMMAND,
                               .as.command = {.arena = arena, .command = &command}};

    sg_keeper_submit(stage->keeper, &change);
    sg_stage_settle(stage);
}

static void a_record_that_could_be_no_event_is_read_again_by_the_new_files(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "tell.yaml", TELL("{/x: /name}"));
    sg_stage_capture(&stage, "src", "ticket", "{\"number\":\"1405-1\",\"name\":\"n1\"}");
    assert_int_equal(stage.call_count, 0); /* it has no id */
    unit_folder_write(&stage.files, "systems/src.yaml",
                      "system: src\nurl: http://127.0.0.1:1\nformat: json\nrecords: {ticket: "
                      "{id: /number, key: /number, read: {request: {get: /t}, items: \"\"}}}\n");
    reload(&stage);
    replay(&stage, 1);
    assert_string_equal(body(&stage), "{\"x\":\"n1\"}");
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(ends_of(&stage, "1405-1"), "tell delivered");
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_OPEN, "", 2), ""); /* and it is no failure */
    sg_stage_close(&stage);
}

static void a_failed_delivery_keeps_its_mapping_as_well(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "tell.yaml", TELL("{/x: /name}"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_answer(&stage, 422, "");
    assert_string_equal(ends_of(&stage, "1405-1"), "tell failed");
    unit_folder_remove(&stage.files, "tell.yaml");
    assert_non_null(strstr(logged_by_reload(&stage), "no file gives `tell` any more"));
    sg_stage_close(&stage);
}

static void a_poll_that_is_gone_leaves_no_alarm_behind(void **state)
{
    static const struct sg_stage_file polled = {
        "systems/src.yaml", "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
                            "records: {ticket: {id: /id, key: /id, poll: {every: 30s, "
                            "request: {get: /t}, items: \"\"}}}\n"};
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, &polled, 1);
    sg_stage_answer(&stage, 400, "");
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "poll src.ticket\n");
    unit_folder_write(&stage.files, "systems/src.yaml", SOURCE);
    reload(&stage);
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "");
    sg_stage_close(&stage);
}

static void at_a_stop_what_runs_ends_and_nothing_begins(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "tell.yaml", TELL("{/x: /name}"));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\",\"name\":\"n2\"}");
    sg_service_stop(stage.service);
    sg_stage_settle(&stage);
    assert_false(sg_service_is_still(stage.service));
    sg_stage_answer(&stage, 200, "{}");
    assert_true(sg_service_is_still(stage.service));
    assert_int_equal(stage.call_count, 0);
    assert_string_equal(ends_of(&stage, "1405-1"), "tell delivered");
    assert_string_equal(ends_of(&stage, "1405-2"), "tell pending");
    sg_stage_close(&stage);
}

static void at_a_stop_a_look_up_that_finds_nothing_sends_nothing(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_with(&stage, "make.yaml",
              "mapping: make\nfrom: src.ticket\nto: dst.make\nset: {/x: /name}\n" TESTS);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_answer(&stage, 0, ""); /* it may have been done */
    stage.now_ms += 600000;         /* later than the target may show it */
    sg_stage_settle(&stage);
    sg_stage_answer(&stage, 200, "{\"found\":[]}");
    stage.now_ms += 600000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 1); /* the second look-up, after which it is sent again */
    assert_int_equal(stage.calls[0]->request.method, SG_METHOD_GET);
    sg_service_stop(stage.service);
    sg_stage_answer(&stage, 200, "{\"found\":[]}");
    assert_true(sg_service_is_still(stage.service));
    assert_int_equal(stage.call_count, 0);
    assert_string_equal(ends_of(&stage, "1405-1"), "make unknown");
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_delivery_ends_with_what_it_began_with),
        cmocka_unit_test(a_reload_that_would_leave_a_delivery_without_its_mapping_is_refused_whole),
        cmocka_unit_test(a_record_that_could_be_no_event_is_read_again_by_the_new_files),
        cmocka_unit_test(a_failed_delivery_keeps_its_mapping_as_well),
        cmocka_unit_test(a_poll_that_is_gone_leaves_no_alarm_behind),
        cmocka_unit_test(at_a_stop_what_runs_ends_and_nothing_begins),
        cmocka_unit_test(at_a_stop_a_look_up_that_finds_nothing_sends_nothing),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
