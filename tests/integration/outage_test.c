/* GAM is away for an hour while 2,000 tickets wait: nothing fails, nothing is doubled, and each
 * ticket's calls come in order. One process, the test's own clock, and a target made of C. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "connectors/catalog.h"
#include "folder_unit.h"
#include "mapping/zone.h"
#include "service/service.h"
#include "tree/json.h"
#include "unit.h"

enum {
    TICKETS = 2000,
    PREFIX_LENGTH = sizeof "test-1405-" - 1,
    BEGIN_LOST_MS = 300, /* at first, calls are still done, and their answers lost */
};

/* What one ticket's case went through. */
struct fate {
    int created, cancelled;
    bool was_early; /* cancelled before there was a case */
};

struct stage {
    struct sg_arena *arena;
    struct sg_journal *journal;
    struct sg_keeper *keeper;
    struct sg_service *service;
    struct sg_catalog *catalog;
    struct sg_settings settings;
    struct sg_transport transport;
    struct sg_call *calls[64];
    size_t call_count;
    int64_t now_ms, up_at_ms, lost_until_ms;
    struct fate fates[TICKETS];
    int calls_while_away;
    char dir[32];
};

static const int64_t HOUR_MS = 3600000;
static const int64_t START_MS = 1782880200000; /* 2026-07-01T04:30:00Z */

static void start_call(struct sg_transport *transport, struct sg_call *call, int64_t now_ms)
{
    struct stage *stage =
        (struct stage *)(void *)((char *)transport - offsetof(struct stage, transport));

    (void)now_ms;
    assert_true(stage->call_count < SG_ROWS(stage->calls));
    stage->calls[stage->call_count++] = call;
}

static struct sg_str text_at(const struct sg_node *object, const char *member)
{
    struct sg_str text = {0};

    (void)sg_node_as_text(sg_node_find(object, sg_str_of(member)), &text);
    return text;
}

/* "test-1405-88000.1" is ticket 0. */
static int ticket_of(struct sg_str reference)
{
    assert_true(reference.length > PREFIX_LENGTH);
    return atoi(reference.at + PREFIX_LENGTH) - 88000; // NOLINT(cert-err34-c): ours, and whole
}

static struct sg_str envelope(struct sg_arena *arena, const char *element, struct sg_str content)
{
    return sg_str_format(
        arena,
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<%sResponse xmlns=\"urn:gam:cases:1\">%.*s</%sResponse></s:Body>"
        "</s:Envelope>",
        element, SG_STR_ARG(content), element);
}

static struct sg_str case_of(struct sg_arena *arena, int ticket)
{
    return sg_str_format(arena, "<CaseNumber>%d/1405</CaseNumber>", ticket + 1);
}

static struct sg_str create(struct stage *stage, const struct sg_call *call)
{
    int ticket = ticket_of(text_at(call->request.content, "ClientReference"));

    assert_true(call->is_fresh); /* libcurl would make a second case by itself */
    stage->fates[ticket].created++;
    return envelope(call->arena, "CreateCase", case_of(call->arena, ticket));
}

static struct sg_str find(struct stage *stage, const struct sg_call *call)
{
    struct sg_str reference = text_at(call->request.content, "ClientReference");
    int ticket = ticket_of(reference);
    struct sg_str found = {0};

    if (stage->fates[ticket].created > 0)
        found =
            sg_str_format(call->arena, "<Case>%.*s<ClientReference>%.*s</ClientReference></Case>",
                          SG_STR_ARG(case_of(call->arena, ticket)), SG_STR_ARG(reference));
    return envelope(call->arena, "FindByReference", found);
}

static struct sg_str cancel(struct stage *stage, const struct sg_call *call)
{
    int ticket =
        atoi(sg_str_c(call->arena, text_at(call->request.content, "CaseNumber"))) - 1; // NOLINT

    stage->fates[ticket].was_early |= stage->fates[ticket].created == 0;
    stage->fates[ticket].cancelled++;
    return envelope(call->arena, "CancelCase", SG_STR(""));
}

/* What GAM does, whether or not its answer arrives. */
static struct sg_str do_work(struct stage *stage, const struct sg_call *call)
{
    if (sg_str_is(call->request.element, "CreateCase"))
        return create(stage, call);
    if (sg_str_is(call->request.element, "FindByReference"))
        return find(stage, call);
    if (sg_str_is(call->request.element, "CancelCase"))
        return cancel(stage, call);
    return envelope(call->arena, "ListResponses", SG_STR(""));
}

static struct sg_reply reply_to(struct stage *stage, const struct sg_call *call)
{
    struct sg_reply reply = {.kind = SG_REPLY_WHOLE, .status = 200, .body = SG_STR("[]")};

    if (sg_str_is(call->system->name, "saja"))
        return reply;
    if (stage->now_ms < stage->lost_until_ms) {
        (void)do_work(stage, call);
        return (struct sg_reply){.kind = SG_REPLY_LOST, .problem = SG_STR("connection reset")};
    }
    if (stage->now_ms < stage->up_at_ms) {
        stage->calls_while_away++;
        return (struct sg_reply){.kind = SG_REPLY_NOT_SENT,
                                 .problem = SG_STR("connection refused")};
    }
    reply.body = do_work(stage, call);
    return reply;
}

/* Lets all that can happen at this moment happen. */
static void settle(struct stage *stage)
{
    for (int turns = 0; turns < 6; turns++) {
        (void)sg_keeper_step(stage->keeper, stage->now_ms);
        (void)sg_service_run(stage->service, stage->now_ms);
        size_t count = stage->call_count;

        stage->call_count = 0;
        struct sg_call *calls[SG_ROWS(stage->calls)];
        memcpy(calls, stage->calls, sizeof calls);
        for (size_t c = 0; c < count; c++) {
            struct sg_reply reply = reply_to(stage, calls[c]);
            calls[c]->done(calls[c], &reply);
        }
    }
}

