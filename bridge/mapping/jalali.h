/**
 * The Jalali calendar (Solar Hijri) as day numbers.
 *
 * A year is leap when (25 * year + 11) mod 33 < 8. This gives the official leap years, those by the
 * true equinox in Tehran, from 1178 to 1633; years outside are no days here.
 */
#ifndef SG_MAPPING_JALALI_H
#define SG_MAPPING_JALALI_H

#include <stdbool.h>
#include <stdint.h>

#include "mapping/gregorian.h"

enum { SG_JALALI_YEAR_MIN = 1178, SG_JALALI_YEAR_MAX = 1633 };

bool sg_jalali_is_leap(int year);

/** Days since 1970-01-01 (11 Dey 1348); false, and nothing set, when there is no such day. */
bool sg_jalali_to_number(struct sg_day day, int64_t *number);

/** The other way; asserts that the day is of a year in the range above. */
struct sg_day sg_jalali_of_number(int64_t number);

#endif
