"""A world with its bridge for the checks of operate.py and full_disk.py, and what they ask again and again."""

import re
import subprocess
import time

from world import World, wait_for

UNABLE = 69    # the exit code of a command that could not do what it was asked
PATIENCE_S = 15


class Wrong(Exception):
    """What was found is not what must be."""


def equal(found, expected, what):
    if found != expected:
        raise Wrong(f"{what}: {found!r}, expected {expected!r}")


def says(text, *parts):
    """Each part, a regular expression, is in the text."""
    for part in parts:
        if not re.search(part, text):
            raise Wrong(f"/{part}/ is missing in:\n{text}")


def until(condition, what):
    return wait_for(condition, PATIENCE_S, f"after {PATIENCE_S} s still not: {what}")


class House:
    """One world with its bridge, and what the checks ask of it again and again."""

    def __init__(self, world):
        self.world, self.bridge, self.saja, self.gam = world, world.bridge, world.saja, world.gam

    def make_case(self):
        """A ticket that has become a case; gives its key."""
        key, = self.saja.post("ticket", fields={"service_code": "050", "district": "3"})["tickets"]
        until(lambda: self.receiver(key), f"{key} is a case")
        until(lambda: self.bridge.open_count() == 0, "nothing is open")
        return key

    def receiver(self, key):
        """Where the letter of a ticket went; None while it has no case."""
        return next((entry["receiver"] for entry in self.gam.ledger()
                     if entry["what"] == "case" and key in entry["reference"]), None)

    def log_since(self, offset):
        return self.bridge.log.read_bytes()[offset:].decode()

    def log_size(self):
        return self.bridge.log.stat().st_size

    def reload(self, end):
        """SIGHUP; gives what the log says up to the line that tells how it ended."""
        offset = self.log_size()
        self.bridge.reload()
        until(lambda: end in self.log_since(offset), end)
        return self.log_since(offset)

    def change(self, file, old, new):
        """Edits a file of mappings/."""
        path = self.bridge.mappings / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise Wrong(f"{file} does not hold {old!r} any more")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def refused_run(self):
        """What `run` says that does not start."""
        ended = self.bridge.command("run")
        equal(ended.returncode, UNABLE, "exit code of run")
        return ended.stdout + ended.stderr


def passes(check, binary, *more, **settings):
    """Runs check(house, *more) in a world of its own; gives whether it passed, and says so."""
    title, begin = check.__name__.replace("_", " "), time.monotonic()
    try:
        with World("operate", 1, binary, **settings) as world:
            world.bridge.start()
            check(House(world), *more)
    except (Wrong, TimeoutError, RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"FAILED: {title}: {error}", flush=True)
        return False
    print(f"ok: {title} ({time.monotonic() - begin:.1f} s)", flush=True)
    return True
