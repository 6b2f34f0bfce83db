"""What the simulators stand on: the Jalali calendar, stories, tickets, faults by number."""

import random
import unittest
from datetime import date

import jalali
import story
import tickets
from clock import iso, jalali_time, parse_iso
from faults import Faults


class Basics(unittest.TestCase):
    def test_days_of_the_jalali_calendar(self):
        rows = (
            (date(1921, 3, 21), (1300, 1, 1)),
            (date(2021, 3, 20), (1399, 12, 30)),    # 1399 was a leap year
            (date(2021, 3, 21), (1400, 1, 1)),
            (date(2025, 3, 20), (1403, 12, 30)),    # so was 1403
            (date(2025, 3, 21), (1404, 1, 1)),
            (date(2026, 3, 20), (1404, 12, 29)),
            (date(2026, 7, 1), (1405, 4, 10)),
        )
        for day, expected in rows:
            self.assertEqual(jalali.from_date(day), expected)

    def test_a_day_of_the_calendar_is_told_from_one_that_is_none(self):
        self.assertTrue(jalali.is_day(1403, 12, 30))
        for wrong in ((1404, 12, 30), (1405, 7, 31), (1405, 13, 1), (1405, 1, 0)):
            self.assertFalse(jalali.is_day(*wrong))

    def test_times_are_written_in_tehrans_zone(self):
        ms = parse_iso("2026-07-01T04:30:00+00:00") + 7
        self.assertEqual(iso(ms), "2026-07-01T08:00:00.007+03:30")
        self.assertEqual(jalali_time(ms), "1405/04/10 08:00:00")

    def test_a_story_depends_on_seed_and_key_alone(self):
        keys = [f"1405-{number}" for number in range(88001, 88201)]
        self.assertEqual([story.of(7, key) for key in keys], [story.of(7, key) for key in keys])
        self.assertNotEqual([story.of(7, key) for key in keys], [story.of(8, key) for key in keys])
        told = [story.of(7, key) for key in keys]
        for some in ([s for s in told if s.cancelled], [s for s in told if s.reopened == "waiting"],
                     [s for s in told if s.reopened == "answered"], [s for s in told if s.interim]):
            self.assertGreater(len(some), 5)

    def test_a_reference_is_taken_apart(self):
        self.assertEqual(story.parse_reference("mashhad-1-1405-88001.2"), ("1405-88001", 2))
        self.assertIsNone(story.parse_reference("1405-88001"))

    def test_tickets_of_one_seed_are_the_same(self):
        first, second = random.Random(3), random.Random(3)
        self.assertEqual([tickets.make(first) for _ in range(20)], [tickets.make(second) for _ in range(20)])

    def test_a_fault_strikes_as_often_as_it_may_and_is_counted(self):
        faults = Faults()
        faults.change({"drop_after": {"count": 2, "on": ["CreateCase"]}})
        struck = [faults.ending(name, False) for name in ("AddNote", "CreateCase", "CreateCase", "CreateCase")]
        self.assertEqual([fault is not None for fault in struck], [False, True, True, False])
        self.assertEqual(faults.applied(), {"drop_after": 2})

    def test_a_wrong_fault_changes_nothing(self):
        faults = Faults()
        for wrong in ({"drop_after": {}, "earthquake": {}}, {"drop_after": {"p": 2}}):
            with self.assertRaises(ValueError):
                faults.change(wrong)
        self.assertIsNone(faults.ending("CreateCase", False))

    def test_a_probability_is_kept_to(self):
        faults = Faults(seed=5)
        faults.change({"error_500": {"p": 0.25}})
        struck = sum(1 for _ in range(4000) if faults.ending("x", False))
        self.assertTrue(850 < struck < 1150, struck)


if __name__ == "__main__":
    unittest.main()
