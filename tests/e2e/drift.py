"""What SAJA begins to send that no file names is told once, counted, and over when a file names it.

    drift.py                               all checks
"""

import json
import re
import sys

import paths    # noqa: F401 (it shows where the others are)
from house import equal, run_checks, says, until
from world import wait_for

NO = 1          # exit code: nothing drifts
LEARNS = 1000   # events of a record that all is learned from
FIRST_PAGES_S = 60


def asked(house):
    return json.loads(house.bridge.command("drift", "--json").stdout)


def drifts(house):
    """What drifts, each as `record pointer`."""
    return [f"{row['system']}.{row['record']} {row['pointer']}" for row in asked(house)["drifts"]]


def taken_in(house):
    """Events, as each pass says at its end."""
    return sum(int(count) for count in re.findall(r"poll\.new system=saja .*events=(\d+)", house.log_since(0)))


def learn(house):
    """As many tickets as all is learned from; nothing is sent on, which would only take time."""
    house.bridge.command("pause", "system", "gam", "--why", "only what is taken in counts")
    house.saja.post("webhook", urls=[], secret="")
    house.saja.post("ticket", count=LEARNS)
    wait_for(lambda: taken_in(house) >= LEARNS, FIRST_PAGES_S, f"{LEARNS} tickets are not taken in")


def a_new_field_is_told_once_and_over_when_a_file_names_it(house):
    learn(house)
    says(house.bridge.command("drift").stdout,
         r"nothing drifts\nsaja\.ticket is being learned: [1-9]\d* of 1,000 events")
    equal(house.bridge.command("drift").returncode, NO, "exit code while nothing drifts")
    log = house.log_size()
    house.saja.post("faults", new_field={"on": ["requests"]})
    house.saja.post("ticket", count=3)
    until(lambda: drifts(house) == ["saja.ticket /x_channel"], "the new field drifts")
    says(house.bridge.command("drift").stdout, r"saja\.ticket /x_channel: new, text of 3\n +[\d,]+ x since 14\d\d/")
    says(house.bridge.command("status").stdout, r"drift +1 that no file names: sgbridge drift\n")
    equal(house.bridge.command("drift", "--record", "gam.response").returncode, NO, "exit code for another record")

    house.bridge.stop()
    times, = (row["times"] for row in asked(house)["drifts"])
    equal(times >= 3, True, f"each of them counts, and not {times}")
    equal([row for row in asked(house)["learning"] if row["record"] == "saja.ticket"], [], "what is still learned")
    before = taken_in(house)
    house.bridge.start()
    house.saja.post("ticket", count=1)
    until(lambda: taken_in(house) > before, "one more is taken in")
    equal(house.log_since(log).count("drift what="), 1, "lines of the log that tell of it")

    house.change("ticket-to-case.yaml", "tests:", "tests:\n"
                 "  - name: a ticket says which way it came\n"
                 "    given: {x_channel: '137', status: closed}\n"
                 "    skips: when")
    house.reload("mappings.in_force")
    equal(drifts(house), [], "what drifts once a file shows the field")


CHECKS = (a_new_field_is_told_once_and_over_when_a_file_names_it,)


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS))
