"""All brokers away, and back: nothing fails, what waits takes little memory, and what was acknowledged is there."""

import time

from storm import Storm, report
from world import wait_for

_GIVE_UP_S = 60
_SAMPLE_EVERY_S = 1
_TICKET_EVERY_S = 2
_GROWTH_KB = 32 * 1024    # what the memory of an instance may have grown by


class Outage(Storm):
    def __init__(self, world, args):
        super().__init__(world, args.seed)
        self._args = args
        self._memory_kb = {bridge: [] for bridge in world.bridges}
        self.findings = []

    def run(self):
        """The outage and then the acknowledged event; gives the verdict."""
        self.world.gam.post("departments", range_ms=[200, 2500])
        for bridge in self.world.bridges:
            bridge.start(wait=False)
        self._wait_led()
        self.people.make(self._args.tickets)
        self._live_and_sample(5)
        self._be_away(self._args.outage)
        self._wait_led()
        self._live_and_sample(10)
        verdict = self.settle()
        self._check_memory()
        self._lose_all_brokers_after_an_acknowledgement()
        return self.settle() if verdict.is_clean() else verdict

    def _be_away(self, seconds):
        taken = self._webhooks_taken()
        numbers = range(1, self._args.brokers + 1)
        self.world.cluster.kill(*numbers)
        print(f"all brokers are away for {seconds} s", flush=True)
        self._live_and_sample(1)
        taken_before = self._webhooks_taken()
        self._live_and_sample(seconds, makes=True)
        print(f"webhooks taken: {taken} before, {self._webhooks_taken() - taken_before} in the outage")
        if self._webhooks_taken() != taken_before:
            self.findings.append("a webhook was taken while there was no broker")
        if not all(bridge.is_standby() for bridge in self.world.bridges):
            self.findings.append("an instance does not live and stand by while there is no broker")
        self.world.cluster.restart(*numbers)

    def _live_and_sample(self, seconds, makes=False):
        end, ticket_at = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            if makes and time.monotonic() > ticket_at:
                self.people.make(self._args.tickets)
                ticket_at = time.monotonic() + _TICKET_EVERY_S
            self.live_a_while(min(_SAMPLE_EVERY_S, max(0, end - time.monotonic())))
            for bridge, sizes in self._memory_kb.items():
                sizes.append(bridge.memory_kb())

    def _check_memory(self):
        for bridge, sizes in self._memory_kb.items():
            print(f"{bridge.instance}: VmRSS {sizes[0]} kB at first, {max(sizes)} kB at most, {sizes[-1]} kB at last")
            if max(sizes) > sizes[0] + _GROWTH_KB:
                self.findings.append(f"{bridge.instance} grew by {max(sizes) - sizes[0]} kB")

    def _lose_all_brokers_after_an_acknowledgement(self):
        """SAJA answers nobody, so that no poll can bring what the webhook brought; and both views are gone."""
        world, numbers = self.world, range(1, self._args.brokers + 1)
        world.saja.post("down")
        taken = self._webhooks_taken()
        key, = self.people.make(1)
        wait_for(lambda: self._webhooks_taken() > taken, _GIVE_UP_S, "the webhook is not taken", 0.002)
        world.cluster.kill(*numbers)
        for bridge in world.bridges:
            bridge.kill()
            for file in bridge.state.glob("view.db*"):
                file.unlink()
        world.cluster.restart(*numbers)
        for bridge in world.bridges:
            bridge.start(wait=False)
        self._wait_led()
        told = world.bridge.command("trace", key).stdout
        print(f"acknowledged, then kill -9 to every broker: {told.splitlines()[0] if told else 'nothing is known of it'}")
        if "saja.ticket" not in told:
            self.findings.append(f"{key} was acknowledged, and is gone")
        world.saja.post("up")

    def _wait_led(self):
        wait_for(self.world.leader, _GIVE_UP_S, f"nobody leads after {_GIVE_UP_S} s", 0.02)

    def _webhooks_taken(self):
        return self.world.saja.get("counters").get("webhook_200", 0)


def run(world, args):
    """The whole outage; gives whether all is well."""
    outage = Outage(world, args)
    verdict = outage.run()
    print(*outage.findings, sep="\n", end="\n" if outage.findings else "")
    return report(world, verdict) and not outage.findings
