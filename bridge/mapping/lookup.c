#include "mapping/lookup.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "mapping/csv.h"
#include "mapping/shown.h"

enum { FILE_MAX_BYTES = 16 * 1024 * 1024, KINDS_MAX = 1 << SG_LOOKUP_KEYS_MAX };

/* A row, and which of its keys are `*`, one bit each: its kind. `row` counts from 1; 0 is free. */
struct slot {
    size_t row;
    unsigned kind;
};

/* The rows by their keys. Rows of one kind are found by one hash; there are few kinds. */
struct index {
    struct index *next;
    size_t columns[SG_LOOKUP_KEYS_MAX], count;
    unsigned kinds[KINDS_MAX];
    size_t kind_count;
    struct slot *slots; /* open addressing; never more than half full */
    size_t slot_mask;
    struct sg_str *named[SG_LOOKUP_KEYS_MAX]; /* the keys of each column, sorted; no `*` */
    size_t named_count[SG_LOOKUP_KEYS_MAX];
};

struct table {
    struct table *next;
    const char *path;     /* for places: mappings/lookups/outcomes.csv */
    struct sg_str name;   /* outcomes */
    struct sg_str shown;  /* for messages: lookups/outcomes.csv */
    struct sg_str file;   /* its text */
    struct sg_csv rows;   /* the first is the header */
    struct sg_str *names; /* of the columns; NULL: the table has errors */
    size_t column_count;
    struct index *indexes;
};

struct sg_lookups {
    struct sg_arena *arena;
    struct table *tables;
    size_t count;
};

struct sg_lookup {
    const struct table *table;
    const struct index *index;
    size_t give;
};

struct sg_lookups *sg_lookups_new(struct sg_arena *arena)
{
    struct sg_lookups *lookups = sg_arena_get(arena, 1, sizeof *lookups);

    lookups->arena = arena;
    return lookups;
}

static const struct sg_str *find_word(struct sg_str wanted, const struct sg_str *words,
                                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sg_str_equal(words[i], wanted))
            return &words[i];
    }
    return NULL;
}

static bool read_header(struct table *table, struct sg_str *names, struct sg_findings *findings)
{
    const struct sg_csv_row *header = &table->rows.rows[0];
    const struct sg_str whole = header->fields[0].text;
    size_t before = sg_findings_errors(findings);

    if (header->count == 1 && sg_str_count(whole, ';') + sg_str_count(whole, '\t') > 0)
        return sg_findings_add(findings, header->fields[0].at,
                               "the columns stand apart by `,`; save the file as CSV with commas");
    for (size_t i = 0; i < header->count; i++) {
        struct sg_csv_field field = header->fields[i];

        if (field.text.length == 0)
            (void)sg_findings_add(findings, field.at, "a column without a name");
        else if (find_word(field.text, names, i) != NULL)
            (void)sg_findings_add(findings, field.at, "column `%.*s` is given twice",
                                  SG_STR_ARG(field.text));
        names[i] = field.text;
    }
    return sg_findings_errors(findings) == before;
}

static bool check_rows(const struct table *table, size_t columns, struct sg_findings *findings)
{
    bool is_right = true;

    for (size_t r = 1; r < table->rows.count; r++) {
        const struct sg_csv_row *row = &table->rows.rows[r];

        if (row->count != columns)
            is_right = sg_findings_add(findings, row->fields[0].at,
                                       "fields in this row: %zu; in the header row: %zu",
                                       row->count, columns);
    }
    return is_right;
}

bool sg_lookups_add(struct sg_lookups *lookups, const char *name, const char *path,
                    struct sg_str text, struct sg_findings *findings)
{
    struct table *table = sg_arena_get(lookups->arena, 1, sizeof *table);
    struct sg_error err;

    *table = (struct table){.next = lookups->tables, .path = path, .file = text};
    table->name = sg_str_of(name);
    table->shown = sg_str_format(lookups->arena, "lookups/%s.csv", name);
    lookups->tables = table;
    lookups->count++;
    if (!sg_csv_read(lookups->arena, text, path, &table->rows, &err))
        return sg_findings_add(findings, err.at, "%s", err.text);
    if (table->rows.count == 0)
        return sg_findings_add(findings, (struct sg_place){path, 1, 1},
                               "a header row with the columns' names is expected");

    size_t columns = table->rows.rows[0].count;
    struct sg_str *names = sg_arena_get(lookups->arena, columns, sizeof *names);
    bool has_header = read_header(table, names, findings);

    if (!check_rows(table, columns, findings) || !has_header)
        return false;
    table->names = names;
    table->column_count = columns;
    return true;
}

static int is_table(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".csv") == 0;
}

