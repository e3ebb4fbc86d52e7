"""The queue as people see it: deliveries listed, put, withdrawn and released; what is in flight is left alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, literal_column, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import MOVES, OPEN, Content, Delivery, DeliveryStatus, Key
from prokes_social.store._queue import as_delivery, deliveries_in_full, in_status, moved
from prokes_social.store.approvals import is_approved
from prokes_social.store.postgres import wake
from prokes_social.store.switches import STOP, is_on
from prokes_social.store.tables import account, attempt, campaign_version, delivery

S = DeliveryStatus
d = delivery.c


# --- what people read ------------------------------------------------------------------------------------------------


def listing(
    tx: Connection, *, campaign: str | None = None, statuses: Collection[DeliveryStatus] = (), account_name: str = "",
    kind: AccountKind | None = None,
) -> list[Delivery]:  # fmt: skip
    """Deliveries in the order they are due, narrowed by what is given."""
    query = deliveries_in_full()
    if kind:
        query = query.where(account.c.kind == kind.value)
    if campaign:
        query = query.where(d.campaign == campaign)
    if statuses:
        query = query.where(d.status.in_([status.value for status in statuses]))
    if account_name:
        query = query.where(account.c.name == account_name)
    return [as_delivery(row) for row in tx.execute(query.order_by(d.due_at, d.id)).mappings()]


def get(tx: Connection, delivery_id: int) -> Delivery | None:
    row = tx.execute(deliveries_in_full().where(d.id == delivery_id)).mappings().first()
    return as_delivery(row) if row else None


def attempts(tx: Connection, delivery_id: int) -> list[RowMapping]:
    query = select(attempt).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.number)
    return list(tx.execute(query).mappings())


def next_wake(tx: Connection) -> datetime | None:
    """The next moment at which a scheduled or uncertain delivery wants attention."""
    # Two queries, each on its own partial index.
    moments = [
        tx.execute(select(func.min(d.next_at)).where(d.status == literal_column(f"'{status.value}'"))).scalar()
        for status in (S.SCHEDULED, S.UNCERTAIN)
    ]
    return min((moment for moment in moments if moment), default=None)


def is_idle(tx: Connection, *, soon: datetime) -> bool:
    """Nothing is in flight or in doubt, and nothing that may go out is due before `soon`."""
    free = select(account.c.id).where(account.c.blocked_at.is_(None))
    moving = d.status.in_([S.CLAIMED.value, S.SENDING.value, S.UNCERTAIN.value])
    due = in_status(S.SCHEDULED) & (d.due_at <= soon) & d.account_id.in_(free) & ~is_on(STOP)
    return tx.execute(select(d.id).where(moving | due).limit(1)).first() is None


# --- what people decide ----------------------------------------------------------------------------------------------


def put_new(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many new rows at once, as `new_row` makes them. Raises IntegrityError where one of them is there already."""
    if rows:
        tx.execute(insert(delivery), list(rows))


def new_row(key: Key, account_id: int, content: Content, *, next_at: datetime, **more: Any) -> dict[str, Any]:
    """A row of what a plan adds; it waits for approval."""
    fields = {"campaign": key.campaign, "message": key.message, "occurrence": key.occurrence, "account_id": account_id}
    return {**fields, **_content_values(content), **more, "status": S.WAITING.value, "next_at": next_at}


def put(tx: Connection, key: Key, content: Content, *, next_at: datetime, **more: Any) -> bool:
    """Write what a plan wants as `waiting`; False where the row passed the point of no return meanwhile."""
    values = {**_content_values(content), **more, "status": S.WAITING.value, "reason": "", "next_at": next_at}
    values |= {"prepared": None, "prepared_until": None, "owner": None, "lease_until": None, "lookups": 0}
    values |= {"late_until": None}
    fields = {"campaign": key.campaign, "message": key.message, "occurrence": key.occurrence}
    account_id = select(account.c.id).where(account.c.name == key.account).scalar_subquery()
    movable = [S.WAITING.value, *(status.value for status, to in MOVES.items() if S.WAITING in to)]
    same = and_(*(d[name] == value for name, value in fields.items()), d.account_id == account_id)
    changed = update(delivery).where(same, d.status.in_(movable)).values(**values, fence=d.fence + 1)
    if tx.execute(changed).rowcount:
        return True
    try:
        with tx.begin_nested():
            tx.execute(insert(delivery).values(**fields, account_id=account_id, **values))
    except IntegrityError:
        return False
    return True


