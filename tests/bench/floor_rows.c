/*
 * The floor of what is written: the rows that an event leaves in the journal's tables, by SQLite
 * alone, 100 events a commit. `floor_rows FOLDER COUNT` prints the microseconds of CPU that one
 * event took and the events a second, "looked-up A B" and "keyed C D": first so many tickets, then
 * the answers to them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "cpu.h"
#include "tables.h"

enum { BATCH = 100, SHAPE_BYTES = 112 };

enum row {
    EVENT,
    ROUND,
    HEAD,
    DELIVERY,
    INTENT,
    REQUEST,
    END,
    REQUEST_END,
    LINK,
    TARGET,
    OWN,
    TOTAL,
    ROWS
};

/* What each parameter is for all of them, though most need only a few. ?1 number of event and
 * delivery, ?2 the record's id, ?3 the ticket's key, ?4 body, ?5 its hash, ?6 shape, ?7 request,
 * ?8 the case's number. */
static const char *const TEXTS[ROWS] = {
    [EVENT] =
        "INSERT INTO event(seq, system, record, record_id, version, is_version_declared,"
        "  version_kind, version_value, key, is_key_linked, wait_ms, skips_after_wait, ticket,"
        "  round, round_value, is_own, captured_at, sha256, size, shape, shape_before, body)"
        " VALUES(?1, 'saja', 'ticket', ?2, '2026-07-01T08:00:00.000+03:30', 1, 1, ?1, ?3, 0,"
        "  86400000, 0, ?3, 1, '', 0, 1782880200000, ?5, 850, ?6, x'', ?4)",
    [ROUND] = "INSERT INTO round(ticket, number, value, system) VALUES(?3, 1, '', 'saja')",
    [HEAD] = "INSERT INTO head(system, record, record_id, version, version_kind, version_value,"
             "  sha256, shape) VALUES(iif(?2 = ?3, 'saja', 'gam'), 'ticket', ?2,"
             "  '2026-07-01T08:00:00.000+03:30', 1, ?1, ?5, ?6)",
    [DELIVERY] = "INSERT INTO delivery(id, event, seq, step, lane, target, ticket, round, mapping,"
                 "  map_hash, state, next_at, taken_at, day) VALUES(?1, ?1, ?1, 0,"
                 "  'gam/' || ?3, 'gam', ?3, 1, 'ticket-to-case', '0123456789abcdef', 'pending',"
                 "  1782880200000, 1782880200000, 20635)",
    [INTENT] = "UPDATE delivery SET state = 'unknown', sent_at = 1782880200000,"
               "  sends = sends + 1, first_at = 1782880200000 WHERE id = ?1",
    [REQUEST] = "INSERT INTO request(delivery, text) VALUES(?1, ?7)",
    [REQUEST_END] = "DELETE FROM request WHERE delivery = ?1",
    [END] = "UPDATE delivery SET state = 'delivered', next_at = NULL, ended_at = 1782880200000,"
            "  attempts = 1, first_at = 1782880200000, last_at = 1782880200000"
            " WHERE id = ?1",
    [LINK] = "INSERT INTO link(system, foreign_id, ticket, round, since)"
             " VALUES('gam', ?8, ?3, 1, 1782880200000)",
    [TARGET] = "INSERT INTO target(name, delivered) VALUES('gam', 1)"
               " ON CONFLICT DO UPDATE SET delivered = delivered + 1",
    [OWN] = "UPDATE head SET own = ?6 WHERE system = 'saja' AND record = 'ticket'"
            " AND record_id = ?3",
    [TOTAL] = "INSERT INTO total(day, source, mapping, what, n)"
              " VALUES(20635, 'saja.ticket', 'ticket-to-case', 'taken in', 100)"
              " ON CONFLICT DO UPDATE SET n = n + 100",
};

struct values {
    long number;
    struct sample id, key, body, request, number_of_case;
    struct sg_sha256 sum;
};

