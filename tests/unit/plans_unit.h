/** How SQLite finds the rows of a statement. Without ANALYZE, which we never run, it plans by the
 * schema alone: the tables may be empty here, and the plans are those of a journal of 10^6 rows. */
#ifndef SG_TESTS_PLANS_UNIT_H
#define SG_TESTS_PLANS_UNIT_H

#include <sqlite3.h>

#include "base/buffer.h"
#include "journal/own.h"
#include "journal/schema.h"
#include "unit.h"

#define NOTHING_IS_READ ""
#define AND             "; "

/* An empty journal in memory, as a group's state. */
static int unit_journal_open(void **state)
{
    sqlite3 *db = NULL;
    struct sg_error err;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_true(sg_schema_open(db, &err));
    sg_own_register(db);
    *state = db;
    return 0;
}

static int unit_journal_close(void **state)
{
    return sqlite3_close(*state);
}

/* The plan's steps, "; " between. */
static const char *plan_of(struct sg_arena *arena, sqlite3 *db, const char *statement)
{
    const char *text = sg_str_c(arena, sg_str_format(arena, "EXPLAIN QUERY PLAN %s", statement));
    struct sg_buffer plan = {.arena = arena};
    sqlite3_stmt *row = NULL;

    if (sqlite3_prepare_v2(db, text, -1, &row, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sqlite3_errmsg(db), statement);
    while (sqlite3_step(row) == SQLITE_ROW)
        sg_buffer_add_format(&plan, "%s%s", plan.length == 0 ? "" : "; ",
                             (const char *)sqlite3_column_text(row, 3));
    assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
    return sg_buffer_c(&plan);
}

/* Each of `count` statements has the plan of the same number. */
static void assert_plans(sqlite3 *db, const char *const *statements, const char *const *plans,
                         size_t count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    for (size_t s = 0; s < count; s++) {
        if (plans[s] == NULL)
            fail_msg("there is no plan in the table for: %s\n%s", statements[s],
                     plan_of(arena, db, statements[s]));
        assert_string_equal(plan_of(arena, db, statements[s]), plans[s]);
    }
}

#endif
