#include "stage.h"

#include <stdlib.h>

/* --- the journal --- */

/* Brokers take their time over what was just made; not for ever. */
static void lead(struct stage *stage)
{
    struct sg_error err = {0};
    bool leads = false;

    for (int turn = 0; turn < 100 && !leads; turn++) {
        if (!sg_journal_lead(stage->journal, stage->now_ms, 200, &leads, &err) &&
            err.kind != SG_ERROR_TEMPORARY)
            break;
    }
    if (!leads)
        fail_msg("it does not lead: %s", err.text);
}

void sg_stage_open(struct stage *stage)
{
    struct sg_error err;

    if (!sg_journal_open(stage->kind->kind, &stage->settings, &stage->journal, &err))
        fail_msg("%s", err.text);
    lead(stage);
    sg_stage_set_routes(stage, "create-case response-to-ticket");
}

void sg_stage_crash_and_open(struct stage *stage)
{
    stage->kind->crash(stage);
    stage->is_begun = false;
    sg_stage_open(stage);
}

int sg_stage_set_up(void **state)
{
    struct stage_choice *choice = *state;
    struct stage *stage = calloc(1, sizeof *stage);

    assert_non_null(stage);
    *stage = (struct stage){.kind = choice->kind,
                            .arena = sg_arena_new(),
                            .settings = {.name = SG_STR("mashhad"),
                                         .keep_ms = 90 * STAGE_DAY_MS,
                                         .max_event_bytes = 900000},
                            .now_ms = STAGE_START_MS};
    stage->kind->make(stage);
    sg_stage_open(stage);
    *state = stage;
    return 0;
}

/* One delivery's step on the way from what was taken in to how it ended. */
struct sum {
    int64_t taken_in, states;
    bool is_off; /* at the end of some day */
    struct sg_str day;
    struct sg_arena *arena;
};

static bool is_state(struct sg_str what)
{
    for (int s = SG_DELIVERY_PENDING; s <= SG_DELIVERY_DISCARDED; s++) {
        if (sg_str_is(what, sg_delivery_state_name((enum sg_delivery_state)s)))
            return true;
    }
    return false;
}

static void add_row(const struct sg_view_row *row, void *owner)
{
    struct sum *sum = owner;

    if (sg_str_is(sg_view_text(row, 0), "taken in"))
        sum->taken_in += sg_view_number(row, 1);
    else if (is_state(sg_view_text(row, 0)))
        sum->states += sg_view_number(row, 1);
}

static void add_row_of_day(const struct sg_view_row *row, void *owner)
{
    struct sum *sum = owner;

    if (!sg_str_equal(sum->day, sg_view_text(row, 0))) {
        sum->is_off |= sum->taken_in != sum->states;
        sum->day = sg_str_copy(sum->arena, sg_view_text(row, 0));
    }
    if (sg_str_is(sg_view_text(row, 1), "taken in"))
        sum->taken_in += sg_view_number(row, 2);
    else if (is_state(sg_view_text(row, 1)))
        sum->states += sg_view_number(row, 2);
}

static void ask(struct stage *stage, enum sg_view_question question, const char *ticket,
                void (*each)(const struct sg_view_row *row, void *owner), void *owner)
{
    struct sg_view *view = NULL;
    struct sg_error err;

    assert_true(sg_view_open(stage->kind->kind, stage->settings.dir, &view, &err));
    assert_true(sg_view_ask(view, question, sg_str_of(ticket), each, owner, &err));
    sg_view_close(view);
}

static bool do_sums_hold(struct stage *stage)
{
    struct sum all = {0}, by_day = {.arena = stage->arena};

    ask(stage, SG_VIEW_TOTALS, "", add_row, &all);
    ask(stage, SG_VIEW_OPEN, "", add_row, &all);
    ask(stage, SG_VIEW_AUDIT, "", add_row_of_day, &by_day);
    if (all.taken_in == all.states && by_day.taken_in == all.taken_in &&
        by_day.taken_in == by_day.states && !by_day.is_off)
        return true;
    print_error("taken in %lld, and %lld in states; by day %lld, and %lld\n",
                (long long)all.taken_in, (long long)all.states, (long long)by_day.taken_in,
                (long long)by_day.states);
    return false;
}

