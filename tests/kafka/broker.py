"""A real Apache Kafka on 127.0.0.1 that can be killed, paused and started again, small enough for 2 cores.

`./dev` fetches its jars. Each broker is a controller too (KRaft). It keeps ports and data over a restart; nothing is
synced to the disk, as what a killed process wrote is in the page cache and stays.
"""

import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

import wire

HERE = Path(__file__).resolve().parent
JARS = HERE.parents[1] / "build" / "kafka" / "jars"
READY_S = 60
_CLUSTER_ID = "c2dicmlkZ2UtdGVzdHMtMA"    # 16 bytes in base64
_ANSWER_S = 2
_POLL_S = 0.05
# A short life on few cores: what is compiled well is compiled too late.
_JAVA = ("java", "-Xmx256m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
         f"-Dlog4j2.configurationFile={HERE}/log4j2.properties", "-cp", f"{JARS}/*")
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class Cluster:
    """`with Cluster(folder, brokers=3) as cluster`: brokers 1 to 3 serve in it, and none is left after it.

    `settings` are given to all of them, over those of this file.

    Belongs to one thread: its brokers die with the thread that started them, so that nothing outlives a killed test.
    """

    def __init__(self, folder, brokers=1, settings=()):
        if not JARS.is_dir():
            raise SystemExit(f"no Apache Kafka in {JARS}; `./dev kafka` fetches it")
        self._brokers = _plan(Path(folder), brokers, dict(settings))

    def __enter__(self):
        try:
            _all_end_well([broker.format() for broker in self._brokers.values()])
            for broker in self._brokers.values():
                broker.start()
            for number in self._brokers:
                self.wait_serving(number)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def bootstrap(self):
        """What clients are given: "127.0.0.1:PORT,…", the same all the time."""
        return ",".join(f"127.0.0.1:{broker.port}" for broker in self._brokers.values())

    def pids(self):
        """Of the brokers that run or are paused."""
        return [broker.process.pid for broker in self._brokers.values() if broker.is_alive()]

    def create_topic(self, name, partitions=1, copies=None, settings=()):
        """With a copy on every broker, or so many; each must serve. (What a cluster is asked for, it does not make
        itself.)"""
        wire.create_topic(self._brokers[1].port, name, partitions, copies or len(self._brokers), dict(settings))

    def forbid_topics(self, prefix):
        """From now on nobody may make a topic of that prefix; the settings must name an authorizer."""
        wire.forbid_topics(self._brokers[1].port, "User:ANONYMOUS", prefix)
        end = time.monotonic() + READY_S
        while self._can_create(f"{prefix}tried-{time.monotonic_ns()}"):    # a rule is in force some ms after its answer
            if time.monotonic() > end:
                raise TimeoutError(f"topics of {prefix} can still be made after {READY_S} s")
            time.sleep(_POLL_S)

    def _can_create(self, topic):
        try:
            self.create_topic(topic)
        except RuntimeError as error:
            if "error 29" not in str(error):    # TOPIC_AUTHORIZATION_FAILED
                raise
            return False
        return True

    def kill(self, *numbers):
        """SIGKILL to these brokers, all at once."""
        for number in numbers:
            self._brokers[number].process.kill()
        for number in numbers:
            self._brokers[number].process.wait()

    def pause(self, number):
        """SIGSTOP: it holds its connections and answers nothing."""
        self._brokers[number].process.send_signal(signal.SIGSTOP)

    def resume(self, number):
        self._brokers[number].process.send_signal(signal.SIGCONT)

    def restart(self, *numbers):
        """Starts brokers that were killed, and waits until they serve.

        All that was acknowledged is there. But where there are copies, a reader may be told of a partition's end too
        early, until they have spoken with each other: read as many as there must be, not up to the end.
        """
        for number in numbers:
            self._brokers[number].start()
        for number in numbers:
            self.wait_serving(number)

    def is_serving(self, number):
        """Whether it answers, and names all that run as serving: then each partition can have its leader."""
        broker = self._brokers[number]
        alive = {n: other.port for n, other in self._brokers.items() if other.is_alive()}
        try:
            return alive.items() <= wire.serving(broker.port, _ANSWER_S).items()
        except OSError:
            return False

    def wait_serving(self, number):
        broker, end = self._brokers[number], time.monotonic() + READY_S
        while not self.is_serving(number):
            if not broker.is_alive():
                raise RuntimeError(f"broker {number} ended by itself; see {broker.folder}")
            if time.monotonic() > end:
                raise TimeoutError(f"broker {number} does not serve after {READY_S} s; see {broker.folder}")
            time.sleep(_POLL_S)

    def stop(self):
        """Ends every broker, paused ones too; their data stays."""
        self.kill(*(number for number, broker in self._brokers.items() if broker.process))


