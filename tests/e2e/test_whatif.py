"""What `whatif` tells of a change before it is in force: from real events, masked, and without a trace."""

import json
import re
import shutil
import sqlite3
import unittest

import paths
from world import World, wait_for

ENDED_S = 20
FINE, NO, USAGE, UNABLE = 0, 1, 64, 69
WORDS = "چراغ کوچه شهید رضایی سوخته است"
PHONE = "09150000000"
FIELDS = {"district": "3", "description": WORDS, "phone": PHONE}
TITLES = ("050", "040", "051", "999")    # the last one has no department
TICKETS = len(TITLES) + 1


class Whatif(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("whatif", 1, paths.SGBRIDGE).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.bridge = cls.world.bridge
        cls.bridge.start()
        cls.keys = [cls.world.saja.post("ticket", fields=FIELDS | {"service_code": code})["tickets"][0]
                    for code in TITLES]
        cls.world.saja.post("ticket", fields=FIELDS | {"service_code": "050", "priority": "urgent"})
        cls.until(lambda: (cls.bridge.counts()["failed"], len(cls.cases())) == (1, TICKETS - 1), "all have gone")
        cls.world.gam.post("answer", case=cls.cases()[cls.keys[0]], outcome="1", text="لامپ تعويض شد.")
        cls.until(lambda: any(e["what"] == "acknowledge" for e in cls.world.gam.ledger()), "the answer has come")
        cls.until(lambda: cls.bridge.counts()["echo"] > 0, "the answer is seen in SAJA")
        cls.until(lambda: cls.bridge.open_count() == 3, "what is held behind the failed one alone is open")

    @classmethod
    def until(cls, condition, what):
        wait_for(condition, ENDED_S, f"still not: {what}")

    @classmethod
    def cases(cls):
        return {re.match(r"whatif-(.*)\.1", e["reference"])[1]: e["case"] for e in cls.world.gam.ledger()
                if e["what"] == "case"}

    def setUp(self):
        self.new = self.world.folder / "new"
        shutil.copytree(self.bridge.mappings, self.new)
        self.addCleanup(shutil.rmtree, self.new)

    def change(self, file, pattern, by):
        path = self.new / file
        text = path.read_text(encoding="utf-8")
        changed = re.sub(pattern, by, text, flags=re.MULTILINE)
        self.assertNotEqual(changed, text)
        path.write_text(changed, encoding="utf-8")

    def ask(self, *words, code=FINE):
        said = self.bridge.command("whatif", self.new, *words)
        self.assertEqual(said.returncode, code, said.stdout + said.stderr)
        self.assertEqual((WORDS in said.stdout, PHONE in said.stdout), (False, False))
        return said.stdout

    def told(self, *words, code=FINE):
        return json.loads(self.ask("--json", *words, code=code))

    def differences(self, told):
        return [(row["kind"], row.get("mapping"), row["what"], row["count"]) for row in told["differences"]]

    def test_the_same_files_change_nothing(self):
        told = self.told()
        self.assertEqual((told["unchanged"], told["differences"], told["failing_as_before"]), (told["tried"], [], 1))
        self.assertEqual((told["before_hash"], told["after_hash"]), (told["in_force"],) * 2)
        text = self.ask()
        self.assertRegex(text, rf"\Aof {told['tried']} events \(14\S+ to 14\S+\)\n"
                               rf" +{told['tried']}  unchanged, of which 1 fail as they did\n"
                               r"before +\S+/mappings, in force since 14\d\d/\S+ \d\d:\d\d\n"
                               r"after +\S+/new, the same files\nnothing was sent\n\Z")

    def test_a_changed_target_is_counted_with_its_values(self):
        self.change("ticket-to-case.yaml", r"\{const: 1\}\]\}$", "{const: 3}]}")
        self.change("ticket-to-case.yaml", r'(Priority: \{"@Code": )1\}', r"\g<1>3}")
        told = self.told()
        row, = told["differences"]
        self.assertEqual((row["kind"], row["mapping"], row["what"]),
                         ("changed", "ticket-to-case", "/Letter/Priority/@Code"))
        self.assertEqual(row["values"], [{"before": "1", "after": "3", "count": row["count"]}])
        self.assertEqual(told["unchanged"], told["tried"] - row["count"])
        self.assertIn(row["example"].removeprefix("ticket "), self.keys)
        text = self.ask()
        self.assertRegex(text, rf" {row['count']}  changed \(ticket-to-case\): /Letter/Priority/@Code\n"
                               rf" +1 -> 3 {row['count']}; e\.g\. ticket \d+-\d+\n")
        self.assertEqual([line for line in text.splitlines() if len(line) > 80 and "before" not in line], [])

    def test_what_newly_fails_has_its_place_and_ends_with_1(self):
        self.change("lookups/departments.csv", r"^051,.*\n", "")
        told = self.told(code=NO)
        self.assertEqual(self.differences(told), [
            ("newly failing", "ticket-to-case",
             'no row for "051", "3" in lookups/departments.csv (from /service_code, /district)', 1)])
        row, = told["differences"]
        self.assertEqual((row["pointer"], row["example"]), ("/Letter/Receiver/@Code", f"ticket {self.keys[2]}"))
        self.assertEqual((row["line"], row["column"] > 1, told["newly_failing"]), (12, True, 1))
        self.assertTrue(row["file"].endswith("new/ticket-to-case.yaml"))
        self.assertRegex(self.ask(code=NO), r'1  newly failing \(ticket-to-case\): no row for "051".*\n'
                                            r" +at \S+/new/ticket-to-case\.yaml:12:\d+ /Letter/Receiver/@Code\n"
                                            rf" +e\.g\. ticket {self.keys[2]}\n")

    def test_what_is_mended_fails_no_more(self):
        self.change("lookups/departments.csv", r"\Z", "999,*,CITY-OTHER,اداره دیگر\n")
        self.change("ticket-to-case.yaml", 'service_code: "999"', 'service_code: "998"')
        self.assertEqual([row[:2] + row[3:] for row in self.differences(self.told())],
                         [("no longer failing", "ticket-to-case", 1)])
        self.assertIn("no longer failing (ticket-to-case), before: no row for", self.ask())

    def test_words_of_citizens_are_masked(self):
        self.change("ticket-to-case.yaml", r"/description, with", "/phone, with")
        self.change("ticket-to-case.yaml", r"^      description:", "      phone:")
        self.change("ticket-to-case.yaml", r"description: متن", "phone: متن")
        values = [(value["before"], value["after"]) for row in self.told()["differences"] for value in row["values"]]
        self.assertEqual(set(values), {("***(30)", "***(11)")})

    def test_a_mapping_taken_away_and_a_new_one(self):
        (self.new / "response-acknowledge.yaml").rename(self.new / "told.yaml")
        self.change("told.yaml", "^mapping: .*", "mapping: told")
        self.assertEqual(self.differences(self.told()), [
            ("newly sent", "told", "there was no such mapping", 1),
            ("no longer sent", "response-acknowledge", "there is no such mapping", 1)])

    def test_the_answer_goes_with_its_link(self):
        self.change("response-to-ticket.yaml", "^  /update_id: .*", '  /update_id: {text: "{link:/gam}-{/ResponseId}"}')
        self.change("response-to-ticket.yaml", "update_id: r-9", "update_id: 44/1405-r-9")
        row, = self.told()["differences"]
        self.assertEqual((row["what"], row["count"]), ("/update_id", 1))
        self.assertTrue(row["values"][0]["after"].startswith(f'"{self.cases()[self.keys[0]]}-'), row)

    def test_rules_of_a_record_are_tried_and_what_is_not_is_told(self):
        self.change("systems/saja.yaml", r"^    round: .*", "    round: {from: /service_code, optional: true}")
        told = self.told()
        self.assertEqual({row[:3] for row in self.differences(told)},
                         {("otherwise read", None, "round of saja.ticket")})
        self.assertEqual(told["systems_changed"], "saja")
        self.assertRegex(self.ask(), r"\nnot tried  of saja, whose file differs: how records are read \(poll, ")

    def test_files_that_are_wrong_are_refused_with_the_words_of_check(self):
        self.change("ticket-to-case.yaml", r"lookup: \{table: departments", "lookup: {table: departmens")
        checked = self.bridge.command("check", self.new)
        said = self.bridge.command("whatif", self.new)
        self.assertEqual((checked.returncode, said.returncode, said.stdout), (NO, NO, ""))
        self.assertEqual(said.stderr, checked.stdout)

    def test_the_last_so_many_events_alone(self):
        self.assertEqual(self.told("--events", "2")["tried"], 2)
        said = self.bridge.command("whatif", self.new, "--events", "0")
        self.assertEqual(said.returncode, USAGE)
        self.assertIn("--events is a number of events, 1 to 10000000, not 0", said.stderr)

    def test_files_that_are_not_in_force_are_told(self):
        text = self.bridge.replace("lookups/outcomes.csv", "^3,.*", "3,ناممکن")
        try:
            self.assertRegex(self.ask(), r"\nbefore +\S+/mappings, which is not in force: "
                                         r"since 14\S+ \d\d:\d\d that is [0-9a-f]{16}\n")
        finally:
            (self.bridge.mappings / "lookups/outcomes.csv").write_text(text, encoding="utf-8")

    def test_nothing_is_written_and_nothing_sent(self):
        def all_of_it():
            return self.world.ledgers(), self.bridge.counts(), self.bridge.status()["taken_in"], self.bridge.spool()
        before = all_of_it()
        self.change("lookups/departments.csv", r"^051,.*\n", "")
        self.ask(code=NO)
        self.assertEqual(all_of_it(), before)


class WhatifOfThePast(unittest.TestCase):
    """With the daemon down, and events that cannot be tried."""

    def test_what_cannot_be_tried_is_counted_apart(self):
        with World("whatif", 1, paths.SGBRIDGE) as world:
            bridge = world.bridge
            self.assertEqual(bridge.command("whatif", bridge.mappings).returncode, UNABLE)    # no journal yet
            bridge.start()
            keys = world.saja.post("ticket", count=4, fields={"service_code": "050", "district": "3"})["tickets"]
            wait_for(lambda: bridge.counts()["delivered"] == len(keys), ENDED_S, "all have gone")
            bridge.stop()
            with sqlite3.connect(bridge.state / "journal.db") as journal:
                journal.execute("UPDATE event SET body = NULL WHERE ticket = ?", keys[:1])
                journal.execute("UPDATE event SET ticket = NULL, round = NULL WHERE ticket = ?", keys[1:2])
                journal.execute("UPDATE event SET round = NULL WHERE ticket = ?", keys[2:3])
                journal.execute("UPDATE delivery SET lane = '!' || event WHERE step = 0 AND ticket = ?", keys[2:3])
            journal.close()
            said = bridge.command("whatif", bridge.mappings)
        self.assertEqual(said.returncode, FINE, said.stderr)
        self.assertRegex(said.stdout, r"\Aof 1 events.*\n +1  unchanged\n")
        for why in ("whose body is not kept any more", "that could be no event", "whose link is not known"):
            self.assertRegex(said.stdout, rf" 1  more, not tried: {why}\n")


if __name__ == "__main__":
    unittest.main()
