/*
 * The copy's steps, each durable before the next begins, and in this order, so that it may die
 * anywhere:
 *
 *   1. journal.db gets an id, which the state topic begins with: by it the topic is known as ours.
 *   2. With it, in one transaction, goes the row COPYING. While it stands nobody leads from the topic.
 *   3. All rows. Those of a copy that was cut short are taken out before: journal.db may have gone on.
 *   4. journal.db is marked as moved. From here nobody works on it.
 *   5. COPYING is taken out. From here the topic is the journal.
 */
#include "journal/copy.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/crash.h"
#include "journal/database.h"
#include "journal/kafka_log.h"
#include "journal/kafka_topics.h"
#include "journal/kind.h"
#include "journal/moved.h"
#include "journal/schema.h"

#define ID      SG_LOG_ID_KEY
#define NAME    "[\"meta\",\"name\"]"
#define COPYING "[\"meta\",\"copying\"]"

enum { ROWS_AT_ONCE = 1000, BYTES_AT_ONCE = 16 << 20, STEP_MS = 200, PATIENCE_MS = 30000 };

enum copy_sql { ID_FIND, COUNTS, COPY_SQL_COUNT };

static const char *const COPY[COPY_SQL_COUNT] = {
    [ID_FIND] = "SELECT value FROM meta WHERE name = 'id'",
    [COUNTS] = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM delivery"
               "  WHERE " SG_SCHEMA_OPEN "),"
               " (SELECT count(*) FROM link), (SELECT count(*) FROM head),"
               " (SELECT count(*) FROM cursor)",
};

struct copy {
    const struct sg_journal_settings *settings;
    struct sg_arena *arena;
    int lock_fd;
    sqlite3 *db; /* journal.db */
    struct sg_sql sql;
    struct sg_rows *rows;
    struct sg_str id;
    struct sg_moved moved;
    struct sg_log_reader *reader;
    struct sg_log_writer *writer;
    size_t rows_added, bytes_added; /* since the last commit */
};

static const struct sg_place FROM = {.file = "journal.db"}, TO = {.file = "kafka"};

/* --- what is copied, and where to --- */

static bool open_database(struct copy *copy, struct sg_error *err)
{
    const char *dir = copy->settings->dir, *file = SG_JOURNAL_EMBEDDED.file;

    if (!sg_database_is_there(dir, file))
        return sg_error_set(err, SG_ERROR_INPUT, FROM, "is not there: nothing is to be copied");
    return sg_database_lock(dir, &copy->lock_fd, err) &&
           sg_database_open(dir, file, "FULL", &copy->db, err) &&
           sg_database_check(copy->db, FROM, err) && sg_schema_check(copy->db, err) &&
           sg_schema_check_name(copy->db, copy->settings->name, err) &&
           sg_moved_find(copy->db, copy->arena, &copy->moved, err) &&
           sg_sql_open(&copy->sql, copy->db, COPY, COPY_SQL_COUNT, err) &&
           sg_rows_open(copy->db, &copy->rows, err);
}

static bool find_or_make_id(struct copy *copy, struct sg_error *err)
{
    bool is_there = false;

    if (!sg_sql_exec(copy->db,
                     "INSERT INTO meta(name, value) VALUES('id', lower(hex(randomblob(16))))"
                     " ON CONFLICT DO NOTHING",
                     err))
        return false;
    sqlite3_stmt *row = sg_sql_bind(&copy->sql, ID_FIND, NULL, 0);
    if (!sg_sql_row(&copy->sql, row, &is_there, err))
        return false;
    copy->id = sg_str_copy(copy->arena, sg_sql_text(row, 0));
    sg_sql_done(row);
    return true;
}

static bool open_topic(struct copy *copy, struct sg_error *err)
{
    return sg_log_reader_open(copy->settings, &copy->reader, err) &&
           sg_kafka_topics_open(sg_log_reader_client(copy->reader), copy->settings, err);
}

