/* A pass over a system that never ends its pages: it ends all the same, and an alarm says why. */
#include "stage.h"

/* src gives pages by token; what its tickets are told to is not what this is about. */
static const struct sg_stage_file FILES[] = {
    {"systems/src.yaml",
     "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
     "records:\n  ticket:\n    id: /id\n    key: /id\n    poll:\n      every: 30s\n"
     "      request: {get: /t, query: {token: {from: page:/token, optional: true}}}\n"
     "      items: /items\n      pages: {by: token, at: /next}\n"},
};

enum { PAGES_MAX = 10000 };

/* Answers pages until no other is asked for, each with the next token; how many there were. */
static int answer_pages(struct sg_stage *stage, int count, const char *items)
{
    char page[200];
    int asked = 0;

    for (; stage->call_count > 0 && asked < count; asked++) {
        (void)snprintf(page, sizeof page, "{\"items\":%s,\"next\":\"t%d\"}", items, asked);
        sg_stage_answer(stage, 200, page);
    }
    return asked;
}

static void a_pass_of_endless_tokens_ends_with_an_alarm(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    assert_int_equal(answer_pages(&stage, PAGES_MAX + 1, "[]"), PAGES_MAX);
    assert_string_equal(
        sg_stage_view(&stage, SG_VIEW_ALARMS, "", 4),
        "poll src.ticket src 1782880200000 no progress: page after page brings nothing new\n");
    stage.now_ms += 30000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 1); /* the next pass tries again … */
    (void)answer_pages(&stage, 1, "[]");
    assert_string_not_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "");
    sg_stage_answer(&stage, 200, "{\"items\":[]}"); /* … and ends it by coming to its own end */
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "");
    sg_stage_close(&stage);
}

static void one_new_event_lets_a_long_pass_go_on(void **state)
{
    static struct sg_stage stage;

    (void)state;
    sg_stage_open(&stage, FILES, SG_ROWS(FILES));
    assert_int_equal(answer_pages(&stage, PAGES_MAX - 1, "[]"), PAGES_MAX - 1);
    sg_stage_answer(&stage, 200, "{\"items\":[{\"id\":\"1405-1\"}],\"next\":\"new\"}");
    assert_int_equal(answer_pages(&stage, 3, "[{\"id\":\"1405-1\"}]"),
                     3); /* repeats from here on */
    assert_int_equal(stage.call_count, 1);
    assert_string_equal(sg_stage_view(&stage, SG_VIEW_ALARMS, "", 1), "");
    sg_stage_answer(&stage, 200, "{\"items\":[]}");
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_of_endless_tokens_ends_with_an_alarm),
        cmocka_unit_test(one_new_event_lets_a_long_pass_go_on),
    };
    return cmocka_run_group_tests_name("passes", tests, NULL, NULL);
}
