/* Files of the spool: each becomes an entry of the journal, once, and goes away. */
#include "base/buffer.h"
#include "base/file.h"
#include "journal/spool.h"
#include "stage.h"
#include "tree/json.h"
#include "tree/utf8.h"

#define TELL(set)                                              \
    "mapping: tell\nfrom: src.ticket\nto: dst.tell\nset: " set \
    "\ntests: [{name: t, given: {name: n}, expect: {x: n}}]\n"

static const struct sg_stage_file FILES[] = {
    {"systems/src.yaml", "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
                         "records: {ticket: {id: /id, key: /id, poll: {every: 30s, "
                         "request: {get: /t}, items: \"\"}}}\n"},
    {"systems/dst.yaml",
     "system: dst\nurl: http://127.0.0.1:2\nformat: json\nlimits: {concurrency: 1}\n"
     "operations:\n  tell: {link: ignores, request: {put: /t}, input: {/x: {}}, once: "
     "idempotent}\n"},
    {"tell.yaml", TELL("{/x: /name}")},
};

/* A stage whose first pass over src found nothing. */
static void open_stage(struct sg_stage *stage)
{
    sg_stage_open(stage, FILES, SG_ROWS(FILES));
    sg_stage_answer(stage, 200, "[]");
    assert_int_equal(stage->call_count, 0);
}

/* Writes the command as somebody at a terminal does; its id. */
static const char *ask(struct sg_stage *stage, struct sg_command command)
{
    struct sg_error err;

    command.who = SG_STR("sara");
    command.at = stage->now_ms;
    if (!sg_spool_write(stage->arena, stage->state.path, &command, &err))
        fail_msg("%s", err.text);
    return sg_str_c(stage->arena, command.id);
}

/* "DONE REFUSED SAID" of a command; "" while it is no entry. */
static const char *entry(struct sg_stage *stage, const char *id)
{
    return sg_stage_view(stage, SG_VIEW_COMMAND, id, 3);
}

/* The names of the files in the spool that end so. */
static const char *spooled(struct sg_stage *stage, const char *suffix)
{
    struct sg_buffer out = {.arena = stage->arena};
    const struct sg_str *names = NULL;
    size_t count = 0;
    struct sg_error err;

    assert_true(sg_file_list(stage->arena, sg_spool_folder(stage->arena, stage->state.path), suffix,
                             &names, &count, &err));
    for (size_t n = 0; n < count; n++)
        sg_buffer_add_format(&out, "%.*s ", SG_STR_ARG(names[n]));
    return sg_buffer_c(&out);
}

static const char *state_of(struct sg_stage *stage, const char *ticket)
{
    const char *rows = sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, 5);
    char *state = sg_arena_get(stage->arena, 20, 1);

    assert_int_equal(sscanf(rows, "%*s %*s %*s %*s %19s", state), 1);
    return state;
}

