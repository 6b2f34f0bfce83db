/* What is asked of an instance that stands by comes to the one that leads; where none can stand by,
 * nothing does. */
#include "stage.h"

#include <stdlib.h>
#include <unistd.h>

#include "journal/spool.h"

enum { TRIES = 100, WAIT_MS = 100 };

/* A second instance of the stage's journal, with a folder of its own. */
struct standby {
    struct sg_journal_settings settings;
    struct sg_journal *journal;
    char dir[32];
};

static void open_standby(const struct stage *stage, struct standby *standby)
{
    bool leads = false;
    struct sg_error err;

    (void)snprintf(standby->dir, sizeof standby->dir, "/tmp/sgbridge-test-XXXXXX");
    assert_non_null(mkdtemp(standby->dir));
    standby->settings = stage->settings;
    standby->settings.dir = standby->dir;
    if (!sg_journal_open(stage->kind->kind, &standby->settings, &standby->journal, &err) ||
        !sg_journal_lead(standby->journal, stage->now_ms, 0, &leads, &err))
        fail_msg("%s", err.text);
    assert_false(leads);
}

static void close_standby(struct stage *stage, struct standby *standby)
{
    static const char *const names[] = {"view.db", "view.db-wal", "view.db-shm", "journal.lock",
                                        "spool"};

    sg_journal_close(standby->journal);
    for (size_t n = 0; n < SG_ROWS(names); n++)
        (void)remove(
            sg_str_c(stage->arena, sg_str_format(stage->arena, "%s/%s", standby->dir, names[n])));
    assert_int_equal(remove(standby->dir), 0);
}

static struct sg_str ask(struct stage *stage, const struct standby *standby, const char *why)
{
    struct sg_command command = {.kind = SG_COMMAND_UNMASK,
                                 .who = SG_STR("zahra"),
                                 .at = STAGE_START_MS,
                                 .why = sg_str_of(why)};
    struct sg_error err;

    assert_true(sg_spool_write(stage->arena, standby->dir, &command, &err));
    return command.id;
}

/* Until the standby's spool is empty. */
static void hand_all_on(struct stage *stage, struct standby *standby)
{
    const struct sg_str *ids = NULL;
    size_t count = 1;
    struct sg_error err;

    for (int t = 0; t < TRIES && count > 0; t++) {
        if (!sg_journal_lead(standby->journal, stage->now_ms, WAIT_MS, &(bool){false}, &err) ||
            !sg_journal_hand_on(standby->journal, &err) ||
            !sg_spool_list(stage->arena, standby->dir, &ids, &count, &err))
            fail_msg("%s", err.text);
    }
    assert_int_equal(count, 0);
}

static struct sg_handed_on read_one(struct stage *stage, struct sg_commands_reader *reader)
{
    struct sg_handed_on command = {0};
    struct sg_error err;

    for (int t = 0; t < TRIES && !command.is_there; t++) {
        if (!sg_commands_reader_read(reader, stage->arena, &command, &err))
            fail_msg("%s", err.text);
        if (!command.is_there)
            (void)usleep(WAIT_MS * 1000); /* it never waits itself */
    }
    assert_true(command.is_there);
    return command;
}

/* NULL where there is nothing to be read, and so nothing to be tested. */
static struct sg_commands_reader *open_reader(struct stage *stage, int64_t place)
{
    struct sg_commands_reader *reader = NULL;
    struct sg_error err;

    if (!sg_journal_open_commands(stage->journal, &reader, &err) ||
        (reader != NULL && !sg_commands_reader_seek(reader, place, &err)))
        fail_msg("%s", err.text);
    return reader;
}

static void what_a_standby_is_asked_comes_to_the_leader_in_order_and_leaves_its_spool(void **state)
{
    struct stage *stage = *state;
    struct sg_commands_reader *reader = open_reader(stage, 0);
    struct standby standby;

    if (reader == NULL)
        skip();
    open_standby(stage, &standby);
    const struct sg_str first = ask(stage, &standby, "one"), second = ask(stage, &standby, "two");
    hand_all_on(stage, &standby);
    const struct sg_handed_on one = read_one(stage, reader), two = read_one(stage, reader);

    assert_true(sg_str_equal(one.id, first));
    assert_true(sg_str_equal(two.id, second));
    assert_int_equal(two.place, one.place + 1);
    assert_non_null(strstr(sg_str_c(stage->arena, one.text), "\"why\":\"one\""));
    sg_commands_reader_close(reader);
    close_standby(stage, &standby);
}

static void a_place_that_is_not_there_is_read_from_what_is(void **state)
{
    struct stage *stage = *state;
    struct sg_commands_reader *reader = open_reader(stage, 1000);
    struct standby standby;

    if (reader == NULL)
        skip();
    open_standby(stage, &standby);
    const struct sg_str id = ask(stage, &standby, "one");
    hand_all_on(stage, &standby);
    assert_true(sg_str_equal(read_one(stage, reader).id, id));
    sg_commands_reader_close(reader);
    close_standby(stage, &standby);
}

static void what_can_be_no_command_is_put_aside_and_the_next_is_handed_on(void **state)
{
    struct stage *stage = *state;
    struct sg_commands_reader *reader = open_reader(stage, 0);
    struct standby standby;
    struct sg_error err;

    if (reader == NULL)
        skip();
    open_standby(stage, &standby);
    assert_true(sg_spool_make(standby.dir, &err));
    struct sg_str large = {sg_arena_get(stage->arena, 100000, 1), 100000};
    assert_true(sg_spool_put(standby.dir, SG_STR("0-large"), large, &err));
    const struct sg_str id = ask(stage, &standby, "one");
    hand_all_on(stage, &standby);
    assert_true(sg_str_equal(read_one(stage, reader).id, id));
    assert_int_equal(remove(sg_str_c(stage->arena, sg_str_format(stage->arena, "%s/spool/%s",
                                                                 standby.dir, "0-large.refused"))),
                     0);
    sg_commands_reader_close(reader);
    close_standby(stage, &standby);
}

int sg_handed_on_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_a_standby_is_asked_comes_to_the_leader_in_order_and_leaves_its_spool, kind),
        STAGE_TEST(a_place_that_is_not_there_is_read_from_what_is, kind),
        STAGE_TEST(what_can_be_no_command_is_put_aside_and_the_next_is_handed_on, kind),
    };
    return cmocka_run_group_tests_name("handed_on", tests, NULL, NULL);
}
