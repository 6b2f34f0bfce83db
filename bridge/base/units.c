#include "base/units.h"

struct unit {
    const char *name;
    int64_t factor;
};

bool sg_units_integer(struct sg_str text, int64_t *number)
{
    bool negative = text.length > 0 && text.at[0] == '-';
    int64_t sum = 0;

    if (text.length == (size_t)negative)
        return false;
    for (size_t i = negative; i < text.length; i++) {
        int digit = text.at[i] - '0';

        if (digit < 0 || digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum))
            return false; /* summed below zero, where there is room for one more */
    }
    if (negative)
        *number = sum;
    else if (sum == INT64_MIN)
        return false;
    else
        *number = -sum;
    return true;
}

/* Digits and then one of the units, or nothing of `*number` is set. */
static bool number_with_unit(struct sg_str text, const struct unit *units, size_t count,
                             int64_t *number)
{
    size_t digits = 0;
    int64_t plain;

    while (digits < text.length && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    if (!sg_units_integer((struct sg_str){text.at, digits}, &plain))
        return false;
    for (size_t u = 0; u < count; u++) {
        if (sg_str_is(sg_str_skip(text, digits), units[u].name))
            return !__builtin_mul_overflow(plain, units[u].factor, number);
    }
    return false;
}

bool sg_units_duration_ms(struct sg_str text, int64_t *ms)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

    return number_with_unit(text, units, sizeof units / sizeof units[0], ms);
}

bool sg_units_size_bytes(struct sg_str text, int64_t *bytes)
{
    static const struct unit units[] = {{"KB", 1024}, {"MB", 1048576}};

    return number_with_unit(text, units, sizeof units / sizeof units[0], bytes);
}

bool sg_units_rate(struct sg_str text, int64_t *count, int64_t *per_ms)
{
    static const struct unit seconds[] = {{"/s", 1}}, minutes[] = {{"/m", 1}},
                             hours[] = {{"/h", 1}};

    if (number_with_unit(text, seconds, 1, count))
        *per_ms = 1000;
    else if (number_with_unit(text, minutes, 1, count))
        *per_ms = 60000;
    else if (number_with_unit(text, hours, 1, count))
        *per_ms = 3600000;
    else
        return false;
    return *count > 0;
}
