"""The reference SAJA: tickets by REST and JSON, in the shape of Open311 GeoReport v2, and webhooks.

GET /requests.json?updated_after=&page=&page_size=&jurisdiction_id=   oldest change first; an empty page ends
GET /requests/ID.json     POST /servicerequestupdates.json (a form)     GET /media/…
Admin: POST /admin/ticket {"count": N} or {"fields": {…}} -> {"tickets": [KEY…]}; POST /admin/reopen | cancel |
follow_up {"ticket": KEY}; POST /admin/edit {"ticket": KEY, "fields": {…}}; GET /admin/ticket?ticket=KEY;
POST /admin/webhook {"urls": [URL…], "secret": TEXT}; GET /admin/webhook -> {"waiting": N}; and admin.py's.
"""

import json
import random
from urllib.parse import parse_qs

import admin
import run
from clock import Clock, parse_iso
from faults import Faults
from http_server import Answer, Server
from ledger import Ledger
from saja_state import Refused, Saja
from webhooks import Webhooks

JURISDICTION = "mashhad"
MAX_PAGE = 100
_LISTS = ("media_url",)   # members of a form that may stand there more than once
_FAILURES = {             # kind: (HTTP status, code in the body, text)
    "error_500": (500, 500, "internal error"),
    "unavailable": (503, 503, "unavailable"),
    "too_many": (429, 429, "too many requests"),
    "expired": (401, 401, "token expired"),
    "bad_key": (403, 403, "unknown key"),
    "error_in_200": (200, 503, "busy"),
    "refused": (400, 400, "no such code"),
}


def _json(status, value, headers=()):
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8"), headers=headers)


def _error(status, code, text):
    return _json(status, [{"code": code, "description": text}],
                 (("Retry-After", "1"),) if status in (429, 503) else ())


class SajaApp:
    """SAJA's HTTP side; see http_server for what a server asks of it."""

    def __init__(self, clock, faults, token):
        self.clock, self.state = clock, None
        self._faults, self._authorization = faults, f"Bearer {token}"

    @staticmethod
    def operation(request):
        """`requests`, `request`, `servicerequestupdates`, `media`."""
        name = request.path.strip("/").partition("/")
        return "request" if name[0] == "requests" and name[1] else name[0].removesuffix(".json")

    @staticmethod
    def failing(kind, _request):
        return _error(*_FAILURES[kind])

    def handle(self, request):
        if request.headers.get("Authorization") != self._authorization:
            return _error(401, 401, "no valid token")
        if request.path.startswith("/media/") and request.method == "GET":
            return self._media(request.path)
        if request.query.get("jurisdiction_id") != JURISDICTION:
            return _error(403, 403, "unknown key or jurisdiction")
        try:
            return self._answer(request)
        except Refused as refused:
            return _error(refused.status, refused.status, refused.why)

    def _answer(self, request):
        if (request.method, request.path) == ("GET", "/requests.json"):
            return self._page(request.query)
        if (request.method, request.path) == ("POST", "/servicerequestupdates.json"):
            return _json(200, self.state.update(_form(request.body)))
        if request.method == "GET" and request.path.startswith("/requests/"):
            key = request.path.removeprefix("/requests/").removesuffix(".json")
            return _json(200, [self.state.get(key)])
        raise Refused(404, "no such resource")

    def _page(self, query):
        try:
            after = parse_iso(query["updated_after"].replace("Z", "+00:00")) if query.get("updated_after") else 0
            number, size = int(query.get("page", 1)), min(int(query.get("page_size", MAX_PAGE)), MAX_PAGE)
            if number < 1 or size < 1:
                raise ValueError
        except ValueError:
            raise Refused(400, "updated_after, page or page_size cannot be read") from None
        return _json(200, self._shaded(self.state.page(after, number, size)))

    def _shaded(self, page):
        """The page, as faults would have it shown. Every ticket of it stays in it."""
        if page and self._faults.strike("new_field", "requests"):
            page = [ticket | {"x_channel": "137"} for ticket in page]
        if page and self._faults.strike("duplicate", "requests"):
            page = page + page[:1]
        if len(page) > 1 and self._faults.strike("out_of_order", "requests"):
            random.shuffle(page)
        if len(page) == 1 and self._faults.strike("single", "requests"):
            return page[0]
        return page

    def _media(self, path):
        body = self.state.file(path)
        return _error(404, 404, "no such file") if body is None else Answer(200, body, "image/jpeg")


def _form(body):
    try:
        members = parse_qs(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise Refused(400, "not a form") from None
    return {name: values if name in _LISTS else values[-1] for name, values in members.items()}


def _calls(saja, webhooks):
    """What people and a driver may do beside the bridge."""
    def make(wanted):
        return {"tickets": [saja.make(wanted.get("fields")) for _ in range(int(wanted.get("count", 1)))]}

    return {
        ("POST", "/admin/ticket"): make,
        ("GET", "/admin/ticket"): lambda wanted: saja.get(wanted["ticket"]),
        ("POST", "/admin/reopen"): lambda wanted: saja.reopen(wanted["ticket"]),
        ("POST", "/admin/cancel"): lambda wanted: saja.cancel(wanted["ticket"]),
        ("POST", "/admin/edit"): lambda wanted: saja.edit(wanted["ticket"], wanted["fields"]),
        ("POST", "/admin/follow_up"): lambda wanted: {"follow_up": saja.follow_up(wanted["ticket"])},
        ("POST", "/admin/webhook"): lambda wanted: webhooks.aim(wanted["urls"], wanted.get("secret", "")),
        ("GET", "/admin/webhook"): lambda _: {"waiting": webhooks.waiting()},
    }


def start(seed=1, token="saja-token", port=0, admin_port=0):
    """A SAJA in this process: (its server, its admin's server)."""
    clock, ledger, faults = Clock(), Ledger(), Faults(seed)
    webhooks = Webhooks(faults)
    app = SajaApp(clock, faults, token)
    server = Server(app, faults, port)
    app.state = Saja(clock, ledger, seed, f"http://127.0.0.1:{server.port}", webhooks.send)
    return server, admin.serve(faults, ledger, clock, server, _calls(app.state, webhooks), admin_port)


def main():
    parser = run.arguments("the reference SAJA, a simulator")
    parser.add_argument("--token", default="saja-token")
    args = parser.parse_args()
    server, admins = start(args.seed, args.token, args.port, args.admin_port)
    run.until_stopped("saja", server.port, admins.port, args.ports)


if __name__ == "__main__":
    main()
