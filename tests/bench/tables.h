/**
 * The tables of a journal, written by SQLite alone. What goes wrong is a fault of the benchmark: it is
 * said on standard error, and ends it.
 */
#ifndef SG_BENCH_TABLES_H
#define SG_BENCH_TABLES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "sample.h"

enum { SG_TABLES_ROWS_MAX = 16 };

/** A new journal's database, and the statements that write its rows. */
struct sg_tables {
    sqlite3 *db;
    sqlite3_stmt *rows[SG_TABLES_ROWS_MAX];
    size_t count;
};

/** A new journal in `dir`, whose tables the journal has made; `pragmas` run before `texts` are prepared. */
void sg_tables_open(struct sg_tables *out, const char *dir, const char *pragmas,
                    const char *const *texts, size_t count);
void sg_tables_close(struct sg_tables *tables);

void sg_tables_must(const struct sg_tables *tables, bool is_good);
void sg_tables_execute(const struct sg_tables *tables, const char *text);

/** Each does nothing when the statement has no parameter of that number; text is borrowed. */
void sg_tables_bind_text(const struct sg_tables *tables, size_t row, int at,
                         const struct sample *value);
void sg_tables_bind_bytes(const struct sg_tables *tables, size_t row, int at, struct sg_str value);
void sg_tables_bind_number(const struct sg_tables *tables, size_t row, int at, int64_t value);

/** Writes the row as it is bound. */
void sg_tables_write(const struct sg_tables *tables, size_t row);

#endif
