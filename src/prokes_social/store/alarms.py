"""Open alarms: one row a trouble, however many processes notice it; kept when closed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Integer, RowMapping, case, cast, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.alarm import Alarm, AlarmKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store.tables import account, alarm, delivery

#: The status in which a delivery's trouble lasts.
RINGS_WHILE = {
    AlarmKind.UNCERTAIN: DeliveryStatus.UNCERTAIN,
    AlarmKind.HELD: DeliveryStatus.HELD,
    AlarmKind.MISSED: DeliveryStatus.MISSED,
    AlarmKind.FAILED: DeliveryStatus.FAILED,
    AlarmKind.EXPIRED: DeliveryStatus.WAITING,
}


def ring(tx: Connection, kind: AlarmKind, subject: str, what: str, *, now: datetime) -> bool:
    """Open an alarm; False where the same one rings already."""
    ringing = select(alarm.c.id).where(
        alarm.c.kind == kind.value, alarm.c.subject == subject, alarm.c.closed_at.is_(None)
    )
    if tx.execute(ringing).first():
        return False
    values = {"kind": kind.value, "subject": subject, "what": what, "remedy": str(kind.remedy), "opened_at": now}
    try:
        with tx.begin_nested():
            tx.execute(insert(alarm).values(**values))
    except IntegrityError:
        return False  # another machine rang it at the same moment
    return True


def close(tx: Connection, subject: str, *, now: datetime, kinds: Collection[AlarmKind] = tuple(AlarmKind)) -> None:
    """The trouble with `subject` is over."""
    rings = [alarm.c.subject == subject, alarm.c.closed_at.is_(None), alarm.c.kind.in_([kind.value for kind in kinds])]
    tx.execute(update(alarm).where(*rings).values(closed_at=now))


def close_settled(tx: Connection, *, now: datetime) -> None:
    """Alarms about deliveries that moved on since, in whatever way: edited, cancelled, sent again."""
    rings = [row for row in ringing(tx) if row.kind in RINGS_WHILE]
    if not rings:
        return
    asked = {int(row.subject.partition(":")[2]) for row in rings}
    rows = tx.execute(select(delivery.c.id, delivery.c.status).where(delivery.c.id.in_(asked)))
    is_now = {row.id: row.status for row in rows}
    over = [row.id for row in rings if is_now[int(row.subject.partition(":")[2])] != RINGS_WHILE[row.kind]]
    if over:
        tx.execute(update(alarm).where(alarm.c.id.in_(over)).values(closed_at=now))


def ringing(tx: Connection) -> list[Alarm]:
    rows = tx.execute(select(alarm).where(alarm.c.closed_at.is_(None)).order_by(alarm.c.opened_at)).mappings()
    return [_alarm(row) for row in rows]


def page(
    tx: Connection, *, below: int | None = None, most: int = 50, closed: bool = False,
    within: Collection[str] | None = None,
) -> list[Alarm]:  # fmt: skip
    """The newest first: those that ring, or those that are over; `within` are the units that somebody may see."""
    is_over = alarm.c.closed_at.is_not(None) if closed else alarm.c.closed_at.is_(None)
    wanted = select(alarm).where(is_over).order_by(alarm.c.id.desc()).limit(most)
    wanted = wanted.where(alarm.c.id < below) if below else wanted
    wanted = wanted.where(_is_about(within)) if within is not None else wanted
    return [_alarm(row) for row in tx.execute(wanted).mappings()]


def get(tx: Connection, alarm_id: int) -> Alarm | None:
    row = tx.execute(select(alarm).where(alarm.c.id == alarm_id)).mappings().first()
    return _alarm(row) if row else None


def _is_about(units: Collection[str]) -> ColumnElement[bool]:
    """Deliveries and accounts of these units; what concerns the whole office is for those who see all of it."""
    theirs = select(account.c.id).where(account.c.unit_id.in_(units))
    of_delivery = select(delivery.c.id).where(
        delivery.c.id == _number("delivery:"), delivery.c.account_id.in_(theirs)
    )  # fmt: skip
    return of_delivery.exists() | _number("account:").in_(theirs)


def _number(start: str) -> ColumnElement[int]:
    """The number in the subjects that begin so; 0, which nothing has, for others."""
    said = cast(func.substr(alarm.c.subject, len(start) + 1), Integer)
    return case((alarm.c.subject.like(f"{start}%"), said), else_=0)


def untold(tx: Connection) -> list[Alarm]:
    """Alarms that nobody was told of yet, the oldest first; also those that are over meanwhile."""
    rows = tx.execute(select(alarm).where(alarm.c.told_at.is_(None)).order_by(alarm.c.id)).mappings()
    return [_alarm(row) for row in rows]


def mark_told(tx: Connection, ids: Collection[int], *, now: datetime) -> None:
    """Only afterwards: a teller that dies in between tells again, and nothing gets lost."""
    tx.execute(update(alarm).where(alarm.c.id.in_(ids)).values(told_at=now))


def _alarm(row: RowMapping) -> Alarm:
    return Alarm(
        id=row["id"],
        kind=AlarmKind(row["kind"]),
        subject=row["subject"],
        what=row["what"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )
