"""What people ask of a long past, what their reading does to the log, and what a replay costs the rest.

Asking: the commands themselves, each a process of its own, on two journals (ended.c), against the sqlite3 shell that
reads the same rows. The replay: a daemon with a steady stream of new tickets sends all that failed again, at a rate.
The log: a daemon with all the traffic that it can bear, while people look without a pause.
"""

import json
import os
import resource
import subprocess
import threading
import time

from rig import cpu_s, median, show

FAILED = 100_000
ENDED = 300_000, 3_000_000
RUNS = 7
CONCURRENCY = 64
CHANGES = ((r"every: \w+", "every: 200ms"), (r"limits: {.*}", f"limits: {{concurrency: {CONCURRENCY}, timeout: 60s}}"))
ROUTES = "ticket-to-case", "response-to-ticket"

STREAM = 500  # new tickets a second
RATE = 1_000
ALONE_S = 60
PIECE_S = 10

READERS = ("failed", "--by", "reason"), ("failed",), ("status",), ("trace", "{ticket}")
LOOKING_S = 60
TICKETS_A_SECOND_MAX = 10_000  # fewer go through, so that there are always more

SPAN_S = 0.1  # between two looks at what grows
SETTLE_S = 5

# What each command asks, and the same by hand: what it prints at least, read by the index that it should take.
QUESTIONS = (
    ("failed", ("failed",),
     "SELECT id, failed_at, ticket, mapping, reason FROM delivery INDEXED BY delivery_failed"
     " WHERE failed_at IS NOT NULL ORDER BY failed_at DESC LIMIT 20;"
     " SELECT count(*) FROM delivery INDEXED BY delivery_failed WHERE failed_at IS NOT NULL"),
    ("failed --by reason", ("failed", "--by", "reason"),
     "SELECT reason, mapping, count(*), min(failed_at), min(ticket) FROM delivery INDEXED BY delivery_failed"
     " WHERE failed_at IS NOT NULL GROUP BY 1, 2"),
    ("failed --ticket", ("failed", "--ticket", "{ticket}"),
     "SELECT d.id, d.failed_at, d.mapping, d.reason FROM event e JOIN delivery d ON d.event = e.seq"
     " WHERE e.ticket = '{ticket}' AND d.failed_at IS NOT NULL"),
    ("status", ("status",),
     "SELECT state, count(*), count(DISTINCT lane), min(taken_at) FROM delivery INDEXED BY delivery_open"
     " WHERE state = 'pending' OR state = 'unknown' OR state = 'failed' GROUP BY state"),
)


def make_bridge(rig, target, ended):
    """A bridge with such a past, not started."""
    bridge = rig.make_bridge(f"ended{ended}", target, CHANGES, ROUTES)
    rig.measure("ended", bridge.state, ended, FAILED)
    return bridge


def failed_ticket(bridge):
    return json.loads(bridge.command("failed", "--json", "--limit", "1").stdout)[0]["ticket"]


# --- asking ---

