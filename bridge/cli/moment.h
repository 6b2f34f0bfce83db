/** A moment as people type it: in either calendar, by the clock alone, or so long ago. */
#ifndef SG_CLI_MOMENT_H
#define SG_CLI_MOMENT_H

#include "base/arena.h"
#include "base/error.h"
#include "mapping/zone.h"

/** What may be typed, for messages and help. */
#define SG_MOMENT_FORMS \
    "`1405-07-02 02:10`, `2026-09-24T02:10`, `02:10` (when the clock last showed it) or `2h` (ago)"

/**
 * Reads `text`: a year before 1700 is Jalali, without an offset it is `zone`'s time, without a time
 * of day its midnight; `/` stands for `-`, Persian digits for ASCII ones. `02:10` is the last such
 * time that is not after `now_ms`. Fails with INPUT, naming the forms or what is wrong.
 */
SG_MUST_USE bool sg_moment_read(struct sg_arena *arena, const struct sg_zone *zone, int64_t now_ms,
                                struct sg_str text, int64_t *utc_ms, struct sg_error *err);

/** A span as one sees it at a glance: `12s`, `5m`, `3h`, `2d`. */
struct sg_str sg_moment_age(struct sg_arena *arena, int64_t ms);

#endif
