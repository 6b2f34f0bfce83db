"""The reference GAM: cases and their responses by SOAP 1.1, with WS-Security and a WSDL at ?wsdl.

Admin: POST /admin/answer {"case": NUMBER, "final": true, "outcome": "1", "text": TEXT} -> {"response": ID};
POST /admin/forget {"case": NUMBER} deletes it; POST /admin/refer {"case": NUMBER, "reference": TEXT};
POST /admin/departments {"range_ms": [LEAST, MOST] or null}; GET /admin/departments -> {"waiting": N};
POST /admin/settings {"refuse_doubles": BOOL, "refuse_replays": BOOL, "token_s": N}; GET /admin/replays; GET
/admin/tokens; and admin.py's. With `token_s`, calls need no WS-Security but a token of POST /token, good for so long.
"""

from pathlib import Path

import admin
import run
import soap
from clock import Clock
from departments import Departments
from faults import Faults
from gam_state import Gam, OUTCOMES
from http_server import Answer, Server
from ledger import Ledger
from tokens import Tokens
from wsse import Checker

MAX_LIMIT = 100
_WSDL = Path(__file__).with_name("gam.wsdl")
_FAILURES = {             # kind: (HTTP status, fault code or "" for no SOAP at all, text)
    "error_500": (500, "", "internal error"),
    "unavailable": (503, "", "unavailable"),
    "too_many": (429, "", "too many requests"),
    "expired": (401, "", "token expired"),
    "bad_key": (403, "", "forbidden"),
    "error_in_200": (200, "Server.Busy", "سامانه مشغول است"),
    "refused": (500, "Client.UnknownReceiver", "گيرنده نامعتبر است"),
}


class GamApp:
    """GAM's HTTP side; see http_server for what a server asks of it."""

    def __init__(self, clock, faults, checker, tokens):
        self.clock, self.state = clock, None
        self._faults, self._checker, self._tokens = faults, checker, tokens
        self._operations = {
            "CreateCase": self._create, "FindByReference": self._find, "GetCase": self._get,
            "ListResponses": self._list, "AddNote": self._note, "CancelCase": self._cancel,
            "Acknowledge": self._acknowledge,
        }

    @staticmethod
    def operation(request):
        """The last word of the SOAP action: `CreateCase`; or `token` or `wsdl`."""
        if request.path == "/token":
            return "token"
        action = (request.headers.get("SOAPAction") or "").strip('" ')
        return action.rpartition("/")[2] or "wsdl"

    def failing(self, kind, _request):
        status, code, text = _FAILURES[kind]
        if kind == "expired":
            self._tokens.end()
        headers = (("Retry-After", "1"),) if status in (429, 503) else ()
        if code:
            return Answer(status, soap.fault(code, text), soap.CONTENT, headers)
        return Answer(status, text.encode("utf-8"), "text/plain", headers)

    def handle(self, request):
        if request.method == "GET" and request.query_text == "wsdl":
            wsdl = _WSDL.read_text(encoding="utf-8").replace("@URL@", self._url_of(request))
            return Answer(200, wsdl.encode("utf-8"), soap.CONTENT)
        if self.operation(request) == "token":
            return self._tokens.give(request)
        if self._tokens.lasts_s and not self._tokens.admits(request):
            return Answer(401, b"no token, or one that has ended", "text/plain")
        try:
            header, body = soap.read(request.body)
            if not self._tokens.lasts_s:
                self._checker.check(header)
            name = body.tag.removeprefix(f"{{{soap.NAMESPACE}}}")
            if name not in self._operations or name != self.operation(request):
                raise soap.Fault("Client.UnknownOperation", "no such operation, or the SOAP action names another")
            return Answer(200, soap.response(name, self._operations[name](body)), soap.CONTENT)
        except soap.Fault as fault:
            return Answer(500, soap.fault(fault.code, fault.text), soap.CONTENT)

    @staticmethod
    def _url_of(request):
        return f"http://{request.headers.get('Host', '127.0.0.1')}{request.path}"

    def _create(self, body):
        for path in ("Letter/Subject", "Letter/Text"):
            soap.text(body, path)
        receiver = soap.child(body, "Letter/Receiver")
        if receiver is None or not receiver.get("Code"):
            raise soap.Fault("Client.Missing", "Letter/Receiver/@Code is missing")
        attached = body.findall("/".join(f"{{{soap.NAMESPACE}}}{name}"
                                         for name in ("Letter", "Attachments", "Attachment")))
        lag = self._faults.strike("lag", "CreateCase")
        number = self.state.create(soap.text(body, "ClientReference"), receiver.get("Code"),
                                   soap.text(body, "Letter/LetterDateTime"),
                                   [soap.text(one, "Content") for one in attached], lag.ms if lag else 0,
                                   soap.text(body, "Letter/Phone", required=False))
        return soap.leaf("CaseNumber", number)

    def _find(self, body):
        return "".join(_case(case) for case in self.state.find(soap.text(body, "ClientReference")))

    def _get(self, body):
        case = self.state.get(soap.text(body, "CaseNumber"))
        return _case(case) if case else ""

    def _list(self, body):
        try:
            after = int(soap.text(body, "After", required=False) or 0)
            limit = min(int(soap.text(body, "Limit", required=False) or MAX_LIMIT), MAX_LIMIT)
            if after < 0 or limit < 1:
                raise ValueError
        except ValueError:
            raise soap.Fault("Client.BadCursor", "After or Limit is no number") from None
        page, following = self.state.responses(after, limit)
        extra = soap.leaf("Channel", "web") if page and self._faults.strike("new_field", "ListResponses") else ""
        if page and self._faults.strike("duplicate", "ListResponses"):
            page = page + page[-1:]
        return "".join(_response(one, extra) for one in page) + soap.leaf("Next", following)

    def _note(self, body):
        soap.text(body, "Text")
        self.state.add_note(soap.text(body, "CaseNumber"), soap.text(body, "NoteId"))
        return ""

    def _cancel(self, body):
        soap.text(body, "Reason")
        self.state.cancel(soap.text(body, "CaseNumber"))
        return ""

    def _acknowledge(self, body):
        self.state.acknowledge(soap.text(body, "ResponseId"))
        return ""


