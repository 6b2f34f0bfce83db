"""Operates the bridge as its people do at 03:00: asks it, stops it, reloads it, feeds it what is wrong.

    operate.py                             all checks
    operate.py a_bad_file_keeps_what_runs  one of them
"""

import contextlib
import shutil
import sqlite3
import sys
import time

import paths    # noqa: F401 (it shows where clock is)
import strangers
from clock import jalali_time
from house import Wrong, equal, run_checks, says, until

NO, ALARM, QUEUED = 1, 2, 3    # exit codes
CALL_S = 2          # the time-out of a call in these runs


# --- asking ---

def the_books_can_be_read_whatever_became_of_the_daemon(house):
    key = house.make_case()
    for end, is_running in ((None, True), (house.bridge.stop, False), (house.bridge.kill, False)):
        if end is not None:
            if not house.bridge.is_alive():
                house.bridge.start()
            code = end()
            equal(code in (0, None), True, "a clean end")
        equal(house.bridge.status()["running"], is_running, "running")
        says(house.bridge.command("status").stdout, "running", r"delivered +1\n", r"mappings +[0-9a-f]{16} since 14\d\d/")
        says(house.bridge.command("trace", key).stdout, f"ticket {key}", r"round 1: gam \d+/14\d\d", "gam: delivered")
        equal(house.bridge.command("trace", "1405-00000").returncode, NO, "trace of nobody's ticket")
        equal(house.bridge.audit()[0], True, "the sum holds")


def trace_tells_what_went_wrong_and_what_waits_behind_it(house):
    key, = house.saja.post("ticket", fields={"service_code": "999"})["tickets"]
    until(lambda: house.bridge.counts()["failed"], f"{key} has failed")
    says(house.bridge.command("trace", key).stdout, f"ticket {key}, 1 round\n", "gam: failed .*mapping ticket-to-case",
         r'no row for "999".* in lookups/departments\.csv', r"ticket-to-case\.yaml:\d+:\d+ /Letter/Receiver/@Code",
         "gam: pending, held .*mapping ticket-note")