static void fail_ticket(struct sg_stage *stage)
{
    sg_stage_capture(stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_answer(stage, 422, "");
    assert_string_equal(state_of(stage, "1405-1"), "failed");
}

static void a_file_becomes_an_entry_and_goes_away(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    fail_ticket(&stage);
    const char *id =
        ask(&stage, (struct sg_command){
                        .kind = SG_COMMAND_REPLAY, .deliveries = (const int64_t[]){1}, .count = 1});
    sg_stage_settle(&stage);
    assert_string_equal(spooled(&stage, ""), "");
    assert_string_equal(entry(&stage, id), "1 0 \n");
    sg_stage_answer(&stage, 200, "{}");
    assert_string_equal(state_of(&stage, "1405-1"), "delivered");
    sg_stage_close(&stage);
}

/* The process had ended between the commit and the file's removal. */
static void a_file_that_is_found_again_does_nothing_the_second_time(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    fail_ticket(&stage);
    for (int turn = 0; turn < 2; turn++) {
        unit_folder_write(&stage.state, "spool/c.json.new",
                          "{\"do\":\"replay\",\"who\":\"sara\",\"deliveries\":[1]}");
        char from[UNIT_PATH_ROOM], to[UNIT_PATH_ROOM];
        (void)snprintf(from, sizeof from, "%s/spool/c.json.new", stage.state.path);
        (void)snprintf(to, sizeof to, "%s/spool/c.json", stage.state.path);
        assert_int_equal(rename(from, to), 0);
        sg_stage_settle(&stage);
        assert_string_equal(spooled(&stage, ""), "");
        if (turn == 0)
            sg_stage_answer(&stage, 422, "");
    }
    assert_int_equal(stage.call_count, 0);
    assert_string_equal(state_of(&stage, "1405-1"), "failed");
    assert_string_equal(entry(&stage, "c"), "1 0 \n");
    sg_stage_close(&stage);
}

/* Somebody removes it, or moves it away: what is asked for then lies in another folder. */
static void a_spool_that_is_gone_is_made_anew_and_read(void **state)
{
    static struct sg_stage stage;
    char folder[UNIT_PATH_ROOM], away[UNIT_PATH_ROOM];

    (void)state;
    open_stage(&stage);
    (void)snprintf(folder, sizeof folder, "%s/spool", stage.state.path);
    (void)snprintf(away, sizeof away, "%s/away", stage.state.path);
    for (int turn = 0; turn < 3; turn++) {
        assert_int_equal(turn == 1 ? rename(folder, away) : rmdir(folder), 0);
        if (turn < 2) {
            sg_stage_settle(&stage);
            assert_int_equal(access(folder, F_OK), 0);
        }
        const char *id = ask(&stage, (struct sg_command){.kind = SG_COMMAND_UNMASK});
        sg_stage_settle(&stage);
        assert_string_not_equal(entry(&stage, id), "");
        assert_string_equal(spooled(&stage, ""), "");
    }
    sg_stage_close(&stage);
}

static void a_file_that_holds_no_command_is_put_aside_and_holds_up_nothing(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    unit_folder_write(&stage.state, "spool/bad.json", "{\"do\":\"erase\",\"who\":\"sara\"}");
    const char *id = ask(&stage, (struct sg_command){.kind = SG_COMMAND_UNMASK});
    sg_stage_settle(&stage);
    assert_string_equal(spooled(&stage, ""), "bad.refused ");
    assert_string_not_equal(entry(&stage, id), "");
    sg_stage_close(&stage);
}

static void what_is_asked_of_a_call_under_way_is_asked_again_when_it_has_ended(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    assert_int_equal(stage.call_count, 1);
    const char *id = ask(&stage, (struct sg_command){.kind = SG_COMMAND_DISCARD,
                                                     .deliveries = (const int64_t[]){1},
                                                     .count = 1,
                                                     .why = SG_STR("کاغذی")});
    sg_stage_settle(&stage);
    stage.now_ms += 1000;
    sg_stage_settle(&stage);
    assert_string_equal(entry(&stage, id), "");
    assert_string_not_equal(spooled(&stage, ".json"), "");
    sg_stage_answer(&stage, 422, "");
    stage.now_ms += 200;
    sg_stage_settle(&stage);
    assert_string_equal(entry(&stage, id), "1 0 \n");
    assert_string_equal(state_of(&stage, "1405-1"), "discarded");
    assert_string_equal(spooled(&stage, ""), "");
    sg_stage_close(&stage);
}

static void a_reload_says_what_check_would(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    unit_folder_write(&stage.files, "tell.yaml", TELL("{/y: /name}"));
    const char *bad = ask(&stage, (struct sg_command){.kind = SG_COMMAND_RELOAD});
    sg_stage_settle(&stage);
    assert_non_null(strstr(entry(&stage, bad), "0 1 "));
    assert_non_null(strstr(entry(&stage, bad), "tell.yaml:4"));
    unit_folder_write(&stage.files, "tell.yaml", TELL("{/x: {const: n}}"));
    const char *good = ask(&stage, (struct sg_command){.kind = SG_COMMAND_RELOAD});
    sg_stage_settle(&stage);
    assert_non_null(strstr(entry(&stage, good), "1 0 "));
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    struct sg_buffer sent = {.arena = stage.arena};
    sg_json_write(&sent, stage.calls[0]->request.content);
    assert_string_equal(sg_buffer_c(&sent), "{\"x\":\"n\"}");
    sg_stage_close(&stage);
}

static void
a_reload_takes_away_a_mapping_with_open_deliveries_when_it_is_told_to_drop_them(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    assert_int_equal(stage.call_count, 1); /* under way, and dst takes one at a time */
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\",\"name\":\"n2\"}");
    unit_folder_remove(&stage.files, "tell.yaml");
    const char *refused = ask(&stage, (struct sg_command){.kind = SG_COMMAND_RELOAD});
    sg_stage_settle(&stage);
    assert_non_null(strstr(entry(&stage, refused), "0 1 no file gives `tell` any more"));
    const char *dropping =
        ask(&stage, (struct sg_command){.kind = SG_COMMAND_RELOAD, .drop = true});
    sg_stage_settle(&stage);
    assert_string_equal(entry(&stage, dropping), ""); /* a call is under way */
    sg_stage_answer(&stage, 200, "{}");
    stage.now_ms += 200;
    sg_stage_settle(&stage);
    assert_string_equal(entry(&stage, dropping), "1 0 failed, for their mapping was taken away: 1; "
                                                 "see sgbridge failed --by mapping\n");
    assert_string_equal(state_of(&stage, "1405-1"), "delivered");
    assert_string_equal(state_of(&stage, "1405-2"), "failed");
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "");
    sg_stage_close(&stage);
}

