#include "cli/typed.h"

#include "unit.h"

static void a_word_is_quoted_so_that_the_shell_reads_it_as_it_is(void **state)
{
    static const char *const rows[][2] = {
        {"1405-88123", " 1405-88123"},
        {"no row for 77", " 'no row for 77'"},
        {"", " ''"},
        {"it's", " 'it'\\''s'"},
        {"$(reboot)", " '$(reboot)'"},
        {"کد نامعتبر", " 'کد نامعتبر'"},
        {"a\x1b[31m\nb", " 'a\uFFFD[31m b'"},
        {"=refused", " '=refused'"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer command = {.arena = arena};

        sg_typed_add(&command, unit_text(arena, rows[r][0]));
        assert_string_equal(sg_buffer_c(&command), rows[r][1]);
    }
}

static void an_option_that_was_not_given_is_left_out(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer command = {.arena = arena};

    (void)state;
    sg_typed_add_option(&command, "since", SG_STR(""));
    sg_typed_add_option(&command, "until", SG_STR("02:10"));
    assert_string_equal(sg_buffer_c(&command), " --until 02:10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_quoted_so_that_the_shell_reads_it_as_it_is),
        cmocka_unit_test(an_option_that_was_not_given_is_left_out),
    };
    return cmocka_run_group_tests_name("typed", tests, NULL, NULL);
}
