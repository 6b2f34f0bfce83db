#include "mapping/jalali.h"

#include <assert.h>

enum { NEW_YEAR_1403 = 19802 }; /* 1 Farvardin 1403 was 2024-03-20 */

bool sg_jalali_is_leap(int year)
{
    return year >= SG_JALALI_YEAR_MIN && year <= SG_JALALI_YEAR_MAX && (25 * year + 11) % 33 < 8;
}

/* The number of 1 Farvardin. As 25 is -8 (mod 33), the rule makes a year leap just when
 * (8 * year + 21) / 33 grows by one with the next. */
static int64_t new_year(int year)
{
    const int leaps = (8 * year + 21) / 33 - (8 * 1403 + 21) / 33;

    return NEW_YEAR_1403 + 365 * (int64_t)(year - 1403) + leaps;
}

/* Six months of 31 days, five of 30, and Esfand. */
static int days_of_month(int year, int month)
{
    if (month <= 6)
        return 31;
    return month < 12 || sg_jalali_is_leap(year) ? 30 : 29;
}

static int days_before_month(int month)
{
    return month <= 7 ? 31 * (month - 1) : 186 + 30 * (month - 7);
}

bool sg_jalali_to_number(struct sg_day day, int64_t *number)
{
    if (day.year < SG_JALALI_YEAR_MIN || day.year > SG_JALALI_YEAR_MAX || day.month < 1 ||
        day.month > 12 || day.day < 1 || day.day > days_of_month(day.year, day.month))
        return false;
    *number = new_year(day.year) + days_before_month(day.month) + day.day - 1;
    return true;
}

struct sg_day sg_jalali_of_number(int64_t number)
{
    assert(number >= new_year(SG_JALALI_YEAR_MIN) && number < new_year(SG_JALALI_YEAR_MAX + 1));
    int year = 1403 + (int)((number - NEW_YEAR_1403) / 366);

    if (number < NEW_YEAR_1403)
        year = 1403 - (int)((NEW_YEAR_1403 - number) / 365) - 1;
    while (new_year(year + 1) <= number)
        year++;
    int in_year = (int)(number - new_year(year));
    int month = in_year < 186 ? in_year / 31 + 1 : (in_year - 186) / 30 + 7;

    return (struct sg_day){year, month, in_year - days_before_month(month) + 1};
}