static void write_row(const struct sg_tables *tables, enum row row, const struct values *values)
{
    static const char shape[SHAPE_BYTES] = "a shape";

    sg_tables_bind_number(tables, row, 1, values->number);
    sg_tables_bind_text(tables, row, 2, &values->id);
    sg_tables_bind_text(tables, row, 3, &values->key);
    sg_tables_bind_text(tables, row, 4, &values->body);
    sg_tables_bind_bytes(
        tables, row, 5, (struct sg_str){(const char *)values->sum.bytes, sizeof values->sum.bytes});
    sg_tables_bind_bytes(tables, row, 6, (struct sg_str){shape, sizeof shape});
    sg_tables_bind_text(tables, row, 7, &values->request);
    sg_tables_bind_text(tables, row, 8, &values->number_of_case);
    sg_tables_write(tables, row);
}

/* --- what an event leaves --- */

static void make_ticket(struct values *values, long n)
{
    values->number = n + 1;
    sg_sample_key(&values->key, n);
    values->id = values->key;
    sg_sample_ticket(&values->body, n);
    sg_sample_case_intended(&values->request, n);
    sg_sample_case(&values->number_of_case, n);
    values->sum = sg_sha256_of((struct sg_str){values->body.text, values->body.length});
}

static void make_response(struct values *values, long n, long count)
{
    values->number = count + n + 1;
    sg_sample_key(&values->key, n);
    sg_sample_case(&values->id, n);
    sg_sample_response_kept(&values->body, n);
    values->sum = sg_sha256_of((struct sg_str){values->body.text, values->body.length});
}

/* One commit: these rows for each event, in this order. */
static void commit(const struct sg_tables *tables, const struct values *batch, const enum row *rows,
                   size_t count)
{
    sg_tables_execute(tables, "BEGIN IMMEDIATE");
    for (size_t e = 0; e < BATCH; e++) {
        for (size_t r = 0; r < count; r++)
            write_row(tables, rows[r], &batch[e]);
    }
    write_row(tables, TOTAL, &batch[0]);
    sg_tables_execute(tables, "COMMIT");
}

static void time_tickets(const struct sg_tables *tables, const struct values *batch,
                         struct cost *cost)
{
    static const enum row captured[] = {EVENT, ROUND, HEAD, DELIVERY};
    static const enum row intended[] = {INTENT, REQUEST};
    static const enum row ended[] = {END, REQUEST_END, LINK, TARGET};

    cost_begin(cost);
    commit(tables, batch, captured, 4);
    commit(tables, batch, intended, 2);
    commit(tables, batch, ended, 4);
    cost_end(cost);
}

static void time_responses(const struct sg_tables *tables, const struct values *batch,
                           struct cost *cost)
{
    static const enum row captured[] = {EVENT, HEAD, DELIVERY};
    static const enum row ended[] = {END, TARGET, OWN};

    cost_begin(cost);
    commit(tables, batch, captured, 3);
    commit(tables, batch, ended, 3);
    cost_end(cost);
}

static void print(const char *kind, const struct cost *cost, long count)
{
    (void)printf("%s %.2f %.0f\n", kind, cost->cpu_us / (double)count,
                 (double)count * 1e6 / cost->wall_us);
}

int main(int argc, char **argv)
{
    static struct values batch[BATCH];
    struct sg_tables tables = {0};
    struct cost tickets = {0}, responses = {0};

    if (argc != 3) {
        (void)fputs("usage: floor_rows FOLDER COUNT\n", stderr);
        return 64;
    }
    long count = strtol(argv[2], NULL, 10) / BATCH * BATCH;

    sg_tables_open(&tables, argv[1],
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                   "PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -2048",
                   TEXTS, ROWS);
    for (long n = 0; n < count; n++) {
        make_ticket(&batch[n % BATCH], n);
        if (n % BATCH == BATCH - 1)
            time_tickets(&tables, batch, &tickets);
    }
    for (long n = 0; n < count; n++) {
        make_response(&batch[n % BATCH], n, count);
        if (n % BATCH == BATCH - 1)
            time_responses(&tables, batch, &responses);
    }
    print("looked-up", &tickets, count);
    print("keyed", &responses, count);
    sg_tables_close(&tables);
    return 0;
}
