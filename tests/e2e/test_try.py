"""`try --event` takes what the journal keeps of an event, its links and its round with it, and masks it."""

import json
import unittest

import paths
from world import World, wait_for

ENDED_S = 20
SENT, UNABLE = 0, 69
WORDS = "چراغ کوچه شهید رضایی سوخته است"


class Try(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("try", 1, paths.SGBRIDGE).__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.bridge.start()
        cls.ticket, = cls.world.saja.post("ticket", fields={"description": WORDS})["tickets"]
        wait_for(lambda: cls.told().get("links"), ENDED_S, "its case is linked")

    @classmethod
    def told(cls):
        """What `trace` tells of the ticket; nothing before the journal has it."""
        return json.loads(cls.world.bridge.command("trace", cls.ticket, "--json").stdout or "{}")

    def do(self, *words, code=SENT):
        said = self.world.bridge.command("try", *words)
        self.assertEqual(said.returncode, code, said.stdout + said.stderr)
        return said.stdout + said.stderr

    def test_an_event_is_tried_with_what_the_journal_knows_of_it(self):
        event = self.told()["events"][0]["seq"]
        self.assertIn(f", event {event}\n", self.world.bridge.command("trace", self.ticket).stdout)
        text = self.do("ticket-to-case", "--event", str(event))
        link, = [one for one in self.told()["links"] if one["system"] == "gam"]
        self.assertIn(f"\nticket    {self.ticket}, round 1\nlink      gam {link['id']}\n", text)
        masked = rf'"\*\*\*\({len(WORDS)}\)"\n'
        self.assertRegex(text, rf"\n    /description +{masked}    clean +{masked}    arabic_letters, trim +{masked}")
        self.assertNotIn("رضا", text)
        told, = json.loads(self.do("ticket-to-case", "--event", str(event), "--round", "2", "--json"))
        self.assertEqual((told["round"], told["input"]["Letter"]["Text"]), (2, f"***({len(WORDS)})"))

    def test_an_event_that_it_does_not_take_is_told(self):
        event = str(self.told()["events"][0]["seq"])
        self.assertEqual(self.do("response-to-ticket", "--event", event, code=UNABLE),
                         f"sgbridge: event {event} is of saja.ticket; response-to-ticket takes gam.response\n")
        self.assertEqual(self.do("ticket-to-case", "--event", "99999", code=UNABLE),
                         "sgbridge: there is no event 99999 in the journal\n")
        self.assertEqual(self.do("ticket-to-cas", "--event", event, code=UNABLE).split(" in ")[0],
                         "sgbridge: there is no mapping ticket-to-cas")


if __name__ == "__main__":
    unittest.main()
