"""A simulator's clock: real time, moved by the skew that a test asks for, as both systems write it."""

import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import jalali

# Iran has had no summer time since 1401; what the simulators stamp is always later than that.
TEHRAN = timezone(timedelta(hours=3, minutes=30))


class Clock:
    """Real time plus `skew_ms`, which an admin call changes while threads read it: one plain integer."""

    def __init__(self):
        self.skew_ms = 0

    def now_ms(self):
        return time.time_ns() // 1_000_000 + self.skew_ms

    def http_date(self):
        return format_datetime(datetime.fromtimestamp(self.now_ms() / 1000, timezone.utc), usegmt=True)


def iso(ms):
    """`2026-07-01T08:00:00.000+03:30`: always with milliseconds, so that texts sort as times do."""
    moment = datetime.fromtimestamp(ms // 1000, TEHRAN)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}+03:30"


def parse_iso(text):
    """Milliseconds of an RFC 3339 time; ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return round(moment.timestamp() * 1000)


def jalali_time(ms):
    """`1405/04/10 08:00:00`: Tehran's time, without zone, as GAM writes it."""
    moment = datetime.fromtimestamp(ms // 1000, TEHRAN)
    year, month, day = jalali.from_date(moment.date())
    return f"{year}/{month:02d}/{day:02d} {moment:%H:%M:%S}"
