"""The whole story on a terminal of 80 columns: tickets, cases, answers, and what goes wrong in between.

Exit 0 only if every ticket has exactly one case a round and every answer arrived once; the one ticket that a
person must look at is the exception that belongs to the story. `--keep` leaves all running and says how to look around;
`--kafka` has the journal in a Kafka of one broker, and looks into its topics at the end.
"""

import argparse
import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import paths
from story import parse_reference
from world import World, wait_for

WIDTH = 80
PATIENCE_S = 30
STOPPED = 130    # as the shell says of SIGINT
_ROWS_SHOWN = 6


class Demo:
    def __init__(self, world):
        self.world = world
        self._begin = time.monotonic()
        self.tickets = []

    # Telling.

    def title(self, text):
        print(f"\n{text}\n{'-' * len(text)}")

    def say(self, text):
        stamp = f"{time.monotonic() - self._begin:6.1f} s  "
        print(textwrap.fill(text, WIDTH, initial_indent=stamp, subsequent_indent=" " * len(stamp)), flush=True)

    def until(self, condition, what):
        """Waits for what should come by itself, and says how long it took."""
        begin = time.monotonic()
        found = wait_for(condition, PATIENCE_S, f"after {PATIENCE_S} s still not: {what}", 0.1)
        self.say(f"{what} (after {time.monotonic() - begin:.1f} s)")
        return found

    # Asking the two systems.

    def make(self, count=1, **fields):
        made = [key for _ in range(count)
                for key in self.world.saja.post("ticket", **({"fields": fields} if fields else {}))["tickets"]]
        self.tickets += made
        return made

    def cases(self, key):
        """{round: [case number…]} of a ticket, as GAM's ledger has it."""
        found = {}
        for entry in self.world.gam.ledger():
            if entry["what"] == "case":
                ticket, round_ = parse_reference(entry["reference"]) or ("", 0)
                if ticket == key:
                    found.setdefault(round_, []).append(entry["case"])
        return found

    def case(self, key, round_=1):
        """The case of that round, or None while there is none."""
        return self.cases(key).get(round_, [None])[0]

    def ticket(self, key):
        return self.world.saja.get("ticket", ticket=key)

    def status(self, key):
        return self.ticket(key)["status"]

    def answer(self, key, round_=1, **wanted):
        return self.world.gam.post("answer", case=self.case(key, round_), **wanted)["response"]

    def has(self, response):
        """Whether this answer is in SAJA."""
        return any(e["what"] == "update" and e["update_id"] == response for e in self.world.saja.ledger())

    def deeds(self, what, case):
        return [e for e in self.world.gam.ledger() if e["what"] == what and e.get("case") == case]

    # The story.

    def tickets_become_cases(self):
        self.title("Citizens call 137, and departments get letters")
        keys = self.make(5)
        self.say(f"{len(keys)} tickets are written in SAJA")
        self.until(lambda: all(self.case(key) for key in keys), "each of them is a case in GAM")
        for key in keys:
            self.say(f"{key}  ->  case {self.case(key)}   {self.ticket(key)['service_name']}")
        return keys

    def a_department_answers(self, first, second):
        self.title("A department answers, and the citizen's ticket shows it")
        self.answer(first, outcome="1", text="چاله با آسفالت گرم ترميم شد.")
        self.say(f"the department of case {self.case(first)} answers")
        self.until(lambda: self.status(first) == "answered", f"{first} is answered in SAJA")
        update = self.ticket(first)["updates"][-1]
        self.say(f"it says: {update['status_notes']} – {update['description']}")
        interim = self.answer(second, final=False, outcome="2", text="در دست بررسي است.")
        self.say(f"case {self.case(second)} gets an interim answer, which is not for the citizen")
        self.until(lambda: any(e["what"] == "acknowledge" and e["response"] == interim for e in
                               self.world.gam.ledger()), "it is acknowledged")
        self.say(f"{second} is still {self.status(second)}")
        self.answer(second, outcome="2", text="هفته‌ي آينده انجام مي‌شود.")
        self.until(lambda: self.status(second) == "answered", f"the final one comes: {second} is answered")

    def a_ticket_is_reopened(self, key):
        self.title("The citizen is not content: re-opened")
        self.world.saja.post("reopen", ticket=key)
        self.until(lambda: self.case(key, 2), f"{key} is re-opened and has a second case")
        self.say(f"round 1 was case {self.case(key)}, round 2 is case {self.case(key, 2)}")
        self.answer(key, 2, outcome="1", text="دوباره بازديد و ترميم شد.")
        self.until(lambda: self.status(key) == "answered", f"round 2 is answered, and so is {key}")

    def an_answer_comes_late(self, key):
        self.title("An answer that comes too late informs, and changes no status")
        self.world.saja.post("reopen", ticket=key)
        self.until(lambda: self.case(key, 2), f"{key} is re-opened before anybody answered")
        late = self.answer(key, 1, outcome="3", text="خارج از محدوده است.")
        self.say(f"now the department of round 1 answers, for case {self.case(key)}")
        self.until(lambda: self.has(late), "the citizen can read it")
        self.say(f"{key} is still {self.status(key)}: round 2 is under way")
        self.answer(key, 2)
        self.until(lambda: self.status(key) == "answered", f"round 2 is answered, and so is {key}")

    def a_ticket_is_cancelled(self, key):
        self.title("The citizen calls again, and then takes the ticket back")
        self.world.saja.post("follow_up", ticket=key)
        self.until(lambda: self.deeds("note", self.case(key)), f"the follow-up is a note on case {self.case(key)}")
        self.world.saja.post("cancel", ticket=key)
        self.until(lambda: self.deeds("cancel", self.case(key)), f"case {self.case(key)} is withdrawn")

    def gam_goes_down(self):
        self.title("GAM goes down, and comes back")
        self.world.gam.post("down")
        self.say("GAM refuses every connection")
        keys = self.make(3)
        self.say(f"three citizens call meanwhile: {', '.join(keys)}")
        self.until(lambda: self.world.bridge.counts().get("pending", 0) >= len(keys), "their tickets are taken in and wait")
        time.sleep(2)
        counts = self.world.bridge.counts()
        self.say(f"pending {counts.get('pending', 0)} (three mappings read each ticket), "
                 f"failed {counts.get('failed', 0)}: what is down fails nothing")
        self.world.gam.post("up")
        self.say("GAM is back")
        self.until(lambda: all(self.case(key) for key in keys), "all three are cases")
        return keys

    def an_unknown_code_waits(self):
        self.title("A code that nobody told the bridge")
        wrong, = self.make(service_code="999", service_name="موضوع تازه")
        keys = self.make(2)
        self.say(f"{wrong} has the service code 999, which no row of departments.csv knows")
        self.until(lambda: self.world.bridge.counts().get("failed", 0) == 1, "it has failed: a person must look")
        self.until(lambda: all(self.case(key) for key in keys), "the tickets after it have become cases")
        self.say(f"only {wrong} waits; `sgbridge trace {wrong}` says:")
        for line in self.world.bridge.command("trace", wrong).stdout.splitlines():
            indent = "    " + " " * (len(line) - len(line.lstrip()))
            print(textwrap.fill(line.lstrip(), WIDTH, initial_indent=indent, subsequent_indent=indent + "  "))
        return wrong, keys

    def the_rest_is_answered(self, keys):
        self.title("The day's last answers")
        for key in keys:
            self.answer(key)
        self.until(lambda: all(self.status(key) == "answered" for key in keys), f"{len(keys)} tickets are answered")

    def the_books(self, wrong):
        """Both ledgers, audit and the verdict; gives whether all is well."""
        self.until(lambda: self.world.is_idle({wrong}), "nothing is under way any more")
        self.title("Both ledgers: what was really done")
        updates = [e for e in self.world.saja.ledger() if e["what"] == "update"]
        print(f"{'ticket':12}{'round 1':10}{'round 2':10}{'answers in SAJA':18}status")
        for key in self.tickets:
            cases = self.cases(key)
            came = [e["update_id"] for e in updates if e["ticket"] == key]
            row = (",".join(cases.get(1, ["-"])), ",".join(cases.get(2, [""])), " ".join(came) or "-")
            print(f"{key:12}{row[0]:10}{row[1]:10}{row[2]:18}{self.status(key)}")
        self.title("sgbridge audit")
        sums_up, text = self.world.bridge.audit()
        print(text.rstrip())
        verdict = self.world.verdict({wrong})
        print(*verdict.details(), sep="\n", end="\n" if verdict.details() else "")
        self.title("Against what was put in")
        print(f"{verdict.line()}; {wrong} waits for a person")
        return verdict.is_clean() and sums_up and not self.cases(wrong)


    # What another program sees.

    def the_topics(self):
        """Each event a line: its key and its record, without a word of any citizen; and some keys of the state."""
        for system in ("saja", "gam"):
            self.title(f"Topic demo.{system}, as any program may read it: key, record, version")
            for key, headers in self._messages(f"demo.{system}"):
                print(f"{key:14}{headers['record']:12}{headers['version']}"[:WIDTH])
        self.title("Topic demo.state: a row per key, compacted; its last keys")
        for key, _ in self._messages("demo.state")[-_ROWS_SHOWN:]:
            print(key[:WIDTH])

    def _messages(self, topic):
        """(key, headers) of all there is; a value is never read."""
        printed = subprocess.run(["kcat", "-b", self.world.cluster.bootstrap, "-C", "-q", "-e", "-t", topic,
                                  "-o", "beginning", "-J"], stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S,
                                 check=True).stdout
        found = []
        for line in printed.splitlines():
            message = json.loads(line)
            headers = message.get("headers", [])
            found.append((message["key"], dict(zip(headers[::2], headers[1::2]))))
        return found


