"""The bridge makes do with what it may do in a cluster that others look after."""

import sys
import tempfile
import unittest

from broker import HERE, Cluster

sys.path.append(str(HERE.parent / "e2e"))

from paths import SGBRIDGE  # noqa: E402  (it lies in the folder added above)
from world import World, wait_for  # noqa: E402

AUTHORIZER = {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
              "allow.everyone.if.no.acl.found": "true"}
STATE = {"cleanup.policy": "compact", "max.message.bytes": "4000000"}
PATIENCE_S = 30


class Rights(unittest.TestCase):
    def test_who_may_make_no_topic_works_with_those_that_are_there(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="sgbridge-kafka-"))
        cluster = self.enterContext(Cluster(folder, settings=AUTHORIZER))
        for topic, partitions, settings in (("state", 1, STATE), ("leader", 1, {}), ("commands", 1, {}),
                                            ("saja", 6, {}), ("gam", 6, {})):
            cluster.create_topic(f"mashhad.{topic}", partitions, settings=settings)
        cluster.forbid_topics("mashhad.")
        journal = f'{{kafka: {{brokers: "{cluster.bootstrap}", prefix: mashhad, replication: 1}}}}'
        world = self.enterContext(World("rights", 1, SGBRIDGE, journal=journal))
        world.bridge.start()
        world.saja.post("ticket")
        wait_for(lambda: any(entry["what"] == "case" for entry in world.gam.ledger()), PATIENCE_S, "no case was made")


if __name__ == "__main__":
    unittest.main()
