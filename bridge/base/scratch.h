/** Bytes that are too many for memory, on disk: in a file without a name, gone with who made it. */
#ifndef SG_BASE_SCRATCH_H
#define SG_BASE_SCRATCH_H

#include <stdint.h>

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** One file; one thread at a time. */
struct sg_scratch;

/** Some of its bytes, one after the other; `in` is NULL where there are none yet. */
struct sg_scratch_span {
    struct sg_scratch *in;
    int64_t start, length;
};

/** Makes it in `folder`, without a name. Fails with TEMPORARY where the disk is full. */
SG_MUST_USE bool sg_scratch_open(const char *folder, struct sg_scratch **out, struct sg_error *err);
/** Spans of it end with it. Takes NULL. */
void sg_scratch_free(struct sg_scratch *scratch);
SG_AUTO_FREE(sg_scratch)

/** An empty span at the end, the only one to be added to from now on. */
struct sg_scratch_span sg_scratch_begin(struct sg_scratch *scratch);
/** Adds to the span that was begun last. Where it fails the span is as it was. */
SG_MUST_USE bool sg_scratch_add(struct sg_scratch_span *span, struct sg_str bytes,
                                struct sg_error *err);

/** Up to `room` bytes from `offset` (in the span) on; gives how many, 0 at its end, or -1. */
int64_t sg_scratch_read(const struct sg_scratch_span *span, int64_t offset, char *to, size_t room);

/** A whole span as text, without a copy in memory. */
struct sg_scratch_view {
    struct sg_str bytes; /* `at` is never NULL */
    void *pages;         /* NULL: none */
    size_t page_bytes;
};

SG_MUST_USE bool sg_scratch_map(const struct sg_scratch_span *span, struct sg_scratch_view *out,
                                struct sg_error *err);
void sg_scratch_unmap(const struct sg_scratch_view *view);

static inline void sg_scratch_view_auto(const struct sg_scratch_view *view)
{
    sg_scratch_unmap(view);
}

#endif
