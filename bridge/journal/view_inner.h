/** The view, shared by the files that ask it. */
#ifndef SG_JOURNAL_VIEW_INNER_H
#define SG_JOURNAL_VIEW_INNER_H

#include "journal/sql.h"
#include "journal/state.h"
#include "journal/view.h"

struct sg_view {
    sqlite3 *db;
    struct sg_sql questions; /* view.c */
    struct sg_sql ages;      /* view.c as well */
    struct sg_sql failed;    /* view_failed.c */
    struct sg_sql events;    /* view_events.c */
    struct sg_sql records;   /* view_records.c */
    struct sg_sql past;      /* view_past.c */
    struct sg_state state;   /* all zero until sg_view_open_state() */
};

/** The state's own statements, prepared when they are asked for first. */
SG_MUST_USE bool sg_view_open_state(struct sg_view *view, struct sg_error *err);

/** Adds what the statements of view_failed.c call beside SQLite's own functions. */
SG_MUST_USE bool sg_view_add_functions(sqlite3 *db, struct sg_error *err);

/** Tells of every row of a statement with these values, and leaves it at its beginning. */
SG_MUST_USE bool sg_view_each(struct sg_sql *sql, size_t statement,
                              const struct sg_sql_value *values, size_t count,
                              const struct sg_view_reader *reader, struct sg_error *err);

/** All statements, for tests of how SQLite goes about them. */
extern const char *const SG_VIEW_STATEMENTS[SG_VIEW_QUESTIONS];

enum { SG_AGES_STATEMENT_COUNT = SG_AGES_BY_DEPARTMENT + 1 };
extern const char *const SG_AGES_STATEMENTS[SG_AGES_STATEMENT_COUNT];

/** The department of `delivery d`, the parameter `paths` being sg_failed_filter.departments. Of a
 * body that is no JSON, or whose time is over, nothing is known. */
#define SG_VIEW_DEPARTMENT(paths)                                                             \
    "(SELECT CAST(e.body ->> (" paths " ->> ('$.\"' || e.system || '.' || e.record || '\"'))" \
    "  AS TEXT) FROM event e WHERE e.seq = d.event AND json_valid(e.body))"

enum sg_view_events_statement {
    SG_EVENTS_LAST,
    SG_EVENTS_FROM,
    SG_EVENTS_UNSENT,
    SG_EVENTS_UNSENT_COUNT,
    SG_EVENTS_STATEMENT_COUNT,
};
extern const char *const SG_EVENTS_STATEMENTS[SG_EVENTS_STATEMENT_COUNT];

enum sg_view_records_statement {
    SG_RECORDS_TICKETS,
    SG_RECORDS_TICKET_COUNT,
    SG_RECORDS_OF_TICKET,
    SG_RECORDS_HEAD,
    SG_RECORDS_STATEMENT_COUNT,
};
extern const char *const SG_RECORDS_STATEMENTS[SG_RECORDS_STATEMENT_COUNT];

enum sg_view_past_statement { SG_PAST_PAGE, SG_PAST_STATEMENT_COUNT };
extern const char *const SG_PAST_STATEMENTS[SG_PAST_STATEMENT_COUNT];

enum sg_view_failed_statement {
    SG_FAILED_NEWEST,
    SG_FAILED_NEWEST_OF_TICKET,
    SG_FAILED_OLDEST,
    SG_FAILED_OLDEST_OF_TICKET,
    SG_FAILED_COUNT,
    SG_FAILED_COUNT_OF_TICKET,
    SG_FAILED_WHEN,
    SG_FAILED_BY_REASON,
    SG_FAILED_BY_MAPPING,
    SG_FAILED_BY_SYSTEM,
    SG_FAILED_BY_DEPARTMENT,
    SG_FAILED_STATEMENT_COUNT,
};
extern const char *const SG_FAILED_STATEMENTS[SG_FAILED_STATEMENT_COUNT];

#endif
