#include "cli/snapshot.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "connectors/catalog.h"

/* Content comes and goes file by file; what is kept of it is its hash. */
static struct sg_sha256 hash_of(const char *path)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = {0};
    struct sg_error err;

    if (!sg_file_read(arena, path, SG_CATALOG_FILE_MAX_BYTES, &text, &err))
        text = sg_str_of(err.text);
    return sg_sha256_of(text);
}

static int by_path(const void *a, const void *b)
{
    const struct sg_snapshot_file *one = a, *other = b;

    return strcmp(one->path, other->path);
}

/* Of the names in one folder those that its files have, also one that is only told to be renamed. */
static size_t list(struct sg_arena *arena, const struct sg_catalog_folder *folder, const char *path,
                   const struct sg_str **names)
{
    const struct sg_str *all = NULL;
    size_t all_count = 0, count = 0;
    struct sg_error err;

    if (!sg_file_list(arena, path, "", &all, &all_count, &err))
        return 0;
    struct sg_str *ours = sg_arena_get(arena, all_count, sizeof *ours);
    for (size_t n = 0; n < all_count; n++)
        if (sg_catalog_file_name(arena, folder, all[n]).length > 0)
            ours[count++] = all[n];
    *names = ours;
    return count;
}

struct sg_snapshot sg_snapshot_take(struct sg_arena *arena, const char *dir)
{
    const struct sg_str *names[SG_CATALOG_FOLDERS] = {NULL};
    const char *folders[SG_CATALOG_FOLDERS];
    size_t counts[SG_CATALOG_FOLDERS] = {0}, all = 0, i = 0;

    for (size_t f = 0; f < SG_CATALOG_FOLDERS; f++) {
        folders[f] = sg_str_c(arena, sg_str_format(arena, "%s%s", dir, SG_CATALOG_FOLDER[f].path));
        counts[f] = list(arena, &SG_CATALOG_FOLDER[f], folders[f], &names[f]);
        all += counts[f];
    }
    struct sg_snapshot_file *files = sg_arena_get(arena, all, sizeof *files);
    for (size_t f = 0; f < SG_CATALOG_FOLDERS; f++) {
        for (size_t n = 0; n < counts[f]; n++, i++) {
            files[i].path = sg_str_c(
                arena, sg_str_format(arena, "%s/%.*s", folders[f], SG_STR_ARG(names[f][n])));
            files[i].hash = hash_of(files[i].path);
        }
    }
    qsort(files, all, sizeof *files, by_path);
    return (struct sg_snapshot){files, all};
}

static void add(struct sg_buffer *out, const char *what, const struct sg_snapshot_file *file)
{
    sg_buffer_add_format(out, "%s%s%s", out->length > 0 ? ", " : "", what, file->path);
}

struct sg_str sg_snapshot_changes(struct sg_arena *arena, const struct sg_snapshot *before,
                                  const struct sg_snapshot *after)
{
    struct sg_buffer out = {.arena = arena};
    size_t b = 0, a = 0;

    while (b < before->count || a < after->count) {
        const int order = b == before->count  ? 1
                          : a == after->count ? -1
                                              : by_path(&before->files[b], &after->files[a]);

        if (order < 0)
            add(&out, "gone ", &before->files[b]);
        else if (order > 0)
            add(&out, "new ", &after->files[a]);
        else if (memcmp(&before->files[b].hash, &after->files[a].hash, sizeof after->files->hash) !=
                 0)
            add(&out, "", &after->files[a]);
        b += order <= 0;
        a += order >= 0;
    }
    return sg_buffer_text(&out);
}
