#!/usr/bin/env python3
"""./dev soak --fuzz: every fuzz target for a while, one after the other.

    run.py --for 5m                 five minutes each
    run.py --for 60m xml json       these alone

A target begins with tests/fuzz/corpus/NAME and with what earlier runs put into build/fuzz/corpus/NAME. The input that
breaks it, or takes it longer than 20 s, is a file in build/fuzz/found/NAME: it ends this target, and is to be put into
tests/fuzz/corpus/NAME, which `./dev test` takes. Exit 1 when there is one.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "e2e"))

from soak import seconds  # noqa: E402  (it lies in a folder added above)

LIMITS = ["-max_len=4096", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]
RUNS = re.compile(r"^stat::number_of_executed_units: (\d+)$", re.M)
COVERED = re.compile(r"^#\d+\s.*\bcov: (\d+) ft: \d+ corp: (\d+)", re.M)
HEAD = ("target", "seconds", "runs", "covered", "corpus", "findings")


def show(row):
    print(f"{row[0]:10}" + "".join(f"{cell:>12}" for cell in row[1:]), flush=True)


class Target:
    """One program; its inputs lie in build/fuzz."""

    def __init__(self, build, name):
        self.name = name
        self._program = build / f"{name}_fuzz"
        self._corpus, self._found = build / "corpus" / name, build / "found" / name
        self._log = build / "corpus" / f"{name}.log"
        for folder in (self._corpus, self._found):
            folder.mkdir(parents=True, exist_ok=True)

    def run(self, for_s):
        """Shows its row; whether nothing was found."""
        begin, known = time.monotonic(), set(self._found.iterdir())
        with open(self._log, "wb") as log:
            code = subprocess.run([self._program, f"-max_total_time={for_s}", *LIMITS, f"-artifact_prefix={self._found}/",
                                   self._corpus, HERE / "corpus" / self.name],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
        text = self._log.read_text(encoding="utf-8", errors="replace")
        runs, covered = RUNS.findall(text), COVERED.findall(text)
        edges, inputs = covered[-1] if covered else ("?", "?")
        found = sorted(set(self._found.iterdir()) - known)
        show([self.name, f"{time.monotonic() - begin:.0f}", runs[-1] if runs else "?", edges, inputs, str(len(found))])
        for path in found:
            print(f"  {path}; why: {self._log}", flush=True)
        if code != 0 and not found:
            print(f"  ended with {code}; why: {self._log}", flush=True)
        return code == 0


def main():
    names = sorted(path.name.removesuffix("_fuzz.c") for path in HERE.glob("*_fuzz.c"))
    parser = argparse.ArgumentParser(prog="./dev soak --fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(names))
    parser.add_argument("--for", dest="for_s", type=seconds, default=300, metavar="5m", help="each; 5m without it")
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build" / "fuzz")
    options = parser.parse_args()
    for name in options.names:
        if name not in names:
            parser.error(f"there is no target {name}; there are {', '.join(names)}")
    show(HEAD)
    bad = [name for name in options.names or names if not Target(options.build, name).run(options.for_s)]
    print(f"found: {', '.join(bad)}" if bad else "nothing found")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
