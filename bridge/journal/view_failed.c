#include "journal/view_failed.h"

#include <stdio.h>
#include <string.h>

#include "journal/view_inner.h"

/*
 * Pieces of the statements. What is read at all is chosen by an index, on when it failed or on the
 * ticket; a parameter that is NULL then lets every row pass. ?1 source, ?2 target, ?3 mapping,
 * ?4 ticket, ?5 a part of the reason, ?6 the whole of it, ?7 department, ?8 where it stands.
 */
#define REASON                        \
    "(coalesce(d.reason, '') || CASE" \
    " WHEN coalesce(d.said, '') = '' THEN '' ELSE ': ' || d.said END)"

/* Arabic Yeh and Kaf, which systems write and no Persian keyboard has. */
#define FOLDED(text)                                         \
    "replace(replace(" text ", char(0x064A), char(0x06CC))," \
    " char(0x0643), char(0x06A9))"

#define SOURCE "(SELECT e.system FROM event e WHERE e.seq = d.event)"

#define DEPARTMENT SG_VIEW_DEPARTMENT("?8")

#define PASSES                                                          \
    "(?1 IS NULL OR " SOURCE " = ?1) AND (?2 IS NULL OR d.target = ?2)" \
    " AND (?3 IS NULL OR d.mapping = ?3)"                               \
    " AND (?5 IS NULL OR instr(" FOLDED(REASON) ", " FOLDED(            \
        "?5") ") > 0)"                                                  \
              " AND (?6 IS NULL OR " REASON " = ?6)"                    \
              " AND (?7 IS NULL OR " FOLDED(DEPARTMENT) " = " FOLDED("?7") ")"

#define FAILED                                                          \
    " FROM delivery d WHERE d.failed_at IS NOT NULL AND (?4 IS NULL OR" \
    " d.ticket = ?4) AND " PASSES

/* CROSS JOIN: the ticket's few events first, and not all that has failed. */
#define FAILED_OF_TICKET                                                         \
    " FROM event t CROSS JOIN delivery d ON d.event = t.seq WHERE t.ticket = ?4" \
    " AND d.failed_at IS NOT NULL AND " PASSES

#define SPAN " AND d.failed_at >= ?9 AND d.failed_at < ?10"

#define NEWEST_FIRST                                              \
    " AND d.failed_at >= ?9 AND (d.failed_at, d.id) < (?10, ?11)" \
    " ORDER BY d.failed_at DESC, d.id DESC LIMIT ?12"

#define OLDEST_FIRST                                             \
    " AND (d.failed_at, d.id) > (?9, ?10) AND d.failed_at < ?11" \
    " ORDER BY d.failed_at, d.id LIMIT ?12"

/* In the order of enum sg_failed_column. */
#define COLUMNS                                                                              \
    "SELECT d.id, d.failed_at, d.ticket, " SOURCE ","                                        \
    " (SELECT e.record FROM event e WHERE e.seq = d.event),"                                 \
    " (SELECT e.record_id FROM event e WHERE e.seq = d.event), d.mapping, d.target, " REASON \
    ", d.place_file, d.place_line, d.place_column, d.pointer, d.attempts, d.first_at,"       \
    " d.last_at, d.in_doubt"

/* In the order of enum sg_failed_group_column. MATERIALIZED: the key is made once a row. */
#define GROUPS(key, mapping, by)                                                        \
    "WITH f AS MATERIALIZED (SELECT " key " AS k, " mapping " AS m, d.id, d.failed_at," \
    " d.in_doubt, d.ticket" FAILED SPAN ")"                                             \
    " SELECT k, m, count(*), min(failed_at), max(failed_at), min(id), sum(in_doubt),"   \
    " some_tickets(ticket) FROM f GROUP BY " by " ORDER BY 3 DESC, 4 LIMIT ?11"

const char *const SG_FAILED_STATEMENTS[SG_FAILED_STATEMENT_COUNT] = {
    [SG_FAILED_NEWEST] = COLUMNS FAILED NEWEST_FIRST,
    [SG_FAILED_NEWEST_OF_TICKET] = COLUMNS FAILED_OF_TICKET NEWEST_FIRST,
    [SG_FAILED_OLDEST] = "SELECT d.id, d.failed_at" FAILED OLDEST_FIRST,
    [SG_FAILED_OLDEST_OF_TICKET] = "SELECT d.id, d.failed_at" FAILED_OF_TICKET OLDEST_FIRST,
    [SG_FAILED_COUNT] = "SELECT count(*)" FAILED SPAN,
    [SG_FAILED_COUNT_OF_TICKET] = "SELECT count(*)" FAILED_OF_TICKET SPAN,
    [SG_FAILED_WHEN] = "SELECT failed_at FROM delivery WHERE id = ?1 AND failed_at IS NOT NULL",
    [SG_FAILED_BY_REASON] = GROUPS(REASON, "d.mapping", "k, m"),
    [SG_FAILED_BY_MAPPING] = GROUPS("d.mapping", "''", "k"),
    [SG_FAILED_BY_SYSTEM] = GROUPS(SOURCE, "''", "k"),
    [SG_FAILED_BY_DEPARTMENT] = GROUPS(DEPARTMENT, "''", "k"),
};

