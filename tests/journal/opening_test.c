/* Who may open a journal. */
#include "stage.h"

static void another_installation_is_refused_and_told_whose_it_is(void **state)
{
    struct stage *stage = *state;
    struct sg_journal_settings other = stage->settings;
    struct sg_journal *journal = NULL;
    struct sg_error err;

    (void)CAPTURE(stage, .key = "1405-1");
    sg_journal_close(stage->journal);
    other.name = SG_STR("test");
    assert_false(sg_journal_open(stage->kind->kind, &other, &journal, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "mashhad"));
    assert_null(journal);
    sg_stage_open(stage); /* and it is as it was */
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void a_second_opener_is_refused_and_the_first_goes_on(void **state)
{
    struct stage *stage = *state;
    struct sg_journal *second = NULL;
    struct sg_error err;

    assert_true(sg_view_is_running(stage->settings.dir));
    assert_false(sg_journal_open(stage->kind->kind, &stage->settings, &second, &err));
    assert_int_equal(err.kind, SG_ERROR_REFUSED);
    assert_null(second);
    (void)CAPTURE(stage, .key = "1405-1");
    assert_string_equal(sg_stage_takes(stage, "gam"), "1405-1>create-case");
}

static void people_read_a_journal_that_nobody_holds(void **state)
{
    struct stage *stage = *state;

    (void)CAPTURE(stage, .key = "1405-1");
    sg_journal_close(stage->journal);
    assert_false(sg_view_is_running(stage->settings.dir));
    assert_string_equal(sg_stage_deliveries(stage, "1405-1"), "create-case pending");
    sg_stage_open(stage);
}

int sg_opening_tests(struct stage_choice *kind)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(another_installation_is_refused_and_told_whose_it_is, kind),
        STAGE_TEST(a_second_opener_is_refused_and_the_first_goes_on, kind),
        STAGE_TEST(people_read_a_journal_that_nobody_holds, kind),
    };
    return cmocka_run_group_tests_name("opening", tests, NULL, NULL);
}
