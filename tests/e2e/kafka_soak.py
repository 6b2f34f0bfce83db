"""A soak of two instances on one journal in Kafka: they and the brokers are killed, stopped and frozen in turn."""

import statistics
import time

from storm import Storm, report
from world import wait_for

TAKE_OVER_S, AFTER_STOP_S = 15, 2    # the promise, after a kill and after a clean stop
# Who leaves tells the group's coordinator so. While the brokers have not noticed that it is dead (their own session
# lasts 9 s), nobody can: a stop is then as a kill. Such stops are counted apart.
_BROKER_MISSED_S = 15
_FROZEN_S = 15                       # longer than a session lasts (6 s)
_WATCHED_S = 3
_GIVE_UP_S = 60
_BROKER_EVERY = 4                    # deeds
_REPORT_EVERY = 25


class TakeOvers:
    """How long it took until another instance led, by what became of the one before."""

    _LIMITS = {"kill": TAKE_OVER_S, "stop": AFTER_STOP_S, "stop just after a broker's death": TAKE_OVER_S,
               "freeze": TAKE_OVER_S}

    def __init__(self):
        self._seconds = {deed: [] for deed in self._LIMITS}

    def add(self, deed, seconds):
        self._seconds[deed].append(seconds)

    def lines(self):
        return [f"take-over after a {deed}: {len(all_)} times, median {statistics.median(all_):.1f} s, "
                f"maximum {max(all_):.1f} s" for deed, all_ in self._seconds.items() if all_]

    def findings(self):
        return [f"a take-over after a {deed} took {seconds:.1f} s, and may take {self._LIMITS[deed]} s"
                for deed, all_ in self._seconds.items() for seconds in all_ if seconds >= self._LIMITS[deed]]


class KafkaSoak(Storm):
    def __init__(self, world, args):
        super().__init__(world, args.seed)
        self._args = args
        self._dead_broker, self._missed_until = None, 0
        self.take_overs, self.findings = TakeOvers(), []
        self._freezes = 0

    def run(self):
        """Does all deeds in an order of its own and settles; gives the verdict."""
        self.begin()
        for bridge in self.world.bridges:
            bridge.start(wait=False)
        self._wait_led(self.world.bridges)
        for number, deed in enumerate(self._deeds(), 1):
            self.people.make(self._args.tickets)
            self.live_a_while(self.chance.uniform(0.1, 1.6))
            if number % 10 == 0:
                self.skew_clock()
            if number % _BROKER_EVERY == 0 and self._args.brokers > 1:
                self._kill_next_broker()
            deed()
            if number % _REPORT_EVERY == 0:
                print(f"{number} deeds, {len(self.world.gam.ledger())} in GAM, {len(self.world.saja.ledger())} in SAJA",
                      flush=True)
        if self._dead_broker:
            self.world.cluster.restart(self._dead_broker)
        return self.settle()

    def _deeds(self):
        kills, freezes = self._args.kills, self._args.freezes
        deeds = [self._kill] * kills + [self._stop] * max(2, kills // 10) + [self._freeze] * freezes
        self.chance.shuffle(deeds)
        return deeds

    # What befalls them.

    def _kill(self):
        """The one that leads, mostly; it comes back while the other one takes over."""
        leader = self._wait_led(self.world.bridges)
        if self.chance.random() < 0.3:
            bystander = self._other(leader)
            bystander.kill()
            self.live_a_while(self.chance.uniform(0, 0.5))
            bystander.start(wait=False)
            return
        begin = time.monotonic()
        leader.kill()
        if self.chance.random() < 0.5:
            self.live_a_while(self.chance.uniform(0, 0.5))
            leader.start(wait=False)
            self._wait_led(self.world.bridges)
        else:
            self._wait_led([self._other(leader)])
            leader.start(wait=False)
        self.take_overs.add("kill", time.monotonic() - begin)

    def _stop(self):
        leader = self._wait_led(self.world.bridges)
        other = self._other(leader)
        wait_for(other.is_standby, _GIVE_UP_S, "the other one does not stand by")
        self.live_a_while(1)    # it has joined by then: what is measured is the take-over alone
        deed = "stop" if time.monotonic() > self._missed_until else "stop just after a broker's death"
        code = leader.stop()
        begin = time.monotonic()
        if code != 0:
            self.findings.append(f"SIGTERM ended a bridge with {code}")
        self._wait_led([other])
        self.take_overs.add(deed, time.monotonic() - begin)
        leader.start(wait=False)

    def _freeze(self):
        """Longer than its session: another one leads, and it must find that out before it does anything."""
        self._freezes += 1
        frozen_s, watched_s = ((self._args.frozen, self._args.watched) if self._freezes == 1
                               else (_FROZEN_S, _WATCHED_S))
        leader = self._wait_led(self.world.bridges)
        begin = time.monotonic()
        leader.pause()
        self._wait_led([self._other(leader)])
        self.take_overs.add("freeze", time.monotonic() - begin)
        self.live_a_while(begin + frozen_s - time.monotonic())
        asked = self._asked_by(leader)
        leader.resume()
        self.people.make(self._args.tickets)
        self.live_a_while(watched_s)
        asked_after = self._asked_by(leader)
        print(f"frozen for {frozen_s} s, {leader.instance} made {asked_after - asked} calls in the {watched_s} s after",
              flush=True)
        if asked_after != asked:
            self.findings.append(f"{leader.instance} was fenced, and made {asked_after - asked} calls")
        if not leader.is_standby():
            self.findings.append(f"{leader.instance} was fenced, and does not stand by")

    def _kill_next_broker(self):
        """The one that was killed before serves again first."""
        if self._dead_broker:
            self.world.cluster.restart(self._dead_broker)
        self._dead_broker = (self._dead_broker or 0) % self._args.brokers + 1
        self.world.cluster.kill(self._dead_broker)
        self._missed_until = time.monotonic() + _BROKER_MISSED_S

    # Asking.

    def _other(self, bridge):
        return next(other for other in self.world.bridges if other is not bridge)

    def _wait_led(self, bridges):
        return wait_for(lambda: next((bridge for bridge in bridges if bridge.is_ready()), None), _GIVE_UP_S,
                        f"nobody leads after {_GIVE_UP_S} s", 0.02)

    def _asked_by(self, bridge):
        """How many requests both systems have had of this instance."""
        return sum(system.get("counters").get(f"asked_by_{bridge.instance}", 0)
                   for system in (self.world.saja, self.world.gam))


def run(world, args):
    """The whole soak; gives whether all is well."""
    soak = KafkaSoak(world, args)
    verdict = soak.run()
    findings = soak.take_overs.findings() + soak.findings
    print(*soak.take_overs.lines(), sep="\n")
    print(*findings, sep="\n", end="\n" if findings else "")
    return report(world, verdict) and not findings