/* --- some_tickets(ticket): the three that come first, in the order of their texts --- */

enum { TICKETS = 3, TICKET_ROOM = 128 };

struct tickets {
    char at[TICKETS][TICKET_ROOM];
    size_t count;
    bool are_more;
};

static void keep(struct tickets *tickets, const char *ticket)
{
    size_t n = 0;

    while (n < tickets->count && strcmp(tickets->at[n], ticket) < 0)
        n++;
    if (n < tickets->count && strcmp(tickets->at[n], ticket) == 0)
        return;
    tickets->are_more = tickets->are_more || tickets->count == TICKETS;
    if (n == TICKETS)
        return;
    if (tickets->count < TICKETS)
        tickets->count++;
    for (size_t last = tickets->count - 1; last > n; last--)
        (void)memcpy(tickets->at[last], tickets->at[last - 1], TICKET_ROOM);
    (void)memcpy(tickets->at[n], ticket, strlen(ticket) + 1);
}

static void step(sqlite3_context *call, int count, sqlite3_value **values)
{
    struct tickets *tickets = sqlite3_aggregate_context(call, sizeof *tickets);
    const char *ticket = (const char *)sqlite3_value_text(values[0]);

    (void)count;
    if (tickets == NULL)
        sqlite3_result_error_nomem(call);
    else if (ticket != NULL && strlen(ticket) < TICKET_ROOM)
        keep(tickets, ticket);
}

static void finish(sqlite3_context *call)
{
    const struct tickets *tickets = sqlite3_aggregate_context(call, 0);
    char text[TICKETS * (TICKET_ROOM + 1) + 1] = "";
    size_t used = 0;

    for (size_t n = 0; tickets != NULL && n < tickets->count; n++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", n == 0 ? "" : "\n",
                                 tickets->at[n]);
    sqlite3_result_text(call, text, (int)used, SQLITE_TRANSIENT);
    if (tickets != NULL && tickets->are_more) {
        text[used] = '\n';
        sqlite3_result_text(call, text, (int)used + 1, SQLITE_TRANSIENT);
    }
}

bool sg_view_add_functions(sqlite3 *db, struct sg_error *err)
{
    return sqlite3_create_function(db, "some_tickets", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                   NULL, step, finish) == SQLITE_OK ||
           sg_sql_fail(db, err);
}

/* --- asking --- */

enum { PARTS = 8, SPANNED = PARTS + 2, PAGED = PARTS + 4 };

/* ?1 to ?8. */
static void set_parts(const struct sg_failed_filter *filter, struct sg_sql_value *values)
{
    const struct sg_str none = {0};

    values[0] = sg_sql_text_or_null(filter->source);
    values[1] = sg_sql_text_or_null(filter->target);
    values[2] = sg_sql_text_or_null(filter->mapping);
    values[3] = sg_sql_text_or_null(filter->ticket);
    values[4] = sg_sql_text_or_null(filter->is_reason_whole ? none : filter->reason);
    values[5] = sg_sql_text_or_null(filter->is_reason_whole ? filter->reason : none);
    values[6] = sg_sql_text_or_null(filter->department);
    values[7] = SG_V_TEXT(filter->departments.length > 0 ? filter->departments : SG_STR("{}"));
}

static int64_t until_of(const struct sg_failed_filter *filter)
{
    return filter->until == 0 ? INT64_MAX : filter->until;
}

/* ?9 and ?10 as well. */
static void set_span(const struct sg_failed_filter *filter, struct sg_sql_value *values)
{
    set_parts(filter, values);
    values[PARTS] = SG_V_NUMBER(filter->since);
    values[PARTS + 1] = SG_V_NUMBER(until_of(filter));
}

static size_t of_ticket_or(const struct sg_failed_filter *filter, size_t of_ticket, size_t of_all)
{
    return filter->ticket.length > 0 ? of_ticket : of_all;
}

