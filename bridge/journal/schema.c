#include "journal/schema.h"

#include <stdio.h>

#include "base/log.h"
#include "journal/sql.h"

enum { APPLICATION_ID = 0x53474a31 }; /* "SGJ1", at byte 68 of the file */

/* The calls for a ticket are counted in it alone, however far apart their rows lie. */
#define CALLS_INDEX                                                  \
    "CREATE INDEX delivery_calls ON delivery(ticket, first_at, run)" \
    " WHERE first_at IS NOT NULL;"

/* All that failures are counted and grouped by: their rows lie far apart among those that ended. */
#define FAILED_INDEX                                                                         \
    "CREATE INDEX delivery_failed ON delivery(failed_at, id, reason, said, mapping, target," \
    " ticket, in_doubt) WHERE failed_at IS NOT NULL;"

/* `ended_at` stands among the columns, though it is NULL in all of them, so that counting needs no
 * look at the rows. */
#define OPEN_INDEXES                                                           \
    "CREATE UNIQUE INDEX delivery_lane ON delivery(lane, seq, step)"           \
    " WHERE " SG_SCHEMA_OPEN ";"                                               \
    "CREATE INDEX delivery_open ON delivery(state, target, mapping, ended_at)" \
    " WHERE " SG_SCHEMA_OPEN ";"

/*
 * What people asked for: how many deliveries it was done for and refused for, the turn of the last
 * of them (paced_until), and what is to be said of all of it. What came of each delivery: `refused`
 * says why not, NULL that it was done; `was` is the reason that it had before. What is held back for
 * people: until 0 is until resumed; is_over: what it held back is being let go.
 */
#define COMMANDS                                                                          \
    "CREATE TABLE command(id TEXT PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL,"    \
    " asked_at INTEGER NOT NULL, done_at INTEGER NOT NULL, why TEXT NOT NULL,"            \
    " done INTEGER NOT NULL, refused INTEGER NOT NULL,"                                   \
    " paced_until INTEGER NOT NULL,"                                                      \
    " said TEXT NOT NULL) STRICT, WITHOUT ROWID;"                                         \
    "CREATE INDEX command_done ON command(done_at);"                                      \
    "CREATE TABLE act(delivery INTEGER NOT NULL, command TEXT NOT NULL,"                  \
    " refused TEXT,"                                                                      \
    " was TEXT,"                                                                          \
    " PRIMARY KEY(delivery, command)) STRICT, WITHOUT ROWID;"                             \
    "CREATE INDEX act_command ON act(command);"                                           \
    "CREATE TABLE pause(id INTEGER PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL," \
    " who TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,"                 \
    " why TEXT NOT NULL,"                                                                 \
    " is_over INTEGER NOT NULL DEFAULT 0) STRICT;"

/* What was learned of each record, opaque; and what its system sends that no file names. */
#define DRIFT                                                                              \
    "CREATE TABLE outline(system TEXT NOT NULL, record TEXT NOT NULL, text TEXT NOT NULL," \
    " PRIMARY KEY(system, record)) STRICT, WITHOUT ROWID;"                                 \
    "CREATE TABLE drift(system TEXT NOT NULL, record TEXT NOT NULL, kind TEXT NOT NULL,"   \
    " pointer TEXT NOT NULL, shows TEXT NOT NULL, example TEXT NOT NULL,"                  \
    " since INTEGER NOT NULL, last_at INTEGER NOT NULL, times INTEGER NOT NULL,"           \
    " PRIMARY KEY(system, record, kind, pointer, shows)) STRICT, WITHOUT ROWID;"

/* What was sent and may have to be sent again, or is to be seen. Apart from its delivery, whose row
 * would take the place of both for as long as it is kept. */
#define REQUESTS "CREATE TABLE request(delivery INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"

/* Since when each version of a mapping is in force, who put it there, and how: a row a change. */
#define VERSIONS                                                          \
    "CREATE TABLE version(mapping TEXT NOT NULL, since INTEGER NOT NULL," \
    " hash TEXT NOT NULL, who TEXT NOT NULL, how TEXT NOT NULL,"          \
    " PRIMARY KEY(mapping, since)) STRICT, WITHOUT ROWID;"

