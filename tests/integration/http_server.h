/** A server on loopback that breaks in one chosen way: what tests of the transport call. */
#ifndef SG_TESTS_HTTP_SERVER_H
#define SG_TESTS_HTTP_SERVER_H

#include <stddef.h>

enum sg_http_server_mode {
    SERVER_ANSWERS,
    SERVER_DROPS,          /* does the work, and closes without an answer */
    SERVER_DROPS_REUSED,   /* the same, but only from a connection's second request on */
    SERVER_RESETS_AT_ONCE, /* as soon as it is connected to */
    SERVER_BREAKS_OFF,     /* in the middle of its answer */
    SERVER_TRICKLES,       /* a byte now and then, for ever */
    SERVER_FLOODS,         /* a gigabyte, announced */
    SERVER_FLOODS_UNANNOUNCED,
    SERVER_FLOODS_HEADERS,
    SERVER_CONTINUES_FIRST, /* 100 Continue, then its answer */
    SERVER_REDIRECTS,
    SERVER_SPEAKS_NO_TLS,
    SERVER_SETS_COOKIES, /* sid=N with its N-th answer */
};

struct sg_http_server;

/** Listens on a free port of 127.0.0.1, in a thread of its own. */
struct sg_http_server *sg_http_server_new(enum sg_http_server_mode mode);
void sg_http_server_free(struct sg_http_server *server);

int sg_http_server_port(const struct sg_http_server *server);

/** How many whole requests have come: how often the work was done. */
int sg_http_server_requests(struct sg_http_server *server);
/** How many connections were made. */
int sg_http_server_connections(struct sg_http_server *server);

/** The last request as it came, cut to `room`. */
void sg_http_server_last(struct sg_http_server *server, char *text, size_t room);

#endif
