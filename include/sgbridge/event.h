/** The contract between capture and journal: one captured version of one record. */
#ifndef SGBRIDGE_EVENT_H
#define SGBRIDGE_EVENT_H

#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

/** How versions of one record are compared: by value only when both are times or both numbers. */
enum sg_version_kind { SG_VERSION_OPAQUE, SG_VERSION_TIME, SG_VERSION_NUMBER };

struct sg_node; /* tree/node.h */

/** Plain data, borrowed from the arena of whoever captured it. */
struct sg_event {
    struct sg_str system, record; /* "saja", "ticket" */
    struct sg_str record_id;
    struct sg_str version; /* as declared, or the content's hash */
    bool is_nameless;      /* its id cannot be told: `record_id` is the content's hash */
    bool is_version_declared;
    enum sg_version_kind version_kind;
    int64_t version_value; /* milliseconds UTC, or the number; 0 when opaque */

    struct sg_str key;     /* the ticket's key, or the id by which `system` knows the link */
    bool is_key_linked;    /* it is the latter */
    bool skips_after_wait; /* linked: `then: skip`; else it fails */
    int64_t wait_ms;       /* linked: how long to wait for the link */
    struct sg_str round;   /* the value of the record's `round`; "" for nothing */
    bool is_own;           /* the record's `own` holds: written by our account */

    int64_t captured_at;        /* milliseconds UTC */
    struct sg_sha256 sha256;    /* of `body` */
    size_t size;                /* of what was received, which is more than `body` for a stub */
    struct sg_str shape;        /* see sg_shape_of() */
    struct sg_str body;         /* the record as JSON text; "" for a stub */
    const struct sg_node *tree; /* the same as it was read; NULL: nobody has it at hand */

    struct sg_str problem;      /* "" or why it can be no event: no id, unreadable, too large */
    struct sg_place problem_at; /* the rule that could not be kept */
};

/** One version of one record, as its system shows it: whether it has been captured is asked. */
struct sg_sighting {
    struct sg_str record_id, version;
    bool is_captured;
};

#endif
