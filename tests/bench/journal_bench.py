"""Events in both kinds of journal, against bare SQLite and librdkafka; an answer's way.

Capture, intake and outcome through the journal's contract, 100 events a commit: tickets that become cases (looked up:
three commits) and the answers to them (keyed: two). The floors write the same rows, or the very messages that the
journal wrote, in commits of the same size, in the same run. The answer's way is the whole daemon's: from GAM's having
it to SAJA's having the update, one at a time, with a moment between them that knows nothing of the poll's.
"""

import random
import time

from broker import Cluster
from rig import median, show
from world import World, wait_for

EVENTS = 5_000
RUNS = 3
ANSWERS = 100
POLL_S = 1
PATIENCE_S = 30
# What the journal would make, as far as a floor needs it.
TOPICS = {"state": 1, "saja": 6, "gam": 6}
KINDS = ("looked-up", "keyed")


def run_embedded(rig, number):
    """By kind of event: (CPU µs, events a second) of the journal, and of bare SQLite."""
    return (rig.measure("journal", rig.make_folder(f"embedded{number}"), EVENTS),
            rig.measure("floor_rows", rig.make_folder(f"rows{number}"), EVENTS))


def run_kafka(rig, cluster, number):
    """The same over Kafka, and of bare librdkafka."""
    taken = rig.measure("journal", rig.make_folder(f"kafka{number}"), EVENTS, cluster.bootstrap, f"run{number}")
    for topic, partitions in TOPICS.items():
        cluster.create_topic(f"bare{number}.{topic}", partitions, settings={"max.message.bytes": "4000000"})
    return taken, rig.measure("floor_messages", cluster.bootstrap, f"run{number}", f"bare{number}")


def rows_of(journal, runs, aim):
    """A row of the table for each kind of event."""
    rows = []
    for kind in KINDS:
        cpu_us, each_s, bare_us, bare_s = median([(*taken[kind], *bare[kind]) for taken, bare in runs])
        share, = median([[taken[kind][1] / bare[kind][1]] for taken, bare in runs])
        rows.append([f"{journal}, {kind}", f"{each_s:.0f}", f"{bare_s:.0f}", f"{share:.2f}", aim,
                     f"{cpu_us:.0f}", f"{bare_us:.0f}"])
    return rows


def show_events(rig, cluster):
    run_kafka(rig, cluster, 0)    # in which the broker's Java gets warm
    embedded = [run_embedded(rig, number) for number in range(1, RUNS + 1)]
    kafka = [run_kafka(rig, cluster, number) for number in range(1, RUNS + 1)]
    show(f"journal: {EVENTS} events, 100 a commit; medians of {RUNS}; bare: SQLite, librdkafka",
         ["journal, event", "events/s", "bare", "share", "aim", "CPU us/event", "bare"],
         rows_of("embedded", embedded, "") + rows_of("Kafka", kafka, ">= 0.50"))


def time_answer(world, case):
    """Seconds from GAM's having the answer to SAJA's having the update."""
    seen = len(world.saja.ledger())
    begin_ms = time.time_ns() // 1_000_000
    world.gam.post("answer", case=case)
    update = wait_for(lambda: [entry for entry in world.saja.ledger(seen) if entry["what"] == "update"], PATIENCE_S,
                      f"no update of {case}", pause=0.02)
    return (update[0]["at"] - begin_ms) / 1000


def time_answers(rig, cluster):
    """Of ANSWERS, sorted."""
    journal = f'{{kafka: {{brokers: "{cluster.bootstrap}", prefix: answers, replication: 1}}}}'
    chance = random.Random(1)
    with World("bench", 1, rig.build / "sgbridge", journal=journal) as world:
        world.bridge.start()
        world.saja.post("ticket", count=ANSWERS)
        cases = wait_for(lambda: [entry["case"] for entry in world.gam.ledger() if entry["what"] == "case"][:ANSWERS]
                         if world.bridge.counts().get("delivered", 0) >= ANSWERS else None,
                         PATIENCE_S, "the tickets have no cases")
        taken = []
        for case in cases:
            time.sleep(chance.uniform(0, POLL_S))
            taken.append(time_answer(world, case))
    return sorted(taken)


def show_answers(rig, cluster):
    taken = time_answers(rig, cluster)
    show(f"journal: s from an answer in GAM to the update in SAJA, {len(taken)} of them, polled every {POLL_S} s",
         ["over Kafka", "p50", "p99", "most", "aim of p99"],
         [["one at a time", *(f"{taken[round(part * (len(taken) - 1))]:.2f}" for part in (0.5, 0.99, 1)),
           f"< {1 + POLL_S}"]])


def run(rig):
    with Cluster(rig.make_folder("broker")) as cluster:
        show_events(rig, cluster)
        show_answers(rig, cluster)