/* A mapping of many wrong rules, whose long names are Persian after `prefix`. */
static const char *wrong_rules(struct sg_stage *stage, const char *prefix)
{
    struct sg_buffer out = {.arena = stage->arena};

    for (int r = 0; r < 300; r++) {
        sg_buffer_add_format(&out, "%s/%s%d", r == 0 ? "{" : ", ", prefix, r);
        for (int w = 0; w < 20; w++)
            sg_buffer_add(&out, SG_STR("نشتآب"));
        sg_buffer_add(&out, SG_STR(": /name"));
    }
    sg_buffer_add_byte(&out, '}');
    return sg_str_c(stage->arena,
                    sg_str_format(stage->arena,
                                  "mapping: tell\nfrom: src.ticket\nto: dst.tell\nset: %.*s\n",
                                  SG_STR_ARG(sg_buffer_text(&out))));
}

static void what_is_said_is_cut_between_two_letters(void **state)
{
    static const char *const prefixes[] = {"", "a"};
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    for (size_t p = 0; p < SG_ROWS(prefixes); p++) {
        size_t bad = 0;

        unit_folder_write(&stage.files, "tell.yaml", wrong_rules(&stage, prefixes[p]));
        const char *id = ask(&stage, (struct sg_command){.kind = SG_COMMAND_RELOAD});
        sg_stage_settle(&stage);
        const char *said = entry(&stage, id);
        assert_true(strlen(said) > (size_t)32 * 1024);
        assert_true(sg_utf8_check(sg_str_of(said), &bad));
    }
    sg_stage_close(&stage);
}

static void a_paused_system_is_neither_polled_nor_called_until_it_is_resumed(void **state)
{
    static const char *const systems[] = {"src", "dst"};
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    for (size_t s = 0; s < SG_ROWS(systems); s++)
        (void)ask(&stage, (struct sg_command){.kind = SG_COMMAND_PAUSE,
                                              .scope = SG_PAUSE_SYSTEM,
                                              .name = sg_str_of(systems[s])});
    sg_stage_settle(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    stage.now_ms += 3600000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 0);
    (void)ask(&stage, (struct sg_command){.kind = SG_COMMAND_RESUME,
                                          .scope = SG_PAUSE_SYSTEM,
                                          .name = SG_STR("dst")});
    sg_stage_settle(&stage);
    stage.now_ms += 1;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 1);
    assert_int_equal(stage.calls[0]->request.method, SG_METHOD_PUT);
    sg_stage_answer(&stage, 200, "{}");
    (void)ask(&stage, (struct sg_command){.kind = SG_COMMAND_RESUME,
                                          .scope = SG_PAUSE_SYSTEM,
                                          .name = SG_STR("src")});
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 1);
    assert_int_equal(stage.calls[0]->request.method, SG_METHOD_GET);
    sg_stage_close(&stage);
}

/* Also for what had been mapped, and waited for its slot. */
static void what_waits_for_its_slot_is_held_back_too(void **state)
{
    static struct sg_stage stage;

    (void)state;
    open_stage(&stage);
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\",\"name\":\"n1\"}");
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-2\",\"name\":\"n2\"}");
    assert_int_equal(stage.call_count, 1);
    (void)ask(&stage, (struct sg_command){.kind = SG_COMMAND_PAUSE,
                                          .scope = SG_PAUSE_TICKET,
                                          .name = SG_STR("1405-2")});
    sg_stage_settle(&stage);
    sg_stage_answer(&stage, 200, "{}");
    assert_int_equal(stage.call_count, 0);
    assert_string_equal(state_of(&stage, "1405-1"), "delivered");
    assert_string_equal(state_of(&stage, "1405-2"), "pending");
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_an_entry_and_goes_away),
        cmocka_unit_test(a_file_that_is_found_again_does_nothing_the_second_time),
        cmocka_unit_test(a_spool_that_is_gone_is_made_anew_and_read),
        cmocka_unit_test(a_file_that_holds_no_command_is_put_aside_and_holds_up_nothing),
        cmocka_unit_test(what_is_asked_of_a_call_under_way_is_asked_again_when_it_has_ended),
        cmocka_unit_test(a_reload_says_what_check_would),
        cmocka_unit_test(
            a_reload_takes_away_a_mapping_with_open_deliveries_when_it_is_told_to_drop_them),
        cmocka_unit_test(what_is_said_is_cut_between_two_letters),
        cmocka_unit_test(a_paused_system_is_neither_polled_nor_called_until_it_is_resumed),
        cmocka_unit_test(what_waits_for_its_slot_is_held_back_too),
    };
    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
