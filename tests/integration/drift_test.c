/* What a system sends that no file names is a row from its first sight on, through restarts and
 * reloads. */
#include <stdlib.h>

#include "journal/kind.h"
#include "mapping/outline.h"
#include "sgbridge/connector.h"
#include "stage.h"

#define MINUTE_MS (INT64_C(60) * 1000)

#define TELL(set)                                                                     \
    "mapping: tell\nfrom: src.ticket\nto: dst.tell\nwhen: {from: /id, is: nothing}\n" \
    "set: " set "\n"                                                                  \
    "tests: [{name: t, given: {name: n, shown: {a: 1}}, expect: {x: n}}]\n"

static const char SOURCE[] =
    "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
    "records:\n"
    "  ticket: {id: /id, key: /id, round: {from: /reopened, optional: true}, internal: [/phone],\n"
    "           read: {request: {get: /t}, items: \"\"}}\n";
static const char DESTINATION[] =
    "system: dst\nurl: http://127.0.0.1:2\nformat: json\noperations:\n"
    "  tell: {link: ignores, request: {put: /t}, input: {/x: {}, /y: {}}, once: idempotent}\n";

static int last_number;

/* An event of its own, with `more` beside its id. */
static void capture(struct sg_stage *stage, const char *more)
{
    char item[200];

    (void)snprintf(item, sizeof item, "{\"id\":%d,\"name\":\"n\"%s}", ++last_number, more);
    sg_stage_capture(stage, "src", "ticket", item);
}

/* All that is learned from, in one transaction. */
static void learn(struct sg_stage *stage)
{
    struct sg_catalog *catalog = sg_service_catalog(stage->service);
    const struct sg_system *src = sg_catalog_system(catalog, SG_STR("src"));
    const struct sg_record_reader reader = {
        .system = src, .record = sg_system_record(src, SG_STR("ticket")), .max_bytes = 1000};
    struct sg_event *events = sg_arena_get(stage->arena, SG_OUTLINE_LEARNS, sizeof *events);
    struct sg_change change = {.kind = SG_CHANGE_CAPTURE,
                               .as.capture = {.events = events, .count = SG_OUTLINE_LEARNS}};

    for (int e = 0; e < SG_OUTLINE_LEARNS; e++) {
        struct sg_node *item = sg_node_new(stage->arena, SG_NODE_OBJECT);

        (void)sg_node_add(item, SG_STR("id"), sg_node_number(stage->arena, ++last_number));
        (void)sg_node_add(item, SG_STR("name"), sg_node_text(stage->arena, SG_STR("n")));
        assert_true(sg_record_read(&reader, item, stage->now_ms, stage->arena, &events[e]));
    }
    sg_keeper_submit(stage->keeper, &change);
    sg_stage_settle(stage);
    assert_true(change.is_ok);
    sg_catalog_free(catalog);
}

static void open_and_learn(struct sg_stage *stage)
{
    const struct sg_stage_file files[] = {{"systems/src.yaml", SOURCE},
                                          {"systems/dst.yaml", DESTINATION},
                                          {"tell.yaml", TELL("{/x: /name}")}};

    sg_stage_open(stage, files, SG_ROWS(files));
    learn(stage);
}

/* "system record kind pointer shows example since" of each, without the times that follow. */
static const char *drifts(struct sg_stage *stage)
{
    return sg_stage_view(stage, SG_VIEW_DRIFTS, "", 6);
}

/* How often the only one was seen: its last column. */
static int64_t times(struct sg_stage *stage)
{
    const char *last = strrchr(sg_stage_view(stage, SG_VIEW_DRIFTS, "", 9), ' ');

    return last == NULL ? -1 : strtoll(last, NULL, 10);
}

static void reload(struct sg_stage *stage)
{
    struct sg_catalog *catalog = sg_stage_load(stage);

    sg_service_reload(stage->service, catalog, stage->now_ms);
    sg_catalog_free(catalog);
    sg_stage_settle(stage);
}

