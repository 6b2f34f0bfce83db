/** Moves an installation's journal, with all that is open in it, from journal.db to Kafka. */
#ifndef SG_JOURNAL_COPY_H
#define SG_JOURNAL_COPY_H

#include <sqlite3.h>

#include "sgbridge/journal.h"

/** What was copied. */
struct sg_copied {
    bool was_moved; /* it had been copied before, whole: nothing was done, nothing is counted */
    int64_t events, open, links, heads, cursors;
};

/**
 * Copies every row into the state topic, which must be empty; journal.db is then marked as moved, and
 * kept. It may be cut short at any point: until it is whole no instance leads from the topic, and the
 * next call begins it anew. REFUSED: a daemon holds journal.lock, or the topic has what is none of
 * this journal; INPUT: there is no journal.db, or another installation's; TEMPORARY: brokers are away.
 */
SG_MUST_USE bool sg_copy_to_kafka(const struct sg_journal_settings *settings, int64_t now_ms,
                                  struct sg_copied *copied, struct sg_error *err);

/** For who takes over: REFUSED when the copy in this view of the state topic is not whole. */
SG_MUST_USE bool sg_copy_check_whole(sqlite3 *view, struct sg_error *err);

#endif
