"""Lets the bridge die at each crash point, starts it again, and judges what became of the tickets and of commands.

    crash_points.py                  all points
    crash_points.py outcome.after:3  its third time at that one
    crash_points.py --journal kafka  the journal is in Kafka
"""

import argparse
import sys
from pathlib import Path

import paths
from people import People
from world import World, wait_for

POINTS = ("capture.before", "capture.after", "intent.before", "intent.after", "call.before", "call.after", "answer.after",
          "outcome.before", "outcome.after")
COMMAND_POINTS = ("command.before", "command.after")
TICKETS = 4
REACH_S = 30
SETTLE_S = 60
QUEUED = 3    # the exit code of a command that the daemon does when it starts


def die_at_command(world, people, point):
    """A death over what somebody asked for while the daemon was down; gives whether it was done once."""
    world.bridge.start()
    people.make(TICKETS)
    wait_for(lambda: people.act() == 0 and world.is_idle(), SETTLE_S, "not settled", 0.2)
    ticket = next(entry["ticket"] for entry in reversed(world.gam.ledger()) if entry["what"] == "response")
    answers, done = world.bridge.acknowledged(ticket)
    world.bridge.stop()
    asked = world.bridge.command("replay", "--again", "--old", str(done[0]))
    if asked.returncode != QUEUED:
        raise RuntimeError(f"replay ended with {asked.returncode}: {asked.stdout}{asked.stderr}")
    world.bridge.start(die_at=point, wait=False)
    wait_for(lambda: not world.bridge.is_alive(), REACH_S, f"the bridge never came to {point}")
    if not world.bridge.was_killed():
        raise RuntimeError(f"at {point} the bridge ended by something else; see {world.bridge.log}")
    world.bridge.start()

    def done_since():
        return len(world.bridge.acknowledged(ticket)[1]) - len(done)

    try:
        # In Kafka the command may be on its way to the one that leads: neither in the spool nor open.
        wait_for(done_since, SETTLE_S, f"{point}: not done", 0.2)
    except TimeoutError as late:
        print(late)
    wait_for(lambda: not world.bridge.spool() and world.is_idle(), SETTLE_S, f"{point}: not settled", 0.2)
    more = done_since()
    verdict, (sums_up, _) = world.verdict(), world.bridge.audit()
    print(f"{point}: {verdict.line()}, done {more} times{'' if sums_up else '; the audit does not sum up'}", flush=True)
    return world.bridge.stop() == 0 and verdict.is_clean() and sums_up and (more, len(done)) == (1, answers)


def die_at(world, people, point):
    """One death and what follows; gives whether nothing was lost, doubled or reordered."""
    world.bridge.start(die_at=point, wait=False)
    people.make(TICKETS)

    def died():
        people.act()
        return not world.bridge.is_alive()

    wait_for(died, REACH_S, f"the bridge never came to {point}")
    if not world.bridge.was_killed():
        raise RuntimeError(f"at {point} the bridge ended by something else; see {world.bridge.log}")
    world.bridge.start()
    try:
        wait_for(lambda: people.act() == 0 and world.is_idle(), SETTLE_S, "not settled", 0.2)
    except TimeoutError:
        print(f"{point}: not settled, {world.bridge.open_count()} open")
    verdict = world.verdict()
    sums_up, _ = world.bridge.audit()
    print(f"{point}: {verdict.line()}{'' if sums_up else '; the audit does not sum up'}", flush=True)
    print(*verdict.details(), sep="\n", end="\n" if verdict.details() else "")
    stopped = world.bridge.stop()
    if stopped != 0:
        print(f"{point}: SIGTERM ended the bridge with {stopped}")
    return verdict.is_clean() and sums_up and stopped == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", nargs="*", default=POINTS + COMMAND_POINTS)
    parser.add_argument("--journal", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    with World("crash", args.seed, args.sgbridge, brokers=int(args.journal == "kafka")) as world:
        world.gam.post("departments", range_ms=[100, 400])
        people = People(world, args.seed)
        well = [(die_at_command if point.startswith("command") else die_at)(world, people, point)
                for point in args.points]
        if not all(well):
            world.keep_ledgers()
            raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
