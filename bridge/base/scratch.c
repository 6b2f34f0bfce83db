#include "base/scratch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PATH_ROOM = 4096 };

struct sg_scratch {
    int fd;
    int64_t bytes;
};

bool sg_scratch_open(const char *folder, struct sg_scratch **out, struct sg_error *err)
{
    char path[PATH_ROOM];
    const int length = snprintf(path, sizeof path, "%s/.scratch-XXXXXX", folder);

    if (length < 0 || (size_t)length >= sizeof path)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "the folder's name is too long");
    const int fd = mkstemp(path); /* O_TMPFILE is not for every file system */

    if (fd < 0)
        return sg_error_errno(err, (struct sg_place){.file = folder}, "no file can be made");
    (void)unlink(path);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    struct sg_scratch *scratch = calloc(1, sizeof *scratch);

    if (scratch == NULL)
        abort();
    scratch->fd = fd;
    *out = scratch;
    return true;
}

void sg_scratch_free(struct sg_scratch *scratch)
{
    if (scratch == NULL)
        return;
    (void)close(scratch->fd); /* its bytes are of no more use: nothing to sync */
    free(scratch);
}

struct sg_scratch_span sg_scratch_begin(struct sg_scratch *scratch)
{
    return (struct sg_scratch_span){.in = scratch, .start = scratch->bytes};
}

bool sg_scratch_add(struct sg_scratch_span *span, struct sg_str bytes, struct sg_error *err)
{
    struct sg_scratch *scratch = span->in;
    size_t written = 0;

    assert(span->start + span->length == scratch->bytes);
    while (written < bytes.length) {
        const ssize_t count = pwrite(scratch->fd, bytes.at + written, bytes.length - written,
                                     (off_t)(scratch->bytes + (int64_t)written));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return sg_error_errno(err, (struct sg_place){0}, "it cannot be kept on disk");
        written += (size_t)count;
    }
    scratch->bytes += (int64_t)written;
    span->length += (int64_t)written;
    return true;
}

int64_t sg_scratch_read(const struct sg_scratch_span *span, int64_t offset, char *to, size_t room)
{
    const int64_t left = span->length - offset;
    ssize_t count;

    if ((int64_t)room > left)
        room = (size_t)left;
    do {
        count = pread(span->in->fd, to, room, (off_t)(span->start + offset));
    } while (count < 0 && errno == EINTR);
    return count;
}

bool sg_scratch_map(const struct sg_scratch_span *span, struct sg_scratch_view *out,
                    struct sg_error *err)
{
    const int64_t page = sysconf(_SC_PAGESIZE);
    const int64_t before = span->start % page; /* a mapping begins with a page */

    *out = (struct sg_scratch_view){.bytes = SG_STR("")};
    if (span->length == 0)
        return true;
    void *pages = mmap(NULL, (size_t)(before + span->length), PROT_READ, MAP_PRIVATE, span->in->fd,
                       (off_t)(span->start - before));

    if (pages == MAP_FAILED)
        return sg_error_errno(err, (struct sg_place){0}, "it cannot be read from disk");
    out->pages = pages;
    out->page_bytes = (size_t)(before + span->length);
    out->bytes = (struct sg_str){(const char *)pages + before, (size_t)span->length};
    return true;
}

void sg_scratch_unmap(const struct sg_scratch_view *view)
{
    if (view->pages != NULL)
        (void)munmap(view->pages, view->page_bytes);
}
