"""People find what went wrong, put it right, and hold things back: by the commands that write into the spool."""

import os
import pty
import re
import select
import sys
import time

from house import Wrong, equal, run_checks, says, until

DONE, NO, QUEUED, USAGE = 0, 1, 3, 64
_NO_ROW = "998"    # a service code that lookups/departments.csv does not know
_FRAMES_S = 2.5


def asks(house, code, *words, **parts):
    """The command's exit code and what it says; gives that."""
    said = house.bridge.command(*words)
    text = said.stdout + said.stderr
    equal(said.returncode, code, f"exit code of {' '.join(words)}, which said {text!r}")
    for part in parts.values():
        says(text, part)
    return text


def make_fail(house):
    """A ticket whose case fails for want of a row; gives its key and the delivery's number."""
    key, = house.saja.post("ticket", fields={"service_code": _NO_ROW, "district": "3"})["tickets"]
    until(lambda: house.bridge.counts().get("failed") == 1, f"{key} fails")
    found = re.search(r"failed \(delivery (\d+)", house.bridge.command("trace", key).stdout)
    return key, found[1]


def mend(house):
    table = house.bridge.mappings / "lookups/departments.csv"
    last = table.read_text(encoding="utf-8").splitlines()[-1].split(",", 2)[2]
    with open(table, "a", encoding="utf-8") as file:
        file.write(f"{_NO_ROW},*,{last}\n")


# --- what failed ---

def what_failed_is_understood_mended_and_sent(house):
    key, delivery = make_fail(house)
    asks(house, NO, "replay", "--all", "--dry-run", what=rf'delivery {delivery}, ticket {key}: failed \(no row for "998"',
         where=r"ticket-to-case\.yaml:\d+:\d+ /Letter/Receiver/@Code", then=r"then: ticket-note .*skipped \(no link\)")
    again, end = "^1 sent again\n", f'\ndelivery {delivery}: failed: no row for "998"'
    for words in ((delivery,), (delivery, delivery), ("--all",), ("--reason", 'no row for "998"'),
                  ("--all", "--rate", "5/s")):
        equal(len(re.findall(end, asks(house, NO, "replay", *words, again=again, end=end))), 1, f"lines of {words}")
    asks(house, NO, "replay", "--all", "--json", done='"done": ?1', failed='"failed_again": ?1')
    mend(house)
    asks(house, DONE, "replay", "--all", "--dry-run", sent="sent to gam by create_case", line=r"\+ /Letter/Receiver/@Code: ")
    equal(house.receiver(key), None, "a case after a dry run")
    asks(house, DONE, "reload", said="is in force")
    asks(house, DONE, "replay", "--reason", 'no row for "998"', said="1 sent again")
    until(lambda: house.receiver(key), f"{key} is a case")
    until(lambda: house.bridge.open_count() == 0, "nothing is open")
    asks(house, NO, "replay", delivery, said="it was delivered already: --again sends it once more")
    asks(house, NO, "replay", "--all", said="nothing of that kind")


def what_fails_again_is_counted_where_it_is_much(house):
    house.saja.post("ticket", count=21, fields={"service_code": _NO_ROW, "district": "3"})
    until(lambda: house.bridge.counts().get("failed") == 21, "21 have failed")
    said = asks(house, NO, "replay", "--all", sent="^21 sent again\n21 failed again: `sgbridge failed` shows them\n$")
    equal("delivery" in said, False, "one of them is told apart")
    mend(house)
    house.bridge.command("reload")
    house.gam.post("down")
    began = time.monotonic()
    asks(house, DONE, "replay", "--all", sent="21 sent again\n21 have not ended yet\n")
    equal(9 < time.monotonic() - began < 20, True, "it waits, and not for ever")


def a_reload_with_an_error_says_what_check_says(house):
    house.change("ticket-to-case.yaml", "with: arabic_letters", "with: arabic_lettres")
    asks(house, NO, "reload", what=r"ticket-to-case\.yaml:\d+:\d+: .*arabic_lettres", end="is refused")
    house.change("ticket-to-case.yaml", "with: arabic_lettres", "with: arabic_letters")
    asks(house, DONE, "reload")


def what_is_asked_while_it_is_down_is_done_once(house):
    key, delivery = make_fail(house)
    mend(house)
    house.bridge.stop()
    for _ in range(2):
        asks(house, QUEUED, "replay", delivery, said="queued: the daemon is not running; it does this when it starts")
    asks(house, 69, "reload", said="the daemon is not running")
    house.bridge.start()
    until(lambda: house.receiver(key), f"{key} is a case")
    until(lambda: not list((house.bridge.state / "spool").glob("*.json")), "the spool is empty")
    equal(house.world.verdict().line(), "lost 0, duplicated 0, reordered 0", "verdict")


def who_gives_up_says_why(house):
    key, delivery = make_fail(house)
    asks(house, USAGE, "discard", delivery, said="discard wants --why TEXT")
    asks(house, DONE, "discard", delivery, "--why", "شهروند پس گرفت", "--rest", said=r"\d discarded")
    until(lambda: house.bridge.open_count() == 0, "nothing is open")
    asks(house, NO, "replay", delivery, said=r"it has ended as discarded \(discard by .*شهروند پس گرفت")
    equal(house.receiver(key), None, "a case")


# --- what may have been done ---

