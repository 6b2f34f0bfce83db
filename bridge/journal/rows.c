/* SQLite's session extension says which rows a transaction changed; it wants this before sqlite3.h */
#define SQLITE_ENABLE_SESSION
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include "journal/rows.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "journal/sql.h"

enum { COLUMNS_MAX = 48, TABLES_MAX = 32, KEY_MAX = 8 };

struct column {
    char *name;
    bool is_bytes;
};

struct table {
    char *name;
    struct column columns[COLUMNS_MAX]; /* in the table's order */
    int count;
    int key[KEY_MAX]; /* which of them are the primary key, in its order */
    int key_count;
    sqlite3_stmt *find, *put, *take_out, *all;
};

struct sg_rows {
    sqlite3 *db;
    struct sg_arena *arena; /* names */
    struct table tables[TABLES_MAX];
    size_t count;
    sqlite3_session *session; /* NULL: not watching */
};

/* --- the tables --- */

static struct table *find_table(struct sg_rows *rows, struct sg_str name)
{
    for (size_t t = 0; t < rows->count; t++) {
        if (sg_str_is(name, rows->tables[t].name))
            return &rows->tables[t];
    }
    return NULL;
}

static struct table *add_table(struct sg_rows *rows, struct sg_str name)
{
    assert(rows->count < TABLES_MAX);
    struct table *table = &rows->tables[rows->count++];

    table->name = sg_arena_get(rows->arena, name.length + 1, 1);
    memcpy(table->name, name.at, name.length);
    return table;
}

static void add_column(struct sg_rows *rows, struct table *table, sqlite3_stmt *row)
{
    struct sg_str name = sg_sql_text(row, 1);
    struct column *column = &table->columns[table->count];
    const int64_t place = sg_sql_number(row, 3);

    assert(table->count < COLUMNS_MAX && place <= KEY_MAX);
    column->name = sg_arena_get(rows->arena, name.length + 1, 1);
    memcpy(column->name, name.at, name.length);
    column->is_bytes = sg_str_is(sg_sql_text(row, 2), "BLOB");
    if (place > 0) {
        table->key[place - 1] = table->count;
        table->key_count += 1;
    }
    table->count++;
}

static bool read_tables(struct sg_rows *rows, struct sg_error *err)
{
    static const char *const texts[] = {
        "SELECT m.name, c.name, c.type, c.pk FROM sqlite_schema m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND m.name <> 'standing' ORDER BY m.rowid, c.cid"};
    struct sg_sql sql = {0};
    bool is_there = true, is_good = true;

    if (!sg_sql_open(&sql, rows->db, texts, 1, err))
        return false;
    sqlite3_stmt *row = sg_sql_bind(&sql, 0, NULL, 0);

    while (is_there) {
        is_good = sg_sql_row(&sql, row, &is_there, err);
        if (!is_good || !is_there)
            break;
        struct table *table = find_table(rows, sg_sql_text(row, 0));
        add_column(rows, table != NULL ? table : add_table(rows, sg_sql_text(row, 0)), row);
    }
    sg_sql_close(&sql);
    return is_good;
}

static bool prepare(sqlite3 *db, struct sg_buffer *text, sqlite3_stmt **out, struct sg_error *err)
{
    return sqlite3_prepare_v3(db, sg_buffer_c(text), -1, SQLITE_PREPARE_PERSISTENT, out, NULL) ==
               SQLITE_OK ||
           sg_sql_fail(db, err);
}

static void add_columns(struct sg_buffer *text, const struct table *table)
{
    for (int c = 0; c < table->count; c++)
        sg_buffer_add_format(text, "%s%s", c > 0 ? ", " : "", table->columns[c].name);
}

/* ` WHERE a = ?1 AND b = ?2` */
static void add_where(struct sg_buffer *text, const struct table *table)
{
    for (int k = 0; k < table->key_count; k++)
        sg_buffer_add_format(text, "%s%s = ?%d", k == 0 ? " WHERE " : " AND ",
                             table->columns[table->key[k]].name, k + 1);
}