static bool load(struct sg_lookups *lookups, struct sg_str folder, const char *file,
                 struct sg_findings *findings)
{
    struct sg_arena *arena = lookups->arena;
    struct sg_str path = sg_str_format(arena, "%.*s/%s", SG_STR_ARG(folder), file);
    const char *name = sg_str_c(arena, (struct sg_str){file, strlen(file) - 4});
    struct sg_str text;
    struct sg_error err;

    path.at = sg_str_c(arena, path);
    if (!sg_file_read(arena, path.at, FILE_MAX_BYTES, &text, &err))
        return sg_findings_add(findings, err.at, "%s", err.text);
    return sg_lookups_add(lookups, name, path.at, text, findings);
}

bool sg_lookups_load(struct sg_lookups *lookups, struct sg_str folder, struct sg_findings *findings)
{
    const char *path = sg_str_c(lookups->arena, folder);
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_table, alphasort);
    bool is_right = true;

    if (count < 0 && errno == ENOENT)
        return true;
    if (count < 0)
        return sg_findings_add(findings, (struct sg_place){.file = path},
                               "the folder cannot be read");
    for (int i = 0; i < count; i++) {
        if (!load(lookups, folder, entries[i]->d_name, findings))
            is_right = false;
        free(entries[i]);
    }
    free(entries);
    return is_right;
}

static bool is_star(struct sg_str key)
{
    return sg_str_is(key, "*");
}

/* The keys of a row. */
static unsigned keys_of(const struct table *table, const struct index *index, size_t row,
                        struct sg_str keys[SG_LOOKUP_KEYS_MAX])
{
    unsigned kind = 0;

    for (size_t k = 0; k < index->count; k++) {
        keys[k] = table->rows.rows[row].fields[index->columns[k]].text;
        kind |= is_star(keys[k]) ? 1U << k : 0;
    }
    return kind;
}

static uint64_t hash_of(const struct sg_str *keys, size_t count, unsigned kind)
{
    uint64_t hash = kind;

    for (size_t k = 0; k < count; k++) {
        if ((kind & 1U << k) == 0)
            hash = (hash ^ sg_hash64(keys[k])) * 0x9e3779b97f4a7c15U + k;
    }
    return hash ^ hash >> 32;
}

static bool fits(const struct table *table, const struct index *index, struct slot slot,
                 const struct sg_str *keys)
{
    for (size_t k = 0; k < index->count; k++) {
        bool is_any = (slot.kind & 1U << k) != 0;
        struct sg_str key = table->rows.rows[slot.row].fields[index->columns[k]].text;

        if (!is_any && !sg_str_equal(key, keys[k]))
            return false;
    }
    return true;
}

/* Where the row of that kind for these keys stands, or would stand. */
static struct slot *slot_of(const struct table *table, const struct index *index,
                            const struct sg_str *keys, unsigned kind)
{
    size_t i = hash_of(keys, index->count, kind) & index->slot_mask;

    while (index->slots[i].row != 0 &&
           (index->slots[i].kind != kind || !fits(table, index, index->slots[i], keys)))
        i = (i + 1) & index->slot_mask;
    return &index->slots[i];
}

/* The first row that fits; of the kinds that have at least the stars of `kind`. 0: none. */
static size_t first_row(const struct table *table, const struct index *index,
                        const struct sg_str *keys, unsigned kind)
{
    size_t first = 0;

    for (size_t i = 0; i < index->kind_count; i++) {
        size_t row = (index->kinds[i] & kind) == kind
                         ? slot_of(table, index, keys, index->kinds[i])->row
                         : 0;

        if (row != 0 && (first == 0 || row < first))
            first = row;
    }
    return first;
}

static void add_row(const struct table *table, struct index *index, size_t row, unsigned kind)
{
    struct sg_str keys[SG_LOOKUP_KEYS_MAX];
    size_t i = 0;

    (void)keys_of(table, index, row, keys);
    *slot_of(table, index, keys, kind) = (struct slot){row, kind};
    while (i < index->kind_count && index->kinds[i] != kind)
        i++;
    index->kinds[i] = kind;
    index->kind_count += i == index->kind_count;
}

/* "012, *": as a person finds it in the file. */
static struct sg_str list_of(struct sg_arena *arena, const struct sg_str *words, size_t count)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t i = 0; i < count; i++)
        sg_buffer_add_format(&out, "%s%.*s", i > 0 ? ", " : "", SG_STR_ARG(words[i]));
    return sg_buffer_text(&out);
}

static void check_and_add_row(struct sg_arena *arena, const struct table *table,
                              struct index *index, size_t row, struct sg_findings *findings)
{
    const struct sg_csv_field *fields = table->rows.rows[row].fields;
    struct sg_str keys[SG_LOOKUP_KEYS_MAX];
    unsigned kind = keys_of(table, index, row, keys);

