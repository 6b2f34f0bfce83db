"""A record that no topic takes becomes a stub and one failed delivery; those beside it, and its own next version, go on."""

import sys

from house import equal, run_story, says, until

# What is kept of an event; the topics' own limit follows it, and the brokers keep to that.
LIMIT = "64KB"
FITS, TOO_LARGE = "چاله " * 6_000, "چاله " * 12_000    # 54 kB and 108 kB of UTF-8


def ticket(world, description):
    fields = {"service_code": "050", "district": "3", "description": description}
    return world.saja.post("ticket", fields=fields)["tickets"][0]


def only_the_large_one_waits(world, bridge):
    bridge.start()
    before, large, fits, after = (ticket(world, text) for text in ("چاله", TOO_LARGE, FITS, "چاله"))
    until(lambda: bridge.counts().get("failed") == 1 and bridge.counts().get("delivered") == 3
          and bridge.open_count() == 1, "three are delivered, and one waits for a person")
    equal({entry["reference"] for entry in world.gam.ledger() if entry["what"] == "case"},
          {f"large-{key}.1" for key in (before, fits, after)}, "cases")
    says(bridge.command("trace", large).stdout, r"too large: \d+ bytes, at most 65536 are kept")
    bridge.kill()
    bridge.start()
    equal(bridge.counts().get("failed"), 1, "failed after a new start")
    equal(world.verdict(waiting={large}).line(), "lost 0, duplicated 0, reordered 0", "the ledgers")


if __name__ == "__main__":
    sys.exit(run_story(__doc__, "large", [only_the_large_one_waits], max_event=LIMIT))
