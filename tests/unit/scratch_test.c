/* Bytes on disk in the place of memory. */
#include "base/scratch.h"

#include <signal.h>
#include <sys/resource.h>

#include "folder_unit.h"

static struct sg_scratch *open_in(const struct unit_folder *folder)
{
    struct sg_scratch *scratch = NULL;
    struct sg_error err;

    assert_true(sg_scratch_open(folder->path, &scratch, &err));
    return scratch;
}

static void add(struct sg_scratch_span *span, struct sg_str bytes)
{
    struct sg_error err;

    assert_true(sg_scratch_add(span, bytes, &err));
}

static void what_was_added_is_read_in_pieces_and_as_a_whole(void **state)
{
    static const struct sg_str rows[] = {SG_STR_INIT(""), SG_STR_INIT("a\0b\r\n--c"),
                                         SG_STR_INIT(""), SG_STR_INIT("متن")};
    struct sg_scratch_span spans[SG_ROWS(rows)];
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_in(&folder);

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        spans[r] = sg_scratch_begin(scratch);
        for (size_t i = 0; i < rows[r].length; i++)
            add(&spans[r], (struct sg_str){rows[r].at + i, 1});
    }
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_scratch_view view SG_AUTO(sg_scratch_view) = {0};
        struct sg_error err;
        char piece[4];

        assert_true(sg_scratch_map(&spans[r], &view, &err));
        assert_non_null(view.bytes.at);
        assert_true(sg_str_equal(view.bytes, rows[r]));
        for (size_t i = 0; i < rows[r].length; i += sizeof piece) {
            const size_t left = rows[r].length - i;
            const size_t wanted = left < sizeof piece ? left : sizeof piece;

            assert_int_equal(sg_scratch_read(&spans[r], (int64_t)i, piece, sizeof piece), wanted);
            assert_memory_equal(piece, rows[r].at + i, wanted);
        }
        assert_int_equal(sg_scratch_read(&spans[r], spans[r].length, piece, sizeof piece), 0);
    }
    unit_folder_close(&folder);
}

static void it_has_no_name(void **state)
{
    struct unit_folder folder;

    (void)state;
    unit_folder_open(&folder);
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_in(&folder);
    struct sg_scratch_span span = sg_scratch_begin(scratch);

    add(&span, SG_STR("secret"));
    assert_int_equal(rmdir(folder.path), 0); /* it is empty */
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct sg_scratch *scratch = NULL;
    struct sg_error err;

    (void)state;
    assert_false(sg_scratch_open("/nowhere", &scratch, &err));
    assert_null(scratch);
    assert_string_equal(err.text, "no file can be made: No such file or directory");
}

static void a_full_disk_is_an_error_and_leaves_what_was_there(void **state)
{
    const struct rlimit small = {.rlim_cur = 10, .rlim_max = RLIM_INFINITY};
    struct rlimit before;
    struct unit_folder folder;
    struct sg_error err;

    (void)state;
    unit_folder_open(&folder);
    struct sg_scratch *scratch SG_AUTO(sg_scratch) = open_in(&folder);
    struct sg_scratch_span span = sg_scratch_begin(scratch);

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    add(&span, SG_STR("12345678"));
    const bool is_kept = sg_scratch_add(&span, SG_STR("12345678"), &err);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(is_kept);
    assert_string_equal(err.text, "it cannot be kept on disk: File too large");
    assert_int_equal(span.length, 8);
    add(&span, SG_STR("9"));
    struct sg_scratch_view view SG_AUTO(sg_scratch_view) = {0};

    assert_true(sg_scratch_map(&span, &view, &err));
    assert_true(sg_str_is(view.bytes, "123456789"));
    unit_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_read_in_pieces_and_as_a_whole),
        cmocka_unit_test(it_has_no_name),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(a_full_disk_is_an_error_and_leaves_what_was_there),
    };
    return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
