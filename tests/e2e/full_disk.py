"""Fills the disk under the running bridge, step by step, and takes the filling away again.

Below `reserve` capture waits and calls go on; below half of it no call begins, and those that run are written down;
with no room at all it waits, and still answers. Needs root, for a tmpfs.
"""

import sys

from disk import SmallDisk
from house import equal, passes, run_checks, says, until

RESERVE_KB = 4096


def leave(house, disk, kilobytes):
    """Leaves so much room, and waits until the bridge has seen it."""
    offset = house.log_size()
    disk.fill(kilobytes)
    until(lambda: "disk capture=waits" in house.log_since(offset), "capture waits")


def refused(house):
    """How many webhooks have got 503."""
    return house.saja.get("counters").get("webhook_503", 0)


def cases(house):
    return sum(entry["what"] == "case" for entry in house.gam.ledger())


def wait_for_gam(house):
    """A ticket that cannot become a case before GAM is up again."""
    house.gam.post("down")
    house.saja.post("ticket")
    until(lambda: house.bridge.counts()["pending"], "a delivery waits for GAM")


def call_slowly(house):
    """A ticket whose case is made, and whose answer is still under way."""
    house.gam.post("faults", delay_after={"ms": 1500, "count": 1, "on": ["CreateCase"]})
    house.saja.post("ticket")
    until(lambda: cases(house) == 1, "a case is made")


def all_goes_on(house):
    until(house.world.is_idle, "all has gone on")
    equal(house.world.verdict().line(), "lost 0, duplicated 0, reordered 0", "verdict")
    equal(house.bridge.audit()[0], True, "the sum holds")


def below_the_reserve_capture_waits_and_calls_go_on(house, disk):
    wait_for_gam(house)
    leave(house, disk, RESERVE_KB * 3 // 4)
    taken_in = house.bridge.status()["taken_in"]
    house.saja.post("ticket")
    until(lambda: refused(house) > 0, "a webhook gets 503")
    house.gam.post("up")
    until(lambda: cases(house) == 1, "the delivery that waited is a case")
    equal(house.bridge.status()["taken_in"], taken_in, "taken in meanwhile")
    disk.free()
    all_goes_on(house)


def below_half_of_it_no_call_begins(house, disk):
    wait_for_gam(house)
    leave(house, disk, RESERVE_KB // 4)
    house.gam.post("up")
    passes_before = house.log_since(0).count("poll.waits")
    until(lambda: house.log_since(0).count("poll.waits") >= passes_before + 8, "both systems are polled for some seconds")
    equal(cases(house), 0, "cases")
    disk.free()
    all_goes_on(house)


def below_half_of_it_a_running_call_is_written_down(house, disk):
    call_slowly(house)
    leave(house, disk, RESERVE_KB // 4)
    until(lambda: house.bridge.counts()["delivered"] == 1, "the running call's end is kept")
    disk.free()
    all_goes_on(house)


def with_no_room_at_all_it_answers_and_loses_nothing(house, disk):
    call_slowly(house)
    leave(house, disk, 0)
    until(lambda: "delivery.delivered" in house.log_since(0), "the running call has ended")
    says(house.bridge.command("status").stdout, "running", "taken in")
    equal(house.bridge.is_ready(), True, "/health")
    house.bridge.kill()
    disk.free()
    house.bridge.start()
    all_goes_on(house)


CHECKS = (
    below_the_reserve_capture_waits_and_calls_go_on, below_half_of_it_no_call_begins,
    below_half_of_it_a_running_call_is_written_down, with_no_room_at_all_it_answers_and_loses_nothing,
)


def passes_on_a_small_disk(check, binary):
    disk = SmallDisk()
    try:
        return passes(check, binary, disk, state=disk.folder / "state", reserve=f"{RESERVE_KB}KB")
    finally:
        disk.remove()


if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS, passes_on_a_small_disk))