static void close_all(struct copy *copy)
{
    sg_log_writer_close(copy->writer);
    sg_log_reader_close(copy->reader);
    sg_rows_close(copy->rows);
    sg_sql_close(&copy->sql);
    (void)sqlite3_close(copy->db); /* takes NULL */
    if (copy->lock_fd >= 0)
        (void)close(copy->lock_fd);
    sg_arena_free(copy->arena);
}

/* --- what stands in the topic --- */

/* Gives every message of the topic; what `each` writes and commits comes as well. */
static bool scan(struct copy *copy, sg_row_fn *each, void *owner, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    int64_t until_ms = sg_clock_steady_ms() + PATIENCE_MS;
    struct sg_log_range range;
    bool is_at_end = false;

    if (!sg_log_reader_look(copy->reader, arena, &range, err) ||
        !sg_log_reader_seek(copy->reader, range.begin, err))
        return false;
    while (!is_at_end) {
        struct sg_log_read read = {
            .wait_ms = STEP_MS, .limit = ROWS_AT_ONCE, .each = each, .owner = owner};

        if (!sg_log_reader_read(copy->reader, &read, err))
            return false;
        is_at_end = read.is_at_end;
        if (read.count > 0)
            until_ms = sg_clock_steady_ms() + PATIENCE_MS;
        else if (!is_at_end && sg_clock_steady_ms() > until_ms)
            return sg_error_set(err, SG_ERROR_TEMPORARY, TO,
                                "the state topic cannot be read to its end");
    }
    return sg_log_reader_rest(copy->reader, err);
}

struct found {
    struct sg_arena *arena;
    struct sg_str id, name; /* of the journal in the topic; "" if it has none */
    long long messages;
    bool is_unfinished;
};

static bool note(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    struct found *found = owner;
    struct sg_str *into = NULL;

    (void)err;
    found->messages++;
    if (sg_str_is(message->key, COPYING))
        found->is_unfinished = message->value.length > 0;
    else if (sg_str_is(message->key, ID))
        into = &found->id;
    else if (sg_str_is(message->key, NAME))
        into = &found->name;
    if (into != NULL && !sg_rows_text(found->arena, message->value, "value", into))
        *into = (struct sg_str){0};
    return true;
}

/* REFUSED unless the topic is empty, or has a copy of ours. */
static bool judge(struct copy *copy, struct found *found, struct sg_error *err)
{
    const char *prefix = copy->settings->kafka->prefix;

    *found = (struct found){.arena = copy->arena};
    if (!scan(copy, note, found, err))
        return false;
    const bool is_ours = sg_str_equal(found->id, copy->id);

    if (copy->moved.to.length > 0)
        return is_ours ||
               sg_error_set(err, SG_ERROR_REFUSED, FROM,
                            "was moved to Kafka (prefix %.*s) at %.*s, and %s.state has none of it",
                            SG_STR_ARG(copy->moved.to), SG_STR_ARG(copy->moved.at), prefix);
    return found->messages == 0 || (is_ours && found->is_unfinished) ||
           sg_error_set(err, SG_ERROR_REFUSED, TO,
                        "topic %s.state is not empty: it has %lld messages, of the journal of "
                        "\"%.*s\"; give another `prefix`",
                        prefix, found->messages, SG_STR_ARG(found->name));
}

/* --- writing --- */

static bool commit(struct copy *copy, struct sg_error *err)
{
    int64_t next = 0;

    copy->rows_added = copy->bytes_added = 0;
    return sg_log_writer_commit(copy->writer, &next, err);
}

static bool add(struct copy *copy, const struct sg_row_message *message, struct sg_error *err)
{
    if (!sg_log_writer_add_row(copy->writer, message, err))
        return false;
    copy->rows_added += 1;
    copy->bytes_added += message->key.length + message->value.length;
    if (copy->rows_added < ROWS_AT_ONCE && copy->bytes_added < BYTES_AT_ONCE)
        return true;
    if (!commit(copy, err))
        return false;
    sg_crash_point("copy.rows");
    return true;
}

/* These two are written by hand. An id that came again would be first no more, once the topic is
 * compacted. */
