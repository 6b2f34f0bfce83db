#!/usr/bin/env python3
"""./dev test: every test there is, and as last line `N passed, N failed`.

The unit and integration tests (C, by ctest), the own tests of the simulators and of the broker, what the commands say
of themselves, what the pages under docs/ promise, and the end-to-end runs against the simulators, in which the bridge is killed. Each suite says how it went
on one line; what failed is shown whole.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CMOCKA = re.compile(r"\[  (PASSED|FAILED)  \] (\d+) test\(s\)")
CTEST = re.compile(r"^\s*\d+/\d+ Test\s+#\d+: (\S+) \.+(?:   )?\s*(Passed|\*\*\*\S+.*?)\s", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests?", re.M)
UNITTEST_BAD = re.compile(r"(?:failures|errors)=(\d+)")
SKIPPED = re.compile(r"^skipped: .*$", re.M)
TALLY = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def run(command, timeout_s):
    """The output of a command and whether it ended well; never longer than `timeout_s`."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout_s, errors="replace")
        return done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as late:
        output = late.stdout or ""
        if isinstance(output, bytes):
            output = output.decode(errors="replace")
        return output + f"\nnot over after {timeout_s} s\n", False


def count_ctest(output):
    """Counts cmocka's own tests; a program that fails without saying so counts as one failure."""
    passed = sum(int(n) for word, n in CMOCKA.findall(output) if word == "PASSED")
    failed = sum(int(n) for word, n in CMOCKA.findall(output) if word == "FAILED")
    programs_failed = sum(1 for _, how in CTEST.findall(output) if how != "Passed")
    return passed, max(failed, programs_failed)


def count_unittest(output):
    ran = sum(int(n) for n in UNITTEST.findall(output))
    bad = sum(int(n) for n in UNITTEST_BAD.findall(output))
    return ran - bad, bad


def count_tally(output):
    tallies = TALLY.findall(output)
    return sum(int(p) for p, _ in tallies), sum(int(f) for _, f in tallies)


def suites(build):
    """Each suite: its name, its command, its limit in seconds, and how its output is counted."""
    bridge = str(build / "sgbridge")
    jobs = str(os.cpu_count() or 2)
    return [
        ("unit and integration", ["ctest", "--test-dir", str(build), "-V", "-j", jobs,
                                  "--no-tests=error"], 300, count_ctest),
        ("simulators", [sys.executable, "-m", "unittest", "discover", "-s", "tests/simulators",
                        "-t", "tests/simulators"], 120, count_unittest),
        ("broker", [sys.executable, "-m", "unittest", "discover", "-s", "tests/kafka",
                    "-t", "tests/kafka"], 120, count_unittest),
        ("command line", [sys.executable, "-m", "unittest", "discover", "-s", "tests/cli",
                          "-t", "tests/cli"], 120, count_unittest),
        ("docs", [sys.executable, "-m", "unittest", "discover", "-s", "tests/docs", "-t", "tests/docs"], 120, count_unittest),
        ("journal on Kafka", [sys.executable, "tests/journal/on_kafka.py", "--program", str(build / "journal_test")],
         150, count_ctest),
        ("end to end", [sys.executable, "tests/e2e/run.py", "--sgbridge", bridge], 700, count_tally),
        ("end to end on Kafka", [sys.executable, "tests/e2e/run.py", "--kafka", "--sgbridge", bridge], 700, count_tally),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/dev")
    parser.add_argument("--only", help="just the suites whose name holds this word")
    options = parser.parse_args()
    os.environ["SGBRIDGE"] = str(options.build.resolve() / "sgbridge")  # for suites that run it by the way
    passed = failed = 0
    for name, command, limit, count in suites(options.build):
        if options.only and options.only not in name:
            continue
        began = time.monotonic()
        output, is_good = run(command, limit)
        p, f = count(output)
        if not is_good and f == 0:
            f = 1
        if f:
            print(output)
        else:
            print(*SKIPPED.findall(output), sep="\n", end="\n" if SKIPPED.search(output) else "")
        print(f"{name}: {p} passed, {f} failed ({time.monotonic() - began:.0f} s)", flush=True)
        passed, failed = passed + p, failed + f
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
