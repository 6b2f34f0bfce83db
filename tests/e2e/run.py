#!/usr/bin/env python3
"""The end-to-end runs that are part of `./dev test`: each a driver of its own, judged by its exit code."""
import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import paths

HERE = Path(__file__).resolve().parent


def runs(sgbridge):
    """Each run: what it shows, and its command."""
    python = [sys.executable]
    bridge = ["--sgbridge", str(sgbridge)]
    return [
        ("the judge finds what is wrong with a ledger, and what watches the bridge learns enough",
         [*python, "-m", "unittest", "discover", "-s", str(HERE), "-t", str(HERE)]),
        ("the mappings we ship pass their check", [str(sgbridge), "check", str(paths.ROOT / "mappings")]),
        ("people can ask, stop, reload and mis-feed it", [*python, str(HERE / "operate.py"), *bridge]),
        ("death at each crash point loses nothing", [*python, str(HERE / "crash_points.py"), *bridge]),
        ("30 kills with faults on lose nothing",
         [*python, str(HERE / "soak.py"), "--kills", "30", "--seed", "3", *bridge]),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    failed = 0
    sgbridge = parser.parse_args().sgbridge.resolve()
    environment = os.environ | {"SGBRIDGE": str(sgbridge)}    # unittest takes no options of ours
    all_runs = runs(sgbridge)
    for title, command in all_runs:
        began = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              env=environment)
        is_good = done.returncode == 0
        failed += not is_good
        print(f"{'ok' if is_good else 'FAILED'}: {title} ({time.monotonic() - began:.0f} s)")
        print("" if is_good else done.stdout, end="", flush=True)
    print(f"{len(all_runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
