/** The disk below the journal: capture stops at a reserve, calls later, so that endings always fit. */
#ifndef SG_SERVICE_DISK_H
#define SG_SERVICE_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum { SG_DISK_EVERY_MS = 1000 };

/** One thread at a time. */
struct sg_disk {
    const char *dir;       /* whose file system is watched; borrowed */
    int64_t reserve_bytes; /* less free than this: no capture; less than half: no new calls */
    int64_t looked_at, free_bytes; /* one that cannot be looked at has none */
    bool is_full;                  /* no capture: said in the log once */
};

/** Before it was looked at there is room. */
struct sg_disk sg_disk_of(const char *dir, int64_t reserve_bytes);

/** Looks anew when the last time was SG_DISK_EVERY_MS ago. */
void sg_disk_look(struct sg_disk *disk, int64_t now_ms);

bool sg_disk_may_capture(const struct sg_disk *disk);
bool sg_disk_may_call(const struct sg_disk *disk);

#endif