    for (size_t k = 0; k < index->count; k++) {
        if (keys[k].length == 0) {
            (void)sg_findings_add(findings, fields[index->columns[k]].at,
                                  "an empty key in column `%.*s`; `*` fits anything",
                                  SG_STR_ARG(table->names[index->columns[k]]));
            return;
        }
    }
    size_t first = first_row(table, index, keys, kind);
    if (first == 0) {
        add_row(table, index, row, kind);
        return;
    }
    (void)sg_findings_add(
        findings, fields[0].at, "second row for `%.*s`, never reached; first on line %d",
        SG_STR_ARG(list_of(arena, keys, index->count)), table->rows.rows[first].fields[0].at.line);
}

static int by_bytes(const void *a, const void *b)
{
    return sg_str_compare(*(const struct sg_str *)a, *(const struct sg_str *)b);
}

static void name_keys(struct sg_arena *arena, const struct table *table, struct index *index,
                      size_t k)
{
    struct sg_str *named = sg_arena_get(arena, table->rows.count, sizeof *named);

    for (size_t row = 1; row < table->rows.count; row++) {
        const struct sg_str key = table->rows.rows[row].fields[index->columns[k]].text;

        if (!is_star(key))
            named[index->named_count[k]++] = key;
    }
    qsort(named, index->named_count[k], sizeof *named, by_bytes);
    index->named[k] = named;
}

/* The index by these columns: each is made, and its rows checked, once. */
static const struct index *index_by(struct sg_arena *arena, struct table *table,
                                    const size_t *columns, size_t count,
                                    struct sg_findings *findings)
{
    for (const struct index *i = table->indexes; i != NULL; i = i->next) {
        if (i->count == count && memcmp(i->columns, columns, count * sizeof *columns) == 0)
            return i;
    }
    struct index *index = sg_arena_get(arena, 1, sizeof *index);
    size_t room = 4;

    while (room < 2 * table->rows.count)
        room *= 2;
    index->slots = sg_arena_get(arena, room, sizeof *index->slots);
    index->slot_mask = room - 1;
    index->count = count;
    memcpy(index->columns, columns, count * sizeof *columns);
    for (size_t row = 1; row < table->rows.count; row++)
        check_and_add_row(arena, table, index, row, findings);
    for (size_t k = 0; k < count; k++)
        name_keys(arena, table, index, k);
    index->next = table->indexes;
    table->indexes = index;
    return index;
}

static struct table *find_table(const struct sg_lookups *lookups, struct sg_lookup_word word,
                                struct sg_findings *findings)
{
    struct sg_str *names = sg_arena_get(lookups->arena, lookups->count, sizeof *names);
    size_t count = 0;

    for (struct table *table = lookups->tables; table != NULL; table = table->next) {
        if (sg_str_equal(table->name, word.text))
            return table;
        names[count++] = table->name;
    }
    if (count == 0)
        (void)sg_findings_add(findings, word.at, "no table `%.*s`; lookups/%.*s.csv is not there",
                              SG_STR_ARG(word.text), SG_STR_ARG(word.text));
    else
        (void)sg_findings_add(findings, word.at, "no table `%.*s`%s", SG_STR_ARG(word.text),
                              sg_suggest_ending(lookups->arena, word.text, names, count));
    return NULL;
}

static bool find_column(const struct table *table, struct sg_lookup_word word, size_t *column,
                        struct sg_findings *findings)
{
    const struct sg_str *found = find_word(word.text, table->names, table->column_count);

    if (found != NULL) {
        *column = (size_t)(found - table->names);
        return true;
    }
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    return sg_findings_add(findings, word.at, "%.*s has no column `%.*s`%s",
                           SG_STR_ARG(table->shown), SG_STR_ARG(word.text),
                           sg_suggest_ending(arena, word.text, table->names, table->column_count));
}

static bool has_column(const size_t *columns, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++) {
        if (columns[i] == column)
            return true;
    }
    return false;
}

static bool find_keys(const struct table *table, const struct sg_lookup_order *order,
                      size_t columns[SG_LOOKUP_KEYS_MAX], struct sg_findings *findings)
{
    bool is_right = true;

    for (size_t k = 0; k < order->by_count; k++) {
        if (!find_column(table, order->by[k], &columns[k], findings))
            is_right = false;
        else if (has_column(columns, k, columns[k]))
            is_right = sg_findings_add(findings, order->by[k].at, "column `%.*s` is given twice",
                                       SG_STR_ARG(order->by[k].text));
    }
    return is_right;
}

