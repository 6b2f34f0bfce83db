#include "journal/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "journal/sql.h"

enum {
    PATH_ROOM = 4096,
    BUSY_MS = 5000,
    READ_MS = 1000, /* a reader's statement takes less */
    CHECKPOINT_PAGES = 2000,
    LOG_PAGES = 8000, /* 32 MB */
};

static bool path_in(const char *dir, const char *name, const char *ending, char (*path)[PATH_ROOM],
                    struct sg_error *err)
{
    int length = snprintf(*path, sizeof *path, "%s/%s%s", dir, name, ending);

    return (length > 0 && (size_t)length < sizeof *path) ||
           sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "the path of %s is too long",
                        name);
}

bool sg_database_lock(const char *dir, int *fd, struct sg_error *err)
{
    const struct sg_place at = {.file = "journal.lock"};
    char path[PATH_ROOM];

    if (!path_in(dir, "journal.lock", "", &path, err))
        return false;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*fd < 0)
        return sg_error_errno(err, at, "cannot be opened");
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return sg_error_set(err, SG_ERROR_REFUSED, at, "another sgbridge works on this journal");
    return sg_error_errno(err, at, "cannot be locked");
}

bool sg_database_is_there(const char *dir, const char *file)
{
    char path[PATH_ROOM];
    struct sg_error err;

    return path_in(dir, file, "", &path, &err) && access(path, F_OK) == 0;
}

/* The new files' names, too, must be there after a crash. */
static bool sync_dir(const char *dir, const char *file, struct sg_error *err)
{
    int fd SG_AUTO(sg_fd) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return (fd >= 0 && fsync(fd) == 0) ||
           sg_error_errno(err, (struct sg_place){.file = file}, "its folder cannot be synced");
}

/*
 * Called after each commit, with the log's length. By itself the log begins anew at a commit when
 * all of it is copied and nobody reads from it: where somebody always does, it would grow for ever.
 * Each time that it has become longer by LOG_PAGES, the writer therefore waits for those that read
 * just now: who comes meanwhile reads the file alone. One that goes on reading costs that wait.
 */
static int tend_log(void *owner, sqlite3 *db, const char *name, int pages)
{
    int added = 0, most = 0; /* pages that this commit wrote */

    (void)owner;
    (void)sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_WRITE, &added, &most, 1);
    if (pages < CHECKPOINT_PAGES)
        return SQLITE_OK;
    if (pages / LOG_PAGES == (pages - added) / LOG_PAGES) {
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        return SQLITE_OK;
    }
    (void)sqlite3_busy_timeout(db, READ_MS);
    (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    (void)sqlite3_busy_timeout(db, BUSY_MS);
    return SQLITE_OK;
}

/* Readers come and go: the WAL's files stay, so that they find them after a stop. The cache is
 * small, for what is looked at often is little; so are the pages, for what an event changes lies
 * far apart once there are many tickets, and a page is written whole. */
static bool set_up(sqlite3 *db, const char *sync, struct sg_error *err)
{
    char synchronous[64];
    int keeps = 1;

    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, BUSY_MS);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keeps);
    (void)sqlite3_wal_hook(db, tend_log, NULL);
    (void)snprintf(synchronous, sizeof synchronous, "PRAGMA synchronous = %s", sync);
    return sg_sql_exec(db,
                       "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
                       "PRAGMA journal_size_limit = 67108864;"
                       "PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY",
                       err) &&
           sg_sql_exec(db, synchronous, err);
}

/* SQLite would let everybody read a new file, and gives its log the file's own mode. One that is
 * there is not opened: to close it would take its locks from those of us that have it open. */
static bool make_file(const char *path, const char *file, struct sg_error *err)
{
    int fd SG_AUTO(sg_fd) = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

    return fd >= 0 || errno == EEXIST ||
           sg_error_errno(err, (struct sg_place){.file = file}, "cannot be made");
}

bool sg_database_open(const char *dir, const char *file, const char *sync, sqlite3 **db,
                      struct sg_error *err)
{
    char path[PATH_ROOM];

    if (!path_in(dir, file, "", &path, err) || !make_file(path, file, err))
        return false;
    /* Each allocation would take a lock to be counted, and nobody asks for the sums. The first
     * connection of a process settles it. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return sg_sql_fail(*db, err);
    return set_up(*db, sync, err) && sync_dir(dir, file, err);
}

bool sg_database_check(sqlite3 *db, struct sg_place at, struct sg_error *err)
{
    int64_t problems = 0;

    return sg_sql_ask(db, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'",
                      &problems, err) &&
           (problems == 0 || sg_error_set(err, SG_ERROR_REFUSED, at, "is damaged"));
}

bool sg_database_remove(const char *dir, const char *file, struct sg_error *err)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[PATH_ROOM];

    for (size_t e = 0; e < sizeof endings / sizeof endings[0]; e++) {
        if (!path_in(dir, file, endings[e], &path, err))
            return false;
        if (unlink(path) != 0 && errno != ENOENT)
            return sg_error_errno(err, (struct sg_place){.file = file}, "cannot be taken away");
    }
    return true;
}