/* Columns that grow stand last, so that reading a row's head touches no overflow page. What is
 * looked at while it is open has partial indexes: they stay small however long the past is. Ids are
 * kept as the systems sent them, which grow, so that new rows go to the end of each index. Words
 * are compared one by one: for IN with more than two, SQLite builds a table each time a row is
 * written, once for every check and every partial index. */
static const char EVENTS_AND_DELIVERIES[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE event("
    " seq INTEGER PRIMARY KEY, system TEXT NOT NULL, record TEXT NOT NULL,"
    " record_id TEXT NOT NULL, version TEXT NOT NULL, is_version_declared INTEGER NOT NULL,"
    " version_kind INTEGER NOT NULL, version_value INTEGER NOT NULL, key TEXT NOT NULL,"
    " is_key_linked INTEGER NOT NULL, wait_ms INTEGER NOT NULL,"
    " skips_after_wait INTEGER NOT NULL, ticket TEXT, round INTEGER, round_value TEXT NOT NULL,"
    " is_own INTEGER NOT NULL, captured_at INTEGER NOT NULL, sha256 BLOB NOT NULL,"
    " size INTEGER NOT NULL, shape BLOB NOT NULL, shape_before BLOB NOT NULL,"
    " body TEXT) STRICT;" /* NULL: its time is over */
    "CREATE INDEX event_record ON event(record_id, version) WHERE is_version_declared;"
    "CREATE INDEX event_ticket ON event(ticket) WHERE ticket IS NOT NULL;"

    "CREATE TABLE delivery("
    " id INTEGER PRIMARY KEY, event INTEGER NOT NULL, run INTEGER NOT NULL DEFAULT 1,"
    " seq INTEGER NOT NULL, step INTEGER NOT NULL, lane TEXT NOT NULL, target TEXT NOT NULL,"
    " ticket TEXT, round INTEGER, mapping TEXT NOT NULL, map_hash TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK(state = 'pending' OR state = 'delivered' OR state = 'unknown'"
    "  OR state = 'skipped' OR state = 'failed' OR state = 'echo' OR state = 'discarded'),"
    " key_gen INTEGER NOT NULL DEFAULT 0,"
    " next_at INTEGER,"    /* its lane's turn: at most one row of a lane has it */
    " wait_key TEXT,"      /* SYSTEM/ID of the link that it waits for, or failed for want of */
    " wait_until INTEGER," /* until when it waits */
    " taken_at INTEGER NOT NULL, day INTEGER NOT NULL, sent_at INTEGER, first_at INTEGER,"
    " last_at INTEGER, ended_at INTEGER, phase INTEGER NOT NULL DEFAULT 0," /* of the sweep */
    " attempts INTEGER NOT NULL DEFAULT 0, temporary_ends INTEGER NOT NULL DEFAULT 0,"
    " ok_mark INTEGER NOT NULL DEFAULT 0, sends INTEGER NOT NULL DEFAULT 0,"
    " empty_probes INTEGER NOT NULL DEFAULT 0, in_doubt INTEGER NOT NULL DEFAULT 0,"
    " not_before INTEGER," /* a replay's pace: its turn comes no earlier */
    " failed_at INTEGER,"  /* since when it needs a person */
    " reason TEXT, place_file TEXT, place_line INTEGER, place_column INTEGER, pointer TEXT,"
    " said TEXT,"
    " CHECK(next_at IS NULL OR state IN ('pending','unknown')),"
    " CHECK(state != 'unknown' OR next_at IS NOT NULL),"
    " CHECK((ended_at IS NULL) = (state = 'pending' OR state = 'unknown' OR state = 'failed'))"
    ") STRICT;" OPEN_INDEXES
    "CREATE INDEX delivery_due ON delivery(target, next_at, seq) WHERE next_at IS NOT NULL;"
    "CREATE INDEX delivery_wait ON delivery(wait_key, seq) WHERE wait_key IS NOT NULL;"
    "CREATE INDEX delivery_deadline ON delivery(wait_until) WHERE wait_until IS NOT NULL;"
    "CREATE INDEX delivery_event ON delivery(event);"
    "CREATE INDEX delivery_ended ON delivery(phase, ended_at) WHERE ended_at IS NOT NULL;" CALLS_INDEX
        FAILED_INDEX;

static const char STATE_ABOUT_THEM[] =
    "CREATE TABLE round(ticket TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL,"
    " system TEXT NOT NULL, PRIMARY KEY(ticket, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE link(system TEXT NOT NULL, foreign_id TEXT NOT NULL, ticket TEXT NOT NULL,"
    " round INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(system, foreign_id))"
    " STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX link_ticket ON link(ticket, round, system);"
    "CREATE TABLE head(system TEXT NOT NULL, record TEXT NOT NULL, record_id TEXT NOT NULL,"
    " version TEXT, version_kind INTEGER, version_value INTEGER, sha256 BLOB, shape BLOB,"
    " own BLOB, PRIMARY KEY(system, record, record_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE shadow(ticket TEXT NOT NULL, system TEXT NOT NULL, round INTEGER NOT NULL,"
    " operation TEXT NOT NULL, input_hash TEXT NOT NULL,"
    " PRIMARY KEY(ticket, system, round, operation)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE cursor(system TEXT NOT NULL, record TEXT NOT NULL, text TEXT NOT NULL,"
    " moved_at INTEGER NOT NULL, PRIMARY KEY(system, record)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE target(name TEXT PRIMARY KEY, delivered INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    /* what: 'taken in'; 'repeats'; 'delivered' and the other ends; 'swept delivered' and so on */
    "CREATE TABLE total(day INTEGER NOT NULL, source TEXT NOT NULL, mapping TEXT NOT NULL,"
    " what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(day, source, mapping, what))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE alarm(name TEXT NOT NULL, system TEXT NOT NULL, since INTEGER NOT NULL,"
    " words TEXT NOT NULL, PRIMARY KEY(name, system)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE contact(system TEXT PRIMARY KEY, ok_at INTEGER NOT NULL,"
    " bad_at INTEGER NOT NULL, said TEXT NOT NULL, breaker_since INTEGER NOT NULL,"
    " next_try_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    /* Where this copy of the state stands, on kinds that keep it elsewhere; of this machine alone. */
    "CREATE TABLE standing(one INTEGER PRIMARY KEY CHECK(one = 1), offset INTEGER NOT NULL,"
    " at INTEGER NOT NULL, role TEXT NOT NULL) STRICT;";

/* From each format to the next. */
static const char *const MIGRATIONS[SG_SCHEMA_FORMAT] = {
    NULL, /* there is no format 0 */
    "ALTER TABLE delivery ADD COLUMN not_before INTEGER;"
    "ALTER TABLE delivery ADD COLUMN failed_at INTEGER;"
    "UPDATE delivery SET failed_at = coalesce(last_at, taken_at) WHERE state = 'failed'"
    " AND " SG_SCHEMA_OPEN ";"
    "DROP INDEX delivery_calls;" CALLS_INDEX FAILED_INDEX COMMANDS,
    DRIFT VERSIONS,
    "DROP INDEX delivery_lane; DROP INDEX delivery_open;" OPEN_INDEXES REQUESTS
    "INSERT INTO request SELECT id, request FROM delivery WHERE request IS NOT NULL;"
    "ALTER TABLE delivery DROP COLUMN request;",
};

static const struct sg_place AT = {.file = "journal.db"};

static bool read_marks(sqlite3 *db, int64_t *application, int64_t *format, int64_t *tables,
                       struct sg_error *err)
{
    return sg_sql_ask(db, "PRAGMA application_id", application, err) &&
           sg_sql_ask(db, "PRAGMA user_version", format, err) &&
           sg_sql_ask(db, "SELECT count(*) FROM sqlite_schema", tables, err);
}

enum meta_sql { NAME_FIND, NAME_ADD, META_SQL_COUNT };

static const char *const META[META_SQL_COUNT] = {
    [NAME_FIND] = "SELECT value FROM meta WHERE name = 'name'",
    [NAME_ADD] = "INSERT INTO meta(name, value) VALUES('name', ?1)",
};

static bool check_name(struct sg_sql *sql, struct sg_str name, bool *is_there, struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(sql, NAME_FIND, NULL, 0);
    bool is_good = sg_sql_row(sql, row, is_there, err);

    if (is_good && *is_there && !sg_str_equal(sg_sql_text(row, 0), name))
        is_good = sg_error_set(err, SG_ERROR_INPUT, AT,
                               "is the journal of \"%.*s\", and this installation is \"%.*s\"",
                               SG_STR_ARG(sg_sql_text(row, 0)), SG_STR_ARG(name));
    sg_sql_done(row);
    return is_good;
}

bool sg_schema_check_name(sqlite3 *db, struct sg_str name, struct sg_error *err)
{
    struct sg_sql sql = {0};
    bool is_there = false;

    if (!sg_sql_open(&sql, db, META, META_SQL_COUNT, err))
        return false;
    bool is_good = check_name(&sql, name, &is_there, err);
    sg_sql_close(&sql);
    return is_good;
}

bool sg_schema_claim(sqlite3 *db, struct sg_str name, struct sg_error *err)
{
    struct sg_sql sql = {0};
    bool is_there = false;

    if (!sg_sql_open(&sql, db, META, META_SQL_COUNT, err))
        return false;
    bool is_good = check_name(&sql, name, &is_there, err) &&
                   (is_there || SG_SQL_RUN(&sql, err, NAME_ADD, SG_V_TEXT(name)));
    sg_sql_close(&sql);
    return is_good;
}

bool sg_schema_check(sqlite3 *db, struct sg_error *err)
{
    int64_t application = 0, format = 0, tables = 0;

    if (!read_marks(db, &application, &format, &tables, err))
        return false;
    if (application != APPLICATION_ID)
        return sg_error_set(err, SG_ERROR_INPUT, AT, "is no journal of sgbridge");
    if (format < SG_SCHEMA_FORMAT)
        return sg_error_set(err, SG_ERROR_INPUT, AT,
                            "has format %lld, of an older sgbridge: the daemon's next start brings "
                            "it to %d",
                            (long long)format, (int)SG_SCHEMA_FORMAT);
    return format == SG_SCHEMA_FORMAT ||
           sg_error_set(err, SG_ERROR_INPUT, AT,
                        "has format %lld, and this version knows up to %d: use the newer "
                        "sgbridge that wrote it",
                        (long long)format, (int)SG_SCHEMA_FORMAT);
}

static bool set_marks(sqlite3 *db, struct sg_error *err)
{
    char marks[100];

    (void)snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   (int)APPLICATION_ID, (int)SG_SCHEMA_FORMAT);
    return sg_sql_exec(db, marks, err);
}

static bool make(sqlite3 *db, struct sg_error *err)
{
    if (sg_sql_exec(db, "BEGIN IMMEDIATE", err) && sg_sql_exec(db, EVENTS_AND_DELIVERIES, err) &&
        sg_sql_exec(db, STATE_ABOUT_THEM, err) && sg_sql_exec(db, COMMANDS, err) &&
        sg_sql_exec(db, DRIFT VERSIONS REQUESTS, err) && set_marks(db, err) &&
        sg_sql_exec(db, "COMMIT", err))
        return true;
    sg_sql_rollback(db);
    return false;
}

static bool migrate_steps(sqlite3 *db, int64_t format, struct sg_error *err)
{
    for (; format < SG_SCHEMA_FORMAT; format++) {
        if (!sg_sql_exec(db, MIGRATIONS[format], err))
            return false;
    }
    return set_marks(db, err);
}

static bool migrate(sqlite3 *db, int64_t format, struct sg_error *err)
{
    if (sg_sql_exec(db, "BEGIN IMMEDIATE", err) && migrate_steps(db, format, err) &&
        sg_sql_exec(db, "COMMIT", err)) {
        SG_LOG(INFO, "journal.migrated", SG_NUMBER("from", format),
               SG_NUMBER("to", SG_SCHEMA_FORMAT));
        return true;
    }
    sg_sql_rollback(db);
    return false;
}

bool sg_schema_open(sqlite3 *db, struct sg_error *err)
{
    int64_t application = 0, format = 0, tables = 0;

    if (!read_marks(db, &application, &format, &tables, err))
        return false;
    if (tables == 0 && application == 0 && format == 0)
        return make(db, err); /* new, or its first start was cut short */
    if (application == APPLICATION_ID && format >= 1 && format < SG_SCHEMA_FORMAT)
        return migrate(db, format, err);
    return sg_schema_check(db, err);
}
