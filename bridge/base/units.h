/** How settings write time spans, sizes and rates: `500ms 30s 5m 2h 1d`, `512KB 8MB`, `20/s 600/m`. */
#ifndef SG_BASE_UNITS_H
#define SG_BASE_UNITS_H

#include <stdint.h>

#include "base/scope.h"
#include "base/str.h"

/** `30s` gives 30000. False for anything else, and for what does not fit. */
SG_MUST_USE bool sg_units_duration_ms(struct sg_str text, int64_t *ms);

/** `512KB` gives 524288. */
SG_MUST_USE bool sg_units_size_bytes(struct sg_str text, int64_t *bytes);

/** `600/m` gives 10 in each second: how many, and in how many milliseconds. */
SG_MUST_USE bool sg_units_rate(struct sg_str text, int64_t *count, int64_t *per_ms);

/** Decimal digits only, an optional minus before them; false where it is no such number. */
SG_MUST_USE bool sg_units_integer(struct sg_str text, int64_t *number);

#endif
