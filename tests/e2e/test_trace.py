"""`trace` tells one ticket's story in one time line: events, deliveries, pauses, and what people did."""

import json
import unittest

import paths
from world import World, wait_for

ENDED_S = 20
TIME = r"14\d\d/\d\d/\d\d \d\d:\d\d"


class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("trace", 1, paths.SGBRIDGE).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.bridge.start()

    def do(self, *words):
        said = self.world.bridge.command(*words)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        return said.stdout

    def told(self, key):
        return json.loads(self.do("trace", key, "--json"))

    def delivery(self, key, mapping, state):
        """The number of a delivery, once it is in that state."""
        ids = lambda: [d["id"] for d in self.told(key)["deliveries"] if (d["mapping"], d["state"]) == (mapping, state)]
        wait_for(lambda: self.world.bridge.command("trace", key).returncode == 0 and ids(), ENDED_S,
                 f"{mapping} {state}")
        return ids()[0]

    def test_what_is_paused_says_who_holds_it_back_and_why(self):
        self.addCleanup(self.world.bridge.command, "resume", "mapping", "ticket-to-case")
        self.do("pause", "mapping", "ticket-to-case", "--why", "جدول ارجاع اصلاح می\u200cشود", "--until", "2h")
        key, = self.world.saja.post("ticket")["tickets"]
        self.delivery(key, "ticket-to-case", "pending")
        wait_for(lambda: "paused" in self.do("trace", key), ENDED_S, "it is held back")
        text = self.do("trace", key)
        self.assertRegex(text, r"-> gam: pending, paused \(delivery \d+, 0 calls, mapping ticket-to-case\)")
        self.assertRegex(text, rf"\n     paused: mapping ticket-to-case, since {TIME} until {TIME}, by \S+: "
                               "جدول ارجاع اصلاح می\u200cشود\n")
        self.do("resume", "mapping", "ticket-to-case")
        self.delivery(key, "ticket-to-case", "delivered")
        text = self.do("trace", key)
        self.assertNotIn("paused", text)
        self.assertRegex(text, r"-> gam: delivered \(delivery \d+, 1 call, mapping ticket-to-case\)")

    def test_what_people_did_stands_where_it_was_done(self):
        key, = self.world.saja.post("ticket", fields={"service_code": "999"})["tickets"]
        failed = self.delivery(key, "ticket-to-case", "failed")
        self.do("discard", str(failed), "--why", "گزارش تکراری است")
        self.delivery(key, "ticket-to-case", "discarded")
        text = self.do("trace", key)
        self.assertRegex(text, rf"\n{TIME}:\d\d \(.*\)\n  delivery {failed}: discard, asked by \S+: گزارش تکراری است; "
                               'before: no row for "999"')
        self.assertLess(text.index("-> gam: discarded"), text.index(f"  delivery {failed}: discard"))
        act, = self.told(key)["acts"]
        self.assertEqual((act["delivery"], act["kind"], act["why"], act["refused"]),
                         (failed, "discard", "گزارش تکراری است", ""))

    def test_what_was_typed_reaches_the_terminal_cleaned(self):
        said = self.world.bridge.command("trace", "1405\x1b[31m")
        self.assertEqual((said.returncode, said.stderr), (1, "sgbridge: no ticket 1405\ufffd[31m in the journal\n"))


if __name__ == "__main__":
    unittest.main()
