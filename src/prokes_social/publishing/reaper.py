"""Leases and windows that ended in; rows back in order and alarms out. Runs every few seconds in each worker."""

from dataclasses import dataclass

from prokes_social.clock import Clock
from prokes_social.i18n import _
from prokes_social.model.alarm import AlarmKind
from prokes_social.publishing.publisher import alarm_text
from prokes_social.publishing.timing import Timing
from prokes_social.store import Connection, Store, alarms, claims, deliveries, switches


@dataclass(frozen=True, kw_only=True)
class Reaper:
    store: Store
    clock: Clock
    timing: Timing

    def reap(self) -> list[int]:
        """One round; the ids of deliveries that are missed now."""
        now = self.clock.now()
        with self.store.write() as tx:
            lost = _("the publisher was lost during the call")
            claims.reap(tx, now=now, first_look=now + self.timing.lookups[0], reason=lost)
            self._ring_for_doubts(tx)
            alarms.close_settled(tx, now=now)
            # While everything is stopped nothing is missed: `resume` asks about what is overdue.
            return [] if switches.state(tx, switches.STOP) else self._miss(tx)

    def _ring_for_doubts(self, tx: Connection) -> None:
        now = self.clock.now()
        for row in claims.long_uncertain(tx, since_before=now - self.timing.ring_after):
            alarms.ring(tx, AlarmKind.UNCERTAIN, f"delivery:{row.id}", alarm_text(row, row.reason), now=now)

    def _miss(self, tx: Connection) -> list[int]:
        now, reason = self.clock.now(), _("its window closed before it could go out")
        missed = claims.miss_overdue(tx, now=now, reason=reason)
        for delivery_id in missed:
            if row := deliveries.get(tx, delivery_id):
                alarms.ring(tx, AlarmKind.MISSED, f"delivery:{row.id}", alarm_text(row, reason), now=now)
        return missed