def a_lost_row_makes_audit_name_the_day(house):
    days = {jalali_time(time.time_ns() // 1_000_000)[:10]}
    house.make_case()
    house.bridge.stop()
    days.add(jalali_time(time.time_ns() // 1_000_000)[:10])
    copy = house.world.folder / "copy"
    shutil.copytree(house.world.folder / "state", copy)
    with contextlib.closing(sqlite3.connect(copy / "journal.db")) as db, db:
        db.execute("DELETE FROM delivery WHERE state = 'delivered'")
    config = house.world.folder / "copy.yaml"
    config.write_text(house.bridge.config.read_text(encoding="utf-8").replace(
        f"state: {house.world.folder / 'state'}", f"state: {copy}"), encoding="utf-8")
    audit = house.bridge.command("audit", config=config)
    equal(audit.returncode, NO, "exit code of audit")
    says(audit.stdout, rf"^({'|'.join(days)}) .*taken in 3, accounted for 2\n")
    says(house.bridge.command("audit", "--json", config=config).stdout, '"adds_up": ?false')
    equal(house.bridge.audit()[0], True, "the original's sum holds")


def status_ends_with_2_while_an_alarm_stands(house):
    house.saja.post("faults", malformed={"on": ["requests"]})
    house.saja.post("ticket")
    until(lambda: house.bridge.command("status").returncode == ALARM, "an alarm stands")
    says(house.bridge.command("status").stdout, "ALARM +poll saja.ticket saja: .*malformed")
    house.saja.post("clear")
    until(lambda: house.bridge.command("status").returncode == 0, "the alarm is over")


def what_was_asked_while_it_was_down_waits_and_a_refusal_is_told(house):
    house.bridge.stop()
    equal("for the daemon" in house.bridge.command("status").stdout, False, "a command waits")
    for words, wait in (("replay 5", "1 command waits"), ("pause system gamm --why x", "2 commands wait"),
                        ("pause system gam --why x", "3 commands wait")):
        equal(house.bridge.command(*words.split()).returncode, QUEUED, f"exit code of {words}")
        says(house.bridge.command("status").stdout, f"{wait} for the daemon\n")
    equal(house.bridge.status()["commands_waiting"], 3, "commands that wait")
    offset = house.log_size()
    house.bridge.start()
    until(lambda: house.bridge.status()["commands_waiting"] == 0, "none waits")
    until(lambda: "command.done" in house.log_since(offset), "the good one is told")
    says(house.log_since(offset), r'<4>command\.refused .*kind=replay .*done=0 refused=1 why="there is no delivery 5"',
         r'<4>command\.refused .*kind=pause .*why="there is no system gamm"', r"<6>command\.done .*kind=pause ")


# --- mappings ---

def a_good_change_comes_into_force(house):
    house.make_case()
    before = house.bridge.status()
    house.change("lookups/departments.csv", "050,3,", "050,3,NEW-")
    house.reload("mappings.in_force")
    until(lambda: house.bridge.status()["mappings"] != before["mappings"], "status shows another hash")
    until(lambda: house.bridge.status()["mappings_since"] > before["mappings_since"], "status shows a later time")
    says(house.receiver(house.make_case()), "^NEW-")


def a_bad_file_keeps_what_runs(house):
    before = house.bridge.status()["mappings"]
    house.change("ticket-to-case.yaml", "with: arabic_letters", "with: arabic_lettres")
    house.change("systems/gam.yaml", "format: soap", "format: soup")
    said = house.reload("mappings.refused")
    says(said, r"ticket-to-case\.yaml:\d+:\d+: .*arabic_lettres", r"systems/gam\.yaml:\d+:\d+: .*soup")
    equal(house.bridge.status()["mappings"], before, "the hash in force")
    house.make_case()
    house.bridge.stop()
    says(house.refused_run(), r"ticket-to-case\.yaml:\d+:\d+: .*arabic_lettres", r"systems/gam\.yaml:\d+:\d+: .*soup")


def lose_a_mapping_that_is_waited_for(house):
    """Gives the ticket that waits for GAM, which is down, and the file, which is not in mappings/ any more."""
    house.gam.post("down")
    key, = house.saja.post("ticket")["tickets"]
    until(lambda: house.bridge.counts().get("pending", 0) > 0, f"{key} waits")
    file = house.bridge.mappings / "ticket-to-case.yaml"
    file.rename(house.world.folder / file.name)
    return key, file


def a_mapping_with_open_deliveries_is_not_taken_away(house):
    key, file = lose_a_mapping_that_is_waited_for(house)
    says(house.reload("mappings.refused"), "no file gives `ticket-to-case` any more, with deliveries open")
    house.bridge.stop()
    house.bridge.start()
    until(lambda: house.bridge.command("status").returncode == ALARM, "what waits is said")
    says(house.bridge.command("status").stdout, r"ALARM +mapping : deliveries wait for\s+`ticket-to-case`")
    house.gam.post("up")
    (house.world.folder / file.name).rename(file)
    equal(house.bridge.command("reload").returncode, 0, "exit code of reload")
    until(lambda: house.receiver(key), f"{key} is a case")
    equal(house.bridge.command("status").returncode, 0, "exit code of status")


def a_mapping_is_dropped_with_what_waits_for_it(house):
    key, file = lose_a_mapping_that_is_waited_for(house)
    dropped = house.bridge.command("reload", "--drop")
    equal(dropped.returncode, 0, "exit code of reload --drop")
    says(dropped.stdout, r"failed, for their mapping was taken away: 1;")
    trace = house.bridge.command("trace", key)
    says(trace.stdout, r"version [0-9a-f]{8}, since .* by \w+ \(start\)", r"reload, asked by \w+")
    house.gam.post("up")
    (house.world.folder / file.name).rename(file)
    equal(house.bridge.command("reload").returncode, 0, "exit code of reload")
    says(house.bridge.command("status").stdout, r"mappings +[0-9a-f]{16} since .*, by \w+")
    house.bridge.command("replay", "--mapping", "ticket-to-case")
    until(lambda: house.receiver(key), f"{key} is a case")


def check_live_names_what_is_wrong(house):
    def ask(code, *parts, **environment):
        live = house.bridge.command("check", "--live", environment=environment)
        equal(live.returncode, code, "exit code of check --live")
        says(live.stdout + live.stderr, *parts)

    token, password = (house.world.folder / name for name in ("saja.token", "gam.password"))
    ask(0, "saja.ticket: answers", "gam.response: answers")
    token.write_text("another\n", encoding="utf-8")
    ask(NO, "saja.ticket: .*no valid token", "gam.response: answers")
    password.write_text("another\n", encoding="utf-8")
    ask(NO, "saja.ticket: .*no valid token", "gam.response: refuses: wrong user or password")
    token.unlink()
    password.unlink()
    ask(NO, r"saja\.yaml:\d+:\d+: .*saja\.token", r"gam\.yaml:\d+:\d+: .*gam\.password",
        r"saja\.yaml:\d+:\d+: .*SAJA_URL", SAJA_URL="")
    token.write_text("saja-token\n", encoding="utf-8")
    password.write_text("gam-password\n", encoding="utf-8")
    house.gam.post("down")
    ask(NO, "saja.ticket: answers", "gam.response: does not answer now: connection refused")


# --- one journal, one daemon ---

def a_second_daemon_is_refused(house):
    says(house.refused_run(), "another sgbridge works on this journal")
    house.make_case()


def the_journal_of_another_installation_is_refused(house):
    house.bridge.stop()
    config = house.bridge.config.read_text(encoding="utf-8")
    house.bridge.config.write_text(config.replace("name: operate", "name: elsewhere"), encoding="utf-8")
    says(house.refused_run(), 'is the journal of "operate", and this installation is "elsewhere"')


# --- stopping ---

def sigterm_ends_running_calls_first(house):
    """A slow one is waited for; one that is too slow ends by its time-out and is looked up after the start."""
    for slow_ms, states in ((1000, {"delivered": 1}), (4000, {"delivered": 1, "unknown": 1})):
        cases = len(house.gam.ledger())
        house.gam.post("faults", delay_after={"ms": slow_ms, "count": 1, "on": ["CreateCase"]})
        house.saja.post("ticket")
        until(lambda: len(house.gam.ledger()) > cases, "a case is made, and its answer is under way")
        begin = time.monotonic()
        equal(house.bridge.stop(), 0, "exit code after SIGTERM")
        if time.monotonic() - begin > CALL_S + 1.5:
            raise Wrong("SIGTERM did not end it within the time-out of a call")
        counts = house.bridge.counts()
        equal({state: counts[state] for state in ("delivered", "unknown") if counts[state]}, states, "deliveries")
        house.bridge.start()
    until(lambda: house.world.is_idle(), "the unknown one is found")
    equal(house.world.verdict().line(), "lost 0, duplicated 0, reordered 0", "verdict")


# --- webhooks ---

def a_wrong_webhook_is_refused_and_loses_nothing(house):
    house.make_case()
    before = house.bridge.status()["taken_in"]
    for name, expected, found in strangers.knock(house.bridge.listen, house.bridge.hook_secret):
        equal(found, expected, name)
    equal(house.bridge.status()["taken_in"], before, "taken in")
    house.make_case()


def a_huge_webhook_takes_little_memory(house):
    before = strangers.peak_kb(house.bridge.pid())
    for is_announced in (True, False):
        status = strangers.send_huge(house.bridge.listen, is_announced)
        equal(status in (413, None), True, f"answered or closed, not {status}")
    grown = strangers.peak_kb(house.bridge.pid()) - before
    if grown > strangers.HUGE_KB // 10:
        raise Wrong(f"{strangers.HUGE_KB} kB were sent, and the memory grew by {grown} kB")
    house.make_case()


CHECKS = (
    the_books_can_be_read_whatever_became_of_the_daemon, trace_tells_what_went_wrong_and_what_waits_behind_it,
    a_lost_row_makes_audit_name_the_day, status_ends_with_2_while_an_alarm_stands,
    what_was_asked_while_it_was_down_waits_and_a_refusal_is_told, a_good_change_comes_into_force,
    a_bad_file_keeps_what_runs, a_mapping_with_open_deliveries_is_not_taken_away, a_mapping_is_dropped_with_what_waits_for_it, check_live_names_what_is_wrong,
    a_second_daemon_is_refused, the_journal_of_another_installation_is_refused, sigterm_ends_running_calls_first,
    a_wrong_webhook_is_refused_and_loses_nothing, a_huge_webhook_takes_little_memory,
)


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS))
