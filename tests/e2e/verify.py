"""audit --verify: both systems are asked for what the journal knows, whatever happened behind its back."""

import hashlib
import json
import sys
import time

from house import Wrong, equal, run_checks, says, until

DONE, NO, UNABLE = 0, 1, 69
AGED = r"newer there than what was captured, changed \d+s ago"


def verify(house, code, *words):
    """What audit --verify says, which ends with that code."""
    said = house.bridge.command("audit", "--verify", *words)
    text = said.stdout + said.stderr
    equal(said.returncode, code, f"exit code of audit --verify {' '.join(words)}, which said {text!r}")
    return text


def told(house, code, *words):
    """The same, as a dictionary."""
    return json.loads(verify(house, code, "--json", *words))


def case_of(house, key):
    return next(entry["case"] for entry in house.gam.ledger() if entry["what"] == "case" and key in entry["reference"])


def keep_away(house):
    """SAJA's changes do not reach the bridge: no webhooks, and its list does not answer."""
    house.saja.post("webhook", urls=[])
    house.saja.post("faults", unavailable={"on": ["requests"]})


def edit(house, key):
    house.saja.post("edit", ticket=key, fields={"address": "بلوار وکیل‌آباد، نبش کوچه‌ی دوم"})


# --- nothing is wrong ---

def what_is_known_everywhere_is_found_to_be_so(house):
    says(verify(house, DONE), "no ticket in the journal yet")
    first, second = house.make_case(), house.make_case()
    house.gam.post("answer", case=case_of(house, first))
    until(lambda: house.world.is_idle(), "the answer has come back")
    says(verify(house, DONE), r"^2 of 2 tickets\n", "saja told of 2 of 2 records", "gam told of 2 of 2 records",
         "all are known, and none is newer than what was captured")
    house.saja.post("reopen", ticket=second)
    until(lambda: house.world.is_idle(), "the second round has a case of its own")
    says(verify(house, DONE), "saja told of 2 of 2 records", "gam told of 3 of 3 records")
    says(verify(house, DONE, "--sample", "1"), r"^1 of 2 tickets\n", "gam told of 2 of 2 records")
    says(verify(house, DONE, "--ticket", second), r"^gam told of 2 of 2 records\nsaja told of 1 of 1 records\n")
    says(verify(house, NO, "--ticket", "1405-1"), "no ticket 1405-1 in the journal")


def a_change_on_its_way_is_waited_for(house):
    key = house.make_case()
    house.saja.post("webhook", urls=[])
    edit(house, key)
    says(verify(house, DONE), "none is newer")


def nothing_is_written(house):
    house.make_case()
    house.bridge.stop()

    def content():
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(house.bridge.state.rglob("*")) if path.is_file() and path.suffix != ".db-shm"}

    before = content()
    verify(house, DONE)
    equal(content(), before, "the journal's files")


# --- something is ---

def a_case_deleted_behind_its_back_is_named(house):
    kept, lost = house.make_case(), house.make_case()
    case = case_of(house, lost)
    house.gam.post("forget", case=case)
    says(verify(house, NO), rf"gam\.case {case}: not known there\n    of ticket {lost}, round 1\n",
         rf"what the bridge did: sgbridge trace {lost}\n")
    found = told(house, NO)
    equal(found["findings"], [{"finding": "not known", "system": "gam", "record": "case", "id": case, "ticket": lost,
                               "round": 1}], "findings")
    equal(told(house, DONE, "--ticket", kept)["findings"], [], "findings about the other ticket")


def a_case_of_another_ticket_is_named(house):
    key = house.make_case()
    case = case_of(house, key)
    house.gam.post("refer", case=case, reference="operate-1405-1.1")
    says(verify(house, NO), rf"gam\.case {case}: carries the reference of another\n    of ticket {key}, round 1\n"
         rf"    there    operate-1405-1\.1\n    expected operate-{key}\.1\n")


def a_change_that_was_not_captured_is_named(house):
    key = house.make_case()
    keep_away(house)
    edit(house, key)
    begin = time.monotonic()
    says(verify(house, NO), rf"saja\.ticket {key}: {AGED}\n    of ticket {key}\n    there +2\S+\n    captured 2\S+\n",
         "waiting whether it is on its way")
    if time.monotonic() - begin < 2:
        raise Wrong("it was not waited for two polls")
    finding, = told(house, NO)["findings"]
    equal(finding["there"], house.saja.get("ticket", ticket=key)["updated_datetime"], "the version there")
    equal(finding["captured"] < finding["there"], True, "the version captured is older")
    house.saja.post("clear")
    says(verify(house, DONE), "none is newer")


def a_change_while_the_bridge_was_stopped_waits_for_it(house):
    key = house.make_case()
    house.bridge.stop()
    edit(house, key)
    says(verify(house, NO), rf"saja\.ticket {key}: {AGED}", "the daemon is not running: what is newer is captured after")
    house.bridge.start()
    says(verify(house, DONE), "none is newer")


# --- it cannot be told ---

def a_system_that_is_away_is_no_finding(house):
    keys = [house.make_case() for _ in range(4)]
    house.gam.post("down")
    says(verify(house, UNABLE), "saja told of 4 of 4 records",
         "gam told of 0 of 4 records: connection refused", "nothing is wrong with those")
    house.bridge.stop()
    edit(house, keys[0])
    says(verify(house, NO), AGED, "gam told of 0 of 4 records")
    house.gam.post("up")
    (house.world.folder / "saja.token").write_text("another\n", encoding="utf-8")
    says(verify(house, UNABLE), "saja told of 0 of 4 records: no valid token", "gam told of 4 of 4 records")
    (house.world.folder / "saja.token").unlink()
    says(verify(house, UNABLE), r"saja\.yaml:\d+:\d+: .*saja\.token")


def what_is_busy_for_a_moment_is_asked_again(house):
    house.make_case()
    house.gam.post("faults", too_many={"count": 2, "on": ["GetCase"]})
    says(verify(house, DONE), "gam told of 1 of 1 records")


def a_paused_system_is_not_asked(house):
    house.make_case()
    house.gam.post("faults", refused={"on": ["GetCase"]})
    equal(house.bridge.command("pause", "system", "gam", "--why", "نگه‌داری").returncode, DONE, "exit code of pause")
    says(verify(house, UNABLE), "gam told of 0 of 1 records: it is paused")
    equal(house.gam.get("counters").get("refused", 0), 0, "calls of GetCase")


CHECKS = (
    what_is_known_everywhere_is_found_to_be_so, a_change_on_its_way_is_waited_for, nothing_is_written,
    a_case_deleted_behind_its_back_is_named, a_case_of_another_ticket_is_named, a_change_that_was_not_captured_is_named,
    a_change_while_the_bridge_was_stopped_waits_for_it, a_system_that_is_away_is_no_finding,
    what_is_busy_for_a_moment_is_asked_again, a_paused_system_is_not_asked,
)


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS))
