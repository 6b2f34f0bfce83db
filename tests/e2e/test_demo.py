"""What stands around the demo's story: what `--keep` prints can be typed."""

import contextlib
import io
import os
import re
import subprocess
import unittest

import demo
import paths
from world import World

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
