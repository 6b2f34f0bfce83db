"""The ledger: all that was really done to a simulator, in order, whatever its answers said."""

import threading
import time


class Ledger:
    """Entries only grow; each has `n` (1, 2, …), `at` (ms, real time) and `what`."""

    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []

    def add(self, what, **fields):
        with self._lock:
            entry = {"n": len(self._entries) + 1, "at": time.time_ns() // 1_000_000, "what": what}
            entry.update(fields)
            self._entries.append(entry)

    def entries(self, after=0):
        with self._lock:
            return self._entries[after:]
