"""What one sees at 03:00 of what has failed: groups, the list, one delivery, and the command to type next."""

import json
import re
import unittest

import paths
from world import World, wait_for

FAILED_S = 20
FOUND, NONE, USAGE = 0, 1, 64
WORDS = "چراغ کوچه شهید رضایی سوخته است"
PHONE = "09150000000"
REASON = re.escape('no row for "999"')


class Failed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("failed", 1, paths.SGBRIDGE, department="{saja.ticket: /agency_responsible}").__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        bridge = cls.world.bridge
        bridge.start()
        fields = {"service_code": "999", "description": WORDS, "phone": PHONE, "district": "9",
                  "agency_responsible": "منطقه ۹"}
        cls.tickets = sorted(cls.world.saja.post("ticket", count=3, fields=fields)["tickets"])
        wait_for(lambda: bridge.counts()["failed"] == 3, FAILED_S, "three have failed")

    def ask(self, *words, code=FOUND):
        said = self.world.bridge.command("failed", *words)
        self.assertEqual(said.returncode, code, said.stdout + said.stderr)
        return said.stdout

    def rows(self, *words, code=FOUND):
        return json.loads(self.ask("--json", *words, code=code))

    def test_groups_say_how_many_why_since_when_and_what_to_type(self):
        text = self.ask("--by", "reason")
        self.assertRegex(text, rf"\A3 x {REASON}.*lookups/departments\.csv")
        self.assertRegex(text, r"\n  since 14\d\d/\d\d/\d\d \d\d:\d\d, mapping ticket-to-case, "
                               + f"tickets {', '.join(self.tickets)}\n")
        self.assertRegex(text, r"\n  look        sgbridge failed \d+\n"
                               rf"  send again  sgbridge replay --mapping ticket-to-case --reason '={REASON}")

    def test_the_command_of_a_group_means_that_group(self):
        reason, = (row["key"] for row in self.rows("--by", "reason"))
        self.assertEqual(len(self.rows("--mapping", "ticket-to-case", "--reason", f"={reason}")), 3)
        self.assertEqual(self.rows("--reason", f"={reason[:-1]}", code=NONE), [])
        self.assertEqual(len(self.rows("--reason", reason[:-1])), 3)

    def test_groups_by_department_are_those_that_the_records_name(self):
        self.assertEqual([row["key"] for row in self.rows("--by", "department")], ["منطقه ۹"])
        self.assertEqual(len(self.rows("--department", "منطقه ۹")), 3)
        self.assertEqual(self.rows("--department", "منطقه ۸", code=NONE), [])

    def test_the_list_has_pages_the_newest_first(self):
        first = self.ask("--limit", "2")
        self.assertRegex(first, r"\Afailed at +id +ticket +mapping +why\n14\d\d/")
        self.assertIn("2 of 3, the newest first\n", first)
        after = re.search(r"older ones    sgbridge failed --after (\d+)\n", first)[1]
        rows = self.rows()
        self.assertEqual([row["id"] for row in rows], sorted((row["id"] for row in rows), reverse=True))
        self.assertEqual(self.rows("--after", after), rows[2:])
        self.assertEqual(self.ask("--after", str(rows[-1]["id"]), code=NONE), "no more\n")

    def test_filters_leave_what_they_say(self):
        for words, count in ((("--ticket", self.tickets[1]), 1), (("--system", "saja"), 3), (("--system", "gam"), 0),
                             (("--target", "gam"), 3), (("--target", "saja"), 0), (("--since", "1h"), 3),
                             (("--until", "1h"), 0), (("--since", "1404-01-01", "--until", "2099-01-01"), 3)):
            with self.subTest(words):
                self.assertEqual(len(self.rows(*words, code=FOUND if count else NONE)), count)
        self.assertEqual(self.ask("--system", "gam", code=NONE),
                         "nothing that has failed is so; all of it: sgbridge failed\n")

    def test_one_is_shown_with_all_that_is_known_and_its_record_masked(self):
        row = self.rows("--ticket", self.tickets[0])[0]
        text = self.ask(str(row["id"]))
        for pattern in (rf"\Afailed    delivery {row['id']} of ticket {self.tickets[0]}, 14\d\d/",
                        rf"\nwhy       {REASON}",
                        r"\nrule      \S*ticket-to-case\.yaml:\d+:\d+ /Letter/Receiver/@Code\n",
                        r"\nmapping   ticket-to-case, a call of gam\n",
                        rf"\nevent     saja\.ticket {self.tickets[0]}, ",
                        r"\ncalls     none was made\n", r"\nheld      2 of this ticket wait for it:\n"
                        r"          delivery \d+, ticket-cancelled, of saja\.ticket ",
                        r"\n  /description +\*\*\*\(\d+\)\n", rf"\n  sgbridge replay {row['id']}\n",
                        rf"\n  sgbridge discard {row['id']} --why '…'\n", rf"\n  sgbridge trace {self.tickets[0]}\n\Z"):
            self.assertRegex(text, pattern)
        self.assertNotIn(WORDS, text)
        self.assertNotIn(WORDS, self.ask(str(row["id"]), "--json"))

    def test_who_looks_at_a_record_as_it_is_says_why_and_it_is_kept(self):
        row = self.rows("--ticket", self.tickets[2])[0]
        refused = self.world.bridge.command("failed", str(row["id"]), "--unmask")
        self.assertEqual((refused.returncode, refused.stdout), (USAGE, ""))
        self.assertIn("--unmask needs a reason: --why TEXT", refused.stderr)
        self.assertIn(WORDS, self.ask(str(row["id"]), "--unmask", "--why", "نشانی خوانده نمی\u200cشود"))
        told = lambda: json.loads(self.ask(str(row["id"]), "--json"))["acts"]
        wait_for(told, FAILED_S, "the journal knows who looked")
        self.assertEqual([(act["kind"], act["why"]) for act in told()], [("unmask", "نشانی خوانده نمی\u200cشود")])
        self.assertRegex(self.ask(str(row["id"])), r"\npeople    14\S+ \S+ unmask, asked by \S+: نشانی")

    def test_what_has_not_failed_is_told_apart(self):
        self.assertEqual(self.ask("9999999", code=NONE), "")
        said = self.world.bridge.command("failed", "9999999").stderr
        self.assertEqual(said, "sgbridge: there is no delivery 9999999 in the journal\n")


if __name__ == "__main__":
    unittest.main()
