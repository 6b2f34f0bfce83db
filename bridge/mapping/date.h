/** Dates as systems write them: read into UTC milliseconds and written again (format.md, 4). */
#ifndef SG_MAPPING_DATE_H
#define SG_MAPPING_DATE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"
#include "mapping/zone.h"

struct sg_date_format; /* never changes once compiled: threads may share it */

/**
 * `iso` (RFC 3339), `unix`, `unix_ms`, or a pattern of `%Y %m %d %H %M %S %f %z` and other
 * characters, Jalali if it starts with `jalali `. `%f` is a fraction of a second, `%z` an offset.
 * Fails with SG_ERROR_INPUT at the byte that is wrong: an unknown or repeated `%` letter, none at
 * all.
 */
SG_MUST_USE bool sg_date_format_compile(struct sg_arena *arena, struct sg_str text,
                                        struct sg_place at, const struct sg_date_format **out,
                                        struct sg_error *err);

/** Whether it can be read: a pattern without year, month or day can only be written. */
bool sg_date_format_is_whole(const struct sg_date_format *format);

/**
 * Reads `text`; without an offset of its own it is a local time of `zone`. Persian digits are read
 * like ASCII ones; one or two digits are read, for `%Y` just four. What the format lacks is zero.
 * Fails with SG_ERROR_INPUT (and no place): not of the form, no such day, a year out of range.
 */
SG_MUST_USE bool sg_date_read(const struct sg_date_format *format, const struct sg_zone *zone,
                              struct sg_str text, int64_t *utc_ms, struct sg_error *err);

/** Writes as the clocks of `zone` show it. Fails when the year is out of the calendar's range. */
SG_MUST_USE bool sg_date_write(struct sg_arena *arena, const struct sg_date_format *format,
                               const struct sg_zone *zone, int64_t utc_ms, struct sg_str *out,
                               struct sg_error *err);

/** RFC 3339, or a date alone, which is its midnight in `zone`. False for anything else. */
SG_MUST_USE bool sg_date_parse_iso(struct sg_str text, const struct sg_zone *zone, int64_t *utc_ms);

/** `2026-07-01T04:30:00Z`, with milliseconds when there are any. Years 1 to 9999 are asserted. */
struct sg_str sg_date_write_iso_utc(struct sg_arena *arena, int64_t utc_ms);

/** For people: `1405/04/10 08:00:00 (2026-07-01T08:00:00+03:30)`. */
struct sg_str sg_date_write_people(struct sg_arena *arena, const struct sg_zone *zone,
                                   int64_t utc_ms);

#endif
