"""What a long past costs an event, and what a backlog costs in memory.

The past: the same work by turns on two journals (growth.c). The backlog: two daemons whose GAM is down and whose
breaker is open, one of them with a million tickets waiting.
"""

import time

from rig import ROOT, median, memory_mb, show

SMALL, LARGE = 10_000, 1_000_000
RUNS = 3
BACKLOG = 1_000_000
SETTLE_S = 15
NOBODY = "http://127.0.0.1:1"  # the port of tcpmux, where nobody listens
WORK = {"new": "a new ticket", "recent": "an answer to a recent case", "old": "an answer to any case"}


def show_past(rig):
    small, large = rig.make_folder("small"), rig.make_folder("large")
    runs = [rig.measure("growth", small, large, SMALL, LARGE)]
    rows = []
    for kind, what in WORK.items():
        few_us, many_us = runs[0][kind]
        rows.append([what, f"{few_us:.0f}", f"{many_us:.0f}", f"{many_us / few_us:.2f}", "<= 1.30"])
    show("growth: CPU us an event in the journal, with so many links behind it",
         ["event", f"{SMALL:,}", f"{LARGE:,}", "ratio", "aim"], rows)


def memory_with(rig, name, backlog):
    """Of a daemon whose GAM is down: resident MB, its private part."""
    target = rig.start_target()
    bridge = rig.make_bridge(name, target)
    bridge.aim(target.saja_url, NOBODY)
    if backlog:
        rig.measure("backlog", bridge.config.parent / "state", backlog)
    bridge.start()
    time.sleep(SETTLE_S)
    taken = memory_mb(bridge.pid())
    bridge.stop()
    return taken


def show_backlog(rig):
    without, with_it = memory_with(rig, "empty", 0), memory_with(rig, "full", BACKLOG)
    rows = [["resident", *(f"{mb:.1f}" for mb in (without[0], with_it[0], with_it[0] - without[0])), "< 20"],
            ["private", *(f"{mb:.1f}" for mb in (without[1], with_it[1], with_it[1] - without[1])), ""]]
    show("growth: MB of memory of a daemon whose target is down, by events waiting",
         ["memory", "none", f"{BACKLOG:,}", "added", "aim"], rows)


def run(rig):
    show_past(rig)
    show_backlog(rig)
