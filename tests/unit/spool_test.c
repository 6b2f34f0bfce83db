/* Commands as files: each comes back as it was asked for, and what is none is told from it. */
#include "journal/spool.h"

#include "base/buffer.h"
#include "folder_unit.h"

static int set_up(void **state)
{
    struct unit_folder *folder = calloc(1, sizeof *folder);

    assert_non_null(folder);
    unit_folder_open(folder);
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    unit_folder_close(*state);
    free(*state);
    return 0;
}

static const int64_t TWO[] = {7, 9000000000000000001};

static void assert_same(const struct sg_command *is, const struct sg_command *was)
{
    assert_int_equal(is->kind, was->kind);
    assert_int_equal(is->at, was->at);
    assert_int_equal(is->count, was->count);
    for (size_t d = 0; d < was->count; d++)
        assert_int_equal(is->deliveries[d], was->deliveries[d]);
    assert_int_equal(is->again, was->again);
    assert_int_equal(is->old, was->old);
    assert_int_equal(is->spacing_us, was->spacing_us);
    assert_int_equal(is->with_rest, was->with_rest);
    assert_int_equal(is->was_done, was->was_done);
    assert_int_equal(is->scope, was->scope);
    assert_int_equal(is->until, was->until);
    assert_true(sg_str_equal(is->id, was->id) && sg_str_equal(is->who, was->who) &&
                sg_str_equal(is->why, was->why) && sg_str_equal(is->after, was->after) &&
                sg_str_equal(is->mapping, was->mapping) && sg_str_equal(is->name, was->name) &&
                sg_str_equal(is->foreign_id, was->foreign_id));
}

static void a_command_of_each_kind_comes_back_as_it_was(void **state)
{
    const struct sg_command rows[] = {
        {.kind = SG_COMMAND_REPLAY,
         .deliveries = TWO,
         .count = 2,
         .again = true,
         .spacing_us = 200000,
         .after = SG_STR("20260701T043000.000001-00000001")},
        {.kind = SG_COMMAND_REPLAY, .deliveries = TWO, .count = 1, .old = true},
        {.kind = SG_COMMAND_SEND, .deliveries = TWO, .count = 2, .mapping = SG_STR("note-ticket")},
        {.kind = SG_COMMAND_DISCARD, .deliveries = TWO, .count = 1, .with_rest = true},
        {.kind = SG_COMMAND_RESOLVE,
         .deliveries = TWO,
         .count = 1,
         .was_done = true,
         .foreign_id = SG_STR("44/1405")},
        {.kind = SG_COMMAND_RESOLVE, .deliveries = TWO, .count = 1},
        {.kind = SG_COMMAND_PAUSE,
         .scope = SG_PAUSE_DIRECTION,
         .name = SG_STR("saja>gam"),
         .until = 1782883800000},
        {.kind = SG_COMMAND_RESUME, .scope = SG_PAUSE_TICKET, .name = SG_STR("1405-1")},
        {.kind = SG_COMMAND_UNMASK, .deliveries = TWO, .count = 1},
        {.kind = SG_COMMAND_RELOAD, .drop = true},
    };
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_command asked = rows[r], is = {0};
        struct sg_error err;

        asked.who = SG_STR("sara");
        asked.at = 1782880200000;
        asked.why = SG_STR("شکایت \"تلفنی\"\n");
        assert_true(sg_spool_write(arena, folder->path, &asked, &err));
        assert_true(sg_spool_read(arena, folder->path, asked.id, &is, &err));
        assert_same(&is, &asked);
    }
}

/* A file with `count` deliveries. */
static const char *with_deliveries(struct sg_arena *arena, size_t count)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, SG_STR("{\"do\":\"replay\",\"who\":\"sara\",\"deliveries\":[1"));
    for (size_t d = 1; d < count; d++)
        sg_buffer_add(&out, SG_STR(",1"));
    sg_buffer_add(&out, SG_STR("]}"));
    return sg_buffer_c(&out);
}

static const char *with_spaces(struct sg_arena *arena, size_t count)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, SG_STR("{\"do\":\"reload\",\"who\":\"sara\""));
    for (size_t d = 0; d < count; d++)
        sg_buffer_add_byte(&out, ' ');
    sg_buffer_add_byte(&out, '}');
    return sg_buffer_c(&out);
}

#define NONE "the file holds no command that this version knows: "

