"""What stands around the demo's story: Ctrl-C leaves nothing behind, and what `--keep` prints can be typed."""

import contextlib
import io
import itertools
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import demo
import paths
from world import World, wait_for

PATIENCE_S = 20


def heed_ctrl_c():
    """As at a terminal: a shell that runs something in the background lets it ignore SIGINT, and all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Stopped(unittest.TestCase):
    def test_ctrl_c_ends_all_that_it_started(self):
        for by, when in itertools.product((os.killpg, os.kill), ("", "the bridge listens on")):
            with self.subTest(by=by.__name__, when=when), tempfile.TemporaryDirectory() as scratch:
                self.stop(Path(scratch), by, when)

    def stop(self, scratch, by, when):
        """Interrupts it once it has said so, or, for "", while its world comes up."""
        said = scratch / "said"
        with said.open("wb") as output:
            process = subprocess.Popen([sys.executable, paths.ROOT / "tests/e2e/demo.py", "--sgbridge", paths.SGBRIDGE],
                                       stdout=output, stderr=output, start_new_session=True, preexec_fn=heed_ctrl_c,
                                       env=os.environ | {"TMPDIR": str(scratch)})
        self.addCleanup(self.kill_group, process)
        wait_for(lambda: list(scratch.glob("sgbridge-demo-*/*.log")) and when in said.read_text(encoding="utf-8"),
                 PATIENCE_S, "the demo did not begin")
        by(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE_S), demo.STOPPED)
        lines = said.read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[-1], "stopped")
        self.assertNotIn("Traceback", "".join(lines))
        self.assertEqual(list(scratch.iterdir()), [said])
        with self.assertRaises(ProcessLookupError):
            os.killpg(process.pid, 0)

    @staticmethod
    def kill_group(process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Kept(unittest.TestCase):
    def test_what_is_printed_to_look_around_can_be_typed(self):
        with World("kept", 1, paths.SGBRIDGE) as world:
            world.bridge.start()
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                demo.leave_running(world, [])
            world.kept = False
            exports = re.findall(r"^  (export .*)", printed.getvalue(), re.M)
            for command in ("sgbridge status", "sgbridge check --live", "sgbridge audit --verify"):
                with self.subTest(command):
                    self.assertIn(f"\n  {command}\n", printed.getvalue())
                    typed = subprocess.run(["bash", "-c", "\n".join([*exports, command])], capture_output=True,
                                           text=True, check=False, env={"PATH": os.environ["PATH"]})
                    self.assertEqual((typed.returncode, typed.stderr), (0, ""), typed.stdout)


if __name__ == "__main__":
    unittest.main()
