#include "journal/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "journal/kind.h"
#include "journal/schema.h"
#include "journal/view_inner.h"

enum { PATH_ROOM = 4096, BUSY_MS = 2000 };

#define OPEN SG_SCHEMA_OPEN
#define ACT  "a.delivery, c.done_at, c.kind, a.command, c.who, c.why, a.refused, a.was"

/* What follows the delivery ?1 in its lane. */
#define BEHIND                                         \
    "lane = (SELECT lane FROM delivery WHERE id = ?1)" \
    " AND (seq, step) > (SELECT seq, step FROM delivery WHERE id = ?1)"

const char *const SG_VIEW_STATEMENTS[SG_VIEW_QUESTIONS] = {
    [SG_VIEW_OPEN] = "SELECT state, count(*) FROM delivery WHERE " OPEN " GROUP BY state",
    /* by indexes alone: the oldest has the least id, and of what waits for a call, only what is
     * held has no turn */
    [SG_VIEW_LANES] =
        "SELECT (SELECT count(DISTINCT lane) FROM delivery INDEXED BY delivery_lane WHERE " OPEN
        "), (SELECT count(*) FROM delivery WHERE (state = 'pending' OR state = 'unknown') AND " OPEN
        ") - (SELECT count(*) FROM delivery WHERE next_at IS NOT NULL),"
        " coalesce((SELECT taken_at FROM delivery"
        "  WHERE id = (SELECT min(id) FROM delivery INDEXED BY delivery_open WHERE " OPEN ")), 0)",
    [SG_VIEW_TOTALS] = "SELECT what, sum(n) FROM total GROUP BY what",
    [SG_VIEW_ALARMS] = "SELECT name, system, since, words FROM alarm",
    [SG_VIEW_CONTACTS] =
        "SELECT system, ok_at, bad_at, said, breaker_since, next_try_at FROM contact",
    [SG_VIEW_FACTS] = "SELECT name, value FROM fact",
    [SG_VIEW_CURSORS] = "SELECT system, record, moved_at FROM cursor"
                        " WHERE system <> ''", /* that of commands is no system's */
    [SG_VIEW_STANDING] = "SELECT role, at FROM standing",
    [SG_VIEW_TARGETS] =
        "SELECT target, count(*), min(taken_at) FROM delivery"
        " WHERE (state = 'pending' OR state = 'unknown') AND " OPEN " GROUP BY target",
    [SG_VIEW_UNKNOWN] =
        "SELECT d.id, d.ticket, d.mapping, d.target, d.sent_at, d.next_at, d.sends,"
        " d.empty_probes, d.attempts, d.reason, d.said, e.system, e.record, e.record_id"
        " FROM (SELECT * FROM delivery WHERE state = 'unknown' AND " OPEN ") d"
        " JOIN event e ON e.seq = d.event ORDER BY d.sent_at, d.id",
    [SG_VIEW_IN_DOUBT] =
        "SELECT id, ticket, mapping, target, sent_at, failed_at, reason, said FROM delivery"
        " WHERE failed_at IS NOT NULL AND in_doubt = 1 ORDER BY failed_at, id LIMIT 500",
    [SG_VIEW_DRIFTS] = "SELECT system, record, kind, pointer, shows, example, since, last_at, times"
                       " FROM drift ORDER BY since DESC, system, record, pointer",
    [SG_VIEW_OUTLINES] = "SELECT system, record, text FROM outline",
    [SG_VIEW_PAUSES] =
        "SELECT scope, name, who, since, until, why, id FROM pause WHERE NOT is_over ORDER BY id",
    [SG_VIEW_AUDIT] =
        "SELECT day, what, sum(n) FROM ("
        " SELECT day, state AS what, count(*) AS n FROM delivery GROUP BY day, state"
        " UNION ALL SELECT day, what, n FROM total WHERE what IN ('taken in','repeats')"
        " UNION ALL SELECT day, substr(what, 7), n FROM total WHERE what LIKE 'swept %'"
        ") GROUP BY day, what ORDER BY day",
    [SG_VIEW_AUDIT_MAPPINGS] =
        "SELECT day, mapping, what, sum(n) FROM ("
        " SELECT day, mapping, state AS what, count(*) AS n FROM delivery"
        "  GROUP BY day, mapping, state"
        " UNION ALL SELECT day, mapping, what, n FROM total WHERE what IN ('taken in','repeats')"
        " UNION ALL SELECT day, mapping, substr(what, 7), n FROM total WHERE what LIKE 'swept %'"
        ") GROUP BY day, mapping, what ORDER BY day",
    [SG_VIEW_ROUNDS] = "SELECT number, value FROM round WHERE ticket = ?1 ORDER BY number",
    [SG_VIEW_AUDIT_SYSTEM] =
        "SELECT day, mapping, what, sum(n) FROM ("
        " SELECT d.day AS day, d.mapping AS mapping, d.state AS what, count(*) AS n"
        "  FROM delivery d JOIN event e ON e.seq = d.event WHERE +e.system = ?1"
        "  GROUP BY d.day, d.mapping, d.state"
        " UNION ALL SELECT day, mapping, what, n FROM total"
        "  WHERE what IN ('taken in','repeats') AND substr(source, 1, length(?1) + 1) = ?1 || '.'"
        " UNION ALL SELECT day, mapping, substr(what, 7), n FROM total"
        "  WHERE what LIKE 'swept %' AND substr(source, 1, length(?1) + 1) = ?1 || '.'"
        ") GROUP BY day, mapping, what ORDER BY day",
    [SG_VIEW_LINKS] =
        "SELECT round, system, foreign_id, since FROM link WHERE ticket = ?1 ORDER BY round",
    [SG_VIEW_EVENTS] = "SELECT seq, captured_at, system, record, record_id, version, round"
                       " FROM event WHERE ticket = ?1 ORDER BY seq",
    [SG_VIEW_DELIVERIES] =
        "SELECT d.seq, d.id, d.mapping, d.target, d.state, d.attempts, d.first_at, d.last_at,"
        " d.ended_at, d.reason, d.place_file, d.place_line, d.place_column, d.pointer, d.said,"
        " d.next_at, d.map_hash, d.event, v.since, v.who, v.how"
        " FROM event e JOIN delivery d ON d.event = e.seq LEFT JOIN version v"
        "  ON v.mapping = d.mapping AND v.since = (SELECT w.since FROM version w"
        "   WHERE w.mapping = d.mapping AND w.hash = d.map_hash"
        "   AND (d.ended_at IS NULL OR w.since <= d.ended_at) ORDER BY w.since DESC LIMIT 1)"
        " WHERE e.ticket = ?1"
        " ORDER BY d.seq, d.step",
    [SG_VIEW_DELIVERY] =
        "SELECT d.id, d.state, d.ticket, d.round, d.mapping, d.target, e.system, e.record,"
        " e.record_id, e.version, d.attempts, d.taken_at, d.first_at, d.last_at, d.failed_at,"
        " d.ended_at, d.reason, d.said, d.place_file, d.place_line, d.place_column, d.pointer,"
        " d.in_doubt, d.map_hash FROM delivery d JOIN event e ON e.seq = d.event WHERE d.id = ?1",
    [SG_VIEW_BODY] = "SELECT e.body FROM delivery d JOIN event e ON e.seq = d.event"
                     " WHERE d.id = ?1 AND e.body IS NOT NULL",
    [SG_VIEW_BEHIND] = "SELECT count(*) FROM delivery WHERE " BEHIND " AND " OPEN,
    [SG_VIEW_NEXT] = "SELECT d.id, d.mapping, d.state, e.system, e.record, e.record_id"
                     " FROM (SELECT * FROM delivery WHERE " BEHIND " AND " OPEN
                     "  ORDER BY seq, step LIMIT 20) d JOIN event e ON e.seq = d.event"
                     " ORDER BY d.seq, d.step",
    [SG_VIEW_ACTS_OF] = "SELECT " ACT " FROM act a LEFT JOIN command c ON c.id = a.command"
                        " WHERE a.delivery = ?1 ORDER BY c.done_at, a.command",
    [SG_VIEW_ACTS] =
        "SELECT " ACT
        " FROM event e JOIN delivery d ON d.event = e.seq JOIN act a ON a.delivery = d.id"
        " LEFT JOIN command c ON c.id = a.command WHERE e.ticket = ?1"
        " ORDER BY c.done_at, a.command, a.delivery",
    [SG_VIEW_COMMAND] = "SELECT done, refused, said, done_at FROM command WHERE id = ?1",
    [SG_VIEW_REFUSED] = "SELECT delivery, refused FROM act"
                        " WHERE command = ?1 AND refused IS NOT NULL ORDER BY delivery",
    [SG_VIEW_EVENT] =
        "SELECT e.system, e.record, e.record_id, e.version, coalesce(e.ticket, ''), e.key,"
        " e.is_key_linked, coalesce(e.round, 0),"
        " coalesce((SELECT max(r.number) FROM round r WHERE r.ticket = e.ticket), 0),"
        " e.captured_at, coalesce(e.body, '') FROM event e WHERE e.seq = ?1",
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
    return sg_schema_check(view->db, err) && sg_view_add_functions(view->db, err) &&
           sg_sql_open(&view->questions, view->db, SG_VIEW_STATEMENTS, SG_VIEW_QUESTIONS, err) &&
           sg_sql_open(&view->failed, view->db, SG_FAILED_STATEMENTS, SG_FAILED_STATEMENT_COUNT,
                       err) &&
           sg_sql_open(&view->events, view->db, SG_EVENTS_STATEMENTS, SG_EVENTS_STATEMENT_COUNT,
                       err) &&
           sg_sql_open(&view->records, view->db, SG_RECORDS_STATEMENTS, SG_RECORDS_STATEMENT_COUNT,
                       err) &&
           sg_sql_open(&view->past, view->db, SG_PAST_STATEMENTS, SG_PAST_STATEMENT_COUNT, err) &&
           sg_sql_open(&view->ages, view->db, SG_AGES_STATEMENTS, SG_AGES_STATEMENT_COUNT, err);
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
    sg_sql_close(&view->questions);
    sg_sql_close(&view->failed);
    sg_sql_close(&view->ages);
    sg_sql_close(&view->events);
    sg_sql_close(&view->records);
    sg_sql_close(&view->past);
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

bool sg_view_each(struct sg_sql *sql, size_t statement, const struct sg_sql_value *values,
                  size_t count, const struct sg_view_reader *reader, struct sg_error *err)
{
    struct sg_view_row row = {sg_sql_bind(sql, statement, values, count)};
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(sql, row.statement, &is_there, err))
            return false;
        if (is_there)
            reader->each(&row, reader->owner);
    }
    return true;
}

