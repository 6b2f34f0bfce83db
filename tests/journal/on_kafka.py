#!/usr/bin/env python3
"""The journal's suite against its Kafka kind: starts a broker, runs the groups side by side, ends the broker."""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "kafka"))

from broker import Cluster  # noqa: E402

# The longest first. What they wait for is the broker, not the processor.
GROUPS = ("commands", "verdicts", "pauses", "links", "lanes", "outcome", "capture", "shadows", "sweep", "notes",
          "transaction", "rounds", "opening", "handed_on", "past", "drop")
AT_ONCE = 4


def run_group(program, group, brokers):
    """What a group printed, and whether all its tests passed."""
    done = subprocess.run([program, "kafka", group], env=os.environ | {"SG_TEST_KAFKA": brokers}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", check=False)
    return done.stdout, done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=GROUPS)
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "dev" / "journal_test")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgbridge-kafka-") as folder, Cluster(folder) as cluster, \
            ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(lambda group: run_group(args.program, group, cluster.bootstrap), args.groups))
    print(*(output for output, _ in ended), sep="")
    return 0 if all(is_good for _, is_good in ended) else 1


if __name__ == "__main__":
    sys.exit(main())
