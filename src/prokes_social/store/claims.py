"""Deliveries in somebody's hands, under a lease and a fence; no matching row means that they are not ours any more."""

import datetime as dt
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, insert, literal_column, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.delivery import MOVES, Claim, Delivery, DeliveryStatus, Outcome
from prokes_social.model.platform import Post, Prepared
from prokes_social.store._queue import as_delivery, deliveries_in_full, in_status, last_moment, moved
from prokes_social.store.approvals import is_approved
from prokes_social.store.deliveries import get
from prokes_social.store.postgres import wake
from prokes_social.store.switches import STOP, is_on
from prokes_social.store.tables import account, attempt, delivery, post

S = DeliveryStatus
d = delivery.c
NO_GAP = dt.timedelta(0)


# --- what publishers do ----------------------------------------------------------------------------------------------


def claim(
    tx: Connection, *, owner: str, now: datetime, uptime: float, lease_until: datetime, limit: int
) -> list[Claim]:
    """Take due deliveries under a lease, at most one an account and the earliest first."""
    said = {"now": now, "limit": limit, "b_owner": owner, "b_lease_until": lease_until}
    try:
        with tx.begin_nested():
            taken = [row.id for row in tx.execute(_CLAIM, said)]
    except IntegrityError:
        return []  # another publisher took a delivery of the same account at the same moment
    if not taken:
        return []
    rows = tx.execute(_CLAIMED, {"ids": taken}).mappings()
    return [Claim(delivery=as_delivery(row), owner=owner, claimed_at=uptime) for row in rows]


def keep_prepared(tx: Connection, held: Claim, prepared: Prepared) -> bool:
    """Store what was uploaded before anything public happens; False where the lease is no longer ours."""
    values = {
        "prepared": dict(prepared.markers),
        "prepared_until": prepared.expires_at,
        "prepared_ready": prepared.ready,
    }
    return tx.execute(_under(held, S.CLAIMED).values(**values)).rowcount == 1


def begin_sending(
    tx: Connection, held: Claim, *, prepared: Prepared, now: datetime, today: dt.date, gap: dt.timedelta = NO_GAP
) -> int | None:
    """The intent: claimed to sending where everything still fits; the attempt's number, or None where it does not.

    This is the point of no return for edits and cancels. `gap` is the least distance to the account's next post.
    """
    said = {"b_id": held.delivery.id, "b_fence": held.fence, "b_digest": held.delivery.content.digest}
    if tx.execute(_INTEND, said | {"now": now, "today": today}).rowcount != 1:
        return None
    if gap:
        tx.execute(update(account).where(account.c.id == held.delivery.account_id).values(free_at=now + gap))
    tried = {"b_id": held.delivery.id, "b_prepared": dict(prepared.markers), "now": now, "b_cost": held.delivery.cost}
    return int(tx.execute(_TRY, tried).scalar_one())


def holds(tx: Connection, held: Claim) -> bool:
    """Whether the claim is still ours: nobody reaped, edited or settled it since."""
    mine = select(d.id).where(d.id == held.delivery.id, d.fence == held.fence)
    return tx.execute(mine).first() is not None


def end_attempt(
    tx: Connection,
    delivery_id: int,
    *,
    outcome: Outcome,
    now: datetime,
    said: str | None = None,
    cost: Decimal | None = None,
) -> None:
    """Write how the newest attempt ended; without `said` or `cost` what stood there before stays."""
    ended = {"b_outcome": outcome.value, "now": now, "b_said": said, "b_cost": cost}
    tx.execute(_END_NEWEST_ATTEMPT, {"b_id": delivery_id, **ended})


def end_doubt(tx: Connection, delivery_id: int, *, outcome: Outcome, now: datetime, said: str | None = None) -> None:
    """The same, where nobody knows how it ended: where one does, the post is a call's that a restore made us forget."""
    ended = {"b_outcome": outcome.value, "now": now, "b_said": said, "b_cost": None}
    tx.execute(_END_DOUBT, {"b_id": delivery_id, **ended})


