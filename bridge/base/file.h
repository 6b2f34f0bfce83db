/** Whole files: read with a limit, written so that they are there after a crash, or not at all. */
#ifndef SG_BASE_FILE_H
#define SG_BASE_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** All of a file into the arena. Fails with its name when it cannot be read or is over `limit`. */
SG_MUST_USE bool sg_file_read(struct sg_arena *arena, const char *path, size_t limit,
                              struct sg_str *out, struct sg_error *err);

/**
 * The names (not the paths) of the files in the folder that end in `suffix`, sorted by bytes; hidden
 * ones are left out. A folder that is not there has none.
 */
SG_MUST_USE bool sg_file_list(struct sg_arena *arena, const char *folder, const char *suffix,
                              const struct sg_str **names, size_t *count, struct sg_error *err);

/** Bytes still free for us on the file system of `path`. */
SG_MUST_USE bool sg_file_free_bytes(const char *path, int64_t *bytes, struct sg_error *err);

#endif
