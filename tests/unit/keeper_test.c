#include "service/keeper.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "folder_unit.h"
#include "journal/kind.h"
#include "journal/view.h"

/* The embedded journal, whose commits are counted, and fail when a test says so; and whose lead ends. */
static int commits;
static bool is_disk_full, is_led_by_another;
static int64_t leads_until;

static bool begin_if_led(struct sg_journal *journal, struct sg_error *err)
{
    if (is_led_by_another)
        return sg_error_set(err, SG_ERROR_REFUSED, (struct sg_place){0}, "another instance leads");
    return SG_JOURNAL_EMBEDDED.begin(journal, err);
}

static int64_t leads_until_told(const struct sg_journal *journal)
{
    (void)journal;
    return leads_until;
}

static bool commit_counted(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    if (is_disk_full)
        return sg_error_set(err, SG_ERROR_TEMPORARY, (struct sg_place){0}, "the disk is full");
    commits++;
    return SG_JOURNAL_EMBEDDED.commit(journal, now_ms, err);
}

static struct sg_journal_kind counted(void)
{
    struct sg_journal_kind kind = SG_JOURNAL_EMBEDDED;

    kind.begin = begin_if_led;
    kind.commit = commit_counted;
    kind.leads_until_ms = leads_until_told;
    return kind;
}

/* --- one keeper --- */

enum { EVENTS_MAX = 300, ENDED_MAX = 16 };

static const int64_t NOW_MS = 1782880200000;

struct bench {
    struct sg_arena *arena;
    struct unit_folder folder;
    struct sg_journal_kind kind;
    struct sg_journal *journal;
    struct sg_keeper *keeper;
    const struct sg_change *ended[ENDED_MAX]; /* in the order in which `done` was called */
    size_t ended_count;
    struct sg_batch *batch; /* the last one given out */
};

static const struct sg_route ROUTE = {
    .mapping = SG_STR_INIT("m"),
    .map_hash = SG_STR_INIT("h"),
    .system = SG_STR_INIT("src"),
    .record = SG_STR_INIT("ticket"),
    .target = SG_STR_INIT("dst"),
    .operation = SG_STR_INIT("tell"),
};

static void open_bench(struct bench *bench)
{
    struct sg_error err;

    is_led_by_another = false;
    leads_until = INT64_MAX;
    *bench = (struct bench){.arena = sg_arena_new(), .kind = counted()};
    unit_folder_open(&bench->folder);
    const struct sg_journal_settings settings = {
        .dir = bench->folder.path, .name = SG_STR("test"), .keep_ms = INT64_MAX / 2};

    if (!sg_journal_open(&bench->kind, &settings, &bench->journal, &err) ||
        !sg_journal_lead(bench->journal, NOW_MS, 0, &(bool){false}, &err))
        fail_msg("%s", err.text);
    sg_journal_set_routes(bench->journal, &ROUTE, 1);
    bench->keeper =
        sg_keeper_new(bench->journal, &(struct sg_keeper_settings){bench->folder.path, 1});
    (void)sg_keeper_step(bench->keeper, NOW_MS); /* it looks at the disk, and sweeps */
    commits = 0;
    is_disk_full = false;
}

static void close_bench(struct bench *bench)
{
    sg_keeper_free(bench->keeper);
    sg_journal_close(bench->journal);
    unit_folder_close(&bench->folder);
    sg_arena_free(bench->arena);
}

/* The same journal with another reserve. */
static void set_reserve(struct bench *bench, int64_t bytes)
{
    sg_keeper_free(bench->keeper);
    bench->keeper =
        sg_keeper_new(bench->journal, &(struct sg_keeper_settings){bench->folder.path, bytes});
}

static void change_done(struct sg_change *change)
{
    struct bench *bench = change->owner;

    assert_true(bench->ended_count < ENDED_MAX);
    bench->ended[bench->ended_count++] = change;
}

static void submit(struct bench *bench, struct sg_change *change)
{
    change->done = change_done;
    change->owner = bench;
    sg_keeper_submit(bench->keeper, change);
}

static void take_batch(void *owner, struct sg_batch *batch)
{
    struct bench *bench = owner;

    bench->batch = batch;
}

static int64_t step(struct bench *bench, int64_t now_ms)
{
    int64_t due_ms = sg_keeper_step(bench->keeper, now_ms);

    bench->batch = NULL;
    sg_keeper_collect(bench->keeper, take_batch, bench);
    return due_ms;
}

/* `count` events of as many tickets, from number `first`. */
static struct sg_change capture_of(struct bench *bench, int first, size_t count)
{
    struct sg_event *events = sg_arena_get(bench->arena, count, sizeof *events);

