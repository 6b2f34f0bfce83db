/** A system's `limits: rate`: a bucket that fills at the rate and holds one second of it. */
#ifndef SG_SERVICE_PACE_H
#define SG_SERVICE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/** Plain data; zeroed it is full. The loop's thread only. */
struct sg_pace {
    int64_t spent_until_us; /* when it will be full again, microseconds since 1970 */
};

/** Whether one more call may go out now; it then counts. A `count` of 0 is no limit. */
bool sg_pace_take(struct sg_pace *pace, int64_t count, int64_t per_ms, int64_t now_ms);

/** When the next one may, when sg_pace_take() said no. */
int64_t sg_pace_next_ms(const struct sg_pace *pace, int64_t count, int64_t per_ms);

#endif
