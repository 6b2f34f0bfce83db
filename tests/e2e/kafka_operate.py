"""People ask two instances on one journal in Kafka: the one that leads, the one that stands by, and both while they are down."""

import sys

from house import equal, run_story, says, until

AGE = r"view +of the journal in Kafka, \d+ s old; last a "


def answers(bridge, key, role, is_running):
    """What status, audit and trace say, each with the view's age."""
    equal(bridge.status()["running"], is_running, "running")
    says(bridge.command("status").stdout, r"delivered +1\n", AGE + role)
    says(bridge.command("audit").stdout, r"delivered 1 ", AGE + role)
    says(bridge.command("trace", key).stdout, f"ticket {key}", r"round 1: gam \d+/14\d\d", AGE + role)


def the_view_can_be_asked_whoever_leads(world, first, second):
    first.start()
    second.start(wait=False)
    key, = world.saja.post("ticket", fields={"service_code": "050", "district": "3"})["tickets"]
    for bridge in world.bridges:
        until(lambda bridge=bridge: bridge.counts().get("delivered") == 1 and bridge.open_count() == 0,
              f"{bridge.instance} knows of the delivery")
    answers(first, key, "leader", True)
    answers(second, key, "standby", True)
    equal([bridge.is_ready() for bridge in world.bridges], [True, False], "/ready")
    for bridge in world.bridges:
        bridge.kill()
    answers(first, key, "leader", False)
    answers(second, key, "standby", False)


if __name__ == "__main__":
    sys.exit(run_story(__doc__, "operate", [the_view_can_be_asked_whoever_leads], bridges=2))
