#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now); /* cannot fail for these clocks */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sg_clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t sg_clock_steady_ms(void)
{
    return read_ms(CLOCK_BOOTTIME);
}
