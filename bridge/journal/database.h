/** The state's SQLite file in the folder of the installation, and the lock that keeps it ours. */
#ifndef SG_JOURNAL_DATABASE_H
#define SG_JOURNAL_DATABASE_H

#include <sqlite3.h>

#include "base/error.h"
#include "base/scope.h"

/** Takes `journal.lock`, held until `*fd` is closed. REFUSED when another process has it. */
SG_MUST_USE bool sg_database_lock(const char *dir, int *fd, struct sg_error *err);

bool sg_database_is_there(const char *dir, const char *file);

/**
 * Opens `file` in WAL mode, or makes it, for nobody to read but its owner and group; `sync` is
 * SQLite's `FULL` or `NORMAL`.
 */
SG_MUST_USE bool sg_database_open(const char *dir, const char *file, const char *sync, sqlite3 **db,
                                  struct sg_error *err);

/** REFUSED when SQLite finds its file damaged; `at` names it. */
SG_MUST_USE bool sg_database_check(sqlite3 *db, struct sg_place at, struct sg_error *err);

/** Takes the file away, with all that belongs to it. */
SG_MUST_USE bool sg_database_remove(const char *dir, const char *file, struct sg_error *err);

#endif