int sg_stage_tear_down(void **state)
{
    struct stage *stage = *state;

    if (stage->is_begun)
        sg_stage_rollback(stage);
    const bool is_good = do_sums_hold(stage);
    sg_journal_close(stage->journal);
    stage->kind->clean(stage);
    sg_arena_free(stage->arena);
    free(stage);
    return is_good ? 0 : -1;
}

void sg_stage_renew(void **state)
{
    struct stage *stage = *state;
    struct stage_choice choice = {stage->kind};

    assert_int_equal(sg_stage_tear_down(state), 0);
    *state = &choice;
    assert_int_equal(sg_stage_set_up(state), 0);
}

/* --- routes --- */

static const struct sg_route ROUTES[] = {
    {.mapping = SG_STR_INIT("create-case"),
     .map_hash = SG_STR_INIT("h1"),
     .system = SG_STR_INIT("saja"),
     .record = SG_STR_INIT("ticket"),
     .target = SG_STR_INIT("gam"),
     .operation = SG_STR_INIT("create_case"),
     .opens_link = true},
    {.mapping = SG_STR_INIT("cancel-case"),
     .map_hash = SG_STR_INIT("h2"),
     .system = SG_STR_INIT("saja"),
     .record = SG_STR_INIT("ticket"),
     .target = SG_STR_INIT("gam"),
     .operation = SG_STR_INIT("cancel_case"),
     .skips_unchanged = true},
    {.mapping = SG_STR_INIT("note-ticket"),
     .map_hash = SG_STR_INIT("h3"),
     .system = SG_STR_INIT("saja"),
     .record = SG_STR_INIT("ticket"),
     .target = SG_STR_INIT("saja"),
     .operation = SG_STR_INIT("add_update"),
     .skips_unchanged = true},
    {.mapping = SG_STR_INIT("response-to-ticket"),
     .map_hash = SG_STR_INIT("h4"),
     .system = SG_STR_INIT("gam"),
     .record = SG_STR_INIT("response"),
     .target = SG_STR_INIT("saja"),
     .operation = SG_STR_INIT("add_update"),
     .is_known_by_field = true},
    {.mapping = SG_STR_INIT("acknowledge"),
     .map_hash = SG_STR_INIT("h5"),
     .system = SG_STR_INIT("gam"),
     .record = SG_STR_INIT("response"),
     .target = SG_STR_INIT("gam"),
     .operation = SG_STR_INIT("acknowledge")},
};

/* The words of the table are told apart by the spaces around them. */
static bool is_named(struct stage *stage, const char *names, struct sg_str name)
{
    const char *all = sg_str_c(stage->arena, sg_str_format(stage->arena, " %s ", names));
    struct sg_str one = sg_str_format(stage->arena, " %.*s ", SG_STR_ARG(name));

    return strstr(all, sg_str_c(stage->arena, one)) != NULL;
}

void sg_stage_set_routes(struct stage *stage, const char *names)
{
    struct sg_route routes[SG_ROWS(ROUTES)];
    size_t count = 0;

    for (size_t r = 0; r < SG_ROWS(ROUTES); r++) {
        if (is_named(stage, names, ROUTES[r].mapping))
            routes[count++] = ROUTES[r];
    }
    sg_journal_set_routes(stage->journal, routes, count);
}

/* --- transactions --- */

void sg_stage_begin(struct stage *stage)
{
    struct sg_error err;

    assert_true(sg_journal_begin(stage->journal, stage->now_ms, &err));
    stage->is_begun = true;
}

void sg_stage_commit(struct stage *stage)
{
    struct sg_error err;

    if (!sg_journal_commit(stage->journal, &err))
        fail_msg("%s", err.text);
    stage->is_begun = false;
}

void sg_stage_rollback(struct stage *stage)
{
    sg_journal_rollback(stage->journal);
    stage->is_begun = false;
}

/* Begins when nothing is begun; gives whether it did, so that who began commits. */
static bool begin_own(struct stage *stage)
{
    if (stage->is_begun)
        return false;
    sg_stage_begin(stage);
    return true;
}

/* --- capture --- */

static struct sg_str either(const char *text, struct sg_str otherwise)
{
    return text == NULL ? otherwise : sg_str_of(text);
}