def a_person_says_what_was_done(house):
    asks(house, NO, "unknown", said="0 being looked up")
    house.gam.post("faults", drop_after={"count": 1, "on": ["CreateCase"]}, unavailable={"on": ["FindByReference"]})
    key, = house.saja.post("ticket", fields={"service_code": "050", "district": "3"})["tickets"]
    until(lambda: house.bridge.counts().get("unknown") == 1, f"{key} is unknown")
    case = next(entry["case"] for entry in house.gam.ledger() if entry["what"] == "case")
    delivery = re.search(r"delivery (\d+), ticket-to-case to gam",
                         asks(house, DONE, "unknown", said="1 being looked up"))[1]
    asks(house, NO, "replay", delivery, said="it may have been done, and is being looked up")
    asks(house, USAGE, "resolve", delivery, said="say one of --done ID")
    asks(house, DONE, "resolve", delivery, "--done", case, said=f"done, as {case}")
    house.gam.post("clear")
    until(lambda: house.world.is_idle(), "all that waited for the link is done")
    says(house.bridge.command("trace", key).stdout, f"round 1: gam {case}")
    asks(house, NO, "resolve", delivery, "--not-done", said="nothing about it is in doubt: it is delivered")


# --- what is held back ---

def a_paused_system_is_left_alone_until_it_is_resumed(house):
    house.make_case()
    asks(house, NO, "pause", "system", "gm", "--why", "x", said="there is no system gm")
    asks(house, DONE, "pause", "system", "gam", "--why", "نگه‌داری", said="^system gam is paused; `sgbridge resume system gam` lets it go\n$")
    says(house.bridge.command("status").stdout, "PAUSED +system gam by .*: نگه‌داری")
    until(lambda: house.gam.get("counters") == house.gam.get("counters"), "calls under way end")
    time.sleep(1)
    calls = house.gam.get("counters")
    key, = house.saja.post("ticket", fields={"service_code": "050", "district": "3"})["tickets"]
    time.sleep(2.5)
    equal(house.gam.get("counters"), calls, "calls of GAM, polls among them")
    asks(house, DONE, "resume", "system", "gam")
    until(lambda: house.receiver(key), f"{key} is a case")
    asks(house, NO, "resume", "system", "gam", said="system gam is not paused")


def a_second_pause_says_what_it_replaces(house):
    direction = ("pause", "direction", "saja", "gam", "--why")
    asks(house, DONE, *direction, "first", "--until", "2h", said="`sgbridge resume direction saja gam` lets it go\n$")
    asks(house, DONE, "pause", "system", "gam", "--why", "x", said="lets it go\n$")
    until_2h = r", until 14\d\d/\d\d/\d\d \d\d:\d\d"
    asks(house, DONE, *direction, "second", said=rf"\nthis replaces the pause by \w+{until_2h}: first\n$")
    said = asks(house, DONE, *direction, "third", "--json")
    says(said, r'"replaced": ?{"scope": ?"direction", ?"name": ?"saja>gam".*"why": ?"second"}')
    asks(house, NO, *direction, "fourth", "--until", "1400-01-01", said="^the time .* is over\n$")
    house.bridge.stop()
    asks(house, QUEUED, *direction, "fifth", said=r"this replaces the pause by \w+: third\nqueued: ")


def a_pause_ends_at_its_time_and_lives_through_a_kill(house):
    asks(house, DONE, "pause", "mapping", "ticket-to-case", "--until", "4s", "--why", "x")
    key, = house.saja.post("ticket", fields={"service_code": "050", "district": "3"})["tickets"]
    until(lambda: house.bridge.open_count(), f"{key} waits")
    house.bridge.kill()
    house.bridge.start()
    equal(house.receiver(key), None, "a case while it is paused")
    until(lambda: house.receiver(key), f"{key} is a case when the time is over")
    equal(house.bridge.status()["pauses"], [], "pauses")


# --- the live view ---

def frames(house):
    """What top draws on a terminal in some seconds until q, and its exit code."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(house.bridge.binary, [house.bridge.binary, "top", "--config", house.bridge.config])
    drawn, end = b"", time.monotonic() + _FRAMES_S
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            drawn += os.read(terminal, 65536)
    os.write(terminal, b"q")
    try:
        while select.select([terminal], [], [], 5)[0]:
            drawn += os.read(terminal, 65536)
    except OSError:
        pass    # it is gone, and the terminal with it
    return drawn.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def top_shows_what_happens_until_q(house):
    key, _ = make_fail(house)
    asks(house, 69, "top", said="top wants a terminal")
    drawn, code = frames(house)
    equal(code, 0, "exit code of top")
    says(drawn, r"operate runs", r"failed 1", rf"last failure, .*{key} ticket-to-case", "\\x1b\\[\\?1049l")
    if drawn.count("\x1b[H") < 2:
        raise Wrong("it drew one frame only")
    says(house.bridge.command("qshape").stdout, r"minutes +T +5 +10", r"TOTAL +3 +3 +0", r"gam +3 +3")


CHECKS = (
    what_failed_is_understood_mended_and_sent, what_fails_again_is_counted_where_it_is_much, a_reload_with_an_error_says_what_check_says,
    what_is_asked_while_it_is_down_is_done_once, who_gives_up_says_why, a_person_says_what_was_done,
    a_paused_system_is_left_alone_until_it_is_resumed, a_second_pause_says_what_it_replaces,
    a_pause_ends_at_its_time_and_lives_through_a_kill,
    top_shows_what_happens_until_q,
)


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS))
