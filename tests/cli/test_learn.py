"""What `sgbridge learn` writes from what the simulators send passes `check`, but for its marks."""

import json
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from asked import ROOT, ask

sys.path.append(str(ROOT / "tests" / "simulators"))

import client  # noqa: E402  pylint: disable=wrong-import-position
import saja  # noqa: E402  pylint: disable=wrong-import-position

OK, NO, USAGE = 0, 1, 64
RESPONSE = {"ResponseId": "r-9", "Text": " گزارش: كار انجام شد ", "AnsweredAt": "1405/04/11 10:30:00",
            "Responder": {"@Department": "عمران"}}
UPDATE = {"service_request_id": "1405-1", "update_id": "r-9", "status": "answered",
          "description": "گزارش: کار انجام شد", "updated_datetime": "2026-07-02T10:30:00+03:30",
          "responder": "عمران"}
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
        found = {int(line) for line in re.findall(rf"\b{name}\.yaml:(\d+):", said)}
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

    def test_a_mapping_from_two_records(self):
        shutil.copytree(ROOT / "mappings", self.folder / "mappings", dirs_exist_ok=True)
        settings = self.folder / "sgbridge.yaml"
        settings.write_text(f"name: test\nmappings: {self.folder}/mappings\n", encoding="utf-8")
        target = self.folder / "mappings/new.yaml"
        target.write_text("", encoding="utf-8")    # as the shell leaves it, before the program runs
        files = [self.folder / "response.json", self.folder / "update.json"]
        for file, record in zip(files, (RESPONSE, UPDATE)):
            file.write_text(json.dumps(record), encoding="utf-8")
        said = ask("learn", "mapping", "new", *files, "--from", "gam.response", "--to", "saja.add_update",
                   "--config", settings)
        self.assertEqual((said.returncode, said.stderr), (OK, ""))
        target.write_text(said.stdout, encoding="utf-8")
        self.assert_only_marks_are_wrong("new", said.stdout)
        self.assertIn("  /description: {from: /Text, with: [persian_letters, trim]}\n", said.stdout)
        done = said.stdout.replace('/service_request_id: "?"  # ?', "/service_request_id: link:/saja  #")
        done = done.replace('/status: "?"  # ?', "/status: {const: answered}  #")
        done = re.sub(r"expect: \{", 'expect: {"service_request_id": 1405-1, "status": answered, ', done)
        done = done.replace("    given:", "    link: {saja: 1405-1}\n    given:")
        target.write_text(done, encoding="utf-8")
        checked = ask("check", str(self.folder / "mappings"))
        self.assertEqual(checked.returncode, OK, checked.stdout)

    def test_what_cannot_be_read_is_said(self):
        said = ask("learn", "system", "saja", str(self.folder / "none.json"))
        self.assertEqual((said.returncode, said.stdout), (NO, ""))
        self.assertIn("none.json: cannot be read", said.stderr)
        for words in ("system Saja x", "table saja x", "mapping m x", "mapping m x y", "mapping m x y --from a --to b",
                      "system saja x --from a.b"):
            self.assertEqual(ask("learn", *words.split()).returncode, USAGE, words)


if __name__ == "__main__":
    unittest.main()
