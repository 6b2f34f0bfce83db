/*
 * What the journal does with events: capture and intake, and the outcome, 100 events a commit.
 * `journal FOLDER COUNT [BROKERS PREFIX]` works in a new folder, or in Kafka's topics of that
 * prefix. It prints the microseconds of CPU that one event took and the events a second: first
 * "looked-up A B", so many tickets that become cases (written ahead: three commits), then "keyed
 * C D", the answers to them (two). The first hundred of each, which make topics, are not counted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "cpu.h"
#include "past.h"

enum { BATCH = 100 };

static void make_cases(struct sg_journal *journal, long first)
{
    sg_past_capture_tickets(journal, first, BATCH);
    sg_past_make_cases(journal, BATCH);
}

static void update_tickets(struct sg_journal *journal, long first)
{
    long tickets[BATCH];

    for (long t = 0; t < BATCH; t++)
        tickets[t] = first + t;
    sg_past_capture_responses(journal, tickets, BATCH);
    sg_past_update_tickets(journal, BATCH);
}

static void measure(struct sg_journal *journal, const char *kind, long count,
                    void (*work)(struct sg_journal *journal, long first))
{
    struct cost cost = {0};

    work(journal, 0);
    cost_begin(&cost);
    for (long n = BATCH; n < count + BATCH; n += BATCH)
        work(journal, n);
    cost_end(&cost);
    (void)printf("%s %.2f %.0f\n", kind, cost.cpu_us / (double)count,
                 (double)count * 1e6 / cost.wall_us);
}

int main(int argc, char **argv)
{
    struct sg_journal_kafka kafka = {.replication = 1};

    if (argc != 3 && argc != 5) {
        (void)fputs("usage: journal FOLDER COUNT [BROKERS PREFIX]\n", stderr);
        return 64;
    }
    if (argc == 5) {
        kafka.cluster.brokers = argv[3];
        kafka.prefix = argv[4];
    }
    sg_log_set_level(SG_LOG_WARN);
    long count = strtol(argv[2], NULL, 10) / BATCH * BATCH;
    struct sg_journal *journal = sg_past_open(argv[1], argc == 5 ? &kafka : NULL);

    measure(journal, "looked-up", count, make_cases);
    measure(journal, "keyed", count, update_tickets);
    sg_journal_close(journal);
    return 0;
}