static void a_new_field_is_kept_at_once_and_counted_once_a_minute(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_and_learn(&stage);
    assert_string_equal(drifts(&stage), "");
    capture(&stage, ",\"new\":1,\"reopened\":\"2\",\"phone\":\"3\",\"shown\":{\"a\":2}");
    assert_string_equal(drifts(&stage), "src ticket field /new  number\n");
    assert_int_equal(times(&stage), 1);
    capture(&stage, ",\"new\":1");
    assert_int_equal(times(&stage), 1);
    stage.now_ms += MINUTE_MS;
    sg_stage_settle(&stage);
    assert_int_equal(times(&stage), 2);
    sg_stage_close(&stage);
}

static void a_repeat_counts_for_nothing(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_and_learn(&stage);
    for (int i = 0; i < 2; i++)
        sg_stage_capture(&stage, "src", "ticket", "{\"id\":0,\"name\":\"n\",\"new\":1}");
    stage.now_ms += MINUTE_MS;
    sg_stage_settle(&stage);
    assert_int_equal(times(&stage), 1);
    sg_stage_close(&stage);
}

/* A small event with a new field, and after it one of many pages; false where the disk is full. */
static bool capture_two(struct sg_stage *stage)
{
    enum { LARGE = 1 << 18, MANY_BYTES = 1 << 20 };
    struct sg_catalog *catalog = sg_service_catalog(stage->service);
    const struct sg_system *src = sg_catalog_system(catalog, SG_STR("src"));
    const struct sg_record_reader reader = {
        .system = src, .record = sg_system_record(src, SG_STR("ticket")), .max_bytes = MANY_BYTES};
    char *name = sg_arena_get(stage->arena, LARGE, 1);
    struct sg_event events[2];
    struct sg_change change = {.kind = SG_CHANGE_CAPTURE,
                               .as.capture = {.events = events, .count = 2}};

    memset(name, 'n', LARGE);
    for (int e = 0; e < 2; e++) {
        struct sg_node *item = sg_node_new(stage->arena, SG_NODE_OBJECT);

        (void)sg_node_add(item, SG_STR("id"), sg_node_number(stage->arena, -e));
        (void)sg_node_add(item, SG_STR("name"),
                          sg_node_text(stage->arena, (struct sg_str){name, e == 0 ? 1 : LARGE}));
        if (e == 0)
            (void)sg_node_add(item, SG_STR("new"), sg_node_number(stage->arena, 1));
        assert_true(sg_record_read(&reader, item, stage->now_ms, stage->arena, &events[e]));
    }
    sg_keeper_submit(stage->keeper, &change);
    sg_stage_settle(stage);
    sg_catalog_free(catalog);
    return change.is_ok;
}

static void what_was_undone_was_not_seen(void **state)
{
    static struct sg_stage stage;
    struct sg_error err;

    (void)state;
    open_and_learn(&stage);
    capture(&stage, "");
    assert_true(sg_sql_exec(stage.journal->db, "PRAGMA max_page_count = 1", &err));
    assert_false(capture_two(&stage)); /* the least that it can be is what there is */
    assert_string_equal(drifts(&stage), "");
    assert_true(sg_sql_exec(stage.journal->db, "PRAGMA max_page_count = 1000000", &err));
    assert_true(capture_two(&stage));
    stage.now_ms += MINUTE_MS;
    sg_stage_settle(&stage);
    assert_int_equal(times(&stage), 1);
    sg_stage_close(&stage);
}

