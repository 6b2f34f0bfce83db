/*
 * The Kafka kind: the state's rows in one compacted topic, of which the SQLite file is a view, and
 * each system's events in a topic of their own, all of one step in one transaction.
 *
 * One way leads here, whether at the start, when another one died, after this one was fenced, or
 * when a commit's end is not known: be elected, fence every older producer, read the topic to its
 * end, go on. What the view has is then what was committed, by whomever.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "journal/copy.h"
#include "journal/database.h"
#include "journal/election.h"
#include "journal/kafka_commands.h"
#include "journal/kafka_inspect.h"
#include "journal/kafka_log.h"
#include "journal/kafka_topics.h"
#include "journal/kind.h"
#include "journal/moved.h"
#include "journal/schema.h"

#define FILE_NAME "view.db"

enum { ROWS_AT_ONCE = 1000, TELL_EVERY_MS = 2000, CATCH_UP_STEP_MS = 20, CATCH_UP_MS = 30000 };

/* Statements of this machine's own, beside the state's. */
enum own_sql { STANDING_FIND, STANDING_SET, ID_FIND, ID_ADD, OWN_SQL_COUNT };

static const char *const OWN[OWN_SQL_COUNT] = {
    [STANDING_FIND] = "SELECT offset, at FROM standing",
    [STANDING_SET] = "INSERT OR REPLACE INTO standing(one, offset, at, role) VALUES(1, ?1, ?2, ?3)",
    [ID_FIND] = "SELECT value FROM meta WHERE name = 'id'",
    [ID_ADD] = "INSERT INTO meta(name, value) VALUES('id', ?1)",
};

struct sg_kafka {
    struct sg_sql sql;
    struct sg_rows *rows;
    struct sg_log_reader *reader;
    struct sg_log_writer *writer;        /* while it leads */
    struct sg_commands_writer *commands; /* while it stands by */
    struct sg_election *election;
    bool has_topics, has_place; /* topics are checked; the reader goes on from the view's end */
    bool is_lost;               /* the writer is of no more use */
    bool is_reading;            /* a transaction of the view is open, for rows that were read */
    int64_t offset;             /* where the view stands in the state topic */
    int64_t told_ms;            /* when that was last written */
};

static const struct sg_place AT = {.file = "kafka"};

/* --- the view --- */

static bool open_view(struct sg_journal *journal, struct sg_error *err)
{
    return sg_database_open(journal->settings.dir, FILE_NAME, "NORMAL", &journal->db, err) &&
           sg_database_check(journal->db, (struct sg_place){.file = FILE_NAME}, err) &&
           sg_schema_open(journal->db, err);
}

/* A view that cannot be read is thrown away: all of it can be read anew. One of a newer version is
 * not, for its topic is newer as well. */
static bool open_or_renew_view(struct sg_journal *journal, struct sg_error *err)
{
    if (open_view(journal, err))
        return true;
    if (err->kind != SG_ERROR_REFUSED)
        return false;
    SG_LOG(WARN, "view.renewed", SG_TEXT("why", sg_str_of(err->text)));
    (void)sqlite3_close(journal->db);
    journal->db = NULL;
    return sg_database_remove(journal->settings.dir, FILE_NAME, err) && open_view(journal, err);
}

static bool open_kafka(struct sg_journal *journal, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka = calloc(1, sizeof *kafka);

    if (kafka == NULL)
        abort();
    return sg_database_lock(journal->settings.dir, &journal->lock_fd, err) &&
           open_or_renew_view(journal, err) &&
           sg_schema_check_name(journal->db, journal->settings.name, err) &&
           sg_sql_open(&kafka->sql, journal->db, OWN, OWN_SQL_COUNT, err) &&
           sg_rows_open(journal->db, &kafka->rows, err) &&
           sg_log_reader_open(&journal->settings, &kafka->reader, err);
}

static void close_kafka(struct sg_journal *journal)
{
    struct sg_kafka *kafka = journal->kafka;

    if (kafka == NULL)
        return;
    sg_commands_writer_free(kafka->commands);
    sg_log_writer_close(kafka->writer);
    sg_election_close(kafka->election); /* after the writer: the next one need not wait for it */
    sg_log_reader_close(kafka->reader);
    sg_rows_close(kafka->rows);
    sg_sql_close(&kafka->sql);
    (void)sqlite3_close(journal->db); /* takes NULL */
    if (journal->lock_fd >= 0)
        (void)close(journal->lock_fd);
    free(kafka);
}

