"""What `sgbridge whatif` makes of events a second, beside the sqlite3 shell that only reads the same records.

The journal has a long past (ended.c): tickets and, fewer, answers, each with its link. The other files are the
reference mappings with a changed rule, as a person has them who asks: so many events differ, and must be told. The
floor reads the same bodies, newest first, and writes each again from the JSON that it was parsed as.
"""

import json
import resource
import shutil
import subprocess
import time

from rig import median, show

ENDED, FAILED = 400_000, 100_000
EVENTS = 100_000
RUNS = 3
AIM = 20_000

BODIES = f"(SELECT body FROM event ORDER BY seq DESC LIMIT {EVENTS})"
FLOORS = (
    ("sqlite3, reads the bodies", f"SELECT sum(length(body)) FROM {BODIES}"),
    ("sqlite3, parses and writes them", f"SELECT sum(length(json(body))) FROM {BODIES}"),
)
# A value of each ticket's letter, and a rule that some tickets alone meet.
PRIORITY = r"\{const: 1\}\]\}$", "{const: 3}]}"
TESTED = r"(Priority: \{\"@Code\": )1\}", r"\g<1>3}"


def make_new_files(bridge, name, changes):
    """A folder beside the bridge's own mappings, with these changes to ticket-to-case.yaml."""
    folder = bridge.config.parent / name
    shutil.copytree(bridge.mappings, folder)
    for pattern, by in changes:
        bridge.replace(folder / "ticket-to-case.yaml", pattern, by)
    return folder


def timed(words):
    """(s, s of CPU) of a process that says something, and what it says."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    took_s, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"{done.args}: {done.returncode}\n{done.stderr}")
    return (took_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done.stdout


def whatif(bridge, folder):
    return [bridge.binary, "whatif", folder, "--events", str(EVENTS), "--json", "--config", bridge.config]


def check(told, name):
    """What was measured is what was meant."""
    told = json.loads(told)
    if told["tried"] != EVENTS or (told["unchanged"] == EVENTS) != (name == "same"):
        raise RuntimeError(f"{name}: {told}")


def run(rig):
    bridge = rig.make_bridge("whatif", rig.start_target())
    rig.measure("ended", bridge.state, ENDED, FAILED)
    folders = {name: make_new_files(bridge, name, changes)
               for name, changes in (("same", ()), ("changed", (PRIORITY, TESTED)))}
    asked = [(f"whatif, {what}", whatif(bridge, folders[name]), name)
             for name, what in (("same", "nothing differs"), ("changed", "four of five differ"))]
    asked += [(name, ["sqlite3", "-readonly", bridge.state / "journal.db", sql], None) for name, sql in FLOORS]
    times = {what: [] for what, *_ in asked}
    for _ in range(RUNS):
        for what, words, name in asked:
            taken, told = timed(words)
            if name is not None:
                check(told, name)
            times[what].append(taken)
    taken = {what: median(rows) for what, rows in times.items()}
    floor_s = taken[FLOORS[1][0]][1]
    rows = [[what, f"{EVENTS / wall_s:,.0f}", f"{EVENTS / cpu_s:,.0f}", f"{cpu_s / EVENTS * 1e6:.1f}",
             f"{cpu_s / floor_s:.2f}", f">= {AIM:,}" if what.startswith("whatif") else ""]
            for what, (wall_s, cpu_s) in taken.items()]
    show(f"whatif: the last {EVENTS:,} events of {ENDED + FAILED:,}, medians of {RUNS}; one thread",
         ["", "events/s", "of CPU", "us CPU", "to floor", "aim"], rows)
