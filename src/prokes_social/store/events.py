"""What changed, noted by the database itself whoever changed it; ids in, ids out. Pages and webhooks follow it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from prokes_social.store.tables import event

#: A transaction may become visible after one with a higher number: readers look back this far.
LOOK_BACK = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    id: int
    at: int  #: Unix seconds
    kind: str  #: delivery, campaign, switch, alarm
    subject: str
    status: str


def newest(tx: Connection) -> int:
    return tx.execute(select(func.max(event.c.id))).scalar() or 0


def since(tx: Connection, number: int, *, most: int = 1000) -> Sequence[Event]:
    rows = tx.execute(select(event).where(event.c.id > number).order_by(event.c.id).limit(most)).mappings()
    return [Event(**row) for row in rows]


def forget(tx: Connection, before: int) -> None:
    """Older than `before`, in Unix seconds."""
    tx.execute(delete(event).where(event.c.at < before))
