"""What the daemon costs while nothing happens: memory, CPU, and how soon it is ready.

The repository's own mappings as they are, so both systems are polled as often as there, and have nothing to tell.
"""

import time

from rig import cpu_s, median, memory_mb, show

RUNS = 3
QUIET_S = 30


def run_once(rig, number):
    """(MB resident, MB private, ms until ready, per cent of a CPU)."""
    bridge = rig.make_bridge(f"idle{number}", rig.start_target())
    begin = time.monotonic()
    bridge.start(wait=False)
    while not bridge.is_ready():
        time.sleep(0.001)
    ready_ms = (time.monotonic() - begin) * 1000
    time.sleep(1)
    begin_s = cpu_s(bridge.pid())
    time.sleep(QUIET_S)
    percent = (cpu_s(bridge.pid()) - begin_s) / QUIET_S * 100
    taken = (*memory_mb(bridge.pid()), ready_ms, percent)
    bridge.stop()
    return taken


def run(rig):
    resident, private, ready_ms, percent = median([run_once(rig, number) for number in range(RUNS)])
    show(f"idle: nothing to do for {QUIET_S} s; medians of {RUNS}", ["", "is", "aim"], [
        ["MB resident", f"{resident:.1f}", "< 20"],
        ["MB of it private", f"{private:.1f}", "< 5"],
        ["ms from start to ready", f"{ready_ms:.0f}", "< 100"],
        ["% of a CPU", f"{percent:.3f}", "< 0.1"]])