/* ` ON CONFLICT(a, b) DO UPDATE SET …`: nothing but the row of this key may be replaced. */
static void add_conflict(struct sg_buffer *text, const struct table *table)
{
    for (int k = 0; k < table->key_count; k++)
        sg_buffer_add_format(text, "%s%s", k == 0 ? " ON CONFLICT(" : ", ",
                             table->columns[table->key[k]].name);
    for (int c = 0; c < table->count; c++)
        sg_buffer_add_format(text, "%s%s = excluded.%s", c == 0 ? ") DO UPDATE SET " : ", ",
                             table->columns[c].name, table->columns[c].name);
}

static bool prepare_table(struct sg_rows *rows, struct table *table, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer find = {.arena = arena}, all = find, put = find, take_out = find;

    sg_buffer_add(&all, SG_STR("SELECT "));
    add_columns(&all, table);
    sg_buffer_add_format(&all, " FROM %s", table->name);
    sg_buffer_add(&find, sg_buffer_text(&all));
    add_where(&find, table);
    sg_buffer_add_format(&put, "INSERT INTO %s(", table->name);
    add_columns(&put, table);
    for (int c = 0; c < table->count; c++)
        sg_buffer_add_format(&put, "%s?%d", c == 0 ? ") VALUES(" : ", ", c + 1);
    sg_buffer_add_byte(&put, ')');
    add_conflict(&put, table);
    sg_buffer_add_format(&take_out, "DELETE FROM %s", table->name);
    add_where(&take_out, table);
    return prepare(rows->db, &find, &table->find, err) &&
           prepare(rows->db, &all, &table->all, err) && prepare(rows->db, &put, &table->put, err) &&
           prepare(rows->db, &take_out, &table->take_out, err);
}

bool sg_rows_open(sqlite3 *db, struct sg_rows **out, struct sg_error *err)
{
    struct sg_rows *rows = calloc(1, sizeof *rows);

    if (rows == NULL)
        abort();
    rows->db = db;
    rows->arena = sg_arena_new();
    bool is_good = read_tables(rows, err);
    for (size_t t = 0; is_good && t < rows->count; t++)
        is_good = prepare_table(rows, &rows->tables[t], err);
    if (!is_good) {
        sg_rows_close(rows);
        return false;
    }
    *out = rows;
    return true;
}

static void stop_watching(struct sg_rows *rows)
{
    if (rows->session != NULL)
        sqlite3session_delete(rows->session);
    rows->session = NULL;
}

void sg_rows_close(struct sg_rows *rows)
{
    if (rows == NULL)
        return;
    stop_watching(rows);
    for (size_t t = 0; t < rows->count; t++) {
        (void)sqlite3_finalize(rows->tables[t].find);
        (void)sqlite3_finalize(rows->tables[t].all);
        (void)sqlite3_finalize(rows->tables[t].put);
        (void)sqlite3_finalize(rows->tables[t].take_out);
    }
    sg_arena_free(rows->arena);
    free(rows);
}

/* --- row to message --- */

/* A text that is no UTF-8, as words that were cut in the middle of a character, loses what is not
 * ASCII: a row that cannot be written would stop everything. */
static json_t *json_of_text(struct sg_arena *arena, struct sg_str text)
{
    json_t *json = json_stringn(text.length == 0 ? "" : text.at, text.length);

    if (json != NULL)
        return json;
    char *ascii = sg_arena_get(arena, text.length, 1);

    for (size_t i = 0; i < text.length; i++)
        ascii[i] = (char)((unsigned char)text.at[i] < 0x80 ? text.at[i] : '?');
    return json_stringn(ascii, text.length);
}

