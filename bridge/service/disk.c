#include "service/disk.h"

#include "base/file.h"
#include "base/log.h"

struct sg_disk sg_disk_of(const char *dir, int64_t reserve_bytes)
{
    return (struct sg_disk){.dir = dir, .reserve_bytes = reserve_bytes, .free_bytes = INT64_MAX};
}

void sg_disk_look(struct sg_disk *disk, int64_t now_ms)
{
    struct sg_error err;

    if (now_ms >= disk->looked_at && now_ms < disk->looked_at + SG_DISK_EVERY_MS)
        return;
    disk->looked_at = now_ms;
    if (!sg_file_free_bytes(disk->dir, &disk->free_bytes, &err))
        disk->free_bytes = 0;
    const bool is_full = !sg_disk_may_capture(disk);

    if (is_full != disk->is_full) {
        disk->is_full = is_full;
        SG_LOG(WARN, "disk", SG_TEXT("capture", is_full ? SG_STR("waits") : SG_STR("goes on")),
               SG_NUMBER("free_bytes", disk->free_bytes));
    }
}

bool sg_disk_may_capture(const struct sg_disk *disk)
{
    return disk->free_bytes >= disk->reserve_bytes;
}

bool sg_disk_may_call(const struct sg_disk *disk)
{
    return disk->free_bytes >= disk->reserve_bytes / 2;
}