static bool is_by_hand(const struct sg_row_message *message)
{
    return sg_str_is(message->key, ID) || sg_str_is(message->key, COPYING);
}

static bool take_out(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    return is_by_hand(message) || message->value.length == 0 ||
           add(owner, &(struct sg_row_message){.key = message->key}, err);
}

static bool add_row(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    return is_by_hand(message) || add(owner, message, err);
}

static bool begin(struct copy *copy, struct sg_error *err)
{
    const struct sg_row_message id = {
        SG_STR(ID),
        sg_str_format(copy->arena, "{\"name\":\"id\",\"value\":\"%.*s\"}", SG_STR_ARG(copy->id))};
    const struct sg_row_message copying = {
        SG_STR(COPYING), SG_STR("{\"name\":\"copying\",\"value\":\"journal.db\"}")};

    return add(copy, &id, err) && add(copy, &copying, err) && commit(copy, err);
}

static bool copy_rows(struct copy *copy, bool is_begun, int64_t now_ms, struct sg_error *err)
{
    if (is_begun ? !scan(copy, take_out, copy, err) : !begin(copy, err))
        return false;
    sg_crash_point("copy.begun");
    return sg_rows_all(copy->rows, add_row, copy, err) && commit(copy, err) &&
           sg_moved_mark(copy->db, sg_str_of(copy->settings->kafka->prefix), now_ms, err);
}

static bool end(struct copy *copy, struct sg_error *err)
{
    sg_crash_point("copy.moved");
    return add(copy, &(struct sg_row_message){.key = SG_STR(COPYING)}, err) && commit(copy, err);
}

/* --- all of it --- */

static bool count(struct copy *copy, struct sg_copied *copied, struct sg_error *err)
{
    sqlite3_stmt *row = sg_sql_bind(&copy->sql, COUNTS, NULL, 0);
    bool is_there = false;

    if (!sg_sql_row(&copy->sql, row, &is_there, err))
        return false;
    *copied = (struct sg_copied){.events = sg_sql_number(row, 0),
                                 .open = sg_sql_number(row, 1),
                                 .links = sg_sql_number(row, 2),
                                 .heads = sg_sql_number(row, 3),
                                 .cursors = sg_sql_number(row, 4)};
    sg_sql_done(row);
    return true;
}

/* Judged before other producers are fenced, not to disturb a journal that is none of ours; and again
 * after it, when nobody but us can write any more. */
static bool run(struct copy *copy, int64_t now_ms, struct sg_copied *copied, struct sg_error *err)
{
    struct found found;

    if (!open_database(copy, err) || !find_or_make_id(copy, err) || !open_topic(copy, err) ||
        !judge(copy, &found, err))
        return false;
    copied->was_moved = copy->moved.to.length > 0 && !found.is_unfinished;
    if (copied->was_moved)
        return true;
    if (!sg_log_writer_open(copy->settings, &copy->writer, err) || !judge(copy, &found, err))
        return false;
    if ((copy->moved.to.length > 0 || copy_rows(copy, found.messages > 0, now_ms, err)) &&
        end(copy, err))
        return count(copy, copied, err);
    return sg_error_within(err, "the copy was cut short and is to be begun anew");
}

bool sg_copy_to_kafka(const struct sg_journal_settings *settings, int64_t now_ms,
                      struct sg_copied *copied, struct sg_error *err)
{
    struct copy copy = {.settings = settings, .arena = sg_arena_new(), .lock_fd = -1};
    bool is_good = run(&copy, now_ms, copied, err);

    close_all(&copy);
    return is_good;
}

bool sg_copy_check_whole(sqlite3 *view, struct sg_error *err)
{
    int64_t copying = 0;

    return sg_sql_ask(view, "SELECT count(*) FROM meta WHERE name = 'copying'", &copying, err) &&
           (copying == 0 ||
            sg_error_set(err, SG_ERROR_REFUSED, TO,
                         "the copy of journal.db in the state topic is not whole: type `sgbridge "
                         "journal copy --to kafka` where that file lies"));
}
