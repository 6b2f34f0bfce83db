/* The embedded kind: one SQLite file in WAL mode, synced at every commit. No broker. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "journal/kind.h"
#include "journal/schema.h"

enum { PATH_ROOM = 4096 };

static bool path_in(const char *dir, const char *name, char (*path)[PATH_ROOM],
                    struct sg_error *err)
{
    int length = snprintf(*path, sizeof *path, "%s/%s", dir, name);

    return (length > 0 && (size_t)length < sizeof *path) ||
           sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "the path of %s is too long",
                        name);
}

/* One journal has one writer: a second one is refused, whatever machine's process it is. */
static bool lock(struct sg_journal *journal, const char *dir, struct sg_error *err)
{
    const struct sg_place at = {.file = "journal.lock"};
    char path[PATH_ROOM];

    if (!path_in(dir, "journal.lock", &path, err))
        return false;
    journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (journal->lock_fd < 0)
        return sg_error_errno(err, at, "cannot be opened");
    if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return sg_error_set(err, SG_ERROR_REFUSED, at, "another sgbridge works on this journal");
    return sg_error_errno(err, at, "cannot be locked");
}

/* The new files' names, too, must be there after a crash. */
static bool sync_dir(const char *dir, struct sg_error *err)
{
    int fd SG_AUTO(sg_fd) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return (fd >= 0 && fsync(fd) == 0) ||
           sg_error_errno(err, (struct sg_place){.file = "journal.db"},
                          "its folder cannot be synced");
}

/* Readers come and go: the WAL's files stay, so that they find them after a stop. The cache is
 * small, for what is looked at often is little. */
static bool set_up(sqlite3 *db, struct sg_error *err)
{
    int keeps = 1;

    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, 5000);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keeps);
    return sg_sql_exec(db,
                       "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;"
                       "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -2048;"
                       "PRAGMA temp_store = MEMORY",
                       err);
}

static bool open_embedded(struct sg_journal *journal, const struct sg_journal_settings *settings,
                          struct sg_error *err)
{
    char path[PATH_ROOM];

    journal->name = settings->name;
    if (!path_in(settings->dir, "journal.db", &path, err) || !lock(journal, settings->dir, err))
        return false;
    if (sqlite3_open_v2(path, &journal->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return sg_sql_fail(journal->db, err);
    return set_up(journal->db, err) && sg_schema_open(journal->db, err) &&
           sg_schema_check_name(journal->db, settings->name, err) && sync_dir(settings->dir, err);
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
    *leads = !journal->leads;
    journal->leads = true;
    return *leads || sg_error_set(err, SG_ERROR_REFUSED, (struct sg_place){.file = "journal.db"},
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

static bool commit(struct sg_journal *journal, struct sg_error *err)
{
    return sg_sql_exec(journal->db, "COMMIT", err);
}

static void rollback(struct sg_journal *journal)
{
    if (sqlite3_get_autocommit(journal->db) == 0) /* a full disk may have undone it already */
        (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
}

const struct sg_journal_kind SG_JOURNAL_EMBEDDED = {
    .open = open_embedded,
    .close = close_embedded,
    .lead = lead,
    .leads_until_ms = leads_until_ms,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
};
