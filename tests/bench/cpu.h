/** What something took: of the CPU, by all threads of this process, and of time. */
#ifndef SG_BENCH_CPU_H
#define SG_BENCH_CPU_H

#include <time.h>

static inline double clock_us(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/** The CPU's time that this process has taken so far, in microseconds. */
static inline double cpu_us(void)
{
    return clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

/** A sum of both, of something that is done again and again. */
struct cost {
    double cpu_us, wall_us;
};

/** `cost_begin(&cost); …; cost_end(&cost);` adds what lies between. */
static inline void cost_begin(struct cost *cost)
{
    cost->cpu_us -= cpu_us();
    cost->wall_us -= clock_us(CLOCK_MONOTONIC);
}

static inline void cost_end(struct cost *cost)
{
    cost->cpu_us += cpu_us();
    cost->wall_us += clock_us(CLOCK_MONOTONIC);
}

#endif
