"""An answer that could not be written is no success; who has read enough and closes the pipe is told nothing."""

import os
import signal
import subprocess
import unittest

from asked import ROOT, SGBRIDGE

OK, UNABLE = 0, 69
LONG, SHORT = ("--help",), ("check", ROOT / "mappings")    # of more than a buffer, and of one line


def end(words, output, **ways):
    """The exit code, and what stands on standard error."""
    ended = subprocess.run([SGBRIDGE, *words], stdout=output, stderr=subprocess.PIPE, text=True, check=False, **ways)
    return ended.returncode, ended.stderr


class Output(unittest.TestCase):
    def test_a_full_disk_is_told(self):
        for words in (SHORT, LONG, ("--version",), ("help", "check")):
            with self.subTest(words), open("/dev/full", "wb") as full:
                code, said = end(words, full)
                self.assertEqual(code, UNABLE)
                self.assertRegex(said, r"\Asgbridge: the answer cannot be written(: No space left on device)?\n\Z")

    def test_a_closed_pipe_is_not(self):
        for words in (SHORT, LONG):
            for restored, code in ((True, -signal.SIGPIPE), (False, OK)):    # Python itself ignores SIGPIPE
                with self.subTest(words, restored=restored):
                    reader, writer = os.pipe()
                    os.close(reader)
                    self.addCleanup(os.close, writer)
                    self.assertEqual(end(words, writer, restore_signals=restored), (code, ""))


if __name__ == "__main__":
    unittest.main()
