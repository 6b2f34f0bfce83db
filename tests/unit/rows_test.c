/* Two databases: what stands in one is given as messages, and the other is made of them. */
#include "journal/rows.h"

#include <sqlite3.h>

#include "base/buffer.h"
#include "journal/schema.h"
#include "unit.h"

/* A row of each table, with bytes, NULLs and numbers at their ends. */
static const char A_ROW_OF_EACH[] =
    "INSERT INTO meta VALUES('name', 'mashhad');"
    "INSERT INTO event VALUES(1, 'saja', 'ticket', '1405-88123', '3', 1, 2, -9223372036854775808,"
    " '1405-88123', 0, 86400000, 0, NULL, NULL, '', 0, 1782880200000, x'00ff10', 14, x'', x'0a',"
    " '{\"text\":\"چاله‌ی خیابان\"}');"
    "INSERT INTO event VALUES(9223372036854775807, 'gam', 'response', 'r-1', '', 0, 0, 0, '44/1405',"
    " 1, 0, 1, '1405-88123', 2, '', 1, 0, x'', 0, x'', x'', NULL);"
    "INSERT INTO delivery(id, event, seq, step, lane, target, mapping, map_hash, state, next_at,"
    " taken_at, day) VALUES(7, 1, 1, 0, '1405-88123/gam', 'gam', 'ticket-to-case', 'a1',"
    " 'unknown', 0, 1, 20000);"
    "INSERT INTO request VALUES(7, '<Letter/>');"
    "INSERT INTO round VALUES('1405-88123', 1, '', 'saja');"
    "INSERT INTO link VALUES('gam', '44/1405', '1405-88123', 1, 7);"
    "INSERT INTO head VALUES('saja', 'ticket', '1405-88123', '3', 2, 3, x'00ff', x'fe', NULL);"
    "INSERT INTO shadow VALUES('1405-88123', 'gam', 1, 'add_note', 'b2');"
    "INSERT INTO cursor VALUES('saja', 'ticket', '2026-07-01T04:30:00Z', 5);"
    "INSERT INTO target VALUES('gam', 12);"
    "INSERT INTO total VALUES(20000, 'saja', '', 'taken in', 2);"
    "INSERT INTO alarm VALUES('poll', 'gam', 3, 'پاسخ خوانده نشد');"
    "INSERT INTO contact VALUES('gam', 1, 0, '', 0, 0);"
    "INSERT INTO fact VALUES('pid', '12');"
    "INSERT INTO outline VALUES('saja', 'ticket', '{\"events\":1,\"fields\":[]}');"
    "INSERT INTO drift VALUES('saja', 'ticket', 'field', '/ناحیه', '', 'text of 12', 1, 2, 3);"
    "INSERT INTO command VALUES('20260701T043000.000001-00000001', 'replay', 'rahimi', 5, 6, '', 1,"
    " 0, 6000, '');"
    "INSERT INTO act VALUES(7, '20260701T043000.000001-00000001', NULL, 'سطری برای 77 نیست');"
    "INSERT INTO pause VALUES(1, 'system', 'gam', 'rahimi', 7, 0, 'نگه‌داری', 0);"
    "INSERT INTO version VALUES('ticket-to-case', 8, 'a1', 'rahimi', 'reload');"
    "INSERT INTO standing VALUES(1, 40, 2, 'leader');";

struct side {
    sqlite3 *db;
    struct sg_rows *rows;
};

struct sides {
    struct sg_arena *arena;
    struct side from, to;
    struct sg_buffer given; /* the keys of messages, each with its value or "gone", a line each */
};

