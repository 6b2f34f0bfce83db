/** One event through two sets of mapping files: what comes of it by each, and where that differs. */
#ifndef SG_CLI_WHATIF_TRY_H
#define SG_CLI_WHATIF_TRY_H

#include "cli/whatif_found.h"
#include "connectors/catalog.h"

/** Both sets of files, and which mappings of theirs go together; one thread. */
struct sg_whatif_trial;

/** `name` is the installation's. All is borrowed, and lives at least as long as `arena`. */
struct sg_whatif_trial *sg_whatif_trial_new(struct sg_arena *arena, struct sg_str name,
                                            const struct sg_catalog *before,
                                            const struct sg_catalog *after);

/**
 * Adds what differs to `found`, between its begin and its end of the event, which is whole. Links
 * are those of today, but of its target to a mapping that opens one: it is tried as if none had been
 * opened yet. What was sent for the ticket besides (echoes, what is unchanged) does not count.
 */
void sg_whatif_try(struct sg_whatif_trial *trial, const struct sg_past_event *event,
                   struct sg_whatif_found *found);

#endif