def looked_for(tx: Connection, held: Claim) -> bool:
    """It is not there: what a restore made us forget is known again."""
    return tx.execute(_under(held, S.CLAIMED).values(look_since=None)).rowcount == 1


def release(tx: Connection, held: Claim, *, next_at: datetime, reason: str = "") -> bool:
    """Back to scheduled, untouched; False where the lease is no longer ours."""
    return _leave(tx, held, S.SCHEDULED, next_at=next_at, reason=reason)


def leave(tx: Connection, held: Claim, to: DeliveryStatus, *, reason: str, next_at: datetime | None = None) -> bool:
    """Move a delivery out of our hands, from whichever in-flight status it is in, under our fence."""
    more = {"next_at": next_at} if next_at else {}
    return _leave(tx, held, to, reason=reason, **more)


def mark_uncertain(tx: Connection, held: Claim, *, now: datetime, first_look: datetime, reason: str) -> bool:
    return _leave(tx, held, S.UNCERTAIN, uncertain_since=now, next_at=first_look, lookups=0, reason=reason)


def record_post(tx: Connection, held: Claim, found: Post, *, found_by: str) -> int | None:
    """Published: the post and the status in one transaction; the post's id.

    None where the fence has moved on, or where the post is another delivery's.
    """
    mine = {"b_id": held.delivery.id, "b_fence": held.fence, "b_external_id": found.external_id}
    if tx.execute(_PUBLISH, mine).rowcount != 1:
        return None
    values = {"delivery_id": held.delivery.id, "account_id": held.delivery.account_id, "found_by": found_by}
    values |= {"external_id": found.external_id, "permalink": found.permalink, "published_at": found.published_at}
    return int(tx.execute(_POSTED, values).scalar_one())


# --- what look-ups do ------------------------------------------------------------------------------------------------


def claim_lookups(
    tx: Connection, *, owner: str, now: datetime, uptime: float, lease_until: datetime, limit: int
) -> list[Claim]:
    """Uncertain deliveries whose next look-up is due; their wake-up moves on so that no one else looks meanwhile."""
    due = select(d.id).where(in_status(S.UNCERTAIN), d.next_at <= now).order_by(d.next_at).limit(limit)
    due = due.with_for_update(skip_locked=True, of=delivery)
    ids = [row.id for row in tx.execute(due)]
    if not ids:
        return []
    taken = update(delivery).where(d.id.in_(ids), in_status(S.UNCERTAIN))
    tx.execute(taken.values(owner=owner, next_at=lease_until, fence=d.fence + 1))
    rows = tx.execute(deliveries_in_full().where(d.id.in_(ids)).order_by(d.next_at)).mappings()
    return [Claim(delivery=as_delivery(row), owner=owner, claimed_at=uptime) for row in rows]


def look_again(tx: Connection, held: Claim, *, next_at: datetime) -> bool:
    """Not seen yet: count the look-up and wait for the next."""
    values = {"next_at": next_at, "lookups": d.lookups + 1}
    return tx.execute(_under(held, S.UNCERTAIN).values(**values)).rowcount == 1


def taken(tx: Connection, row: Delivery) -> frozenset[str]:
    """External ids of its account's posts that were recorded for other deliveries."""
    theirs = select(post.c.external_id).where(post.c.account_id == row.account_id, post.c.delivery_id != row.id)
    return frozenset(tx.execute(theirs).scalars())


def rivals(tx: Connection, row: Delivery) -> list[datetime]:
    """When others that say the same on its account were called for, or were due, whose post may be out unrecorded."""
    tried = select(func.max(attempt.c.started_at)).where(attempt.c.delivery_id == d.id).scalar_subquery()
    may_be_out = d.status.in_([S.SENDING.value, S.UNCERTAIN.value, S.HELD.value]) | d.look_since.is_not(None)
    same = and_(d.account_id == row.account_id, d.text == row.content.text, d.id != row.id)
    return list(tx.execute(select(func.coalesce(tried, d.due_at)).where(same, may_be_out)).scalars())


# --- what settling does ----------------------------------------------------------------------------------------------


