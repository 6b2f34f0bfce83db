"""GAM's departments: they answer the cases by themselves, after a while, as each ticket's story tells."""

import random
import threading
import time

import story
from gam_state import OUTCOMES

_TEXTS = {
    "1": ("اكيپ اجرايي به محل اعزام و موضوع رفع شد.", "پس از بازديد كارشناس، عمليات در همان روز انجام گرديد."),
    "2": ("موضوع در برنامه‌ي هفته‌ي آينده‌ي منطقه قرار گرفت.", "به دليل كمبود مصالح، كار تا پانزده روز ديگر انجام مي‌شود."),
    "3": ("محل خارج از محدوده‌ي قانوني شهر است.", "طبق بررسي، رسيدگي به آن در اختيار مالك است نه شهرداري."),
}
_INTERIM = "درخواست بررسي شد و در دست اقدام است."
_TICK_S = 0.1


class Departments:
    """Off until `work` is called. A double case is answered as well: it is a case like any other."""

    def __init__(self, gam, seed):
        self._gam, self._seed = gam, seed
        self._lock = threading.Lock()
        self._range_ms = None
        self._due = {}        # case number: (monotonic time, is the interim answer due?)
        self._idle = set()    # cases that need no answer any more
        threading.Thread(target=self._run, daemon=True).start()

    def work(self, range_ms):
        """From now on each answer comes within this range of ms, (least, most); None stops them."""
        with self._lock:
            self._range_ms = range_ms

    def waiting(self):
        """How many cases still get an answer; 0 while nobody works."""
        with self._lock:
            if self._range_ms is None:
                return 0
            idle = set(self._idle)
        return sum(1 for case in self._gam.cases() if case.number not in idle and not case.cancelled)

    def _run(self):
        while True:
            time.sleep(_TICK_S)
            with self._lock:
                if self._range_ms is not None:
                    self._look_round(time.monotonic())

    def _look_round(self, now):
        cases = [case for case in self._gam.cases() if case.number not in self._idle]
        rounds = {story.parse_reference(case.reference) for case in self._gam.cases()}
        for case in cases:
            told = self._told(case)
            if told is None or case.cancelled:
                self._idle.add(case.number)
            elif case.number not in self._due:
                if self._may_begin(case, told, rounds):
                    self._due[case.number] = (now + self._while(case.number), told.interim)
            elif self._due[case.number][0] <= now:
                self._answer(case, now)

    def _told(self, case):
        """The story of the case's ticket, or None when its department never answers."""
        found = story.parse_reference(case.reference)
        told = story.of(self._seed, found[0]) if found else None
        return None if told is None or told.cancelled else told

    def _may_begin(self, case, told, rounds):
        """A late answer waits until its ticket has the next round's case, which waits for the late answer."""
        if told.reopened != "waiting":
            return True
        key, round_ = story.parse_reference(case.reference)
        if round_ == 1:
            return (key, 2) in rounds
        return all(self._gam.answered(other.number) for other in self._gam.cases()
                   if story.parse_reference(other.reference) == (key, round_ - 1))

    def _while(self, salt):
        least, most = self._range_ms
        return random.Random(f"{self._seed}/{salt}").uniform(least, most) / 1000

    def _answer(self, case, now):
        chance = random.Random(f"{self._seed}/{case.number}")
        if self._due[case.number][1]:
            self._gam.answer(case.number, False, "2", _INTERIM)
            self._due[case.number] = (now + self._while(case.number + "/final"), False)
            return
        outcome = chance.choice(sorted(OUTCOMES))
        self._gam.answer(case.number, True, outcome, chance.choice(_TEXTS[outcome]), chance.random() < 0.2)
        self._idle.add(case.number)
