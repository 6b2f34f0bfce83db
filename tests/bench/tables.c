#include "tables.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "past.h"

void sg_tables_must(const struct sg_tables *tables, bool is_good)
{
    if (is_good)
        return;
    (void)fprintf(stderr, "the journal's tables: %s\n", sqlite3_errmsg(tables->db));
    exit(1);
}

void sg_tables_execute(const struct sg_tables *tables, const char *text)
{
    sg_tables_must(tables, sqlite3_exec(tables->db, text, NULL, NULL, NULL) == SQLITE_OK);
}

void sg_tables_open(struct sg_tables *out, const char *dir, const char *pragmas,
                    const char *const *texts, size_t count)
{
    char path[4096];

    assert(count <= SG_TABLES_ROWS_MAX);
    sg_journal_close(sg_past_open(dir, NULL));
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    sg_tables_must(out, sqlite3_open(path, &out->db) == SQLITE_OK);
    sg_tables_execute(out, pragmas);
    out->count = count;
    for (size_t r = 0; r < count; r++)
        sg_tables_must(out, sqlite3_prepare_v3(out->db, texts[r], -1, SQLITE_PREPARE_PERSISTENT,
                                               &out->rows[r], NULL) == SQLITE_OK);
}

void sg_tables_close(struct sg_tables *tables)
{
    for (size_t r = 0; r < tables->count; r++)
        (void)sqlite3_finalize(tables->rows[r]);
    sg_tables_must(tables, sqlite3_close(tables->db) == SQLITE_OK);
}

static bool takes(const struct sg_tables *tables, size_t row, int at)
{
    return at <= sqlite3_bind_parameter_count(tables->rows[row]);
}

void sg_tables_bind_text(const struct sg_tables *tables, size_t row, int at,
                         const struct sample *value)
{
    if (takes(tables, row, at))
        sg_tables_must(tables, sqlite3_bind_text(tables->rows[row], at, value->text,
                                                 (int)value->length, SQLITE_STATIC) == SQLITE_OK);
}

void sg_tables_bind_bytes(const struct sg_tables *tables, size_t row, int at, struct sg_str value)
{
    if (takes(tables, row, at))
        sg_tables_must(tables, sqlite3_bind_blob(tables->rows[row], at, value.at, (int)value.length,
                                                 SQLITE_STATIC) == SQLITE_OK);
}

void sg_tables_bind_number(const struct sg_tables *tables, size_t row, int at, int64_t value)
{
    if (takes(tables, row, at))
        sg_tables_must(tables, sqlite3_bind_int64(tables->rows[row], at, value) == SQLITE_OK);
}

void sg_tables_write(const struct sg_tables *tables, size_t row)
{
    sg_tables_must(tables, sqlite3_step(tables->rows[row]) == SQLITE_DONE);
    (void)sqlite3_reset(tables->rows[row]);
}
