"""Faults on demand and by seed: which may strike, on what, how likely, and how often each did.

A fault is set by name: {"drop_after": {"p": 0.05, "count": 3, "ms": 500, "on": ["CreateCase"]}}.
`p` (default 1) is its probability each time, `count` (default: no end) how often it strikes at most, `on`
the operations it strikes (default: all), `ms` its length. Setting a fault replaces what it was; null ends it.
"""

import random
import threading

# One of these decides how a request ends; at most one strikes a request. Before the work is done:
BEFORE = ("down", "drop_before", "error_500", "unavailable", "too_many", "expired", "bad_key", "error_in_200",
          "refused")
# … and after it: the work is in the ledger, whatever the caller sees.
AFTER = ("drop_after", "drop_after_reused", "error_500_after", "malformed", "trickle", "delay_after")
# These change what is said or when, and leave the request to go on.
SHADES = ("delay_before", "duplicate", "out_of_order", "single", "new_field", "lag")

KINDS = BEFORE + AFTER + SHADES
_DEFAULT_MS = {"delay_before": 200, "delay_after": 3000, "trickle": 3000, "lag": 500, "down": 3000,
               "out_of_order": 300}


class Fault:
    """One fault in force."""

    def __init__(self, kind, p=1.0, count=None, ms=None, on=None):
        if kind not in KINDS:
            raise ValueError(f"no fault is called {kind}")
        if not 0 <= p <= 1:
            raise ValueError(f"{kind}: p is a probability")
        self.kind, self.p, self.left = kind, p, count
        self.ms = _DEFAULT_MS.get(kind, 0) if ms is None else ms
        self.on = None if on is None else frozenset(on)

    def fits(self, operation):
        return self.left != 0 and (self.on is None or operation in self.on)


class Faults:
    """What may go wrong now. Any thread may ask."""

    def __init__(self, seed=0):
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._set = {}
        self._applied = {}

    def change(self, wanted):
        """Sets and ends faults; a wrong one raises ValueError or TypeError and changes nothing."""
        made = {kind: None if rule is None else Fault(kind, **rule) for kind, rule in wanted.items()}
        with self._lock:
            for kind, fault in made.items():
                self._set.pop(kind, None)
                if fault is not None:
                    self._set[kind] = fault

    def clear(self):
        with self._lock:
            self._set.clear()

    def strike(self, kind, operation):
        """The fault, if it strikes now, else None. It counts as applied: the caller must apply it."""
        with self._lock:
            return self._draw(kind, operation)

    def ending(self, operation, reused):
        """The one fault that decides how this request ends, or None."""
        with self._lock:
            for kind in BEFORE + AFTER:
                if kind == "drop_after_reused" and not reused:
                    continue
                fault = self._draw(kind, operation)
                if fault is not None:
                    return fault
        return None

    def count(self, kind):
        """Counts what no fault in force brought about: a skewed clock, a webhook answered 503."""
        with self._lock:
            self._applied[kind] = self._applied.get(kind, 0) + 1

    def applied(self):
        with self._lock:
            return dict(sorted(self._applied.items()))

    def _draw(self, kind, operation):
        fault = self._set.get(kind)
        if fault is None or not fault.fits(operation) or self._random.random() >= fault.p:
            return None
        if fault.left is not None:
            fault.left -= 1
        self._applied[kind] = self._applied.get(kind, 0) + 1
        return fault
