"""GAM's cases and responses, and what may be done to them. Every method that changes one writes it in the ledger."""

import base64
import binascii
import hashlib
import re
import threading
from dataclasses import dataclass, field

import jalali
import story
from clock import jalali_time
from soap import Fault

_DATE_TIME = re.compile(r"^(\d{4})/(\d\d)/(\d\d) \d\d:\d\d:\d\d$")
_FIRST_NUMBER = 40
OUTCOMES = {"1": "انجام شد", "2": "زمان‌بندي شد", "3": "امكان‌پذير نيست"}


@dataclass
class Case:
    number: str
    reference: str
    receiver: str
    visible_at: int              # real ms from which the search shows it
    cancelled: bool = False


@dataclass
class Response:
    id: str
    case: str
    final: bool
    outcome: str
    text: str
    answered_at: str
    department: str
    photograph: str = ""
    acknowledged: bool = field(default=False, compare=False)


class Gam:
    """All cases. `refuse_doubles`: a second CreateCase of one reference is a fault, not a second case."""

    def __init__(self, clock, ledger, url):
        self._clock, self._ledger, self._url = clock, ledger, url
        self._lock = threading.RLock()
        self._cases = {}
        self._responses = []
        self._notes = {}
        self._numbers = {}      # the last case number of each Jalali year
        self.refuse_doubles = False

    # What the bridge asks.

    def create(self, reference, receiver, letter_time, attachments, lag_ms=0, phone=""):
        """Makes a case and gives its number; the ledger shows a phone only where the letter has one."""
        with self._lock:
            if self.refuse_doubles and any(c.reference == reference for c in self._cases.values()):
                self._ledger.add("refused", reference=reference, why="duplicate reference")
                raise Fault("Client.DuplicateReference", "اين شماره پيگيري پيش‌تر ثبت شده است")
            _check_time(letter_time)
            hashes = [_hash(content) for content in attachments]
            year = int(jalali_time(self._clock.now_ms())[:4])
            self._numbers[year] = self._numbers.get(year, _FIRST_NUMBER) + 1
            case = Case(f"{self._numbers[year]}/{year}", reference, receiver, self._real_ms() + lag_ms)
            self._cases[case.number] = case
            self._ledger.add("case", case=case.number, reference=reference, receiver=receiver, files=hashes,
                             **({"phone": phone} if phone else {}))
            return case.number

    def find(self, reference):
        """The cases of this reference that the search shows by now."""
        with self._lock:
            now = self._real_ms()
            return [c for c in self._cases.values() if c.reference == reference and c.visible_at <= now]

    def get(self, number):
        with self._lock:
            return self._cases.get(number)

    def responses(self, after, limit):
        """Up to `limit` responses published after the token, oldest first, and the next token."""
        with self._lock:
            page = self._responses[after:after + limit]
            return page, after + len(page)

    def add_note(self, number, note_id):
        with self._lock:
            self._case(number)
            if note_id in self._notes:
                self._ledger.add("note_repeat", case=number, note=note_id, first=self._notes[note_id])
                return
            self._notes[note_id] = number
            self._ledger.add("note", case=number, note=note_id)

    def cancel(self, number):
        with self._lock:
            case = self._case(number)
            self._ledger.add("cancel_repeat" if case.cancelled else "cancel", case=number)
            case.cancelled = True

    def acknowledge(self, response_id):
        with self._lock:
            found = [r for r in self._responses if r.id == response_id]
            if not found:
                raise Fault("Client.UnknownResponse", "پاسخ يافت نشد")
            self._ledger.add("acknowledge_repeat" if found[0].acknowledged else "acknowledge", response=response_id)
            found[0].acknowledged = True

    # What departments do.

    def answer(self, number, final, outcome, text, photograph=False):
        """A department answers; gives the response's id, or "" when the case was cancelled before."""
        with self._lock:
            case = self.get(number)
            if case is None:
                raise ValueError("no such case")
            if case.cancelled:
                return ""
            response = Response(f"r-{len(self._responses) + 1}", number, final, outcome, text,
                                jalali_time(self._clock.now_ms()), case.receiver)
            if photograph:
                response.photograph = f"{self._url}/photographs/{response.id}.jpg"
            self._responses.append(response)
            key, round_ = story.parse_reference(case.reference) or (case.reference, 1)
            self._ledger.add("response", response=response.id, case=number, ticket=key, round=round_, final=final,
                             outcome=outcome)
            return response.id

    # What happens behind everybody's back.

    def forget(self, number):
        """The case is deleted."""
        with self._lock:
            del self._cases[number]
            self._ledger.add("forgotten", case=number)

    def refer(self, number, reference):
        """The case is given another reference."""
        with self._lock:
            self._cases[number].reference = reference
            self._ledger.add("referred", case=number, reference=reference)

    # What departments look at.

    def cases(self):
        with self._lock:
            return list(self._cases.values())

    def answered(self, number):
        """Whether a final response to this case was published."""
        with self._lock:
            return any(r.case == number and r.final for r in self._responses)

    # With the lock held.

    def _case(self, number):
        if number not in self._cases:
            raise Fault("Client.UnknownCase", "پرونده يافت نشد")
        return self._cases[number]

    def _real_ms(self):
        return self._clock.now_ms() - self._clock.skew_ms


def _check_time(text):
    found = _DATE_TIME.match(text)
    if not found or not jalali.is_day(*map(int, found.groups())):
        raise Fault("Client.BadDate", "تاريخ نامه نامعتبر است")


def _hash(content):
    try:
        return hashlib.sha256(base64.b64decode(content, validate=True)).hexdigest()
    except (binascii.Error, ValueError):
        raise Fault("Client.BadAttachment", "پيوست خوانده نشد") from None
