"""137's people in a run: they re-open, cancel, follow up and correct tickets, as each ticket's story tells.

They act only on what can be seen in the ledgers, so that what must come of it is certain: a ticket is re-opened or
cancelled when its case exists and its follow-up has become a note; never in a moment in which the bridge could not
know yet that the round has ended.
"""

import paths  # noqa: F401  (for story)
import story
from story import parse_reference


class People:
    def __init__(self, world, seed):
        self._world, self._seed = world, seed
        self._read = {"saja": 0, "gam": 0}
        self._tickets = set()
        self._owners = {}    # of cases: the ticket
        self._has_case, self._answered, self._noted = set(), set(), set()
        self._acted = {"follow_up": set(), "edit": set(), "end": set()}

    def make(self, count):
        """New tickets; gives their keys."""
        keys = self._world.saja.post("ticket", count=count)["tickets"]
        self._tickets.update(keys)
        return keys

    def make_of(self, service_code):
        """One new ticket of that subject; gives its key."""
        key, = self._world.saja.post("ticket", fields={"service_code": service_code})["tickets"]
        self._tickets.add(key)
        return key

    def call_again(self, keys):
        """These citizens call again, whatever has become of their tickets."""
        for key in keys:
            self._acted["follow_up"].add(key)
            self._world.saja.post("follow_up", ticket=key)

    def lose_patience(self, keys):
        """Of these tickets, those whose story says so are cancelled or re-opened now, though they have no case yet."""
        for key in keys:
            told = story.of(self._seed, key)
            if told.cancelled and self._once("end", key):
                self._world.saja.post("cancel", ticket=key)
            elif told.reopened == "waiting" and self._once("end", key):
                self._world.saja.post("reopen", ticket=key)

    def act(self):
        """Does all that is due by now; gives how many tickets still have something to come."""
        self._look()
        waiting = 0
        for key in sorted(self._tickets):
            told = story.of(self._seed, key)
            if key in self._has_case:
                self._act_on(key, told)
            waiting += not self._is_told(key, told)
        return waiting

    def _act_on(self, key, told):
        if told.follow_up and self._once("follow_up", key):
            self._world.saja.post("follow_up", ticket=key)
        if told.edited and self._once("edit", key):
            self._world.saja.post("edit", ticket=key, fields={"address": "بلوار وکیل‌آباد، نبش کوچه‌ی دوم"})
        if told.follow_up and key not in self._noted:
            return
        if told.cancelled and self._once("end", key):
            self._world.saja.post("cancel", ticket=key)
        may_reopen = told.reopened == "waiting" or (told.reopened == "answered" and key in self._answered)
        if not told.cancelled and may_reopen and self._once("end", key):
            self._world.saja.post("reopen", ticket=key)

    def _is_told(self, key, told):
        """Whether people have nothing more to do with this ticket."""
        if key not in self._has_case:
            return False
        return not (told.cancelled or told.reopened) or key in self._acted["end"]

    def _once(self, act, key):
        if key in self._acted[act]:
            return False
        self._acted[act].add(key)
        return True

    def _look(self):
        owners = self._owners
        for entry in self._news("gam"):
            if entry["what"] == "case":
                found = parse_reference(entry["reference"])
                owners[entry["case"]] = found[0] if found else ""
                self._has_case.add(owners[entry["case"]])
            elif entry["what"] == "note":
                self._noted.add(owners[entry["case"]])
        for entry in self._news("saja"):
            if entry["what"] == "update":
                self._answered.add(entry["ticket"])

    def _news(self, name):
        entries = getattr(self._world, name).ledger(self._read[name])
        self._read[name] += len(entries)
        return entries
