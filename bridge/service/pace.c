#include "service/pace.h"

static const int64_t LEAST_BURST_US = 1000000;

/* What one call costs, in microseconds. */
static int64_t cost_us(int64_t count, int64_t per_ms)
{
    return per_ms * 1000 / count;
}

/* How far the bucket may be spent ahead of now: a second's worth, and at least one call. */
static int64_t burst_us(int64_t count, int64_t per_ms)
{
    int64_t cost = cost_us(count, per_ms);

    return cost > LEAST_BURST_US ? cost : LEAST_BURST_US;
}

bool sg_pace_take(struct sg_pace *pace, int64_t count, int64_t per_ms, int64_t now_ms)
{
    if (count == 0)
        return true;
    int64_t cost = cost_us(count, per_ms), burst = burst_us(count, per_ms);
    int64_t now_us = now_ms * 1000;

    if (pace->spent_until_us > now_us + burst)
        pace->spent_until_us = now_us + burst; /* the clock was set back */
    int64_t from = pace->spent_until_us > now_us ? pace->spent_until_us : now_us;

    if (from + cost > now_us + burst)
        return false;
    pace->spent_until_us = from + cost;
    return true;
}

int64_t sg_pace_next_ms(const struct sg_pace *pace, int64_t count, int64_t per_ms)
{
    return (pace->spent_until_us + cost_us(count, per_ms) - burst_us(count, per_ms)) / 1000 + 1;
}