static void run(const struct side *side, const char *text)
{
    char *why = NULL;

    if (sqlite3_exec(side->db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
}

static void open_side(struct side *side)
{
    struct sg_error err;

    assert_int_equal(sqlite3_open(":memory:", &side->db), SQLITE_OK);
    assert_true(sg_schema_open(side->db, &err));
    assert_true(sg_rows_open(side->db, &side->rows, &err));
}

static void close_side(struct side *side)
{
    sg_rows_close(side->rows);
    assert_int_equal(sqlite3_close(side->db), SQLITE_OK);
}

static int set_up(void **state)
{
    struct sg_arena *arena = sg_arena_new();
    struct sides *sides = sg_arena_get(arena, 1, sizeof *sides);

    sides->arena = sides->given.arena = arena;
    open_side(&sides->from);
    open_side(&sides->to);
    *state = sides;
    return 0;
}

static int tear_down(void **state)
{
    struct sides *sides = *state;

    close_side(&sides->from);
    close_side(&sides->to);
    sg_arena_free(sides->arena);
    return 0;
}

/* Notes what was given, and makes the other side of it. */
static bool pass_on(void *owner, const struct sg_row_message *message, struct sg_error *err)
{
    struct sides *sides = owner;
    const struct sg_str value = message->value.length > 0 ? message->value : SG_STR("gone");

    sg_buffer_add_format(&sides->given, "%.*s %.*s\n", SG_STR_ARG(message->key), SG_STR_ARG(value));
    return sg_rows_apply(sides->to.rows, message, err);
}

static void pass_all(struct sides *sides)
{
    struct sg_error err;

    assert_true(sg_rows_all(sides->from.rows, pass_on, sides, &err));
}

/* The first column of the first row. */
static const char *ask(struct sides *sides, const struct side *side, const char *text)
{
    sqlite3_stmt *row = NULL;

    assert_int_equal(sqlite3_prepare_v2(side->db, text, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    const struct sg_str found = {(const char *)sqlite3_column_text(row, 0),
                                 (size_t)sqlite3_column_bytes(row, 0)};
    const char *kept = sg_str_c(sides->arena, found);
    (void)sqlite3_finalize(row);
    return kept;
}

/* All tables, as SQL that tells a text from bytes, a number and NULL: `quote()` of each column. */
static const char *content(struct sides *sides, const struct side *side)
{
    struct sg_buffer all = {.arena = sides->arena};
    sqlite3_stmt *table = NULL;

    assert_int_equal(
        sqlite3_prepare_v2(side->db,
                           "SELECT 'SELECT coalesce(group_concat(' || group_concat("
                           " 'quote(' || c.name || ')', '||'',''||') || ', char(10)), ''none'')"
                           " FROM ' || m.name FROM sqlite_schema m, pragma_table_info(m.name) c"
                           " WHERE m.type = 'table' AND m.name <> 'standing' GROUP BY m.name",
                           -1, &table, NULL),
        SQLITE_OK);
    while (sqlite3_step(table) == SQLITE_ROW)
        sg_buffer_add_format(&all, "%s\n",
                             ask(sides, side, (const char *)sqlite3_column_text(table, 0)));
    (void)sqlite3_finalize(table);
    return sg_buffer_c(&all);
}

static void each_row_of_each_table_comes_back_the_same(void **state)
{
    struct sides *sides = *state;

    run(&sides->from, A_ROW_OF_EACH);
    assert_null(strstr(content(sides, &sides->from), "none")); /* a new table wants a row above */
    pass_all(sides);
    assert_string_equal(content(sides, &sides->to), content(sides, &sides->from));
    assert_string_equal(ask(sides, &sides->to, "SELECT count(*) FROM standing"), "0");
}

static void a_row_is_written_as_its_header_says(void **state)
{
    static const char *const rows[][2] = {
        {"INSERT INTO link VALUES('gam', '44/1405', '1405-1', 1, 7)",
         "[\"link\",\"gam\",\"44/1405\"] {\"system\":\"gam\",\"foreign_id\":\"44/1405\","
         "\"ticket\":\"1405-1\",\"round\":1,\"since\":7}\n"},
        /* NULLs left out; 00 FF as base64 (RFC 4648, section 4) */
        {"INSERT INTO head(system, record, record_id, sha256) VALUES('s', 'r', 'i', x'00ff')",
         "[\"head\",\"s\",\"r\",\"i\"] "
         "{\"system\":\"s\",\"record\":\"r\",\"record_id\":\"i\",\"sha256\":\"AP8=\"}\n"},
        {"INSERT INTO total VALUES(-1, 'a', '', 'b', 2)",
         "[\"total\",-1,\"a\",\"\",\"b\"] "
         "{\"day\":-1,\"source\":\"a\",\"mapping\":\"\",\"what\":\"b\",\"n\":2}\n"},
    };
    struct sides *sides = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        run(&sides->from, rows[r][0]);
        sides->given.length = 0;
        pass_all(sides);
        assert_string_equal(sg_buffer_c(&sides->given), rows[r][1]);
        run(&sides->from, "DELETE FROM link; DELETE FROM head; DELETE FROM total");
    }
}

static void any_text_comes_back_and_one_that_is_no_utf8_loses_what_is_not_ascii(void **state)
{
    static const char *const rows[][2] = {
        {"''", "''"},
        {"'می‌رود'", "'می‌رود'"},
        {"'\"' || char(10, 9, 92, 1, 127)", "'\"' || char(10, 9, 92, 1, 127)"},
        {"'a' || char(0) || 'b'", "'a' || char(0) || 'b'"},
        {"char(0x1f600, 0xfffd)", "char(0x1f600, 0xfffd)"},
        {"replace(hex(zeroblob(150000)), '00', 'ب')", "replace(hex(zeroblob(150000)), '00', 'ب')"},
        {"CAST(x'61d9' AS TEXT)", "'a?'"},        /* cut in the middle of a letter */
        {"CAST(x'd8a7ff62' AS TEXT)", "'???b'"},  /* its whole letter goes with it */
        {"CAST(x'eda080' AS TEXT)", "x'3f3f3f'"}, /* half of a surrogate pair */
    };
    struct sides *sides = *state;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const char *insert = sg_str_c(
            sides->arena,
            sg_str_format(sides->arena, "DELETE FROM fact; INSERT INTO fact VALUES('a', %s)",
                          rows[r][0]));
        const char *same = sg_str_c(
            sides->arena,
            sg_str_format(sides->arena, "SELECT CAST(value AS BLOB) = CAST(%s AS BLOB) FROM fact",
                          rows[r][1]));
        run(&sides->from, insert);
        pass_all(sides);
        if (strcmp(ask(sides, &sides->to, same), "1") != 0)
            fail_msg("%s", rows[r][0]);
    }
}

static void a_row_that_is_gone_has_no_value_and_takes_the_other_out(void **state)
{
    struct sides *sides = *state;
    struct sg_error err;

    run(&sides->from, A_ROW_OF_EACH);
    pass_all(sides);
    sides->given.length = 0;
    assert_true(sg_rows_watch(sides->from.rows, &err));
    run(&sides->from, "DELETE FROM link; DELETE FROM total");
    for (int twice = 0; twice < 2; twice++) /* what is gone may be told again */
        assert_true(sg_rows_changed(sides->from.rows, sides->arena, pass_on, sides, &err));
    assert_string_equal(sg_buffer_c(&sides->given),
                        "[\"link\",\"gam\",\"44/1405\"] gone\n"
                        "[\"total\",20000,\"saja\",\"\",\"taken in\"] gone\n"
                        "[\"link\",\"gam\",\"44/1405\"] gone\n"
                        "[\"total\",20000,\"saja\",\"\",\"taken in\"] gone\n");
    assert_string_equal(content(sides, &sides->to), content(sides, &sides->from));
}

/* What is given of changes that begin with the facts a=1 and b=1. */
static void a_row_that_changed_is_given_once_and_as_it_is_now(void **state)
{
    static const char *const rows[][2] = {
        {"SELECT 1", ""},
        {"UPDATE fact SET value = '2' WHERE name = 'a'; UPDATE fact SET value = '3' WHERE name = 'a'",
         "[\"fact\",\"a\"] {\"name\":\"a\",\"value\":\"3\"}\n"},
        {"UPDATE fact SET value = '1'", ""}, /* as it was */
        {"INSERT INTO fact VALUES('c', '1'); UPDATE fact SET value = '2' WHERE name = 'c'",
         "[\"fact\",\"c\"] {\"name\":\"c\",\"value\":\"2\"}\n"},
        {"INSERT INTO fact VALUES('c', '1'); DELETE FROM fact WHERE name = 'c'", ""},
        {"DELETE FROM fact WHERE name = 'b'; INSERT INTO fact VALUES('b', '2')",
         "[\"fact\",\"b\"] {\"name\":\"b\",\"value\":\"2\"}\n"},
        {"DELETE FROM fact WHERE name = 'b'", "[\"fact\",\"b\"] gone\n"},
        {"INSERT INTO standing VALUES(1, 2, 3, 'leader')", ""}, /* this machine's alone */
    };
    struct sides *sides = *state;
    struct sg_error err;

    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        run(&sides->from, "DELETE FROM fact; INSERT INTO fact VALUES('a', '1'), ('b', '1')");
        assert_true(sg_rows_watch(sides->from.rows, &err)); /* anew: what was before is forgotten */
        run(&sides->from, rows[r][0]);
        sides->given.length = 0;
        assert_true(sg_rows_changed(sides->from.rows, sides->arena, pass_on, sides, &err));
        assert_string_equal(sg_buffer_c(&sides->given), rows[r][1]);
    }
}

static void a_message_that_is_no_row_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *key, *value;
    } rows[] = {
        {"", ""},
        {"meta", ""},
        {"{}", ""},
        {"[]", ""},
        {"[1]", ""},
        {"[\"meta\"]", ""},
        {"[\"meta\",\"a\",\"b\"]", ""},
        {"[\"meta\",[]]", ""},
        {"[\"meta\",\"a\"", ""},
        {"[\"nothing\",\"a\"]", "{}"},
        {"[\"standing\",1]", "{\"one\":1,\"offset\":1,\"at\":1,\"role\":\"leader\"}"},
        {"[\"meta\",\"a\"]", "{"},
        {"[\"meta\",\"a\"]", "[]"},
        {"[\"meta\",\"a\"]", "{\"name\":\"a\"}"}, /* a column that must be there is missing */
        {"[\"meta\",\"a\"]", "{\"name\":\"a\",\"value\":1.5}"},
        {"[\"meta\",\"a\"]", "{\"name\":\"a\",\"value\":{}}"},
        {"[\"target\",\"a\"]", "{\"name\":\"a\",\"delivered\":\"many\"}"},
        {"[\"head\",\"s\",\"r\",\"i\"]",
         "{\"system\":\"s\",\"record\":\"r\",\"record_id\":\"i\",\"sha256\":\"*\"}"},
    };
    struct sides *sides = *state;
    struct sg_error err;

    run(&sides->to, A_ROW_OF_EACH);
    const char *before = content(sides, &sides->to);
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_row_message message = {unit_text(sides->arena, rows[r].key),
                                               unit_text(sides->arena, rows[r].value)};
        if (sg_rows_apply(sides->to.rows, &message, &err) || err.kind != SG_ERROR_INPUT)
            fail_msg("%s %s", rows[r].key, rows[r].value);
    }
    assert_string_equal(content(sides, &sides->to), before);
}