def take_at_rest(tx: Connection, delivery_id: int, statuses: Collection[DeliveryStatus]) -> Claim | None:
    """Put a fence around a delivery that waits for a person, so that two people do not settle it twice."""
    at_rest = d.status.in_([status.value for status in statuses])
    taken = update(delivery).where(d.id == delivery_id, at_rest).values(fence=d.fence + 1)
    if tx.execute(taken).rowcount != 1:
        return None
    row = get(tx, delivery_id)
    return Claim(delivery=row, owner="", claimed_at=0) if row else None


def resolve(tx: Connection, held: Claim, to: DeliveryStatus, *, reason: str, **values: Any) -> bool:
    """What a person decided about a delivery at rest; False where it moved meanwhile."""
    wake(tx)
    return _leave(tx, held, to, reason=reason, **values)


# --- what the reaper does --------------------------------------------------------------------------------------------


def miss_overdue(tx: Connection, *, now: datetime, reason: str) -> list[int]:
    """Waiting and scheduled rows whose window closed."""
    late = select(d.id).where(d.status.in_([literal_column("'waiting'"), literal_column("'scheduled'")]))
    ids = [row.id for row in tx.execute(late.where(d.not_after < now, last_moment() < now))]
    if ids:
        moved(tx, d.id.in_(ids), S.MISSED, reason=reason)
    return ids


def reap(tx: Connection, *, now: datetime, first_look: datetime, reason: str) -> tuple[int, int]:
    """Leases that ended: claimed rows go back to scheduled, sending rows become uncertain. Returns both counts."""
    claimed = update(delivery).where(d.id.in_(_ended(S.CLAIMED, now)))
    # `next_at` stays: what was lost keeps its place before what came due since.
    back = tx.execute(claimed.values(status=S.SCHEDULED.value, owner=None, fence=d.fence + 1)).rowcount
    sending = update(delivery).where(d.id.in_(_ended(S.SENDING, now)))
    values = {"status": S.UNCERTAIN.value, "uncertain_since": now, "next_at": first_look, "lookups": 0, "owner": None}
    doubted = tx.execute(sending.values(**values, reason=reason, fence=d.fence + 1)).rowcount
    return back, doubted


def _ended(status: DeliveryStatus, now: datetime) -> Select[Any]:
    """Rows that nobody has locked: a publisher that froze within a transaction must not stop every reaper."""
    return select(d.id).where(in_status(status), d.lease_until < now).with_for_update(skip_locked=True)


def long_uncertain(tx: Connection, *, since_before: datetime) -> list[Delivery]:
    """In doubt for so long that a person should know."""
    query = deliveries_in_full().where(in_status(S.UNCERTAIN), d.uncertain_since < since_before)
    return [as_delivery(row) for row in tx.execute(query).mappings()]


# --- pieces ----------------------------------------------------------------------------------------------------------


def _under(held: Claim, status: DeliveryStatus) -> Any:
    return update(delivery).where(d.id == held.delivery.id, d.fence == held.fence, in_status(status))


def _leave(tx: Connection, held: Claim, to: DeliveryStatus, **values: Any) -> bool:
    mine = and_(d.id == held.delivery.id, d.fence == held.fence)
    return moved(tx, mine, to, owner=None, lease_until=None, **values) == 1


def _account_is_free() -> ColumnElement[bool]:
    at: Any = bindparam("now")
    return exists().where(
        account.c.id == d.account_id,
        account.c.blocked_at.is_(None),
        account.c.paused_until.is_(None) | (account.c.paused_until <= at),
        account.c.free_at.is_(None) | (account.c.free_at <= at),
    )


def _held_back() -> ColumnElement[bool]:
    """Another delivery of the account is in flight, or in doubt and not looked up twice yet (about 60 s).

    Two questions, because each can be answered from a partial index and both together can't.
    """
    flying, doubted = delivery.alias("flying"), delivery.alias("doubted")
    in_flight = flying.c.status.in_([literal_column("'claimed'"), literal_column("'sending'")])
    in_doubt = (doubted.c.status == literal_column("'uncertain'")) & (doubted.c.lookups < 2)
    return or_(
        exists().where(flying.c.account_id == d.account_id, in_flight),
        exists().where(doubted.c.account_id == d.account_id, in_doubt),
    )


