"""What `check` says at its end."""

import shutil
import tempfile
import unittest
from pathlib import Path

from asked import ROOT, ask

OK, NO = 0, 1
SYSTEM = """system: desk
url: http://127.0.0.1:1
format: json
records: {note: {id: /id, key: /id, poll: {every: 30s, request: {get: /n}, items: ""}}}
operations: {write: {link: ignores, request: {put: /n}, input: {/x: {}}, once: idempotent}}
"""
MAPPING = """mapping: copy
from: desk.note
to: desk.write
set: {/x: /text}
tests: [{name: t, given: {text: n}, expect: {x: n}}]
"""


class Sum(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "systems").mkdir()
        (self.folder / "systems/desk.yaml").write_text(SYSTEM, encoding="utf-8")
        self.mapping = self.folder / "copy.yaml"

    def assert_sum(self, folder, code, wanted):
        said = ask("check", str(folder))
        self.assertEqual((said.returncode, said.stdout.splitlines()[-1]), (code, f"{folder}: {wanted}"), said.stdout)

    def test_one_of_a_thing_is_said_as_one(self):
        self.mapping.write_text(MAPPING, encoding="utf-8")
        self.assert_sum(self.folder, OK, "1 system, 1 mapping, 1 test passed")

    def test_errors_are_counted_as_they_are(self):
        self.mapping.write_text(MAPPING.replace("{x: n}", "{x: m}"), encoding="utf-8")
        self.assert_sum(self.folder, NO, "1 error")
        self.mapping.write_text(MAPPING.replace("/x: /text", "/y: /text, /z: /text"), encoding="utf-8")
        self.assert_sum(self.folder, NO, "2 errors")

    def test_more_of_them_are_plural(self):
        self.assertRegex(ask("check", str(ROOT / "mappings")).stdout,
                         r"mappings: 2 systems, \d+ mappings, \d+ tests passed\n\Z")


if __name__ == "__main__":
    unittest.main()
