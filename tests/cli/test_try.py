"""`try` shows what a mapping makes of a record, step by step, and where it stops; it needs no settings."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from asked import ROOT, ask

SENT, NOT_SENT, USAGE, UNABLE = 0, 1, 64, 69
TICKET_TO_CASE = str(ROOT / "mappings/ticket-to-case.yaml")
RESPONSE_TO_TICKET = str(ROOT / "mappings/response-to-ticket.yaml")
TICKET = {"service_request_id": "1405-88014", "status": "open", "service_code": "012", "district": "3",
          "service_name": "لکه‌گیری آسفالت", "requested_datetime": "2026-07-01T08:00:00+03:30",
          "updated_datetime": "2026-07-01T08:05:00+03:30", "description": "  چاله در خیابان  ",
          "media": [{"name": "1.jpg", "url": "https://saja.example/1.jpg"}]}
RESPONSE = """<Response xmlns="urn:gam:cases:1"><ResponseId>9</ResponseId><CaseNumber>44/1405</CaseNumber>
<IsFinal>true</IsFinal><Outcome Code="1"/><Text>انجام شد</Text><AnsweredAt>1405/04/11 10:30:00</AnsweredAt>
</Response>"""

HISTORY = '{"body": "<x><change no=\\"1\\">یک</change><change no=\\"2\\">دو</change></x>"}'
CHANGES = {
    "systems/a.yaml": """
system: a
url: "${env:A_URL}"
format: json
records:
  change:
    id: /@no
    key: /@no
    decode: {/body: xml}
    poll:
      every: 1m
      request: {get: /changes}
      items: ""
      split: {list: /body/change, rest: /whole}
tests: []
""",
    "systems/b.yaml": """
system: b
url: "${env:B_URL}"
format: json
operations:
  tell: {request: {post: /tell}, once: resend, link: ignores, input: {/Text: {required: true}}}
""",
    "change-to-note.yaml": """