def _earlier_due() -> ColumnElement[bool]:
    """Another due delivery of the account comes first: posts of one account leave in due order."""
    first = delivery.alias("first")
    # By the time they were due, not by when they wake: a pause or a lost publisher changes the latter.
    earlier = (first.c.due_at < d.due_at) | ((first.c.due_at == d.due_at) & (first.c.id < d.id))
    return exists().where(
        first.c.account_id == d.account_id,
        first.c.status == literal_column("'scheduled'"),
        first.c.next_at <= bindparam("now"),
        earlier,
    )


# --- what is asked a thousand times, built once: building a statement costs more than running it ---------------------

_MINE = and_(d.id == bindparam("b_id"), d.fence == bindparam("b_fence"))

#: The statuses are literals because with a bound value neither planner uses the partial index.
_DUE = (
    select(d.id)
    .where(
        in_status(S.SCHEDULED),
        d.next_at <= bindparam("now"),
        ~is_on(STOP),
        _account_is_free(),
        ~_held_back(),
        ~_earlier_due(),
    )
    .order_by(d.next_at, d.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=delivery)  # SQLite's compiler drops it; PostgreSQL uses it
    .cte("due")
    .prefix_with("MATERIALIZED")  # keeps PostgreSQL from running the LIMIT again
)
_CLAIM = (
    update(delivery)
    .where(d.id.in_(select(_DUE.c.id)), in_status(S.SCHEDULED))
    .values(
        status=S.CLAIMED.value, owner=bindparam("b_owner"), lease_until=bindparam("b_lease_until"), fence=d.fence + 1
    )
    .returning(d.id)
)
_CLAIMED = deliveries_in_full().where(d.id.in_(bindparam("ids", expanding=True))).order_by(d.next_at, d.id)
_INTEND = (
    update(delivery)
    .where(
        _MINE,
        in_status(S.CLAIMED),
        d.digest == bindparam("b_digest"),
        d.lease_until > bindparam("now"),
        last_moment() >= bindparam("now"),
        ~is_on(STOP),
        d.sources_until.is_(None) | (d.sources_until >= bindparam("today")),
        is_approved(d.digest),
        _account_is_free(),
        ~_earlier_due(),  # a slow upload must not let it overtake
    )
    .values(status=S.SENDING.value)
)
_TRY = (
    insert(attempt)
    .values(
        delivery_id=bindparam("b_id"),
        number=select(func.coalesce(func.max(attempt.c.number), 0) + 1)
        .where(attempt.c.delivery_id == bindparam("b_id"))
        .scalar_subquery(),
        prepared=bindparam("b_prepared"),
        started_at=bindparam("now"),
        outcome=Outcome.OPEN.value,
        cost=bindparam("b_cost"),
    )
    .returning(attempt.c.number)
)
_END_NEWEST_ATTEMPT = (
    update(attempt)
    .where(
        attempt.c.delivery_id == bindparam("b_id"),
        attempt.c.number
        == select(func.max(attempt.c.number)).where(attempt.c.delivery_id == bindparam("b_id")).scalar_subquery(),
    )
    .values(
        outcome=bindparam("b_outcome"),
        ended_at=bindparam("now"),
        said=func.coalesce(bindparam("b_said", type_=attempt.c.said.type), attempt.c.said),
        cost=func.coalesce(bindparam("b_cost", type_=attempt.c.cost.type), attempt.c.cost),
    )
)
_END_DOUBT = _END_NEWEST_ATTEMPT.where(attempt.c.outcome.in_([Outcome.OPEN.value, Outcome.UNKNOWN.value]))
_PUBLISH = (
    update(delivery)
    .where(
        _MINE,
        d.status.in_([status.value for status, targets in MOVES.items() if S.PUBLISHED in targets]),
        ~exists().where(post.c.account_id == d.account_id, post.c.external_id == bindparam("b_external_id")),
    )
    .values(status=S.PUBLISHED.value, owner=None, lease_until=None, reason="", look_since=None)
)
_POSTED = insert(post).returning(post.c.id)
