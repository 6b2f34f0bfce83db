#!/usr/bin/env python3
"""How long a take-over lasts when the journal in Kafka is large: by a standby whose view is warm, and by one without a view.

    take_over.py --fill build/release/fill_journal --sgbridge build/release/sgbridge

Filling takes minutes, so this is no part of `./dev test`. Exit 1 when the warm take-over is too slow.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import paths
from world import World, wait_for

WARM_S = 15
_PATIENCE_S = 600


def fill(world, program, links, open_):
    """The journal that the bridges will find, by another instance with a folder of its own."""
    folder = world.folder / "fill"
    folder.mkdir()
    begin = time.monotonic()
    subprocess.run([program, world.cluster.bootstrap, "large", "large", folder, str(links), str(open_)], check=True,
                   stderr=subprocess.DEVNULL)
    print(f"filled with {links} links and {open_} open deliveries in {time.monotonic() - begin:.0f} s", flush=True)


def take_over(world):
    """(a cold rebuild, a warm take-over), in seconds."""
    first, second = world.bridges
    begin = time.monotonic()
    first.start(wait=False)
    wait_for(lambda: first.is_ready() or not first.is_alive(), _PATIENCE_S, "the first one does not lead")
    if not first.is_alive():
        raise RuntimeError(f"the bridge ended by itself; see {first.log}")
    cold_s = time.monotonic() - begin
    second.start(wait=False)
    wait_for(lambda: second.open_count() == first.open_count(), _PATIENCE_S, "the view is not warm", 0.5)
    begin = time.monotonic()
    first.kill()
    wait_for(second.is_ready, _PATIENCE_S, "the standby does not lead", 0.02)
    return cold_s, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--fill", type=Path, default=paths.SGBRIDGE.parent / "fill_journal")
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    with World("large", 1, args.sgbridge, brokers=1, bridges=2) as world:
        fill(world, args.fill.resolve(), args.links, args.open)
        cold_s, warm_s = take_over(world)
        print(f"start without a view: {cold_s:.1f} s; take-over with a warm one: {warm_s:.1f} s")
        return 0 if warm_s < WARM_S else 1


if __name__ == "__main__":
    sys.exit(main())
