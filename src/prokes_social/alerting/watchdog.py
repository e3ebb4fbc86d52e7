"""Two readings of wall clock and uptime in; a jump of the wall clock noticed out, and publishing stopped by it.

A clock that leaps forward makes every delivery of the days in between due at once. The uptime counts the time a machine
sleeps, so waking up is no jump; slow corrections by NTP are smaller than the tolerance from one look to the next.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prokes_social.clock import Clock
from prokes_social.i18n import _, format_age
from prokes_social.model.alarm import AlarmKind
from prokes_social.store import Store, alarms, switches

TOLERANCE = timedelta(seconds=30)
WHO = "watchdog"
SUBJECT = "clock"


@dataclass(frozen=True)
class Reading:
    wall: datetime
    uptime: float  #: seconds

    @classmethod
    def of(cls, clock: Clock) -> "Reading":
        return cls(clock.now(), clock.uptime())


def jump_between(before: Reading, after: Reading) -> timedelta:
    """By how much the wall clock went further than time itself; negative where it went back."""
    return (after.wall - before.wall) - timedelta(seconds=after.uptime - before.uptime)


@dataclass(kw_only=True)
class Watchdog:
    """Asked before anything that trusts the wall clock, by several threads."""

    store: Store
    clock: Clock
    tolerance: timedelta = TOLERANCE
    _last: Reading = field(init=False)
    _looking: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._last = Reading.of(self.clock)

    def look(self) -> timedelta | None:
        """The jump since the last look, if there was one; then it stands in the store. Raises StoreError."""
        with self._looking:
            now = Reading.of(self.clock)
            jump = jump_between(self._last, now)
            if abs(jump) > self.tolerance:
                self._note(jump)  # if this fails, the next look notices it again
            self._last = now
            return jump if abs(jump) > self.tolerance else None

    def _note(self, jump: timedelta) -> None:
        now = self.clock.now()
        forward = jump > timedelta(0)
        with self.store.write() as tx:
            if forward:
                what = _("the computer's clock jumped forward by {span}; publishing is stopped", span=format_age(jump))
                switches.turn_on(tx, switches.STOP, who=WHO, now=now, remark=what)
            else:
                what = _("the computer's clock went back by {span}; nothing goes out twice", span=format_age(-jump))
            rang = alarms.ring(tx, AlarmKind.CLOCK, SUBJECT, what, now=now)
            if rang and not forward:
                alarms.close(tx, SUBJECT, now=now)  # something to know of, nothing that lasts