static bool write_standing(struct sg_kafka *kafka, int64_t now_ms, const char *role,
                           struct sg_error *err)
{
    kafka->told_ms = now_ms;
    return SG_SQL_RUN(&kafka->sql, err, STANDING_SET, SG_V_NUMBER(kafka->offset),
                      SG_V_NUMBER(now_ms), SG_V_TEXT(sg_str_of(role)));
}

static bool read_standing(struct sg_kafka *kafka, int64_t *at, struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(&kafka->sql, STANDING_FIND, NULL, 0);
    bool is_there = false;

    kafka->offset = *at = 0;
    if (!sg_sql_row(&kafka->sql, row, &is_there, err))
        return false;
    if (is_there) {
        kafka->offset = sg_sql_number(row, 0);
        *at = sg_sql_number(row, 1);
    }
    sg_sql_done(row);
    return true;
}

/* --- following --- */

static void undo(struct sg_journal *journal)
{
    sg_sql_rollback(journal->db);
    journal->kafka->is_reading = false;
}

static bool apply(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    struct sg_journal *journal = owner;
    struct sg_kafka *kafka = journal->kafka;

    if (!kafka->is_reading && !sg_sql_exec(journal->db, "BEGIN IMMEDIATE", err))
        return false;
    kafka->is_reading = true;
    return sg_rows_apply(kafka->rows, message, err);
}

static bool end_reading(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;

    if (!kafka->is_reading && now_ms < kafka->told_ms + TELL_EVERY_MS)
        return true;
    if (!write_standing(kafka, now_ms, "standby", err))
        return false;
    if (kafka->is_reading && !sg_sql_exec(journal->db, "COMMIT", err))
        return false;
    kafka->is_reading = false;
    return true;
}

/* Reads what comes within `wait_ms` into the view. */
static bool follow(struct sg_journal *journal, int64_t now_ms, int wait_ms, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;
    struct sg_log_read read = {
        .wait_ms = wait_ms, .limit = ROWS_AT_ONCE, .each = apply, .owner = journal};
    bool is_good = sg_log_reader_read(kafka->reader, &read, err);

    if (is_good) {
        kafka->offset = read.next;
        is_good = end_reading(journal, now_ms, err);
    }
    if (!is_good) {
        undo(journal);
        kafka->has_place = false; /* the reader may have gone on farther than the view */
    }
    return is_good;
}

/* --- finding the view's place --- */

