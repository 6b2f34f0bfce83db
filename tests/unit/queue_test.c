#include "service/queue.h"

#include "base/buffer.h"
#include "unit.h"

enum { CHANGES = 4 };

/* Four changes, a to d; b is a capture of two events, and writes three rows. */
struct some {
    struct sg_arena *arena;
    struct sg_buffer ended; /* their letters */
    struct sg_change changes[CHANGES];
    struct sg_queue queue;
};

static char letter_of(const struct some *some, const struct sg_change *change)
{
    return (char)('a' + (change - some->changes));
}

static void note(struct sg_change *change)
{
    struct some *some = change->owner;

    change->next = NULL; /* it is its owner's again */
    sg_buffer_add_byte(&some->ended, letter_of(some, change));
}

static void queue_all(struct some *some)
{
    *some = (struct some){.arena = sg_arena_new()};
    some->ended.arena = some->arena;
    for (size_t c = 0; c < CHANGES; c++) {
        some->changes[c] = (struct sg_change){.kind = SG_CHANGE_END, .done = note, .owner = some};
        if (c == 1) {
            some->changes[c].kind = SG_CHANGE_CAPTURE;
            some->changes[c].as.capture.count = 2;
        }
        sg_queue_add(&some->queue, &some->changes[c]);
    }
}

/* "abcd 6": the letters, and the rows. */
static const char *text_of(const struct some *some, const struct sg_queue *queue)
{
    struct sg_buffer out = {.arena = some->arena};

    for (const struct sg_change *c = queue->first; c != NULL; c = c->next) {
        sg_buffer_add_byte(&out, letter_of(some, c));
        if (c->next == NULL)
            assert_ptr_equal(c, queue->last);
    }
    sg_buffer_add_format(&out, " %zu", queue->rows);
    return sg_buffer_c(&out);
}

static void as_much_is_taken_as_reaches_the_rows(void **state)
{
    static const struct {
        size_t rows;
        const char *taken, *left;
    } rows[] = {{0, " 0", "abcd 6"}, {1, "a 1", "bcd 5"}, {2, "ab 4", "cd 2"},
                {4, "ab 4", "cd 2"}, {5, "abc 5", "d 1"}, {9, "abcd 6", " 0"}};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct some some;

        queue_all(&some);
        const struct sg_queue taken = sg_queue_take(&some.queue, rows[r].rows);

        assert_string_equal(text_of(&some, &taken), rows[r].taken);
        assert_string_equal(text_of(&some, &some.queue), rows[r].left);
        sg_arena_free(some.arena);
    }
}

static void what_was_put_back_comes_first(void **state)
{
    struct some some;

    (void)state;
    queue_all(&some);
    sg_queue_put_back(&some.queue, sg_queue_take(&some.queue, 2));
    assert_string_equal(text_of(&some, &some.queue), "abcd 6");
    struct sg_queue all = sg_queue_take(&some.queue, 6);

    sg_queue_put_back(&some.queue, (struct sg_queue){0});
    assert_string_equal(text_of(&some, &some.queue), " 0");
    sg_queue_put_back(&some.queue, all); /* into an empty one, which goes on behind it */
    struct sg_queue first = sg_queue_take(&some.queue, 1);
    sg_queue_add(&some.queue, first.first);
    assert_string_equal(text_of(&some, &some.queue), "bcda 6");
    sg_arena_free(some.arena);
}

static void each_is_its_owners_again_in_order(void **state)
{
    struct some some;

    (void)state;
    queue_all(&some);
    some.changes[2].done = NULL; /* nobody asks */
    sg_queue_end(some.queue);
    assert_string_equal(sg_buffer_c(&some.ended), "abd");
    sg_arena_free(some.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_much_is_taken_as_reaches_the_rows),
        cmocka_unit_test(what_was_put_back_comes_first),
        cmocka_unit_test(each_is_its_owners_again_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
