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
        self._url, self._secret = None, b""
        for _ in range(_WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    def aim(self, url, secret):
        """Where to post from now on; url None switches off and forgets what waits."""
        with self._ready:
            self._url, self._secret = url, secret.encode("utf-8")
            if url is None:
                self._queue.clear()

    def waiting(self):
        with self._ready:
            return len(self._queue) + self._under_way

    def send(self, ticket):
        if self._url is None:
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
            status = self._post(body)
            self._faults.count(f"webhook_{status or 'unreachable'}")
            if status is None or not 200 <= status < 300:
                self._put(body, _RETRY_MS)
            with self._ready:
                self._under_way -= 1

    def _post(self, body):
        """The status answered, or None when there was none."""
        url, signature = self._url, hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if url is None:
            return 204
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
