/**
 * Single records asked for by people's commands: one call at a time, at each system's own rate and
 * time-out, so that the daemon's work is hardly in the way of it. A system that does not answer
 * three times in a row is away, and is not asked any more.
 */
#ifndef SG_CLI_ASKER_H
#define SG_CLI_ASKER_H

#include "connectors/catalog.h"
#include "connectors/read.h"

/** One thread; one at a time, while there is one thread. */
struct sg_asker;

/** For the systems of `catalog`, which is borrowed. */
struct sg_asker *sg_asker_new(const struct sg_catalog *catalog);
/** Takes NULL. */
void sg_asker_free(struct sg_asker *asker);
SG_AUTO_FREE(sg_asker)

/** Does not ask a system at all, for the reason `said`, which is borrowed. */
void sg_asker_leave(struct sg_asker *asker, struct sg_str system, struct sg_str said);

/**
 * Asks for one record and waits for what comes of it; what is temporary is asked again some times
 * before. It ends as WAIT, without a call, where its system is away or left alone.
 */
void sg_asker_read(struct sg_asker *asker, const struct sg_reading *reading, struct sg_arena *arena,
                   struct sg_read *out);

/** How it went with one system. */
struct sg_asked {
    const struct sg_system *system;
    int64_t told;       /* records that it told something of */
    int64_t untold;     /* that it did not */
    struct sg_str said; /* why not, the last time; "" while it told of all. As long as the asker */
};

/** Of each system of the catalog, `*count` of them; as long as the asker, and kept up to date. */
const struct sg_asked *sg_asker_asked(const struct sg_asker *asker, size_t *count);

#endif