static bool find_id(struct sg_kafka *kafka, struct sg_arena *arena, struct sg_str *id,
                    struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(&kafka->sql, ID_FIND, NULL, 0);
    bool is_there = false;

    *id = (struct sg_str){0};
    if (!sg_sql_row(&kafka->sql, row, &is_there, err))
        return false;
    if (is_there)
        *id = sg_str_copy(arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return true;
}

static bool renew(struct sg_journal *journal, const char *why, struct sg_error *err)
{
    SG_LOG(WARN, "view.renewed", SG_TEXT("why", sg_str_of(why)));
    journal->kafka->offset = 0;
    return sg_rows_clear(journal->kafka->rows, err);
}

/* What the topic's first message, the journal's id, makes of a view that was last written `at`. */
static bool judge_view(struct sg_journal *journal, const struct sg_log_range *range, int64_t at,
                       int64_t now_ms, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_kafka *kafka = journal->kafka;
    const bool is_empty = range->first.key.length == 0;
    struct sg_str ours, theirs = {0};

    if (!find_id(kafka, arena, &ours, err))
        return false;
    if (!is_empty && (!sg_str_is(range->first.key, SG_LOG_ID_KEY) ||
                      !sg_rows_text(arena, range->first.value, "value", &theirs)))
        return sg_error_set(err, SG_ERROR_INPUT, AT, "the state topic is none of sgbridge");
    if (ours.length == 0) /* a new view */
        return !is_empty || sg_moved_check_left(journal->settings.dir, err);
    if (is_empty || (sg_str_equal(ours, theirs) && kafka->offset > range->end))
        return sg_error_set(err, SG_ERROR_INPUT, AT,
                            "the state topic ends at %lld and was read up to %lld: it was deleted, "
                            "or brokers lost what they had acknowledged; bring it back, or take "
                            "the view in `state` away to begin anew",
                            (long long)range->end, (long long)kafka->offset);
    if (!sg_str_equal(ours, theirs))
        return renew(journal, "it is of another journal", err);
    return now_ms < at + SG_KAFKA_TOMBSTONES_LAST_MS / 2 || renew(journal, "it is too old", err);
}

static bool find_place(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_kafka *kafka = journal->kafka;
    struct sg_log_range range;
    int64_t at = 0;

    if (kafka->has_place)
        return true;
    if (!read_standing(kafka, &at, err) || !sg_log_reader_look(kafka->reader, arena, &range, err) ||
        !judge_view(journal, &range, at, now_ms, err))
        return false;
    if (kafka->offset < range.begin)
        kafka->offset = range.begin;
    kafka->has_place = sg_log_reader_seek(kafka->reader, kafka->offset, err);
    return kafka->has_place;
}

/* --- leading --- */

/* Whether another instance leads, or will: only of one that was about to lead, or did. */
static bool has_lost(const struct sg_kafka *kafka)
{
    const enum sg_election_state state = sg_election_state(kafka->election);

    return kafka->is_lost || state == SG_ELECTION_FOLLOWS || state == SG_ELECTION_OUT;
}

static bool get_ready(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;

    if (kafka->writer != NULL) { /* it led, and leads no more */
        sg_log_writer_close(kafka->writer);
        kafka->writer = NULL;
        kafka->has_place = kafka->is_lost = false;
    }
    if (kafka->election != NULL && sg_election_state(kafka->election) == SG_ELECTION_OUT) {
        sg_election_close(kafka->election);
        kafka->election = NULL; /* joined anew it is the youngest, and takes the lead from nobody */
    }
    if (!kafka->has_topics)
        kafka->has_topics =
            sg_kafka_topics_open(sg_log_reader_client(kafka->reader), &journal->settings, err);
    return kafka->has_topics && find_place(journal, now_ms, err) &&
           (kafka->election != NULL || sg_election_open(&journal->settings, &kafka->election, err));
}

/* Reads on until the view has all before `end`. */
static bool catch_up(struct sg_journal *journal, int64_t end, int64_t now_ms, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;
    int64_t until_ms = sg_clock_steady_ms() + CATCH_UP_MS;

    while (kafka->offset < end) {
        int64_t before = kafka->offset;

        if (!follow(journal, now_ms, CATCH_UP_STEP_MS, err))
            return false;
        if (kafka->offset > before)
            until_ms = sg_clock_steady_ms() + CATCH_UP_MS;
        else if (sg_clock_steady_ms() > until_ms)
            return sg_error_set(err, SG_ERROR_TEMPORARY, AT,
                                "the state topic cannot be read on from %lld to its end at %lld",
                                (long long)kafka->offset, (long long)end);
    }
    return true;
}

static bool begin(struct sg_journal *journal, struct sg_error *err);
static bool commit(struct sg_journal *journal, int64_t now_ms, struct sg_error *err);
static void rollback(struct sg_journal *journal);

/* The first message of a new topic, by which a view knows whose it is. */
static bool write_id(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    unsigned char bytes[16];
    struct sg_str id;

    if (!find_id(journal->kafka, arena, &id, err))
        return false;
    if (id.length > 0)
        return true;
    sg_random(bytes, sizeof bytes);
    id = sg_hex(arena, (struct sg_str){(const char *)bytes, sizeof bytes});
    if (begin(journal, err) && SG_SQL_RUN(&journal->kafka->sql, err, ID_ADD, SG_V_TEXT(id)) &&
        commit(journal, now_ms, err))
        return true;
    rollback(journal);
    return false;
}

/* With every older producer fenced, all that was ever committed stands before a mark of ours. An end
 * that a broker tells may be too early, after all of them were killed. */
static bool read_to_mark(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_kafka *kafka = journal->kafka;
    const struct sg_row_message mark = {
        SG_STR("[\"meta\",\"leads_since\"]"),
        sg_str_format(arena, "{\"name\":\"leads_since\",\"value\":\"%lld\"}", (long long)now_ms)};
    int64_t end = 0;

    if (!sg_log_writer_add_row(kafka->writer, &mark, err) ||
        !sg_log_writer_commit(kafka->writer, &end, err)) {
        kafka->is_lost = err->kind == SG_ERROR_REFUSED;
        return false;
    }
    return catch_up(journal, end, now_ms, err) && sg_log_reader_rest(kafka->reader, err);
}

static bool take_over(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;
    const int64_t began_ms = sg_clock_steady_ms(), from = kafka->offset;
    int64_t end = 0;

    if (!sg_log_writer_open(&journal->settings, &kafka->writer, err) ||
        !sg_log_reader_end(kafka->reader, &end, err) || !catch_up(journal, end, now_ms, err) ||
        !write_id(journal, now_ms, err) || !read_to_mark(journal, now_ms, err) ||
        !sg_copy_check_whole(journal->db, err))
        return false;
    SG_LOG(INFO, "journal.leads", SG_NUMBER("took_ms", sg_clock_steady_ms() - began_ms),
           SG_NUMBER("read", kafka->offset - from));
    return true;
}

static bool lead(struct sg_journal *journal, int64_t now_ms, int wait_ms, bool *leads,
                 struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;

    if (!get_ready(journal, now_ms, err))
        return false;
    if (sg_election_leads_until_ms(kafka->election) <= sg_clock_steady_ms())
        return follow(journal, now_ms, wait_ms, err);
    sg_commands_writer_free(kafka->commands); /* what is in the spool it carries out itself */
    kafka->commands = NULL;
    *leads = take_over(journal, now_ms, err);
    if (!*leads && err->kind == SG_ERROR_REFUSED && has_lost(kafka)) /* to one that joined since */
        err->kind = SG_ERROR_TEMPORARY;
    return *leads;
}

static int64_t leads_until_ms(const struct sg_journal *journal)
{
    return sg_election_leads_until_ms(journal->kafka->election);
}

/* --- handing commands on --- */

static bool hand_on(struct sg_journal *journal, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;

    if (kafka->commands == NULL)
        kafka->commands = sg_commands_writer_new(&journal->settings);
    return sg_commands_writer_send(kafka->commands, err);
}

/* --- one transaction --- */

static bool begin(struct sg_journal *journal, struct sg_error *err)
{
    struct sg_kafka *kafka = journal->kafka;

    if (has_lost(kafka))
        return sg_error_set(err, SG_ERROR_REFUSED, AT, "another instance leads");
    if (!sg_sql_exec(journal->db, "BEGIN IMMEDIATE", err))
        return false;
    if (sg_rows_watch(kafka->rows, err))
        return true;
    rollback(journal);
    return false;
}

static bool captured(struct sg_journal *journal, const struct sg_event *event, int64_t seq,
                     struct sg_error *err)
{
    return sg_log_writer_add_event(journal->kafka->writer, event, seq, err);
}

static bool add_row(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    struct sg_kafka *kafka = owner;

    return sg_log_writer_add_row(kafka->writer, message, err);
}

/* The view comes last: when it cannot be written, what it lacks is read from the topic. */
static bool commit_view(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    if (write_standing(journal->kafka, now_ms, "leader", err) &&
        sg_sql_exec(journal->db, "COMMIT", err))
        return true;
    err->kind = SG_ERROR_REFUSED;
    return sg_error_within(err, "the view is behind its topic");
}

static bool commit(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_kafka *kafka = journal->kafka;
    bool is_good = sg_rows_changed(kafka->rows, arena, add_row, kafka, err) &&
                   sg_log_writer_commit(kafka->writer, &kafka->offset, err) &&
                   commit_view(journal, now_ms, err);

    if (!is_good && err->kind == SG_ERROR_REFUSED)
        kafka->is_lost = true;
    return is_good;
}

static void rollback(struct sg_journal *journal)
{
    struct sg_error err;

    undo(journal);
    if (!sg_log_writer_abort(journal->kafka->writer, &err))
        journal->kafka->is_lost = true;
}

const struct sg_journal_kind SG_JOURNAL_KAFKA = {
    .file = FILE_NAME,
    .inspect = sg_kafka_inspect,
    .open = open_kafka,
    .close = close_kafka,
    .lead = lead,
    .leads_until_ms = leads_until_ms,
    .hand_on = hand_on,
    .open_commands = sg_commands_reader_open,
    .begin = begin,
    .captured = captured,
    .commit = commit,
    .rollback = rollback,
};
