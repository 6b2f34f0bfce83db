"""The judge of soak and demo finds each wrong, and finds none where there is none: doctored ledgers."""

import copy
import unittest

from judge import judge

T, U = "1405-88001", "1405-88002"

# A ticket answered, re-opened, answered again, while the first round's department answers late; and one cancelled.
SAJA = [
    {"what": "made", "ticket": T, "files": ["aa"]},
    {"what": "made", "ticket": U, "files": []},
    {"what": "followed_up", "ticket": T, "follow_up": "f-1"},
    {"what": "update", "ticket": T, "update_id": "r-2", "before": "open", "after": "answered"},
    {"what": "reopened", "ticket": T, "before": "answered", "after": "reopened"},
    {"what": "cancelled", "ticket": U, "before": "open", "after": "cancelled"},
    {"what": "update", "ticket": T, "update_id": "r-3", "before": "reopened", "after": "reopened"},
    {"what": "update", "ticket": T, "update_id": "r-4", "before": "reopened", "after": "answered"},
    {"what": "repeat", "ticket": T, "update_id": "r-4", "same": True},
]
GAM = [
    {"what": "case", "case": "41/1405", "reference": f"demo-{T}.1", "files": ["aa"]},
    {"what": "case", "case": "42/1405", "reference": f"demo-{U}.1", "files": []},
    {"what": "note", "case": "41/1405", "note": "f-1"},
    {"what": "response", "response": "r-1", "case": "41/1405", "round": 1, "final": False},
    {"what": "response", "response": "r-2", "case": "41/1405", "round": 1, "final": True},
    {"what": "acknowledge", "response": "r-1"},
    {"what": "acknowledge", "response": "r-2"},
    {"what": "acknowledge_repeat", "response": "r-2"},
    {"what": "case", "case": "43/1405", "reference": f"demo-{T}.2", "files": ["aa"]},
    {"what": "cancel", "case": "42/1405"},
    {"what": "response", "response": "r-3", "case": "41/1405", "round": 1, "final": True},
    {"what": "response", "response": "r-4", "case": "43/1405", "round": 2, "final": True},
    {"what": "acknowledge", "response": "r-3"},
    {"what": "acknowledge", "response": "r-4"},
]


def without(entries, **like):
    return [entry for entry in entries if not like.items() <= entry.items()]


def twice(entries, **like):
    return entries + [entry for entry in entries if like.items() <= entry.items()]


def changed(entries, like, **new):
    return [entry | new if like.items() <= entry.items() else entry for entry in entries]


def swapped(entries, one, other):
    entries = copy.copy(entries)
    entries[one], entries[other] = entries[other], entries[one]
    return entries


class Judge(unittest.TestCase):
    def verdict(self, saja=None, gam=None, waiting=()):
        verdict = judge(SAJA if saja is None else saja, GAM if gam is None else gam, waiting)
        return set(verdict.lost), set(verdict.duplicated), set(verdict.reordered)

    def test_a_clean_run_is_clean(self):
        verdict = judge(SAJA, GAM)
        self.assertEqual((verdict.details(), verdict.line()), ([], "lost 0, duplicated 0, reordered 0"))

    def test_what_is_lost_is_found(self):
        rows = (
            (SAJA, without(GAM, case="43/1405"), {T}),                        # a case of the second round
            (without(SAJA, update_id="r-2"), GAM, {T}),                       # an answer
            (SAJA, without(GAM, what="note"), {T}),                           # a follow-up
            (SAJA, without(GAM, what="cancel"), {U}),                         # a cancel
            (SAJA, without(GAM, what="acknowledge", response="r-1"), {T}),    # an acknowledgement
            (SAJA, changed(GAM, {"case": "41/1405", "what": "case"}, files=[]), {T}),
        )
        for saja, gam, expected in rows:
            if not any(entry.get("case") == "43/1405" for entry in gam):
                gam = without(gam, response="r-4")
                saja = without(saja, update_id="r-4")
            self.assertEqual(self.verdict(saja, gam), (expected, set(), set()))

    def test_a_ticket_never_taken_in_is_lost(self):
        self.assertEqual(self.verdict(gam=without(GAM, case="42/1405")), ({U}, set(), set()))

    def test_what_is_done_twice_is_found(self):
        double = {"what": "case", "case": "44/1405", "reference": f"demo-{U}.1", "files": []}
        rows = (
            (SAJA, GAM + [double], {U}),                                              # two cases of a round
            (SAJA, GAM + [double | {"reference": f"demo-{U}.2"}], {U}),               # of a round that never began
            (SAJA, GAM + [double | {"reference": "demo-1405-99999.1"}], {"1405-99999"}),
            (twice(SAJA, what="update", update_id="r-4"), GAM, {T}),                  # an update
            (SAJA + [SAJA[7] | {"update_id": "r-1"}], GAM, {T}),                      # an interim answer, told
            (SAJA, twice(GAM, what="note"), {T}),
            (SAJA, GAM + [{"what": "cancel", "case": "43/1405"}], {T}),               # nobody cancelled it
        )
        for saja, gam, expected in rows:
            self.assertEqual(self.verdict(saja, gam), (set(), expected, set()))

    def test_what_is_out_of_order_is_found(self):
        late = {"update_id": "r-3"}
        moved = without(GAM, what="note") + [GAM[2] | {"case": "43/1405"}]
        cancelled = without(SAJA, what="followed_up") + [
            {"what": "followed_up", "ticket": U, "follow_up": "f-1"}]
        rows = (
            (swapped(SAJA, 6, 7), GAM, {T}),                                  # the late answer came last
            (SAJA, [GAM[8]] + without(GAM, reference=f"demo-{T}.2"), {T}),  # the second round's case first
            (changed(SAJA, late, after="answered"), GAM, {T}),                # a late answer changed the status
            (changed(SAJA, late, before="answered", after="open"), GAM, {T}),
            (changed(SAJA, {"update_id": "r-4"}, after="reopened"), GAM, {T}),
            (SAJA, moved, {T}),                                               # a note on another round's case
            (SAJA + [SAJA[2] | {"follow_up": "f-2"}], [GAM[0], GAM[2] | {"note": "f-2"}] + GAM[1:], {T}),
            (cancelled, without(GAM, what="note") + [GAM[2] | {"case": "42/1405"}], {U}),  # … after the cancel
        )
        for saja, gam, expected in rows:
            self.assertEqual(self.verdict(saja, gam)[2], expected)

    def test_a_ticket_that_waits_for_a_person_is_not_lost(self):
        gam = without(GAM, case="42/1405")
        self.assertEqual(self.verdict(gam=gam, waiting={U}), (set(), set(), set()))

    def test_each_ticket_counts_once(self):
        verdict = judge(SAJA, [])
        self.assertEqual(verdict.line(), "lost 2, duplicated 1, reordered 0")


if __name__ == "__main__":
    unittest.main()
