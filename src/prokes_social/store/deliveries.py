"""The queue: deliveries claimed, moved and settled by conditional updates; no matching row means it did not happen."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.delivery import MOVES, OPEN, Claim, Content, Delivery, DeliveryStatus, Key, Outcome
from prokes_social.model.platform import Post, Prepared
from prokes_social.store.approvals import is_approved
from prokes_social.store.postgres import wake
from prokes_social.store.switches import STOP, is_on
from prokes_social.store.tables import account, attempt, delivery, post

S = DeliveryStatus
d = delivery.c
NO_GAP = dt.timedelta(0)


# --- what people read -----------------------------------------------------------------------------------------------


def listing(
    tx: Connection, *, campaign: str | None = None, statuses: Collection[DeliveryStatus] = (), account_name: str = ""
) -> list[Delivery]:
    """Deliveries in the order they are due, narrowed by what is given."""
    query = _deliveries()
    if campaign:
        query = query.where(d.campaign == campaign)
    if statuses:
        query = query.where(d.status.in_([status.value for status in statuses]))
    if account_name:
        query = query.where(account.c.name == account_name)
    return [_delivery(row) for row in tx.execute(query.order_by(d.due_at, d.id)).mappings()]


def get(tx: Connection, delivery_id: int) -> Delivery | None:
    row = tx.execute(_deliveries().where(d.id == delivery_id)).mappings().first()
    return _delivery(row) if row else None


def attempts(tx: Connection, delivery_id: int) -> list[RowMapping]:
    query = select(attempt).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.number)
    return list(tx.execute(query).mappings())


def spent(tx: Connection, *, since: datetime) -> dict[str, Decimal]:
    """US dollars by account name for every call since then that was or may have been accepted."""
    charged = attempt.c.outcome.in_([Outcome.PUBLISHED.value, Outcome.UNKNOWN.value, Outcome.OPEN.value])
    query = (
        select(account.c.name, func.sum(attempt.c.cost).label("dollars"))
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .join(account, account.c.id == d.account_id)
        .where(attempt.c.started_at >= since, charged)
        .group_by(account.c.name)
    )
    return {row.name: Decimal(row.dollars) for row in tx.execute(query)}


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
    due = _is(S.SCHEDULED) & (d.due_at <= soon) & d.account_id.in_(free) & ~is_on(STOP)
    return tx.execute(select(d.id).where(moving | due).limit(1)).first() is None


# --- what people decide ---------------------------------------------------------------------------------------------


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
    return _moved(tx, still_ours, S.CANCELLED, **values) == 1


def allow_late(tx: Connection, delivery_id: int, *, until: datetime) -> None:
    """A person said that it may still go out, until then."""
    tx.execute(update(delivery).where(d.id == delivery_id, _is(S.SCHEDULED)).values(late_until=until))


def schedule_approved(tx: Connection, campaign: str) -> int:
    """Move waiting rows whose content is approved to scheduled; they wake when they were put to wake."""
    waiting = update(delivery).where(_is(S.WAITING), d.campaign == campaign, is_approved(d.digest))
    moved = int(tx.execute(waiting.values(status=S.SCHEDULED.value)).rowcount)
    if moved:
        wake(tx)
    return moved


# --- what publishers do ---------------------------------------------------------------------------------------------


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
    return [Claim(delivery=_delivery(row), owner=owner, claimed_at=uptime) for row in rows]


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
    values: dict[str, Any] = {"outcome": outcome.value, "ended_at": now}
    values |= {} if said is None else {"said": said}
    values |= {} if cost is None else {"cost": cost}
    tx.execute(_NEWEST_ATTEMPT.values(**values), {"b_id": delivery_id})


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


def is_anothers(tx: Connection, held: Claim, found: Post) -> bool:
    """The same text may stand in two posts of an account; this one was recorded for another delivery."""
    same = (post.c.account_id == held.delivery.account_id) & (post.c.external_id == found.external_id)
    return tx.execute(select(post.c.id).where(same, post.c.delivery_id != held.delivery.id)).first() is not None


def claim_lookups(
    tx: Connection, *, owner: str, now: datetime, uptime: float, lease_until: datetime, limit: int
) -> list[Claim]:
    """Uncertain deliveries whose next look-up is due; their wake-up moves on so that no one else looks meanwhile."""
    due = select(d.id).where(_is(S.UNCERTAIN), d.next_at <= now).order_by(d.next_at).limit(limit)
    due = due.with_for_update(skip_locked=True, of=delivery)
    ids = [row.id for row in tx.execute(due)]
    taken = update(delivery).where(d.id.in_(ids), _is(S.UNCERTAIN))
    tx.execute(taken.values(owner=owner, next_at=lease_until, fence=d.fence + 1))
    rows = tx.execute(_deliveries().where(d.id.in_(ids)).order_by(d.next_at)).mappings()
    return [Claim(delivery=_delivery(row), owner=owner, claimed_at=uptime) for row in rows]


def look_again(tx: Connection, held: Claim, *, next_at: datetime) -> bool:
    """Not seen yet: count the look-up and wait for the next."""
    values = {"next_at": next_at, "lookups": d.lookups + 1}
    return tx.execute(_under(held, S.UNCERTAIN).values(**values)).rowcount == 1


def resolve(tx: Connection, held: Claim, to: DeliveryStatus, *, reason: str, **values: Any) -> bool:
    """What a person decided about a delivery at rest; False where it moved meanwhile."""
    wake(tx)
    return _leave(tx, held, to, reason=reason, **values)


def take_at_rest(tx: Connection, delivery_id: int, statuses: Collection[DeliveryStatus]) -> Claim | None:
    """Put a fence around a delivery that waits for a person, so that two people do not settle it twice."""
    at_rest = d.status.in_([status.value for status in statuses])
    taken = update(delivery).where(d.id == delivery_id, at_rest).values(fence=d.fence + 1)
    if tx.execute(taken).rowcount != 1:
        return None
    row = get(tx, delivery_id)
    return Claim(delivery=row, owner="", claimed_at=0) if row else None


# --- what the reaper does -------------------------------------------------------------------------------------------


def miss_overdue(tx: Connection, *, now: datetime, reason: str) -> list[int]:
    """Waiting and scheduled rows whose window closed."""
    late = select(d.id).where(d.status.in_([literal_column("'waiting'"), literal_column("'scheduled'")]))
    ids = [row.id for row in tx.execute(late.where(d.not_after < now, _last_moment() < now))]
    _move(tx, ids, S.MISSED, reason=reason)
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
    return select(d.id).where(_is(status), d.lease_until < now).with_for_update(skip_locked=True)


def long_uncertain(tx: Connection, *, since_before: datetime) -> list[Delivery]:
    """In doubt for so long that a person should know."""
    query = _deliveries().where(_is(S.UNCERTAIN), d.uncertain_since < since_before)
    return [_delivery(row) for row in tx.execute(query).mappings()]


# --- what a restore does ----------------------------------------------------------------------------------------------


def in_flight(tx: Connection, *, now: datetime) -> int:
    """How many deliveries some publisher holds under a lease."""
    held = d.status.in_([S.CLAIMED.value, S.SENDING.value]) & (d.lease_until > now)
    return int(tx.execute(select(func.count()).select_from(delivery).where(held)).scalar_one())


def hold_what_came_due(tx: Connection, *, now: datetime, reason: str) -> list[Delivery]:
    """Open deliveries of a restored backup that may be public already, without a trace of it here.

    What the backup knows of their attempts proves nothing: others may have followed. So that also goes for rows that
    were held before, `uncertain_since` is emptied; a look-up then goes by the text alone.
    """
    free = {"owner": None, "lease_until": None}
    _moved(tx, _is(S.CLAIMED), S.SCHEDULED, next_at=d.due_at, **free)
    _moved(tx, _is(S.SENDING), S.UNCERTAIN, uncertain_since=now, next_at=now, **free)
    tx.execute(update(delivery).where(_is(S.HELD)).values(uncertain_since=None))
    may_be_out = [status.value for status in (S.WAITING, S.SCHEDULED, S.UNCERTAIN)]
    due = d.status.in_(may_be_out) & (d.due_at <= now)
    forgotten = {"prepared": null(), "prepared_until": None, "prepared_ready": False, "late_until": None}
    # No claim that is still in some worker's hands may fit these rows again.
    _moved(tx, due, S.HELD, reason=reason, uncertain_since=None, fence=d.fence + 1000, **free, **forgotten)
    return [row for row in listing(tx, statuses=(S.HELD,)) if row.reason == reason]


# --- pieces ---------------------------------------------------------------------------------------------------------


def _is(status: DeliveryStatus) -> ColumnElement[bool]:
    return d.status == literal_column(f"'{status.value}'")


def _under(held: Claim, status: DeliveryStatus) -> Any:
    return update(delivery).where(d.id == held.delivery.id, d.fence == held.fence, _is(status))


def _leave(tx: Connection, held: Claim, to: DeliveryStatus, **values: Any) -> bool:
    mine = and_(d.id == held.delivery.id, d.fence == held.fence)
    return _moved(tx, mine, to, owner=None, lease_until=None, **values) == 1


def _move(tx: Connection, ids: Iterable[int], to: DeliveryStatus, **values: Any) -> int:
    return _moved(tx, d.id.in_(list(ids)), to, **values)


def _moved(tx: Connection, which: ColumnElement[bool], to: DeliveryStatus, **values: Any) -> int:
    """The one place where a status changes: only along MOVES."""
    allowed = [status.value for status, targets in MOVES.items() if to in targets]
    return tx.execute(update(delivery).where(which, d.status.in_(allowed)).values(status=to.value, **values)).rowcount


def _account_is_free(now: datetime | None = None) -> ColumnElement[bool]:
    at: Any = bindparam("now") if now is None else now
    return exists().where(
        account.c.id == d.account_id,
        account.c.blocked_at.is_(None),
        account.c.paused_until.is_(None) | (account.c.paused_until <= at),
        account.c.free_at.is_(None) | (account.c.free_at <= at),
    )


def _last_moment() -> ColumnElement[datetime]:
    """When the window closes, or until when a person said that it may go out late."""
    return func.coalesce(d.late_until, d.not_after)


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


def _deliveries() -> Select[Any]:
    tries = select(func.count()).where(attempt.c.delivery_id == d.id).correlate(delivery).scalar_subquery()
    return (
        select(
            delivery,
            account.c.name.label("account_name"),
            account.c.platform,
            account.c.sandbox,
            post.c.external_id,
            post.c.permalink,
            post.c.published_at,
            tries.label("attempts"),
        )
        .join(account, account.c.id == d.account_id)
        .outerjoin(post, post.c.delivery_id == d.id)
    )


def _delivery(row: RowMapping) -> Delivery:
    key = Key(
        campaign=row["campaign"], message=row["message"], account=row["account_name"], occurrence=row["occurrence"]
    )
    return Delivery(
        id=row["id"],
        key=key,
        account_id=row["account_id"],
        platform=row["platform"],
        sandbox=row["sandbox"],
        zone=row["zone"],
        content=_content(row),
        status=DeliveryStatus(row["status"]),
        reason=row["reason"],
        next_at=row["next_at"],
        fence=row["fence"],
        late_until=row["late_until"],
        sources_until=row["sources_until"],
        cost=row["cost"],
        prepared=_prepared(row),
        uncertain_since=row["uncertain_since"],
        lookups=row["lookups"],
        attempts=row["attempts"],
        post=_post(row),
    )


def _content(row: RowMapping) -> Content:
    return Content(
        text=row["text"],
        alt_text=row["alt_text"],
        link=row["link"],
        card=row["card_digest"],
        due_at=row["due_at"],
        not_after=row["not_after"],
        digest=row["digest"],
    )


def _prepared(row: RowMapping) -> Prepared | None:
    if row["prepared"] is None:
        return None
    return Prepared(markers=row["prepared"], expires_at=row["prepared_until"], ready=row["prepared_ready"])


def _post(row: RowMapping) -> Post | None:
    if row["external_id"] is None:
        return None
    return Post(external_id=row["external_id"], permalink=row["permalink"], published_at=row["published_at"])


# --- what is asked a thousand times, built once: building a statement costs more than running it ---------------------

_MINE = and_(d.id == bindparam("b_id"), d.fence == bindparam("b_fence"))

#: The statuses are literals because with a bound value neither planner uses the partial index.
_DUE = (
    select(d.id)
    .where(
        _is(S.SCHEDULED),
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
    .where(d.id.in_(select(_DUE.c.id)), _is(S.SCHEDULED))
    .values(
        status=S.CLAIMED.value, owner=bindparam("b_owner"), lease_until=bindparam("b_lease_until"), fence=d.fence + 1
    )
    .returning(d.id)
)
_CLAIMED = _deliveries().where(d.id.in_(bindparam("ids", expanding=True))).order_by(d.next_at, d.id)
_INTEND = (
    update(delivery)
    .where(
        _MINE,
        _is(S.CLAIMED),
        d.digest == bindparam("b_digest"),
        d.lease_until > bindparam("now"),
        _last_moment() >= bindparam("now"),
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
_NEWEST_ATTEMPT = update(attempt).where(
    attempt.c.delivery_id == bindparam("b_id"),
    attempt.c.number
    == select(func.max(attempt.c.number)).where(attempt.c.delivery_id == bindparam("b_id")).scalar_subquery(),
)
_PUBLISH = (
    update(delivery)
    .where(
        _MINE,
        d.status.in_([status.value for status, targets in MOVES.items() if S.PUBLISHED in targets]),
        ~exists().where(post.c.account_id == d.account_id, post.c.external_id == bindparam("b_external_id")),
    )
    .values(status=S.PUBLISHED.value, owner=None, lease_until=None, reason="")
)
_POSTED = insert(post).returning(post.c.id)
