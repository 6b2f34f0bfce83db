"""An event from poll to committed outcome, against bare libcurl and bare SQLite.

The bridge polls tickets and makes cases of them (looked up: written ahead, fresh connections), then polls the answers
and updates the tickets (keyed: connections kept alive). The floor does the same calls to the same target, as many at a
time, and writes the same rows, 100 events a commit, in the same run; what it need not do is poll, read, map and judge.
"""

import time

from rig import cpu_s, median, show

EVENTS = 20_000
RUNS = 3
CONCURRENCY = 64  # a commit holds what ended since the last one, so few calls at a time make small commits
PATIENCE_S = 300
CHANGES = ((r"every: \w+", "every: 1s"), (r"limits: {.*}", f"limits: {{concurrency: {CONCURRENCY}, timeout: 60s}}"))


def time_events(bridge, target, what, taken_before):
    """(events a second, CPU µs an event) for EVENTS "tickets" or "responses"."""
    begin_s = cpu_s(bridge.pid())
    target.open_tap(what, EVENTS)
    end = time.monotonic() + PATIENCE_S
    while target.calls()[0] < EVENTS:
        if time.monotonic() > end or not bridge.is_alive():
            raise TimeoutError(f"{what} are not through after {PATIENCE_S} s; {bridge.status()}")
        time.sleep(0.05)
    while bridge.counts().get("delivered") != taken_before + EVENTS:
        if time.monotonic() > end:
            raise TimeoutError(f"{what} are not all delivered; {bridge.status()}")
        time.sleep(0.02)
    taken_s = time.monotonic() - target.calls()[1]
    return EVENTS / taken_s, (cpu_s(bridge.pid()) - begin_s) / EVENTS * 1e6


def run_once(rig, number):
    """By kind: (events a second, CPU µs, floor of calls, floor of rows)."""
    target = rig.start_target()
    bridge = rig.make_bridge(f"bridge{number}", target, CHANGES, ("ticket-to-case", "response-to-ticket"))
    bridge.start()
    looked_up = time_events(bridge, target, "tickets", 0)
    keyed = time_events(bridge, target, "responses", EVENTS)
    bridge.stop()
    rows = rig.measure("floor_rows", rig.make_folder(f"rows{number}"), EVENTS)
    calls = {kind: rig.measure("floor_calls", kind, url, EVENTS, CONCURRENCY)[""] for kind, url in (
        ("keyed", f"{target.saja_url}/servicerequestupdates.json"), ("looked-up", target.gam_url))}
    return {"keyed": (*keyed, *calls["keyed"], rows["keyed"][0]),
            "looked-up": (*looked_up, *calls["looked-up"], rows["looked-up"][0])}


def run(rig):
    runs = [run_once(rig, number) for number in range(RUNS)]
    rows = []
    for kind in ("keyed", "looked-up"):
        ratios = [taken[kind][1] / (taken[kind][2] + taken[kind][3]) for taken in runs]
        events_a_second, cpu_us, calls_us, rows_us = median([taken[kind] for taken in runs])
        rows.append([kind, f"{events_a_second:.0f}", f"{cpu_us:.0f}", f"{calls_us:.0f} + {rows_us:.0f}",
                     f"{median([[ratio] for ratio in ratios])[0]:.2f}", "<= 1.50"])
    show(f"pipeline: {EVENTS} events, {CONCURRENCY} calls at a time; medians of {RUNS}",
         ["operation", "events/s", "CPU us/event", "floor: calls + rows", "ratio", "aim"], rows)
