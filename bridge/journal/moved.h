/**
 * What stands in journal.db once all of it was copied to Kafka: where to, and when. From then on the
 * embedded kind refuses it, so that one journal has one writer; people's commands still read it.
 */
#ifndef SG_JOURNAL_MOVED_H
#define SG_JOURNAL_MOVED_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

struct sg_moved {
    struct sg_str to; /* the prefix of its topics; "": it was not moved */
    struct sg_str at; /* as in RFC 3339 */
};

/** In the arena. */
SG_MUST_USE bool sg_moved_find(sqlite3 *db, struct sg_arena *arena, struct sg_moved *moved,
                               struct sg_error *err);

/** REFUSED when it was moved: where to, and what to do. */
SG_MUST_USE bool sg_moved_check(sqlite3 *db, struct sg_error *err);

/**
 * For who finds an empty state topic: REFUSED when a journal.db in `dir` has taken events in, which
 * would be forgotten with all that is open.
 */
SG_MUST_USE bool sg_moved_check_left(const char *dir, struct sg_error *err);

/** Writes it, durable when it gives true. */
SG_MUST_USE bool sg_moved_mark(sqlite3 *db, struct sg_str prefix, int64_t now_ms,
                               struct sg_error *err);

#endif
