"""`sgbridge check --live` tells of a journal's place what cannot work and what is dangerous, and what to do."""

import sys
import tempfile
import time
import unittest

from broker import HERE, Cluster

sys.path.append(str(HERE.parent / "e2e"))

from paths import SGBRIDGE  # noqa: E402  (it lies in the folder added above)
from world import World  # noqa: E402

NOBODY = "127.0.0.1:1"    # the port of tcpmux, where nobody listens
# What the bridge makes a state topic with, as far as it matters here.
STATE = {"cleanup.policy": "compact", "max.message.bytes": 4_000_000, "delete.retention.ms": 604_800_000,
         "min.insync.replicas": 2, "unclean.leader.election.enable": "false"}
# Topic, copies, partitions, what is other than in STATE; exit code, and what is said.
ROWS = (
    ("state", 2, 1, {}, 0, ()),
    ("state", 1, 1, {"min.insync.replicas": 1}, 0, ("warning: topic PREFIX.state has one copy",)),
    ("state", 2, 1, {"min.insync.replicas": 1}, 0, ("warning: topic PREFIX.state has min.insync.replicas=1: ",)),
    ("state", 2, 1, {"min.insync.replicas": 3}, 1,
     ("error: topic PREFIX.state has min.insync.replicas=3 and fewer copies, 2: nothing can be written; set it to 1",)),
    ("state", 2, 1, {"unclean.leader.election.enable": "true"}, 0,
     ("warning: topic PREFIX.state has unclean.leader.election.enable=true: ",)),
    ("state", 2, 1, {"delete.retention.ms": 604_799_999}, 0,
     ("warning: topic PREFIX.state has delete.retention.ms=604799999: ", "set it to 604800000")),
    ("state", 2, 1, {"cleanup.policy": "delete"}, 1,
     ("error: topic PREFIX.state has cleanup.policy=delete, which forgets the state: set it to compact",)),
    # max_event is 900 KiB: four times that, and 64 KiB
    ("state", 2, 1, {"max.message.bytes": 3_751_935}, 1,
     ("error: topic PREFIX.state has max.message.bytes=3751935, and `max_event` needs 3751936",)),
    ("state", 2, 1, {"max.message.bytes": 3_751_936}, 0, ()),
    ("state", 2, 2, {}, 1, ("error: topic PREFIX.state has 2 partitions, and one is expected",)),
    ("leader", 2, 2, {}, 1, ("error: topic PREFIX.leader has 2 partitions, and one is expected",)),
    ("commands", 2, 2, {}, 1, ("error: topic PREFIX.commands has 2 partitions, and one is expected",)),
    ("commands", 2, 1, {"cleanup.policy": "delete", "retention.ms": 604_799_999}, 0,    # 7 days less a millisecond
     ("warning: topic PREFIX.commands has retention.ms=604799999: ", "set it to 604800000")),
    ("commands", 2, 1, {"cleanup.policy": "delete", "retention.ms": 604_800_000}, 0, ()),
    ("saja", 2, 6, {"retention.ms": 7_775_999_999}, 0,    # 90 days less a millisecond
     ("warning: topic PREFIX.saja has retention.ms=7775999999, less than `keep`: ", "set it to 7776000000")),
    ("saja", 2, 6, {"retention.ms": 7_776_000_000}, 0, ()),
    ("saja", 2, 6, {"retention.ms": -1}, 0, ()),
    # and of an event once that, and 64 KiB
    ("saja", 2, 6, {"max.message.bytes": 987_135, "retention.ms": -1}, 1,
     ("error: topic PREFIX.saja has max.message.bytes=987135, and `max_event` needs 987136",)),
    ("saja", 2, 6, {"max.message.bytes": 987_136, "retention.ms": -1}, 0, ()),
    ("saja.state", 2, 2, {"cleanup.policy": "delete", "retention.ms": 1}, 0, ()),    # another prefix's
)