static void set_version(const struct stage_event *from, struct sg_arena *arena,
                        struct sg_event *event)
{
    event->is_version_declared = from->version != NULL || from->time != 0 || from->number != 0;
    event->version_value = from->time != 0 ? from->time : from->number;
    if (from->time != 0)
        event->version_kind = SG_VERSION_TIME;
    else if (from->number != 0)
        event->version_kind = SG_VERSION_NUMBER;
    if (event->version_value != 0)
        event->version = sg_str_format(arena, "%lld", (long long)event->version_value);
    else
        event->version =
            either(from->version, sg_hex(arena, (struct sg_str){(const char *)event->sha256.bytes,
                                                                sizeof event->sha256.bytes}));
}

static void set_key(const struct stage_event *from, struct sg_arena *arena, struct sg_event *event)
{
    event->is_key_linked = from->link != NULL;
    event->system = event->is_key_linked ? SG_STR("gam") : SG_STR("saja");
    event->record =
        either(from->record, event->is_key_linked ? SG_STR("response") : SG_STR("ticket"));
    event->key = either(from->link, either(from->key, SG_STR("")));
    event->record_id = either(
        from->id, from->link == NULL ? event->key : sg_str_format(arena, "%s-1", from->link));
    event->wait_ms = from->wait_ms != 0 ? from->wait_ms : STAGE_DAY_MS;
    event->skips_after_wait = from->skips_after_wait;
}

static struct sg_event event_of(struct stage *stage, const struct stage_event *from)
{
    struct sg_event event = {.captured_at = stage->now_ms};

    set_key(from, stage->arena, &event);
    event.body = either(from->content, either(from->version, event.record_id));
    event.sha256 = sg_sha256_of(event.body);
    event.size = event.body.length;
    if (from->size != 0) {
        event.size = from->size;
        event.body = SG_STR("");
    }
    event.round = either(from->round, SG_STR(""));
    event.shape = either(from->shape, SG_STR(""));
    event.is_own = from->is_own;
    event.problem = either(from->problem, SG_STR(""));
    set_version(from, stage->arena, &event);
    return event;
}

enum sg_captured sg_stage_capture(struct stage *stage, const struct stage_event *from)
{
    const struct sg_event event = event_of(stage, from);
    const bool is_own = begin_own(stage);
    enum sg_captured what = SG_CAPTURED_NEW;
    struct sg_error err;

    assert_true(sg_journal_capture(stage->journal, &event, &what, &err));
    if (is_own)
        sg_stage_commit(stage);
    return what;
}

/* --- deliveries --- */

size_t sg_stage_take_some(struct stage *stage, const char *target, size_t limit,
                          struct sg_delivery **deliveries)
{
    const struct sg_take wanted = {sg_str_of(target), limit, stage->now_ms};
    struct sg_error err;
    size_t count = 0;

    assert_true(sg_journal_take(stage->journal, stage->arena, &wanted, deliveries, &count, &err));
    return count;
}

struct sg_delivery *sg_stage_take(struct stage *stage, const char *target)
{
    struct sg_delivery *deliveries = NULL;

    assert_int_equal(sg_stage_take_some(stage, target, 2, &deliveries), 1);
    return deliveries;
}

const char *sg_stage_takes(struct stage *stage, const char *target)
{
    struct sg_buffer out = {.arena = stage->arena};
    struct sg_delivery *deliveries = NULL;
    size_t count = sg_stage_take_some(stage, target, 100, &deliveries);

    for (size_t d = 0; d < count; d++)
        sg_buffer_add_format(&out, "%s%.*s>%.*s", d == 0 ? "" : ", ",
                             SG_STR_ARG(deliveries[d].event.body),
                             SG_STR_ARG(deliveries[d].mapping));
    return sg_buffer_c(&out);
}

void sg_stage_end(struct stage *stage, const struct sg_ending *ending)
{
    const bool is_own = begin_own(stage);
    struct sg_error err;

    if (!sg_journal_end(stage->journal, ending, &err))
        fail_msg("%s", err.text);
    if (is_own)
        sg_stage_commit(stage);
}

void sg_stage_deliver(struct stage *stage, const struct sg_delivery *delivery, const char *link_id)
{
    END(stage, delivery, .state = SG_DELIVERY_DELIVERED, .was_called = true,
        .link_id = sg_str_of(link_id));
}

void sg_stage_take_and_deliver(struct stage *stage, const char *target, const char *link_id)
{
    sg_stage_deliver(stage, sg_stage_take(stage, target), link_id);
}

