"""SAJA's webhooks: each new version of a ticket is posted, signed, until somebody answers 2xx."""

import hashlib
import hmac
import heapq
import http.client
import itertools
import json
import threading
import time
from urllib.parse import urlsplit

OPERATION = "webhook"   # by this name faults strike here
_RETRY_MS = 300
_TIMEOUT_S = 5
_WORKERS = 3


class Webhooks:
    """Off until `aim` is called. Sent by several threads, so the order on the wire is not promised."""

    def __init__(self, faults):
        self._faults = faults
        self._ready = threading.Condition()
        self._queue = []    # (due, number, body), the earliest first
        self._numbers = itertools.count()
        self._under_way = 0
        self._urls, self._secret = [], b""
        for _ in range(_WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    def aim(self, urls, secret):
        """Where to post from now on, one after the other until one takes it; none switches off and forgets what waits."""
        with self._ready:
            self._urls, self._secret = list(urls), secret.encode("utf-8")
            if not urls:
                self._queue.clear()

    def waiting(self):
        with self._ready:
            return len(self._queue) + self._under_way

    def send(self, ticket):
        if not self._urls:
            return
        if self._faults.strike("new_field", OPERATION):
            ticket = ticket | {"x_origin": "webhook"}
        body = json.dumps({"request": [ticket]}, ensure_ascii=False).encode("utf-8")
        later = self._faults.strike("out_of_order", OPERATION)
        self._put(body, later.ms if later else 0)
        if self._faults.strike("duplicate", OPERATION):
            self._put(body, 0)

    def _put(self, body, in_ms):
        with self._ready:
            heapq.heappush(self._queue, (time.monotonic() + in_ms / 1000, next(self._numbers), body))
            self._ready.notify()

    def _next(self):
        with self._ready:
            while True:
                left = self._queue[0][0] - time.monotonic() if self._queue else None
                if left is not None and left <= 0:
                    self._under_way += 1
                    return heapq.heappop(self._queue)[2]
                self._ready.wait(left)

    def _work(self):
        while True:
            body = self._next()
            urls = self._urls
            if urls and not any(self._is_taken(url, body) for url in urls):
                self._put(body, _RETRY_MS)
            with self._ready:
                self._under_way -= 1

    def _is_taken(self, url, body):
        status = self._post(url, body)
        self._faults.count(f"webhook_{status or 'unreachable'}")
        return status is not None and 200 <= status < 300

    def _post(self, url, body):
        """The status answered, or None when there was none."""
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", parts.path, body, {
                "Content-Type": "application/json", "X-Saja-Signature": f"sha256={signature}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
