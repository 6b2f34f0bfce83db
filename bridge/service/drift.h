/**
 * Drift: what systems send that no file names. Each new event is shown to it once, in the transaction
 * that takes it in; what is seen for the first time is written there as well, and counts once a minute.
 */
#ifndef SG_SERVICE_DRIFT_H
#define SG_SERVICE_DRIFT_H

#include "connectors/catalog.h"
#include "sgbridge/journal.h"

/** What is known of every record of the catalog in force. The journal's thread alone. */
struct sg_drift_watch;

SG_MUST_USE struct sg_drift_watch *sg_drift_watch_new(void);
/** Takes NULL. */
void sg_drift_watch_free(struct sg_drift_watch *watch);

/* All of these inside a transaction; what fails is as in sgbridge/journal.h. */

/**
 * The catalog, which is shared, comes into force: what its files name drifts no more, and codes begin
 * anew where the files are other ones than before.
 */
SG_MUST_USE bool sg_drift_set(struct sg_drift_watch *watch, struct sg_journal *journal,
                              struct sg_catalog *catalog, struct sg_error *err);

/** A new event was taken in. One that could be read only in part tells nothing. */
SG_MUST_USE bool sg_drift_see(struct sg_drift_watch *watch, struct sg_journal *journal,
                              const struct sg_event *event, struct sg_error *err);

/** Codes that an event of this record was mapped with and that no look-up table names. */
struct sg_drift_codes {
    struct sg_str system, record;
    const struct sg_new_code *codes;
    int64_t met_at;
};
SG_MUST_USE bool sg_drift_see_codes(struct sg_drift_watch *watch, struct sg_journal *journal,
                                    const struct sg_drift_codes *met, struct sg_error *err);

/** Writes what was seen for the first time, and, when they are due or `is_last`, all counts. */
SG_MUST_USE bool sg_drift_write(struct sg_drift_watch *watch, struct sg_journal *journal,
                                int64_t now_ms, bool is_last, struct sg_error *err);

/** Whether counts are due to be written; at the end of time, whether there are any. */
bool sg_drift_is_due(const struct sg_drift_watch *watch, int64_t now_ms);

/** The transaction was undone: what is known is read anew from the journal. */
void sg_drift_forget(struct sg_drift_watch *watch);

#endif