def cancel(tx: Connection, delivery_id: int, *, reason: str) -> bool:
    """False where it may be out already or was cancelled before; what is held, a person settles."""
    still_ours = and_(d.id == delivery_id, d.status.in_([status.value for status in OPEN]))
    values = {"reason": reason, "owner": None, "lease_until": None, "fence": d.fence + 1}
    return moved(tx, still_ours, S.CANCELLED, **values) == 1


def allow_late(tx: Connection, delivery_id: int, *, until: datetime) -> None:
    """A person said that it may still go out, until then."""
    tx.execute(update(delivery).where(d.id == delivery_id, in_status(S.SCHEDULED)).values(late_until=until))


def schedule_approved(tx: Connection, campaign: str) -> int:
    """Move waiting rows whose content is approved to scheduled; they wake when they were put to wake."""
    waiting = update(delivery).where(in_status(S.WAITING), d.campaign == campaign, is_approved(d.digest))
    released = int(tx.execute(waiting.values(status=S.SCHEDULED.value)).rowcount)
    if released:
        wake(tx)
    return released


def _content_values(content: Content) -> dict[str, Any]:
    return {
        "digest": content.digest,
        "text": content.text,
        "alt_text": content.alt_text,
        "link": content.link,
        "card_digest": content.card,
        "due_at": content.due_at,
        "not_after": content.not_after,
    }


# --- what a restore does ---------------------------------------------------------------------------------------------


def in_flight(tx: Connection, *, now: datetime) -> int:
    """How many deliveries some publisher holds under a lease."""
    held = d.status.in_([S.CLAIMED.value, S.SENDING.value]) & (d.lease_until > now)
    return int(tx.execute(select(func.count()).select_from(delivery).where(held)).scalar_one())


def look_before_sending(tx: Connection, *, made_at: datetime | None) -> None:
    """Every delivery of a restored backup may be public since it was made, without a trace of it here.

    What the backup knows of calls and uploads proves nothing: others may have followed. So `uncertain_since` and what
    was prepared are emptied; a look-up then goes by the text alone. That also goes for rows that had come to an end: a
    plan or a person may take them up again.
    """
    forgotten = {"prepared": null(), "prepared_until": None, "prepared_ready": False, "uncertain_since": None}
    # No claim that is still in some worker's hands may fit these rows again.
    values = {**forgotten, "fence": d.fence + 1000, "look_since": func.coalesce(d.look_since, made_at, _newest_trace())}
    tx.execute(update(delivery).where(d.status != S.PUBLISHED.value).values(**values))


def _newest_trace() -> ColumnElement[datetime]:
    """A plain copy of a database does not say when it was made; it was not before this."""
    saved = select(campaign_version.c.saved_at).where(campaign_version.c.id == d.version_id)
    return func.coalesce(select(func.max(attempt.c.started_at)).scalar_subquery(), saved.scalar_subquery())


def hold_what_came_due(tx: Connection, *, now: datetime, reason: str) -> list[Delivery]:
    """Open deliveries of a restored backup whose time has come meanwhile; nothing of them is in flight any more."""
    free = {"owner": None, "lease_until": None}
    moved(tx, in_status(S.CLAIMED), S.SCHEDULED, next_at=d.due_at, **free)
    moved(tx, in_status(S.SENDING), S.UNCERTAIN, next_at=now, **free)
    may_be_out = [status.value for status in (S.WAITING, S.SCHEDULED, S.UNCERTAIN)]
    due = d.status.in_(may_be_out) & (d.due_at <= now)
    moved(tx, due, S.HELD, reason=reason, late_until=None, **free)
    return [row for row in listing(tx, statuses=(S.HELD,)) if row.reason == reason]
