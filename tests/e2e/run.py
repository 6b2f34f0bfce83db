#!/usr/bin/env python3
"""The end-to-end runs that are part of `./dev test`: each a driver of its own, judged by its exit code."""
import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import paths
from disk import may_mount

HERE = Path(__file__).resolve().parent
NIGHT = ("--tickets", "60", "--between", "2", "--rate", "2/s")    # a small one, for replay.py


def on_embedded(sgbridge):
    """Each run: what it shows, and its command; None where it needs root."""
    python = [sys.executable]
    bridge = ["--sgbridge", str(sgbridge)]
    disk = [
        ("a full disk loses nothing", [*python, str(HERE / "full_disk.py"), *bridge]),
        ("8 kills and a full disk lose nothing",
         [*python, str(HERE / "soak.py"), "--full-disk", "--kills", "8", "--seed", "2", *bridge]),
    ]
    if not may_mount():
        disk = [(title, None) for title, _ in disk]
    return [
        ("the judge finds what is wrong with a ledger, and what watches the bridge learns enough",
         [*python, "-m", "unittest", "discover", "-s", str(HERE), "-t", str(HERE)]),
        ("the mappings we ship pass their check", [str(sgbridge), "check", str(paths.ROOT / "mappings")]),
        *((f"examples/{name} pass their check", [str(sgbridge), "check", str(paths.ROOT / "examples" / name)])
          for name in ("letter-registry", "office-automation")),
        ("a third system, bridged by files alone, gets each ticket once and in order",
         [*python, str(HERE / "third_system.py"), *bridge]),
        ("behind OAuth 2.0 each ticket is a case once, whatever becomes of its tokens",
         [*python, str(HERE / "oauth.py"), *bridge]),
        ("people can ask, stop, reload and mis-feed it", [*python, str(HERE / "operate.py"), *bridge]),
        ("people find what went wrong and put it right", [*python, str(HERE / "steer.py"), *bridge]),
        ("a field that no file names is told once", [*python, str(HERE / "drift.py"), *bridge]),
        ("both systems are asked for what the journal knows", [*python, str(HERE / "verify.py"), *bridge]),
        ("files arrive as they were, again when they must, and never whole in memory",
         [*python, str(HERE / "attachments.py"), *bridge]),
        ("a webhook that was acknowledged is in the journal, however it was sent and whoever dies",
         [*python, str(HERE / "webhooks.py"), *bridge]),
        ("death at each crash point loses nothing", [*python, str(HERE / "crash_points.py"), *bridge]),
        ("30 kills with faults on lose nothing",
         [*python, str(HERE / "soak.py"), "--kills", "30", "--seed", "3", *bridge]),
        ("what failed in a bad night is sent again while the bridge is killed, each once and in order",
         [*python, str(HERE / "replay.py"), *NIGHT, "--kills", "6", *bridge]),
        ("of two people who send again and give up the same, one wins and the other is told",
         [*python, str(HERE / "two_people.py"), *bridge]),
        *disk,
    ]


def on_kafka(sgbridge):
    """The same, with real brokers."""
    def drive(driver, *words):
        return [sys.executable, str(HERE / driver), *words, "--sgbridge", str(sgbridge)]

    soak = ("--journal", "kafka", "--brokers", "1", "--seed", "2")
    return [
        ("the view can be asked whoever leads", drive("kafka_operate.py")),
        ("what is asked of an instance that stands by is done once", drive("hand_on.py")),
        ("death at each crash point loses nothing, on Kafka", drive("crash_points.py", "--journal", "kafka")),
        ("10 kills and 2 freezes of two instances lose nothing",
         drive("soak.py", *soak, "--kills", "10", "--freezes", "2", "--frozen", "15s", "--watched", "20s")),
        ("what failed in a bad night is sent again by two instances while they are killed, each once and in order",
         drive("replay.py", "--journal", "kafka", "--brokers", "1", *NIGHT, "--kills", "4")),
        ("of two people who send again and give up the same, one wins and the other is told, on Kafka",
         drive("two_people.py", "--journal", "kafka")),
        ("20 s without a broker lose nothing", drive("soak.py", *soak, "--outage", "20s")),
        ("a journal copied to Kafka in the middle of a run loses nothing", drive("journal_copy.py")),
        ("a record that no topic takes is one failure, and in nobody's way", drive("too_large.py")),
        ("what a system publishes to Kafka comes once and in order", drive("subscribe.py")),
    ]


def passes(title, command):
    """Runs it and says how it went; what failed is shown whole."""
    began = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    is_good = done.returncode == 0
    print(f"{'ok' if is_good else 'FAILED'}: {title} ({time.monotonic() - began:.0f} s)")
    print("" if is_good else done.stdout, end="", flush=True)
    return is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    parser.add_argument("--kafka", action="store_true", help="those that need a broker, and no others")
    passed = failed = 0
    args = parser.parse_args()
    sgbridge = args.sgbridge.resolve()
    os.environ["SGBRIDGE"] = str(sgbridge)    # unittest takes no options of ours
    for title, command in (on_kafka if args.kafka else on_embedded)(sgbridge):
        if command is None:
            print(f"skipped: needs root: {title}", flush=True)
        elif passes(title, command):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