/* The column to give: the one that is named, or the first that is no key. */
static bool find_give(const struct table *table, const struct sg_lookup_order *order,
                      const size_t *columns, size_t *give, struct sg_findings *findings)
{
    size_t count = order->by_count == 0 ? 1 : order->by_count;

    if (order->give.text.length > 0)
        return find_column(table, order->give, give, findings);
    for (*give = 0; *give < table->column_count; ++*give) {
        if (!has_column(columns, count, *give))
            return true;
    }
    return sg_findings_add(findings, order->table.at, "%.*s has no column but its keys",
                           SG_STR_ARG(table->shown));
}

const struct sg_lookup *sg_lookup_compile(const struct sg_lookups *lookups,
                                          const struct sg_lookup_order *order,
                                          struct sg_findings *findings)
{
    struct table *table = find_table(lookups, order->table, findings);
    size_t columns[SG_LOOKUP_KEYS_MAX] = {0}, give = 0;

    if (table == NULL || table->names == NULL)
        return NULL; /* said already, here or when it was read */
    if (order->by_count > SG_LOOKUP_KEYS_MAX) {
        (void)sg_findings_add(findings, order->by[0].at, "%zu key columns; at most %d",
                              order->by_count, SG_LOOKUP_KEYS_MAX);
        return NULL;
    }
    bool has_keys = find_keys(table, order, columns, findings);
    bool has_give = find_give(table, order, columns, &give, findings);
    if (!has_keys || !has_give)
        return NULL;

    struct sg_lookup *lookup = sg_arena_get(lookups->arena, 1, sizeof *lookup);
    size_t count = order->by_count == 0 ? 1 : order->by_count;
    const struct index *index = index_by(lookups->arena, table, columns, count, findings);

    *lookup = (struct sg_lookup){table, index, give};
    return lookup;
}

size_t sg_lookup_keys(const struct sg_lookup *lookup)
{
    return lookup->index->count;
}

struct sg_str sg_lookup_key_names(struct sg_arena *arena, const struct sg_lookup *lookup)
{
    struct sg_str names[SG_LOOKUP_KEYS_MAX];

    for (size_t k = 0; k < lookup->index->count; k++)
        names[k] = lookup->table->names[lookup->index->columns[k]];
    return list_of(arena, names, lookup->index->count);
}

struct sg_str sg_lookup_table(const struct sg_lookup *lookup)
{
    return lookup->table->name;
}

struct sg_str sg_lookup_file(const struct sg_lookup *lookup)
{
    return lookup->table->file;
}

static bool no_row(struct sg_arena *arena, const struct sg_lookup *lookup,
                   const struct sg_str *keys, struct sg_error *err)
{
    struct sg_buffer shown = {.arena = arena};

    for (size_t k = 0; k < lookup->index->count; k++)
        sg_buffer_add_format(&shown, "%s%s", k > 0 ? ", " : "", sg_shown_of(keys[k]).text);
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "no row for %s in %.*s",
                        sg_buffer_c(&shown), SG_STR_ARG(lookup->table->shown));
}

/* What stands for "none", such as `-`, is no code. */
static bool is_code(struct sg_str key)
{
    for (size_t i = 0; i < key.length; i++) {
        const unsigned char byte = (unsigned char)key.at[i];

        if (byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= 'a' && byte <= 'z'))
            return true;
    }
    return false;
}

/* A column that names nothing at all asks for no code. */
static struct sg_str unnamed_of(const struct sg_lookup *lookup, size_t row,
                                const struct sg_str *keys)
{
    const struct index *index = lookup->index;

    for (size_t k = 0; k < index->count; k++) {
        const struct sg_csv_field *field = &lookup->table->rows.rows[row].fields[index->columns[k]];

        if (is_star(field->text) && index->named_count[k] > 0 && is_code(keys[k]) &&
            bsearch(&keys[k], index->named[k], index->named_count[k], sizeof keys[k], by_bytes) ==
                NULL)
            return keys[k];
    }
    return (struct sg_str){0};
}

bool sg_lookup_find(struct sg_arena *arena, const struct sg_lookup *lookup,
                    const struct sg_str *keys, struct sg_lookup_result *out, struct sg_error *err)
{
    const struct table *table = lookup->table;
    size_t row = first_row(table, lookup->index, keys, 0);

    if (row == 0)
        return no_row(arena, lookup, keys, err);
    const struct sg_csv_field *given = &table->rows.rows[row].fields[lookup->give];

    *out = (struct sg_lookup_result){.text = given->text, .unnamed = unnamed_of(lookup, row, keys)};
    if (sg_str_is(given->text, "IGNORE")) {
        out->is_ignored = true;
        out->reason = sg_str_format(arena, "IGNORE in %.*s:%d", SG_STR_ARG(table->shown),
                                    table->rows.rows[row].fields[0].at.line);
    }
    return true;
}
