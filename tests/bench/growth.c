/*
 * What an event costs the journal, with little and with much behind it: `growth SMALL LARGE N M`
 * gives the journal in folder SMALL a past of N tickets, that in LARGE one of M, and then gives
 * both the same work by turns. It prints for each kind of work the microseconds of CPU for an event
 * at N and at M: "new A B", "recent A B" (an answer to one of the last tickets), "old A B" (to any).
 */
#include <stdio.h>
#include <stdlib.h>

#include "cpu.h"
#include "past.h"

enum { BATCH = 100, ROUNDS = 100, RECENT = 5000, PAST_BATCH = 500 };

struct side {
    struct sg_journal *journal;
    long tickets; /* so far */
    double new_us, recent_us, old_us;
};

static void make_past(struct side *side, const char *dir, long count)
{
    side->journal = sg_past_open(dir, NULL);
    for (; side->tickets < count; side->tickets += PAST_BATCH) {
        sg_past_capture_tickets(side->journal, side->tickets, PAST_BATCH);
        sg_past_make_cases(side->journal, PAST_BATCH);
    }
}

static double time_new(struct side *side)
{
    double start_us = cpu_us();

    sg_past_capture_tickets(side->journal, side->tickets, BATCH);
    sg_past_make_cases(side->journal, BATCH);
    side->tickets += BATCH;
    return cpu_us() - start_us;
}

/* Answers to `BATCH` different ones of the last `among` tickets. */
static double time_answers(struct side *side, long among)
{
    long tickets[BATCH];

    for (long i = 0; i < BATCH; i++)
        tickets[i] = side->tickets - 1 - (long)(((double)i + drand48()) * (double)among / BATCH);
    double start_us = cpu_us();

    sg_past_capture_responses(side->journal, tickets, BATCH);
    sg_past_update_tickets(side->journal, BATCH);
    return cpu_us() - start_us;
}

static void work(struct side *side)
{
    side->new_us += time_new(side);
    side->recent_us += time_answers(side, RECENT);
    side->old_us += time_answers(side, side->tickets);
}

static void print(const char *kind, double small_us, double large_us)
{
    const double events = (double)BATCH * ROUNDS;

    (void)printf("%s %.2f %.2f\n", kind, small_us / events, large_us / events);
}

int main(int argc, char **argv)
{
    struct side small = {0}, large = {0};

    if (argc != 5) {
        (void)fputs("usage: growth SMALL LARGE N M\n", stderr);
        return 64;
    }
    make_past(&small, argv[1], strtol(argv[3], NULL, 10));
    make_past(&large, argv[2], strtol(argv[4], NULL, 10));
    for (int r = 0; r < ROUNDS; r++) {
        work(&small);
        work(&large);
    }
    print("new", small.new_us, large.new_us);
    print("recent", small.recent_us, large.recent_us);
    print("old", small.old_us, large.old_us);
    sg_journal_close(small.journal);
    sg_journal_close(large.journal);
    return 0;
}
