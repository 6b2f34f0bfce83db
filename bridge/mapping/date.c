#include "mapping/date.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/units.h"
#include "mapping/gregorian.h"
#include "mapping/jalali.h"
#include "mapping/shown.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
    TEXT_MAX = 128, /* bytes; no date is longer, whatever stands around it */
};

static const struct sg_place NOWHERE; /* whoever runs a transform knows where it stands */

enum kind { ISO, UNIX, UNIX_MS, PATTERN };

struct sg_date_format {
    enum kind kind;
    bool is_jalali;
    struct sg_str text;    /* as it was written, for messages */
    struct sg_str pattern; /* what follows `jalali ` */
};

/* What a text says of a time. */
struct parts {
    struct sg_day day;
    int hour, minute, second, ms;
    bool has_offset;
    int64_t offset_ms;
};

/* Text being read; digits are ASCII by now. */
struct reader {
    char bytes[TEXT_MAX];
    size_t length, at;
};

/* The letters a pattern may have, and as bits those it has. */
static const char LETTERS[] = "YmdHMSfz";
enum { WHOLE_DAY = 1 | 2 | 4 };

bool sg_date_format_is_whole(const struct sg_date_format *format)
{
    unsigned seen = 0;

    for (size_t i = 0; i + 1 < format->pattern.length; i++) {
        if (format->pattern.at[i] == '%')
            seen |= 1U << (strchr(LETTERS, format->pattern.at[i + 1]) - LETTERS);
    }
    return format->kind != PATTERN || (seen & WHOLE_DAY) == WHOLE_DAY;
}

/* On failure `*wrong` is the byte, and `*why` what is wrong there. */
static bool check_pattern(struct sg_str pattern, size_t *wrong, const char **why)
{
    unsigned seen = 0;

    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.at[i] != '%')
            continue;
        *wrong = i++;
        const char *letter =
            i == pattern.length || pattern.at[i] == '\0' ? NULL : strchr(LETTERS, pattern.at[i]);
        *why = "`%` must be followed by one of Y m d H M S f z";
        if (letter == NULL)
            return false;
        *why = "this part is given twice";
        if ((seen & 1U << (letter - LETTERS)) != 0)
            return false;
        seen |= 1U << (letter - LETTERS);
    }
    *wrong = 0;
    *why = "no date format; give iso, unix, unix_ms or a pattern such as `%Y/%m/%d`";
    return seen != 0;
}

bool sg_date_format_compile(struct sg_arena *arena, struct sg_str text, struct sg_place at,
                            const struct sg_date_format **out, struct sg_error *err)
{
    static const char *const names[] = {[ISO] = "iso", [UNIX] = "unix", [UNIX_MS] = "unix_ms"};
    static const char jalali[] = "jalali ";
    struct sg_date_format format = {.kind = PATTERN, .text = sg_str_copy(arena, text)};

    for (int kind = ISO; kind < PATTERN; kind++) {
        if (sg_str_is(text, names[kind]))
            format.kind = (enum kind)kind;
    }
    if (format.kind == PATTERN) {
        size_t wrong = 0;
        const char *why = NULL;
        size_t start = sg_str_starts(text, jalali) ? sizeof jalali - 1 : 0;

        format.is_jalali = start > 0;
        format.pattern = sg_str_skip(format.text, start);
        if (!check_pattern(format.pattern, &wrong, &why)) {
            at.column += (int)(start + wrong);
            return sg_error_set(err, SG_ERROR_INPUT, at, "%s", why);
        }
    }
    struct sg_date_format *kept = sg_arena_get(arena, 1, sizeof *kept);
    *kept = format;
    *out = kept;
    return true;
}

/* The value of the digit at `text`, and how many bytes it has; -1 where there is none. */
static int digit_at(struct sg_str text, size_t *bytes)
{
    const unsigned char *at = (const unsigned char *)text.at;
    unsigned char last = 0, zero = 0;

    *bytes = 1;
    if (at[0] < 0x80)
        return at[0] >= '0' && at[0] <= '9' ? at[0] - '0' : -1;
    if (text.length >= 2 && (at[0] == 0xdb || at[0] == 0xd9)) { /* U+06F0, U+0660 */
        *bytes = 2;
        last = at[1];
        zero = at[0] == 0xdb ? 0xb0 : 0xa0;
    } else if (text.length >= 3 && at[0] == 0xef && at[1] == 0xbc) { /* U+FF10 */
        *bytes = 3;
        last = at[2];
        zero = 0x90;
    }
    return zero != 0 && last >= zero && last <= zero + 9 ? last - zero : -1;
}

