"""An HTTP/1.1 server with kept-alive connections that can break every promise a server makes.

The application has four methods: `operation(request)` names what is asked, for the faults; `handle(request)`
does the work and gives an Answer; `failing(kind, request)` is the answer of a fault in the application's own words;
`clock` stamps the Date header. Whether a fault strikes before or after the work is decided here, so that "the
connection was lost after the work was done" means the same for both simulators.
"""

import socket
import sys
import threading
import time
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

import faults as fault_kinds

MAX_BODY = 64 * 1024 * 1024
TRICKLED_PARTS = 30
BIND_S = 5


class Request:
    """What a client asked; `reused` tells that its connection had served another request before."""

    def __init__(self, method, target, headers, body, reused):
        parts = urlsplit(target)
        self.method, self.path, self.headers, self.body, self.reused = method, parts.path, headers, body, reused
        self.query_text = parts.query
        self.query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}


class Answer:
    def __init__(self, status, body=b"", content="application/json; charset=utf-8", headers=()):
        self.status, self.body, self.content, self.headers = status, body, content, tuple(headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def setup(self):
        super().setup()
        self.served = 0
        self.server.owner.opened(self.connection)

    def finish(self):
        self.server.owner.closed(self.connection)
        try:
            super().finish()
        except OSError:
            pass  # the client went first

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            self._send(Answer(413))
            return
        body = self.rfile.read(length) if length else b""
        request = Request(self.command, self.path, self.headers, body, self.served > 0)
        self.served += 1
        try:
            self.server.owner.serve(request, self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = serve

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _head(self, answer, length):
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}",
                 f"Date: {self.server.owner.clock.http_date()}",
                 f"Content-Type: {answer.content}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def _send(self, answer):
        self.wfile.write(self._head(answer, len(answer.body)) + answer.body)

    def send_trickled(self, answer, ms):
        """The same bytes, a few at a time, for at least `ms` in all."""
        whole = self._head(answer, len(answer.body)) + answer.body
        step = max(1, len(whole) // TRICKLED_PARTS)
        for start in range(0, len(whole), step):
            self.wfile.write(whole[start:start + step])
            self.wfile.flush()
            time.sleep(ms / 1000 / TRICKLED_PARTS)

    def send_cut(self, answer):
        """A well-formed HTTP answer whose body ends in the middle."""
        self._send(Answer(answer.status, answer.body[:len(answer.body) * 2 // 3] or b"{", answer.content))

    send_whole = _send

    def log_message(self, *_):
        pass


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def server_bind(self):
        TCPServer.server_bind(self)  # no look-up of our own name, unlike HTTPServer
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client killed in the middle is no error here
            super().handle_error(request, client_address)


class Server:
    """Listens on 127.0.0.1; `port` 0 takes a free one, kept for as long as the server lives."""

    def __init__(self, app, faults, port=0):
        self.app, self.faults, self.clock = app, faults, app.clock
        self._lock = threading.Lock()
        self._connections = set()
        self._listener = None
        self.port = port
        self.up()

    def up(self):
        with self._lock:
            if self._listener is not None:
                return
            self._listener = self._bind()
            self._listener.owner = self
            self.port = self._listener.server_port
            threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def _bind(self):
        """A listener on our port, which a passing connection may have taken while we were down."""
        end = time.monotonic() + BIND_S
        while True:
            try:
                return _Listener(("127.0.0.1", self.port), _Handler)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def down(self, ms=None):
        """Closes the listener and every connection; with `ms`, comes back by itself after that time."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections = list(self._connections)
        if listener is not None:
            listener.shutdown()
            listener.server_close()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if ms is not None:
            timer = threading.Timer(ms / 1000, self.up)
            timer.daemon = True
            timer.start()

    def is_up(self):
        with self._lock:
            return self._listener is not None

    def opened(self, connection):
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection):
        with self._lock:
            self._connections.discard(connection)

    def serve(self, request, wire):
        operation = self.app.operation(request)
        if "X-Instance" in request.headers:
            self.faults.count(f"asked_by_{request.headers['X-Instance']}")
        delay = self.faults.strike("delay_before", operation)
        if delay is not None:
            time.sleep(delay.ms / 1000)
        if self.clock.skew_ms:
            self.faults.count("skew")
        fault = self.faults.ending(operation, request.reused)
        if fault is None:
            wire.send_whole(self.app.handle(request))
        elif fault.kind in fault_kinds.BEFORE:
            self._end_before(fault, request, wire)
        else:
            self._end_after(fault, self.app.handle(request), wire)

    def _end_before(self, fault, request, wire):
        if fault.kind == "down":
            self.down(fault.ms)
            wire.drop()
        elif fault.kind == "drop_before":
            wire.drop()
        else:
            wire.send_whole(self.app.failing(fault.kind, request))

    def _end_after(self, fault, answer, wire):
        if fault.kind in ("drop_after", "drop_after_reused"):
            wire.drop()
        elif fault.kind == "error_500_after":
            wire.send_whole(Answer(500, b"internal error", "text/plain"))
        elif fault.kind == "malformed" and answer.content.startswith("image/"):
            wire.send_whole(answer)   # a picture cut short, with its new length, is a whole one to anybody
        elif fault.kind == "malformed":
            wire.send_cut(answer)
        elif fault.kind == "trickle":
            wire.send_trickled(answer, fault.ms)
        else:
            time.sleep(fault.ms / 1000)
            wire.send_whole(answer)
