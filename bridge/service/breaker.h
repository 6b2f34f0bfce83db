/**
 * One target's circuit breaker (design.md, section 6): when the target is down nothing fails, and
 * one delivery at a time finds out whether it is back. Also the pauses between tries.
 */
#ifndef SG_SERVICE_BREAKER_H
#define SG_SERVICE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/** Plain data; zeroed it is closed. The loop's thread only. */
struct sg_breaker {
    bool is_open, is_trying;
    int bad_ends;          /* in a row, while closed */
    uint64_t first_ticket; /* hash, of those ends */
    bool has_second_ticket;
    int tries; /* since it opened */
    int64_t since_ms, next_try_ms;
};

/** Whether a call may begin now. */
bool sg_breaker_lets(const struct sg_breaker *breaker, int64_t now_ms);

/** A call begins: while open, none other may until it ended. */
void sg_breaker_begin(struct sg_breaker *breaker);

/** A call ended in a way that shows the target at work. True when this closed the breaker. */
bool sg_breaker_good(struct sg_breaker *breaker);

/**
 * A call for `ticket` ended temporary or in doubt. `is_only_ticket`: nobody else waits for this
 * target. True when this opened the breaker.
 */
bool sg_breaker_bad(struct sg_breaker *breaker, struct sg_str ticket, bool is_only_ticket,
                    int64_t now_ms);

/** A call that began was not made after all. */
void sg_breaker_cancel(struct sg_breaker *breaker);

/**
 * How long to wait before try number `tries` + 1: 1 s doubled each time up to 5 min, less up to a
 * quarter, which `salt` decides, so that not all come back at one moment.
 */
int64_t sg_backoff_ms(int tries, uint64_t salt);

#endif