/* All digits as ASCII ones; false when it is too long to be a date. */
static bool start_reading(struct reader *reader, struct sg_str text)
{
    *reader = (struct reader){0};
    while (text.length > 0) {
        size_t bytes;
        int digit = digit_at(text, &bytes);

        if (reader->length == TEXT_MAX)
            return false;
        reader->bytes[reader->length] = text.at[0];
        if (digit >= 0)
            reader->bytes[reader->length] = "0123456789"[digit];
        reader->length++;
        text = sg_str_skip(text, digit < 0 ? 1 : bytes);
    }
    return true;
}

static bool skip_byte(struct reader *reader, char byte)
{
    if (reader->at == reader->length || reader->bytes[reader->at] != byte)
        return false;
    reader->at++;
    return true;
}

/* From `least` to `most` digits, as many as there are. */
static bool read_number(struct reader *reader, size_t least, size_t most, int *number)
{
    size_t count = 0;

    *number = 0;
    for (; count < most && reader->at < reader->length; count++, reader->at++) {
        int digit = reader->bytes[reader->at] - '0';

        if (digit < 0 || digit > 9)
            break;
        *number = *number * 10 + digit;
    }
    return count >= least;
}

/* A fraction of a second: what is finer than a millisecond is passed over. */
static bool read_fraction(struct reader *reader, int *ms)
{
    int digit = 0, weight = 100;
    size_t start = reader->at;

    *ms = 0;
    while (read_number(reader, 1, 1, &digit)) {
        *ms += digit * weight;
        weight /= 10;
    }
    return reader->at > start;
}

