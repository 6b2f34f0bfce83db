/* What was learned of records, and what their systems send that no file names. */
#include "base/buffer.h"
#include "journal/kind.h"

static const char *const KINDS[] = {
    [SG_DRIFT_FIELD] = "field", [SG_DRIFT_TYPE] = "type", [SG_DRIFT_GONE] = "gone",
    [SG_DRIFT_CODE] = "code",   [SG_DRIFT_MORE] = "more",
};

const char *sg_drift_kind_name(enum sg_drift_kind kind)
{
    return KINDS[kind];
}

static enum sg_drift_kind kind_of(struct sg_str name)
{
    size_t kind = SG_DRIFT_FIELD;

    while (kind < SG_DRIFT_MORE && !sg_str_is(name, KINDS[kind]))
        kind++;
    return (enum sg_drift_kind)kind;
}

static struct sg_str text_of(struct sg_arena *arena, sqlite3_stmt *row, int column)
{
    return sg_str_copy(arena, sg_sql_text(row, column));
}

/* `add` puts each row of a table at the end of `out`, as one struct. */
static bool read_table(struct sg_journal *journal, size_t statement,
                       void (*add)(struct sg_buffer *out, sqlite3_stmt *row), struct sg_buffer *out,
                       struct sg_error *err)
{
    struct sg_sql *sql = &journal->state.sql;
    sqlite3_stmt *row = sg_sql_bind(sql, statement, NULL, 0);
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(sql, row, &is_there, err))
            return false;
        if (is_there)
            add(out, row);
    }
    return true;
}

static void add_outline(struct sg_buffer *out, sqlite3_stmt *row)
{
    const struct sg_kept_outline outline = {.system = text_of(out->arena, row, 0),
                                            .record = text_of(out->arena, row, 1),
                                            .text = text_of(out->arena, row, 2)};

    sg_buffer_add(out, (struct sg_str){(const char *)&outline, sizeof outline});
}

bool sg_journal_outlines(struct sg_journal *journal, struct sg_arena *arena,
                         struct sg_kept_outline **out, size_t *count, struct sg_error *err)
{
    struct sg_buffer rows = {.arena = arena};

    if (!read_table(journal, SG_SQL_OUTLINES, add_outline, &rows, err))
        return false;
    *out = (void *)rows.at;
    *count = rows.length / sizeof **out;
    return true;
}

bool sg_journal_set_outline(struct sg_journal *journal, const struct sg_kept_outline *outline,
                            struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_OUTLINE_SET, SG_V_TEXT(outline->system),
                      SG_V_TEXT(outline->record), SG_V_TEXT(outline->text));
}

static void add_drift(struct sg_buffer *out, sqlite3_stmt *row)
{
    const struct sg_drift drift = {.system = text_of(out->arena, row, 0),
                                   .record = text_of(out->arena, row, 1),
                                   .kind = kind_of(sg_sql_text(row, 2)),
                                   .pointer = text_of(out->arena, row, 3),
                                   .shows = text_of(out->arena, row, 4),
                                   .example = text_of(out->arena, row, 5),
                                   .since = sg_sql_number(row, 6),
                                   .last_at = sg_sql_number(row, 7),
                                   .times = sg_sql_number(row, 8)};

    sg_buffer_add(out, (struct sg_str){(const char *)&drift, sizeof drift});
}

bool sg_journal_drifts(struct sg_journal *journal, struct sg_arena *arena, struct sg_drift **out,
                       size_t *count, struct sg_error *err)
{
    struct sg_buffer rows = {.arena = arena};

    if (!read_table(journal, SG_SQL_DRIFTS, add_drift, &rows, err))
        return false;
    *out = (void *)rows.at;
    *count = rows.length / sizeof **out;
    return true;
}

bool sg_journal_set_drift(struct sg_journal *journal, const struct sg_drift *drift,
                          struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_DRIFT_SET, SG_V_TEXT(drift->system),
                      SG_V_TEXT(drift->record), SG_V_TEXT(sg_str_of(KINDS[drift->kind])),
                      SG_V_TEXT(drift->pointer), SG_V_TEXT(drift->shows), SG_V_TEXT(drift->example),
                      SG_V_NUMBER(drift->since), SG_V_NUMBER(drift->last_at),
                      SG_V_NUMBER(drift->times));
}

bool sg_journal_end_drift(struct sg_journal *journal, const struct sg_drift *drift,
                          struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_DRIFT_END, SG_V_TEXT(drift->system),
                      SG_V_TEXT(drift->record), SG_V_TEXT(sg_str_of(KINDS[drift->kind])),
                      SG_V_TEXT(drift->pointer), SG_V_TEXT(drift->shows));
}