static const struct sg_event *read_ticket(struct stage *stage, int ticket, const char *status,
                                          int minute)
{
    const struct sg_system *system = sg_catalog_system(stage->catalog, SG_STR("saja"));
    const struct sg_record_reader reader = {.system = system,
                                            .record = sg_system_record(system, SG_STR("ticket")),
                                            .max_bytes = 1000000};
    struct sg_event *event = sg_arena_get(stage->arena, 1, sizeof *event);
    const struct sg_node *item = NULL;
    struct sg_error err;
    struct sg_str text = sg_str_format(
        stage->arena,
        "{\"service_request_id\":\"1405-%d\",\"status\":\"%s\",\"service_code\":\"012\","
        "\"district\":\"2\",\"requested_datetime\":\"2026-07-01T08:00:00+03:30\","
        "\"updated_datetime\":\"2026-07-01T07:%02d:00+03:30\",\"description\":\"چاله در خیابان\"}",
        88000 + ticket, status, minute);

    assert_true(sg_json_read(stage->arena, text, NULL, &item, &err));
    assert_true(sg_record_read(&reader, item, stage->now_ms, stage->arena, event));
    assert_int_equal(event->problem.length, 0);
    return event;
}

/* All tickets come in, and are cancelled a minute later. */
static void capture_all(struct stage *stage)
{
    struct sg_change changes[2] = {{.kind = SG_CHANGE_CAPTURE}, {.kind = SG_CHANGE_CAPTURE}};
    static const char *const statuses[] = {"open", "cancelled"};

    for (int pass = 0; pass < 2; pass++) {
        struct sg_event *events = sg_arena_get(stage->arena, TICKETS, sizeof *events);

        for (int t = 0; t < TICKETS; t++)
            events[t] = *read_ticket(stage, t, statuses[pass], pass + 1);
        changes[pass].as.capture.events = events;
        changes[pass].as.capture.count = TICKETS;
        sg_keeper_submit(stage->keeper, &changes[pass]);
    }
    for (int turn = 0; turn < 4; turn++)
        (void)sg_keeper_step(stage->keeper, stage->now_ms);
    assert_true(changes[0].is_ok && changes[1].is_ok);
    (void)sg_service_run(stage->service, stage->now_ms); /* nothing of `changes` is left behind */
}

static void open_stage(struct stage *stage)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_error err;

    stage->arena = sg_arena_new();
    stage->now_ms = START_MS;
    (void)snprintf(stage->dir, sizeof stage->dir, "/tmp/sgbridge-test-XXXXXX");
    assert_non_null(mkdtemp(stage->dir));
    stage->catalog =
        sg_catalog_load(SG_MAPPINGS, &(struct sg_secrets){.is_read = false}, false, findings);
    assert_non_null(stage->catalog);
    stage->settings = (struct sg_settings){
        .name = SG_STR("test"), .state = stage->dir, .max_event_bytes = 1000000};
    const struct sg_journal_settings journal = {
        .dir = stage->dir, .name = SG_STR("test"), .keep_ms = 90LL * 24 * HOUR_MS};
    assert_true(sg_journal_open(&SG_JOURNAL_EMBEDDED, &journal, &stage->journal, &err));
    assert_true(sg_journal_lead(stage->journal, START_MS, 0, &(bool){false}, &err));
    stage->keeper = sg_keeper_new(
        stage->journal, &(struct sg_keeper_settings){.dir = stage->dir, .reserve_bytes = 1});
    stage->transport.start = start_call;
    stage->service = sg_service_new(&(struct sg_service_setup){.settings = &stage->settings,
                                                               .keeper = stage->keeper,
                                                               .transport = &stage->transport},
                                    stage->catalog, START_MS);
    settle(stage);
}

static void close_stage(struct stage *stage)
{
    sg_service_stop(stage->service);
    for (int turn = 0; turn < 100 && !sg_service_is_still(stage->service); turn++)
        settle(stage);
    assert_true(sg_service_is_still(stage->service));
    sg_service_free(stage->service);
    sg_keeper_free(stage->keeper);
    sg_journal_close(stage->journal);
    sg_catalog_free(stage->catalog);
    unit_folder_remove_all(stage->dir);
    sg_arena_free(stage->arena);
}

static int unfinished(const struct stage *stage)
{
    int count = 0;

    for (int t = 0; t < TICKETS; t++)
        count += stage->fates[t].cancelled == 0;
    return count;
}

static void an_hour_without_gam_fails_nothing_and_keeps_the_order(void **state)
{
    static struct stage stage;

    (void)state;
    open_stage(&stage);
    stage.lost_until_ms = START_MS + BEGIN_LOST_MS;
    stage.up_at_ms = START_MS + HOUR_MS;
    capture_all(&stage);
    for (; stage.now_ms < stage.up_at_ms;
         stage.now_ms += stage.now_ms < START_MS + 2000 ? 100 : 1000)
        settle(&stage);
    assert_int_equal(unfinished(&stage), TICKETS);
    assert_in_range(stage.calls_while_away, 1, 400); /* polls and single tries, no storm */
    for (int s = 0; s < 3600 && unfinished(&stage) > 0; s++, stage.now_ms += 1000)
        settle(&stage);
    for (int t = 0; t < TICKETS; t++) {
        assert_int_equal(stage.fates[t].created, 1);
        assert_int_equal(stage.fates[t].cancelled, 1);
        assert_false(stage.fates[t].was_early);
    }
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_without_gam_fails_nothing_and_keeps_the_order),
    };
    return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