bool sg_view_ask(struct sg_view *view, enum sg_view_question question, struct sg_str of,
                 void (*each)(const struct sg_view_row *row, void *owner), void *owner,
                 struct sg_error *err)
{
    const struct sg_sql_value value = SG_V_TEXT(of);
    const struct sg_view_reader reader = {each, owner};

    return sg_view_each(&view->questions, question, &value, question >= SG_VIEW_ROUNDS ? 1 : 0,
                        &reader, err);
}

/* ?1 now, ?2 where departments stand. The spans double from 5 minutes on. */
#define AGES(name)                                                                         \
    "SELECT coalesce(" name ", ''), CASE" SPAN("5", "0") SPAN("10", "1") SPAN("20", "2")   \
        SPAN("40", "3") SPAN("80", "4") SPAN("160", "5") SPAN("320", "6") SPAN("640", "7") \
            SPAN("1280", "8") " ELSE 9 END, count(*) FROM delivery d WHERE " OPEN " GROUP BY 1, 2"
#define SPAN(minutes, number) " WHEN ?1 - d.taken_at < " minutes " * 60000 THEN " number

const char *const SG_AGES_STATEMENTS[SG_AGES_STATEMENT_COUNT] = {
    [SG_AGES_BY_TARGET] = AGES("d.target"),
    [SG_AGES_BY_MAPPING] = AGES("d.mapping"),
    [SG_AGES_BY_DEPARTMENT] = AGES(SG_VIEW_DEPARTMENT("?2")),
};

bool sg_view_ages(struct sg_view *view, enum sg_view_ages_by by, struct sg_str departments,
                  int64_t now_ms, const struct sg_view_reader *reader, struct sg_error *err)
{
    const struct sg_sql_value values[] = {
        SG_V_NUMBER(now_ms), SG_V_TEXT(departments.length > 0 ? departments : SG_STR("{}"))};

    return sg_view_each(&view->ages, by, values, by == SG_AGES_BY_DEPARTMENT ? 2 : 1, reader, err);
}

bool sg_view_open_state(struct sg_view *view, struct sg_error *err)
{
    static const struct sg_journal_settings any = {0};

    return view->state.sql.count > 0 || sg_state_open(&view->state, view->db, &any, err);
}

bool sg_view_look(struct sg_view *view, struct sg_arena *arena, const struct sg_view_look *look,
                  struct sg_delivery *out, bool *is_there, struct sg_error *err)
{
    const struct sg_looked_at it = {look->delivery, look->now_ms, look->route};

    return sg_view_open_state(view, err) &&
           sg_state_look(&view->state, arena, &it, out, is_there, err);
}
