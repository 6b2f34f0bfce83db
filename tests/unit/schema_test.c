/* A journal of an older format: the next start of the daemon brings it to ours, and nothing is lost. */
#include "journal/schema.h"

#include "folder_unit.h"
#include "journal/view.h"
#include "sgbridge/journal.h"

/* As it was made until commands were kept. */
static const char FORMAT_1_OF_EVENTS[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event( seq INTEGER PRIMARY KEY, system TEXT NOT NULL, record TEXT NOT NULL,"
    " record_id TEXT NOT NULL, version TEXT NOT NULL, is_version_declared INTEGER NOT NULL,"
    " version_kind INTEGER NOT NULL, version_value INTEGER NOT NULL, key TEXT NOT NULL,"
    " is_key_linked INTEGER NOT NULL, wait_ms INTEGER NOT NULL, skips_after_wait INTEGER NOT"
    " NULL, ticket TEXT, round INTEGER, round_value TEXT NOT NULL, is_own INTEGER NOT NULL,"
    " captured_at INTEGER NOT NULL, sha256 BLOB NOT NULL, size INTEGER NOT NULL, shape BLOB"
    " NOT NULL, shape_before BLOB NOT NULL, body TEXT) STRICT;"
    "CREATE INDEX event_record ON event(record_id, version) WHERE is_version_declared;"
    "CREATE INDEX event_ticket ON event(ticket) WHERE ticket IS NOT NULL;"
    "CREATE TABLE delivery( id INTEGER PRIMARY KEY, event INTEGER NOT NULL, run INTEGER NOT"
    " NULL DEFAULT 1, seq INTEGER NOT NULL, step INTEGER NOT NULL, lane TEXT NOT NULL, target"
    " TEXT NOT NULL, ticket TEXT, round INTEGER, mapping TEXT NOT NULL, map_hash TEXT NOT"
    " NULL, state TEXT NOT NULL CHECK(state = 'pending' OR state = 'delivered' OR state ="
    " 'unknown' OR state = 'skipped' OR state = 'failed' OR state = 'echo' OR state ="
    " 'discarded'), key_gen INTEGER NOT NULL DEFAULT 0, next_at INTEGER, wait_key TEXT,"
    " wait_until INTEGER, taken_at INTEGER NOT NULL, day INTEGER NOT NULL, sent_at INTEGER,"
    " first_at INTEGER, last_at INTEGER, ended_at INTEGER, phase INTEGER NOT NULL DEFAULT 0,"
    " attempts INTEGER NOT NULL DEFAULT 0, temporary_ends INTEGER NOT NULL DEFAULT 0, ok_mark"
    " INTEGER NOT NULL DEFAULT 0, sends INTEGER NOT NULL DEFAULT 0, empty_probes INTEGER NOT"
    " NULL DEFAULT 0, in_doubt INTEGER NOT NULL DEFAULT 0, reason TEXT, place_file TEXT,"
    " place_line INTEGER, place_column INTEGER, pointer TEXT, said TEXT, request TEXT,"
    " CHECK(next_at IS NULL OR state IN ('pending','unknown')), CHECK(state != 'unknown' OR"
    " next_at IS NOT NULL), CHECK((ended_at IS NULL) = (state = 'pending' OR state ="
    " 'unknown' OR state = 'failed'))) STRICT;"
    "CREATE UNIQUE INDEX delivery_lane ON delivery(lane, seq, step) WHERE (state = 'pending'"
    " OR state = 'unknown' OR state = 'failed');"
    "CREATE INDEX delivery_open ON delivery(state, target, mapping) WHERE (state = 'pending'"
    " OR state = 'unknown' OR state = 'failed');"
    "CREATE INDEX delivery_due ON delivery(target, next_at, seq) WHERE next_at IS NOT NULL;"
    "CREATE INDEX delivery_wait ON delivery(wait_key, seq) WHERE wait_key IS NOT NULL;"
    "CREATE INDEX delivery_deadline ON delivery(wait_until) WHERE wait_until IS NOT NULL;"
    "CREATE INDEX delivery_event ON delivery(event);"
    "CREATE INDEX delivery_calls ON delivery(ticket, first_at) WHERE first_at IS NOT NULL;"
    "CREATE INDEX delivery_ended ON delivery(phase, ended_at) WHERE ended_at IS NOT NULL;";

static const char FORMAT_1_OF_THE_REST[] =
    "CREATE TABLE round(ticket TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL,"
    " system TEXT NOT NULL, PRIMARY KEY(ticket, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE link(system TEXT NOT NULL, foreign_id TEXT NOT NULL, ticket TEXT NOT NULL,"
    " round INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(system, foreign_id))"
    " STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX link_ticket ON link(ticket, round, system);"
    "CREATE TABLE head(system TEXT NOT NULL, record TEXT NOT NULL, record_id TEXT NOT NULL,"
    " version TEXT, version_kind INTEGER, version_value INTEGER, sha256 BLOB, shape BLOB, own"
    " BLOB, PRIMARY KEY(system, record, record_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE shadow(ticket TEXT NOT NULL, system TEXT NOT NULL, round INTEGER NOT NULL,"
    " operation TEXT NOT NULL, input_hash TEXT NOT NULL, PRIMARY KEY(ticket, system, round,"
    " operation)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE cursor(system TEXT NOT NULL, record TEXT NOT NULL, text TEXT NOT NULL,"
    " moved_at INTEGER NOT NULL, PRIMARY KEY(system, record)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE target(name TEXT PRIMARY KEY, delivered INTEGER NOT NULL) STRICT, WITHOUT"
    " ROWID;"
    "CREATE TABLE total(day INTEGER NOT NULL, source TEXT NOT NULL, mapping TEXT NOT NULL,"
    " what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(day, source, mapping, what))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE alarm(name TEXT NOT NULL, system TEXT NOT NULL, since INTEGER NOT NULL,"
    " words TEXT NOT NULL, PRIMARY KEY(name, system)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE contact(system TEXT PRIMARY KEY, ok_at INTEGER NOT NULL, bad_at INTEGER NOT"
    " NULL, said TEXT NOT NULL, breaker_since INTEGER NOT NULL, next_try_at INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE standing(one INTEGER PRIMARY KEY CHECK(one = 1), offset INTEGER NOT NULL,"
    " at INTEGER NOT NULL, role TEXT NOT NULL) STRICT;";

/* Two tickets whose create-case failed, one by a call and one by its mapping; a third was delivered. */
static const char ITS_ROWS[] =
    "INSERT INTO meta VALUES('name', 'mashhad');"
    "INSERT INTO event SELECT value, 'saja', 'ticket', '1405-' || value, 'v', 1, 0, 0,"
    " '1405-' || value, 0, 86400000, 0, '1405-' || value, 1, '', 0, 1000, x'00', 4, x'', x'',"
    " '{}' FROM json_each('[1,2,3]');"
    "INSERT INTO round SELECT '1405-' || value, 1, '', 'saja' FROM json_each('[1,2,3]');"
    "INSERT INTO delivery(id, event, seq, step, lane, target, ticket, round, mapping, map_hash,"
    "  state, taken_at, day, first_at, last_at, ended_at, attempts, reason, request)"
    " SELECT value, value, value, 0, 'gam/1405-' || value, 'gam', '1405-' || value, 1,"
    "  'create-case', 'h1', CASE value WHEN 3 THEN 'delivered' ELSE 'failed' END, 1000, 0,"
    "  iif(value = 2, NULL, 2000), iif(value = 2, NULL, 3000), iif(value = 3, 3000, NULL),"
    "  iif(value = 2, 0, 1), 'چنین بود', iif(value = 1, 'sent', NULL) FROM json_each('[1,2,3]');"
    "INSERT INTO total VALUES(0, 'saja.ticket', 'create-case', 'taken in', 3),"
    " (0, 'saja.ticket', 'create-case', 'delivered', 1);"
    "PRAGMA application_id = 1397180977; PRAGMA user_version = 1;";

static void write_journal(const struct unit_folder *folder)
{
    char path[UNIT_PATH_ROOM];
    sqlite3 *db = NULL;
    char *why = NULL;

    (void)snprintf(path, sizeof path, "%s/journal.db", folder->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, FORMAT_1_OF_EVENTS, NULL, NULL, &why) != SQLITE_OK ||
        sqlite3_exec(db, FORMAT_1_OF_THE_REST, NULL, NULL, &why) != SQLITE_OK ||
        sqlite3_exec(db, ITS_ROWS, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Asked of the file itself, the journal being closed. */
static int64_t ask(const struct unit_folder *folder, const char *question)
{
    char path[UNIT_PATH_ROOM];
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;

    (void)snprintf(path, sizeof path, "%s/journal.db", folder->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, question, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    const int64_t answer = sqlite3_column_int64(row, 0);
    (void)sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return answer;
}

static struct sg_journal *open_journal(const struct unit_folder *folder, int64_t now_ms)
{
    static const struct sg_route route = {.mapping = SG_STR_INIT("create-case"),
                                          .map_hash = SG_STR_INIT("h1"),
                                          .system = SG_STR_INIT("saja"),
                                          .record = SG_STR_INIT("ticket"),
                                          .target = SG_STR_INIT("gam"),
                                          .operation = SG_STR_INIT("create_case"),
                                          .opens_link = true};
    const struct sg_journal_settings settings = {.dir = folder->path,
                                                 .name = SG_STR("mashhad"),
                                                 .keep_ms = INT64_C(7776000000),
                                                 .max_event_bytes = 900000};
    struct sg_journal *journal = NULL;
    bool leads = false;
    struct sg_error err;

    if (!sg_journal_open(&SG_JOURNAL_EMBEDDED, &settings, &journal, &err) ||
        !sg_journal_lead(journal, now_ms, 0, &leads, &err))
        fail_msg("%s", err.text);
    sg_journal_set_routes(journal, &route, 1);
    return journal;
}

static void what_had_failed_says_since_when_and_is_sent_again(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_command command = {.kind = SG_COMMAND_REPLAY,
                                       .id = SG_STR("c"),
                                       .who = SG_STR("sara"),
                                       .deliveries = (const int64_t[]){1, 2, 3},
                                       .count = 3};
    struct unit_folder folder;
    struct sg_delivery *taken = NULL;
    struct sg_obeyed obeyed;
    size_t count = 0;
    struct sg_error err;

    (void)state;
    unit_folder_open(&folder);
    write_journal(&folder);
    sg_journal_close(open_journal(&folder, 5000));
    assert_int_equal(ask(&folder, "PRAGMA user_version"), SG_SCHEMA_FORMAT);
    assert_int_equal(ask(&folder, "SELECT failed_at FROM delivery WHERE id = 1"), 3000);
    assert_int_equal(ask(&folder, "SELECT failed_at FROM delivery WHERE id = 2"), 1000);
    assert_int_equal(ask(&folder, "SELECT count(failed_at) FROM delivery"), 2);
    assert_int_equal(
        ask(&folder, "SELECT (SELECT count(*) FROM outline) + (SELECT count(*) FROM drift)"), 0);
    assert_int_equal(
        ask(&folder, "SELECT count(*) FROM request WHERE delivery = 1 AND text = 'sent'"), 1);
    assert_int_equal(ask(&folder, "SELECT count(*) FROM request"), 1);
    struct sg_journal *journal = open_journal(&folder, 5000);
    assert_true(sg_journal_begin(journal, 5000, &err));
    assert_true(sg_journal_obey(journal, &command, &obeyed, &err));
    assert_true(sg_journal_commit(journal, &err));
    assert_true(sg_journal_take(journal, arena, &(struct sg_take){SG_STR("gam"), 9, 5000}, &taken,
                                &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(taken[0].attempts, 1);
    sg_journal_close(journal);
    assert_int_equal(ask(&folder, "SELECT done FROM command"), 2);
    assert_int_equal(ask(&folder, "SELECT count(*) FROM request"), 0); /* it is made anew */
    unit_folder_close(&folder);
}

static void a_reader_says_what_is_to_be_done_about_it(void **state)
{
    struct unit_folder folder;
    struct sg_view *view = NULL;
    struct sg_error err;

    (void)state;
    unit_folder_open(&folder);
    write_journal(&folder);
    assert_false(sg_view_open(&SG_JOURNAL_EMBEDDED, folder.path, &view, &err));
    assert_int_equal(err.kind, SG_ERROR_INPUT);
    assert_string_equal(
        err.text, "has format 1, of an older sgbridge: the daemon's next start brings it to 4");
    assert_int_equal(ask(&folder, "PRAGMA user_version"), 1); /* who reads changes nothing */
    sg_journal_close(open_journal(&folder, 5000));
    assert_true(sg_view_open(&SG_JOURNAL_EMBEDDED, folder.path, &view, &err));
    sg_view_close(view);
    unit_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_had_failed_says_since_when_and_is_sent_again),
        cmocka_unit_test(a_reader_says_what_is_to_be_done_about_it),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
