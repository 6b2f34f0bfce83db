"""Soaks the bridge: tickets and answers through both simulators with faults on, and SIGKILL at random moments.

    soak.py --kills 300 --seed 1

Waits until all has settled, prints how often each fault struck, and as last line
`lost 0, duplicated 0, reordered 0`; exit 1 when it is another line, or when audit's sum does not hold.
"""

import argparse
import random
import sys
import time
from pathlib import Path

import paths
from disk import SmallDisk
from people import People
from world import World

SETTLE_S = 240
_REPORT_EVERY = 25

# What goes wrong all the time. Kept so that ten doubtful ends of one delivery in a row do not happen, and so that
# work after a delay is done and visible before `timeout + visible_after` (3 s) is over: the target's promise.
_BOTH = {
    "delay_before": {"p": 0.04, "ms": 300}, "error_500": {"p": 0.02}, "error_500_after": {"p": 0.02},
    "unavailable": {"p": 0.01}, "too_many": {"p": 0.02}, "expired": {"p": 0.01}, "error_in_200": {"p": 0.02},
    "drop_before": {"p": 0.02}, "drop_after": {"p": 0.03}, "drop_after_reused": {"p": 0.04}, "malformed": {"p": 0.02},
    "trickle": {"p": 0.004, "ms": 2600}, "delay_after": {"p": 0.004, "ms": 2600}, "new_field": {"p": 0.05},
    "duplicate": {"p": 0.05}, "down": {"p": 0.001, "ms": 1500},
}
SAJA_FAULTS = _BOTH | {"single": {"p": 0.5}, "out_of_order": {"p": 0.1, "ms": 800}}
# Three sends of a case that come to nothing in a row leave it to a person, as they should; with 2 % each of these two,
# one run of 300 kills in twenty had such a case.
GAM_FAULTS = _BOTH | {"lag": {"p": 0.4, "ms": 700}, "error_500": {"p": 0.006}, "drop_before": {"p": 0.006}}
_SKEWS_MS = (0, 200_000, -120_000)   # of SAJA's clock: within the poll's overlap, as clocks of one house are


class Soak:
    def __init__(self, world, kills, seed, tickets, disk=None):
        self._world, self._kills, self._tickets, self._disk = world, kills, tickets, disk
        self._chance = random.Random(seed)
        self._people = People(world, seed)

    def run(self):
        """Kills and settles; gives the verdict."""
        self._begin()
        for number in range(1, self._kills + 1):
            self._people.make(self._tickets)
            if self._disk and number == max(1, self._kills // 2):
                self._fill_disk()
            self._live_a_while(self._chance.uniform(0.1, 1.6))
            if number % 10 == 0:
                self._world.saja.post("clock", skew_ms=self._chance.choice(_SKEWS_MS))
            self._world.bridge.kill()
            self._world.bridge.start(wait=self._chance.random() < 0.9)
            if number % _REPORT_EVERY == 0:
                print(f"{number} kills, {len(self._world.gam.ledger())} deeds in GAM, "
                      f"{len(self._world.saja.ledger())} in SAJA", flush=True)
        self._world.bridge.wait_ready()
        return self._settle()

    def _begin(self):
        # A nonce refused would hide what libcurl's own repeat of a POST does: a second case. Repeats are counted.
        self._world.gam.post("settings", refuse_replays=False)
        self._world.gam.post("departments", range_ms=[200, 2500])
        self._world.saja.post("faults", **SAJA_FAULTS)
        self._world.gam.post("faults", **GAM_FAULTS)
        self._world.bridge.start()

    def _live_a_while(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._people.act()
            time.sleep(min(left, 0.2))

    def _fill_disk(self):
        self._disk.fill()
        print("the disk is full", flush=True)
        self._people.make(self._tickets)
        self._live_a_while(6)
        self._disk.free()
        print("the disk has room again", flush=True)

    def _settle(self):
        end = time.monotonic() + SETTLE_S
        while self._people.act() or self._world.gam.get("departments")["waiting"]:
            if time.monotonic() > end or self._world.bridge.counts().get("failed"):
                print("people or departments still wait for something")
                break
            time.sleep(0.5)
        for system in (self._world.saja, self._world.gam):
            system.post("clear")
        while not self._world.is_idle() and time.monotonic() < end and not self._world.bridge.counts().get("failed"):
            time.sleep(0.5)
        return self._world.verdict()


def needs_a_person(world):
    """What the bridge has given up, by its own words: no fault here is of that kind, so there must be none."""
    return [line for line in world.bridge.log.read_text(encoding="utf-8").splitlines() if "delivery.failed" in line]


def turned_away(counters):
    """How many webhooks got an answer that a sender takes for good."""
    return sum(count for name, count in counters.items() if name.startswith("webhook_4"))


def report(world, verdict):
    """Prints what happened, the verdict last; gives whether all is well."""
    for name in ("saja", "gam"):
        counters = getattr(world, name).get("counters")
        print(f"faults of {name}:", ", ".join(f"{kind} {count}" for kind, count in counters.items()))
    print("nonces replayed:", world.gam.get("replays")["replays"])
    sums_up, text = world.bridge.audit()
    print(text.rstrip())
    print("echoes seen:", world.bridge.echoes())
    left = world.bridge.open_count()
    if left != 0:
        print(f"still open: {left}", world.bridge.counts())
    findings = needs_a_person(world) + verdict.details()[:100]
    if world.gam.get("replays")["replays"]:
        findings.append("libcurl sent requests to GAM again by itself, with their nonces")
    if turned_away(world.saja.get("counters")):
        findings.append("webhooks were turned away for good")
    print(*findings, sep="\n", end="\n" if findings else "")
    print(verdict.line())
    return verdict.is_clean() and not findings and sums_up and left == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tickets", type=int, default=2, help="new tickets for each kill")
    parser.add_argument("--full-disk", action="store_true", help="fills the disk once; needs root, for a tmpfs")
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    disk = SmallDisk() if args.full_disk else None
    settings = {"state": disk.folder / "state", "reserve": "4MB"} if disk else {}
    try:
        with World("soak", args.seed, args.sgbridge, **settings) as world:
            verdict = Soak(world, args.kills, args.seed, args.tickets, disk).run()
            well = report(world, verdict)
            if not well:
                world.keep_ledgers()
                raise SystemExit(1)
    finally:
        if disk:
            disk.remove()


if __name__ == "__main__":
    sys.exit(main())
