/** The CPU's time that this process has taken so far, by all its threads, in microseconds. */
#ifndef SG_BENCH_CPU_H
#define SG_BENCH_CPU_H

#include <time.h>

static inline double cpu_us(void)
{
    struct timespec taken;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &taken);
    return (double)taken.tv_sec * 1e6 + (double)taken.tv_nsec / 1e3;
}

#endif
