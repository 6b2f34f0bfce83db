"""OAuth 2.0 by client credentials (RFC 6749, section 4.4), as GAM asks for it where that is switched on."""

import json
import secrets
import threading
from base64 import b64encode
from urllib.parse import parse_qs, quote_plus

from http_server import Answer

_WANTED = {"grant_type": ["client_credentials"], "scope": ["cases"]}


class Tokens:
    """Who may call, and until when. `lasts_s` is how long a new token does; 0: nobody needs one."""

    def __init__(self, clock, client, secret):
        both = f"{quote_plus(client)}:{quote_plus(secret)}"    # section 2.3.1
        self._clock, self._client = clock, "Basic " + b64encode(both.encode()).decode()
        self._lock = threading.Lock()
        self._ends = {}    # of each token
        self.lasts_s = 0
        self._counts = {"given": 0, "refused": 0, "turned_away": 0}

    def give(self, request):
        """The answer to who asks for a token: one, or why not (section 5)."""
        wrong = ("invalid_client" if request.headers.get("Authorization") != self._client else
                 "invalid_request" if parse_qs(request.body.decode("utf-8", "replace")) != _WANTED else "")
        with self._lock:
            self._counts["refused" if wrong else "given"] += 1
            if wrong:
                return _json(401 if wrong == "invalid_client" else 400, {"error": wrong})
            token = secrets.token_hex(16)
            self._ends[token] = self._clock.now_ms() + self.lasts_s * 1000
            return _json(200, {"access_token": token, "token_type": "bearer", "expires_in": self.lasts_s})

    def admits(self, request):
        """Whether the request has a token that has not ended."""
        kind, _, token = (request.headers.get("Authorization") or "").partition(" ")
        with self._lock:
            is_good = kind == "Bearer" and self._ends.get(token, 0) > self._clock.now_ms()
            self._counts["turned_away"] += not is_good
            return is_good

    def end(self):
        """No token is good any more."""
        with self._lock:
            self._ends.clear()

    def counts(self):
        """Of requests: {"given": tokens, "refused": those who asked for one, "turned_away": calls without a good one}."""
        with self._lock:
            return dict(self._counts)


def _json(status, value):
    return Answer(status, json.dumps(value).encode(), headers=(("Cache-Control", "no-store"),))