static json_t *json_of(struct sg_arena *arena, sqlite3_value *value)
{
    struct sg_str bytes;

    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_value_int64(value));
    case SQLITE_TEXT:
        bytes.at = (const char *)sqlite3_value_text(value);
        bytes.length = (size_t)sqlite3_value_bytes(value);
        return json_of_text(arena, bytes);
    case SQLITE_BLOB:
        bytes.at = sqlite3_value_blob(value);
        bytes.length = (size_t)sqlite3_value_bytes(value);
        return json_of_text(arena, sg_base64(arena, bytes));
    default:
        return NULL; /* NULL is not written */
    }
}

static int add_bytes(const char *bytes, size_t length, void *owner)
{
    struct sg_buffer *text = owner;

    sg_buffer_add(text, (struct sg_str){bytes, length});
    return 0;
}

/* In one pass: writing it once more to know its length took a tenth of all that a row costs. */
static struct sg_str written(struct sg_arena *arena, json_t *json)
{
    struct sg_buffer text = {.arena = arena};

    if (json_dump_callback(json, add_bytes, &text, JSON_COMPACT) != 0)
        abort(); /* only without memory: all texts are UTF-8, or they would not be in the journal */
    json_decref(json);
    return sg_buffer_text(&text);
}

static struct sg_str key_of(struct sg_arena *arena, const struct table *table,
                            sqlite3_value *const *values)
{
    json_t *key = json_array();

    (void)json_array_append_new(key, json_string(table->name));
    for (int k = 0; k < table->key_count; k++)
        (void)json_array_append_new(key, json_of(arena, values[table->key[k]]));
    return written(arena, key);
}

static struct sg_str value_of(struct sg_arena *arena, const struct table *table, sqlite3_stmt *row)
{
    json_t *value = json_object();

    for (int c = 0; c < table->count; c++) {
        json_t *member = json_of(arena, sqlite3_column_value(row, c));
        if (member != NULL)
            (void)json_object_set_new_nocheck(value, table->columns[c].name, member);
    }
    return written(arena, value);
}

/* The row of this key as it is now, or nothing when it is gone. */
static bool read_row(struct sg_rows *rows, struct sg_arena *arena, const struct table *table,
                     sqlite3_value *const *values, struct sg_row_message *out, struct sg_error *err)
{
    out->key = key_of(arena, table, values);
    for (int k = 0; k < table->key_count; k++) {
        if (sqlite3_bind_value(table->find, k + 1, values[table->key[k]]) != SQLITE_OK)
            return sg_sql_fail(rows->db, err);
    }
    int result = sqlite3_step(table->find);

    out->value = (struct sg_str){0};
    if (result == SQLITE_ROW)
        out->value = value_of(arena, table, table->find);
    (void)sqlite3_reset(table->find);
    return result == SQLITE_ROW || result == SQLITE_DONE || sg_sql_fail(rows->db, err);
}

/* --- what changed --- */

bool sg_rows_watch(struct sg_rows *rows, struct sg_error *err)
{
    stop_watching(rows);
    if (sqlite3session_create(rows->db, "main", &rows->session) != SQLITE_OK)
        return sg_sql_fail(rows->db, err);
    for (size_t t = 0; t < rows->count; t++) {
        if (sqlite3session_attach(rows->session, rows->tables[t].name) != SQLITE_OK)
            return sg_sql_fail(rows->db, err);
    }
    return true;
}

/* The key of the change at hand stands among its old values, or its new ones if it is an insert. */
static bool give_change(struct sg_rows *rows, struct sg_arena *arena,
                        sqlite3_changeset_iter *change, sg_row_fn *each, void *owner,
                        struct sg_error *err)
{
    const char *name = NULL;
    int count = 0, operation = 0;
    sqlite3_value *values[COLUMNS_MAX] = {0};
    struct sg_row_message message;

