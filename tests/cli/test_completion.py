"""Completion in a real bash: words through COMP_WORDS, names of files as they are typed on a terminal."""

import os
import pty
import select
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from asked import GENERAL, ROOT, SGBRIDGE, commands, options

SCRIPT = ROOT / "docs/sgbridge.bash"
PATIENCE_S = 10
DRIVER = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_sgbridge
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(*words):
    """What the last of the words, which stand after sgbridge, may become."""
    done = subprocess.run(["bash", "--norc", "-c", DRIVER, "bash", SCRIPT, SGBRIDGE, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True)
    return set(done.stdout.split())


class Terminal:
    """An interactive bash with the completion loaded, in a folder."""

    def __init__(self, folder):
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.environ |= {"PATH": f"{SGBRIDGE.parent}:{os.environ['PATH']}", "PS1": "ready> ", "TERM": "dumb",
                           "INPUTRC": "/dev/null"}
            os.execvp("bash", ["bash", "--noprofile", "--norc", "-i"])
        self.type(f"source {SCRIPT}; bind 'set bell-style none'; echo loa''ded\n")
        self.wait_for("loaded")

    def type(self, keys):
        os.write(self._fd, keys.encode())

    def wait_for(self, text):
        """Reads until it stands there; gives whether it came in time."""
        end, seen = time.monotonic() + PATIENCE_S, ""
        while text not in seen and time.monotonic() < end:
            if select.select([self._fd], [], [], 0.1)[0]:
                seen += os.read(self._fd, 4096).decode(errors="replace")
        return text in seen

    def close(self):
        self.type("\x15exit\n")
        os.waitpid(self._pid, 0)
        os.close(self._fd)


class Completion(unittest.TestCase):
    def test_commands(self):
        self.assertEqual(completed(""), {c.split()[0] for c in commands()} | {"help", "--help", "--version"})
        self.assertEqual(completed("stat"), {"status"})
        self.assertEqual(completed("jou"), {"journal"})
        self.assertEqual(completed("journal", ""), {"copy"})
        self.assertEqual(completed("help", "tr"), {"trace", "try"})
        self.assertEqual(completed("nosuch", ""), set())

    def test_options_of_each_command(self):
        for command in commands():
            with self.subTest(command):
                known = set(options(command))
                self.assertTrue(known > GENERAL)
                self.assertEqual(completed(*command.split(), "-"), known)
                self.assertEqual(completed(*command.split(), "--con"), {"--config"})
                self.assertEqual(completed(*command.split(), "--config", "x", "--"), known)

    def test_the_words_that_a_value_may_be(self):
        for words in (("--to", ""), ("--to", "ka"), ("--to", "="), ("--to", "=", "ka")):
            with self.subTest(words):
                self.assertEqual(completed("journal", "copy", *words), {"kafka"})
        self.assertEqual(completed("journal", "copy", "--to", "x"), set())

    def test_files_and_folders_are_completed_by_the_shell(self):
        rows = (("sgbridge status --config nig", "nightly.yaml"), ("sgbridge status --config=nig", "nightly.yaml"),
                ("sgbridge status --config 'a b", "a b.yaml"), ("sgbridge check map", "mappings-new/"),
                ("sgbridge try ticket-note nig", "nightly.yaml"))
        with tempfile.TemporaryDirectory() as folder:
            for name in ("nightly.yaml", "a b.yaml", "mapped.txt"):
                (Path(folder) / name).touch()
            (Path(folder) / "mappings-new").mkdir()
            terminal = Terminal(folder)
            for typed, expected in rows:
                with self.subTest(typed):
                    terminal.type(f"{typed}\t")
                    self.assertTrue(terminal.wait_for(expected))
                    terminal.type("\x15")
            terminal.close()


if __name__ == "__main__":
    unittest.main()
