"""WS-Security UsernameToken with a password digest (OASIS UsernameToken Profile 1.1), as GAM checks it."""

import base64
import binascii
import hashlib
import hmac
import threading
import time
from datetime import datetime

from soap import Fault

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECEXT = _WSS + "wssecurity-secext-1.0.xsd"
UTILITY = _WSS + "wssecurity-utility-1.0.xsd"
DIGEST = _WSS + "username-token-profile-1.0#PasswordDigest"
MAX_AGE_S = 300


def digest(nonce, created, password):
    """The password digest of a nonce (bytes) and a created time (text)."""
    return base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()


class Checker:
    """Checks tokens and remembers their nonces. `refuse_replays` may be switched off; replays are counted always."""

    def __init__(self, user, password):
        self._user, self._password = user, password
        self._lock = threading.Lock()
        self._nonces = {}    # nonce: when it may be forgotten
        self.refuse_replays = True
        self.replays = 0

    def check(self, header):
        """Fault unless the header holds a good token of our user."""
        token = None if header is None else header.find(f"{{{SECEXT}}}Security/{{{SECEXT}}}UsernameToken")
        if token is None:
            raise _failed("no UsernameToken")
        password = token.find(f"{{{SECEXT}}}Password")
        created = _text(token, f"{{{UTILITY}}}Created")
        try:
            nonce = base64.b64decode(_text(token, f"{{{SECEXT}}}Nonce"), validate=True)
            age = time.time() - datetime.fromisoformat(created.replace("Z", "+00:00")).timestamp()
        except (binascii.Error, ValueError):
            raise _failed("Nonce or Created cannot be read") from None
        if password is None or password.get("Type") != DIGEST:
            raise _failed("no password digest")
        wanted = digest(nonce, created, self._password)
        if _text(token, f"{{{SECEXT}}}Username") != self._user or not hmac.compare_digest(
                wanted, (password.text or "").strip()):
            raise _failed("wrong user or password")
        if not nonce or abs(age) > MAX_AGE_S:
            raise _failed("no nonce, or Created is too far from now")
        self._remember(nonce)

    def _remember(self, nonce):
        now = time.monotonic()
        with self._lock:
            if nonce in self._nonces:
                self.replays += 1
                if self.refuse_replays:
                    raise _failed("this nonce was used before")
            self._nonces[nonce] = now + 2 * MAX_AGE_S
            while next(iter(self._nonces.values())) < now:
                del self._nonces[next(iter(self._nonces))]


def _failed(why):
    return Fault("Client.FailedAuthentication", why)


def _text(token, name):
    found = token.find(name)
    return (found.text or "").strip() if found is not None else ""
