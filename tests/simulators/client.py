"""A client of the simulators, for tests and drivers: the admin's calls, and what the bridge would send."""

import base64
import http.client
import json
import os
import time
from datetime import datetime, timezone
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import soap
import wsse


class Admin:
    """The admin's port of one simulator."""

    def __init__(self, port):
        self._port = port

    def get(self, call, **query):
        return self._ask("GET", f"/admin/{call}?{urlencode(query)}", None)

    def post(self, call, **wanted):
        return self._ask("POST", f"/admin/{call}", json.dumps(wanted))

    def ledger(self, after=0):
        return self.get("ledger", after=after)

    def _ask(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            value = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {value['error']}")
        return value


class Wire:
    """One kept-alive connection, as the bridge's; each call gives (status, headers, body)."""

    def __init__(self, port, timeout=5):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def close(self):
        self._connection.close()

    def ask(self, method, path, body=None, headers=None):
        """After an error the next call opens a connection of its own."""
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def saja(self, path, form=None, token="saja-token", **query):
        query.setdefault("jurisdiction_id", "mashhad")
        headers = {"Authorization": f"Bearer {token}"}
        body = None if form is None else urlencode(form, doseq=True)
        return self.ask("GET" if form is None else "POST", f"{path}?{urlencode(query)}", body, headers)

    def gam(self, operation, content, header=None):
        envelope = (f'<s:Envelope xmlns:s="{soap.ENVELOPE}"><s:Header>{token_header() if header is None else header}'
                    f'</s:Header><s:Body><{operation} xmlns="{soap.NAMESPACE}">{content}</{operation}></s:Body>'
                    "</s:Envelope>")
        return self.ask("POST", "/", envelope.encode("utf-8"),
                        {"Content-Type": soap.CONTENT, "SOAPAction": f'"{soap.NAMESPACE}/{operation}"'})

    def baygan(self, path, form=None, **query):
        """A form goes by POST, what is asked by GET; forms are in BAYGAN's character set."""
        if form is None:
            return self.ask("GET", f"{path}?{urlencode(query)}")
        return self.ask("POST", path, urlencode(form, encoding="windows-1256"))


def token_header(user="bridge", password="gam-password", nonce=None, created=None):
    """A WS-Security header with a UsernameToken."""
    nonce = os.urandom(16) if nonce is None else nonce
    created = created or datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (f'<w:Security xmlns:w="{wsse.SECEXT}" xmlns:u="{wsse.UTILITY}"><w:UsernameToken>'
            f'<w:Username>{escape(user)}</w:Username><w:Password Type="{wsse.DIGEST}">'
            f'{wsse.digest(nonce, created, password)}</w:Password><w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>")


def until(condition, seconds=5):
    """Asks until the condition holds; whether it came to hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
