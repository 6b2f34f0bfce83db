#include "journal/moved.h"

#include <time.h>

#include "base/buffer.h"
#include "journal/database.h"
#include "journal/kind.h"
#include "journal/sql.h"
#include "journal/view.h"

enum moved_sql { MOVED_FIND, MOVED_SET, MOVED_SQL_COUNT };

static const char *const MOVED[MOVED_SQL_COUNT] = {
    [MOVED_FIND] = "SELECT t.value, a.value FROM meta t JOIN meta a ON a.name = 'moved_at'"
                   " WHERE t.name = 'moved_to'",
    [MOVED_SET] = "INSERT INTO meta(name, value) VALUES('moved_to', ?1), ('moved_at', ?2)",
};

static const struct sg_place AT = {.file = "journal.db"};

static bool read_mark(struct sg_sql *sql, struct sg_arena *arena, struct sg_moved *moved,
                      struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(sql, MOVED_FIND, NULL, 0);
    bool is_there = false;

    *moved = (struct sg_moved){0};
    if (!sg_sql_row(sql, row, &is_there, err))
        return false;
    if (is_there)
        *moved = (struct sg_moved){sg_str_copy(arena, sg_sql_text(row, 0)),
                                   sg_str_copy(arena, sg_sql_text(row, 1))};
    sg_sql_done(row);
    return true;
}

bool sg_moved_find(sqlite3 *db, struct sg_arena *arena, struct sg_moved *moved,
                   struct sg_error *err)
{
    struct sg_sql sql = {0};
    bool is_good =
        sg_sql_open(&sql, db, MOVED, MOVED_SQL_COUNT, err) && read_mark(&sql, arena, moved, err);

    sg_sql_close(&sql);
    return is_good;
}

bool sg_moved_check(sqlite3 *db, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_moved moved;

    if (!sg_moved_find(db, arena, &moved, err))
        return false;
    return moved.to.length == 0 ||
           sg_error_set(err, SG_ERROR_REFUSED, AT,
                        "was moved to Kafka (prefix %.*s) at %.*s; set `journal:` in sgbridge.yaml",
                        SG_STR_ARG(moved.to), SG_STR_ARG(moved.at));
}

static void note_taken_in(const struct sg_view_row *row, void *owner)
{
    bool *has_events = owner;

    if (sg_str_is(sg_view_text(row, 0), "taken in"))
        *has_events = true;
}

bool sg_moved_check_left(const char *dir, struct sg_error *err)
{
    struct sg_view *view = NULL;
    bool has_events = false;

    if (!sg_database_is_there(dir, SG_JOURNAL_EMBEDDED.file))
        return true;
    bool is_good =
        sg_view_open(&SG_JOURNAL_EMBEDDED, dir, &view, err) &&
        sg_view_ask(view, SG_VIEW_TOTALS, (struct sg_str){0}, note_taken_in, &has_events, err);
    sg_view_close(view);
    if (!is_good)
        return sg_error_within(err, "the journal.db beside an empty state topic");
    return !has_events ||
           sg_error_set(err, SG_ERROR_REFUSED, AT,
                        "holds events, and the state topic is empty: type `sgbridge journal copy "
                        "--to kafka`; or take the file away, to begin with an empty journal");
}

bool sg_moved_mark(sqlite3 *db, struct sg_str prefix, int64_t now_ms, struct sg_error *err)
{
    const time_t seconds = (time_t)(now_ms / 1000);
    struct sg_sql sql = {0};
    struct tm parts;
    char at[24];

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &parts);
    bool is_good = sg_sql_open(&sql, db, MOVED, MOVED_SQL_COUNT, err) &&
                   SG_SQL_RUN(&sql, err, MOVED_SET, SG_V_TEXT(prefix), SG_V_TEXT(sg_str_of(at)));
    sg_sql_close(&sql);
    return is_good;
}
