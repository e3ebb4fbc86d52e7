"""Readings of posts: the table of snapshots is also the queue of those still to be taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from prokes_social.model.platform import Post
from prokes_social.model.reach import Known, Metric, ReachSnapshot
from prokes_social.store.tables import account, delivery, post, snapshot


@dataclass(frozen=True, kw_only=True)
class DueReading:
    """A reading to be taken now; on demand where `due_at` is the moment of asking."""

    post_id: int
    account_id: int
    post: Post
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class TakenReading:
    """One reading of one post, with what it belongs to."""

    post_id: int
    taken_at: datetime
    due_at: datetime
    numbers: dict[Metric, int | None]
    known: Known
    reason: str  #: why numbers are not told


def plan_readings(tx: Connection, post_id: int, due: Collection[datetime]) -> None:
    """The readings of a new post."""
    if due:
        tx.execute(insert(snapshot), [{"post_id": post_id, "due_at": at, "next_at": at} for at in sorted(set(due))])


def claim_due(tx: Connection, *, now: datetime, lease_until: datetime, limit: int) -> list[DueReading]:
    """Take due readings; their wake-up moves to the lease's end, so a killed reader loses nothing."""
    due = select(snapshot.c.post_id, snapshot.c.due_at).where(snapshot.c.taken_at.is_(None), snapshot.c.next_at <= now)
    due = due.order_by(snapshot.c.next_at).limit(limit).with_for_update(skip_locked=True, of=snapshot)
    keys = [(row.post_id, row.due_at) for row in tx.execute(due)]
    for post_id, due_at in keys:
        tx.execute(_at(post_id, due_at).values(next_at=lease_until))
    posts = _posts(tx, {post_id for post_id, _ in keys})
    return [_due(posts[post_id], due_at) for post_id, due_at in keys]


def on_demand(tx: Connection, *, now: datetime, campaign: str | None = None) -> list[DueReading]:
    """A reading at this moment for every post, whatever the table says."""
    return [_due(row, now) for row in _posts(tx, None, campaign).values()]


def record(tx: Connection, reading: DueReading, taken: ReachSnapshot) -> None:
    """Keep the numbers and the raw answer; a post that is gone is marked on the post as well."""
    values = {
        "taken_at": taken.taken_at,
        "numbers": {metric.value: value for metric, value in taken.numbers.items()},
        "raw": dict(taken.raw),
        "known": (Known.UNKNOWN if taken.missing else Known.MEASURED).value,
        "reason": "the platform says the post is gone" if taken.missing else "",
    }
    if not tx.execute(_at(reading.post_id, reading.due_at).values(**values)).rowcount:
        keys = {"post_id": reading.post_id, "due_at": reading.due_at, "next_at": reading.due_at}
        tx.execute(insert(snapshot).values(**keys, **values))
    if taken.missing:
        gone = update(post).where(post.c.id == reading.post_id, post.c.removed_at.is_(None))
        tx.execute(gone.values(removed_at=taken.taken_at))


def put_off(tx: Connection, reading: DueReading, *, next_at: datetime, reason: str) -> None:
    """The platform did not tell: try again later, never write 0."""
    tx.execute(_at(reading.post_id, reading.due_at).values(next_at=next_at, reason=reason))


def give_up(tx: Connection, reading: DueReading, *, now: datetime, reason: str) -> None:
    """The platform will not tell any more: an empty reading that says why."""
    tx.execute(_at(reading.post_id, reading.due_at).values(taken_at=now, numbers={}, raw={}, reason=reason))


def next_wake(tx: Connection) -> datetime | None:
    return tx.execute(select(func.min(snapshot.c.next_at)).where(snapshot.c.taken_at.is_(None))).scalar()


def taken(tx: Connection, campaign: str) -> Sequence[TakenReading]:
    """Every reading of a campaign's posts, oldest first."""
    query = (
        select(snapshot)
        .join(post, post.c.id == snapshot.c.post_id)
        .join(delivery, delivery.c.id == post.c.delivery_id)
        .where(delivery.c.campaign == campaign, snapshot.c.taken_at.is_not(None))
        .order_by(snapshot.c.taken_at, snapshot.c.post_id)
    )
    return [_taken(row) for row in tx.execute(query).mappings()]


def post_of_delivery(tx: Connection, campaign: str) -> dict[int, int]:
    """Delivery id to post id."""
    query = select(post.c.delivery_id, post.c.id).join(delivery, delivery.c.id == post.c.delivery_id)
    return {row.delivery_id: row.id for row in tx.execute(query.where(delivery.c.campaign == campaign))}


def _at(post_id: int, due_at: datetime) -> Any:
    return update(snapshot).where(snapshot.c.post_id == post_id, snapshot.c.due_at == due_at)


def _posts(tx: Connection, ids: Collection[int] | None, campaign: str | None = None) -> dict[int, RowMapping]:
    query = select(post).join(account, account.c.id == post.c.account_id).order_by(post.c.id)
    if ids is not None:
        query = query.where(post.c.id.in_(ids))
    if campaign:
        query = query.join(delivery, delivery.c.id == post.c.delivery_id).where(delivery.c.campaign == campaign)
    return {row["id"]: row for row in tx.execute(query).mappings()}


def _due(row: RowMapping, due_at: datetime) -> DueReading:
    told = Post(external_id=row["external_id"], permalink=row["permalink"], published_at=row["published_at"])
    return DueReading(post_id=row["id"], account_id=row["account_id"], post=told, due_at=due_at)


def _taken(row: RowMapping) -> TakenReading:
    return TakenReading(
        post_id=row["post_id"],
        taken_at=row["taken_at"],
        due_at=row["due_at"],
        numbers={Metric(name): value for name, value in (row["numbers"] or {}).items()},
        known=Known(row["known"]),
        reason=row["reason"],
    )
