"""A bad night: thousands of deliveries fail and more are held behind them; they are sent again while work goes on.

    replay.py --tickets 60 --kills 4
    replay.py --journal kafka --tickets 5000 --kills 20     two instances

Look-up tables lack rows, and GAM refuses some letters. Their citizens call again, re-open and cancel all the same.
Then the tables are mended and put in force, and what failed is asked for again at a rate, by filters: by two people
at once, interrupted, killed, while the daemon is down; and the daemon dies at random moments, while new tickets and
answers come. At the end all is delivered, and what was asked for once more by `--again` has gone exactly once more.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import paths
from people import People
from storm import report
from world import World, wait_for

WORKS = "050"
# None of these is in a test inside a mapping: with those broken, the bridge would refuse the files.
BROKEN = ("014", "022", "051", "060", "070", "080", "090", "100")
TABLES = (("lookups/departments.csv", rf"^({'|'.join(BROKEN)}),.*\n"), ("lookups/outcomes.csv", r"^3,.*\n"))
CALLS = 2                                 # of each citizen who waits: two notes, whose order shows
REFUSED_SHARE, ANSWERED_SHARE = 0.15, 0.15
# While all is sent again. A refusal needs a person each time; the others are waited out or looked up.
GAM_FAULTS = {"refused": {"p": 0.2, "on": ["CreateCase", "AddNote", "CancelCase", "Acknowledge"]},
              "drop_after": {"p": 0.02}, "too_many": {"p": 0.02}}
SAJA_FAULTS = {"refused": {"p": 0.2, "on": ["servicerequestupdates"]},
               "drop_after": {"p": 0.02, "on": ["servicerequestupdates"]}}
# How somebody may ask for what failed: mostly for some by their numbers, so that each command has its part to do.
FILTERS = (("--reason", 'no row for "3"'), ("--mapping", "ticket-note"), ("--target", "saja"))
BY_NUMBER = 0.7
DONE, REFUSED, QUEUED = 0, 1, 3           # exit codes
AT_ONCE = 4                               # commands under way
REPORT_EVERY = 5
COMMAND_S, LEAD_S, STUCK_S, SETTLE_S = 60, 60, 600, 900


class Night:
    """The night, and who is on call."""

    def __init__(self, world, args):
        self.world, self._args = world, args
        self._chance = random.Random(args.seed)
        self._people = People(world, args.seed)
        self._under_way, self._asked_again, self.findings = [], {}, []
        self._ends = Counter()
        self._whole = {}

    # How it came.

    def begin(self):
        """Starts the bridges with tables that lack rows, and waits until all has failed that will."""
        for bridge in self.world.bridges:
            self._whole[bridge] = {file: bridge.replace(file, pattern, "") for file, pattern in TABLES}
            bridge.start(wait=False)
        self._leader()
        self.world.gam.post("settings", refuse_replays=False)
        refused, answered = (int(self._args.tickets * share) for share in (REFUSED_SHARE, ANSWERED_SHARE))
        self.world.gam.post("faults", refused={"on": ["CreateCase"]})
        stuck = [self._people.make_of(WORKS) for _ in range(refused)]
        stuck += [self._people.make_of(self._chance.choice(BROKEN))
                  for _ in range(self._args.tickets - refused - answered)]
        self._wait_stuck()
        for _ in range(CALLS):
            self._people.call_again(stuck)
            self._wait_stuck()
        self._people.lose_patience(stuck)
        self._wait_stuck()
        self.world.gam.post("faults", refused=None)
        self.world.saja.post("faults", refused={"p": 0.5, "on": ["servicerequestupdates"]})
        self.world.gam.post("departments", range_ms=[200, 2500])
        for _ in range(answered):
            self._people.make_of(WORKS)
        self._wait_told()
        self._tell_what_failed()

    def _wait_stuck(self):
        """Webhooks come in any order: what people do next, they do when the bridge knows what they did before."""
        def is_stuck():
            status = self.world.bridge.status()
            return (not self.world.saja.get("webhook")["waiting"] and status
                    and status["open"] - status["held"] == status["counts"]["failed"])

        wait_for(is_stuck, STUCK_S, "not all that waits stands behind what failed", 0.3)

    def _wait_told(self):
        """Until the first answers are there, which fail in SAJA's lanes."""
        answered = int(self._args.tickets * ANSWERED_SHARE * 0.4)

        def have_failed():
            self._people.act()
            return sum(entry["what"] == "acknowledge" for entry in self.world.gam.ledger()) >= answered

        wait_for(have_failed, STUCK_S, "departments do not answer", 0.3)

    def _tell_what_failed(self):
        status = self.world.bridge.status()
        print(f"{status['counts']['failed']} deliveries of {self._args.tickets} tickets have failed, and "
              f"{status['held']} are held behind them", flush=True)

    def mend(self):
        """Puts the rows back, and in force."""
        leader = self._leader()
        for bridge, files in self._whole.items():
            for file, text in files.items():
                (bridge.mappings / file).write_text(text, encoding="utf-8")
            if bridge is not leader:
                bridge.stop()
                bridge.start(wait=False)
        said = leader.command("reload")
        if said.returncode != DONE:
            raise RuntimeError(f"reload ended with {said.returncode}: {said.stdout}{said.stderr}")

    # What is done about it.

    def send_again(self):
        """Asks for all that failed while the bridge dies again and again; gives the verdict."""
        self.world.gam.post("faults", **GAM_FAULTS)
        self.world.saja.post("faults", **SAJA_FAULTS)
        deeds = [self._interrupt, self._kill_command, self._ask_twice, self._ask_again, self._ask]
        for number in range(self._args.kills):
            self._people.make(2)
            leader = self._leader()
            deeds[number % len(deeds)](leader)
            self._live(self._chance.uniform(0.2, self._args.between))
            leader.kill()
            if (number + 1) % REPORT_EVERY == 0:
                print(f"{number + 1} kills; at the last of them {leader.open_count()} were open", flush=True)
            if number % 2:
                self._ask_while_down(leader)
            leader.start(wait=False)
        self._leader()
        return self._settle()

    def _live(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._people.act()
            time.sleep(min(left, 0.2))

    def _words(self, bridge, by_number=BY_NUMBER):
        which = self._chance.choice(FILTERS)
        if self._chance.random() < by_number:
            said = bridge.command("failed", "--json", "--limit", "500").stdout
            failed = [str(row["id"]) for row in json.loads(said or "[]")]
            which = self._chance.sample(failed, min(len(failed), self._args.tickets // self._args.kills)) or which
        return "replay", *which, "--rate", self._args.rate

    def _begin(self, bridge, *words):
        while len(self._under_way) >= AT_ONCE:
            self._end(self._under_way.pop(0), interrupt=True)
        self._under_way.append(bridge.begin_command(*words))
        return self._under_way[-1]

    def _end(self, process, interrupt=False):
        """Waits for it and looks at how it ended; long ones are interrupted, and asked for again by others."""
        if interrupt and process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            self.findings.append(f"a command did not end: {' '.join(map(str, process.args[1:-2]))}: {said}")
        self._ends["interrupted" if "interrupted after" in said else str(process.returncode)] += 1
        if process.returncode not in (DONE, REFUSED, QUEUED, -signal.SIGINT, -signal.SIGKILL):
            self.findings.append(f"{' '.join(map(str, process.args[1:-2]))} ended with {process.returncode}: {said}")
        return said

    def _ask(self, leader):
        self._begin(leader, *self._words(leader))

    def _ask_twice(self, leader):
        words = self._words(leader)
        self._begin(leader, *words)
        self._begin(leader, *words)

    def _interrupt(self, leader, by=signal.SIGINT):
        """Ctrl-C, and asked for again."""
        words = self._words(leader, by_number=1)    # long enough to be met on its way
        process = self._begin(leader, *words)
        self._live(self._chance.uniform(0.1, 1.5))
        process.send_signal(by)
        self._begin(leader, *words)

    def _kill_command(self, leader):
        self._interrupt(leader, signal.SIGKILL)

    def _ask_while_down(self, bridge):
        self._expect(self._begin(bridge, *self._words(bridge)), (QUEUED, REFUSED))
        self._ask_once_more(bridge, (QUEUED,))

    def _ask_again(self, leader):
        """What was delivered, once more: nothing but the command's own id keeps that from being done twice."""
        self._ask_once_more(leader, (DONE, QUEUED), is_awaited=False)

    def _ask_once_more(self, bridge, ends, is_awaited=True):
        delivery = self._find_acknowledged(bridge)
        if delivery is None:
            return
        process = self._begin(bridge, "replay", "--again", "--old", str(delivery))
        if is_awaited:
            self._expect(process, ends)

    def _expect(self, process, ends):
        self._under_way.remove(process)
        said = self._end(process)
        if process.returncode not in ends:
            self.findings.append(f"{' '.join(map(str, process.args[1:-2]))} ended with {process.returncode}, "
                                 f"not {ends}: {said}")

    def _find_acknowledged(self, bridge):
        """A delivery of response-acknowledge that has ended well, of a ticket not taken yet; None: there is none."""
        ledger = self.world.gam.ledger()
        owners = {entry["response"]: entry["ticket"] for entry in ledger if entry["what"] == "response"}
        acknowledged = {owners[entry["response"]] for entry in ledger if entry["what"] == "acknowledge"}
        for ticket in sorted(acknowledged - set(self._asked_again)):
            _, done = bridge.acknowledged(ticket)
            if done:
                self._asked_again[ticket] = done[0]
                return done[0]
        return None

    # How it ends.

    def _leader(self):
        """The instance that leads, waited for."""
        return wait_for(lambda: next((bridge for bridge in self.world.bridges if bridge.is_ready()), None), LEAD_S,
                        f"nobody leads after {LEAD_S} s")

    def _settle(self):
        """Until nothing is left: what fails is sent again each time, at last without refusals."""
        world, end = self.world, time.monotonic() + SETTLE_S
        while self._under_way:
            self._end(self._under_way.pop(0), interrupt=True)
        self._end(self._leader().begin_command("replay", "--all"))
        self._live(min(60, self._args.tickets / 10))    # most goes now, and is still refused at times
        for system in (world.saja, world.gam):
            system.post("faults", refused=None)
        while time.monotonic() < end:
            waiting = self._people.act()
            self._empty_spools()
            self._end(self._leader().begin_command("replay", "--all"))
            if not waiting and not world.gam.get("departments")["waiting"] and world.is_idle():
                break
            time.sleep(1)
        for system in (world.saja, world.gam):
            system.post("clear")
        return world.verdict()

    def _empty_spools(self):
        """What was asked of an instance that stands by now is done when it leads."""
        for bridge in self.world.bridges:
            if bridge.spool() and bridge.is_standby():
                leader = self._leader()
                leader.stop()
                wait_for(bridge.is_ready, LEAD_S, f"{bridge.instance} does not lead")
                leader.start(wait=False)
            wait_for(lambda bridge=bridge: not bridge.spool(), LEAD_S, f"{bridge.spool()} stay in the spool")

    def check_runs(self):
        """What was asked for by `--again` has gone once by itself, and once more."""
        for ticket, delivery in self._asked_again.items():
            answers, done = self.world.bridge.acknowledged(ticket)
            if len(done) != answers + 1:
                self.findings.append(f"delivery {delivery} of {ticket} was asked for once more, and its {answers} "
                                     f"answers were acknowledged {len(done)} times")
        print(f"{len(self._asked_again)} delivered ones were asked for once more")
        print("commands ended with", ", ".join(f"{code}: {count} times" for code, count in sorted(self._ends.items())))


def run(world, args):
    """The whole night; gives whether all is well."""
    night = Night(world, args)
    night.begin()
    night.mend()
    verdict = night.send_again()
    night.check_runs()
    print(*night.findings, sep="\n", end="\n" if night.findings else "")
    return report(world, verdict, may_fail=True) and not night.findings


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--journal", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--tickets", type=int, default=5000, help="whose deliveries fail")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--between", type=float, default=4, help="seconds between two kills, at most")
    parser.add_argument("--rate", default="50/s", help="at which each command asks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brokers", type=int, default=3, help="kafka: how many")
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args(words)
    is_kafka = args.journal == "kafka"
    with World("replay", args.seed, args.sgbridge, brokers=args.brokers if is_kafka else 0,
               bridges=2 if is_kafka else 1) as world:
        if not run(world, args):
            world.keep_ledgers()
            raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
