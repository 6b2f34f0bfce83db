"""SAJA's tickets and what may be done to them. Every method that changes one writes it in the ledger."""

import copy
import hashlib
import random
import threading
from collections import Counter
from datetime import datetime

import jalali
import tickets
from clock import iso, parse_iso

STATUSES = ("open", "answered")
PEOPLE_MAY_SET = ("address", "service_code", "service_name", "district", "description", "priority")
_FIRST_NUMBER = 88001
_DAY_MS = 86_400_000


class Refused(ValueError):
    """What SAJA refuses: an HTTP status and why."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status, self.why = status, why


class Saja:
    """All tickets; `on_change(ticket)` is called with a copy of every new version, in order."""

    def __init__(self, clock, ledger, seed, url, on_change):
        self._clock, self._ledger, self._url, self._on_change = clock, ledger, url, on_change
        self._lock = threading.RLock()
        self._chance = random.Random(seed)
        self._tickets = {}
        self._stamps = {}    # updated_datetime of each ticket, as milliseconds
        self._answers = {}   # of updates, by update id: (what was asked, what was answered)
        self._files = {}     # of tickets, by path
        self._follow_ups = Counter()
        self._count = 0

    # What the bridge asks.

    def page(self, after_ms, number, size):
        """The `number`-th page, oldest change first; `after_ms` itself is included."""
        with self._lock:
            fit = sorted((stamp, key) for key, stamp in self._stamps.items() if stamp >= after_ms)
            return [copy.deepcopy(self._tickets[key]) for _, key in fit[(number - 1) * size:number * size]]

    def get(self, key):
        with self._lock:
            return copy.deepcopy(self._find(key))

    def file(self, path):
        with self._lock:
            return self._files.get(path)

    def update(self, form):
        """Applies an update once; a repeat is answered like the first and changes nothing."""
        with self._lock:
            key, update_id = form.get("service_request_id", ""), form.get("update_id", "")
            try:
                ticket = self._find(key)
                self._check_update(form)
            except Refused as refused:
                self._ledger.add("refused", ticket=key, update_id=update_id, why=refused.why)
                raise
            if update_id in self._answers:
                asked, answer = self._answers[update_id]
                self._ledger.add("repeat", ticket=key, update_id=update_id, same=asked == form)
                return answer
            return self._apply(ticket, form)

    # What people do.

    def make(self, wanted=None):
        """A new ticket; `wanted` overrides what the seed would tell."""
        with self._lock:
            now = self._clock.now_ms()
            year, _, _ = jalali.from_date(datetime.fromisoformat(iso(now)).date())
            key = f"{year}-{_FIRST_NUMBER + self._count}"
            self._count += 1
            ticket = {"service_request_id": key, "status": "open"} | tickets.make(self._chance)
            ticket["requested_datetime"] = iso(now)
            if self._chance.random() < 0.6:
                ticket["expected_datetime"] = iso(now + self._chance.randint(1, 9) * _DAY_MS)
            files = self._attach(key, ticket) if self._chance.random() < 0.12 else []
            ticket |= wanted or {}
            self._tickets[key] = ticket
            self._touch(ticket)
            self._ledger.add("made", ticket=key, service_code=ticket["service_code"], files=files)
            return key

    def reopen(self, key):
        with self._lock:
            self._find(key).pop("follow_up", None)
            self._by_person(key, "reopened", {"status": "reopened", "reopened_datetime": iso(self._next_stamp(key))})

    def cancel(self, key):
        with self._lock:
            self._by_person(key, "cancelled", {"status": "cancelled", "status_notes": self._chance.choice(tickets.REASONS)})

    def edit(self, key, fields):
        wrong = [name for name in fields if name not in PEOPLE_MAY_SET]
        if wrong:
            raise ValueError(f"people do not edit {', '.join(wrong)}")
        with self._lock:
            self._by_person(key, "edited", fields)

    def follow_up(self, key):
        """The citizen calls again; gives the follow-up's id."""
        with self._lock:
            self._find(key)
            self._follow_ups[key] += 1
            follow_up = {"id": f"f-{key}-{self._follow_ups[key]}", "text": self._chance.choice(tickets.FOLLOW_UPS)}
            self._by_person(key, "followed_up", {"follow_up": follow_up}, follow_up=follow_up["id"])
            return follow_up["id"]

    # With the lock held.

    def _find(self, key):
        if key not in self._tickets:
            raise Refused(404, "no such request")
        return self._tickets[key]

    def _by_person(self, key, what, fields, **noted):
        ticket = self._find(key)
        before = ticket["status"]
        ticket.update(fields)
        self._touch(ticket)
        self._ledger.add(what, ticket=key, before=before, after=ticket["status"], **noted)

    def _next_stamp(self, key):
        return max(self._clock.now_ms(), self._stamps.get(key, 0) + 1)

    def _touch(self, ticket):
        key = ticket["service_request_id"]
        self._stamps[key] = stamp = self._next_stamp(key)
        ticket["updated_datetime"] = iso(stamp)
        self._on_change(copy.deepcopy(ticket))

    def _attach(self, key, ticket):
        media, hashes = [], []
        for number in range(1, self._chance.randint(1, 2) + 1):
            path, body = f"/media/{key}/{number}.jpg", self._chance.randbytes(self._chance.randint(200, 3000))
            self._files[path] = body
            media.append({"name": f"{number}.jpg", "url": self._url + path})
            hashes.append(hashlib.sha256(body).hexdigest())
        ticket["media"] = media
        return hashes

    @staticmethod
    def _check_update(form):
        if not form.get("update_id"):
            raise Refused(400, "update_id is missing")
        if "status" in form and form["status"] not in STATUSES:
            raise Refused(400, "no such status")
        try:
            parse_iso(form.get("updated_datetime", ""))
        except ValueError:
            raise Refused(400, "updated_datetime is not a time") from None

    def _apply(self, ticket, form):
        before = ticket["status"]
        # `open` says "still open": a re-opened ticket stays what it is, an answered one is open again.
        if form.get("status") == "answered" or (form.get("status") == "open" and before == "answered"):
            ticket["status"] = form["status"]
        ticket.setdefault("updates", []).append(dict(form))
        self._touch(ticket)
        key, update_id = ticket["service_request_id"], form["update_id"]
        answer = [{"service_request_id": key, "update_id": update_id, "status": ticket["status"],
                   "updated_datetime": ticket["updated_datetime"]}]
        self._answers[update_id] = (dict(form), answer)
        self._ledger.add("update", ticket=key, update_id=update_id, asked=form.get("status", ""),
                         before=before, after=ticket["status"])
        return answer
