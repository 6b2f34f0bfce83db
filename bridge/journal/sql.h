/** SQLite as this room uses it: statements prepared once, values bound by type, errors as ours. */
#ifndef SG_JOURNAL_SQL_H
#define SG_JOURNAL_SQL_H

#include <stdint.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** A connection's statements, by number. One thread at a time. */
struct sg_sql {
    sqlite3 *db;
    const char *const *texts;
    sqlite3_stmt **prepared;
    size_t count;
    bool is_broken; /* a statement failed: what was written since begin may be undone already */
};

/** Prepares all of `texts`, which are borrowed. The connection stays the caller's. */
SG_MUST_USE bool sg_sql_open(struct sg_sql *sql, sqlite3 *db, const char *const *texts,
                             size_t count, struct sg_error *err);

/** Ends the statements; an `sql` that is all zero is fine. */
void sg_sql_close(struct sg_sql *sql);

enum sg_sql_kind { SG_SQL_NULL, SG_SQL_NUMBER, SG_SQL_TEXT, SG_SQL_BYTES };

/** What a parameter gets, ?1 first. Texts are borrowed until the statement is done. */
struct sg_sql_value {
    enum sg_sql_kind kind;
    int64_t number;
    struct sg_str text;
};

#define SG_V_NULL       ((struct sg_sql_value){.kind = SG_SQL_NULL})
#define SG_V_NUMBER(n)  ((struct sg_sql_value){.kind = SG_SQL_NUMBER, .number = (n)})
#define SG_V_TEXT(str)  ((struct sg_sql_value){.kind = SG_SQL_TEXT, .text = (str)})
#define SG_V_BYTES(str) ((struct sg_sql_value){.kind = SG_SQL_BYTES, .text = (str)})

/** NULL for "". */
static inline struct sg_sql_value sg_sql_text_or_null(struct sg_str text)
{
    return text.length == 0 ? SG_V_NULL : SG_V_TEXT(text);
}

/** Binds all parameters of a statement that has not begun; sg_sql_row() then steps it. */
sqlite3_stmt *sg_sql_bind(struct sg_sql *sql, size_t statement, const struct sg_sql_value *values,
                          size_t count);

/** `SG_SQL_BIND(sql, SG_SQL_HEAD, SG_V_TEXT(id))` */
#define SG_SQL_BIND(sql, statement, ...)                                    \
    sg_sql_bind(sql, statement, (const struct sg_sql_value[]){__VA_ARGS__}, \
                sizeof((const struct sg_sql_value[]){__VA_ARGS__}) / sizeof(struct sg_sql_value))

/** The next row, if there is one; after the last the statement is at its beginning again. */
SG_MUST_USE bool sg_sql_row(struct sg_sql *sql, sqlite3_stmt *row, bool *is_there,
                            struct sg_error *err);

/** Leaves the rows that are left. */
void sg_sql_done(sqlite3_stmt *row);

/** Runs a statement that gives no rows (or whose rows nobody wants). */
SG_MUST_USE bool sg_sql_finish(struct sg_sql *sql, sqlite3_stmt *row, struct sg_error *err);

#define SG_SQL_RUN(sql, err, statement, ...) \
    sg_sql_finish(sql, SG_SQL_BIND(sql, statement, __VA_ARGS__), err)

/** Runs SQL that is used once: pragmas, the schema. */
SG_MUST_USE bool sg_sql_exec(sqlite3 *db, const char *text, struct sg_error *err);

/** Undoes the transaction that is open, if one is: a full disk may have undone it already. */
void sg_sql_rollback(sqlite3 *db);

/** One number out of a one-off SQL; 0 when there is no row. */
SG_MUST_USE bool sg_sql_ask(sqlite3 *db, const char *text, int64_t *number, struct sg_error *err);

/**
 * What `db` just failed with. TEMPORARY: full, busy, an I/O error; everything since begin is then
 * lost, at the latest at the commit. REFUSED: not a database, or a damaged one. Does not come back
 * after a failed sync, or a broken rule of the schema: the process ends.
 */
bool sg_sql_fail(sqlite3 *db, struct sg_error *err);

/** A column of the present row, borrowed until the next step. NULL is "" and 0. */
struct sg_str sg_sql_text(sqlite3_stmt *row, int column);
static inline int64_t sg_sql_number(sqlite3_stmt *row, int column)
{
    return sqlite3_column_int64(row, column);
}
static inline bool sg_sql_is_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

#endif
