/** HTTP by libcurl's multi interface: many calls on one thread. */
#ifndef SG_CONNECTORS_HTTP_H
#define SG_CONNECTORS_HTTP_H

#include "sgbridge/connector.h"

/** One thread; owns its connections. */
struct sg_http;

SG_MUST_USE struct sg_http *sg_http_new(void);
/** Calls still under way are dropped without `done`. Takes NULL. */
void sg_http_free(struct sg_http *http);
SG_AUTO_FREE(sg_http)

/** The transport to start calls with; lives as long as `http`. */
struct sg_transport *sg_http_transport(struct sg_http *http);

/**
 * Waits up to `wait_ms` for the network, for sg_http_wake() or for one of `fds` to become readable;
 * then calls `done` of every call that ended.
 */
void sg_http_run(struct sg_http *http, const int *fds, size_t fd_count, int64_t wait_ms);

/** Ends the wait of sg_http_run(). From any thread. */
void sg_http_wake(struct sg_http *http);

#endif