def _case(case):
    return soap.element("Case", soap.leaf("CaseNumber", case.number) + soap.leaf("ClientReference", case.reference)
                        + soap.leaf("Status", "Cancelled" if case.cancelled else "Open"))


def _response(one, extra):
    parts = [
        soap.leaf("ResponseId", one.id), soap.leaf("CaseNumber", one.case),
        soap.leaf("IsFinal", "true" if one.final else "false"),
        soap.leaf("Outcome", OUTCOMES.get(one.outcome, ""), Code=one.outcome),
        soap.leaf("Text", one.text), soap.leaf("AnsweredAt", one.answered_at),
        soap.element("Responder", Department=one.department, Position="كارشناس فني"),
        soap.leaf("InternalNote", "فقط براي استفاده‌ي داخلي"), extra,
    ]
    if one.photograph:
        parts.append(soap.element("Attachments", soap.element("Attachment", soap.leaf("Url", one.photograph))))
    return soap.element("Response", "".join(parts))


def _calls(gam, departments, checker, tokens):
    """What departments and a driver may do beside the bridge."""
    def answer(wanted):
        return {"response": gam.answer(wanted["case"], wanted.get("final", True), str(wanted.get("outcome", "1")),
                                       wanted.get("text", "موضوع بررسي و رفع شد."))}

    def settings(wanted):
        gam.refuse_doubles = bool(wanted.get("refuse_doubles", gam.refuse_doubles))
        checker.refuse_replays = bool(wanted.get("refuse_replays", checker.refuse_replays))
        tokens.lasts_s = int(wanted.get("token_s", tokens.lasts_s))

    return {
        ("POST", "/admin/answer"): answer,
        ("POST", "/admin/forget"): lambda wanted: gam.forget(wanted["case"]),
        ("POST", "/admin/refer"): lambda wanted: gam.refer(wanted["case"], wanted["reference"]),
        ("POST", "/admin/departments"): lambda wanted: departments.work(wanted["range_ms"]),
        ("GET", "/admin/departments"): lambda _: {"waiting": departments.waiting()},
        ("POST", "/admin/settings"): settings,
        ("GET", "/admin/replays"): lambda _: {"replays": checker.replays},
        ("GET", "/admin/tokens"): lambda _: tokens.counts(),
    }


def start(seed=1, user="bridge", password="gam-password", port=0, admin_port=0):
    """A GAM in this process: (its server, its admin's server)."""
    clock, ledger, faults, checker = Clock(), Ledger(), Faults(seed), Checker(user, password)
    tokens = Tokens(clock, user, password)
    app = GamApp(clock, faults, checker, tokens)
    server = Server(app, faults, port)
    app.state = Gam(clock, ledger, f"http://127.0.0.1:{server.port}")
    calls = _calls(app.state, Departments(app.state, seed), checker, tokens)
    return server, admin.serve(faults, ledger, clock, server, calls, admin_port)


def main():
    parser = run.arguments("the reference GAM, a simulator")
    parser.add_argument("--user", default="bridge")
    parser.add_argument("--password", default="gam-password")
    args = parser.parse_args()
    server, admins = start(args.seed, args.user, args.password, args.port, args.admin_port)
    run.until_stopped("gam", server.port, admins.port, args.ports)


if __name__ == "__main__":
    main()
