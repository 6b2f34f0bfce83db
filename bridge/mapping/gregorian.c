#include "mapping/gregorian.h"

#include <assert.h>

enum { DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 }; /* both from 0000-03-01 */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool sg_gregorian_to_number(struct sg_day day, int64_t *number)
{
    if (day.year < 1 || day.year > 9999 || day.month < 1 || day.month > 12 || day.day < 1 ||
        day.day > days_of_month(day.year, day.month))
        return false;
    /* A year that begins in March has its leap day at its end: months then follow one formula. */
    int year = day.month > 2 ? day.year : day.year - 1;
    int months = (day.month + 9) % 12;

    *number = 365 * (int64_t)year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 +
              day.day - 1 - DAYS_TO_1970;
    return true;
}

struct sg_day sg_gregorian_of_number(int64_t number)
{
    int64_t days = number + DAYS_TO_1970;

    assert(days >= 0 && days < 30LL * DAYS_400_YEARS);
    int64_t cycle = days / DAYS_400_YEARS, rest = days % DAYS_400_YEARS;
    /* Whole years in the rest: every 1461st day, and not every 36525th, is a leap day. */
    int64_t years = (rest - rest / 1460 + rest / 36524 - rest / (DAYS_400_YEARS - 1)) / 365;
    int64_t in_year = rest - (365 * years + years / 4 - years / 100);
    int64_t months = (5 * in_year + 2) / 153;
    int month = (int)(months < 10 ? months + 3 : months - 9);

    return (struct sg_day){(int)(400 * cycle + years) + (month <= 2), month,
                           (int)(in_year - (153 * months + 2) / 5) + 1};
}
