"""What every soak stands on: faults on both sides, people at work in between, how it settles, and what is printed of it."""

import random
import time

from people import People

SETTLE_S = 240

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


class Storm:
    """Faults on both sides of a world, and people who go on all the same."""

    def __init__(self, world, seed):
        self.world = world
        self.chance = random.Random(seed)
        self.people = People(world, seed)

    def begin(self):
        # A nonce refused would hide what libcurl's own repeat of a POST does: a second case. Repeats are counted.
        self.world.gam.post("settings", refuse_replays=False)
        self.world.gam.post("departments", range_ms=[200, 2500])
        self.world.saja.post("faults", **SAJA_FAULTS)
        self.world.gam.post("faults", **GAM_FAULTS)

    def skew_clock(self):
        self.world.saja.post("clock", skew_ms=self.chance.choice(_SKEWS_MS))

    def live_a_while(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.people.act()
            time.sleep(min(left, 0.2))

    def settle(self):
        """Waits until all that was put in is out; gives the verdict."""
        world, end = self.world, time.monotonic() + SETTLE_S
        while self.people.act() or world.gam.get("departments")["waiting"]:
            if time.monotonic() > end or world.bridge.counts().get("failed"):
                print("people or departments still wait for something")
                break
            time.sleep(0.5)
        for system in (world.saja, world.gam):
            system.post("clear")
        while not world.is_idle() and time.monotonic() < end and not world.bridge.counts().get("failed"):
            time.sleep(0.5)
        return world.verdict()


def needs_a_person(world):
    """What the bridges have given up, by their own words: no fault here is of that kind, so there must be none."""
    return [line for bridge in world.bridges for line in bridge.log.read_text(encoding="utf-8").splitlines()
            if "delivery.failed" in line]


def turned_away(counters):
    """How many webhooks got an answer that a sender takes for good."""
    return sum(count for name, count in counters.items() if name.startswith("webhook_4"))


def report(world, verdict, may_fail=False):
    """Prints what happened, the verdict last; gives whether all is well. `may_fail`: deliveries were meant to fail,
    as long as none is left."""
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
    findings = ([] if may_fail else needs_a_person(world)) + verdict.details()[:100]
    if world.gam.get("replays")["replays"]:
        findings.append("libcurl sent requests to GAM again by itself, with their nonces")
    if turned_away(world.saja.get("counters")):
        findings.append("webhooks were turned away for good")
    print(*findings, sep="\n", end="\n" if findings else "")
    print(verdict.line())
    return verdict.is_clean() and not findings and sums_up and left == 0
