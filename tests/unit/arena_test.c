#include "base/arena.h"

#include "base/buffer.h"

#include "unit.h"

/* In the arena itself: at the end it must still be there. */
struct guest {
    char *said; /* a text that each guest adds its letter to */
    char letter;
};

static void leave(void *object)
{
    const struct guest *guest = object;

    guest->said[strlen(guest->said)] = guest->letter;
}

static void what_was_deferred_runs_at_the_end_the_last_one_first(void **state)
{
    char said[4] = "";
    struct sg_arena *arena = sg_arena_new();

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct guest *guest = sg_arena_get(arena, 1, sizeof *guest);

        *guest = (struct guest){said, "abc"[i]};
        sg_arena_defer(arena, leave, guest);
    }
    assert_string_equal(said, "");
    sg_arena_free(arena);
    assert_string_equal(said, "cba");
}

/* Under a sanitizer no piece is made longer where it lies: then it is to be copied. */
static void a_text_that_grows_keeps_what_it_had_and_takes_nothing_of_its_neighbours(void **state)
{
    enum { GROWING = 3, ROUNDS = 5000 };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer texts[GROWING] = {{.arena = arena}, {.arena = arena}, {.arena = arena}};

    (void)state;
    for (size_t r = 0; r < ROUNDS; r++) {
        for (size_t t = 0; t < GROWING; t++) {
            if (r % (t + 1) == 0)
                sg_buffer_add_byte(&texts[t], (char)('a' + (r + t) % 26));
        }
        if (r % 100 == 0)
            memset(sg_arena_get(arena, r, 1), 'X', r);
    }
    for (size_t t = 0; t < GROWING; t++) {
        for (size_t i = 0; i < texts[t].length; i++)
            assert_int_equal(texts[t].at[i], 'a' + (i * (t + 1) + t) % 26);
    }
}

static void what_is_given_is_zero_though_a_text_was_there(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    char *piece = sg_arena_get(arena, 5, 1);

    (void)state;
    memset(piece, 'X', 5);
    if (sg_arena_extend(arena, piece, 5, 40)) {
        for (size_t i = 5; i < 40; i++)
            assert_int_equal(piece[i], 0);
    }
    assert_false(sg_arena_extend(arena, "", 1, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_deferred_runs_at_the_end_the_last_one_first),
        cmocka_unit_test(a_text_that_grows_keeps_what_it_had_and_takes_nothing_of_its_neighbours),
        cmocka_unit_test(what_is_given_is_zero_though_a_text_was_there),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
