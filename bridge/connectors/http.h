/** HTTP by libcurl's multi interface: many calls on one thread. */
#ifndef SG_CONNECTORS_HTTP_H
#define SG_CONNECTORS_HTTP_H

#include "sgbridge/connector.h"

enum { SG_HTTP_FDS_MAX = 8 };

/** One thread; owns its connections. */
struct sg_http;

/** main() has called curl_global_init(CURL_GLOBAL_DEFAULT) before, while there is one thread. */
SG_MUST_USE struct sg_http *sg_http_new(void);
/** Calls still under way are dropped without `done`. Takes NULL. */
void sg_http_free(struct sg_http *http);
SG_AUTO_FREE(sg_http)

/** The transport to start calls with; lives as long as `http`. */
struct sg_transport *sg_http_transport(struct sg_http *http);

/**
 * Waits up to `wait_ms` for the network, for sg_http_wake() or for one of `fds` (SG_HTTP_FDS_MAX at
 * most) to become readable; then calls `done` of every call that ended. `done` may start calls.
 */
void sg_http_run(struct sg_http *http, const int *fds, size_t fd_count, int64_t wait_ms);

/** Ends every call under way as lost, with its connection: this process may not go on with them. */
void sg_http_give_up(struct sg_http *http);

/** Ends the wait of sg_http_run(). From any thread. */
void sg_http_wake(struct sg_http *http);

#endif
