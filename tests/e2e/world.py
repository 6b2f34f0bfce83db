"""A small world in a scratch folder: SAJA, GAM and a bridge between them, all on 127.0.0.1."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paths
from bridge import Bridge
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
        wait_for(ports.exists, _START_S, f"{name} did not start; see {folder}/{name}.log")
        told = json.loads(ports.read_text(encoding="utf-8"))
        self.url, self.admin_port = f"http://127.0.0.1:{told['port']}", told["admin_port"]
        self.admin = Admin(self.admin_port)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class World:
    """`with World(…) as world`: everything runs in it but the bridge, which the driver starts."""

    def __init__(self, name, seed, binary, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix=f"sgbridge-{name}-"))
        self.kept = False
        self.bridge = Bridge(binary, self.folder, name, settings)
        self.saja_simulator = Simulator("saja", self.folder, seed)
        self.gam_simulator = Simulator("gam", self.folder, seed)
        self.saja, self.gam = self.saja_simulator.admin, self.gam_simulator.admin
        self.bridge.aim(self.saja_simulator.url, self.gam_simulator.url)
        self.saja.post("webhook", url=f"http://{self.bridge.listen}/hooks/saja/ticket", secret=self.bridge.hook_secret)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.kept:
            return
        try:
            self.bridge.kill()
        finally:
            self.saja_simulator.stop()
            self.gam_simulator.stop()
        if kind is None:
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
