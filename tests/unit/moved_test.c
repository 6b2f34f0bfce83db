/* What becomes of a journal.db that was copied to Kafka. */
#include "journal/moved.h"

#include "folder_unit.h"
#include "journal/database.h"
#include "journal/schema.h"
#include "journal/view.h"
#include "sgbridge/journal.h"

#define A_TOTAL "INSERT INTO total VALUES(1, 'saja', '', 'taken in', 1)"

static int set_up(void **state)
{
    static struct unit_folder folder;

    unit_folder_open(&folder);
    *state = &folder;
    return 0;
}

static int tear_down(void **state)
{
    unit_folder_close(*state);
    return 0;
}

static sqlite3 *open_journal(const struct unit_folder *folder)
{
    sqlite3 *db = NULL;
    struct sg_error err;

    assert_true(sg_database_open(folder->path, "journal.db", "NORMAL", &db, &err));
    assert_true(sg_schema_open(db, &err));
    return db;
}

/* 2026-07-01T04:30:00.999Z */
static void move(const struct unit_folder *folder)
{
    sqlite3 *db = open_journal(folder);
    struct sg_error err;

    assert_true(sg_moved_mark(db, SG_STR("mashhad"), INT64_C(1782880200999), &err));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void the_embedded_kind_refuses_a_journal_that_was_moved(void **state)
{
    const struct unit_folder *folder = *state;
    const struct sg_journal_settings settings = {.dir = folder->path, .name = SG_STR("mashhad")};
    struct sg_journal *journal = NULL;
    struct sg_error err;

    assert_true(sg_journal_open(&SG_JOURNAL_EMBEDDED, &settings, &journal, &err));
    sg_journal_close(journal);
    journal = NULL;
    move(folder);
    assert_false(sg_journal_open(&SG_JOURNAL_EMBEDDED, &settings, &journal, &err));
    assert_null(journal);
    assert_int_equal(err.kind, SG_ERROR_REFUSED);
    assert_string_equal(err.text,
                        "was moved to Kafka (prefix mashhad) at 2026-07-01T04:30:00Z; set "
                        "`journal:` in sgbridge.yaml");
}

static void people_still_read_it(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_view *view = NULL;
    struct sg_error err;

    move(folder);
    assert_true(sg_view_open(&SG_JOURNAL_EMBEDDED, folder->path, &view, &err));
    sg_view_close(view);
}

static void its_mark_tells_where_it_went_and_when(void **state)
{
    const struct unit_folder *folder = *state;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    sqlite3 *db = open_journal(folder);
    struct sg_moved moved;
    struct sg_error err;

    assert_true(sg_moved_find(db, arena, &moved, &err));
    assert_true(sg_str_is(moved.to, ""));
    move(folder);
    assert_true(sg_moved_find(db, arena, &moved, &err));
    assert_true(sg_str_is(moved.to, "mashhad"));
    assert_true(sg_str_is(moved.at, "2026-07-01T04:30:00Z"));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* An empty state topic, and what lies beside it. */
static void events_that_were_taken_in_are_not_forgotten(void **state)
{
    static const struct {
        const char *content; /* NULL: there is no journal.db */
        enum sg_error_kind kind;
    } rows[] = {
        {NULL, SG_ERROR_NONE},
        {"SELECT 1", SG_ERROR_NONE}, /* it was started once, and nothing came */
        {"INSERT INTO cursor VALUES('saja', 'ticket', 'a', 1)", SG_ERROR_NONE},
        {A_TOTAL, SG_ERROR_REFUSED},
        {A_TOTAL "; INSERT INTO meta VALUES('moved_to', 'a'), ('moved_at', 'b')", SG_ERROR_REFUSED},
        {"PRAGMA user_version = 99", SG_ERROR_INPUT}, /* a newer version's */
    };

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct unit_folder folder;
        struct sg_error err = {.kind = SG_ERROR_NONE};

        unit_folder_open(&folder);
        if (rows[r].content != NULL) {
            sqlite3 *db = open_journal(&folder);
            assert_int_equal(sqlite3_exec(db, rows[r].content, NULL, NULL, NULL), SQLITE_OK);
            assert_int_equal(sqlite3_close(db), SQLITE_OK);
        }
        assert_int_equal(sg_moved_check_left(folder.path, &err), rows[r].kind == SG_ERROR_NONE);
        assert_int_equal(err.kind, rows[r].kind);
        if (rows[r].kind == SG_ERROR_REFUSED)
            assert_non_null(strstr(err.text, "`sgbridge journal copy --to kafka`"));
        unit_folder_close(&folder);
    }
    (void)state;
}

#define MOVED_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOVED_TEST(the_embedded_kind_refuses_a_journal_that_was_moved),
        MOVED_TEST(people_still_read_it),
        MOVED_TEST(its_mark_tells_where_it_went_and_when),
        cmocka_unit_test(events_that_were_taken_in_are_not_forgotten),
    };
    return cmocka_run_group_tests_name("moved", tests, NULL, NULL);
}