class Live(unittest.TestCase):
    """With two brokers, and both systems there to be asked."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sgbridge-kafka-"))
        cls.cluster = cls.enterClassContext(Cluster(folder, brokers=2))
        cls.world = cls.enterClassContext(World("live", 1, SGBRIDGE))

    def configure(self, brokers, prefix, more=""):
        """The world's settings with a journal in Kafka; gives their file."""
        bridge = self.world.bridge
        kafka = f'{{kafka: {{brokers: "{brokers}", prefix: {prefix}{more}}}}}'
        path = self.world.folder / "kafka.yaml"
        path.write_text(bridge.config.read_text(encoding="utf-8").replace("journal: embedded", f"journal: {kafka}"),
                        encoding="utf-8")
        return path

    def ask(self, code, config):
        """What is said of the journal, a line each."""
        live = self.world.bridge.command("check", "--live", config=config)
        self.assertEqual(live.returncode, code, live.stdout + live.stderr)
        said = live.stdout[live.stdout.find("journal:"):] if "journal:" in live.stdout else ""
        return said.splitlines()

    def test_topics_that_are_not_there_are_told_with_what_they_will_be(self):
        self.assertEqual(self.ask(0, self.configure(self.cluster.bootstrap, "new", ", replication: 2")), [
            "journal: Kafka answers; brokers: 2",
            "journal: topic new.leader is not there yet; run makes it: one partition, 2 copies",
            "journal: topic new.commands is not there yet; run makes it: one partition, 2 copies",
            "journal: topic new.state is not there yet; run makes it: one partition, compacted, 2 copies"])

    def test_one_copy_is_said_aloud_before_it_is_made(self):
        said = self.ask(0, self.configure(self.cluster.bootstrap, "one", ", replication: 1"))
        self.assertTrue(said[-1].startswith("journal: warning: topic one.state would have one copy: "), said)

    def test_topics_that_need_more_brokers_than_there_are_cannot_be_made(self):
        said = self.ask(1, self.configure(self.cluster.bootstrap, "many"))    # the default: three
        self.assertIn("journal: error: `replication` is 3, and there are fewer brokers: no topic can be made; start "
                      "them, or give `replication: 1` where a lost disk may lose the journal", said)

    def test_what_was_made_beforehand_is_judged_by_its_settings(self):
        for row, (topic, copies, partitions, other, code, words) in enumerate(ROWS):
            prefix = f"row{row}"
            self.cluster.create_topic(f"{prefix}.{topic}", partitions, copies,
                                      {key: str(value) for key, value in (STATE | other).items()})
            with self.subTest(topic=topic, **other):
                said = self.ask(code, self.configure(self.cluster.bootstrap, prefix, ", replication: 2"))
                bad = [line for line in said if line.startswith(("journal: warning:", "journal: error:"))]
                self.assertEqual(len(bad), 1 if words else 0, bad)
                for word in words:
                    self.assertIn(word.replace("PREFIX", prefix), bad[0])

    def test_what_the_bridge_made_itself_is_good_while_it_runs(self):
        bridge, config = self.world.bridge, self.configure(self.cluster.bootstrap, "mashhad", ", replication: 2")
        embedded = bridge.config
        bridge.config = config
        try:
            bridge.start()
            said = self.ask(0, config)
        finally:
            bridge.config = embedded
            bridge.kill()
        self.assertEqual(said[0], "journal: Kafka answers; brokers: 2")
        self.assertIn("journal: warning: topic mashhad.state has min.insync.replicas=1: ", said[1])
        self.assertEqual(len(said), 2, said)

    def test_brokers_that_are_away_are_told_in_a_sentence(self):
        begin = time.monotonic()
        said = self.ask(1, self.configure(NOBODY, "mashhad"))
        self.assertLess(time.monotonic() - begin, 15)
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], "^journal: error: no broker of 127.0.0.1:1 answers: .*Connection refused")

    def test_a_state_that_can_be_no_folder_is_told_of_the_embedded_journal_too(self):
        config = self.world.folder / "no_folder.yaml"
        text = self.world.bridge.config.read_text(encoding="utf-8")
        config.write_text(text.replace("state: ", "state: /dev/null"), encoding="utf-8")
        said, = self.ask(1, config)
        self.assertRegex(said, "^journal: error: /dev/null/.* cannot be written to: Not a directory; ")

    def test_a_property_that_librdkafka_does_not_know_is_refused_with_its_place(self):
        config = self.configure(NOBODY, "mashhad", ", properties: {nonsense: 1}")
        live = self.world.bridge.command("check", "--live", config=config)
        self.assertEqual(live.returncode, 69)
        self.assertRegex(live.stderr, r'kafka\.yaml:\d+:\d+: No such configuration property: "nonsense"')

    def test_a_secret_that_is_missing_is_told_with_its_place(self):
        said = self.world.bridge.command("check", "--live", config=self.configure(
            NOBODY, "mashhad", ', properties: {sasl.password: "${env:NOT_THERE}"}'))
        self.assertEqual(said.returncode, 1)
        self.assertRegex(said.stdout, r"kafka\.yaml:\d+:\d+: .*NOT_THERE")


if __name__ == "__main__":
    unittest.main()
