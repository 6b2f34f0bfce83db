#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

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

bool sg_file_free_bytes(const char *path, int64_t *bytes, struct sg_error *err)
{
    struct statvfs about;

    if (statvfs(path, &about) != 0)
        return sg_error_errno(err, (struct sg_place){.file = path}, "free space is not known");
    *bytes = (int64_t)about.f_bavail * (int64_t)about.f_frsize;
    return true;
}