    (void)sqlite3changeset_op(change, &name, &count, &operation, NULL);
    const struct table *table = find_table(rows, sg_str_of(name));
    assert(table != NULL && count == table->count);
    for (int k = 0; k < table->key_count; k++) {
        int c = table->key[k];
        int result = operation == SQLITE_INSERT ? sqlite3changeset_new(change, c, &values[c])
                                                : sqlite3changeset_old(change, c, &values[c]);
        if (result != SQLITE_OK)
            return sg_sql_fail(rows->db, err);
    }
    return read_row(rows, arena, table, values, &message, err) && each(owner, &message, err);
}

bool sg_rows_changed(struct sg_rows *rows, struct sg_arena *arena, sg_row_fn *each, void *owner,
                     struct sg_error *err)
{
    sqlite3_changeset_iter *change = NULL;
    void *changes = NULL;
    int size = 0;
    bool is_good = true;

    if (sqlite3session_changeset(rows->session, &size, &changes) != SQLITE_OK ||
        sqlite3changeset_start(&change, size, changes) != SQLITE_OK)
        abort(); /* only without memory */
    while (is_good && sqlite3changeset_next(change) == SQLITE_ROW)
        is_good = give_change(rows, arena, change, each, owner, err);
    (void)sqlite3changeset_finalize(change);
    sqlite3_free(changes);
    return is_good;
}

static bool give_table(struct sg_rows *rows, const struct table *table, sg_row_fn *each,
                       void *owner, struct sg_error *err)
{
    int result = SQLITE_ROW;
    bool is_good = true;

    while (is_good && (result = sqlite3_step(table->all)) == SQLITE_ROW) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        sqlite3_value *values[COLUMNS_MAX] = {0};

        for (int k = 0; k < table->key_count; k++)
            values[table->key[k]] = sqlite3_column_value(table->all, table->key[k]);
        const struct sg_row_message message = {key_of(arena, table, values),
                                               value_of(arena, table, table->all)};
        is_good = each(owner, &message, err);
    }
    if (is_good && result != SQLITE_DONE)
        is_good = sg_sql_fail(rows->db, err);
    (void)sqlite3_reset(table->all);
    return is_good;
}

bool sg_rows_all(struct sg_rows *rows, sg_row_fn *each, void *owner, struct sg_error *err)
{
    for (size_t t = 0; t < rows->count; t++) {
        if (!give_table(rows, &rows->tables[t], each, owner, err))
            return false;
    }
    return true;
}

/* --- message to row --- */

static bool fail_unknown(struct sg_error *err)
{
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = "state topic"},
                        "a message is no row of this version's tables");
}

/* Binds a member; its bytes live until the statement has run. */
static bool bind(struct sg_arena *arena, sqlite3_stmt *row, int at, bool is_bytes,
                 const json_t *json)
{
    struct sg_str bytes;

    if (json == NULL)
        return sqlite3_bind_null(row, at) == SQLITE_OK;
    if (json_is_integer(json))
        return sqlite3_bind_int64(row, at, json_integer_value(json)) == SQLITE_OK;
    if (!json_is_string(json))
        return false;
    const struct sg_str text = {json_string_value(json), json_string_length(json)};
    if (!is_bytes)
        return sqlite3_bind_text(row, at, text.at, (int)text.length, SQLITE_STATIC) == SQLITE_OK;
    return sg_base64_decode(arena, text, &bytes) &&
           sqlite3_bind_blob(row, at, bytes.at == NULL ? "" : bytes.at, (int)bytes.length,
                             SQLITE_STATIC) == SQLITE_OK;
}

static bool run(struct sg_rows *rows, sqlite3_stmt *row, struct sg_error *err)
{
    int result = sqlite3_step(row);
    bool is_good = result == SQLITE_DONE;

    /* what a row of ours would have is missing, or of another type: the message is to blame */
    if ((result & 0xff) == SQLITE_CONSTRAINT)
        (void)fail_unknown(err);
    else if (!is_good)
        (void)sg_sql_fail(rows->db, err);
    (void)sqlite3_reset(row);
    (void)sqlite3_clear_bindings(row);
    return is_good;
}

