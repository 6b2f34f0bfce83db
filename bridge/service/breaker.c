#include "service/breaker.h"

#include "base/hash.h"

enum {
    BAD_ENDS_MAX = 5,
    PAUSE_FIRST_MS = 1000,
    PAUSE_LAST_MS = 5 * 60 * 1000,
};

bool sg_breaker_lets(const struct sg_breaker *breaker, int64_t now_ms)
{
    return !breaker->is_open || (!breaker->is_trying && now_ms >= breaker->next_try_ms);
}

void sg_breaker_begin(struct sg_breaker *breaker)
{
    breaker->is_trying = breaker->is_open;
}

void sg_breaker_cancel(struct sg_breaker *breaker)
{
    breaker->is_trying = false;
}

bool sg_breaker_good(struct sg_breaker *breaker)
{
    bool was_open = breaker->is_open;

    *breaker = (struct sg_breaker){0};
    return was_open;
}

bool sg_breaker_bad(struct sg_breaker *breaker, struct sg_str ticket, bool is_only_ticket,
                    int64_t now_ms)
{
    uint64_t hash = sg_hash64(ticket);

    if (breaker->is_open) { /* the one being tried, or one begun before it opened */
        if (breaker->is_trying)
            breaker->next_try_ms = now_ms + sg_backoff_ms(++breaker->tries, hash);
        breaker->is_trying = false;
        return false;
    }
    if (breaker->bad_ends == 0)
        breaker->first_ticket = hash;
    breaker->has_second_ticket |= hash != breaker->first_ticket;
    breaker->bad_ends++;
    if (breaker->bad_ends < BAD_ENDS_MAX || !(breaker->has_second_ticket || is_only_ticket))
        return false;
    breaker->is_open = true;
    breaker->since_ms = now_ms;
    breaker->next_try_ms = now_ms + sg_backoff_ms(0, hash);
    return true;
}

int64_t sg_backoff_ms(int tries, uint64_t salt)
{
    int64_t pause = PAUSE_FIRST_MS;

    for (int i = 0; i < tries && pause < PAUSE_LAST_MS; i++)
        pause *= 2;
    if (pause > PAUSE_LAST_MS)
        pause = PAUSE_LAST_MS;
    return pause - (int64_t)((salt >> 8) % (uint64_t)(pause / 4));
}
