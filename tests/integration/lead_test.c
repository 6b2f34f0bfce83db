/* What is asked of a system by an instance that may lead no more: nothing. */
#include "stage.h"

#include "base/clock.h"
#include "journal/kind.h"
#include "service/parts.h"

/* src is polled; dst is told of each ticket, with a key. */
static const struct sg_stage_file FILES[] = {
    {"systems/src.yaml", "system: src\nurl: http://127.0.0.1:1\nformat: json\n"
                         "records:\n  ticket:\n    id: /id\n    key: /id\n    poll:\n"
                         "      every: 30s\n      request: {get: /t}\n      items: /items\n"},
    {"systems/dst.yaml",
     "system: dst\nurl: http://127.0.0.1:2\nformat: json\noperations:\n"
     "  tell: {link: ignores, request: {put: /t}, input: {/x: {}}, once: idempotent}\n"},
    {"tell.yaml", "mapping: tell\nfrom: src.ticket\nto: dst.tell\nset: {/x: /id}\n"
                  "tests: [{name: t, given: {id: n}, expect: {x: n}}]\n"},
};

static int64_t leads_until;

static int64_t leads_until_told(const struct sg_journal *journal)
{
    (void)journal;
    return leads_until;
}

/* The embedded journal, with an end of its lead. */
static void open_stage(struct sg_stage *stage)
{
    static struct sg_journal_kind kind;

    kind = SG_JOURNAL_EMBEDDED;
    kind.leads_until_ms = leads_until_told;
    sg_stage_open(stage, FILES, SG_ROWS(FILES));
    stage->journal->kind = &kind;
}

static void a_call_is_not_sent_after_the_lead_has_ended(void **state)
{
    static struct sg_stage stage;
    const int64_t now_ms = sg_clock_steady_ms();

    (void)state;
    leads_until = now_ms + 60000;
    open_stage(&stage);
    sg_stage_answer(&stage, 200, "{\"items\":[{\"id\":\"1405-1\"}]}");
    assert_int_equal(stage.call_count, 1); /* dst is told */
    assert_int_equal(stage.calls[0]->send_until_ms, leads_until);
    sg_stage_answer(&stage, 200, "");
    stage.now_ms += 30000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 1); /* src is polled */
    assert_int_equal(stage.calls[0]->send_until_ms, leads_until);
    sg_stage_close(&stage);
}

static void no_call_begins_after_the_lead_has_ended(void **state)
{
    static struct sg_stage stage;

    (void)state;
    leads_until = sg_clock_steady_ms() + 60000;
    open_stage(&stage);
    sg_stage_answer(&stage, 200, "{\"items\":[]}");
    leads_until = 0; /* members are being counted */
    sg_stage_capture(&stage, "src", "ticket", "{\"id\":\"1405-1\"}");
    stage.now_ms += 30000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 0);
    leads_until = sg_clock_steady_ms() + 60000; /* it is this one again */
    stage.now_ms += 1000;
    sg_stage_settle(&stage);
    assert_int_equal(stage.call_count, 2);
    sg_stage_close(&stage);
}

static void what_was_about_to_be_sent_when_the_lead_ended_is_not_sent(void **state)
{
    static struct sg_stage stage;
    const struct sg_system system = {.name = SG_STR("src")};
    struct sg_call call = {.system = &system};

    (void)state;
    leads_until = sg_clock_steady_ms() + 60000;
    open_stage(&stage);
    sg_stage_answer(&stage, 200, "{\"items\":[]}");
    leads_until = 0;
    sg_service_call(stage.service, &call);
    stage.call_count = 0;
    assert_int_not_equal(call.send_until_ms, 0); /* which would be no limit */
    assert_true(call.send_until_ms <= sg_clock_steady_ms());
    sg_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_not_sent_after_the_lead_has_ended),
        cmocka_unit_test(no_call_begins_after_the_lead_has_ended),
        cmocka_unit_test(what_was_about_to_be_sent_when_the_lead_ended_is_not_sent),
    };
    return cmocka_run_group_tests_name("lead", tests, NULL, NULL);
}
