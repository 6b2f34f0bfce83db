"""Soaks the bridge: tickets and answers through both simulators with faults on, and SIGKILL at random moments.

    soak.py --kills 300 --seed 1
    soak.py --journal kafka --kills 300 --seed 2     two instances, and the brokers are killed as well
    soak.py --journal kafka --outage 10m             all brokers away, and back
    soak.py --replay --tickets 5000 --kills 20       what failed in a bad night is sent again; more in replay.py

Waits until all has settled, prints how often each fault struck, and as last line
`lost 0, duplicated 0, reordered 0`; exit 1 when it is another line, or when audit's sum does not hold.
"""

import argparse
import os
import re
import sys
from pathlib import Path

import kafka_outage
import kafka_soak
import paths
import replay
from disk import SmallDisk
from storm import Storm, report
from world import World

_REPORT_EVERY = 25


class Soak(Storm):
    """One bridge, whose journal is a file."""

    def __init__(self, world, args, disk=None):
        super().__init__(world, args.seed)
        self._kills, self._tickets, self._disk = args.kills, args.tickets, disk

    def run(self):
        """Kills and settles; gives the verdict."""
        self.begin()
        self.world.bridge.start()
        for number in range(1, self._kills + 1):
            self.people.make(self._tickets)
            if self._disk and number == max(1, self._kills // 2):
                self._fill_disk()
            self.live_a_while(self.chance.uniform(0.1, 1.6))
            if number % 10 == 0:
                self.skew_clock()
            self.world.bridge.kill()
            self.world.bridge.start(wait=self.chance.random() < 0.9)
            if number % _REPORT_EVERY == 0:
                print(f"{number} kills, {len(self.world.gam.ledger())} deeds in GAM, "
                      f"{len(self.world.saja.ledger())} in SAJA", flush=True)
        self.world.bridge.wait_ready()
        return self.settle()

    def _fill_disk(self):
        self._disk.fill()
        print("the disk is full", flush=True)
        self.people.make(self._tickets)
        self.live_a_while(6)
        self._disk.free()
        print("the disk has room again", flush=True)


def soak_embedded(args):
    disk = SmallDisk() if args.full_disk else None
    settings = {"state": disk.folder / "state", "reserve": "4MB"} if disk else {}
    try:
        with World("soak", args.seed, args.sgbridge, **settings) as world:
            end(world, report(world, Soak(world, args, disk).run()))
    finally:
        if disk:
            disk.remove()


def soak_kafka(args):
    run = kafka_outage.run if args.outage else kafka_soak.run
    os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=4")    # what a sanitizer keeps is not the bridge's memory
    with World("soak", args.seed, args.sgbridge, brokers=args.brokers, bridges=2) as world:
        end(world, run(world, args))


def end(world, is_well):
    if not is_well:
        world.keep_ledgers()
        raise SystemExit(1)


def seconds(text):
    """`90s`, `10m`."""
    found = re.fullmatch(r"(\d+)([sm])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"a duration such as 20s or 10m is expected, not {text!r}")
    return int(found[1]) * {"s": 1, "m": 60}[found[2]]


def main():
    if "--replay" in sys.argv[1:]:
        return replay.main([word for word in sys.argv[1:] if word != "--replay"])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--journal", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tickets", type=int, default=2, help="new tickets for each kill")
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    parser.add_argument("--full-disk", action="store_true", help="embedded: fills the disk once; needs root, for a tmpfs")
    parser.add_argument("--brokers", type=int, default=3, help="kafka: how many")
    parser.add_argument("--freezes", type=int, default=10, help="kafka: how often the leader gets SIGSTOP, then SIGCONT")
    parser.add_argument("--frozen", type=seconds, default=60, help="kafka: for how long; all but the first for 15s")
    parser.add_argument("--watched", type=seconds, default=60, help="kafka: how long it must then be still")
    parser.add_argument("--replay", action="store_true", help="instead: send what failed again; see replay.py")
    parser.add_argument("--outage", type=seconds, help="kafka: instead of kills, all brokers are away for so long")
    args = parser.parse_args()
    if args.journal == "kafka":
        soak_kafka(args)
    else:
        soak_embedded(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