class Broker:
    """One broker: its folder, its ports and its process."""

    def __init__(self, folder, port):
        self.folder, self.port, self.process = folder, port, None

    def format(self):
        """Begins to write an empty journal of metadata; gives the process."""
        return self._java("kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", self.folder / "server.properties")

    def start(self):
        self.process = self._java("kafka.Kafka", self.folder / "server.properties")

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def _java(self, main, *words):
        with open(self.folder / "output", "ab") as output:
            return subprocess.Popen([*_JAVA[:1], f"-Dbroker.log={self.folder}/log", *_JAVA[1:], main, *words],
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                                    preexec_fn=_dies_with(os.getpid()))


def _plan(folder, count, more):
    """{number: Broker}, numbered from 1, with all their settings written."""
    ports = _free_ports(2 * count)
    voters = ",".join(f"{n + 1}@127.0.0.1:{ports[count + n]}" for n in range(count))
    brokers = {}
    for number in range(1, count + 1):
        brokers[number] = broker = Broker(folder / f"broker-{number}", ports[number - 1])
        broker.folder.mkdir(parents=True)
        settings = _settings(count) | more | {
            "node.id": number, "controller.quorum.voters": voters, "log.dirs": broker.folder / "data",
            "listeners": f"PLAINTEXT://127.0.0.1:{broker.port},CONTROLLER://127.0.0.1:{ports[count + number - 1]}"}
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        (broker.folder / "server.properties").write_text(text, encoding="utf-8")
    return brokers


def _settings(count):
    """What all brokers of a cluster of that size share."""
    copies, in_sync = count, min(2, count)
    return {
        "process.roles": "broker,controller",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        # Acknowledged is on two brokers, and nobody leads without having it.
        "default.replication.factor": copies, "min.insync.replicas": in_sync, "unclean.leader.election.enable": "false",
        "offsets.topic.replication.factor": copies, "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies, "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "auto.create.topics.enable": "false",
        # A dead broker, a dead consumer and a new group are noticed within a test's patience.
        "broker.session.timeout.ms": 2000, "broker.heartbeat.interval.ms": 500,
        "group.min.session.timeout.ms": 1000, "group.initial.rebalance.delay.ms": 0,
        # Few threads, small buffers.
        "num.network.threads": 2, "num.io.threads": 2, "background.threads": 2, "num.recovery.threads.per.data.dir": 1,
        "log.cleaner.dedupe.buffer.size": 4 << 20, "log.segment.bytes": 64 << 20,
    }


def _free_ports(count):
    """Ports below those that outgoing connections take: each must still be free when its broker starts again."""
    probes = []
    try:
        while len(probes) < count:
            probe = socket.socket()
            try:
                probe.bind(("127.0.0.1", random.randrange(20_000, 30_000)))
                probes.append(probe)
            except OSError:
                probe.close()
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _dies_with(parent):
    """For a child, before it becomes Java: SIGKILL when its parent is gone, also when that is already so."""
    def ask():
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    return ask


def _all_end_well(processes):
    for process in processes:
        if process.wait() != 0:
            raise RuntimeError(f"Kafka's storage was not made: {process.args}")
