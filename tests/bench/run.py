#!/usr/bin/env python3
"""./dev bench: lists the benchmarks, or runs those that are named.

Each is one file here, NAME_bench.py: its docstring's first line says what it shows, and its run(rig) prints a table.
Figures are shown and never asserted: exit 0 unless a benchmark could not run.
"""

import argparse
import importlib
import sys
from pathlib import Path

from rig import Rig

HERE = Path(__file__).resolve().parent


def load():
    """The benchmarks by name."""
    return {path.stem.removesuffix("_bench"): importlib.import_module(path.stem)
            for path in sorted(HERE.glob("*_bench.py"))}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build" / "release")
    options = parser.parse_args()
    benches = load()
    unknown = [name for name in options.names if name not in benches]
    if unknown or not options.names:
        for name, bench in benches.items():
            print(f"{name:10} {bench.__doc__.splitlines()[0]}")
        if unknown:
            parser.error(f"there is no benchmark {unknown[0]}")
    for name in options.names:
        with Rig(options.build) as rig:
            benches[name].run(rig)
    return 0


if __name__ == "__main__":
    sys.exit(main())
