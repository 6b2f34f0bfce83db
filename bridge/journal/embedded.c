/* The embedded kind: one SQLite file in WAL mode, synced at every commit. No broker. */
#include "journal/database.h"
#include "journal/kind.h"
#include "journal/moved.h"
#include "journal/schema.h"

#define FILE_NAME "journal.db"

static bool open_embedded(struct sg_journal *journal, struct sg_error *err)
{
    const struct sg_journal_settings *settings = &journal->settings;

    return sg_database_lock(settings->dir, &journal->lock_fd, err) &&
           sg_database_open(settings->dir, FILE_NAME, "FULL", &journal->db, err) &&
           sg_schema_open(journal->db, err) &&
           sg_schema_check_name(journal->db, settings->name, err) &&
           sg_moved_check(journal->db, err);
}

static void close_embedded(struct sg_journal *journal)
{
    (void)sqlite3_close(journal->db); /* takes NULL */
    if (journal->lock_fd >= 0)
        (void)close(journal->lock_fd); /* last: it lets the next writer in */
}

/* Its lock is held since it was opened: nobody else writes. It leads once; what ends that is damage
 * that no waiting mends. */
static bool lead(struct sg_journal *journal, int64_t now_ms, int wait_ms, bool *leads,
                 struct sg_error *err)
{
    (void)now_ms;
    (void)wait_ms;
    *leads = !journal->has_led;
    journal->has_led = true;
    return *leads || sg_error_set(err, SG_ERROR_REFUSED, (struct sg_place){.file = FILE_NAME},
                                  "is damaged; the log says how");
}

static int64_t leads_until_ms(const struct sg_journal *journal)
{
    (void)journal;
    return INT64_MAX;
}

static bool begin(struct sg_journal *journal, struct sg_error *err)
{
    return sg_sql_exec(journal->db, "BEGIN IMMEDIATE", err);
}

static bool commit(struct sg_journal *journal, int64_t now_ms, struct sg_error *err)
{
    (void)now_ms;
    return sg_sql_exec(journal->db, "COMMIT", err);
}

static void rollback(struct sg_journal *journal)
{
    sg_sql_rollback(journal->db);
}

const struct sg_journal_kind SG_JOURNAL_EMBEDDED = {
    .file = FILE_NAME,
    .open = open_embedded,
    .close = close_embedded,
    .lead = lead,
    .leads_until_ms = leads_until_ms,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
};
