#include "service/breaker.h"

#include "unit.h"

/* Ends of calls, in order: a letter is a bad end for that ticket, '+' a good one. */
static bool is_open_after(const char *ends, bool is_only_ticket)
{
    struct sg_breaker breaker = {0};

    for (const char *end = ends; *end != '\0'; end++) {
        sg_breaker_begin(&breaker);
        if (*end == '+')
            (void)sg_breaker_good(&breaker);
        else
            (void)sg_breaker_bad(&breaker, (struct sg_str){end, 1}, is_only_ticket, 1000);
    }
    return breaker.is_open;
}

static void it_opens_after_five_bad_ends_in_a_row_of_two_tickets(void **state)
{
    static const struct {
        const char *ends;
        bool is_only_ticket, is_open;
    } rows[] = {
        {"abab", false, false},      {"ababa", false, true},        {"aaaaa", false, false},
        {"aaaaaaaab", false, true},  {"aaaaa", true, true},         {"abab+a", false, false},
        {"abab+abab", false, false}, {"abab+ababa+", false, false}, {"aaaab", false, true},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_int_equal(is_open_after(rows[r].ends, rows[r].is_only_ticket), rows[r].is_open);
}

static void while_open_one_call_at_a_time_is_let_through_and_later_each_time(void **state)
{
    struct sg_breaker breaker = {0};
    int64_t now_ms = 5000, pause_ms = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        (void)sg_breaker_bad(&breaker, i % 2 == 0 ? SG_STR("a") : SG_STR("b"), false, now_ms);
    assert_false(sg_breaker_lets(&breaker, now_ms));
    for (int tries = 0; tries < 12; tries++) {
        int64_t next_ms = breaker.next_try_ms;

        assert_true(next_ms > now_ms);
        assert_true(next_ms - now_ms >= pause_ms * 3 / 4);
        assert_true(next_ms - now_ms <= 300000);
        pause_ms = next_ms - now_ms;
        now_ms = next_ms;
        assert_false(sg_breaker_lets(&breaker, now_ms - 1));
        assert_true(sg_breaker_lets(&breaker, now_ms));
        sg_breaker_begin(&breaker);
        assert_false(sg_breaker_lets(&breaker, now_ms));
        (void)sg_breaker_bad(&breaker, SG_STR("a"), false, now_ms);
    }
    sg_breaker_begin(&breaker);
    assert_true(sg_breaker_good(&breaker));
    assert_true(sg_breaker_lets(&breaker, now_ms));
}

static void a_call_not_made_after_all_leaves_the_try_to_another(void **state)
{
    struct sg_breaker breaker = {.is_open = true, .next_try_ms = 10};

    (void)state;
    sg_breaker_begin(&breaker);
    sg_breaker_cancel(&breaker);
    assert_true(sg_breaker_lets(&breaker, 10));
}

static void pauses_double_up_to_five_minutes_less_a_quarter_at_most(void **state)
{
    (void)state;
    for (uint64_t salt = 0; salt < 5000000; salt += 99991) {
        int64_t full_ms = 1000;

        for (int tries = 0; tries < 40; tries++) {
            int64_t pause_ms = sg_backoff_ms(tries, salt);

            assert_in_range(pause_ms, full_ms * 3 / 4, full_ms);
            full_ms = full_ms * 2 > 300000 ? 300000 : full_ms * 2;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_after_five_bad_ends_in_a_row_of_two_tickets),
        cmocka_unit_test(while_open_one_call_at_a_time_is_let_through_and_later_each_time),
        cmocka_unit_test(a_call_not_made_after_all_leaves_the_try_to_another),
        cmocka_unit_test(pauses_double_up_to_five_minutes_less_a_quarter_at_most),
    };
    return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