    for (size_t e = 0; e < count; e++) {
        const struct sg_str id = sg_str_format(bench->arena, "1405-%d", first + (int)e);

        events[e] = (struct sg_event){.system = SG_STR("src"),
                                      .record = SG_STR("ticket"),
                                      .record_id = id,
                                      .version = SG_STR("v1"),
                                      .is_version_declared = true,
                                      .key = id,
                                      .captured_at = NOW_MS,
                                      .size = 2,
                                      .body = SG_STR("{}")};
    }
    return (struct sg_change){.kind = SG_CHANGE_CAPTURE,
                              .as.capture = {.events = events, .count = count}};
}

static struct sg_change fact_of(const char *value)
{
    return (struct sg_change){.kind = SG_CHANGE_FACT, .as.fact = {"said", sg_str_of(value)}};
}

static struct sg_change ending_of(int64_t delivery, enum sg_delivery_state state)
{
    return (struct sg_change){.kind = SG_CHANGE_END,
                              .as.ending = {.delivery = delivery, .state = state}};
}

/* What stands in the journal, all rows with their first two columns: "said 1,". */
struct answer {
    char text[200];
};

static void add_row(const struct sg_view_row *row, void *owner)
{
    struct answer *answer = owner;
    const size_t used = strlen(answer->text);
    const struct sg_str name = sg_view_text(row, 0);

    (void)snprintf(answer->text + used, sizeof answer->text - used, "%.*s %.*s,", SG_STR_ARG(name),
                   SG_STR_ARG(sg_view_text(row, 1)));
}

static struct answer view(const struct bench *bench, enum sg_view_question question)
{
    struct answer answer = {""};
    struct sg_view *view = NULL;
    struct sg_error err;

    assert_true(sg_view_open(&SG_JOURNAL_EMBEDDED, bench->folder.path, &view, &err));
    assert_true(sg_view_ask(view, question, (struct sg_str){0}, add_row, &answer, &err));
    sg_view_close(view);
    return answer;
}

/* Captures one ticket and takes its delivery. */
static int64_t take_one(struct bench *bench)
{
    struct sg_change capture = capture_of(bench, 1, 1);

    submit(bench, &capture);
    sg_keeper_want(bench->keeper, SG_STR("dst"), 1);
    (void)step(bench, NOW_MS);
    assert_non_null(bench->batch);
    const int64_t delivery = bench->batch->deliveries[0].id;

    sg_batch_release(bench->batch);
    bench->ended_count = 0;
    return delivery;
}

/* --- what is promised --- */

static void all_that_is_queued_is_one_commit_and_ends_in_order(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change changes[] = {capture_of(&bench, 1, 2), fact_of("one"), fact_of("two"),
                                  capture_of(&bench, 1, 3)};

    for (size_t c = 0; c < SG_ROWS(changes); c++)
        submit(&bench, &changes[c]);
    assert_string_equal(view(&bench, SG_VIEW_FACTS).text, "");
    (void)step(&bench, NOW_MS);
    assert_int_equal(commits, 1);
    assert_int_equal(bench.ended_count, SG_ROWS(changes));
    for (size_t c = 0; c < SG_ROWS(changes); c++) {
        assert_ptr_equal(bench.ended[c], &changes[c]);
        assert_true(changes[c].is_ok);
    }
    assert_int_equal(changes[3].as.capture.repeats, 2);
    assert_string_equal(view(&bench, SG_VIEW_FACTS).text, "said two,");
    assert_string_equal(view(&bench, SG_VIEW_OPEN).text, "pending 3,");
    close_bench(&bench);
}

static void what_is_too_much_for_one_commit_waits_for_the_next(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change changes[] = {capture_of(&bench, 0, EVENTS_MAX),
                                  capture_of(&bench, EVENTS_MAX, EVENTS_MAX), fact_of("last")};

    for (size_t c = 0; c < SG_ROWS(changes); c++)
        submit(&bench, &changes[c]);
    assert_int_equal(step(&bench, NOW_MS), NOW_MS); /* there is more to do, at once */
    assert_int_equal(bench.ended_count, 2);
    (void)step(&bench, NOW_MS);
    assert_int_equal(bench.ended_count, 3);
    assert_int_equal(commits, 2);
    close_bench(&bench);
}

static void a_change_is_refused_alone(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    (void)take_one(&bench);
    struct sg_change changes[] = {fact_of("before"),
                                  {.kind = SG_CHANGE_ROUTES}, /* none any more */
                                  capture_of(&bench, 7, 1)};

    for (size_t c = 0; c < SG_ROWS(changes); c++)
        submit(&bench, &changes[c]);
    commits = 0;
    (void)step(&bench, NOW_MS);
    assert_int_equal(commits, 1);
    assert_true(changes[0].is_ok);
    assert_false(changes[1].is_ok);
    assert_int_equal(changes[1].err.kind, SG_ERROR_INPUT);
    assert_string_equal(changes[1].err.text,
                        "no file gives `m` any more, with deliveries open; put it back until they "
                        "have ended, or `sgbridge reload --drop` fails them");
    assert_true(changes[2].is_ok);
    assert_string_equal(view(&bench, SG_VIEW_OPEN).text,
                        "pending 2,"); /* the old route is in force */
    close_bench(&bench);
}

