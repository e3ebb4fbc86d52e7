"""What reading numbers costs, in the same month's budget as posts; posts that are still to go out come first."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, insert, select, update

from prokes_social.model.delivery import DeliveryStatus, Outcome
from prokes_social.store.tables import account, attempt, delivery, spending

#: Deliveries whose cost is still to come; from the intent on it stands with the attempt.
_TO_COME = (DeliveryStatus.WAITING, DeliveryStatus.SCHEDULED, DeliveryStatus.CLAIMED)
_CHARGED = (Outcome.PUBLISHED, Outcome.UNKNOWN, Outcome.OPEN)


def begin(tx: Connection, account_id: int, *, posts: int, expected: Decimal, now: datetime) -> int:
    """Written before the call, so that a reader that is killed has not read for nothing; its id."""
    values = {"account_id": account_id, "at": now, "posts": posts, "cost": expected}
    return int(tx.execute(insert(spending).values(**values).returning(spending.c.id)).scalar_one())


def settle(tx: Connection, spending_id: int, cost: Decimal) -> None:
    """What it did cost."""
    tx.execute(update(spending).where(spending.c.id == spending_id).values(cost=cost))


def spent(tx: Connection, *, since: datetime) -> dict[str, Decimal]:
    """US dollars by account name, for posts that were or may have been accepted and for reading their numbers."""
    posts = (
        select(account.c.name, attempt.c.cost)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .join(account, account.c.id == delivery.c.account_id)
        .where(attempt.c.started_at >= since, attempt.c.outcome.in_([each.value for each in _CHARGED]))
    )
    readings = (
        select(account.c.name, spending.c.cost)
        .join(account, account.c.id == spending.c.account_id)
        .where(spending.c.at >= since)
    )
    both = posts.union_all(readings).subquery()
    rows = tx.execute(select(both.c.name, func.sum(both.c.cost).label("dollars")).group_by(both.c.name))
    return {row.name: Decimal(row.dollars) for row in rows}


def to_come(tx: Connection, account_id: int, *, until: datetime) -> Decimal:
    """What posts that are queued before then will cost the account."""
    total = select(func.sum(delivery.c.cost)).where(
        delivery.c.account_id == account_id,
        delivery.c.status.in_([each.value for each in _TO_COME]),
        delivery.c.due_at < until,
    )
    return Decimal(tx.execute(total).scalar() or 0)
