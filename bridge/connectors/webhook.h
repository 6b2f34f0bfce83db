/** What a system sends by itself: its signature checked, its items read. */
#ifndef SG_CONNECTORS_WEBHOOK_H
#define SG_CONNECTORS_WEBHOOK_H

#include "connectors/catalog.h"
#include "sgbridge/connector.h"

/** One request as the web server received it; header names in lower case. */
struct sg_webhook_request {
    struct sg_str path;
    const struct sg_header *headers;
    size_t header_count;
    struct sg_str body;
};

struct sg_webhook_events {
    int status;          /* 0: accepted, answer 200 when the journal has them; else 4xx */
    const char *problem; /* for the log: "unknown sender", "malformed", "no items", "no id" */
    struct sg_str system, record;
    struct sg_event *events;
    size_t count;
    const struct sg_system *of; /* whose webhook it is, for the reply; NULL: nobody's */
    const struct sg_webhook_spec *spec;
    const struct sg_node *tree; /* what was received; NULL: it cannot be read */
};

/**
 * Whether it comes from whom `auth` says: signed (RFC 2104; with a timestamp not older than five
 * minutes), with user and password (RFC 7617), or with the value of a header; compared in constant
 * time. Any thread.
 */
bool sg_webhook_is_known(const struct sg_system *system, const struct sg_webhook_spec *spec,
                         const struct sg_webhook_request *request, int64_t now_ms);

/** The paths that are listened to. */
bool sg_webhook_is_path(const struct sg_catalog *catalog, struct sg_str path);

/**
 * 404 for an unknown path, 401 for an unknown sender, 400 for a malformed body, no items, or an item without an id. Any thread.
 */
void sg_webhook_read(const struct sg_catalog *catalog, const struct sg_webhook_request *request,
                     size_t max_event_bytes, int64_t now_ms, struct sg_arena *arena,
                     struct sg_webhook_events *out);

/** What the sender is told. */
struct sg_webhook_reply {
    int status;
    struct sg_str content_type, body; /* "" and "": empty */
};

/**
 * The reply to a request that was read: accepted, once the journal has its events, or refused with
 * `events->status`. As `accept` or `refuse` of the webhook says; else 200 or the 4xx, and empty, but
 * in SOAP: an empty `…Response`, or a Fault, which is sent with 500 in SOAP 1.1 (section 6.2). A rule
 * that cannot be kept gives the default. Lives in the arena. Any thread.
 */
void sg_webhook_reply(const struct sg_webhook_request *request,
                      const struct sg_webhook_events *events, int64_t now_ms,
                      struct sg_arena *arena, struct sg_webhook_reply *out);

#endif
