#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/buffer.h"

bool sg_file_read(struct sg_arena *arena, const char *path, size_t limit, struct sg_str *out,
                  struct sg_error *err)
{
    const struct sg_place at = {.file = path};
    int fd SG_AUTO(sg_fd) = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) != 0)
        return sg_error_errno(err, at, "cannot be read");
    if (!S_ISREG(about.st_mode))
        return sg_error_set(err, SG_ERROR_INPUT, at, "is no regular file");
    if (about.st_size > (off_t)limit)
        return sg_error_set(err, SG_ERROR_INPUT, at, "is larger than %zu bytes", limit);

    size_t size = (size_t)about.st_size, used = 0;
    char *bytes = sg_arena_get(arena, size, 1);
    while (used < size) {
        ssize_t got = read(fd, bytes + used, size - used);
        if (got < 0)
            return sg_error_errno(err, at, "cannot be read");
        if (got == 0)
            break; /* it became shorter while we read */
        used += (size_t)got;
    }
    *out = (struct sg_str){bytes, used};
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return sg_str_compare(*(const struct sg_str *)a, *(const struct sg_str *)b);
}

static bool is_listed(const char *name, const char *suffix)
{
    const size_t length = strlen(name), end = strlen(suffix);

    return name[0] != '.' && length > end && strcmp(name + length - end, suffix) == 0;
}

bool sg_file_list(struct sg_arena *arena, const char *folder, const char *suffix,
                  const struct sg_str **names, size_t *count, struct sg_error *err)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, NULL, NULL);

    *count = 0;
    *names = NULL;
    if (found < 0 && errno == ENOENT)
        return true;
    if (found < 0)
        return sg_error_errno(err, (struct sg_place){.file = folder}, "cannot be read");
    struct sg_str *listed = sg_arena_get(arena, (size_t)found, sizeof *listed);
    for (int i = 0; i < found; i++) {
        if (is_listed(entries[i]->d_name, suffix))
            listed[(*count)++] = sg_str_copy(arena, sg_str_of(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    qsort(listed, *count, sizeof *listed, by_bytes);
    *names = listed;
    return true;
}

bool sg_file_free_bytes(const char *path, int64_t *bytes, struct sg_error *err)
{
    struct statvfs about;

    if (statvfs(path, &about) != 0)
        return sg_error_errno(err, (struct sg_place){.file = path}, "free space is not known");
    *bytes = (int64_t)about.f_bavail * (int64_t)about.f_frsize;
    return true;
}
