#include "stage.h"

#include "base/buffer.h"
#include "tree/json.h"

const int64_t SG_STAGE_START_MS = 1782880200000;

enum { TURNS = 4, TURNS_TO_REST = 50, MAX_EVENT_BYTES = 100000 };

static void start_call(struct sg_transport *transport, struct sg_call *call, int64_t now_ms)
{
    struct sg_stage *stage =
        (struct sg_stage *)(void *)((char *)transport - offsetof(struct sg_stage, transport));

    (void)now_ms;
    assert_true(stage->call_count < SG_STAGE_CALLS_MAX);
    stage->calls[stage->call_count++] = call;
}

struct sg_catalog *sg_stage_load(const struct sg_stage *stage)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load(stage->files.path, &(struct sg_secrets){.is_read = false}, false, findings);

    if (catalog == NULL)
        sg_findings_print(findings, stderr);
    assert_non_null(catalog);
    return catalog;
}

/* For a command: what is wrong is said, and fails no test. */
static struct sg_catalog *load_again(void *owner, struct sg_arena *arena, struct sg_str *said)
{
    struct sg_stage *stage = owner;
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load(stage->files.path, &(struct sg_secrets){.is_read = false}, false, findings);

    *said = sg_findings_text(arena, findings);
    if (catalog == NULL)
        return NULL;
    sg_catalog_free(stage->loaded);
    stage->loaded = catalog;
    return catalog;
}

void sg_stage_open(struct sg_stage *stage, const struct sg_stage_file *files, size_t count)
{
    struct sg_error err;

    *stage =
        (struct sg_stage){.arena = sg_arena_new(),
                          .settings = {.name = SG_STR("test"), .max_event_bytes = MAX_EVENT_BYTES},
                          .transport = {start_call},
                          .now_ms = SG_STAGE_START_MS};
    unit_folder_open(&stage->files);
    unit_folder_open(&stage->state);
    for (size_t f = 0; f < count; f++)
        unit_folder_write(&stage->files, files[f].name, files[f].text);
    stage->settings.state = stage->state.path;
    struct sg_catalog *catalog = sg_stage_load(stage);
    const struct sg_journal_settings journal = {
        .dir = stage->state.path, .name = SG_STR("test"), .keep_ms = INT64_MAX / 2};

    if (!sg_journal_open(&SG_JOURNAL_EMBEDDED, &journal, &stage->journal, &err) ||
        !sg_journal_lead(stage->journal, stage->now_ms, 0, &(bool){false}, &err))
        fail_msg("%s", err.text);
    stage->keeper =
        sg_keeper_new(stage->journal, &(struct sg_keeper_settings){stage->state.path, 1});
    stage->service = sg_service_new(&(struct sg_service_setup){.settings = &stage->settings,
                                                               .keeper = stage->keeper,
                                                               .transport = &stage->transport,
                                                               .load = load_again,
                                                               .load_owner = stage},
                                    catalog, stage->now_ms);
    sg_catalog_free(catalog);
    sg_stage_settle(stage);
}

void sg_stage_settle(struct sg_stage *stage)
{
    for (int turn = 0; turn < TURNS; turn++) {
        (void)sg_keeper_step(stage->keeper, stage->now_ms);
        (void)sg_service_run(stage->service, stage->now_ms);
    }
}

void sg_stage_answer(struct sg_stage *stage, int status, const char *body)
{
    struct sg_call *call = stage->calls[0];
    struct sg_error err;
    const struct sg_reply reply = {.kind = status == 0 ? SG_REPLY_LOST : SG_REPLY_WHOLE,
                                   .status = status,
                                   .body = sg_str_of(body),
                                   .problem = SG_STR("connection reset")};

    assert_true(stage->call_count > 0);
    if (call->into != NULL) {
        *call->into = sg_scratch_begin(call->into->in);
        assert_true(sg_scratch_add(call->into, reply.body, &err));
    }
    stage->call_count--;
    memmove(stage->calls, stage->calls + 1, stage->call_count * sizeof(struct sg_call *));
    call->done(call, &reply);
    sg_stage_settle(stage);
}

void sg_stage_close(struct sg_stage *stage)
{
    sg_service_stop(stage->service);
    sg_stage_settle(stage);
    while (stage->call_count > 0)
        sg_stage_answer(stage, 0, "");
    for (int turn = 0; turn < TURNS_TO_REST && !sg_service_is_still(stage->service); turn++)
        sg_stage_settle(stage);
    assert_true(sg_service_is_still(stage->service));
    sg_service_free(stage->service);
    sg_keeper_free(stage->keeper);
    sg_journal_close(stage->journal);
    sg_catalog_free(stage->loaded);
    unit_folder_close(&stage->files);
    unit_folder_close(&stage->state);
    sg_arena_free(stage->arena);
}

void sg_stage_capture(struct sg_stage *stage, const char *system, const char *record,
                      const char *item)
{
    struct sg_catalog *catalog = sg_service_catalog(stage->service);
    const struct sg_system *of = sg_catalog_system(catalog, sg_str_of(system));
    const struct sg_record_reader reader = {.system = of,
                                            .record = sg_system_record(of, sg_str_of(record)),
                                            .max_bytes = MAX_EVENT_BYTES};
    const struct sg_node *node = NULL;
    struct sg_event event;
    struct sg_error err;

    assert_true(sg_json_read(stage->arena, sg_str_of(item), NULL, &node, &err));
    assert_true(sg_record_read(&reader, node, stage->now_ms, stage->arena, &event));
    struct sg_change change = {.kind = SG_CHANGE_CAPTURE,
                               .as.capture = {.events = &event, .count = 1}};

    sg_keeper_submit(stage->keeper, &change);
    sg_stage_settle(stage);
    assert_true(change.is_ok);
    sg_catalog_free(catalog);
}

struct answer {
    struct sg_buffer text;
    int columns;
};

static void add_row(const struct sg_view_row *row, void *owner)
{
    struct answer *answer = owner;

    for (int c = 0; c < answer->columns; c++)
        sg_buffer_add_format(&answer->text, "%s%.*s", c > 0 ? " " : "",
                             SG_STR_ARG(sg_view_text(row, c)));
    sg_buffer_add_byte(&answer->text, '\n');
}

const char *sg_stage_view(struct sg_stage *stage, enum sg_view_question question,
                          const char *ticket, int columns)
{
    struct answer answer = {{.arena = stage->arena}, columns};
    struct sg_view *view = NULL;
    struct sg_error err;

    if (!sg_view_open(&SG_JOURNAL_EMBEDDED, stage->state.path, &view, &err) ||
        !sg_view_ask(view, question, sg_str_of(ticket), add_row, &answer, &err))
        fail_msg("%s", err.text);
    sg_view_close(view);
    return sg_buffer_c(&answer.text);
}
