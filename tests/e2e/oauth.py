"""GAM behind OAuth 2.0: tokens that end in the middle, a token server that is down, slow or says no, and SIGKILLs.

The files are those of mappings/, but for the `auth` of GAM. At the end the ledgers are compared, as a soak does.
"""

import argparse
import sys
import time
from pathlib import Path

import paths
from house import Wrong, equal
from storm import Storm, report
from world import World, wait_for

KILLS, TICKETS = 4, 3
TOKEN_S, LONG_TOKEN_S = 2, 3600   # the long ones end by a 401 alone
OUTAGE_S, OUTAGE_MAX = 1.3, 2     # between logins there are pauses of 1, 2, 4 s: no more of them than this in so long
SLOW_MS = 1500                    # a call has 2 s
PATIENCE_S = 15
_CALLS = ["CreateCase", "FindByReference", "GetCase", "ListResponses", "AddNote", "CancelCase", "Acknowledge"]
# A 401 to who asks for a token would be a refusal of it. What repeats too much is shown by new cases.
_FAULTS = {
    "expired": {"p": 0.1, "on": _CALLS}, "drop_after": {"p": 0.1, "on": ["token", "CreateCase"]},
    "error_500_after": {"p": 0.1, "on": ["CreateCase"]}, "unavailable": {"p": 0.1, "on": ["token"]},
    "malformed": {"p": 0.1, "on": ["token"]},
}
_OAUTH = ('auth: {oauth2: {token_url: "${env:GAM_URL}/token", client_id: "${env:GAM_USER}", '
          r'client_secret: "\1", scope: cases}}')


def ask_for_tokens(world):
    world.gam.post("settings", token_s=TOKEN_S)
    was = world.bridge.replace("systems/gam.yaml", r'^auth: \{wsse: .*password: "([^"]*)".*$', _OAUTH)
    if "oauth2" in was or "oauth2" not in (world.bridge.mappings / "systems/gam.yaml").read_text(encoding="utf-8"):
        raise Wrong("gam.yaml does not say any more that GAM asks for WS-Security")


def alarms(world):
    return {alarm["name"] for alarm in world.bridge.status()["alarms"] if alarm["system"] == "gam"}


def a_wrong_secret_fails_no_ticket(world, storm):
    secret = world.folder / "gam.password"
    right = secret.read_text(encoding="utf-8")
    secret.write_text("wrong\n", encoding="utf-8")
    world.bridge.start()
    storm.people.make(TICKETS)
    wait_for(lambda: "login" in alarms(world), PATIENCE_S, "a wrong secret is no alarm")
    equal((world.gam.ledger(), world.bridge.counts().get("failed", 0)), ([], 0), "what came of a wrong secret")
    secret.write_text(right, encoding="utf-8")
    world.bridge.reload()
    wait_for(lambda: world.gam.ledger() and not alarms(world), PATIENCE_S, "the right secret ends no alarm")


def struck(world, fault):
    return world.gam.get("counters").get(fault, 0)


def no_token_can_be_had(world, storm):
    """First an error is answered, then a token comes late; the bridge is killed while it waits for one."""
    for fault in ("error_500", "delay_before"):
        world.gam.post("clear")
        before = struck(world, fault)
        world.gam.post("faults", **{fault: {"on": ["token"], "ms": SLOW_MS}, "expired": {"count": 1, "on": _CALLS}})
        storm.people.make(TICKETS)
        wait_for(lambda: struck(world, fault) > before, PATIENCE_S, "a token that has ended is not asked for anew")
        storm.live_a_while(OUTAGE_S)
        asked = struck(world, fault) - before
        if asked > OUTAGE_MAX:
            raise Wrong(f"{asked} tokens were asked for in {OUTAGE_S} s in which none could be had")
        world.bridge.kill()
        world.bridge.start()
    world.gam.post("clear")


def run(world, seed):
    """Gives the verdict."""
    storm = Storm(world, seed)
    ask_for_tokens(world)
    a_wrong_secret_fails_no_ticket(world, storm)
    world.gam.post("departments", range_ms=[100, 1000])
    world.gam.post("faults", **_FAULTS)
    for number in range(KILLS):
        storm.people.make(TICKETS)
        storm.live_a_while(storm.chance.uniform(0.3, 1.2))
        if number == KILLS // 2:
            no_token_can_be_had(world, storm)
            world.gam.post("settings", token_s=LONG_TOKEN_S)
            world.gam.post("faults", **_FAULTS)
        world.bridge.kill()
        world.bridge.start()
    world.gam.post("clear")    # what only waits a little longer for its next try shows nothing more
    return storm.settle()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sgbridge", type=Path, default=paths.SGBRIDGE)
    args = parser.parse_args()
    begin = time.monotonic()
    with World("oauth", args.seed, args.sgbridge) as world:
        try:
            is_well = report(world, run(world, args.seed))
            print(f"tokens: {world.gam.get('tokens')}; {time.monotonic() - begin:.0f} s")
        except (Wrong, TimeoutError) as error:
            print(f"FAILED: {error}\n{world.bridge.log.read_text(encoding='utf-8')[-3000:]}")
            is_well = False
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
