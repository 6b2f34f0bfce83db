"""`audit` adds up for any span of days, and line by line."""

import json
import unittest

import paths
from world import World, wait_for

ENDED_S = 20
NOTHING, USAGE = 1, 64
TITLES = r"\A +taken +delivered +skipped +echo +discarded +pending +unknown +failed\n"


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("audit", 1, paths.SGBRIDGE).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.bridge.start()
        cls.world.saja.post("ticket")
        cls.world.saja.post("ticket", fields={"service_code": "999"})
        counts = cls.world.bridge.counts
        wait_for(lambda: counts()["delivered"] == 1 and counts()["failed"] == 1, ENDED_S, "one ends and one fails")

    def ask(self, *words):
        said = self.world.bridge.command("audit", *words)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        return said.stdout

    def test_a_line_for_each_mapping_stands_before_the_sum(self):
        text = self.ask("--by", "mapping")
        self.assertRegex(text, TITLES)
        self.assertRegex(text, r"\nticket-to-case +2 +1 +0 +0 +0 +0 +0 +1\n")
        self.assertIn("taken in 6 = delivered 1", text)

    def test_a_line_for_each_day(self):
        self.assertRegex(self.ask("--by", "day"), TITLES + r"14\d\d/\d\d/\d\d +6 +1 ")

    def test_days_outside_of_the_span_do_not_count(self):
        self.assertIn("taken in 6 =", self.ask("--since", "1h"))
        self.assertIn("taken in 0 =", self.ask("--until", "1404-12-29"))
        self.assertIn("taken in 0 =", self.ask("--since", "2099-01-01"))

    def test_one_mapping_is_a_sum_of_its_own(self):
        told = json.loads(self.ask("--mapping", "ticket-to-case", "--by", "mapping", "--json"))
        self.assertEqual((told["adds_up"], told["taken_in"], told["delivered"], told["failed"]), (True, 2, 1, 1))
        self.assertEqual([group["mapping"] for group in told["groups"]], ["ticket-to-case"])

    def test_one_system_is_a_sum_of_its_own(self):
        told = {system: json.loads(self.ask("--system", system, "--json")) for system in ("saja", "gam")}
        self.assertEqual({system: (sums["adds_up"], sums["taken_in"]) for system, sums in told.items()},
                         {"saja": (True, 6), "gam": (True, 0)})

    def test_a_name_that_nothing_is_of_is_told(self):
        for words, what in (("--mapping nope", "mapping nope"), ("--system gma", "system gma"),
                            ("--system gam --mapping ticket-to-case", "mapping ticket-to-case"),
                            ("--mapping nope --json", "mapping nope")):
            said = self.world.bridge.command("audit", *words.split())
            self.assertEqual((said.returncode, said.stdout, said.stderr),
                             (NOTHING, "", f"sgbridge: nothing in the journal is of {what}\n"), words)

    def test_what_is_no_time_is_told(self):
        said = self.world.bridge.command("audit", "--since", "دیروز")
        self.assertEqual(said.returncode, USAGE)
        self.assertIn('sgbridge audit: --since: "دیروز" is no time; give `1405-07-02 02:10`', said.stderr)


if __name__ == "__main__":
    unittest.main()
