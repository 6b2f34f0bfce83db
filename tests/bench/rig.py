"""What a benchmark works with: a scratch folder, the programs beside it, a target, a bridge, and their cost."""

import ctypes
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "kafka")]

from bridge import Bridge  # noqa: E402  (it lies in a folder added above)


class Rig:
    """`with Rig(build) as rig`: all that it started has ended when it ends, and the folder is gone."""

    def __init__(self, build):
        self.build = build
        self.folder = Path(tempfile.mkdtemp(prefix="sgbridge-bench-"))
        self._ends = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in reversed(self._ends):
            end()
        shutil.rmtree(self.folder)

    def make_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def measure(self, program, *arguments):
        """Runs a program of this folder; its figures by name, or by "" when it prints but one."""
        done = subprocess.run([self.build / f"bench_{program}", *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, check=True)
        lines = [line.split() for line in done.stdout.splitlines()]
        return {line[0] if len(line) > 1 else "": [float(word) for word in line[-max(len(line) - 1, 1):]]
                for line in lines}

    def start_target(self):
        target = Target(self.build / "bench_target")
        self._ends.append(target.stop)
        return target

    def make_bridge(self, name, target, changes=(), routes=("*",)):
        """A bridge in a folder of that name, not started: the repository's own mappings, of which `routes` are left,
        with the `changes` (pattern, text) made to both system files."""
        folder = self.make_folder(name)
        bridge = Bridge(self.build / "sgbridge", folder, "bench", {})
        bridge.aim(target.saja_url, target.gam_url)
        for path in (ROOT / "mappings" / "systems").glob("*.yaml"):
            text = path.read_text(encoding="utf-8").replace("/etc/sgbridge/", f"{folder}/")
            for pattern, by in changes:
                text = re.sub(pattern, by, text)
            (bridge.mappings / "systems" / path.name).write_text(text, encoding="utf-8")
        for path in bridge.mappings.glob("*.yaml"):
            if not any(path.match(f"{route}.yaml") for route in routes):
                path.unlink()
        self._ends.append(bridge.kill)
        return bridge


class Target:
    """SAJA and GAM that answer at once (target.c)."""

    def __init__(self, program):
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.saja_url, self.gam_url = f"{self._url}/saja", f"{self._url}/gam"

    def stop(self):
        self._process.communicate()

    def open_tap(self, what, count):
        """From now on there are `count` more "tickets" or "responses" to be listed."""
        urllib.request.urlopen(f"{self._url}/tap?{what}={count}", data=b"-").close()

    def calls(self):
        """(writes taken since the tap was opened, when the first page was listed since, in s of time.monotonic)."""
        calls, first_ns, *_ = self._tap()
        return calls, first_ns / 1e9

    def taken(self):
        """(cases made, updates taken) since it began."""
        return self._tap()[2:]

    def _tap(self):
        with urllib.request.urlopen(f"{self._url}/tap") as answer:
            return [int(word) for word in answer.read().split()]


def cpu_s(pid):
    """The CPU's time that all threads of a process have taken, in seconds."""
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise ProcessLookupError(pid)
    return time.clock_gettime(clock.value)


def memory_mb(pid):
    """(resident, of it its own) in MB. A library's clean pages are the page cache's, whether another program has them
    too or not."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kb = {key: int(value) for key, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return kb["Rss"] / 1000, kb["Private_Dirty"] / 1000


def median(rows):
    """Column by column."""
    return [statistics.median(column) for column in zip(*rows)]


def show(title, head, rows):
    """A table: the first column's words to the left, all else to the right; it fits 80 columns."""
    cells = [head, *[[cell if isinstance(cell, str) else f"{cell:.4g}" for cell in row] for row in rows]]
    widths = [max(len(row[c]) for row in cells) for c in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        print("  " + row[0].ljust(widths[0]) + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:])))
    sys.stdout.flush()
