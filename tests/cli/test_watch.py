"""`watch` checks again with every save, says what is new of it, and nothing where nothing has changed."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asked import ROOT, SGBRIDGE, ask

PATIENCE_S, QUIET_S = 20, 1
OK, UNABLE = 0, 69
TEHRAN, KIRITIMATI = (timezone(timedelta(hours=hours)) for hours in (3.5, 14))
SUM = re.compile(r"^(\d+) tests? passed, (\d+) errors?(?:, (\d+) warnings?)? at \d\d:\d\d:\d\d$", re.M)


class Watched:
    """A running `watch` of a folder, and what it prints, a look at a time."""

    def __init__(self, *words, output=subprocess.PIPE, **variables):
        environment = {name: value for name, value in os.environ.items() if name != "SGBRIDGE_CONFIG"}
        self._process = subprocess.Popen([SGBRIDGE, "watch", *words], stdin=subprocess.DEVNULL, stdout=output,
                                         env=environment | variables)
        self.fd = self._process.stdout.fileno() if self._process.stdout else None

    def read(self, patience_s=PATIENCE_S):
        """Up to the end of the next look; what came when none did in time."""
        end, seen = time.monotonic() + patience_s, ""
        while not re.search(r" at \d\d:\d\d:\d\d\S*\r?\n\Z", seen) and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                seen += os.read(self.fd, 65536).decode()
        return seen

    def end(self, how=signal.SIGINT):
        self._process.send_signal(how)
        code = self._process.wait(PATIENCE_S)
        if self._process.stdout:
            self._process.stdout.close()
        return code


class Watch(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp()) / "mappings"
        self.addCleanup(shutil.rmtree, self.folder.parent)
        shutil.copytree(ROOT / "mappings", self.folder)
        self.note = self.folder / "ticket-note.yaml"
        self.right = self.note.read_text(encoding="utf-8")

    def watch(self):
        """A `watch` whose first look is over, and how many tests passed in it."""
        watched = Watched(self.folder)
        self.addCleanup(watched.end)
        first = watched.read()
        passed, errors, warnings = SUM.fullmatch(first.strip()).groups()
        self.assertEqual((errors, warnings), ("0", None))
        return watched, int(passed)

    def look(self, watched, passed, errors):
        """The next look, which must come to that."""
        text = watched.read()
        found = SUM.findall(text)
        self.assertEqual([(int(p), int(e)) for p, e, _ in found], [(passed, errors)], text)
        return text

    def test_a_save_that_breaks_a_test_says_which_and_one_that_mends_it_says_so(self):
        watched, passed = self.watch()
        self.note.write_text(self.right.replace("NoteId: f-3", "NoteId: f-4", 1), encoding="utf-8")
        text = self.look(watched, passed - 1, 1)
        self.assertTrue(text.startswith(f"changed: {self.note}\n{self.note}:"), text)
        self.assertRegex(text, r':\d+:\d+: test ".*": at /NoteId: expected "f-4", got "f-3"\n')
        self.note.write_text(self.right, encoding="utf-8")
        self.assertIn("\nmended: 1\n", self.look(watched, passed, 0))

    def test_what_is_newly_wrong_comes_first_even_when_lines_have_moved(self):
        watched, passed = self.watch()
        cancelled = self.folder / "ticket-cancelled.yaml"
        wrong = self.right.replace("set:\n", "set:\n  /Nowhere: /x\n")
        self.note.write_text(wrong, encoding="utf-8")
        self.assertLess(int(SUM.search(watched.read())[1]), passed)
        self.note.write_text("# a line more\n" + wrong, encoding="utf-8")
        text = watched.read()
        self.assertNotIn("not so before", text)
        self.assertRegex(text, rf"\nas before:\n{self.note}:\d+:3: gam\.add_note has no input `/Nowhere`; one of .*\n")
        cancelled.write_text("mapping: 7\n", encoding="utf-8")
        text = watched.read()
        self.assertLess(text.index(f"not so before:\n{cancelled}:"), text.index(f"as before:\n{self.note}:"))

    def test_an_editor_that_writes_another_file_and_renames_it_is_seen_once(self):
        watched, passed = self.watch()
        other = self.folder / ".ticket-note.yaml.swp"
        other.write_text("# changed\n" + self.right, encoding="utf-8")
        other.rename(self.note)
        self.assertEqual(self.look(watched, passed, 0).splitlines()[0], f"changed: {self.note}")
        self.assertEqual(watched.read(QUIET_S), "")

    def test_several_saves_at_once_are_one_look(self):
        watched, passed = self.watch()
        for name in ("ticket-note.yaml", "systems/saja.yaml", "lookups/outcomes.csv"):
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write("\n" if name.endswith("csv") else "# one line more\n")
        text = watched.read()
        for name in ("ticket-note.yaml", "systems/saja.yaml"):
            self.assertIn(f"{self.folder}/{name}", text.split("\n")[0])
        self.assertEqual(watched.read(QUIET_S), "")
        self.assertGreater(passed, 0)

    def test_a_new_file_and_one_that_is_removed_are_told(self):
        watched, passed = self.watch()
        copy = self.folder / "ticket-copy.yaml"
        copy.write_text(self.right.replace("mapping: ticket-note", "mapping: ticket-copy"), encoding="utf-8")
        text = watched.read()
        self.assertEqual(text.splitlines()[0], f"changed: new {copy}")
        self.assertGreater(int(SUM.search(text)[1]), passed)
        copy.unlink()
        self.assertEqual(self.look(watched, passed, 0).splitlines()[0], f"changed: gone {copy}")

    def test_a_file_whose_ending_is_not_read_is_told_until_it_is_renamed(self):
        watched, passed = self.watch()
        misnamed = self.note.with_suffix(".yml")
        misnamed.write_text(self.right, encoding="utf-8")
        text = self.look(watched, passed, 1)
        self.assertIn(f"\n{misnamed}: is not read: name it {self.note.name}\n", text)
        misnamed.rename(self.note)
        self.assertIn("\nmended: 1\n", self.look(watched, passed, 0))

    def test_a_folder_that_is_removed_and_made_again_is_watched_again(self):
        watched, passed = self.watch()
        kept = self.folder.parent / "kept"
        self.folder.rename(kept)
        self.assertIn("has no system", self.look(watched, 0, 1))
        shutil.copytree(kept, self.folder)
        seen = watched.read()
        while SUM.findall(seen)[-1][1] != "0":
            seen = watched.read()
        self.note.write_text(self.right + "# one line more\n", encoding="utf-8")
        self.look(watched, passed, 0)

    def test_a_save_that_changes_nothing_is_no_look(self):
        watched, _ = self.watch()
        self.note.write_text(self.right, encoding="utf-8")
        (self.folder / "notes.txt").write_text("x", encoding="utf-8")
        self.assertEqual(watched.read(QUIET_S), "")

    def test_a_terminal_is_cleared_and_the_sum_is_coloured(self):
        controller, terminal = pty.openpty()
        watched = Watched(self.folder, output=terminal)
        watched.fd = controller
        os.close(terminal)
        self.addCleanup(os.close, controller)
        self.assertRegex(watched.read(), r"\A\x1b\[H\x1b\[2J\x1b\[32m\d+ tests passed, 0 errors at \S+\x1b\[0m\r\n\Z")
        self.note.write_text("mapping: 7\n", encoding="utf-8")
        text = watched.read()
        self.assertTrue(text.startswith("\x1b[H\x1b[2Jchanged: "), text)
        self.assertRegex(text, r"\x1b\[31m\d+ tests passed, \d+ errors at ")
        self.assertEqual(watched.end(), OK)

    def test_the_time_is_that_of_the_settings_zone_and_without_any_the_machines(self):
        config = self.folder.parent / "sgbridge.yaml"
        config.write_text(f"name: t\nmappings: {self.folder}\nzone: Asia/Tehran\n", encoding="utf-8")
        wrong = self.folder.parent / "wrong.yaml"
        wrong.write_text("zone: Mars\n", encoding="utf-8")
        for words, settings, zone in (((), config, TEHRAN), ((self.folder,), config, TEHRAN),
                                      ((self.folder,), wrong, KIRITIMATI), ((self.folder,), "/nowhere", KIRITIMATI)):
            with self.subTest(words=words, settings=settings):
                watched = Watched(*words, TZ="Pacific/Kiritimati", SGBRIDGE_CONFIG=str(settings))
                self.addCleanup(watched.end)
                shown = datetime.strptime(watched.read().split()[-1], "%H:%M:%S")
                late = (datetime.now(zone).replace(tzinfo=None) - shown).seconds    # of the day, whichever it is
                self.assertLess(late, PATIENCE_S)

    def test_ctrl_c_and_sigterm_end_it_with_0(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            watched = Watched(self.folder)
            watched.read()
            self.assertEqual(watched.end(how), OK)

    def test_a_folder_that_is_not_there_is_told(self):
        said = ask("watch", "/nowhere")
        self.assertEqual((said.returncode, said.stdout, said.stderr),
                         (UNABLE, "", "/nowhere: cannot be watched: No such file or directory\n"))


if __name__ == "__main__":
    unittest.main()
