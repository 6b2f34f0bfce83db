"""BAYGAN, a letter registry as its manual (baygan.md) has it: GET and forms, XML in windows-1256, errors inside a 200.

Admin: POST /admin/answer {"letter": NUMBER, "final": true, "outcome": "1", "text": TEXT} -> {"no": N};
POST /admin/departments {"range_ms": [LEAST, MOST] or null}; GET /admin/departments -> {"waiting": N};
GET /admin/sessions -> {"logins": N}; and admin.py's.
"""

import secrets
import threading
from urllib.parse import parse_qs
from xml.sax.saxutils import escape, quoteattr

import admin
import run
from baygan_state import Baygan, Refused
from clock import Clock
from departments import Departments
from faults import Faults
from http_server import Answer, Server
from ledger import Ledger

CHARSET = "windows-1256"
SESSIONS_MAX, SESSION_MS = 8, 10 * 60 * 1000
_FAILURES = {             # kind: the error's code in a 200, or an HTTP status without one
    "error_500": 500, "unavailable": 503, "too_many": 22, "expired": 11, "bad_key": 12, "error_in_200": 21,
    "refused": 42,
}
_TEXTS = {11: "no session", 12: "user or password wrong", 21: "busy", 22: "too many calls", 42: "desk not known"}


class Sessions:
    """Who is logged in, and until when."""

    def __init__(self, clock, user, password):
        self._clock, self._account = clock, (user, password)
        self._lock = threading.Lock()
        self._ends = {}     # of each session, oldest first
        self.logins = 0

    def login(self, user, password):
        if (user, password) != self._account:
            raise Refused(12, _TEXTS[12])
        with self._lock:
            while len(self._ends) >= SESSIONS_MAX:
                self._ends.pop(next(iter(self._ends)))
            session = secrets.token_hex(8)
            self._ends[session] = self._clock.now_ms() + SESSION_MS
            self.logins += 1
            return session

    def check(self, session):
        with self._lock:
            if self._ends.get(session, 0) <= self._clock.now_ms():
                raise Refused(11, _TEXTS[11])

    def end(self):
        with self._lock:
            self._ends.clear()


class BayganApp:
    """BAYGAN's HTTP side; see http_server for what a server asks of it."""

    def __init__(self, clock, faults, sessions, state):
        self.clock, self.state = clock, state
        self._faults, self._sessions = faults, sessions
        self._reads = {"find": self._find, "letter": self._letter, "answers": self._answers}
        self._writes = {"register": self._register, "withdraw": self._withdraw}

    @staticmethod
    def operation(request):
        """The path without its slash: `register`."""
        return request.path.strip("/")

    def failing(self, kind, _request):
        code = _FAILURES[kind]
        if code >= 500:
            return Answer(code, b"starting", "text/plain", (("Retry-After", "1"),) if code == 503 else ())
        if kind == "expired":
            self._sessions.end()
        return _error(code, _TEXTS[code])

    def handle(self, request):
        name = self.operation(request)
        try:
            if request.method == "POST":
                return _answer(self._write(name, _form(request.body)))
            if name not in self._reads:
                raise Refused(41, "no such call")
            self._sessions.check(request.query.get("session"))
            return _answer(self._reads[name](request.query))
        except Refused as refused:
            return _error(refused.code, refused.why)

    def _write(self, name, form):
        if name == "login":
            return f"<Session>{self._sessions.login(form.get('user'), form.get('password'))}</Session>"
        if name not in self._writes:
            raise Refused(41, "no such call")
        self._sessions.check(form.get("session"))
        return self._writes[name](form)

    def _register(self, form):
        lag = self._faults.strike("lag", "register")
        return f"<Number>{self.state.register(form, lag.ms if lag else 0)}</Number>"

    def _withdraw(self, form):
        self.state.withdraw(form)
        return ""

    def _find(self, query):
        return "".join(_element(letter) for letter in self.state.find(query.get("ref", "")))

    def _letter(self, query):
        return _element(self.state.get(query.get("number", "")))

    def _answers(self, query):
        try:
            first, last = int(query.get("firstRow", "")), int(query.get("lastRow", ""))
            if first < 1 or last < first:
                raise ValueError
        except ValueError:
            raise Refused(41, "firstRow or lastRow is wrong") from None
        rows = self.state.rows(query.get("fromDay", ""), first, last)
        if rows and self._faults.strike("duplicate", "answers"):
            rows = rows + rows[-1:]
        extra = "<Channel>web</Channel>" if rows and self._faults.strike("new_field", "answers") else ""
        return "".join(_row(row, extra) for row in rows)


def _element(letter):
    return f'<Letter number={quoteattr(letter.number)} ref={quoteattr(letter.reference)} state="{letter.state}"/>'


def _row(row, extra):
    result = f"<Result>{escape(row.result)}</Result>" if row.result else ""
    return (f'<Row no="{row.no}" letter={quoteattr(row.letter)} kind="{"final" if row.final else "partial"}">'
            f"<Day>{row.day}</Day><Hour>{row.hour}</Hour><Clerk>{escape(row.clerk)}</Clerk>{result}"
            f"<Text>{escape(row.text)}</Text>{extra}</Row>")


def _error(code, text):
    return _answer(f'<Error code="{code}">{escape(text)}</Error>')


def _answer(content):
    text = f'<?xml version="1.0" encoding="{CHARSET}"?><Answer>{content}</Answer>'
    return Answer(200, text.encode(CHARSET), f"text/xml; charset={CHARSET}")


def _form(body):
    try:
        members = parse_qs(body.decode("ascii"), keep_blank_values=True, encoding=CHARSET, errors="strict")
    except ValueError:
        raise Refused(41, "no form, or not in windows-1256") from None
    return {name: values[-1] for name, values in members.items()}


def _calls(baygan, desks, sessions):
    """What desks and a driver may do beside the bridge."""
    def answer(wanted):
        return {"no": baygan.answer(wanted["letter"], wanted.get("final", True), str(wanted.get("outcome", "1")),
                                    wanted.get("text", "نامه بررسي و اقدام شد."))}

    return {
        ("POST", "/admin/answer"): answer,
        ("POST", "/admin/departments"): lambda wanted: desks.work(wanted["range_ms"]),
        ("GET", "/admin/departments"): lambda _: {"waiting": desks.waiting()},
        ("GET", "/admin/sessions"): lambda _: {"logins": sessions.logins},
    }


def start(seed=1, user="bridge", password="baygan-password", port=0, admin_port=0):
    """A BAYGAN in this process: (its server, its admin's server)."""
    clock, ledger, faults = Clock(), Ledger(), Faults(seed)
    state, sessions = Baygan(clock, ledger), Sessions(clock, user, password)
    server = Server(BayganApp(clock, faults, sessions, state), faults, port)
    calls = _calls(state, Departments(state, seed), sessions)
    return server, admin.serve(faults, ledger, clock, server, calls, admin_port)


def main():
    parser = run.arguments("BAYGAN, a letter registry, a simulator")
    parser.add_argument("--user", default="bridge")
    parser.add_argument("--password", default="baygan-password")
    args = parser.parse_args()
    server, admins = start(args.seed, args.user, args.password, args.port, args.admin_port)
    run.until_stopped("baygan", server.port, admins.port, args.ports)


if __name__ == "__main__":
    main()
