"""The Jalali calendar by its 33-year rule, right for the years 1300 to 1500 and beyond."""

from datetime import date

MONTHS = (31, 31, 31, 31, 31, 31, 30, 30, 30, 30, 30, 29)
_FIRST_YEAR = 1300
_FIRST_DAY = date(1921, 3, 21).toordinal()  # 1300/01/01


def is_leap(year):
    return (25 * year + 11) % 33 < 8


def month_days(year, month):
    return 30 if month == 12 and is_leap(year) else MONTHS[month - 1]


def from_date(day):
    """(year, month, day) of a `datetime.date` from 1921-03-21 on."""
    left = day.toordinal() - _FIRST_DAY
    if left < 0:
        raise ValueError("a day before 1300/01/01")
    year, month = _FIRST_YEAR, 1
    while left >= (length := 366 if is_leap(year) else 365):
        left -= length
        year += 1
    while left >= month_days(year, month):
        left -= month_days(year, month)
        month += 1
    return year, month, left + 1


def is_day(year, month, day):
    return 1 <= month <= 12 and 1 <= day <= month_days(year, month)
