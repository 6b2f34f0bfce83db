"""What people ask of an instance that stands by is carried out once by the one that leads, whoever of them dies."""

import json
import sqlite3
import sys
import time
from contextlib import closing

from house import Wrong, equal, run_story, until

MANY = 30    # more than the leader has with its journal at once
AT_A_TERMINAL_S = 2    # from the command's begin to its end, as a person waits for it; the half of it is enough


def put(bridge, name, /, **command):
    """Writes a command into the spool of an instance by hand; gives its file."""
    spool = bridge.state / "spool"
    spool.mkdir(exist_ok=True)
    hidden, path = spool / f".{name}", spool / f"{name}.json"
    hidden.write_text(json.dumps({"who": "zahra", "at": 1782880200000} | command), encoding="utf-8")
    hidden.rename(path)
    return path


def ask(bridge, question):
    """Rows of an instance's view."""
    with closing(sqlite3.connect(f"file:{bridge.state}/view.db?mode=ro", uri=True)) as view:
        return view.execute(question).fetchall()


def paused(bridge):
    return ask(bridge, "SELECT scope || ' ' || name FROM pause WHERE NOT is_over ORDER BY id")


def place(bridge):
    """How far the topic of commands was read."""
    return ask(bridge, "SELECT text FROM cursor WHERE system = ''")


def shows(world, *expected):
    for bridge in world.bridges:
        until(lambda bridge=bridge: paused(bridge) == [(pause,) for pause in expected],
              f"{bridge.instance} shows as paused: {expected}")


def reaches(world, number):
    for bridge in world.bridges:
        until(lambda bridge=bridge: place(bridge) == [(str(number),)],
              f"{number} commands are read, as {bridge.instance} knows; it knows {place(bridge)}")


def typed(bridge, *words):
    """A command as a person types it; gives how long they waited."""
    began = time.monotonic()
    said = bridge.command(*words)
    equal(said.returncode, 0, f"the exit code of {words}, which said {said.stdout}{said.stderr}")
    return time.monotonic() - began


def the_standby_hands_on(world, first, second):
    first.start()
    second.start(wait=False)
    until(second.is_standby, "the second stands by")
    path = put(second, "by-hand", do="pause", scope="system", name="gam", why="maintenance")
    shows(world, "system gam")
    until(lambda: not path.exists(), "the standby's spool is empty")
    waited = typed(second, "resume", "system", "gam")
    print(f"typed where an instance stands by: {waited:.2f} s")
    if waited > AT_A_TERMINAL_S:
        raise Wrong(f"a person waited for {waited:.2f} s")
    shows(world)
    reaches(world, 2)


def what_cannot_be_read_is_kept_and_not_in_the_way(world, first, second):
    put(second, "newer-1", do="fly", height=3)
    put(second, "newer-2", do="pause", scope="system", name="saja", why="?")
    shows(world, "system saja")
    until((first.state / "spool" / "newer-1.refused").exists, "the leader keeps what it cannot read")
    reaches(world, 4)
    typed(first, "resume", "system", "saja")


def a_standby_killed_before_it_removed_a_file(world, first, second):
    second.kill()
    second.start(die_at="hand_on.after", wait=False)
    path = put(second, "twice", do="pause", scope="system", name="saja", why="?")
    until(lambda: not second.is_alive(), "the standby died")
    equal((second.was_killed(), path.exists()), (True, True), "killed, and its file is there")
    until(lambda: paused(first) == [("system saja",)], "the leader has it nevertheless")
    typed(first, "resume", "system", "saja")
    second.start(wait=False)
    until(lambda: not path.exists(), "it is handed on again")
    reaches(world, 6)
    shows(world)    # it is not carried out again


def a_leader_killed_between_reading_and_committing(world, first, second):
    for bridge in (second, first):
        bridge.kill()
    first.start(die_at="command.before:21")    # some are committed by then
    second.start(wait=False)
    until(second.is_standby, "the second stands by")
    for number in range(MANY):
        put(second, f"survives-{number:02}", do="pause", scope="system", name="gam", why="?")
    until(lambda: not first.is_alive(), "the leader died")
    equal(first.was_killed(), True, "killed")
    until(second.is_ready, "the second leads")
    until(lambda: ask(second, "SELECT count(*) FROM command WHERE id LIKE 'survives-%'") == [(MANY,)],
          "it has carried out what the first had read as well")
    typed(second, "resume", "system", "gam")
    left = len(list((first.state / "spool").glob("*.json")))
    until(lambda: int(place(second)[0][0]) >= 6 + MANY, "it has read them all")
    read = int(place(second)[0][0])    # some came twice where the standby had no answer yet
    first.start(wait=False)    # with files in its spool, which it hands on
    reaches(world, read + left)
    shows(world)
    equal([list((bridge.state / "spool").glob("*.json")) for bridge in world.bridges], [[], []], "files in the spools")


def the_spool_waits_while_no_broker_is_there(world, first, second):
    leader, standby = (first, second) if first.is_ready() else (second, first)
    world.cluster.kill(1)
    path = put(standby, "waits", do="pause", scope="system", name="gam", why="?")
    time.sleep(2)    # it tries meanwhile
    equal(path.exists(), True, "the file stays")
    world.cluster.restart(1)
    world.cluster.wait_serving(1)
    until(lambda: paused(leader) == [("system gam",)] or paused(standby) == [("system gam",)], "it is carried out")
    until(lambda: not path.exists(), "the standby's spool is empty")


CHECKS = (
    the_standby_hands_on, what_cannot_be_read_is_kept_and_not_in_the_way, a_standby_killed_before_it_removed_a_file,
    a_leader_killed_between_reading_and_committing, the_spool_waits_while_no_broker_is_there,
)


if __name__ == "__main__":
    sys.exit(run_story(__doc__, "handon", CHECKS, bridges=2))
