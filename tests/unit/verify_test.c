#include "cli/verify.h"

#include "unit.h"

enum { SHOWN_MAX = 6 };

static void a_sample_is_the_newest_and_the_oldest_and_fewer_and_fewer_between(void **state)
{
    static const struct {
        int64_t total, wanted, ranks[SHOWN_MAX];
    } rows[] = {
        {1, 1, {0}},
        {9, 1, {0}},
        {3, 3, {0, 1, 2}},
        {9, 2, {0, 8}},
        {9, 3, {0, 2, 8}},
        {100, 6, {0, 4, 17, 36, 64, 99}},
        {7, 6, {0, 1, 2, 3, 4, 6}},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        for (int64_t i = 0; i < rows[r].wanted; i++)
            assert_int_equal(sg_verify_rank(rows[r].total, rows[r].wanted, i), rows[r].ranks[i]);
    }
}

static void no_ticket_is_twice_in_a_large_sample_of_a_large_journal(void **state)
{
    const int64_t total = INT64_C(100000000), wanted = 10000;
    int64_t before = -1;

    (void)state;
    for (int64_t i = 0; i < wanted; i++) {
        const int64_t rank = sg_verify_rank(total, wanted, i);

        assert_true(rank > before && rank < total);
        before = rank;
    }
    assert_int_equal(before, total - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_is_the_newest_and_the_oldest_and_fewer_and_fewer_between),
        cmocka_unit_test(no_ticket_is_twice_in_a_large_sample_of_a_large_journal),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
