"""What `sgbridge learn` writes from what the simulators send passes `check`, but for its marks."""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

from asked import ROOT, ask

sys.path.append(str(ROOT / "tests" / "simulators"))

import client  # noqa: E402  pylint: disable=wrong-import-position
import saja  # noqa: E402  pylint: disable=wrong-import-position

OK, NO, USAGE = 0, 1, 64
MARK = '"?"  # ? '


def captured(count):
    """A page of SAJA's tickets, as text."""
    server, admins = saja.start(seed=7)
    try:
        client.Admin(admins.port).post("ticket", count=count)
        wire = client.Wire(server.port)
        body = wire.saja("/requests.json", page_size=str(count))[2]
        wire.close()
        return body
    finally:
        server.down()
        admins.down()


class Learn(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "mappings/systems").mkdir(parents=True)

    def learn(self, name, *files):
        said = ask("learn", "system", name, *files)
        self.assertEqual((said.returncode, said.stderr), (OK, ""))
        (self.folder / f"mappings/systems/{name}.yaml").write_text(said.stdout, encoding="utf-8")
        return said.stdout

    def assert_only_marks_are_wrong(self, name, text):
        said = ask("check", str(self.folder / "mappings")).stdout
        found = {int(line) for line in re.findall(rf"systems/{name}\.yaml:(\d+):", said)}
        marked = {number for number, line in enumerate(text.splitlines(), 1) if MARK in line}
        self.assertTrue(marked)
        self.assertEqual(found, marked, said)

    def test_from_tickets_of_saja(self):
        page = self.folder / "page.json"
        page.write_bytes(captured(30))
        text = self.learn("saja", page)
        self.assert_only_marks_are_wrong("saja", text)
        self.assertIn("    id: /service_request_id  #", text)
        self.assertIn("    version: /updated_datetime\n", text)
        self.assertRegex(text, r"internal: \[.*/phone\b")
        people = {str(ticket[field]) for ticket in json.loads(page.read_bytes())
                  for field in ("phone", "last_name", "description", "address") if ticket.get(field)}
        self.assertEqual([word for word in people if word in text], [])

    def test_from_the_wsdl_of_gam(self):
        text = self.learn("gam", ROOT / "tests/simulators/gam.wsdl")
        self.assert_only_marks_are_wrong("gam", text)
        self.assertIn("      /Letter/Subject: {required: true}\n", text)

    def test_what_cannot_be_read_is_said(self):
        said = ask("learn", "system", "saja", str(self.folder / "none.json"))
        self.assertEqual((said.returncode, said.stdout), (NO, ""))
        self.assertIn("none.json: cannot be read", said.stderr)
        self.assertEqual(ask("learn", "system", "Saja", "x").returncode, USAGE)


if __name__ == "__main__":
    unittest.main()
