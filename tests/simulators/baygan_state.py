"""BAYGAN's letters and answers, and what may be done to them. Every method that changes one writes it in the ledger."""

import re
import threading
from dataclasses import dataclass

import jalali
import story
from clock import jalali_time

DESKS = ("ARC", "BLD", "TRF")      # archive, buildings, traffic
MAX_ROWS = 20
_RESULTS = {"1": "انجام شد", "2": "در نوبت", "3": "امكان‌پذير نيست"}
_LENGTHS = {"ref": 30, "desk": 10, "subject": 120, "text": 4000, "place": 200, "reason": 200}
_DAY, _HOUR = re.compile(r"(\d{4})/(\d\d)/(\d\d)"), re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Refused(ValueError):
    """What BAYGAN refuses: one of the codes of its manual, and why."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code, self.why = code, why


@dataclass
class Letter:
    number: str
    reference: str
    desk: str
    visible_at: int              # real ms from which the search shows it
    cancelled: bool = False
    answered: bool = False

    @property
    def state(self):
        return "withdrawn" if self.cancelled else "answered" if self.answered else "open"


@dataclass(frozen=True)
class Row:
    no: int
    letter: str
    final: bool
    day: str
    hour: str
    clerk: str
    result: str
    text: str


class Baygan:
    """All letters. To departments.py, which answers them, a letter is a case."""

    def __init__(self, clock, ledger):
        self._clock, self._ledger = clock, ledger
        self._lock = threading.RLock()
        self._letters = {}
        self._rows = []
        self._numbers = {}      # the last number of each Jalali year

    # What the bridge asks.

    def register(self, form, lag_ms=0):
        """Makes a letter and gives its number."""
        with self._lock:
            _check(form, ("ref", "desk", "subject", "text"), ("place",))
            _check_moment(form)
            if form["desk"] not in DESKS:
                raise Refused(42, "desk not known")
            if any(letter.reference == form["ref"] for letter in self._letters.values()):
                self._ledger.add("letter_repeat", reference=form["ref"])
                raise Refused(31, "this reference is registered already")
            year = int(jalali_time(self._clock.now_ms())[:4])
            self._numbers[year] = self._numbers.get(year, 0) + 1
            letter = Letter(f"{year}-{self._numbers[year]:05d}", form["ref"], form["desk"], self._real_ms() + lag_ms)
            self._letters[letter.number] = letter
            self._ledger.add("letter", letter=letter.number, reference=letter.reference, desk=letter.desk,
                             subject=form["subject"], text=form["text"], written=f"{form['day']} {form['hour']}")
            return letter.number

    def withdraw(self, form):
        with self._lock:
            _check(form, ("number", "reason"), ())
            letter = self.get(form["number"])
            if letter.cancelled:
                self._ledger.add("withdrawn_repeat", letter=letter.number)
                raise Refused(32, "withdrawn already")
            if letter.answered:
                self._ledger.add("refused", letter=letter.number, why="answered already")
                raise Refused(45, "answered already")
            letter.cancelled = True
            self._ledger.add("withdrawn", letter=letter.number, reference=letter.reference)

    def find(self, reference):
        """The letters of this reference that the search shows by now."""
        with self._lock:
            now = self._real_ms()
            return [one for one in self._letters.values() if one.reference == reference and one.visible_at <= now]

    def get(self, number):
        with self._lock:
            if number not in self._letters:
                raise Refused(44, "letter not known")
            return self._letters[number]

    def rows(self, day, first, last):
        """The rows `first` to `last` of those recorded on `day` or later, counted from 1."""
        with self._lock:
            _check_day(day, "fromDay")
            fit = [row for row in self._rows if row.day >= day]
            return fit[first - 1:min(last, first - 1 + MAX_ROWS)]

    # What desks do.

    def answer(self, number, final, outcome, text, _photograph=False):
        """A desk answers; gives the answer's number, or None when the letter was withdrawn before."""
        with self._lock:
            letter = self.get(number)
            if letter.cancelled:
                return None
            day, hour = jalali_time(self._clock.now_ms()).split(" ")
            row = Row(len(self._rows) + 1, number, final, day, hour[:5], "دبيرخانه منطقه 2",
                      _RESULTS[outcome] if final else "", text)
            self._rows.append(row)
            letter.answered = letter.answered or final
            key, round_ = story.parse_reference(letter.reference) or (letter.reference, 1)
            self._ledger.add("answer", no=str(row.no), letter=number, ticket=key, round=round_, final=final)
            return row.no

    # What departments.py looks at.

    def cases(self):
        with self._lock:
            return list(self._letters.values())

    def answered(self, number):
        """Whether a final answer to this letter was recorded."""
        with self._lock:
            return self._letters[number].answered

    def _real_ms(self):
        return self._clock.now_ms() - self._clock.skew_ms


def _check(form, must, may):
    for name in must:
        if not form.get(name, "").strip():
            raise Refused(41, f"{name} is missing")
    for name in (*must, *may):
        if len(form.get(name, "")) > _LENGTHS.get(name, 30):
            raise Refused(41, f"{name} is too long")


def _check_moment(form):
    _check_day(form.get("day", ""), "day")
    if not _HOUR.fullmatch(form.get("hour", "")):
        raise Refused(41, "hour is wrong")


def _check_day(text, name):
    found = _DAY.fullmatch(text)
    if not found or not jalali.is_day(*map(int, found.groups())):
        raise Refused(41, f"{name} is wrong")
