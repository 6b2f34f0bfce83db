#include "mapping/zone.h"

#include <assert.h>

#include <unicode/ucal.h>
#include <unicode/uenum.h>

#include "base/buffer.h"
#include "base/suggest.h"

enum { NAME_MAX_UNITS = 64, TRANSITIONS_MAX = 1024, NAMES_MAX = 1024 };

static const double FROM_MS = -2208988800000.0; /* 1900-01-01 */
static const double TO_MS = 4133980800000.0;    /* 2101-01-01 */

/* From `utc_ms` on, until the next one, the clocks are `offset_ms` ahead of UTC. */
struct transition {
    int64_t utc_ms, offset_ms;
};

struct sg_zone {
    struct sg_str name;
    size_t count; /* at least one: the first is in force before itself, too */
    const struct transition *transitions;
};

/* tz names are ASCII. */
static bool to_units(struct sg_str name, UChar units[NAME_MAX_UNITS])
{
    if (name.length == 0 || name.length >= NAME_MAX_UNITS)
        return false;
    for (size_t i = 0; i < name.length; i++) {
        if (name.at[i] <= ' ' || name.at[i] > '~')
            return false;
        units[i] = (UChar)name.at[i];
    }
    units[name.length] = 0;
    return true;
}

static bool is_known(const UChar *units, size_t length)
{
    UChar canonical[NAME_MAX_UNITS];
    UBool is_system = false;
    UErrorCode status = U_ZERO_ERROR;

    (void)ucal_getCanonicalTimeZoneID(units, (int32_t)length, canonical, NAME_MAX_UNITS, &is_system,
                                      &status);
    return U_SUCCESS(status) && is_system;
}

static int64_t offset_at(UCalendar *calendar, double utc_ms, UErrorCode *status)
{
    ucal_setMillis(calendar, utc_ms, status);
    return (int64_t)ucal_get(calendar, UCAL_ZONE_OFFSET, status) +
           ucal_get(calendar, UCAL_DST_OFFSET, status);
}

/* Walks through all transitions; what changes no offset (a name alone) is left out. */
static size_t read_transitions(UCalendar *calendar, struct transition *to, UErrorCode *status)
{
    size_t count = 1;
    double at = FROM_MS;

    to[0] = (struct transition){(int64_t)at, offset_at(calendar, at, status)};
    while (U_SUCCESS(*status) && count < TRANSITIONS_MAX &&
           ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &at, status) &&
           at < TO_MS) {
        int64_t offset = offset_at(calendar, at, status);

        if (offset != to[count - 1].offset_ms)
            to[count++] = (struct transition){(int64_t)at, offset};
    }
    return count;
}

/* `struct sg_str` of every name ICU knows: only for a message. */
static const struct sg_str *nearest_name(struct sg_arena *arena, struct sg_str wrong)
{
    UErrorCode status = U_ZERO_ERROR;
    UEnumeration *all = ucal_openTimeZones(&status);
    struct sg_str *names = sg_arena_get(arena, NAMES_MAX, sizeof *names);
    size_t count = 0;
    int32_t length = 0;

    for (const char *name; U_SUCCESS(status) && count < NAMES_MAX &&
                           (name = uenum_next(all, &length, &status)) != NULL;)
        names[count++] = sg_str_copy(arena, (struct sg_str){name, (size_t)length});
    uenum_close(all);
    for (size_t i = 0; i < count; i++) { /* `Tehran` is a city of Asia */
        const size_t head = names[i].length - wrong.length;

        if (names[i].length > wrong.length && names[i].at[head - 1] == '/' &&
            sg_str_equal_loose(sg_str_skip(names[i], head), wrong))
            return &names[i];
    }
    return sg_suggest(wrong, names, count);
}

static bool unknown(struct sg_arena *arena, struct sg_str name, struct sg_place at,
                    struct sg_error *err)
{
    const struct sg_str *nearest = nearest_name(arena, name);

    if (nearest == NULL)
        return sg_error_set(err, SG_ERROR_INPUT, at, "no such time zone `%.*s`", SG_STR_ARG(name));
    return sg_error_set(err, SG_ERROR_INPUT, at, "no such time zone `%.*s`; did you mean `%.*s`?",
                        SG_STR_ARG(name), SG_STR_ARG(*nearest));
}

bool sg_zone_open(struct sg_arena *arena, struct sg_str name, struct sg_place at,
                  const struct sg_zone **out, struct sg_error *err)
{
    UChar units[NAME_MAX_UNITS];
    UErrorCode status = U_ZERO_ERROR;

    if (!to_units(name, units) || !is_known(units, name.length))
        return unknown(arena, name, at, err);

    UCalendar *calendar = ucal_open(units, (int32_t)name.length, "en_US", UCAL_GREGORIAN, &status);
    struct transition *all = sg_arena_get(arena, TRANSITIONS_MAX, sizeof *all);
    size_t count = U_SUCCESS(status) ? read_transitions(calendar, all, &status) : 0;
    ucal_close(calendar);
    assert(count < TRANSITIONS_MAX); /* twice a year for two hundred years is less than half */
    if (U_FAILURE(status))
        return sg_error_set(err, SG_ERROR_INPUT, at, "time zone `%.*s`: ICU says %s",
                            SG_STR_ARG(name), u_errorName(status));

    struct sg_zone *zone = sg_arena_get(arena, 1, sizeof *zone);
    *zone = (struct sg_zone){sg_str_copy(arena, name), count, all};
    *out = zone;
    return true;
}

/* The last transition that is not after `utc_ms`; the first when there is none. */
static size_t transition_at(const struct sg_zone *zone, int64_t utc_ms)
{
    size_t low = 0, high = zone->count; /* the one looked for is in [low, high) */

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (zone->transitions[middle].utc_ms <= utc_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t sg_zone_offset_ms(const struct sg_zone *zone, int64_t utc_ms)
{
    return zone->transitions[transition_at(zone, utc_ms)].offset_ms;
}

/* No zone is a day away from UTC, so the offset of the day before is the one before any change near
 * `local_ms`. Read by it, an hour shown twice comes out as the earlier, and a skipped one later. */
int64_t sg_zone_to_utc(const struct sg_zone *zone, int64_t local_ms)
{
    const int64_t day = 86400000;
    size_t i = transition_at(zone, local_ms - day);

    while (i + 1 < zone->count &&
           local_ms - zone->transitions[i].offset_ms >= zone->transitions[i + 1].utc_ms) {
        const struct transition *before = &zone->transitions[i], *after = before + 1;

        if (local_ms - after->offset_ms < after->utc_ms)
            break; /* skipped: neither side shows it */
        i++;
    }
    return local_ms - zone->transitions[i].offset_ms;
}

struct sg_str sg_zone_name(const struct sg_zone *zone)
{
    return zone->name;
}
