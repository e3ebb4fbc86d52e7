"""The rows of a backup in, those that may be public already held with an alarm each out."""

from datetime import datetime

from prokes_social.i18n import _
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Delivery
from prokes_social.publishing.publisher import alarm_text
from prokes_social.store import Connection, alarms, deliveries


def hold_what_came_due(tx: Connection, *, now: datetime) -> list[Delivery]:
    """They wait for a person, whose decision begins with a fresh look at the platform."""
    reason = _("came due since the backup; it may be public already")
    held = deliveries.hold_what_came_due(tx, now=now, reason=reason)
    for row in held:
        alarms.ring(tx, AlarmKind.HELD, f"delivery:{row.id}", alarm_text(row, reason), now=now)
    return held
