/* The state's file: who may read it; and its log, however much is written and read. */
#include "journal/database.h"

#include <pthread.h>
#include <stdatomic.h>

#include "folder_unit.h"

enum { COMMITS = 200, LOG_BYTES_MAX = 80 << 20 }; /* of 164 MB that are written */

#define NUMBERS_TO(last) \
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT " last ")"
/* A row a page; each commit changes two hundred. */
#define TABLE "CREATE TABLE page(n INTEGER PRIMARY KEY, text BLOB)"
#define FILL  NUMBERS_TO("200") "INSERT INTO page SELECT n, zeroblob(3900) FROM c"
#define WRITE "UPDATE page SET text = zeroblob(3900 - (length(text) = 3900))"
/* It takes so long that commits fall into it. */
#define READ "BEGIN; SELECT count(*) FROM page;" NUMBERS_TO("20000") "SELECT count(*) FROM c"

struct reader {
    char path[UNIT_PATH_ROOM];
    atomic_bool is_over;
    bool is_good;
    pthread_t thread;
};

static bool execute(sqlite3 *db, const char *text)
{
    return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* Two by turns: each begins to read before the other ends. */
static void *read_always(void *argument)
{
    struct reader *reader = argument;
    sqlite3 *db[2] = {NULL, NULL};

    for (size_t d = 0; d < 2; d++)
        reader->is_good &=
            sqlite3_open_v2(reader->path, &db[d], SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
    reader->is_good &= execute(db[0], READ);
    for (size_t n = 1; reader->is_good && !atomic_load(&reader->is_over); n++)
        reader->is_good = execute(db[n % 2], READ) && execute(db[(n + 1) % 2], "COMMIT");
    for (size_t d = 0; d < 2; d++)
        (void)sqlite3_close(db[d]);
    return NULL;
}

static off_t bytes_of_log(const struct reader *reader)
{
    char path[UNIT_PATH_ROOM + 8];
    struct stat about;

    (void)snprintf(path, sizeof path, "%s-wal", reader->path);
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static void the_log_stays_short_though_somebody_always_reads(void **state)
{
    struct reader reader = {.is_good = true};
    struct unit_folder folder;
    sqlite3 *db = NULL;
    struct sg_error err;

    (void)state;
    unit_folder_open(&folder);
    (void)snprintf(reader.path, sizeof reader.path, "%s/journal.db", folder.path);
    assert_true(sg_database_open(folder.path, "journal.db", "NORMAL", &db, &err));
    assert_true(execute(db, TABLE) && execute(db, FILL));
    assert_int_equal(pthread_create(&reader.thread, NULL, read_always, &reader), 0);
    bool is_written = true;
    for (int c = 0; c < COMMITS; c++)
        is_written = execute(db, WRITE) && is_written;
    atomic_store(&reader.is_over, true);
    assert_int_equal(pthread_join(reader.thread, NULL), 0);
    assert_true(is_written && reader.is_good);
    assert_in_range(bytes_of_log(&reader), 1, LOG_BYTES_MAX);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    unit_folder_close(&folder);
}

static void what_is_made_is_not_for_everybody_to_read(void **state)
{
    static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm"};
    struct unit_folder folder;
    sqlite3 *db = NULL;
    struct sg_error err;
    struct stat about;
    char path[UNIT_PATH_ROOM];

    (void)state;
    unit_folder_open(&folder);
    const mode_t before = umask(0);
    const bool is_open = sg_database_open(folder.path, "journal.db", "NORMAL", &db, &err);

    assert_true(is_open && execute(db, TABLE));
    (void)umask(before);
    for (size_t n = 0; n < SG_ROWS(names); n++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder.path, names[n]);
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0640);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    unit_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_not_for_everybody_to_read),
        cmocka_unit_test(the_log_stays_short_though_somebody_always_reads),
    };
    return cmocka_run_group_tests_name("database", tests, NULL, NULL);
}