struct sg_delivery *sg_stage_take_and_fail(struct stage *stage, const char *target,
                                           const char *reason)
{
    struct sg_delivery *delivery = sg_stage_take(stage, target);

    END(stage, delivery, .state = SG_DELIVERY_FAILED, .was_called = true,
        .reason = sg_str_of(reason));
    return delivery;
}

void sg_stage_intend(struct stage *stage, const struct sg_delivery *delivery, const char *request)
{
    const bool is_own = begin_own(stage);
    struct sg_error err;

    assert_true(
        sg_journal_intend(stage->journal, delivery->id, stage->now_ms, sg_str_of(request), &err));
    if (is_own)
        sg_stage_commit(stage);
}

/* --- what people ask for --- */

const char *sg_stage_obey(struct stage *stage, const struct sg_command *command)
{
    struct sg_command asked = *command;
    const bool is_own = begin_own(stage);
    struct sg_obeyed obeyed;
    struct sg_error err;

    if (asked.id.length == 0)
        asked.id = sg_str_format(stage->arena, "command-%d", ++stage->commands);
    if (asked.who.length == 0)
        asked.who = SG_STR("sara");
    if (asked.at == 0)
        asked.at = stage->now_ms;
    if (!sg_journal_obey(stage->journal, &asked, &obeyed, &err))
        fail_msg("%s", err.text);
    if (!is_own)
        return "";
    sg_stage_commit(stage);
    return obeyed.is_put_off ? "put off" : sg_stage_refusals(stage, asked.id);
}

/* --- what people see --- */

struct answer {
    struct sg_buffer text;
    const char *columns;
};

static void add_columns(const struct sg_view_row *row, void *owner)
{
    struct answer *answer = owner;

    if (answer->text.length > 0)
        sg_buffer_add(&answer->text, SG_STR("; "));
    for (const char *c = answer->columns; *c != '\0'; c++) {
        struct sg_str text = sg_view_text(row, *c >= 'a' ? *c - 'a' + 10 : *c - '0');

        if (c != answer->columns && text.length > 0)
            sg_buffer_add_byte(&answer->text, ' ');
        sg_buffer_add(&answer->text, text);
    }
}

const char *sg_stage_view(struct stage *stage, enum sg_view_question question, const char *ticket,
                          const char *columns)
{
    struct answer answer = {.text = {.arena = stage->arena}, .columns = columns};

    ask(stage, question, ticket, add_columns, &answer);
    return sg_buffer_c(&answer.text);
}

const char *sg_stage_refusals(struct stage *stage, struct sg_str command)
{
    const char *id = sg_str_c(stage->arena, command);
    const char *refused = sg_stage_view(stage, SG_VIEW_REFUSED, id, "1");
    const char *said = sg_stage_view(stage, SG_VIEW_COMMAND, id, "2");

    return sg_str_c(stage->arena,
                    sg_str_format(stage->arena, "%s%s%s", refused,
                                  refused[0] != '\0' && said[0] != '\0' ? "; " : "", said));
}

const char *sg_stage_deliveries(struct stage *stage, const char *ticket)
{
    return sg_stage_view(stage, SG_VIEW_DELIVERIES, ticket, "249");
}

/* A number that is looked for among rows of (name, number). */
struct wanted {
    const char *name;
    int64_t number;
};

static void find_number(const struct sg_view_row *row, void *owner)
{
    struct wanted *wanted = owner;

    if (sg_str_is(sg_view_text(row, 0), wanted->name))
        wanted->number = sg_view_number(row, 1);
}

int64_t sg_stage_count(struct stage *stage, const char *what)
{
    struct wanted wanted = {.name = what};

    ask(stage, SG_VIEW_TOTALS, "", find_number, &wanted);
    ask(stage, SG_VIEW_OPEN, "", find_number, &wanted);
    return wanted.number;
}

int64_t sg_stage_next_due(struct stage *stage)
{
    struct sg_error err;
    int64_t due_ms = 0;

    assert_true(sg_journal_next_due(stage->journal, stage->now_ms, &due_ms, &err));
    return due_ms;
}

size_t sg_stage_sweep(struct stage *stage)
{
    struct sg_error err;
    size_t swept = 0;

    assert_true(sg_journal_sweep(stage->journal, stage->now_ms, 1000, &swept, &err));
    return swept;
}
