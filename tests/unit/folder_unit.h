/** A folder of files for one test, which is gone after it. */
#ifndef SG_TESTS_FOLDER_UNIT_H
#define SG_TESTS_FOLDER_UNIT_H

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

enum { UNIT_PATH_ROOM = 512 };

struct unit_folder {
    char path[32];
};

static inline void unit_folder_open(struct unit_folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/sgbridge-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

/** Writes the file `name`, which may stand in a folder of the folder. */
static inline void unit_folder_write(const struct unit_folder *folder, const char *name,
                                     const char *text)
{
    const char *slash = strchr(name, '/');
    char path[UNIT_PATH_ROOM];

    if (slash != NULL) {
        (void)snprintf(path, sizeof path, "%s/%.*s", folder->path, (int)(slash - name), name);
        (void)mkdir(path, 0700); /* it may be there already */
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline void unit_folder_remove(const struct unit_folder *folder, const char *name)
{
    char path[UNIT_PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    assert_int_equal(remove(path), 0);
}

/** Removes what is in the folder at `path`, and the folder itself. */
static inline void unit_folder_remove_all(const char *path)
{
    DIR *all = opendir(path);
    char below[UNIT_PATH_ROOM];

    assert_non_null(all);
    for (const struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        assert_true(length > 0 && (size_t)length < sizeof below);
        if (unlink(below) != 0)
            unit_folder_remove_all(below);
    }
    (void)closedir(all);
    assert_int_equal(rmdir(path), 0);
}

static inline void unit_folder_close(const struct unit_folder *folder)
{
    unit_folder_remove_all(folder->path);
}

#endif
