#include "mapping/regex.h"

#include "base/buffer.h"
#include "unit.h"

static const struct sg_regex *compile(struct sg_arena *arena, const char *pattern)
{
    const struct sg_regex *regex = NULL;
    struct sg_error err;

    if (!sg_regex_compile(arena, unit_text(arena, pattern), (struct sg_place){0}, &regex, &err))
        fail_msg("%s: %s", pattern, err.text);
    return regex;
}

static void a_match_gives_group_one_or_all_of_it(void **state)
{
    static const struct {
        const char *pattern, *text, *found; /* NULL: no match */
    } rows[] = {
        {"[0-9]+", "abc 42 7", "42"},
        {"^n:([0-9]+)$", "n:42", "42"},
        {"x", "abc", NULL},
        {"x", "", NULL},
        {"^$", "", ""},
        {"a(b)?", "ac", ""},
        {"(a)(b)", "ab", "a"},
        {"منطقه (.)", "در منطقه ۲ مشهد", "۲"},
        {"(?i)ABC", "xabc", "abc"},
        {"\\Aد.\\z", "دم", "دم"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_regex *regex = compile(arena, rows[r].pattern);
        struct sg_str found = {0};
        struct sg_error err;
        bool is_found = false;

        assert_true(sg_regex_find(regex, unit_text(arena, rows[r].text), &is_found, &found, &err));
        assert_int_equal(is_found, rows[r].found != NULL);
        assert_string_equal(sg_str_c(arena, found), rows[r].found != NULL ? rows[r].found : "");
        assert_true(sg_regex_find(regex, unit_text(arena, rows[r].text), &is_found, NULL, &err));
    }
}

static void every_match_is_replaced(void **state)
{
    static const char *const rows[][4] = {
        {"[0-9]", "-", "a1b22c", "a-b--c"},
        {"x", "-", "abc", "abc"},
        {"x", "-", "", ""},
        {"([a-z])([0-9])", "$2$1", "a1 b2", "1a 2b"},
        {"b+", "[$0]", "abbc", "a[bb]c"},
        {"b", "$$1$", "abc", "a$1$c"},
        {"(b)", "$2$x", "abc", "a$2$xc"}, /* no group 2: it stands for itself */
        {"(x)?b", "<$1>", "ab", "a<>"},
        {"b", "", "abc", "ac"},
        {"", "-", "ab", "-a-b-"},
        {"", "-", "آب", "-آ-ب-"},
        {"a*", "x", "baaac", "xbxxcx"},
        {"ك", "ک", "لكه", "لکه"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_str out = {0};
        struct sg_error err;

        assert_true(sg_regex_replace(arena, compile(arena, rows[r][0]),
                                     unit_text(arena, rows[r][2]), unit_text(arena, rows[r][1]),
                                     &out, &err));
        assert_string_equal(sg_str_c(arena, out), rows[r][3]);
    }
}

static void a_pattern_that_is_wrong_is_refused_where_pcre2_says(void **state)
{
    static const struct {
        const char *pattern;
        int column;
        const char *text;
    } rows[] = {
        {"a(b", 23, "regular expression: missing closing parenthesis"},
        {"ab[", 23, "regular expression: missing terminating ] for character class"},
        {"\xd8", 20, NULL},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_place at = {"m.yaml", 3, 20};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_regex *regex = NULL;
        struct sg_error err;

        assert_false(sg_regex_compile(arena, unit_text(arena, rows[r].pattern), at, &regex, &err));
        assert_null(regex);
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_int_equal(err.at.column, rows[r].column);
        if (rows[r].text != NULL)
            assert_string_equal(err.text, rows[r].text);
    }
}

static void a_match_that_costs_too_much_is_an_error_and_no_hang(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_regex *regex = compile(arena, "^(a+)+$");
    struct sg_buffer text = {.arena = arena};
    struct sg_str out = {0};
    struct sg_error err = {0};
    bool is_found = false;

    (void)state;
    for (int i = 0; i < 60; i++)
        sg_buffer_add_byte(&text, 'a');
    sg_buffer_add_byte(&text, 'b');
    assert_false(sg_regex_find(regex, sg_buffer_text(&text), &is_found, NULL, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_string_equal(err.text, "the regular expression took too many steps; make it simpler");
    assert_false(sg_regex_replace(arena, regex, sg_buffer_text(&text), SG_STR("x"), &out, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_gives_group_one_or_all_of_it),
        cmocka_unit_test(every_match_is_replaced),
        cmocka_unit_test(a_pattern_that_is_wrong_is_refused_where_pcre2_says),
        cmocka_unit_test(a_match_that_costs_too_much_is_an_error_and_no_hang),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
