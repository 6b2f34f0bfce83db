#include "journal/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "journal/kind.h"
#include "journal/schema.h"
#include "journal/sql.h"

enum { PATH_ROOM = 4096, BUSY_MS = 2000 };

struct sg_view {
    sqlite3 *db;
    struct sg_sql sql;
    struct sg_state state; /* all zero until a delivery is looked at */
};

#define OPEN SG_SCHEMA_OPEN

static const char *const QUESTIONS[SG_VIEW_QUESTIONS] = {
    [SG_VIEW_OPEN] = "SELECT state, count(*) FROM delivery WHERE " OPEN " GROUP BY state",
    [SG_VIEW_LANES] = "SELECT count(DISTINCT lane),"
                      " count(*) FILTER (WHERE state = 'pending' AND next_at IS NULL),"
                      " coalesce(min(taken_at), 0) FROM delivery WHERE " OPEN,
    [SG_VIEW_TOTALS] = "SELECT what, sum(n) FROM total GROUP BY what",
    [SG_VIEW_ALARMS] = "SELECT name, system, since, words FROM alarm",
    [SG_VIEW_CONTACTS] =
        "SELECT system, ok_at, bad_at, said, breaker_since, next_try_at FROM contact",
    [SG_VIEW_FACTS] = "SELECT name, value FROM fact",
    [SG_VIEW_CURSORS] = "SELECT system, record, moved_at FROM cursor",
    [SG_VIEW_STANDING] = "SELECT role, at FROM standing",
    [SG_VIEW_PAUSES] =
        "SELECT scope, name, who, since, until, why FROM pause WHERE NOT is_over ORDER BY id",
    [SG_VIEW_AUDIT] =
        "SELECT day, what, sum(n) FROM ("
        " SELECT day, state AS what, count(*) AS n FROM delivery GROUP BY day, state"
        " UNION ALL SELECT day, what, n FROM total WHERE what IN ('taken in','repeats')"
        " UNION ALL SELECT day, substr(what, 7), n FROM total WHERE what LIKE 'swept %'"
        ") GROUP BY day, what ORDER BY day",
    [SG_VIEW_ROUNDS] = "SELECT number, value FROM round WHERE ticket = ?1 ORDER BY number",
    [SG_VIEW_LINKS] =
        "SELECT round, system, foreign_id, since FROM link WHERE ticket = ?1 ORDER BY round",
    [SG_VIEW_EVENTS] = "SELECT seq, captured_at, system, record, record_id, version, round"
                       " FROM event WHERE ticket = ?1 ORDER BY seq",
    [SG_VIEW_DELIVERIES] =
        "SELECT d.seq, d.id, d.mapping, d.target, d.state, d.attempts, d.first_at, d.last_at,"
        " d.ended_at, d.reason, d.place_file, d.place_line, d.place_column, d.pointer, d.said,"
        " d.next_at, d.map_hash"
        " FROM event e JOIN delivery d ON d.event = e.seq WHERE e.ticket = ?1"
        " ORDER BY d.seq, d.step",
    [SG_VIEW_ACTS] =
        "SELECT a.delivery, c.done_at, c.kind, a.command, c.who, c.why, a.refused, a.was"
        " FROM event e JOIN delivery d ON d.event = e.seq JOIN act a ON a.delivery = d.id"
        " LEFT JOIN command c ON c.id = a.command WHERE e.ticket = ?1"
        " ORDER BY c.done_at, a.command, a.delivery",
    [SG_VIEW_DELIVERY] = "SELECT state, reason, said FROM delivery WHERE id = CAST(?1 AS INTEGER)",
    [SG_VIEW_BEHIND] =
        "SELECT b.id, b.mapping, b.target FROM delivery d CROSS JOIN delivery b ON b.lane = d.lane"
        " AND (b.seq, b.step) > (d.seq, d.step) AND (b.state = 'pending' OR b.state = 'unknown'"
        "  OR b.state = 'failed') WHERE d.id = CAST(?1 AS INTEGER) ORDER BY b.seq, b.step",
    [SG_VIEW_COMMAND] = "SELECT done, refused, said, done_at FROM command WHERE id = ?1",
    [SG_VIEW_REFUSED] = "SELECT delivery, refused FROM act"
                        " WHERE command = ?1 AND refused IS NOT NULL ORDER BY delivery",
};

static bool open_read_only(struct sg_view *view, const struct sg_journal_kind *kind,
                           const char *dir, struct sg_error *err)
{
    const struct sg_place at = {.file = dir};
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/%s", dir, kind->file);
    if (access(path, R_OK) != 0)
        return sg_error_errno(err, at, "there is no journal to read");
    if (sqlite3_open_v2(path, &view->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return sg_sql_fail(view->db, err);
    (void)sqlite3_busy_timeout(view->db, BUSY_MS);
    return sg_schema_check(view->db, err) &&
           sg_sql_open(&view->sql, view->db, QUESTIONS, SG_VIEW_QUESTIONS, err);
}

bool sg_view_open(const struct sg_journal_kind *kind, const char *dir, struct sg_view **out,
                  struct sg_error *err)
{
    struct sg_view *view = calloc(1, sizeof *view);

    if (view == NULL)
        abort();
    if (!open_read_only(view, kind, dir, err)) {
        sg_view_close(view);
        return false;
    }
    *out = view;
    return true;
}

void sg_view_close(struct sg_view *view)
{
    if (view == NULL)
        return;
    sg_state_close(&view->state);
    sg_sql_close(&view->sql);
    (void)sqlite3_close(view->db);
    free(view);
}

bool sg_view_is_running(const char *dir)
{
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/journal.lock", dir);
    int fd SG_AUTO(sg_fd) = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

struct sg_view_row {
    sqlite3_stmt *statement;
};

struct sg_str sg_view_text(const struct sg_view_row *row, int column)
{
    return sg_sql_text(row->statement, column);
}

int64_t sg_view_number(const struct sg_view_row *row, int column)
{
    return sg_sql_number(row->statement, column);
}

bool sg_view_ask(struct sg_view *view, enum sg_view_question question, struct sg_str of,
                 void (*each)(const struct sg_view_row *row, void *owner), void *owner,
                 struct sg_error *err)
{
    const struct sg_sql_value value = SG_V_TEXT(of);
    struct sg_view_row row = {
        sg_sql_bind(&view->sql, question, &value, question >= SG_VIEW_ROUNDS ? 1 : 0)};
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(&view->sql, row.statement, &is_there, err))
            return false;
        if (is_there)
            each(&row, owner);
    }
    return true;
}

bool sg_view_look(struct sg_view *view, struct sg_arena *arena, const struct sg_view_look *look,
                  struct sg_delivery *out, bool *is_there, struct sg_error *err)
{
    static const struct sg_journal_settings any = {0};
    const struct sg_looked_at it = {look->delivery, look->now_ms, look->route};

    if (view->state.sql.count == 0 && !sg_state_open(&view->state, view->db, &any, err))
        return false;
    return sg_state_look(&view->state, arena, &it, out, is_there, err);
}