static void a_file_that_is_no_command_says_what_is_wrong_with_it(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *const rows[][2] = {
        {"{\"do\":\"reload\",\"who\":\"sara\"}", NULL},
        {"{\"do\":\"reload\",\"who\":\"sara\",\"later\":1}", NULL}, /* more than is known */
        {"", NONE "'[' or '{' expected near end of file"},
        {"{\"do\":\"reload\",\"who\":\"sara\"", NONE "'}' expected near end of file"},
        {"{\"do\":\"reload\",\"do\":\"replay\",\"who\":\"sara\"}",
         NONE "duplicate object key near '\"do\"'"},
        {"[\"reload\"]", NONE "no object"},
        {"{\"who\":\"sara\"}", NONE "`do` and `who` are missing"},
        {"{\"do\":\"reload\"}", NONE "`do` and `who` are missing"},
        {"{\"do\":\"reload\",\"who\":\"\"}", NONE "`do` and `who` are missing"},
        {"{\"do\":\"erase\",\"who\":\"sara\"}", NONE "do"},
        {"{\"do\":\"\",\"who\":\"sara\"}", NONE "do"},
        {"{\"do\":1,\"who\":\"sara\"}", NONE "do"},
        {"{\"do\":\"reload\",\"who\":null}", NONE "who"},
        {"{\"do\":\"reload\",\"who\":\"sara\",\"at\":\"now\"}", NONE "at"},
        {"{\"do\":\"reload\",\"who\":\"sara\",\"at\":-1}", NONE "at"},
        {"{\"do\":\"reload\",\"who\":\"sara\",\"at\":1.5}", NONE "at"},
        {"{\"do\":\"replay\",\"who\":\"sara\",\"again\":1}", NONE "again"},
        {"{\"do\":\"replay\",\"who\":\"sara\",\"deliveries\":7}", NONE "deliveries"},
        {"{\"do\":\"replay\",\"who\":\"sara\",\"deliveries\":[\"7\"]}", NONE "deliveries"},
        {"{\"do\":\"replay\",\"who\":\"sara\",\"spacing_us\":9223372036854775807}",
         NONE "spacing_us"},
        {"{\"do\":\"pause\",\"who\":\"sara\",\"scope\":\"city\"}", NONE "scope"},
        {with_deliveries(arena, 500), NULL},
        {with_deliveries(arena, 501), NONE "deliveries"},
        {with_spaces(arena, 60000), NULL},
        {with_spaces(arena, 66000), "is larger than 65536 bytes"},
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_command is = {0};
        struct sg_error err = {0};

        unit_folder_write(folder, "spool/c.json", rows[r][0]);
        const bool is_good = sg_spool_read(arena, folder->path, SG_STR("c"), &is, &err);
        assert_int_equal(is_good, rows[r][1] == NULL);
        if (is_good)
            continue;
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_string_equal(err.text, rows[r][1]);
    }
}

static void commands_are_listed_in_the_order_in_which_they_were_asked_for(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_command asked[3] = {{0}};
    const struct sg_str *ids = NULL;
    size_t count = 9;
    struct sg_error err;

    assert_true(sg_spool_list(arena, folder->path, &ids, &count, &err));
    assert_int_equal(count, 0); /* there is no folder yet */
    for (size_t c = 0; c < SG_ROWS(asked); c++) {
        asked[c] = (struct sg_command){.kind = SG_COMMAND_RELOAD, .who = SG_STR("sara")};
        assert_true(sg_spool_write(arena, folder->path, &asked[c], &err));
        if (c > 0)
            assert_true(sg_str_compare(asked[c - 1].id, asked[c].id) != 0);
    }
    unit_folder_write(folder, "spool/.half-written", "{");
    unit_folder_write(folder, "spool/20200101T000000.000000-00000000.json", "{}");
    assert_true(sg_spool_list(arena, folder->path, &ids, &count, &err));
    assert_int_equal(count, 4);
    assert_true(sg_str_is(ids[0], "20200101T000000.000000-00000000"));
    for (size_t c = 1; c < count; c++)
        assert_true(sg_str_compare(ids[c - 1], ids[c]) < 0);
}

static void a_file_that_is_done_with_or_put_aside_is_listed_no_more(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str *ids = NULL;
    size_t count = 0;
    struct sg_error err;

    unit_folder_write(folder, "spool/done.json", "{}");
    unit_folder_write(folder, "spool/bad.json", "{");
    assert_true(sg_spool_remove(folder->path, SG_STR("done"), &err));
    assert_true(sg_spool_remove(folder->path, SG_STR("done"), &err)); /* it is gone all the same */
    assert_true(sg_spool_put_aside(folder->path, SG_STR("bad"), &err));
    assert_false(sg_spool_put_aside(folder->path, SG_STR("bad"), &err));
    assert_true(sg_spool_list(arena, folder->path, &ids, &count, &err));
    assert_int_equal(count, 0);
    unit_folder_remove(folder, "spool/bad.refused"); /* kept for a person to look at */
}

/* Not a file that the daemon would read as another command than was asked for. */
static void what_is_no_utf8_is_not_written(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_command asked = {
        .kind = SG_COMMAND_DISCARD, .who = SG_STR("sara"), .why = SG_STR("caf\xe9")};
    const struct sg_str *ids = NULL;
    size_t count = 0;
    struct sg_error err;

    assert_false(sg_spool_write(arena, folder->path, &asked, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_string_equal(err.text, "`why` is not in UTF-8");
    assert_true(sg_spool_list(arena, folder->path, &ids, &count, &err));
    assert_int_equal(count, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_command_of_each_kind_comes_back_as_it_was),
        TEST(a_file_that_is_no_command_says_what_is_wrong_with_it),
        TEST(commands_are_listed_in_the_order_in_which_they_were_asked_for),
        TEST(a_file_that_is_done_with_or_put_aside_is_listed_no_more),
        TEST(what_is_no_utf8_is_not_written),
    };
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