mapping: change-to-note
from: a.change
to: b.tell
set: {/Text: "/#text"}
tests: [{name: t, given: {"#text": x}, expect: {Text: x}}]
""",
}


def ticket(**changes):
    return json.dumps({**TICKET, **changes}, ensure_ascii=False)


class Try(unittest.TestCase):
    def tried(self, *words, given, code=SENT):
        said = ask("try", *words, given=given)
        self.assertEqual((said.returncode, said.stderr), (code, ""), said.stdout)
        return said.stdout

    def refused(self, *words, given="", code=UNABLE):
        said = ask("try", *words, given=given)
        self.assertEqual((said.returncode, said.stdout), (code, ""))
        return said.stderr

    def folder(self, **changes):
        """A copy of the reference mappings, in which texts of a file are changed: stem=(old, new)."""
        folder = Path(tempfile.mkdtemp()) / "mappings"
        self.addCleanup(shutil.rmtree, folder.parent)
        shutil.copytree(ROOT / "mappings", folder)
        for stem, (old, new) in changes.items():
            file = next(folder.rglob(f"{stem.replace('_', '-')}.yaml"))
            text = file.read_text(encoding="utf-8")
            self.assertIn(old, text)
            file.write_text(text.replace(old, new), encoding="utf-8")
        return folder

    def test_each_target_shows_its_source_its_transforms_and_its_value(self):
        text = self.tried(TICKET_TO_CASE, given=ticket())
        self.assertTrue(text.startswith("ticket-to-case: saja.ticket -> gam.create_case\n"
                                        "record    saja.ticket 1405-88014, version 2026-07-01T08:05:00+03:30\n"
                                        "ticket    1405-88014, round 1\n"), text)
        self.assertRegex(text, r'\n  when\n    /status +"open"\n    /status is in \[open, reopened\] +holds\n')
        self.assertRegex(text, r'\n  /Letter/Receiver/@Code +\S+/ticket-to-case.yaml:11:3\n    /service_code +"012"\n'
                               r'    /district +"3"\n    list +\["012","3"\]\n    lookup departments +"D3-CIVIL"\n  /')
        self.assertRegex(text, r'\n    clean +"  چاله در خیابان  "\n    arabic_letters +"  چاله در خيابان  "\n'
                               r'    trim +"چاله در خيابان"\n')
        self.assertRegex(text, r"\n  /Letter/DueDate +\S+\n    /expected_datetime +nothing\n    = +left out\n")
        self.assertRegex(text, r'\n    item 0\n      /@Name\n        /name +"1.jpg"\n      /Content\n        /url +"h')
        self.assertEqual(json.loads(text.split("gam.create_case would get\n")[1])["Letter"]["Priority"], {"@Code": 1})

    def test_a_file_gives_the_same_as_standard_input(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(ticket())
            file.flush()
            from_file = self.tried(TICKET_TO_CASE, file.name, given="")
        self.assertEqual(from_file, self.tried(TICKET_TO_CASE, "-", given=ticket()))
        self.assertEqual(from_file, self.tried(TICKET_TO_CASE, given=ticket()))

    def test_a_rule_that_cannot_be_kept_is_shown_where_it_stopped(self):
        text = self.tried(TICKET_TO_CASE, given=ticket(service_code="999", description=None), code=NOT_SENT)
        self.assertRegex(text, r'\n    list +\["999","3"\]\n    lookup departments\n    x no row for "999", "3" in '
                               r"lookups/departments\.csv \(from /service_code, /district\)\n  /")
        self.assertRegex(text, r"\n    /description +nothing\n    x nothing at /description\n")
        self.assertTrue(text.endswith("\n2 of 10 targets failed; nothing would be sent\n"), text)

    def test_an_input_of_the_wrong_type_is_told_at_its_target(self):
        folder = self.folder(ticket_to_case=(", {cut: 200}", ""))
        text = self.tried(str(folder / "ticket-to-case.yaml"), given=ticket(service_name="ا" * 203), code=NOT_SENT)
        self.assertRegex(text, r"\n  /Letter/Subject [^\0]*\n    x 3 characters too many, at most 200\n"
                               r"  /Letter/Priority")
        self.assertTrue(text.endswith("\n1 of 10 targets failed; nothing would be sent\n"), text)

    def test_a_record_that_is_skipped_says_which_test_does_not_hold(self):
        text = self.tried(TICKET_TO_CASE, given=ticket(status="closed"), code=NOT_SENT)
        self.assertRegex(text, r'\n    /status +"closed"\n    /status is in \[open, reopened\] +does not hold\n')
        self.assertTrue(text.endswith("\nskipped: when: /status is not in [open, reopened]; nothing would be sent\n"))
        self.assertNotIn("/Letter", text)

    def test_a_record_that_its_system_file_does_not_let_pass_is_left_out(self):
        folder = self.folder(saja=("    id: /service_request_id\n",
                                   "    id: /service_request_id\n    where: {from: /service_code, equals: \"013\"}\n"))
        text = self.tried(str(folder / "ticket-to-case.yaml"), given=ticket(), code=NOT_SENT)
        self.assertRegex(text, r'\n    /service_code +"012"\n    /service_code is 013 +does not hold\n'
                               r"left out by the record's `where`; nothing would be sent\n\Z")

    def test_a_record_without_a_key_can_be_no_event(self):
        text = self.tried(TICKET_TO_CASE, given=ticket(service_request_id=None), code=NOT_SENT)
        self.assertRegex(text, r"/systems/saja\.yaml:\d+:\d+: nothing at /service_request_id; nothing would be sent\n")

    def test_what_a_soap_system_sends_is_the_element_of_the_record(self):
        text = self.tried(RESPONSE_TO_TICKET, "--link", "saja=1405-88014", "--round", "2", "--late", given=RESPONSE)
        self.assertIn("\nticket    1405-88014, round 2, late\nlink      gam 44/1405\n", text)
        self.assertRegex(text, r"\n    event:/late +true\n    event:/late is not true +does not hold\n"
                               r"    = +left out\n")
        self.assertIn('"service_request_id": "1405-88014"', text)
        text = self.tried(RESPONSE_TO_TICKET, given=RESPONSE, code=NOT_SENT)
        self.assertIn("\nticket    not known; --link saja=KEY would tell it, round 1\n", text)
        self.assertIn("\n    x nothing at link:/saja\n", text)

    def test_an_item_with_several_records_shows_each(self):
        text = self.tried(str(self.history() / "change-to-note.yaml"), given=HISTORY)
        self.assertRegex(text, r'\Achange-to-note: a\.change -> b\.tell\nrecord    a\.change 1, [^\0]*"Text": "یک"'
                               r'[^\0]*\n\nrecord    a\.change 2, [^\0]*"Text": "دو"')
        told = json.loads(self.tried(str(self.history() / "change-to-note.yaml"), "--json", given=HISTORY))
        self.assertEqual([one["input"] for one in told], [{"Text": "یک"}, {"Text": "دو"}])
        refused = self.tried(str(self.history() / "change-to-note.yaml"), given='{"body": "<x>"}', code=NOT_SENT)
        self.assertRegex(refused, r"/systems/a\.yaml:\d+:\d+: no XML at /body: .*; nothing would be sent\n\Z")

    def history(self):
        """Mappings of a system whose items are decoded and split."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        (folder / "systems").mkdir()
        for name, text in CHANGES.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    def test_json_has_the_input_and_every_step(self):
        told, = json.loads(self.tried(TICKET_TO_CASE, "--json", given=ticket()))
        self.assertEqual((told["outcome"], told["ticket"], told["round"]), ("input", "1405-88014", 1))
        self.assertEqual(told["input"]["Letter"]["Text"], "چاله در خيابان")
        steps = [(s["step"], s.get("text"), s.get("value")) for s in told["steps"]]
        at = steps.index(("target", "/Letter/LetterDateTime", None))
        self.assertEqual(steps[at + 1:at + 4], [("source", "/requested_datetime", TICKET["requested_datetime"]),
                                                ("transform", "date", "1405/04/10 08:00:00"),
                                                ("end", "/Letter/LetterDateTime", "1405/04/10 08:00:00")])
        told, = json.loads(self.tried(TICKET_TO_CASE, "--json", given=ticket(service_code="999"), code=NOT_SENT))
        self.assertEqual((told["outcome"], told["pointer"], told["line"]), ("failed", "/Letter/Receiver/@Code", 12))
        self.assertNotIn("input", told)

    def test_what_cannot_be_tried_says_why(self):
        mappings = str(ROOT / "mappings")
        self.assertEqual(self.refused(f"{mappings}/tiket-to-case.yaml"),
                         f"sgbridge: there is no mapping tiket-to-case in {mappings} (did you mean ticket-to-case?)\n")
        self.assertEqual(self.refused(TICKET_TO_CASE, given='{"status":\n open}'),
                         "standard input:2:2: neither a value nor null, true or false\n")
        self.assertEqual(self.refused(RESPONSE_TO_TICKET, given="<Response>").split(":")[:2], ["standard input", "1"])
        self.assertEqual(self.refused(TICKET_TO_CASE, "/nowhere.json"),
                         "/nowhere.json: cannot be read: No such file or directory\n")
        broken = self.folder(ticket_note=("/Text", "/Txt"))
        self.assertIn("ticket-note.yaml:", self.refused(str(broken / "ticket-to-case.yaml")))

    def test_wrong_words_are_told(self):
        rows = ((("--round", "0"), "--round is a whole number from 1 on, not 0"),
                (("--link", "gam"), "--link is SYSTEM=ID, not gam"),
                (("--link", "gam=1,=2"), "--link is SYSTEM=ID, not gam=1,=2"),
                (("x.json", "--event", "3"), "say one of FILE and --event ID"))
        for words, said in rows:
            with self.subTest(words):
                self.assertEqual(self.refused("ticket-to-case", *words, code=USAGE),
                                 f"sgbridge try: {said}; see sgbridge try --help\n")


if __name__ == "__main__":
    unittest.main()
