"""A system that was bridged by files alone: each ticket is one letter, each answer comes back once, and in order.

SAJA and BAYGAN, a letter registry, break all the time, the bridge between them is killed, people re-open and cancel.
The files are those of examples/letter-registry. At the end both ledgers are compared.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import paths
from bridge import Bridge
from house import Wrong, equal
from story import parse_reference
from world import Simulator, wait_for

EXAMPLE = paths.ROOT / "examples" / "letter-registry"
DESKS, NO_DESK = ("060", "070", "100"), "012"    # service codes, of lookups/desks.csv
TICKETS, OTHERS, CANCELLED, REOPENED = 24, 4, 4, 6
PATIENCE_S = 120
_CALLS = ["register", "withdraw", "find", "letter", "answers"]    # all but the login: its own errors are few
# Some three calls of ten go wrong. A field that comes and goes is rare: BAYGAN's answers tell no version, so each time
# is a new event and a call for its ticket, of which there are to be no more than 20 in an hour.
_BAYGAN_FAULTS = {
    "drop_before": {"p": 0.03}, "drop_after": {"p": 0.05}, "drop_after_reused": {"p": 0.03}, "error_500": {"p": 0.02},
    "error_500_after": {"p": 0.02}, "unavailable": {"p": 0.02}, "too_many": {"p": 0.02}, "error_in_200": {"p": 0.03},
    "expired": {"p": 0.04, "on": _CALLS}, "bad_key": {"p": 0.02}, "malformed": {"p": 0.03},
    "lag": {"p": 0.3, "ms": 500}, "duplicate": {"p": 0.2}, "new_field": {"p": 0.02},
}
_SAJA_FAULTS = {
    "drop_before": {"p": 0.04}, "drop_after": {"p": 0.06}, "error_500": {"p": 0.03}, "unavailable": {"p": 0.03},
    "error_in_200": {"p": 0.04}, "malformed": {"p": 0.03}, "duplicate": {"p": 0.2}, "new_field": {"p": 0.02},
}


class District:
    """SAJA, BAYGAN and a bridge between them."""

    def __init__(self, binary, seed):
        self.folder = Path(tempfile.mkdtemp(prefix="sgbridge-third-"))
        self._simulators = [Simulator(name, self.folder, seed) for name in ("saja", "baygan")]
        self.saja, self.baygan = (simulator.admin for simulator in self._simulators)
        os.environ |= {"SAJA_URL": self._simulators[0].url, "BAYGAN_URL": self._simulators[1].url,
                       "BAYGAN_USER": "bridge"}
        self.bridge = Bridge(binary, self.folder, "third", {}, mappings=EXAMPLE)
        self.saja.post("faults", **_SAJA_FAULTS)
        self.baygan.post("faults", **_BAYGAN_FAULTS)

    def close(self):
        self.bridge.kill()
        for simulator in self._simulators:
            simulator.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self):
        self.bridge.kill()
        self.bridge.start()

    def make(self, service):
        return self.saja.post("ticket", fields={"service_code": service, "media": []})["tickets"][0]

    def letters(self):
        """{(ticket, round): the number of its first letter}."""
        found = {}
        for entry in self.baygan.ledger():
            if entry["what"] == "letter":
                found.setdefault(parse_reference(entry["reference"]), entry["letter"])
        return found

    def letters_are_there(self, keys, round_):
        wanted = {(key, round_) for key in keys}
        wait_for(lambda: wanted <= self.letters().keys(), PATIENCE_S, "a letter is missing", 0.3)

    def answer(self, keys, round_):
        """The desks write twice: a partial answer, and a final one."""
        for final in (False, True):
            for key in keys:
                self.baygan.post("answer", letter=self.letters()[key, round_], final=final)

    def is_answered(self, key):
        return self.saja.get("ticket", ticket=key)["status"] == "answered"

    def answers_are_there(self, keys):
        wait_for(lambda: all(map(self.is_answered, keys)), PATIENCE_S, "a ticket was not answered", 0.3)

    def come_to_rest(self):
        wait_for(lambda: self.bridge.open_count() == 0, PATIENCE_S, "something is still open", 0.3)


def tell(district, chance):
    """What people do; gives the tickets that are answered, those taken back, and those for no desk."""
    keys, moments = [], chance.sample(range(TICKETS), 2)
    others = [district.make(NO_DESK) for _ in range(OTHERS)]
    for place in range(TICKETS):
        keys.append(district.make(DESKS[place % len(DESKS)]))
        if place in moments:
            district.kill()
    district.letters_are_there(keys, 1)
    cancelled, answered = keys[:CANCELLED], keys[CANCELLED:]
    for key in cancelled:
        district.saja.post("cancel", ticket=key)
    district.answer(answered, 1)
    district.kill()
    district.answers_are_there(answered)
    reopened = answered[:REOPENED]
    for key in reopened:
        district.saja.post("reopen", ticket=key)
    district.letters_are_there(reopened, 2)
    district.kill()
    district.answer(reopened, 2)
    district.answers_are_there(reopened)
    district.come_to_rest()
    return answered, cancelled, others


def of_ticket(entries, what, key, field):
    return [entry[field] for entry in entries
            if entry["what"] == what and key in (entry.get("ticket"), ticket_of(entry))]


def ticket_of(entry):
    return (parse_reference(entry.get("reference", "")) or ("",))[0]


def judge(district, answered, cancelled, others):
    saja, baygan = district.saja.ledger(), district.baygan.ledger()
    for place, key in enumerate([*answered, *cancelled]):
        rounds = 2 if place < REOPENED else 1
        equal(of_ticket(baygan, "letter", key, "reference"), [f"third-{key}.{round_ + 1}" for round_ in range(rounds)],
              f"letters of {key}")
        final = [f"baygan-{entry['no']}" for entry in baygan
                 if entry["what"] == "answer" and entry["ticket"] == key and entry["final"]]
        equal(of_ticket(saja, "update", key, "update_id"), final, f"updates of {key}")
        equal(len(of_ticket(baygan, "withdrawn", key, "letter")), int(key in cancelled), f"withdrawals of {key}")
    equal([key for key in others if of_ticket(baygan, "letter", key, "letter")], [], "letters that no desk is for")
    counts = district.bridge.counts()
    equal({state: counts.get(state, 0) for state in ("failed", "unknown", "pending")},
          {"failed": 0, "unknown": 0, "pending": 0}, "what is open")
    sums_up, text = district.bridge.audit()
    if not sums_up:
        raise Wrong(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    district = District(args.sgbridge, args.seed)
    try:
        district.bridge.start()
        judge(district, *tell(district, random.Random(args.seed)))
        struck = sum(district.saja.get("counters").values()) + sum(district.baygan.get("counters").values())
        print(f"{TICKETS} tickets, {REOPENED} re-opened, {CANCELLED} taken back; {struck} faults, 4 kills, "
              f"{district.baygan.get('sessions')['logins']} logins: each once, in order")
    except (Wrong, TimeoutError, RuntimeError) as error:
        print(f"FAILED: {error}\n{district.bridge.log.read_text(encoding='utf-8')[-3000:]}")
        return 1
    finally:
        district.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
