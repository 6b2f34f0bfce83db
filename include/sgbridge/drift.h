/** The contract of drift, what a system sends that no file names: who sees it, and who keeps it. */
#ifndef SGBRIDGE_DRIFT_H
#define SGBRIDGE_DRIFT_H

#include <stdint.h>

#include "base/str.h"

enum sg_drift_kind {
    SG_DRIFT_FIELD, /* a field that is new */
    SG_DRIFT_TYPE,  /* a field of another type than before */
    SG_DRIFT_GONE,  /* a field that nearly every event had, and none has any more */
    SG_DRIFT_CODE,  /* a code that no row of a look-up table names, but the one for all others */
    SG_DRIFT_MORE,  /* fields over the number that is told apart */
};

/** One of them, of one record; known again by all that stands before the times. */
struct sg_drift {
    struct sg_str system, record;
    enum sg_drift_kind kind;
    struct sg_str pointer;  /* passes through lists: "/attachments/url" */
    struct sg_str shows;    /* TYPE: "object, was text"; CODE: the code, masked; else "" */
    struct sg_str example;  /* FIELD: the shape of the first one, "text of 12"; else "" */
    int64_t since, last_at; /* first and last seen, milliseconds UTC */
    int64_t times;          /* events that had it; GONE: that did not */
};

#endif