/* `Z`, `+03:30`, `+0330` or `+03`. */
static bool read_offset(struct reader *reader, struct parts *parts)
{
    int hours = 0, minutes = 0;
    bool is_behind = skip_byte(reader, '-');

    parts->has_offset = true;
    if (!is_behind && (skip_byte(reader, 'Z') || skip_byte(reader, 'z')))
        return true;
    if (!is_behind && !skip_byte(reader, '+'))
        return false;
    if (!read_number(reader, 2, 2, &hours))
        return false;
    bool has_colon = skip_byte(reader, ':');
    bool has_minutes = read_number(reader, 2, 2, &minutes);
    if ((has_colon && !has_minutes) || hours > 23 || minutes > 59)
        return false;
    parts->offset_ms = (int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS;
    if (is_behind)
        parts->offset_ms = -parts->offset_ms;
    return true;
}

static bool read_iso(struct reader *reader, struct parts *parts)
{
    struct sg_day *day = &parts->day;

    if (!read_number(reader, 4, 4, &day->year) || !skip_byte(reader, '-') ||
        !read_number(reader, 2, 2, &day->month) || !skip_byte(reader, '-') ||
        !read_number(reader, 2, 2, &day->day))
        return false;
    if (reader->at == reader->length)
        return true;
    if (!skip_byte(reader, 'T') && !skip_byte(reader, 't') && !skip_byte(reader, ' '))
        return false;
    if (!read_number(reader, 2, 2, &parts->hour) || !skip_byte(reader, ':') ||
        !read_number(reader, 2, 2, &parts->minute) || !skip_byte(reader, ':') ||
        !read_number(reader, 2, 2, &parts->second))
        return false;
    if (skip_byte(reader, '.') && !read_fraction(reader, &parts->ms))
        return false;
    return reader->at == reader->length || read_offset(reader, parts);
}

static bool read_part(struct reader *reader, char letter, struct parts *parts)
{
    switch (letter) {
    case 'Y':
        return read_number(reader, 4, 4, &parts->day.year);
    case 'm':
        return read_number(reader, 1, 2, &parts->day.month);
    case 'd':
        return read_number(reader, 1, 2, &parts->day.day);
    case 'H':
        return read_number(reader, 1, 2, &parts->hour);
    case 'M':
        return read_number(reader, 1, 2, &parts->minute);
    case 'S':
        return read_number(reader, 1, 2, &parts->second);
    case 'f':
        return read_fraction(reader, &parts->ms);
    default:
        return read_offset(reader, parts);
    }
}

static bool read_pattern(struct reader *reader, struct sg_str pattern, struct parts *parts)
{
    for (size_t i = 0; i < pattern.length; i++) {
        bool fits = pattern.at[i] == '%' ? read_part(reader, pattern.at[++i], parts)
                                         : skip_byte(reader, pattern.at[i]);
        if (!fits)
            return false;
    }
    return true;
}

static bool check_year(int year, bool is_jalali, struct sg_error *err)
{
    const int first = is_jalali ? 1300 : 1900, last = is_jalali ? 1500 : 2100;

    if (year >= first && year <= last)
        return true;
    return sg_error_set(err, SG_ERROR_INPUT, NOWHERE, "year %d is outside %d-%d", year, first,
                        last);
}

static bool parts_to_utc(const struct parts *parts, bool is_jalali, const struct sg_zone *zone,
                         int64_t *utc_ms, struct sg_error *err)
{
    int64_t number = 0;
    bool is_day = check_year(parts->day.year, is_jalali, err) &&
                  (is_jalali ? sg_jalali_to_number(parts->day, &number)
                             : sg_gregorian_to_number(parts->day, &number));

    if (!is_day && err->kind != SG_ERROR_NONE)
        return false;
    if (!is_day)
        return sg_error_set(err, SG_ERROR_INPUT, NOWHERE, "no such day: %04d%c%02d%c%02d",
                            parts->day.year, is_jalali ? '/' : '-', parts->day.month,
                            is_jalali ? '/' : '-', parts->day.day);
    if (parts->hour > 23 || parts->minute > 59 || parts->second > 59)
        return sg_error_set(err, SG_ERROR_INPUT, NOWHERE, "no such time of day: %02d:%02d:%02d",
                            parts->hour, parts->minute, parts->second);

    int64_t local = number * DAY_MS + (int64_t)parts->hour * HOUR_MS +
                    (int64_t)parts->minute * MINUTE_MS + (int64_t)parts->second * SECOND_MS +
                    parts->ms;
    *utc_ms = parts->has_offset ? local - parts->offset_ms : sg_zone_to_utc(zone, local);
    return true;
}

/* Only what has a year that may be written again. */
static bool read_unix(struct reader *reader, int64_t unit_ms, int64_t *utc_ms)
{
    const int64_t first = -2208988800000, end = 4133980800000; /* 1900-01-01, 2101-01-01 */
    int64_t number = 0, ms = 0;
    struct sg_str text = {reader->bytes, reader->length};

    if (!sg_units_integer(text, &number) || __builtin_mul_overflow(number, unit_ms, &ms) ||
        ms < first || ms >= end)
        return false;
    *utc_ms = ms;
    return true;
}

static bool not_of_the_form(const struct sg_date_format *format, struct sg_str text,
                            struct sg_error *err)
{
    return sg_error_set(err, SG_ERROR_INPUT, NOWHERE, "%s is not of the form `%.*s`",
                        sg_shown_of(text).text, SG_STR_ARG(format->text));
}

bool sg_date_read(const struct sg_date_format *format, const struct sg_zone *zone,
                  struct sg_str text, int64_t *utc_ms, struct sg_error *err)
{
    struct reader reader;
    struct parts parts = {0};

    assert(sg_date_format_is_whole(format));
    *err = (struct sg_error){0};
    if (!start_reading(&reader, text))
        return not_of_the_form(format, text, err);
    if (format->kind == UNIX || format->kind == UNIX_MS)
        return read_unix(&reader, format->kind == UNIX ? SECOND_MS : 1, utc_ms) ||
               not_of_the_form(format, text, err);
    bool is_read = format->kind == ISO ? read_iso(&reader, &parts)
                                       : read_pattern(&reader, format->pattern, &parts);
    if (!is_read || reader.at < reader.length)
        return not_of_the_form(format, text, err);
    return parts_to_utc(&parts, format->is_jalali, zone, utc_ms, err);
}

static struct parts parts_of(int64_t utc_ms, int64_t offset_ms, bool is_jalali)
{
    int64_t local = utc_ms + offset_ms;
    int64_t in_day = (local % DAY_MS + DAY_MS) % DAY_MS;
    int64_t number = (local - in_day) / DAY_MS;

    return (struct parts){
        .day = is_jalali ? sg_jalali_of_number(number) : sg_gregorian_of_number(number),
        .hour = (int)(in_day / HOUR_MS),
        .minute = (int)(in_day % HOUR_MS / MINUTE_MS),
        .second = (int)(in_day % MINUTE_MS / SECOND_MS),
        .ms = (int)(in_day % SECOND_MS),
        .offset_ms = offset_ms,
    };
}

/* With zeros before it up to `width`, four at most; by hand, for vsnprintf() costs ten times that. */
static void write_number(struct sg_buffer *out, int number, size_t width)
{
    char digits[] = {'0', '0', '0', '0'};

    if (number < 0 || number > 9999) { /* a year that is far off */
        sg_buffer_add_format(out, "%0*d", (int)width, number);
        return;
    }
    for (size_t i = sizeof digits; i-- > 0; number /= 10)
        digits[i] = (char)('0' + number % 10);
    sg_buffer_add(out, (struct sg_str){digits + sizeof digits - width, width});
}

/* `+03:30`. Before standard times there were offsets with seconds, which no form has room for. */
static void write_offset(struct sg_buffer *out, int64_t offset_ms)
{
    int64_t minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / MINUTE_MS;

    sg_buffer_add_byte(out, offset_ms < 0 ? '-' : '+');
    write_number(out, (int)(minutes / 60), 2);
    sg_buffer_add_byte(out, ':');
    write_number(out, (int)(minutes % 60), 2);
}

static void write_part(struct sg_buffer *out, char letter, const struct parts *parts)
{
    switch (letter) {
    case 'Y':
        write_number(out, parts->day.year, 4);
        break;
    case 'm':
        write_number(out, parts->day.month, 2);
        break;
    case 'd':
        write_number(out, parts->day.day, 2);
        break;
    case 'H':
        write_number(out, parts->hour, 2);
        break;
    case 'M':
        write_number(out, parts->minute, 2);
        break;
    case 'S':
        write_number(out, parts->second, 2);
        break;
    case 'f':
        write_number(out, parts->ms, 3);
        break;
    default:
        write_offset(out, parts->offset_ms);
    }
}

static void write_pattern(struct sg_buffer *out, struct sg_str pattern, const struct parts *parts)
{
    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.at[i] == '%')
            write_part(out, pattern.at[++i], parts);
        else
            sg_buffer_add_byte(out, pattern.at[i]);
    }
}

