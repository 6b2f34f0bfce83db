"""What is told by webhook, in each way there is: a 2xx means that the journal has it, whoever dies, repeats or dawdles.

    webhooks.py                             all checks
    webhooks.py a_slow_one_keeps_nobody_out one of them
"""

import base64
import collections
import contextlib
import hashlib
import hmac
import http.client
import json
import random
import shutil
import socket
import sqlite3
import sys
import threading
import time
from pathlib import Path

from house import Wrong, equal, run_checks, until

FILES = Path(__file__).resolve().parent / "hooks"
SECRET = "hook-secret"
KILLS, SENDERS = 12, 4
FIVE_MINUTES_S = 300
PLACES, REQUEST_S = 64, 30    # how many connections the bridge has, and how long one request may take
ABOUT = "چاله در خیابان"

Letter = collections.namedtuple("Letter", "path headers body")


# --- the ways to tell ---

def note(number, age_s=0, secret=SECRET):
    """JSON, its time and body signed."""
    body = json.dumps({"id": number, "about": ABOUT}).encode()
    sent = str(int(time.time()) - age_s)
    signature = hmac.new(secret.encode(), sent.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Letter("/hooks/desk/note", {"X-Time": sent, "X-Sign": signature, "Content-Type": "application/json"}, body)


def slip(number):
    """A form, with a key in a header."""
    return Letter("/hooks/desk/slip", {"X-Api-Key": SECRET, "Content-Type": "application/x-www-form-urlencoded"},
                  f"id={number}&about=%DA%86%D8%A7%D9%84%D9%87".encode())


def sheet(number):
    """XML in windows-1256, from anybody."""
    return Letter("/hooks/paper", {"Content-Type": "text/xml; charset=windows-1256"},
                  f'<Sheets><Sheet No="{number}"><About>چاله</About></Sheet></Sheets>'.encode("windows-1256"))


def order(number):
    """SOAP 1.1, with a password."""
    return Letter("/hooks/office",
                  {"Authorization": "Basic " + base64.b64encode(f"office:{SECRET}".encode()).decode(),
                   "Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
                  f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><Ordered xmlns="urn:office">'
                  f"<Order><Id>{number}</Id><About>{ABOUT}</About></Order></Ordered></e:Body></e:Envelope>".encode())


WAYS = {"desk.note": note, "desk.slip": slip, "paper.sheet": sheet, "office.order": order}


def post(listen, letter):
    """The status and the body of the answer; OSError or HTTPException when there was none."""
    with contextlib.closing(http.client.HTTPConnection(listen, timeout=5)) as connection:
        connection.request("POST", letter.path, letter.body, letter.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def know_the_senders(house):
    for file in FILES.glob("*.yaml"):
        shutil.copy(file, house.bridge.mappings / "systems")
    house.reload("mappings.in_force")


def in_journal(house):
    """{(record, id)} of all that the senders told, read by itself."""
    with contextlib.closing(sqlite3.connect(house.bridge.state / "journal.db")) as db:
        return {(f"{system}.{record}", id) for system, record, id in db.execute(
            "SELECT system, record, record_id FROM event WHERE system IN ('desk', 'paper', 'office')")}


# --- the checks ---

class Sender(threading.Thread):
    """Tells one thing after the other, each until it is acknowledged, while the bridge lives and dies."""

    def __init__(self, house, name, chance):
        super().__init__(name=name)
        self._house, self._chance = house, chance
        self.over = threading.Event()
        self.acknowledged, self.refused = [], []

    def run(self):
        number, record = 0, self._chance.choice(sorted(WAYS))
        while not self.over.is_set():
            if self._tell(record, f"{self.name}-{number}"):
                number, record = number + 1, self._chance.choice(sorted(WAYS))
            else:
                time.sleep(0.02)

    def _tell(self, record, id_told):
        try:
            status, body = post(self._house.bridge.listen, WAYS[record](id_told))
        except (OSError, http.client.HTTPException):
            return False
        if 200 <= status < 300:
            self.acknowledged.append((record, id_told))
        elif status != 503:
            self.refused.append((record, id_told, status, body[:200]))
        return status != 503


def what_is_acknowledged_is_in_the_journal(house):
    """SIGKILL at random moments; the journal is read while nobody holds it."""
    know_the_senders(house)
    chance = random.Random(1)
    senders = [Sender(house, f"s{number}", random.Random(number)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            house.bridge.kill()
            told = {one for sender in senders for one in list(sender.acknowledged)}
            lost = told - in_journal(house)
            if lost:
                raise Wrong(f"{len(lost)} of {len(told)} acknowledged are not in the journal: {sorted(lost)[:5]}")
            house.bridge.start()
    finally:
        for sender in senders:
            sender.over.set()
    for sender in senders:
        sender.join()
    equal([one for sender in senders for one in sender.refused], [], "refused")
    told = {one for sender in senders for one in sender.acknowledged}
    equal({record for record, _ in told}, set(WAYS), "ways that were used")
    print(f"   {len(told)} acknowledged by {SENDERS} senders, {KILLS} kills, none lost")
    equal(told - in_journal(house), set(), "acknowledged, and not in the journal")
    equal(house.bridge.audit()[0], True, "the sum holds")


def a_repeated_one_is_taken_once(house):
    know_the_senders(house)
    before = house.bridge.status()["taken_in"]
    for way in WAYS.values():
        statuses = [post(house.bridge.listen, way("r-1"))[0] for _ in range(4)]
        equal(set(statuses) <= {200, 201}, True, f"acknowledged each time: {statuses}")
    until(lambda: house.bridge.open_count() == 0, "nothing is open")
    equal(house.bridge.status()["taken_in"] - before, len(WAYS), "taken in")


def a_forged_late_or_broken_one_is_refused(house):
    know_the_senders(house)
    listen = house.bridge.listen
    before = house.bridge.status()["taken_in"]
    broken = {name: way("b-1") for name, way in WAYS.items()}
    for expected, what, letter in (
            (401, "late", note("b-1", age_s=FIVE_MINUTES_S + 30)),
            (401, "of the future", note("b-1", age_s=-FIVE_MINUTES_S - 30)),
            (401, "another secret", note("b-1", secret="guess")),
            (401, "another time than signed",
             note("b-1")._replace(headers=note("b-1", age_s=60).headers | {"X-Time": str(int(time.time()))})),
            (401, "no key", broken["desk.slip"]._replace(headers={})),
            (401, "no password", broken["office.order"]._replace(headers={"Content-Type": "text/xml"})),
            (400, "half an XML", broken["paper.sheet"]._replace(body=broken["paper.sheet"].body[:-9])),
            (400, "another root", broken["paper.sheet"]._replace(body=b"<Other/>")),
            (500, "half a SOAP", broken["office.order"]._replace(body=broken["office.order"].body[:-9]))):
        equal(post(listen, letter)[0], expected, what)
    status, body = post(listen, broken["office.order"]._replace(body=broken["office.order"].body[:-9]))
    equal((status, b"Fault" in body), (500, True), "a SOAP sender is told by a Fault")
    equal(house.bridge.status()["taken_in"], before, "taken in")


def a_slow_one_keeps_nobody_out(house):
    """All places taken by who sends a byte now and then: each is closed when its time is over."""
    know_the_senders(house)
    host, port = house.bridge.listen.split(":")
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(socket.create_connection((host, int(port)), timeout=5)) for _ in range(PLACES)]
        begin = time.monotonic()
        for wire in wires:
            wire.sendall(b"POST /hooks/desk/note HTTP/1.1\r\nHost: here\r\nX-Slow: ")
        while wires and time.monotonic() - begin < REQUEST_S + 5:
            time.sleep(1)
            wires = [wire for wire in wires if _goes_on(wire)]
        equal(len(wires), 0, f"slow ones after {REQUEST_S + 5} s")
    equal(post(house.bridge.listen, note("s-1"))[0], 200, "one that is not slow")


def _goes_on(wire):
    try:
        wire.sendall(b"x")
        return True
    except OSError:
        return False


CHECKS = (
    what_is_acknowledged_is_in_the_journal, a_repeated_one_is_taken_once, a_forged_late_or_broken_one_is_refused,
    a_slow_one_keeps_nobody_out,
)


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS))
