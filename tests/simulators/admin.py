"""The admin's own port of a simulator: faults, the clock, the ledger, and what people do by hand.

It has a port of its own, without faults, so that it answers while the simulated system is down.
Calls: POST /admin/faults {NAME: {…} or null, …}; POST /admin/clear; POST /admin/clock {"skew_ms": N};
POST /admin/down {"ms": N} (without ms: until /admin/up); POST /admin/up; GET /admin/counters;
GET /admin/ledger?after=N; and those of the simulator, given as `calls`.
"""

import json

from clock import Clock
from faults import Faults
from http_server import Answer, Server


class Admin:
    """`calls`: {(method, path): function(arguments) -> JSON}; it is an application for http_server.Server."""

    def __init__(self, faults, ledger, clock, server, calls):
        self.clock = Clock()
        self._calls = {
            ("POST", "/admin/faults"): faults.change,
            ("POST", "/admin/clear"): lambda _: faults.clear(),
            ("POST", "/admin/clock"): lambda wanted: setattr(clock, "skew_ms", int(wanted["skew_ms"])),
            ("POST", "/admin/down"): lambda wanted: (faults.count("down"), server.down(wanted.get("ms")))[1],
            ("POST", "/admin/up"): lambda _: server.up(),
            ("GET", "/admin/counters"): lambda _: faults.applied(),
            ("GET", "/admin/ledger"): lambda wanted: ledger.entries(int(wanted.get("after", 0))),
        } | calls

    @staticmethod
    def operation(_request):
        return "admin"

    def handle(self, request):
        call = self._calls.get((request.method, request.path))
        if call is None:
            return _answer(404, {"error": "no such call"})
        try:
            wanted = request.query if request.method == "GET" else json.loads(request.body or b"{}")
            return _answer(200, call(wanted))
        except (KeyError, TypeError, ValueError) as error:
            return _answer(400, {"error": str(error)})


def _answer(status, value):
    text = json.dumps(value, ensure_ascii=False) + "\n"   # people ask with curl, too
    return Answer(status, text.encode("utf-8"))


def serve(faults, ledger, clock, server, calls, port=0):
    """Starts the admin's port and gives its server."""
    return Server(Admin(faults, ledger, clock, server, calls), Faults(), port)
