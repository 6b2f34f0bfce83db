"""A small world in a scratch folder: SAJA, GAM and a bridge between them, all on 127.0.0.1."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paths
from bridge import Bridge
from broker import Cluster
from client import Admin
from judge import judge

_START_S = 10


class Simulator:
    """One simulator's process and its admin."""

    def __init__(self, name, folder, seed):
        ports = folder / f"{name}.ports"
        with open(folder / f"{name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, paths.SIMULATORS / f"{name}.py", "--seed", str(seed), "--ports", ports],
                stdout=log, stderr=log)
        try:
            wait_for(ports.exists, _START_S, f"{name} did not start; see {folder}/{name}.log")
        except BaseException:
            self.stop()
            raise
        told = json.loads(ports.read_text(encoding="utf-8"))
        self.url, self.admin_port = f"http://127.0.0.1:{told['port']}", told["admin_port"]
        self.admin = Admin(self.admin_port)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class World:
    """`with World(…) as world`: everything runs in it but the bridges, which the driver starts.

    With `brokers` the journal is in a Kafka of that many, and `bridges` instances share it.
    """

    def __init__(self, name, seed, binary, brokers=0, bridges=1, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix=f"sgbridge-{name}-"))
        self.kept, self.is_for_a_look = False, True    # whether all is left running; the folder, where it went wrong
        self._started = contextlib.ExitStack()    # how to end what runs
        try:
            self._start(name, seed, binary, brokers, bridges, settings)
        except BaseException as error:
            self.is_for_a_look = not isinstance(error, KeyboardInterrupt)
            self.__exit__(type(error))
            raise

    def _start(self, name, seed, binary, brokers, bridges, settings):
        self.cluster = Cluster(self.folder, brokers).__enter__() if brokers else None
        if self.cluster:
            self._started.callback(self.cluster.stop)
            settings["journal"] = (f'{{kafka: {{brokers: "{self.cluster.bootstrap}", prefix: {name}, '
                                   f"replication: {brokers}}}}}")
        self.bridges = [Bridge(binary, folder, name, settings, instance)
                        for folder, instance in self._houses(bridges)]
        self.saja_simulator = self._simulate("saja", seed)
        self.gam_simulator = self._simulate("gam", seed)
        self.saja, self.gam = self.saja_simulator.admin, self.gam_simulator.admin
        for bridge in self.bridges:
            self._started.callback(bridge.kill)
            bridge.aim(self.saja_simulator.url, self.gam_simulator.url)
        self.saja.post("webhook", urls=[f"http://{bridge.listen}/hooks/saja/ticket" for bridge in self.bridges],
                       secret=self.bridges[0].hook_secret)

    def _simulate(self, name, seed):
        simulator = Simulator(name, self.folder, seed)
        self._started.callback(simulator.stop)
        return simulator

    def _houses(self, bridges):
        """The folder and the name of each instance; one alone needs neither."""
        if bridges == 1:
            return [(self.folder, "")]
        houses = [(self.folder / f"bridge-{number}", f"bridge-{number}") for number in range(1, bridges + 1)]
        for folder, _ in houses:
            folder.mkdir()
        return houses

    @property
    def bridge(self):
        """The one that leads; the first, while none does."""
        return self.leader() or self.bridges[0]

    def leader(self):
        """The instance that leads, or None."""
        if len(self.bridges) == 1:
            return self.bridges[0]
        return next((bridge for bridge in self.bridges if bridge.is_ready()), None)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.kept:
            return
        self._started.close()    # each is ended, whatever comes of the others
        if kind is None or not self.is_for_a_look:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"left for a look: {self.folder}")

    def ledgers(self):
        return self.saja.ledger(), self.gam.ledger()

    def verdict(self, waiting=()):
        return judge(*self.ledgers(), waiting)

    def keep_ledgers(self):
        """Writes both ledgers into the folder, for judge.py and for a look."""
        for name, entries in zip(("saja", "gam"), self.ledgers()):
            (self.folder / f"{name}.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")

    def is_idle(self, waiting=()):
        """All that was put in is out, nobody is about to put in more, and nothing is open in the bridge
        but the deliveries of `waiting` that a person must look at, and what is held behind them."""
        if self.gam.get("departments")["waiting"] or self.saja.get("webhook")["waiting"]:
            return False
        return not self.verdict(waiting).lost and self.bridge.unheld_count() == len(waiting)


def wait_for(condition, seconds, complaint, pause=0.05):
    """Asks until the condition holds and gives what it gave; TimeoutError with the complaint after that time."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(pause)
