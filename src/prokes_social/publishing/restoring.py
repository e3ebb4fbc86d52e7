"""The rows of a backup in; what may be public already is held or marked out, to be looked for before it is sent."""

from datetime import datetime

from prokes_social.i18n import _
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Delivery
from prokes_social.publishing.publisher import alarm_text
from prokes_social.store import Connection, alarms, deliveries


def doubt_what_may_be_out(tx: Connection, *, made_at: datetime | None, now: datetime) -> list[Delivery]:
    """What came due since the backup was made waits for a person, whose decision begins with a fresh look."""
    reason = _("came due since the backup; it may be public already")
    deliveries.look_before_sending(tx, made_at=made_at)
    held = deliveries.hold_what_came_due(tx, now=now, reason=reason)
    for row in held:
        alarms.ring(tx, AlarmKind.HELD, f"delivery:{row.id}", alarm_text(row, reason), now=now)
    return held
