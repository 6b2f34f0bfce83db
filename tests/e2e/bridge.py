"""The bridge under test: its settings, its life and death, and what its commands say."""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import paths

READY_S = 20
# The only changes to mapping files: a run lasts seconds, not hours. The last one finds the secrets in the scratch folder.
_CHANGES = ((r"every: \w+", "every: 1s"), (r"timeout: \w+", "timeout: 2s"), (r"visible_after: \w+", "visible_after: 1s"))
_SECRETS = {"saja.token": "saja-token\n", "gam.password": "gam-password\n", "baygan.password": "baygan-password\n"}


class Bridge:
    """One sgbridge with a folder of its own; `settings` go into sgbridge.yaml as they are.

    Its mappings are a copy of a folder. Where several are one installation, `instance` tells the simulators which of them asks.
    """

    def __init__(self, binary, folder, name, settings, instance="", mappings=paths.ROOT / "mappings"):
        self.binary, self._folder, self._process = binary.resolve(), folder, None
        self.instance = instance
        if not self.binary.is_file():
            raise SystemExit(f"no sgbridge at {self.binary}; build it, or say where with --sgbridge")
        self.listen = f"127.0.0.1:{_free_port()}"
        self.hook_secret = "hook-secret"
        self.config = folder / "sgbridge.yaml"
        self.mappings = folder / "mappings"
        self.log = folder / "bridge.log"
        self.variables = {"SAJA_HOOK_SECRET": self.hook_secret, "GAM_USER": "bridge"}    # that its mappings name
        self._write_files(name, settings, mappings)

    def aim(self, saja_url, gam_url):
        """Where both systems are; before the first start."""
        self.variables |= {"SAJA_URL": saja_url, "GAM_URL": gam_url}

    @property
    def _environment(self):
        return os.environ | self.variables

    def _write_files(self, name, settings, mappings):
        shutil.copytree(mappings, self.mappings)
        for path in sorted((self.mappings / "systems").glob("*.yaml")):
            text = path.read_text(encoding="utf-8").replace("/etc/sgbridge/", f"{self._folder}/")
            for pattern, by in _CHANGES:
                text = re.sub(pattern, by, text)
            path.write_text(self._signed(text), encoding="utf-8")
        for file, secret in _SECRETS.items():
            (self._folder / file).write_text(secret, encoding="utf-8")
        values = {"name": name, "mappings": self.mappings, "state": self._folder / "state", "listen": self.listen,
                  "journal": "embedded", "reserve": "16MB"} | settings
        self.state = values["state"]
        self.state.mkdir(exist_ok=True)
        self.config.write_text("".join(f"{key}: {value}\n" for key, value in values.items()), encoding="utf-8")

    def _signed(self, system):
        """A system's file whose requests name this instance."""
        if not self.instance:
            return system
        header = f"headers: {{X-Instance: {{const: {self.instance}}}}}"
        if "\nalways:\n" in system:
            return system.replace("\nalways:\n", f"\nalways:\n  {header}\n")
        return f"{system}\nalways: {{{header}}}\n"

    # Life and death.

    def start(self, die_at=None, wait=True):
        """Starts it, dying at a crash point if one is named; waits until it is ready."""
        environment = self._environment | ({"SGBRIDGE_DIE_AT": die_at} if die_at else {})
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen([self.binary, "run", "--config", self.config], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, env=environment)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        end = time.monotonic() + READY_S
        while not self.is_ready():
            if not self.is_alive():
                raise RuntimeError(f"the bridge ended by itself ({self._process.returncode}); see {self.log}")
            if time.monotonic() > end:
                raise TimeoutError(f"the bridge was not ready after {READY_S} s; see {self.log}")
            time.sleep(0.02)

    def is_ready(self):
        """Whether /ready answers 200: it leads, and its mappings are in force."""
        return self._answers("/ready")

    def is_standby(self):
        """Whether it lives and leads not."""
        return self._answers("/health") and not self.is_ready()

    def _answers(self, path):
        host, port = self.listen.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def is_alive(self):
        return self._process is not None and self._process.poll() is None

    def was_killed(self):
        """Whether it is dead by SIGKILL, ours or its own."""
        return self._process is not None and self._process.poll() == -signal.SIGKILL

    def kill(self):
        """SIGKILL. RuntimeError when it had ended before, by anything but SIGKILL or Ctrl-C."""
        if self._process is None:
            return
        ended = self._process.poll()
        if ended is None:
            self._process.kill()
            self._process.wait()
        elif ended not in (0, -signal.SIGKILL, -signal.SIGINT):    # Ctrl-C reaches it before it listens for it
            self._process = None
            raise RuntimeError(f"the bridge ended by itself ({ended}); see {self.log}")
        self._process = None

    def stop(self):
        """SIGTERM, and its exit code."""
        self._process.terminate()
        code = self._process.wait(timeout=30)
        self._process = None
        return code

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def pause(self):
        """SIGSTOP: it holds its connections and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def pid(self):
        return self._process.pid

    def memory_kb(self):
        """What it holds in memory now: VmRSS."""
        with open(f"/proc/{self.pid()}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def replace(self, file, pattern, by):
        """Edits a file of its mappings/ by a regular expression, line by line; gives the text that it had."""
        path = self.mappings / file
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(pattern, by, text, flags=re.MULTILINE), encoding="utf-8")
        return text

    def spool(self):
        """What people have asked for that is not in the journal yet: the names of files."""
        return sorted(path.name for path in (self.state / "spool").glob("*.json"))

    # What its commands say.

    def command(self, *words, config=None, environment=(), without=()):
        """Runs `sgbridge WORDS --config …` and gives what subprocess.run gives, with texts."""
        given = {name: value for name, value in (self._environment | dict(environment)).items() if name not in without}
        return subprocess.run([self.binary, *words, "--config", config or self.config],
                              env=given, capture_output=True, text=True, timeout=60, check=False)

    def begin_command(self, *words, environment=()):
        """The same, not waited for: its process, all that it prints in one pipe."""
        return subprocess.Popen([self.binary, *words, "--config", self.config], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=self._environment | dict(environment))

    def status(self):
        """`status --json`, as a dictionary; {} while there is no journal to read."""
        said = self.command("status", "--json")
        try:
            return json.loads(said.stdout)
        except ValueError:
            return {}

    def trace(self, ticket):
        """`trace TICKET --json`, as a dictionary; RuntimeError with what it says when there is none."""
        said = self.command("trace", ticket, "--json")
        if said.returncode != 0:
            raise RuntimeError(said.stdout + said.stderr)
        return json.loads(said.stdout)

    def acknowledged(self, ticket):
        """(how many answers the journal has of the ticket, the deliveries that have told GAM so)."""
        told = self.trace(ticket)
        return (sum(event["system"] == "gam" for event in told["events"]),
                [row["id"] for row in told["deliveries"]
                 if row["mapping"] == "response-acknowledge" and row["state"] == "delivered"])

    def counts(self):
        """Deliveries by state."""
        return self.status().get("counts", {})

    def open_count(self):
        """How many deliveries have not ended; None when the bridge cannot tell."""
        return self.status().get("open")

    def unheld_count(self):
        """How many have not ended and wait for nothing before them in their lane; None as above."""
        status = self.status()
        return status["open"] - status["held"] if "open" in status else None

    def audit(self):
        """(whether the sum holds, what audit printed)."""
        said = self.command("audit")
        return said.returncode == 0, said.stdout + said.stderr

    def echoes(self):
        """How many deliveries audit counts as echoes, in whatever order it writes word and number."""
        _, text = self.audit()
        found = re.search(r"\becho(?:es)?\b\D{0,20}?(\d+)", text) or re.search(r"(\d+)\s+echo", text)
        return int(found[1]) if found else 0


def _free_port():
    """A port below those that outgoing connections take: it must still be free after each kill."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
