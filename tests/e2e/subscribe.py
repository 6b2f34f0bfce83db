"""A system that publishes its changes to Kafka: each becomes one event, whatever dies meanwhile.

The switchboard of calls/ publishes calls, each three times; the first becomes a case in GAM, the others notes on it.
The bridge is killed at random moments. A message that cannot be read fails alone, and a place that the topic does not
have raises an alarm.
"""

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import paths
from broker import Cluster
from story import parse_reference
from world import World, wait_for

TOPIC, PARTITIONS = "calls.changes", 3
CALLS, KILLS = 30, 10
PATIENCE_S = 60
CALLS_FILES = Path(__file__).resolve().parent / "calls"


class Switchboard:
    """What publishes: by kcat, with the call's number as key."""

    def __init__(self, cluster, topic=TOPIC):
        self._cluster, self._topic = cluster, topic

    def publish(self, number, value, *headers):
        options = [option for header in headers for option in ("-H", header)]
        subprocess.run(["kcat", "-P", "-b", self._cluster.bootstrap, "-t", self._topic, "-k", number, *options],
                       input=value, text=True, check=True, capture_output=True)

    def call(self, number, version):
        self.publish(number, f'{{"after":{{"version":{version},"at":"2026-07-01T08:00:00+03:30","about":"چاله"}}}}',
                     "channel=phone")


def deeds(world):
    """{ticket: [case or note, in GAM's order]} of the calls."""
    owners, found = {}, {}
    for entry in world.gam.ledger():
        if entry["what"] == "case":
            owners[entry["case"]] = (parse_reference(entry["reference"]) or (entry["reference"],))[0]
            found.setdefault(owners[entry["case"]], []).append("case")
        elif entry["what"] == "note":
            found.setdefault(owners[entry["case"]], []).append(entry["note"])
    return found


def publish_and_kill(world, switchboard, chance):
    numbers = [f"1405-{77001 + call}" for call in range(CALLS)]
    said = [(number, version) for version in (1, 2, 3) for number in numbers]
    moments = set(chance.sample(range(len(said)), KILLS))
    for place, (number, version) in enumerate(said):
        switchboard.call(number, version)
        if place in moments:
            world.bridge.kill()
            world.bridge.start()
    expected = {number: ["case", f"{number}-2", f"{number}-3"] for number in numbers}
    try:
        wait_for(lambda: deeds(world) == expected, PATIENCE_S, "not settled", 0.3)
    except TimeoutError:
        pass
    return [f"{number}: {deeds(world).get(number)}" for number in numbers if deeds(world).get(number) != expected[number]]


def fail_alone(world, switchboard):
    """A message that is no JSON, one without a record where it should stand, and a good one behind both."""
    failed = world.bridge.counts()["failed"]
    switchboard.publish("1405-78001", "no json")
    switchboard.publish("1405-78001", '{"before": {}}')
    switchboard.call("1405-78001", 1)
    wait_for(lambda: deeds(world).get("1405-78001") == ["case"], PATIENCE_S, "what follows a bad message waits for it")
    now = world.bridge.counts()["failed"]
    return [] if now == failed + 2 else [f"{now - failed} failed, not the two that cannot be read"]


def miss_a_place(world):
    """The topic's end is before what was read: as when it was made anew."""
    world.bridge.stop()
    with sqlite3.connect(world.folder / "state" / "journal.db") as journal:
        journal.execute(f"UPDATE cursor SET text = '{TOPIC} 0=1000000' WHERE system = 'calls'")
    journal.close()
    world.bridge.start()
    alarm = wait_for(lambda: [a for a in world.bridge.status()["alarms"] if a["name"] == "subscribe calls.ticket"],
                     PATIENCE_S, "a place that the topic does not have raises no alarm")
    return [] if "was made anew" in alarm[0]["words"] else [f"the alarm says {alarm[0]['words']}"]


def begin_anew(world, cluster):
    """Another topic is read by its `start`, whatever was read of the one before; that ends the alarm too."""
    cluster.create_topic("calls.again", 1)
    world.bridge.stop()
    file = world.bridge.mappings / "systems" / "calls.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(TOPIC, "calls.again"), encoding="utf-8")
    for number in ("1405-79001", "1405-79002"):
        Switchboard(cluster, "calls.again").call(number, 1)
    world.bridge.start()
    wait_for(lambda: {"1405-79001", "1405-79002"} <= deeds(world).keys(), PATIENCE_S,
             "what another topic holds is passed over")
    wait_for(lambda: not world.bridge.status()["alarms"], PATIENCE_S, "the alarm still stands")
    return []


def judge(world, cluster, seed):
    cluster.create_topic(TOPIC, PARTITIONS)
    for file in CALLS_FILES.glob("*.yaml"):
        shutil.copy(file, world.bridge.mappings / ("systems" if file.stem == "calls" else "."))
    switchboard = Switchboard(cluster)
    world.bridge.start()
    found = publish_and_kill(world, switchboard, random.Random(seed))
    print(f"{CALLS} calls, each published three times, {KILLS} kills: {Counter(map(len, deeds(world).values()))}")
    found += fail_alone(world, switchboard)
    sums_up, text = world.bridge.audit()
    return found + miss_a_place(world) + begin_anew(world, cluster) + ([] if sums_up else [text])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgbridge-kafka-") as folder, Cluster(folder) as cluster:
        os.environ["CALLS_BROKERS"] = cluster.bootstrap
        with World("calls", args.seed, args.sgbridge) as world:
            found = judge(world, cluster, args.seed)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