static void routes_go_when_nothing_of_them_is_open(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change end = ending_of(take_one(&bench), SG_DELIVERY_DELIVERED);
    struct sg_change changes[] = {{.kind = SG_CHANGE_ROUTES}, capture_of(&bench, 7, 1)};

    submit(&bench, &end); /* in the same commit, before it */
    submit(&bench, &changes[0]);
    submit(&bench, &changes[1]);
    (void)step(&bench, NOW_MS);
    assert_true(end.is_ok && changes[0].is_ok && changes[1].is_ok);
    assert_string_equal(view(&bench, SG_VIEW_OPEN).text, "");
    close_bench(&bench);
}

static void after_a_failed_commit_captures_are_refused_and_the_rest_keeps_its_order(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change changes[] = {
        fact_of("one"),   capture_of(&bench, 0, EVENTS_MAX),
        fact_of("two"),   capture_of(&bench, EVENTS_MAX, EVENTS_MAX),
        fact_of("three"), /* too late for the first commit */
    };
    static const size_t order[] = {1, 3, 0, 2, 4};

    for (size_t c = 0; c < SG_ROWS(changes); c++)
        submit(&bench, &changes[c]);
    is_disk_full = true;
    assert_int_equal(step(&bench, NOW_MS), NOW_MS + 1000); /* tried again a second later */
    assert_int_equal(bench.ended_count, 2);
    is_disk_full = false;
    (void)step(&bench, NOW_MS + 1000);
    assert_int_equal(bench.ended_count, SG_ROWS(changes));
    for (size_t c = 0; c < SG_ROWS(changes); c++) {
        assert_ptr_equal(bench.ended[c], &changes[order[c]]);
        assert_int_equal(bench.ended[c]->is_ok, c >= 2);
    }
    assert_int_equal(changes[1].err.kind, SG_ERROR_TEMPORARY);
    assert_string_equal(view(&bench, SG_VIEW_FACTS).text, "said three,");
    assert_string_equal(view(&bench, SG_VIEW_OPEN).text, "");
    close_bench(&bench);
}

/* With so much of a reserve for the free space: may it capture, and may it call? */
static void below_the_reserve_nothing_comes_in_and_below_half_of_it_nothing_goes_out(void **state)
{
    static const struct {
        int64_t percent; /* the reserve, of what is free */
        bool captures, intends;
    } rows[] = {{50, true, true}, {150, false, true}, {400, false, false}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct bench bench;
        struct sg_error err;
        int64_t free_bytes = 0;

        open_bench(&bench);
        const int64_t delivery = take_one(&bench);
        assert_true(sg_file_free_bytes(bench.folder.path, &free_bytes, &err));
        set_reserve(&bench, free_bytes / 100 * rows[r].percent);
        struct sg_change capture = capture_of(&bench, 7, 1);
        struct sg_change intend = {.kind = SG_CHANGE_INTEND,
                                   .as.intend = {delivery, NOW_MS, SG_STR("{}")}};
        struct sg_change end = ending_of(delivery, SG_DELIVERY_DELIVERED);

        submit(&bench, &capture);
        submit(&bench, &intend);
        submit(&bench, &end);
        (void)step(&bench, NOW_MS);
        assert_int_equal(capture.is_ok, rows[r].captures);
        assert_int_equal(intend.is_ok, rows[r].intends);
        assert_true(end.is_ok); /* the outcome of a running call always fits */
        if (!rows[r].captures)
            assert_string_equal(capture.err.text, "the disk is nearly full");
        close_bench(&bench);
    }
}

static void nothing_is_given_out_while_nothing_may_be_called(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change capture = capture_of(&bench, 1, 1);

    submit(&bench, &capture);
    (void)step(&bench, NOW_MS);
    set_reserve(&bench, INT64_MAX);
    sg_keeper_want(bench.keeper, SG_STR("dst"), 1);
    assert_int_equal(step(&bench, NOW_MS), NOW_MS + 1000); /* the disk is looked at again */
    assert_null(bench.batch);
    set_reserve(&bench, 1);
    sg_keeper_want(bench.keeper, SG_STR("dst"), 1);
    (void)step(&bench, NOW_MS);
    assert_non_null(bench.batch);
    sg_batch_release(bench.batch);
    close_bench(&bench);
}

