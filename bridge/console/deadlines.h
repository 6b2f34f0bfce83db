/**
 * When a connection's next request must be whole: a sender that trickles must not keep a place from
 * others for ever, and libmicrohttpd's own time-out begins anew with every byte.
 */
#ifndef SG_CONSOLE_DEADLINES_H
#define SG_CONSOLE_DEADLINES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/scope.h"

struct sg_deadlines;

/**
 * Watches, on a thread of its own, that asks each second while there is a connection. At most `max`
 * connections; each has `allowed_ms`. Fails with TEMPORARY when there is no thread to be had.
 */
SG_MUST_USE bool sg_deadlines_start(int max, int allowed_ms, struct sg_deadlines **out,
                                    struct sg_error *err);

/** A connection begins to send a request: its first, or the next one. Its time begins. */
void sg_deadlines_begin(struct sg_deadlines *deadlines, int socket);

/** Its request is whole, or it is about to be closed: no deadline any more. */
void sg_deadlines_end(struct sg_deadlines *deadlines, int socket);

/** Nobody is watched any more. Takes NULL. */
void sg_deadlines_stop(struct sg_deadlines *deadlines);

#endif