def tell(demo):
    """The whole story; gives whether it ended well."""
    world = demo.world
    world.bridge.start()
    demo.say(f"SAJA, GAM and the bridge are up; the bridge listens on {world.bridge.listen}")
    first, second, third, fourth, fifth = demo.tickets_become_cases()
    demo.a_department_answers(first, second)
    demo.a_ticket_is_reopened(first)
    demo.an_answer_comes_late(third)
    demo.a_ticket_is_cancelled(fourth)
    delayed = demo.gam_goes_down()
    wrong, others = demo.an_unknown_code_waits()
    demo.the_rest_is_answered([fifth, *delayed, *others])
    is_well = demo.the_books(wrong)
    if world.cluster:
        demo.the_topics()
    return is_well


def next_case(world):
    """The number that GAM gives to the next case; "" when there is none yet."""
    numbers = [entry["case"].split("/") for entry in world.gam.ledger() if entry["what"] == "case"]
    return f"{int(numbers[-1][0]) + 1}/{numbers[-1][1]}" if numbers else ""


def leave_running(world, tickets):
    """Says how to look around, and how to end it. Each command fits in a line of the terminal, or is a line of its own."""
    world.kept = True
    saja, gam = (f"http://127.0.0.1:{one.admin_port}/admin" for one in (world.saja_simulator, world.gam_simulator))
    variables = [f"{name}={value}" for name, value in world.bridge.variables.items()]
    pids = f"{world.bridge.pid()} {world.saja_simulator.process.pid} {world.gam_simulator.process.pid}"
    print(f"""
All is left running. To look around:

  export PATH=$PATH:{world.bridge.binary.parent}
  export SGBRIDGE_CONFIG={world.bridge.config}
  export {" ".join(variables[:2])}
  export {" ".join(variables[2:])}
  SAJA={saja} GAM={gam}

  sgbridge status
  sgbridge check --live
  sgbridge audit --verify
  sgbridge trace {tickets[0] if tickets else "TICKET"}
  tail {world.bridge.log}
  curl -s http://{world.bridge.listen}/health

  # a ticket in SAJA, its department's answer, and all that was done in GAM
  curl -sd '{{"count": 1}}' $SAJA/ticket
  curl -sd '{{"case": "{next_case(world)}"}}' $GAM/answer
  curl -s $GAM/ledger | python3 -m json.tool --no-ensure-ascii | tail -30

  # GAM down for ten seconds; a change in mappings/ put in force
  curl -sd '{{"ms": 10000}}' $GAM/down
  ls {world.bridge.mappings}
  kill -HUP {world.bridge.pid()}

  # the end
  kill {pids}; rm -r {world.folder}""")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ways = parser.add_mutually_exclusive_group()    # a broker dies with who started it: it cannot be kept
    ways.add_argument("--keep", action="store_true", help="leave all running")
    ways.add_argument("--kafka", action="store_true", help="the journal is in Kafka")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    try:
        show(args)
    except KeyboardInterrupt:
        print("stopped")
        return STOPPED
    return 0


def show(args):
    """Raises KeyboardInterrupt when all that ran is ended and the folder is gone; SystemExit when it did not end well."""
    with World("demo", args.seed, args.sgbridge, brokers=int(args.kafka)) as world:
        demo = Demo(world)
        try:
            well = tell(demo)
        except TimeoutError as error:
            print(error)
            well = False
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)    # a second one must not keep the end from its work
            world.is_for_a_look = False
            raise
        if args.keep:
            leave_running(world, demo.tickets)
        if not well:
            raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
