/** Time zones by their tz names: what the clocks of a place showed, show and will show. */
#ifndef SG_MAPPING_ZONE_H
#define SG_MAPPING_ZONE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** All its transitions from 1900 to 2100, read once from ICU. Never changes: threads may share it. */
struct sg_zone;

/**
 * `name` as in tzdata, `Asia/Tehran` or `UTC`, standing at `at`; it lives as long as `arena`.
 * Fails with SG_ERROR_INPUT: "no such time zone `Asia/Teheran`; did you mean `Asia/Tehran`?".
 */
SG_MUST_USE bool sg_zone_open(struct sg_arena *arena, struct sg_str name, struct sg_place at,
                              const struct sg_zone **out, struct sg_error *err);

/** What to add to UTC to get the local time, at that UTC time. */
int64_t sg_zone_offset_ms(const struct sg_zone *zone, int64_t utc_ms);

/**
 * The UTC time at which the zone's clocks show `local_ms` (as if that were UTC). Of an hour shown
 * twice it is the earlier one. An hour that was skipped is read as if the clocks had not yet been
 * moved, so it comes out later by what was skipped: 00:30 is 01:30 where 00:00 became 01:00.
 */
int64_t sg_zone_to_utc(const struct sg_zone *zone, int64_t local_ms);

struct sg_str sg_zone_name(const struct sg_zone *zone);

#endif
