/** The Gregorian calendar as day numbers, in the proleptic form that ISO 8601 uses. */
#ifndef SG_MAPPING_GREGORIAN_H
#define SG_MAPPING_GREGORIAN_H

#include <stdbool.h>
#include <stdint.h>

/** A day of some calendar; month and day count from 1. */
struct sg_day {
    int year, month, day;
};

/** Days since 1970-01-01; false, and nothing set, when there is no such day. Years 1 to 9999. */
bool sg_gregorian_to_number(struct sg_day day, int64_t *number);

/** The other way, for the days of those years. */
struct sg_day sg_gregorian_of_number(int64_t number);

#endif