static void what_is_wanted_counts_down(void **state)
{
    static const struct {
        size_t wanted, given;
    } rows[] = {{2, 2}, {0, 0}, {2, 1}, {0, 0}};
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change capture = capture_of(&bench, 1, 3);

    submit(&bench, &capture);
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        if (rows[r].wanted > 0)
            sg_keeper_want(bench.keeper, SG_STR("dst"), rows[r].wanted);
        (void)step(&bench, NOW_MS);
        assert_int_equal(bench.batch == NULL ? 0 : bench.batch->count, rows[r].given);
        for (size_t d = 0; d < rows[r].given; d++)
            sg_batch_release(bench.batch);
    }
    struct sg_change more = capture_of(&bench, 4, 1); /* one was still wanted */

    submit(&bench, &more);
    (void)step(&bench, NOW_MS);
    assert_non_null(bench.batch);
    sg_batch_release(bench.batch);
    close_bench(&bench);
}

static void a_cursor_is_read_as_it_was_written_with_its_events(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change capture = capture_of(&bench, 1, 1);
    struct sg_change read = {.kind = SG_CHANGE_CURSOR,
                             .as.cursor = {bench.arena, SG_STR("src"), SG_STR("ticket"), {0}}};

    capture.as.capture.system = SG_STR("src");
    capture.as.capture.record = SG_STR("ticket");
    capture.as.capture.cursor = SG_STR("{\"token\":\"57\"}");
    capture.as.capture.has_cursor = true;
    submit(&bench, &capture);
    submit(&bench, &read);
    (void)step(&bench, NOW_MS);
    assert_true(read.is_ok);
    assert_true(sg_str_is(read.as.cursor.text, "{\"token\":\"57\"}"));
    close_bench(&bench);
}

static void a_change_may_end_on_the_journals_own_thread(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change fact = fact_of("one");

    fact.is_done_here = true;
    submit(&bench, &fact);
    (void)sg_keeper_step(bench.keeper, NOW_MS);
    assert_int_equal(bench.ended_count, 1); /* before anything was collected */
    close_bench(&bench);
}

static void an_idle_keeper_finds_out_that_another_one_leads(void **state)
{
    const struct {
        int64_t leads_for_ms; /* by its own clock */
        bool is_led_by_another, has_lost;
    } rows[] = {{60000, false, false}, {-1, false, false}, {-1, true, true}};
    struct bench bench;

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        open_bench(&bench);
        leads_until = sg_clock_steady_ms() + rows[r].leads_for_ms;
        is_led_by_another = rows[r].is_led_by_another;
        (void)sg_keeper_step(bench.keeper, NOW_MS + 1000);
        assert_int_equal(sg_keeper_has_lost(bench.keeper), rows[r].has_lost);
        close_bench(&bench);
    }
}

static void a_lead_that_may_end_is_looked_at_every_second(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    assert_true(sg_keeper_step(bench.keeper, NOW_MS + 1000) == INT64_MAX); /* nothing is due */
    leads_until = sg_clock_steady_ms() + 60000;
    assert_true(sg_keeper_step(bench.keeper, NOW_MS + 1000) == NOW_MS + 2000);
    close_bench(&bench);
}

static void after_a_loss_every_change_is_refused_and_nothing_is_taken(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct sg_change first = fact_of("one"), second = fact_of("two");

    is_led_by_another = true;
    submit(&bench, &first);
    (void)step(&bench, NOW_MS);
    is_led_by_another = false;
    submit(&bench, &second);
    (void)step(&bench, NOW_MS);
    assert_int_equal(bench.ended_count, 2);
    assert_false(first.is_ok || second.is_ok);
    assert_int_equal(second.err.kind, SG_ERROR_REFUSED);
    assert_null(bench.batch);
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_queued_is_one_commit_and_ends_in_order),
        cmocka_unit_test(what_is_too_much_for_one_commit_waits_for_the_next),
        cmocka_unit_test(a_change_is_refused_alone),
        cmocka_unit_test(routes_go_when_nothing_of_them_is_open),
        cmocka_unit_test(after_a_failed_commit_captures_are_refused_and_the_rest_keeps_its_order),
        cmocka_unit_test(below_the_reserve_nothing_comes_in_and_below_half_of_it_nothing_goes_out),
        cmocka_unit_test(nothing_is_given_out_while_nothing_may_be_called),
        cmocka_unit_test(what_is_wanted_counts_down),
        cmocka_unit_test(a_cursor_is_read_as_it_was_written_with_its_events),
        cmocka_unit_test(a_change_may_end_on_the_journals_own_thread),
        cmocka_unit_test(an_idle_keeper_finds_out_that_another_one_leads),
        cmocka_unit_test(a_lead_that_may_end_is_looked_at_every_second),
        cmocka_unit_test(after_a_loss_every_change_is_refused_and_nothing_is_taken),
    };
    return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