def forget(path):
    """The system keeps nothing of the file in its memory."""
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(call):
    """(ms, ms of CPU) of a call that waits for a process to end."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = call()
    took_s, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 2) or not done.stdout:  # 2: an alarm stands
        raise RuntimeError(f"{done.args}: {done.returncode}\n{done.stderr}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took_s * 1000, cpu_s * 1000


def ask(bridge, ticket, words, sql):
    """(ms, ms of CPU, ms with nothing in memory, ms of the shell): medians, but for the third."""
    path = bridge.state / "journal.db"
    shell = ["sqlite3", "-readonly", path, sql.format(ticket=ticket)]

    def command():
        return bridge.command(*(word.format(ticket=ticket) for word in words))

    def by_hand():
        return subprocess.run(shell, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    forget(path)
    cold_ms, _ = timed(command)
    runs = [(*timed(command), timed(by_hand)[0]) for _ in range(RUNS)]
    took_ms, cpu_ms, shell_ms = median(runs)
    return took_ms, cpu_ms, cold_ms, shell_ms


def show_questions(bridges):
    rows = []
    for name, words, sql in QUESTIONS:
        few, many = (ask(bridge, failed_ticket(bridge), words, sql) for bridge in bridges)
        rows.append([name, *(f"{ms:.0f}" for ms in (few[0], *many)), f"{many[0] / few[0]:.2f}"])
    few, many = (f"{count / 1e6:g}M" for count in ENDED)
    show(f"ops: ms a question, {FAILED:,} failed among so many ended; medians of {RUNS}\n"
         "aims: < 1000, and a ratio < 2; with the most: CPU, nothing in memory, the shell",
         ["question", few, many, "CPU", "cold", "sqlite3", "ratio"], rows)


# --- the log ---

class Looking:
    """People who look again and again, each without a pause, as long as it is entered."""

    def __init__(self, bridge):
        ticket = failed_ticket(bridge)
        self._bridge, self._is_over, self.count = bridge, False, 0
        self._threads = [threading.Thread(target=self._look, args=([word.format(ticket=ticket) for word in words],))
                         for words in READERS]

    def _look(self, words):
        while not self._is_over:
            self._bridge.command(*words)
            self.count += 1

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        for thread in self._threads:
            thread.join()


def watch_log(bridge, target):
    """(largest, at the end) in MB, and cases made a second, over LOOKING_S."""
    log, sizes = bridge.state / "journal.db-wal", []
    cases, start = target.taken()[0], time.monotonic()
    while time.monotonic() < start + LOOKING_S:
        sizes.append(log.stat().st_size / 1e6)
        time.sleep(SPAN_S)
    return max(sizes), sizes[-1], (target.taken()[0] - cases) / (time.monotonic() - start)


def show_log(bridge, target):
    bridge.start()
    target.open_tap("tickets", TICKETS_A_SECOND_MAX * (SETTLE_S + 2 * LOOKING_S))
    time.sleep(SETTLE_S)
    alone = watch_log(bridge, target)
    with Looking(bridge) as looking:
        looked_at = watch_log(bridge, target)
    bridge.kill()
    rows = [[name, f"{largest:.0f}", f"{last:.0f}", f"{cases:.0f}", str(count)]
            for name, (largest, last, cases), count in
            (("nobody looks", alone, 0), (f"{len(READERS)} look all the time", looked_at, looking.count))]
    show(f"ops: MB of the write-ahead log in {LOOKING_S} s of all the traffic that it can bear",
         ["", "largest", "at the end", "events/s", "looks"], rows)


# --- the replay ---

class Stream:
    """So many new tickets a second, as long as it is entered."""

    def __init__(self, target, a_second):
        self._target, self._a_second, self._is_over = target, a_second, threading.Event()
        self._thread = threading.Thread(target=self._flow)

    def _flow(self):
        start, given = time.monotonic(), 0
        while not self._is_over.wait(SPAN_S):
            due = int((time.monotonic() - start) * self._a_second)
            self._target.open_tap("tickets", due - given)
            given = due

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


def sample(target, is_over):
    """[(s, cases made, updates taken), …] until then."""
    samples = []
    while not is_over():
        samples.append((time.monotonic(), *target.taken()))
        time.sleep(SPAN_S)
    return samples


def rate(samples, column):
    first, last = samples[0], samples[-1]
    return (last[column] - first[column]) / (last[0] - first[0])


def lasts(seconds):
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def rates(samples, column):
    """In each whole piece of PIECE_S."""
    marks = samples[:1]
    for row in samples:
        if row[0] >= marks[-1][0] + PIECE_S:
            marks.append(row)
    return [rate(piece, column) for piece in zip(marks, marks[1:])]


def watch_stream(bridge, target, is_over):
    """(samples, the daemon's seconds of CPU) until then."""
    before_s = cpu_s(bridge.pid())
    return sample(target, is_over), cpu_s(bridge.pid()) - before_s


def show_replay(bridge, target):
    bridge.start()
    with Stream(target, STREAM):
        time.sleep(SETTLE_S)
        before, before_cpu_s = watch_stream(bridge, target, lasts(ALONE_S))
        done = target.taken()[1]
        replay = bridge.begin_command("replay", "--all", "--rate", f"{RATE}/s")
        after, after_cpu_s = watch_stream(
            bridge, target, lambda: target.taken()[1] >= done + FAILED or replay.poll() not in (None, 0))
        replay.communicate()
    left = bridge.counts()["failed"]
    bridge.stop()
    sending = [row for row in after if done < row[2] < done + FAILED]
    kept, pieces = rate(sending, 2), rates(sending, 2)
    alone, beside = rate(before, 1), rate(sending, 1)
    rows = [[name, f"{calls:.1f}", f"{(calls / of - 1) * 100:+.2f} %", aim] for name, calls, of, aim in (
        ("replay", kept, RATE, "within 5 %"),
        (f"  in {PIECE_S} s, least", min(pieces), RATE, ""),
        (f"  in {PIECE_S} s, most", max(pieces), RATE, ""),
        ("new tickets, without it", alone, alone, ""),
        ("new tickets, beside it", beside, alone, "> -5 %"))]
    show(f"ops: replay of {FAILED:,}, {RATE}/s, beside {STREAM} new tickets a second; {left} left",
         ["calls a second, at the target", "", "off by", "aim"], rows)
    show_costs(before, before_cpu_s, after, after_cpu_s)


def show_costs(before, before_cpu_s, after, after_cpu_s):
    """What the stream alone takes of the CPU is taken off what both take."""
    new_us, both_us = (cpu * 1e6 / (samples[-1][1] - samples[0][1])
                       for samples, cpu in ((before, before_cpu_s), (after, after_cpu_s)))
    again_us = (both_us - new_us) * (after[-1][1] - after[0][1]) / FAILED
    show("ops: CPU us of the daemon for each", ["", "us"],
         [["a new ticket, polled for", f"{new_us:.0f}"], ["a delivery sent again", f"{again_us:.0f}"]])


def run(rig):
    target = rig.start_target()
    bridges = [make_bridge(rig, target, ended) for ended in ENDED]
    show_questions(bridges)
    show_replay(bridges[1], target)
    show_log(bridges[0], target)
