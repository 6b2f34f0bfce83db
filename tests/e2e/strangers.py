"""What strangers, and systems that have gone wrong, send to the bridge's webhook."""

import hashlib
import hmac
import http.client
import json
import re
import socket
from pathlib import Path

PATH = "/hooks/saja/ticket"
HUGE_KB = 100 * 1024
_CHUNK = b"x" * 65536
_TICKET = {"service_request_id": "1405-99001", "status": "open", "updated_datetime": "2026-07-01T08:00:00+03:30"}


def knock(listen, secret):
    """Sends each wrong request; yields (its name, the status it must get, the one it got)."""
    good = json.dumps({"request": [_TICKET]}).encode()
    rows = (
        ("no signature", 401, "POST", PATH, good, None),
        ("another secret", 401, "POST", PATH, good, "guess"),
        ("another path", 404, "POST", "/hooks/gam/response", good, secret),
        ("a GET", 405, "GET", PATH, None, secret),
        ("no body", 400, "POST", PATH, b"", secret),
        ("no JSON", 400, "POST", PATH, b"<xml/>", secret),
        ("half a body", 400, "POST", PATH, good[:-10], secret),
        ("no UTF-8", 400, "POST", PATH, good.replace(b"open", b"\xff\xfe"), secret),
        ("too deep", 400, "POST", PATH, b"[" * 100_000, secret),
        ("no items", 400, "POST", PATH, b'{"request": []}', secret),
        ("no id", 400, "POST", PATH, b'{"request": [{"status": "open"}]}', secret),
        ("one of two without id", 400, "POST", PATH, json.dumps({"request": [_TICKET, {}]}).encode(), secret),
    )
    for name, expected, method, path, body, key in rows:
        yield name, expected, _ask(listen, method, path, body, key)


def _ask(listen, method, path, body, key):
    headers = {}
    if key is not None:
        signature = hmac.new(key.encode(), body or b"", hashlib.sha256).hexdigest()
        headers["X-Saja-Signature"] = f"sha256={signature}"
    connection = http.client.HTTPConnection(listen, timeout=5)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def send_huge(listen, is_announced):
    """Sends HUGE_KB until told to stop; the status, or None when the connection was just closed."""
    host, port = listen.split(":")
    length = f"Content-Length: {HUGE_KB * 1024}" if is_announced else "Transfer-Encoding: chunked"
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        try:
            wire.sendall(f"POST {PATH} HTTP/1.1\r\nHost: {listen}\r\n{length}\r\n\r\n".encode())
            for _ in range(HUGE_KB * 1024 // len(_CHUNK)):
                wire.sendall(_CHUNK if is_announced else b"%x\r\n%s\r\n" % (len(_CHUNK), _CHUNK))
        except (BrokenPipeError, ConnectionResetError):
            pass  # as it should be
        try:
            found = re.match(rb"HTTP/1.1 (\d+)", wire.recv(100))
        except ConnectionResetError:
            found = None
    return int(found[1]) if found else None


def peak_kb(pid):
    """The most memory that the process ever had."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))[1])
