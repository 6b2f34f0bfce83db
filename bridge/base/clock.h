/** Now. Only main.c and the threads' loops ask it; everything else is given `now_ms`. */
#ifndef SG_BASE_CLOCK_H
#define SG_BASE_CLOCK_H

#include <stdint.h>

/** Milliseconds since 1970, UTC. */
int64_t sg_clock_now_ms(void);

/** Milliseconds that never jump, and go on while the machine sleeps: for time-outs, not to keep. */
int64_t sg_clock_steady_ms(void);

#endif
