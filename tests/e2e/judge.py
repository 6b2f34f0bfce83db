"""Judges a run: compares what was put in with what was really done, from the ledgers of both simulators.

Put in are the acts of people in SAJA (made, reopened, cancelled, followed_up) and the responses of departments in GAM.
Each finding names its ticket; one ticket may be lost and reordered, but counts once in each list.

    judge.py SAJA.json GAM.json      prints the findings and `lost 0, duplicated 0, reordered 0`; exit 1 unless so
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field

import paths  # noqa: F401  (for story)
from story import parse_reference


@dataclass
class Facts:
    """All that the ledgers tell of one ticket, in the order of each ledger."""

    made: bool = False
    files: list = field(default_factory=list)
    rounds: int = 1
    follow_ups: dict = field(default_factory=dict)      # id: the round it belongs to
    cancelled_in: list = field(default_factory=list)    # rounds
    updates: list = field(default_factory=list)         # (entry, the round at that moment)
    cases: list = field(default_factory=list)           # (round, entry)
    on_cases: list = field(default_factory=list)        # notes and cancels
    responses: list = field(default_factory=list)
    acknowledged: set = field(default_factory=set)


class Verdict:
    """Three lists of tickets, each with its reasons: {ticket: [reason…]}."""

    def __init__(self):
        self.lost, self.duplicated, self.reordered = {}, {}, {}

    @staticmethod
    def add(findings, ticket, reason):
        findings.setdefault(ticket, []).append(reason)

    def is_clean(self):
        return not (self.lost or self.duplicated or self.reordered)

    def line(self):
        return f"lost {len(self.lost)}, duplicated {len(self.duplicated)}, reordered {len(self.reordered)}"

    def details(self):
        return [f"{name} {ticket}: {reason}" for name in ("lost", "duplicated", "reordered")
                for ticket, reasons in sorted(getattr(self, name).items()) for reason in reasons]


def judge(saja, gam, waiting=()):
    """The verdict on two ledgers; of the tickets in `waiting` nothing is missed, for a person must act first."""
    verdict = Verdict()
    for ticket, facts in gather(saja, gam).items():
        if not facts.made:
            verdict.add(verdict.duplicated, ticket, "done for a ticket that SAJA never had")
            continue
        found = Verdict()
        _judge_cases(found, ticket, facts)
        _judge_on_cases(found, ticket, facts)
        _judge_updates(found, ticket, facts)
        if ticket in waiting:
            found.lost.clear()
        verdict.lost |= found.lost
        verdict.duplicated |= found.duplicated
        verdict.reordered |= found.reordered
    return verdict


def gather(saja, gam):
    """{ticket: Facts} of two ledgers."""
    tickets = {}
    for entry in saja:
        _take_saja(tickets.setdefault(entry["ticket"], Facts()), entry)
    owners, answered = {}, {}    # of cases and of responses: the ticket
    for entry in gam:
        what = entry["what"]
        if what == "case":
            ticket, round_ = parse_reference(entry["reference"]) or (entry["reference"], 0)
            owners[entry["case"]] = ticket
            tickets.setdefault(ticket, Facts()).cases.append((round_, entry))
        elif what == "response":
            answered[entry["response"]] = owners[entry["case"]]
            tickets[owners[entry["case"]]].responses.append(entry)
        elif what in ("note", "cancel"):
            tickets[owners[entry["case"]]].on_cases.append(entry)
        elif what == "acknowledge":
            tickets[answered[entry["response"]]].acknowledged.add(entry["response"])
    return tickets


def _take_saja(facts, entry):
    what = entry["what"]
    if what == "made":
        facts.made, facts.files = True, entry["files"]
    elif what == "reopened":
        facts.rounds += 1
    elif what == "followed_up":
        facts.follow_ups[entry["follow_up"]] = facts.rounds
    elif what == "cancelled":
        facts.cancelled_in.append(facts.rounds)
    elif what == "update":
        facts.updates.append((entry, facts.rounds))


def _judge_cases(verdict, ticket, facts):
    made = Counter(round_ for round_, _ in facts.cases)
    for round_ in range(1, facts.rounds + 1):
        if made[round_] == 0:
            verdict.add(verdict.lost, ticket, f"round {round_} has no case")
        elif made[round_] > 1:
            verdict.add(verdict.duplicated, ticket, f"round {round_} has {made[round_]} cases")
    for round_ in sorted(made):
        if not 1 <= round_ <= facts.rounds:
            verdict.add(verdict.duplicated, ticket, f"a case for round {round_}, which never began")
    order = [round_ for round_, _ in facts.cases]
    if order != sorted(order):
        verdict.add(verdict.reordered, ticket, "the case of a later round was made first")
    for round_, entry in facts.cases:
        if sorted(entry["files"]) != sorted(facts.files):
            verdict.add(verdict.lost, ticket, f"files of round {round_} are not those of the ticket")


def _judge_on_cases(verdict, ticket, facts):
    rounds = {entry["case"]: round_ for round_, entry in facts.cases}
    notes = Counter(entry["note"] for entry in facts.on_cases if entry["what"] == "note")
    cancelled = [rounds[entry["case"]] for entry in facts.on_cases if entry["what"] == "cancel"]
    for note in facts.follow_ups:
        if notes[note] == 0:
            verdict.add(verdict.lost, ticket, f"follow-up {note} is no note")
    for note, count in notes.items():
        if count > 1 or note not in facts.follow_ups:
            verdict.add(verdict.duplicated, ticket, f"note {note} is there {count} times, asked for or not")
    for round_ in facts.cancelled_in:
        if round_ not in cancelled:
            verdict.add(verdict.lost, ticket, f"the case of round {round_} was not cancelled")
    for round_ in cancelled:
        if round_ not in facts.cancelled_in:
            verdict.add(verdict.duplicated, ticket, f"the case of round {round_} was cancelled, which nobody asked for")
    _judge_order_on_cases(verdict, ticket, facts, rounds)


def _judge_order_on_cases(verdict, ticket, facts, rounds):
    closed = set()
    noted = dict.fromkeys(entry["note"] for entry in facts.on_cases if entry["what"] == "note")
    if [note for note in noted if note in facts.follow_ups] != [note for note in facts.follow_ups if note in noted]:
        verdict.add(verdict.reordered, ticket, "notes came in another order than the follow-ups")
    for entry in facts.on_cases:
        if entry["what"] == "cancel":
            closed.add(entry["case"])
        elif entry["case"] in closed:
            verdict.add(verdict.reordered, ticket, f"note {entry['note']} came after the cancel")
        elif rounds[entry["case"]] != facts.follow_ups.get(entry["note"], rounds[entry["case"]]):
            verdict.add(verdict.reordered, ticket, f"note {entry['note']} stands on another round's case")


def _judge_updates(verdict, ticket, facts):
    published = [entry for entry in facts.responses if entry["final"]]
    applied = Counter(entry["update_id"] for entry, _ in facts.updates)
    for entry in facts.responses:
        if entry["response"] not in facts.acknowledged:
            verdict.add(verdict.lost, ticket, f"response {entry['response']} was not acknowledged")
    for entry in published:
        if applied[entry["response"]] == 0:
            verdict.add(verdict.lost, ticket, f"answer {entry['response']} never came")
    known = {entry["response"]: place for place, entry in enumerate(published)}
    for update_id, count in applied.items():
        if count > 1 or update_id not in known:
            verdict.add(verdict.duplicated, ticket, f"update {update_id} came {count} times, published or not")
    places = [known[entry["update_id"]] for entry, _ in facts.updates if entry["update_id"] in known]
    if places != sorted(places):
        verdict.add(verdict.reordered, ticket, "answers came in another order than they were published in")
    for entry, round_ in facts.updates:
        if entry["update_id"] in known:
            _judge_status(verdict, ticket, entry, published[known[entry["update_id"]]]["round"] < round_)


def _judge_status(verdict, ticket, entry, late):
    if late and entry["before"] != entry["after"]:
        verdict.add(verdict.reordered, ticket, f"late answer {entry['update_id']} made {entry['before']} "
                                               f"into {entry['after']}")
    if not late and entry["after"] != "answered":
        verdict.add(verdict.reordered, ticket, f"answer {entry['update_id']} left the ticket {entry['after']}")


def main():
    ledgers = []
    for path in sys.argv[1:3]:
        with open(path, encoding="utf-8") as file:
            ledgers.append(json.load(file))
    verdict = judge(*ledgers)
    print(*verdict.details(), verdict.line(), sep="\n")
    sys.exit(0 if verdict.is_clean() else 1)


if __name__ == "__main__":
    main()
