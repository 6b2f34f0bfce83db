/**
 * Tickets and answers of a journal's past, taken in and ended through the journal's own contract.
 * One thread. A journal that fails ends the benchmark: sg_past_* say why and do not come back.
 */
#ifndef SG_BENCH_PAST_H
#define SG_BENCH_PAST_H

#include "sgbridge/journal.h"

/**
 * Opens the journal of installation "bench" in a folder that is there, with two routes, and leads.
 * `kafka`, where it lives there, is borrowed as long as it is open; NULL: in the folder.
 */
struct sg_journal *sg_past_open(const char *dir, const struct sg_journal_kafka *kafka);

/** Takes tickets `first` to `first + count` in, in one commit: they stay open. */
void sg_past_capture_tickets(struct sg_journal *journal, long first, long count);

/** The same for the departments' answers to the tickets of these numbers. */
void sg_past_capture_responses(struct sg_journal *journal, const long *tickets, long count);

/** Takes up to `count` deliveries to GAM, intends them, and ends each with the case it made. */
void sg_past_make_cases(struct sg_journal *journal, long count);

/** Takes up to `count` deliveries to SAJA and ends them: delivered. */
void sg_past_update_tickets(struct sg_journal *journal, long count);

#endif