static void a_reload_that_names_the_field_ends_its_drift(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_and_learn(&stage);
    capture(&stage, ",\"new\":1,\"other\":{\"a\":1}");
    assert_string_equal(drifts(&stage),
                        "src ticket field /new  number\nsrc ticket field /other  object of 1\n");
    unit_folder_write(&stage.files, "tell.yaml",
                      TELL("{/x: /name, /y: {from: /new, optional: true}}"));
    reload(&stage);
    assert_string_equal(drifts(&stage), "src ticket field /other  object of 1\n");
    capture(&stage, ",\"new\":1");
    assert_string_equal(drifts(&stage), "src ticket field /other  object of 1\n");
    sg_stage_close(&stage);
}

/* Asks the table of a record that nothing was learned of. */
static void capture_code(struct sg_stage *stage, const char *code)
{
    capture(stage, code);
    while (stage->call_count > 0)
        sg_stage_answer(stage, 200, "{}");
}

static void a_code_that_only_the_star_of_a_table_takes_drifts_until_a_row_names_it(void **state)
{
    static const char mapping[] =
        "mapping: tell\nfrom: src.ticket\nto: dst.tell\n"
        "set: {/x: {from: /name, with: upper}, /y: {from: /code, with: {lookup: codes}}}\n"
        "tests: [{name: t, given: {name: n, code: 1}, expect: {x: N, y: one}}]\n";
    const struct sg_stage_file files[] = {{"systems/src.yaml", SOURCE},
                                          {"systems/dst.yaml", DESTINATION},
                                          {"lookups/codes.csv", "code,text\n1,one\n*,other\n"},
                                          {"tell.yaml", mapping}};
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, files, SG_ROWS(files));
    capture_code(&stage, ",\"code\":\"1\"");
    assert_string_equal(drifts(&stage), "");
    capture_code(&stage, ",\"code\":\"77\"");
    capture_code(&stage, ",\"code\":\"علی رضایی\"");
    capture_code(&stage, ",\"code\":\"77\"");
    assert_string_equal(drifts(&stage),
                        "src ticket code /code \"77\" \nsrc ticket code /code ***(9) \n");
    unit_folder_write(&stage.files, "lookups/codes.csv", "code,text\n1,one\n77,new\n*,other\n");
    reload(&stage);
    assert_string_equal(drifts(&stage), "");
    capture_code(&stage, ",\"code\":\"77\"");
    assert_string_equal(drifts(&stage), "");
    capture_code(&stage, ",\"code\":\"78\"");
    assert_string_equal(drifts(&stage), "src ticket code /code \"78\" \n");
    sg_stage_close(&stage);
}

static void what_drifts_and_what_was_learned_outlive_the_process(void **state)
{
    static struct sg_stage stage;
    struct sg_catalog *catalog;

    (void)state;
    open_and_learn(&stage);
    capture(&stage, ",\"new\":1");
    stage.now_ms += MINUTE_MS;
    sg_stage_settle(&stage);
    sg_service_free(stage.service);
    sg_keeper_free(stage.keeper);
    stage.keeper = sg_keeper_new(stage.journal, &(struct sg_keeper_settings){stage.state.path, 1});
    catalog = sg_stage_load(&stage);
    stage.service = sg_service_new(&(struct sg_service_setup){.settings = &stage.settings,
                                                              .keeper = stage.keeper,
                                                              .transport = &stage.transport},
                                   catalog, stage.now_ms);
    sg_catalog_free(catalog);
    sg_stage_settle(&stage);
    capture(&stage, ",\"new\":1,\"newer\":2");
    assert_string_equal(drifts(&stage),
                        "src ticket field /newer  number\nsrc ticket field /new  number\n");
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_field_is_kept_at_once_and_counted_once_a_minute),
        cmocka_unit_test(a_repeat_counts_for_nothing),
        cmocka_unit_test(what_was_undone_was_not_seen),
        cmocka_unit_test(a_reload_that_names_the_field_ends_its_drift),
        cmocka_unit_test(a_code_that_only_the_star_of_a_table_takes_drifts_until_a_row_names_it),
        cmocka_unit_test(what_drifts_and_what_was_learned_outlive_the_process),
    };
    return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