bool sg_view_failed(struct sg_view *view, const struct sg_failed_filter *filter,
                    const struct sg_failed_place *after, int64_t limit,
                    const struct sg_view_reader *reader, struct sg_error *err)
{
    struct sg_sql_value values[PAGED];
    const bool is_inside = after->id != 0 && after->failed_at < until_of(filter);

    set_span(filter, values);
    values[PARTS + 1] = SG_V_NUMBER(is_inside ? after->failed_at : until_of(filter));
    values[PARTS + 2] = SG_V_NUMBER(is_inside ? after->id : 0);
    values[PARTS + 3] = SG_V_NUMBER(limit);
    return sg_view_each(&view->failed,
                        of_ticket_or(filter, SG_FAILED_NEWEST_OF_TICKET, SG_FAILED_NEWEST), values,
                        PAGED, reader, err);
}

/* Ids on their way into the caller's page, and the place of the last. */
struct paged {
    struct sg_view_page *page;
    struct sg_failed_place last;
};

static void add_id(const struct sg_view_row *row, void *owner)
{
    struct paged *paged = owner;

    paged->last =
        (struct sg_failed_place){.failed_at = sg_view_number(row, 1), .id = sg_view_number(row, 0)};
    paged->page->ids[paged->page->count++] = paged->last.id;
}

bool sg_view_failed_ids(struct sg_view *view, const struct sg_failed_filter *filter,
                        struct sg_failed_place *after, struct sg_view_page *page,
                        struct sg_error *err)
{
    struct paged paged = {.page = page, .last = *after};
    const struct sg_view_reader reader = {add_id, &paged};
    struct sg_sql_value values[PAGED];
    const bool is_inside = after->failed_at >= filter->since;

    page->count = 0;
    set_parts(filter, values);
    values[PARTS] = SG_V_NUMBER(is_inside ? after->failed_at : filter->since);
    values[PARTS + 1] = SG_V_NUMBER(is_inside ? after->id : 0);
    values[PARTS + 2] = SG_V_NUMBER(until_of(filter));
    values[PARTS + 3] = SG_V_NUMBER((int64_t)page->room);
    if (!sg_view_each(&view->failed,
                      of_ticket_or(filter, SG_FAILED_OLDEST_OF_TICKET, SG_FAILED_OLDEST), values,
                      PAGED, &reader, err))
        return false;
    *after = paged.last;
    return true;
}

static void set_number(const struct sg_view_row *row, void *owner)
{
    *(int64_t *)owner = sg_view_number(row, 0);
}

bool sg_view_failed_count(struct sg_view *view, const struct sg_failed_filter *filter,
                          int64_t *count, struct sg_error *err)
{
    struct sg_sql_value values[SPANNED];

    set_span(filter, values);
    return sg_view_each(&view->failed,
                        of_ticket_or(filter, SG_FAILED_COUNT_OF_TICKET, SG_FAILED_COUNT), values,
                        SPANNED, &(struct sg_view_reader){set_number, count}, err);
}

bool sg_view_failed_find(struct sg_view *view, int64_t id, struct sg_failed_place *place,
                         bool *is_there, struct sg_error *err)
{
    const struct sg_sql_value value = SG_V_NUMBER(id);

    *place = (struct sg_failed_place){.failed_at = -1, .id = id};
    if (!sg_view_each(&view->failed, SG_FAILED_WHEN, &value, 1,
                      &(struct sg_view_reader){set_number, &place->failed_at}, err))
        return false;
    *is_there = place->failed_at >= 0;
    return true;
}

bool sg_view_failed_groups(struct sg_view *view, const struct sg_failed_filter *filter,
                           enum sg_failed_group by, int64_t limit,
                           const struct sg_view_reader *reader, struct sg_error *err)
{
    static const enum sg_view_failed_statement statements[] = {
        [SG_FAILED_GROUP_REASON] = SG_FAILED_BY_REASON,
        [SG_FAILED_GROUP_MAPPING] = SG_FAILED_BY_MAPPING,
        [SG_FAILED_GROUP_SYSTEM] = SG_FAILED_BY_SYSTEM,
        [SG_FAILED_GROUP_DEPARTMENT] = SG_FAILED_BY_DEPARTMENT,
    };
    struct sg_sql_value values[SPANNED + 1];

    set_span(filter, values);
    values[SPANNED] = SG_V_NUMBER(limit);
    return sg_view_each(&view->failed, statements[by], values, SPANNED + 1, reader, err);
}
