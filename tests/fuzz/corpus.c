/*
 * main() of a fuzz target where nothing fuzzes: `NAME_fuzz FOLDER…` takes each file there once. What
 * is wrong ends it, and its last line is the file's name.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "unit.h"

enum { FILE_MAX_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(const int *argc, char ***argv) __attribute__((weak));

static size_t take_folder(struct sg_arena *arena, const char *folder)
{
    const struct sg_str *names = NULL;
    struct sg_error err;
    size_t count = 0;

    if (!sg_file_list(arena, folder, "", &names, &count, &err))
        fail_msg("%s", err.text);
    for (size_t n = 0; n < count; n++) {
        const char *path =
            sg_str_c(arena, sg_str_format(arena, "%s/%.*s", folder, SG_STR_ARG(names[n])));
        struct sg_str text = {0};

        print_message("%s\n", path);
        if (!sg_file_read(arena, path, FILE_MAX_BYTES, &text, &err))
            fail_msg("%s", err.text);
        /* by itself, so that one byte read too far is seen */
        text = sg_str_copy(arena, text);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)text.at, text.length);
    }
    return count;
}

static void what_stands_in_the_corpus_is_taken(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *const *folders = *state;
    size_t taken = 0;

    for (size_t f = 0; folders[f] != NULL; f++)
        taken += take_folder(arena, folders[f]);
    assert_true(taken > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(what_stands_in_the_corpus_is_taken, argv + 1),
    };

    if (LLVMFuzzerInitialize != NULL)
        (void)LLVMFuzzerInitialize(&argc, &argv);
    return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
