"""A world with its bridge for checks that are run one by one, and what they ask again and again."""

import argparse
import re
import subprocess
import time
from pathlib import Path

import paths
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


def run_checks(about, checks, passes_one=passes):
    """The program of a file of checks, of all or of those named, each by itself; gives the exit code."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("checks", nargs="*", help="names of checks; none: all")
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    named = {check.__name__: check for check in checks}
    unknown = [name for name in args.checks if name not in named]
    if unknown:
        parser.error(f"no check is called {unknown[0]}")
    done = [passes_one(named[name], args.sgbridge) for name in args.checks or named]
    return 0 if all(done) else 1


def run_story(about, name, checks, **settings):
    """The program of checks that follow one another in one world on Kafka; gives the exit code."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    begin = time.monotonic()
    with World(name, 1, parser.parse_args().sgbridge, brokers=1, **settings) as world:
        try:
            for check in checks:
                check(world, *world.bridges)
        except (Wrong, TimeoutError) as error:
            print(f"FAILED: {check.__name__.replace('_', ' ')}: {error}")
            print(*(bridge.log.read_text(encoding="utf-8")[-3000:] for bridge in world.bridges), sep="\n---\n")
            return 1
    print(f"ok ({time.monotonic() - begin:.1f} s)")
    return 0
