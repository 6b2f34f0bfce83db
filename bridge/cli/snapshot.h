/** The files of a folder of mappings as they are at one moment: enough to tell what was changed. */
#ifndef SG_CLI_SNAPSHOT_H
#define SG_CLI_SNAPSHOT_H

#include "base/arena.h"
#include "base/hash.h"

struct sg_snapshot_file {
    const char *path;
    struct sg_sha256 hash; /* of its content, or of why it cannot be read */
};

/** In the order of their paths. Plain data, in the arena that it was taken into. */
struct sg_snapshot {
    const struct sg_snapshot_file *files;
    size_t count;
};

/** Reads those that a catalog of `dir` is made of. A folder that cannot be read has none. */
struct sg_snapshot sg_snapshot_take(struct sg_arena *arena, const char *dir);

/** `mappings/a.yaml, new mappings/b.yaml, gone mappings/c.yaml`; "" when nothing has changed. */
struct sg_str sg_snapshot_changes(struct sg_arena *arena, const struct sg_snapshot *before,
                                  const struct sg_snapshot *after);

#endif
