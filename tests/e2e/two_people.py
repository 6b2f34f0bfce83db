"""Two people at one delivery at once: one sends it again, the other gives it up. One wins, the other is told.

    two_people.py                    12 deliveries
    two_people.py --journal kafka    the journal is in Kafka
"""

import argparse
import getpass
import os
import random
import sys
import time
from pathlib import Path

import paths
from house import Wrong, equal, says, until
from story import parse_reference
from world import World

SENDER, GIVER_UP = "mina", "reza"
TOGETHER = 3                              # pairs under way
DONE, NO = 0, 1                           # exit codes
UNKNOWN_SERVICE, SERVICE = "120", "050"   # the first has no row in departments.csv
REASON = "the citizen withdrew it"


def known_as(name):
    """What the journal calls them: root types for somebody, as sudo says; others are who they are."""
    return name if os.geteuid() == 0 else getpass.getuser()


def begin_at_once(bridge, delivery, chance):
    """Both commands, in an order and at a distance that chance tells."""
    commands = {"replay": (SENDER, ("replay", str(delivery))),
                "discard": (GIVER_UP, ("discard", str(delivery), "--why", REASON))}
    begun = {}
    for what in chance.sample(sorted(commands), 2):
        name, words = commands[what]
        begun[what] = bridge.begin_command(*words, environment={"SUDO_USER": name})
        time.sleep(chance.choice((0, 0, 0.02, 0.05)))
    return begun


def end_of(bridge, ticket):
    """How its first delivery, that of the case, has ended; waited for."""
    def found():
        state = next(row["state"] for row in bridge.trace(ticket)["deliveries"] if row["mapping"] == "ticket-to-case")
        return state if state in ("delivered", "discarded") else None

    return until(found, f"{ticket} has its case, or was given up")


def judge_pair(world, ticket, begun):
    """Looks at what both were told, against what was done; gives who won."""
    said = {what: process.communicate(timeout=30)[0] for what, process in begun.items()}
    codes = {what: process.returncode for what, process in begun.items()}
    state = end_of(world.bridge, ticket)
    winner, loser = ("replay", "discard") if state == "delivered" else ("discard", "replay")
    told = said[loser].replace("\n  ", " ")    # long lines are folded
    if winner == "discard" and codes["replay"] == DONE:    # given up after it was sent again, and before its turn came
        equal(codes["discard"], DONE, f"exit code of discard, {said}")
        says(told, rf"1 sent again\n(then: .*\n)*delivery \d+: discarded: {REASON}")
        return winner
    equal(codes, {winner: DONE, loser: NO}, f"exit codes, {ticket} being {state}, {said}")
    if winner == "replay":
        says(told, r"delivery \d+: (it has ended already: delivered|it is on its way since you asked)"
             rf" \(replay by {known_as(SENDER)}\)")
    else:
        says(told, rf"discarded(: {REASON})? \(discard by {known_as(GIVER_UP)}\)")
    return winner


def race(world, count, chance):
    """Gives how often each won."""
    bridge, winners = world.bridge, []
    tickets = [world.saja.post("ticket", fields={"service_code": UNKNOWN_SERVICE})["tickets"][0] for _ in range(count)]
    until(lambda: bridge.counts().get("failed") == count, f"{count} have failed")
    deliveries = [bridge.trace(ticket)["deliveries"][0]["id"] for ticket in tickets]
    bridge.replace("lookups/departments.csv", rf"^{SERVICE},(.*)$", rf"{SERVICE},\1\n{UNKNOWN_SERVICE},\1")
    equal(bridge.command("reload").returncode, DONE, "exit code of reload")
    for first in range(0, count, TOGETHER):
        pairs = [(ticket, begin_at_once(bridge, delivery, chance))
                 for ticket, delivery in zip(tickets[first:first + TOGETHER], deliveries[first:first + TOGETHER])]
        winners += [judge_pair(world, *pair) for pair in pairs]
    given_up = {ticket for ticket, winner in zip(tickets, winners) if winner == "discard"}
    until(lambda: bridge.open_count() == 0, "nothing is open")
    cased = {parse_reference(entry["reference"])[0] for entry in world.gam.ledger() if entry["what"] == "case"}
    equal(cased, set(tickets) - given_up, "tickets with a case")
    equal(world.verdict(given_up).line(), "lost 0, duplicated 0, reordered 0", "verdict")
    equal(bridge.audit()[0], True, "the sum holds")
    return winners


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--journal", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--deliveries", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    with World("people", args.seed, args.sgbridge, brokers=int(args.journal == "kafka")) as world:
        try:
            world.bridge.start()
            winners = race(world, args.deliveries, random.Random(args.seed))
        except (Wrong, TimeoutError) as error:
            print(f"FAILED: {error}")
            return 1
    print(f"of {len(winners)}, {winners.count('replay')} were sent again and {winners.count('discard')} given up")
    return 0


if __name__ == "__main__":
    sys.exit(main())
