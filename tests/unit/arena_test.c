#include "base/arena.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_deferred_runs_at_the_end_the_last_one_first),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
