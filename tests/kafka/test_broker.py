"""The broker of our tests keeps its word: what it acknowledged outlives it, and nothing outlives its test."""

import os
import select
import subprocess
import sys
import tempfile
import unittest

from broker import HERE, Cluster

SOON_S = 10
# A test that starts a broker, tells its pid and forgets the rest.
CHILD = "import sys, broker; c = broker.Cluster(sys.argv[1]).__enter__(); print(*c.pids(), flush=True); sys.stdin.read()"


def kcat(cluster, *words, text=""):
    """What kcat printed on standard output; CalledProcessError when it ended badly."""
    return subprocess.run(["kcat", "-b", cluster.bootstrap, *words], input=text, stdout=subprocess.PIPE, text=True,
                          timeout=30, check=True).stdout


def messages(cluster, topic, count):
    return kcat(cluster, "-C", "-q", "-t", topic, "-o", "beginning", "-c", str(count)).splitlines()


def ends_soon(pid):
    """Whether that process, which need not be our child, has ended after SOON_S at most."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], SOON_S)[0])
    finally:
        os.close(process)


class Served(unittest.TestCase):
    """By one broker, which serves before and after each test."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sgbridge-kafka-"))
        cls.cluster = cls.enterClassContext(Cluster(folder))

    def test_a_message_outlives_kill_9_and_its_broker_keeps_its_port(self):
        cluster = self.cluster
        cluster.create_topic("mashhad.saja", partitions=3)
        kcat(cluster, "-P", "-t", "mashhad.saja", "-X", "acks=all", text="چراغ معبر خاموش است\n")
        self.assertEqual(messages(cluster, "mashhad.saja", 1), ["چراغ معبر خاموش است"])
        bootstrap, pids = cluster.bootstrap, cluster.pids()
        cluster.kill(1)
        self.assertFalse(cluster.is_serving(1))
        cluster.restart(1)
        self.assertNotEqual(cluster.pids(), pids)
        self.assertEqual(cluster.bootstrap, bootstrap)
        self.assertEqual(messages(cluster, "mashhad.saja", 1), ["چراغ معبر خاموش است"])

    def test_a_topic_that_cannot_be_made_is_told(self):
        with self.assertRaisesRegex(RuntimeError, "no topic a b: error 17"):    # INVALID_TOPIC_EXCEPTION
            self.cluster.create_topic("a b")


class Ended(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="sgbridge-kafka-"))

    def test_a_paused_broker_answers_nothing_and_stop_ends_it_all_the_same(self):
        with Cluster(self.folder) as cluster:
            pid, = cluster.pids()
            cluster.pause(1)
            self.assertFalse(cluster.is_serving(1))
            cluster.resume(1)
            cluster.wait_serving(1)
            cluster.pause(1)
        self.assertEqual(cluster.pids(), [])
        self.assertTrue(ends_soon(pid))

    def test_no_broker_outlives_a_test_that_is_killed(self):
        test = subprocess.Popen([sys.executable, "-c", CHILD, self.folder], cwd=HERE, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with test:
            broker = int(test.stdout.readline())
            os.kill(broker, 0)    # it is there
            test.kill()
        self.assertTrue(ends_soon(broker))


if __name__ == "__main__":
    unittest.main()
