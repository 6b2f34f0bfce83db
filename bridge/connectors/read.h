/** One record, asked for by its id: `read` (format.md, section 6). No network, no clock. */
#ifndef SG_CONNECTORS_READ_H
#define SG_CONNECTORS_READ_H

#include "sgbridge/connector.h"

/** Which record; its `read` is there. All borrowed. */
struct sg_reading {
    struct sg_record_reader reader;
    struct sg_str id;
    int64_t now_ms;
};

enum sg_read_end {
    SG_READ_FOUND,    /* `event` holds it */
    SG_READ_LEFT_OUT, /* it is there, and `where` does not let it pass */
    SG_READ_NONE,     /* the system does not know it */
    SG_READ_WAIT,     /* temporary: nothing can be told now; `said` tells why */
    SG_READ_REFUSED,  /* refused, or unreadable: waiting does not help */
};

struct sg_read {
    enum sg_read_end end;
    struct sg_event event;
    struct sg_str reference; /* ours, as the record carries it; "" when that cannot be told */
    struct sg_str said;
    int64_t retry_after_ms; /* 0: not asked for */
};

/** The request, in `arena`. False with INPUT when a rule cannot be kept. */
SG_MUST_USE bool sg_read_request(const struct sg_reading *reading, struct sg_arena *arena,
                                 struct sg_request *out, struct sg_error *err);

/** Takes its reply. All of `out` lives in `arena`. */
void sg_read_take(const struct sg_reading *reading, const struct sg_reply *reply,
                  struct sg_arena *arena, struct sg_read *out);

#endif
