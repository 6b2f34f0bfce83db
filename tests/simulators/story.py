"""What will happen to a ticket, told by seed and key alone, so that SAJA, GAM and a driver agree on it.

SAJA's people re-open, cancel and follow up; GAM's departments answer once, twice, or late. Both simulators and
the drivers ask here instead of asking each other.
"""

import random
import re
from dataclasses import dataclass
from functools import lru_cache

REFERENCE = re.compile(r"^(?P<name>[a-z0-9-]+?)-(?P<key>\d{4}-\d+)\.(?P<round>\d+)$")


@dataclass(frozen=True)
class Story:
    """`reopened`: "" never, "answered" after its answer, "waiting" before one (which then comes late)."""

    cancelled: bool = False
    reopened: str = ""
    interim: bool = False     # the department answers twice: IsFinal=false first
    follow_up: bool = False   # the citizen calls again while the department works
    edited: bool = False      # 137 corrects the address after the case was made


@lru_cache(maxsize=None)
def of(seed, key):
    """The story of the ticket `key`; the same for the same seed, in every process."""
    chance = random.Random(f"{seed}/{key}")
    kind = chance.random()
    return Story(
        cancelled=kind < 0.08,
        reopened="answered" if 0.08 <= kind < 0.22 else "waiting" if 0.22 <= kind < 0.36 else "",
        interim=chance.random() < 0.25,
        follow_up=chance.random() < 0.2,
        edited=chance.random() < 0.15,
    )


@lru_cache(maxsize=None)
def parse_reference(reference):
    """(key, round) of a client reference `NAME-KEY.ROUND`, or None if it is of another form."""
    found = REFERENCE.match(reference)
    return (found["key"], int(found["round"])) if found else None
