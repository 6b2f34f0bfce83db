/*
 * `ended FOLDER COUNT FAILED`: a new journal there with the past of half a year, some 180 days: so
 * many tickets delivered, and FAILED of the departments' answers among them, evenly, which failed
 * for one of a dozen reasons and would go through today. The rows are those that the bridge leaves,
 * written by SQLite alone: bodies older than 90 days are swept.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "tables.h"

enum { FIRST = 1000000 }; /* tickets' numbers: below it are those that a benchmark goes on with */

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;
static const int64_t PAST_DAYS = 178, BODY_DAYS = 89; /* so that a daemon finds nothing to sweep */

enum row { TICKET, CASE, RESPONSE, UPDATE, ROUND, LINK, ROWS };

/* ?1 number of event and delivery, ?2 ticket, ?3 case, ?4 when, ?5 body, ?6 phase of the sweep. */
#define EVENT                                                                               \
    "INSERT INTO event(seq, system, record, record_id, version, is_version_declared,"       \
    "  version_kind, version_value, key, is_key_linked, wait_ms, skips_after_wait, ticket," \
    "  round, round_value, is_own, captured_at, sha256, size, shape, shape_before, body)"

static const char *const TEXTS[ROWS] = {
    [TICKET] = EVENT " VALUES(?1, 'saja', 'ticket', ?2, '2026-07-01T08:00:00.000+03:30', 1, 1, ?4,"
                     "  ?2, 0, 86400000, 0, ?2, 1, '', 0, ?4, zeroblob(32), 850, zeroblob(112),"
                     "  x'', ?5)",
    [CASE] = "INSERT INTO delivery(id, event, seq, step, lane, target, ticket, round, mapping,"
             "  map_hash, state, taken_at, day, sent_at, first_at, last_at, ended_at, phase,"
             "  attempts, sends) VALUES(?1, ?1, ?1, 0, 'gam/' || ?2, 'gam', ?2, 1,"
             "  'ticket-to-case', '0123456789abcdef', 'delivered', ?4, ?4 / 86400000, ?4, ?4, ?4,"
             "  ?4, ?6, 1, 1)",
    [RESPONSE] =
        EVENT " VALUES(?1, 'gam', 'response', 'r-' || ?1, 'v' || ?1, 0, 0, 0, ?3, 1,"
              "  86400000, 0, ?2, 1, '', 0, ?4, zeroblob(32), 850, zeroblob(112), x'', ?5)",
    [UPDATE] = "INSERT INTO delivery(id, event, seq, step, lane, target, ticket, round, mapping,"
               "  map_hash, state, taken_at, day, failed_at, reason, place_file, place_line,"
               "  place_column, pointer) VALUES(?1, ?1, ?1, 0, 'saja/' || ?2, 'saja', ?2, 1,"
               "  'response-to-ticket', '0123456789abcdef', 'failed', ?4, ?4 / 86400000, ?4,"
               "  'no row for \"' || (77 + ?1 % 12) || '\" in lookups/outcomes.csv',"
               "  'response-to-ticket.yaml', 14, 26, '/Outcome/@Code')",
    [ROUND] = "INSERT INTO round(ticket, number, value, system) VALUES(?2, 1, '', 'saja')",
    [LINK] =
        "INSERT INTO link(system, foreign_id, ticket, round, since) VALUES('gam', ?3, ?2, 1, ?4)",
};

/* What was counted: of each day, mapping and end. */
static const char TOTALS[] =
    "INSERT INTO total(day, source, mapping, what, n)"
    " SELECT day, iif(target = 'gam', 'saja.ticket', 'gam.response'), mapping, 'taken in',"
    "  count(*) FROM delivery GROUP BY 1, 2, 3"
    " UNION ALL SELECT day, 'saja.ticket', mapping, 'delivered', count(*) FROM delivery"
    "  WHERE state = 'delivered' GROUP BY 1, 3";

struct writer {
    struct sg_tables tables;
    int64_t now_ms, total, written; /* rows of events */
};

/* What a crash would leave is made anew. */
static void open_writer(struct writer *writer, const char *dir)
{
    sg_tables_open(&writer->tables, dir,
                   "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                   "PRAGMA cache_size = -262144; BEGIN IMMEDIATE",
                   TEXTS, ROWS);
}

static void close_writer(struct writer *writer)
{
    sg_tables_execute(&writer->tables, TOTALS);
    sg_tables_execute(&writer->tables,
                      "COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
    sg_tables_close(&writer->tables);
}

/* What each parameter is. */
struct values {
    int64_t number, at_ms;
    struct sample ticket, number_of_case, body;
    bool is_swept;
};

static void write_row(const struct writer *writer, enum row row, const struct values *values)
{
    const struct sg_tables *tables = &writer->tables;
    const bool has_body = sqlite3_bind_parameter_count(tables->rows[row]) == 5;

    sg_tables_bind_number(tables, row, 1, values->number);
    sg_tables_bind_text(tables, row, 2, &values->ticket);
    sg_tables_bind_text(tables, row, 3, &values->number_of_case);
    sg_tables_bind_number(tables, row, 4, values->at_ms);
    sg_tables_bind_text(tables, row, 5, &values->body);
    sg_tables_bind_number(tables, row, 6, values->is_swept);
    if (values->is_swept && has_body)
        sg_tables_must(tables, sqlite3_bind_null(tables->rows[row], 5) == SQLITE_OK);
    sg_tables_write(tables, row);
}

static struct values *next(struct writer *writer)
{
    static struct values values;
    const int64_t past_ms = PAST_DAYS * DAY_MS;
    const long n = FIRST + (long)writer->written;

    values.at_ms = writer->now_ms - past_ms + past_ms / writer->total * writer->written;
    values.is_swept = values.at_ms < writer->now_ms - BODY_DAYS * DAY_MS;
    values.number = ++writer->written;
    sg_sample_key(&values.ticket, n);
    sg_sample_case(&values.number_of_case, n);
    return &values;
}

static void write_delivered(struct writer *writer)
{
    struct values *values = next(writer);

    sg_sample_ticket(&values->body, FIRST + (long)values->number - 1);
    write_row(writer, TICKET, values);
    write_row(writer, CASE, values);
    write_row(writer, ROUND, values);
    write_row(writer, LINK, values);
}

/* A body is kept as long as it may have to be sent again. */
static void write_failed(struct writer *writer)
{
    struct values *values = next(writer);

    values->is_swept = false;
    sg_sample_response_kept(&values->body, FIRST + (long)values->number - 1);
    write_row(writer, RESPONSE, values);
    write_row(writer, UPDATE, values);
    write_row(writer, ROUND, values);
    write_row(writer, LINK, values);
}

int main(int argc, char **argv)
{
    struct writer writer = {.now_ms = sg_clock_now_ms()};

    if (argc != 4) {
        (void)fputs("usage: ended FOLDER COUNT FAILED\n", stderr);
        return 64;
    }
    const int64_t count = strtol(argv[2], NULL, 10), failed = strtol(argv[3], NULL, 10);

    writer.total = count + failed;
    open_writer(&writer, argv[1]);
    for (int64_t n = 0, failures = 0; n < count; n++) {
        write_delivered(&writer);
        for (; failures < failed * (n + 1) / count; failures++)
            write_failed(&writer);
    }
    close_writer(&writer);
    return 0;
}
