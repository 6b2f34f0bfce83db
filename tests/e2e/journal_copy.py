"""Moves an installation from the embedded journal to Kafka in the middle of a run, and judges what became of it.

On the embedded journal the bridge works until deliveries are pending, unknown and failed. The copy is killed again and
again; once it is whole the topic has each row of journal.db and no other, the old journal refuses to start, and on the
new one all that is open settles.
"""

import argparse
import base64
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paths
from house import House, Wrong, equal, says, until
from people import People
from world import World, wait_for

sys.path.append(str(paths.ROOT / "tests" / "kafka"))

from broker import Cluster  # noqa: E402  (it lies in the folder added above)

NAME, TICKETS = "copy", 60
COPY = ("journal", "copy", "--to", "kafka")
RANDOM_KILLS, LONGEST_COPY_S = 4, 1.5
SETTLE_S = 40
WIDTH = 80
REFUSED = 1    # the exit code of a copy that is not to be


class Move:
    def __init__(self, world, cluster, seed):
        self._world, self._bridge, self._house = world, world.bridge, House(world)
        self._people, self._chance = People(world, seed), random.Random(seed)
        self._kinds = {"embedded": "embedded",
                       "kafka": f'{{kafka: {{brokers: "{cluster.bootstrap}", prefix: {NAME}, replication: 1}}}}'}
        self._brokers = cluster.bootstrap
        self.waiting = ()    # tickets that need a person

    def run(self):
        self._work_until_all_kinds_are_open()
        self._choose("kafka")
        says(self._house.refused_run(), "journal.db: holds events", "journal copy --to kafka")
        self._begin_and_go_on_embedded()
        self._kill_copies()
        self._copy()
        self._refuse_what_is_not_to_be()
        self._settle_in_kafka()

    # On the embedded journal.

    def _work_until_all_kinds_are_open(self):
        self._world.gam.post("departments", range_ms=[100, 1500])
        self._bridge.start()
        self._people.make(TICKETS)
        self._live(4)
        self.waiting = tuple(self._world.saja.post("ticket", fields={"service_code": "999"})["tickets"])
        until(lambda: self._bridge.counts()["failed"] == 1, "an unknown service code has failed")
        self._lose_answers()
        self._people.make(TICKETS // 3)
        until(self._has_all_kinds, "deliveries are pending, unknown and failed")
        equal(self._bridge.stop(), 0, "exit code of the bridge")
        equal(self._has_all_kinds(), True, f"all kinds are still open: {self._bridge.counts()}")

    def _lose_answers(self):
        """Cases are made, nobody is told, and the search shows them late: within what GAM's file says."""
        self._world.gam.post("faults", drop_after={"on": ["CreateCase"]}, lag={"ms": 2000})

    def _has_all_kinds(self):
        counts = self._bridge.counts()
        return all(counts.get(state) for state in ("pending", "unknown", "failed"))

    def _live(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._people.act()
            time.sleep(0.1)

    def _choose(self, kind):
        """What `journal:` says in the settings."""
        text = self._bridge.config.read_text(encoding="utf-8")
        text = re.sub("^journal: .*$", f"journal: {self._kinds[kind]}", text, flags=re.M)
        self._bridge.config.write_text(text, encoding="utf-8")

    # The copy, cut short.

    def _begin_and_go_on_embedded(self):
        """Rows that a copy has written are others, or gone, when it is begun anew."""
        self._die_at("copy.begun")
        self._change_journal("INSERT INTO meta VALUES('gone', 'before the next copy')")    # written with the first rows
        self._die_at("copy.rows")
        self._change_journal("DELETE FROM meta WHERE name = 'gone'")
        equal('["meta","gone"]' in self._rows_of_topic(), True, "the topic has the row that is gone")
        says(self._house.refused_run(), "is not whole", "journal copy --to kafka")
        self._choose("embedded")
        self._bridge.start()
        self._people.make(4)
        self._live(2)
        until(self._has_all_kinds, "deliveries of all kinds are open again")
        equal(self._bridge.stop(), 0, "exit code of the bridge")
        self._choose("kafka")

    def _kill_copies(self):
        self._die_at("copy.rows")
        says(self._house.refused_run(), "is not whole")
        self._keep_journal("before")
        for _ in range(RANDOM_KILLS):
            self._kill_after(self._chance.uniform(0, LONGEST_COPY_S))
        self._die_at("copy.moved")
        says(self._house.refused_run(), "is not whole")
        self._refuse_embedded()

    def _change_journal(self, sql):
        with sqlite3.connect(self._journal()) as journal:
            journal.execute(sql)
        journal.close()

    def _die_at(self, point):
        done = self._bridge.command(*COPY, environment={"SGBRIDGE_DIE_AT": point})
        equal(done.returncode, -signal.SIGKILL, f"how the copy ended at {point}")

    def _kill_after(self, seconds):
        """At the latest it dies before its last step."""
        with subprocess.Popen([self._bridge.binary, *COPY, "--config", self._bridge.config],
                              env=os.environ | {"SGBRIDGE_DIE_AT": "copy.moved"},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as copy:
            time.sleep(seconds)
            copy.kill()

    def _refuse_embedded(self):
        self._choose("embedded")
        says(self._house.refused_run(), rf"journal.db: was moved to Kafka \(prefix {NAME}\) at 2.*Z; set `journal:`")
        self._choose("kafka")

    # The copy, whole.

    def _copy(self):
        said = self._said(0)
        says(said, rf"prefix {NAME}", r"events \d+, of their deliveries open [1-9]", r"links [1-9]", r"cursors [1-9]")
        equal(max(map(len, said.splitlines())) <= WIDTH, True, f"lines of {WIDTH} columns:\n{said}")
        says(self._said(0), "nothing is left to do")
        self._compare(self._rows_of_topic(), self._rows_of_journal())

    def _said(self, code, config=None):
        done = self._bridge.command(*COPY, config=config)
        equal(done.returncode, code, f"exit code of the copy, which said {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def _rows_of_topic(self):
        """{key: row} of the state topic, as one finds them who reads it from its begin."""
        said = subprocess.run(["kcat", "-b", self._brokers, "-C", "-t", f"{NAME}.state", "-e", "-q", "-o", "beginning",
                               "-X", "isolation.level=read_committed", "-f", "%k\t%s\n"],
                              capture_output=True, text=True, check=True, timeout=30)
        rows = {}
        for line in said.stdout.splitlines():
            key, _, value = line.partition("\t")
            rows.pop(key, None)
            if value:
                rows[key] = json.loads(value)
        return rows

    def _rows_of_journal(self):
        """The same of journal.db, without the mark that it was moved."""
        journal = sqlite3.connect(f"file:{self._journal()}?mode=ro", uri=True)
        journal.row_factory = sqlite3.Row
        tables = [name for name, in journal.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'standing'")]
        rows = {}
        for table in tables:
            keys = [name for _, name in sorted((place, name) for _, name, _, _, _, place in
                                               journal.execute(f"PRAGMA table_info({table})") if place)]
            for row in journal.execute(f"SELECT * FROM {table}"):
                plain = {name: base64.b64encode(row[name]).decode() if isinstance(row[name], bytes) else row[name]
                         for name in row.keys() if row[name] is not None}
                key = json.dumps([table, *(plain[name] for name in keys)], separators=(",", ":"), ensure_ascii=False)
                rows[key] = plain
        journal.close()
        del rows['["meta","moved_to"]'], rows['["meta","moved_at"]']
        return rows

    @staticmethod
    def _compare(topic, journal):
        topic.pop('["meta","leads_since"]', None)    # of the starts that were refused
        if topic.keys() != journal.keys():
            raise Wrong(f"missing {sorted(journal.keys() - topic.keys())[:5]}, more {sorted(topic.keys() - journal.keys())[:5]}")
        for key, row in journal.items():
            equal(topic[key], row, key)
        print(f"{len(journal)} rows are the same in journal.db and in the topic", flush=True)

    # What is refused.

    def _journal(self):
        return self._world.folder / "state" / "journal.db"

    def _keep_journal(self, name):
        """A backup, in a folder of its own with settings of its own, as a person makes it."""
        folder = self._world.folder / name
        folder.mkdir()
        shutil.copy(self._journal(), folder)
        shutil.copy(f"{self._journal()}-wal", folder)
        text = self._bridge.config.read_text(encoding="utf-8").replace(f"state: {self._world.folder}/state", f"state: {folder}")
        (folder / "sgbridge.yaml").write_text(text, encoding="utf-8")

    def _refuse_what_is_not_to_be(self):
        backup = self._world.folder / "before"
        not_empty = rf"topic {NAME}.state is not empty: it has \d+ messages, of the journal of \"{NAME}\""
        says(self._said(REFUSED, backup / "sgbridge.yaml"), not_empty)
        with sqlite3.connect(backup / "journal.db") as journal:
            journal.execute("UPDATE meta SET value = 'another' WHERE name = 'id'")
        journal.close()
        says(self._said(REFUSED, backup / "sgbridge.yaml"), not_empty)

    # In Kafka.

    def _settle_in_kafka(self):
        self._world.gam.post("clear")
        self._bridge.start()
        says(self._said(REFUSED), "another sgbridge works on this journal")
        wait_for(lambda: self._people.act() == 0 and self._world.is_idle(self.waiting), SETTLE_S,
                 f"after {SETTLE_S} s something is still open", 0.2)
        equal(self._bridge.counts()["failed"], 1, "failed deliveries")
        sums_up, text = self._bridge.audit()
        print(text.rstrip(), flush=True)
        equal(sums_up, True, "the audit sums up")
        equal(self._bridge.stop(), 0, "exit code of the bridge")
        self._refuse_embedded()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgbridge-kafka-") as folder, Cluster(folder) as cluster, \
            World(NAME, args.seed, args.sgbridge) as world:
        move = Move(world, cluster, args.seed)
        move.run()
        verdict = world.verdict(move.waiting)
        print(*verdict.details(), verdict.line(), sep="\n")
        if not verdict.is_clean():
            world.keep_ledgers()
            raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
