/** Our own changes to one record, as kept with its head: the newest few. */
#ifndef SG_JOURNAL_OWN_H
#define SG_JOURNAL_OWN_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/str.h"
#include "sgbridge/journal.h"

enum { SG_OWN_MAX = 8 }; /* an echo comes back within a few changes, or never */

/**
 * `kept` with one more; the oldest goes when there are too many. In SQL, where sg_own_register()
 * was called: own_add(kept, version, shows), of blobs; NULL has none.
 */
struct sg_str sg_own_add(struct sg_arena *arena, struct sg_str kept,
                         const struct sg_own_change *change);
void sg_own_register(sqlite3 *db);

/** All of them, oldest first, borrowed from `kept`. Gives how many; what is damaged ends the list. */
size_t sg_own_read(struct sg_str kept, struct sg_own_change changes[SG_OWN_MAX]);

#endif
