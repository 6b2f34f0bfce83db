#include "journal/sql.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

/* The journal goes on only from a state that is known: the process ends, the next one reads it. */
static void stop(const char *event, sqlite3 *db)
{
    SG_LOG(ERROR, event, SG_NUMBER("code", sqlite3_extended_errcode(db)),
           SG_TEXT("said", sg_str_of(sqlite3_errmsg(db))));
    abort();
}

bool sg_sql_fail(sqlite3 *db, struct sg_error *err)
{
    const struct sg_place at = {.file = "journal.db"};

    switch (sqlite3_extended_errcode(db)) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
        stop("journal.sync_failed", db);
        break;
    default:
        break;
    }
    switch (sqlite3_errcode(db)) {
    case SQLITE_FULL:
        return sg_error_set(err, SG_ERROR_TEMPORARY, at, "the disk is full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_INTERRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
        return sg_error_set(err, SG_ERROR_TEMPORARY, at, "%s", sqlite3_errmsg(db));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return sg_error_set(err, SG_ERROR_REFUSED, at, "%s", sqlite3_errmsg(db));
    default:
        stop("journal.broken", db);
        return false;
    }
}

static bool prepare(struct sg_sql *sql, size_t s, struct sg_error *err)
{
    if (sqlite3_prepare_v3(sql->db, sql->texts[s], -1, SQLITE_PREPARE_PERSISTENT, &sql->prepared[s],
                           NULL) == SQLITE_OK)
        return true;
    if (sqlite3_errcode(sql->db) == SQLITE_ERROR) /* no such table or column */
        return sg_error_set(err, SG_ERROR_REFUSED, (struct sg_place){.file = "journal.db"},
                            "its tables are not this version's: %s", sqlite3_errmsg(sql->db));
    return sg_sql_fail(sql->db, err);
}

bool sg_sql_open(struct sg_sql *sql, sqlite3 *db, const char *const *texts, size_t count,
                 struct sg_error *err)
{
    *sql = (struct sg_sql){.db = db, .texts = texts, .count = count};
    sql->prepared = calloc(count, sizeof(sqlite3_stmt *));
    if (sql->prepared == NULL)
        abort();
    for (size_t s = 0; s < count; s++) {
        if (!prepare(sql, s, err)) {
            sg_sql_close(sql);
            return false;
        }
    }
    return true;
}

void sg_sql_close(struct sg_sql *sql)
{
    for (size_t s = 0; sql->prepared != NULL && s < sql->count; s++)
        (void)sqlite3_finalize(sql->prepared[s]);
    free(sql->prepared);
    *sql = (struct sg_sql){0};
}

static void bind_one(sqlite3_stmt *row, int at, const struct sg_sql_value *value)
{
    const char *bytes = value->text.at == NULL ? "" : value->text.at;
    int result = SQLITE_OK;

    switch (value->kind) {
    case SG_SQL_NULL:
        result = sqlite3_bind_null(row, at);
        break;
    case SG_SQL_NUMBER:
        result = sqlite3_bind_int64(row, at, value->number);
        break;
    case SG_SQL_TEXT:
        result = sqlite3_bind_text(row, at, bytes, (int)value->text.length, SQLITE_STATIC);
        break;
    case SG_SQL_BYTES:
        result = sqlite3_bind_blob(row, at, bytes, (int)value->text.length, SQLITE_STATIC);
        break;
    }
    if (result != SQLITE_OK)
        stop("journal.broken", sqlite3_db_handle(row));
}

sqlite3_stmt *sg_sql_bind(struct sg_sql *sql, size_t statement, const struct sg_sql_value *values,
                          size_t count)
{
    sqlite3_stmt *row = sql->prepared[statement];

    assert(!sqlite3_stmt_busy(row));
    assert(sqlite3_bind_parameter_count(row) == (int)count);
    for (size_t v = 0; v < count; v++)
        bind_one(row, (int)v + 1, &values[v]);
    return row;
}

bool sg_sql_row(struct sg_sql *sql, sqlite3_stmt *row, bool *is_there, struct sg_error *err)
{
    int result = sqlite3_step(row);

    *is_there = result == SQLITE_ROW;
    if (result == SQLITE_ROW)
        return true;
    if (result == SQLITE_DONE) {
        (void)sqlite3_reset(row);
        return true;
    }
    (void)sg_sql_fail(sql->db, err);
    (void)sqlite3_reset(row); /* says the same error once more */
    sql->is_broken = true;
    return false;
}

void sg_sql_done(sqlite3_stmt *row)
{
    (void)sqlite3_reset(row);
}

bool sg_sql_finish(struct sg_sql *sql, sqlite3_stmt *row, struct sg_error *err)
{
    bool is_there = false;

    if (!sg_sql_row(sql, row, &is_there, err))
        return false;
    sg_sql_done(row);
    return true;
}

bool sg_sql_exec(sqlite3 *db, const char *text, struct sg_error *err)
{
    return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK || sg_sql_fail(db, err);
}

void sg_sql_rollback(sqlite3 *db)
{
    if (sqlite3_get_autocommit(db) == 0)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

bool sg_sql_ask(sqlite3 *db, const char *text, int64_t *number, struct sg_error *err)
{
    sqlite3_stmt *row = NULL;
    bool is_done = false;

    *number = 0;
    if (sqlite3_prepare_v2(db, text, -1, &row, NULL) == SQLITE_OK) {
        int result = sqlite3_step(row);
        if (result == SQLITE_ROW)
            *number = sqlite3_column_int64(row, 0);
        is_done = result == SQLITE_ROW || result == SQLITE_DONE;
    }
    if (!is_done)
        (void)sg_sql_fail(db, err);
    (void)sqlite3_finalize(row);
    return is_done;
}

struct sg_str sg_sql_text(sqlite3_stmt *row, int column)
{
    const void *bytes = sqlite3_column_blob(row, column); /* of a text: its bytes, as they are */

    return (struct sg_str){bytes, (size_t)sqlite3_column_bytes(row, column)};
}