static void write_iso(struct sg_buffer *out, const struct parts *parts)
{
    write_pattern(out, SG_STR("%Y-%m-%dT%H:%M:%S"), parts);
    if (parts->ms != 0)
        write_pattern(out, SG_STR(".%f"), parts);
    if (parts->offset_ms == 0)
        sg_buffer_add_byte(out, 'Z');
    else
        write_offset(out, parts->offset_ms);
}

bool sg_date_write(struct sg_arena *arena, const struct sg_date_format *format,
                   const struct sg_zone *zone, int64_t utc_ms, struct sg_str *out,
                   struct sg_error *err)
{
    struct sg_buffer written = {.arena = arena};

    if (format->kind == UNIX || format->kind == UNIX_MS) {
        int64_t seconds = (utc_ms - (utc_ms % SECOND_MS + SECOND_MS) % SECOND_MS) / SECOND_MS;

        *out = sg_str_format(arena, "%lld", (long long)(format->kind == UNIX ? seconds : utc_ms));
        return true;
    }
    struct parts parts = parts_of(utc_ms, sg_zone_offset_ms(zone, utc_ms), format->is_jalali);

    if (!check_year(parts.day.year, format->is_jalali, err))
        return false;
    if (format->kind == ISO)
        write_iso(&written, &parts);
    else
        write_pattern(&written, format->pattern, &parts);
    *out = sg_buffer_text(&written);
    return true;
}

bool sg_date_parse_iso(struct sg_str text, const struct sg_zone *zone, int64_t *utc_ms)
{
    static const struct sg_date_format iso = {.kind = ISO, .text = {"iso", 3}};
    struct sg_error ignored;

    return sg_date_read(&iso, zone, text, utc_ms, &ignored);
}

struct sg_str sg_date_write_iso_utc(struct sg_arena *arena, int64_t utc_ms)
{
    struct sg_buffer out = {.arena = arena};
    struct parts parts = parts_of(utc_ms, 0, false);

    write_iso(&out, &parts);
    return sg_buffer_text(&out);
}

struct sg_str sg_date_write_people(struct sg_arena *arena, const struct sg_zone *zone,
                                   int64_t utc_ms)
{
    struct sg_buffer out = {.arena = arena};
    int64_t offset_ms = sg_zone_offset_ms(zone, utc_ms);
    struct parts jalali = parts_of(utc_ms, offset_ms, true);
    struct parts gregorian = parts_of(utc_ms - jalali.ms, offset_ms, false);

    write_pattern(&out, SG_STR("%Y/%m/%d %H:%M:%S ("), &jalali);
    write_iso(&out, &gregorian);
    sg_buffer_add_byte(&out, ')');
    return sg_buffer_text(&out);
}