static void a_row_that_comes_again_takes_the_place_of_the_one_before(void **state)
{
    struct sides *sides = *state;

    run(&sides->from, A_ROW_OF_EACH);
    pass_all(sides);
    run(&sides->from, "UPDATE delivery SET state = 'failed', next_at = NULL, reason = 'قطع شد'");
    pass_all(sides);
    assert_string_equal(content(sides, &sides->to), content(sides, &sides->from));
}

static void a_delivery_of_an_older_version_brings_its_request_along(void **state)
{
    static const struct sg_row_message old = {
        SG_STR_INIT("[\"delivery\",7]"),
        SG_STR_INIT("{\"id\":7,\"event\":1,\"run\":1,\"seq\":1,\"step\":0,\"lane\":\"gam/1\","
                    "\"target\":\"gam\",\"mapping\":\"m\",\"map_hash\":\"h\",\"state\":\"unknown\","
                    "\"key_gen\":0,\"next_at\":0,\"taken_at\":1,\"day\":1,\"phase\":0,"
                    "\"attempts\":1,\"temporary_ends\":0,\"ok_mark\":0,\"sends\":1,"
                    "\"empty_probes\":0,\"in_doubt\":0,\"request\":\"<Letter/>\"}")};
    struct sides *sides = *state;
    struct sg_error err;

    assert_true(sg_rows_apply(sides->to.rows, &old, &err));
    assert_string_equal(ask(sides, &sides->to, "SELECT text FROM request WHERE delivery = 7"),
                        "<Letter/>");
    assert_string_equal(ask(sides, &sides->to, "SELECT state FROM delivery WHERE id = 7"),
                        "unknown");
}

static void a_cleared_side_is_empty(void **state)
{
    struct sides *sides = *state;
    const char *empty = content(sides, &sides->to);
    struct sg_error err;

    run(&sides->to, A_ROW_OF_EACH);
    assert_true(sg_rows_clear(sides->to.rows, &err));
    assert_string_equal(content(sides, &sides->to), empty);
    assert_string_equal(ask(sides, &sides->to, "SELECT count(*) FROM standing"), "0");
}

#define ROWS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROWS_TEST(each_row_of_each_table_comes_back_the_same),
        ROWS_TEST(a_row_is_written_as_its_header_says),
        ROWS_TEST(any_text_comes_back_and_one_that_is_no_utf8_loses_what_is_not_ascii),
        ROWS_TEST(a_row_that_is_gone_has_no_value_and_takes_the_other_out),
        ROWS_TEST(a_row_that_changed_is_given_once_and_as_it_is_now),
        ROWS_TEST(a_message_that_is_no_row_is_refused_and_changes_nothing),
        ROWS_TEST(a_row_that_comes_again_takes_the_place_of_the_one_before),
        ROWS_TEST(a_delivery_of_an_older_version_brings_its_request_along),
        ROWS_TEST(a_cleared_side_is_empty),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