static bool take_out(struct sg_rows *rows, struct sg_arena *arena, const struct table *table,
                     const json_t *key, struct sg_error *err)
{
    for (int k = 0; k < table->key_count; k++) {
        const struct column *column = &table->columns[table->key[k]];
        if (!bind(arena, table->take_out, k + 1, column->is_bytes,
                  json_array_get(key, (size_t)k + 1)))
            return fail_unknown(err);
    }
    return run(rows, table->take_out, err);
}

static bool put(struct sg_rows *rows, struct sg_arena *arena, const struct table *table,
                const json_t *value, struct sg_error *err)
{
    for (int c = 0; c < table->count; c++) {
        const struct column *column = &table->columns[c];
        if (!bind(arena, table->put, c + 1, column->is_bytes, json_object_get(value, column->name)))
            return fail_unknown(err);
    }
    return run(rows, table->put, err);
}

/* Up to format 3 a delivery's row held its request. */
static bool put_old_request(struct sg_rows *rows, struct sg_arena *arena, const struct table *table,
                            json_t *value, struct sg_error *err)
{
    json_t *text = json_object_get(value, "request");

    if (strcmp(table->name, "delivery") != 0 || !json_is_string(text))
        return true;
    json_t *row = json_object();
    (void)json_object_set(row, "delivery", json_object_get(value, "id"));
    (void)json_object_set(row, "text", text);
    bool is_good = put(rows, arena, find_table(rows, SG_STR("request")), row, err);
    json_decref(row);
    return is_good;
}

bool sg_rows_apply(struct sg_rows *rows, const struct sg_row_message *message, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    json_t *key = json_loadb(message->key.at, message->key.length, JSON_ALLOW_NUL, NULL);
    json_t *value = NULL;
    const struct table *table = NULL;
    bool is_good = json_is_array(key) && json_is_string(json_array_get(key, 0));

    if (is_good) {
        table = find_table(rows, sg_str_of(json_string_value(json_array_get(key, 0))));
        is_good = table != NULL && json_array_size(key) == (size_t)table->key_count + 1;
    }
    if (is_good && message->value.length > 0) {
        value = json_loadb(message->value.at, message->value.length, JSON_ALLOW_NUL, NULL);
        is_good = json_is_object(value);
    }
    if (!is_good)
        (void)fail_unknown(err);
    else if (value != NULL)
        is_good =
            put(rows, arena, table, value, err) && put_old_request(rows, arena, table, value, err);
    else
        is_good = take_out(rows, arena, table, key, err);
    json_decref(value);
    json_decref(key);
    return is_good;
}

bool sg_rows_text(struct sg_arena *arena, struct sg_str value, const char *column,
                  struct sg_str *text)
{
    json_t *row = json_loadb(value.at, value.length, JSON_ALLOW_NUL, NULL);
    const json_t *member = json_object_get(row, column);
    const bool is_there = json_is_string(member);

    if (is_there)
        *text = sg_str_copy(arena,
                            (struct sg_str){json_string_value(member), json_string_length(member)});
    json_decref(row);
    return is_there;
}

static bool clear_tables(struct sg_rows *rows, struct sg_error *err)
{
    for (size_t t = 0; t < rows->count; t++) {
        char text[200];

        (void)snprintf(text, sizeof text, "DELETE FROM %s", rows->tables[t].name);
        if (!sg_sql_exec(rows->db, text, err))
            return false;
    }
    return true;
}

bool sg_rows_clear(struct sg_rows *rows, struct sg_error *err)
{
    if (sg_sql_exec(rows->db, "BEGIN IMMEDIATE", err) && clear_tables(rows, err) &&
        sg_sql_exec(rows->db, "DELETE FROM standing; COMMIT", err))
        return true;
    sg_sql_rollback(rows->db);
    return false;
}
