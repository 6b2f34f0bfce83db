#include "cli/moment.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/units.h"
#include "mapping/date.h"
#include "mapping/persian.h"

enum { YEAR_DIGITS = 4 };

static const char JALALI_BEFORE[] = "1700"; /* and Gregorian from then on */
static const int64_t DAY_MS = 86400000;
static const struct sg_place NOWHERE;

/* By a pattern of our own. */
static bool read_as(struct sg_arena *arena, const char *pattern, const struct sg_zone *zone,
                    struct sg_str text, int64_t *utc_ms, struct sg_error *err)
{
    const struct sg_date_format *format = NULL;
    const bool is_good = sg_date_format_compile(arena, sg_str_of(pattern), NOWHERE, &format, err);

    assert(is_good);
    return sg_date_read(format, zone, text, utc_ms, err);
}

/* `-` and one space between the parts, whatever was typed. */
static struct sg_str plain(struct sg_arena *arena, struct sg_str text)
{
    struct sg_str folded = sg_persian_collapse(arena, sg_persian_digits(arena, text));
    char *copy = sg_arena_get(arena, folded.length + 1, 1);

    for (size_t i = 0; i < folded.length; i++) {
        copy[i] = folded.at[i];
        if (copy[i] == '/')
            copy[i] = '-';
        else if (copy[i] == 'T' || copy[i] == 't')
            copy[i] = ' ';
    }
    return (struct sg_str){copy, folded.length};
}

static bool read_day(struct sg_arena *arena, const struct sg_zone *zone, struct sg_str text,
                     int64_t *utc_ms, struct sg_error *err)
{
    static const char *const patterns[][3] = {
        {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"},
        {"jalali %Y-%m-%d", "jalali %Y-%m-%d %H:%M", "jalali %Y-%m-%d %H:%M:%S"}};
    const bool is_jalali = memcmp(text.at, JALALI_BEFORE, YEAR_DIGITS) < 0;
    const size_t colons = sg_str_count(text, ':');

    return read_as(arena, patterns[is_jalali][colons > 2 ? 2 : colons], zone, text, utc_ms, err);
}

/* The day on which it is `at_ms`, and that time of the clock. */
static bool read_clock(struct sg_arena *arena, const struct sg_zone *zone, int64_t at_ms,
                       struct sg_str text, int64_t *utc_ms, struct sg_error *err)
{
    const struct sg_date_format *day = NULL;
    struct sg_str today = {0};

    return sg_date_format_compile(arena, SG_STR("%Y-%m-%d"), NOWHERE, &day, err) &&
           sg_date_write(arena, day, zone, at_ms, &today, err) &&
           read_day(arena, zone,
                    sg_str_format(arena, "%.*s %.*s", SG_STR_ARG(today), SG_STR_ARG(text)), utc_ms,
                    err);
}

static bool has_year(struct sg_str text)
{
    int64_t year;

    return text.length > YEAR_DIGITS && text.at[YEAR_DIGITS] == '-' &&
           sg_units_integer((struct sg_str){text.at, YEAR_DIGITS}, &year);
}

static bool read_any(struct sg_arena *arena, const struct sg_zone *zone, int64_t now_ms,
                     struct sg_str text, int64_t *utc_ms, struct sg_error *err)
{
    const struct sg_str typed = plain(arena, text);
    int64_t ago_ms;

    if (sg_date_parse_iso(text, zone, utc_ms))
        return !has_year(typed) || memcmp(typed.at, JALALI_BEFORE, YEAR_DIGITS) >= 0 ||
               read_day(arena, zone, typed, utc_ms, err);
    if (sg_units_duration_ms(typed, &ago_ms)) {
        *utc_ms = now_ms - ago_ms;
        return true;
    }
    if (has_year(typed))
        return read_day(arena, zone, typed, utc_ms, err);
    if (!read_clock(arena, zone, now_ms, typed, utc_ms, err))
        return false;
    return *utc_ms <= now_ms || read_clock(arena, zone, now_ms - DAY_MS, typed, utc_ms, err);
}

bool sg_moment_read(struct sg_arena *arena, const struct sg_zone *zone, int64_t now_ms,
                    struct sg_str text, int64_t *utc_ms, struct sg_error *err)
{
    return read_any(arena, zone, now_ms, text, utc_ms, err) ||
           sg_error_set(err, SG_ERROR_INPUT, NOWHERE, "\"%.*s\" is no time; give " SG_MOMENT_FORMS,
                        SG_STR_ARG(text));
}

struct sg_str sg_moment_age(struct sg_arena *arena, int64_t ms)
{
    const int64_t seconds = ms / 1000;

    if (seconds < 120)
        return sg_str_format(arena, "%llds", (long long)seconds);
    if (seconds < 7200)
        return sg_str_format(arena, "%lldm", (long long)(seconds / 60));
    if (seconds < 172800)
        return sg_str_format(arena, "%lldh", (long long)(seconds / 3600));
    return sg_str_format(arena, "%lldd", (long long)(seconds / 86400));
}
