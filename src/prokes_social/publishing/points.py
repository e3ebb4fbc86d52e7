"""The moments at which a publisher may die; each is killed in turn by the tests and the drill."""

from enum import StrEnum


class Point(StrEnum):
    CLAIMED = "claimed"  #: under our lease; nothing done
    PREPARED = "prepared"  #: media uploaded, not yet written down
    KEPT = "kept"  #: what was uploaded early is in the store
    INTENT = "intent"  #: committed: the call may be out
    GUARDED = "guarded"  #: the lease is young enough; the next thing is the call
    SENT = "sent"  #: answered, not yet written down
    RECORDED = "recorded"  #: everything is in the store


def go_on(_point: Point) -> None:
    """What happens at each point outside of tests and drills: nothing."""
