/**
 * Rows of the state as messages, so that the state can be kept in a log: a key names table and
 * primary key, `["link","gam","44/1405"]`; the value is the whole row, a JSON object of its columns
 * without those that are NULL, bytes as base64; a row that is gone has no value.
 */
#ifndef SG_JOURNAL_ROWS_H
#define SG_JOURNAL_ROWS_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** The tables of one connection, and their statements. One thread at a time. */
struct sg_rows;

/** All tables but `standing`, which is this machine's alone. The connection stays the caller's. */
SG_MUST_USE bool sg_rows_open(sqlite3 *db, struct sg_rows **out, struct sg_error *err);
void sg_rows_close(struct sg_rows *rows);

struct sg_row_message {
    struct sg_str key, value; /* `value` "": the row is gone */
};

typedef bool sg_row_fn(void *owner, const struct sg_row_message *message, struct sg_error *err);

/** Begins to note which rows change, or begins anew. Call it when a transaction begins. */
SG_MUST_USE bool sg_rows_watch(struct sg_rows *rows, struct sg_error *err);

/**
 * Gives each row that changed since sg_rows_watch() once, as it is now. What is given lives in the
 * arena. Fails when `each` does.
 */
SG_MUST_USE bool sg_rows_changed(struct sg_rows *rows, struct sg_arena *arena, sg_row_fn *each,
                                 void *owner, struct sg_error *err);

/** Gives every row there is, each with an arena of its own that ends when `each` has returned. */
SG_MUST_USE bool sg_rows_all(struct sg_rows *rows, sg_row_fn *each, void *owner,
                             struct sg_error *err);

/** Empties every table, in a transaction of its own. */
SG_MUST_USE bool sg_rows_clear(struct sg_rows *rows, struct sg_error *err);

/** A member of a row's value that is a text, in the arena. False when there is no such one. */
SG_MUST_USE bool sg_rows_text(struct sg_arena *arena, struct sg_str value, const char *column,
                              struct sg_str *text);

/**
 * Puts a message's row into its table, or takes it out. INPUT: it is no row of this version's
 * tables.
 */
SG_MUST_USE bool sg_rows_apply(struct sg_rows *rows, const struct sg_row_message *message,
                               struct sg_error *err);

#endif
