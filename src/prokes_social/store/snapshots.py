"""Readings of posts: the table of snapshots is also the queue of those still to be taken."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, exists, insert, select, update
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.platform import Post
from prokes_social.model.reach import Known, Metric, ReachSnapshot, Untold
from prokes_social.store.tables import account, delivery, post, snapshot

s = snapshot.c
_later = snapshot.alias("later")


@dataclass(frozen=True, kw_only=True)
class DueReading:
    """A reading to be taken now; where a person asked for it, `due_at` is the moment of asking."""

    post_id: int
    account_id: int
    post: Post
    due_at: datetime
    asked_for: bool = False


@dataclass(frozen=True, kw_only=True)
class TakenReading:
    """One reading of one post, with what it belongs to."""

    post_id: int
    taken_at: datetime
    due_at: datetime
    numbers: dict[Metric, int | None]
    known: Known
    reason: str  #: why numbers are not told
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)  #: what a number is made of
    fell: Mapping[Metric, int] = field(default_factory=dict)  #: what was told before, where it was more


def plan_readings(tx: Connection, post_id: int, due: Collection[datetime]) -> None:
    """The readings of a new post."""
    if due:
        tx.execute(insert(snapshot), [{"post_id": post_id, "due_at": at, "next_at": at} for at in sorted(set(due))])


# --- what is due ---


def _waits(now: datetime) -> ColumnElement[bool]:
    """Unread and due, and the newest such of its post: what came due before it is read with it, by one call."""
    newer = exists().where(
        _later.c.post_id == s.post_id, _later.c.taken_at.is_(None), _later.c.due_at > s.due_at, _later.c.due_at <= now
    )
    return and_(s.taken_at.is_(None), ~newer)


def _may_be_asked(now: datetime) -> ColumnElement[bool]:
    """A limit met while posting holds for reading as well; the reverse never does."""
    return and_(
        account.c.unread_until.is_(None) | (account.c.unread_until <= now),
        account.c.paused_until.is_(None) | (account.c.paused_until <= now),
    )


def accounts_with_due(tx: Connection, now: datetime) -> list[int]:
    query = select(post.c.account_id).distinct().select_from(snapshot).join(post, post.c.id == s.post_id)
    query = query.join(account, account.c.id == post.c.account_id)
    return list(tx.execute(query.where(_waits(now), s.next_at <= now, _may_be_asked(now))).scalars())


def claim_due(tx: Connection, account_id: int, *, now: datetime, lease_until: datetime, limit: int) -> list[DueReading]:
    """Take due readings of an account; their wake-up moves to the lease's end, so a killed reader loses nothing."""
    due = select(s.post_id, s.due_at).join(post, post.c.id == s.post_id)
    due = due.join(account, account.c.id == post.c.account_id)
    # The sum keeps planners from walking through all posts the account ever had, instead of the few that are due.
    due = due.where(post.c.account_id + 0 == account_id, _waits(now), s.next_at <= now, _may_be_asked(now))
    due = due.order_by(s.next_at).limit(limit).with_for_update(skip_locked=True, of=snapshot)
    keys = [(row.post_id, row.due_at) for row in tx.execute(due)]
    if not keys:
        return []
    tx.execute(_LEASE, [{"b_post": post_id, "b_due": due_at, "b_next": lease_until} for post_id, due_at in keys])
    posts = _posts(tx, {post_id for post_id, _ in keys})
    return [_due(posts[post_id], due_at) for post_id, due_at in keys]


def on_demand(tx: Connection, *, now: datetime, campaign: str | None = None) -> list[DueReading]:
    """A reading at this moment for every post, whatever the table says."""
    return [_due(row, now, asked_for=True) for row in _posts(tx, None, campaign).values()]


def next_wake(tx: Connection, now: datetime) -> datetime | None:
    """When a reading that may be taken is due next, or was."""
    query = select(s.next_at).join(post, post.c.id == s.post_id).join(account, account.c.id == post.c.account_id)
    return tx.execute(query.where(_waits(now), _may_be_asked(now)).order_by(s.next_at).limit(1)).scalar()


def is_waiting(tx: Connection) -> bool:
    """Some reading is still to be taken, now or later."""
    return tx.execute(select(s.post_id).where(s.taken_at.is_(None)).limit(1)).first() is not None


# --- what came of it ---


def record(tx: Connection, told: Sequence[tuple[DueReading, ReachSnapshot]]) -> None:
    """Keep numbers and raw answers; mark what fell, posts that are gone and posts that came back.

    A reading that somebody else has taken meanwhile stays theirs.
    """
    if not told:
        return
    before = _told_before(tx, {reading.post_id for reading, _ in told})
    rows = [_row(reading, taken, before.get(reading.post_id, {})) for reading, taken in told]
    planned = [row for row, (reading, _) in zip(rows, told, strict=True) if not reading.asked_for]
    if planned:
        tx.execute(_RECORD, planned)
    for row, (reading, _taken) in zip(rows, told, strict=True):
        if reading.asked_for:
            _record_asked(tx, row)
    _replace_earlier(tx, [reading for reading, _ in told], now=max(taken.taken_at for _, taken in told))
    _note_removals(tx, told)


def put_off(tx: Connection, readings: Sequence[DueReading], *, next_at: datetime, reason: str) -> None:
    """The platform did not tell: try again later, never write 0."""
    rows = [{"b_post": each.post_id, "b_due": each.due_at, "b_next": next_at, "b_reason": reason} for each in readings]
    if rows:
        tx.execute(_PUT_OFF, rows)


def say_why(tx: Connection, account_id: int, *, now: datetime, reason: str) -> None:
    """Of every due reading of an account that is left alone for a while."""
    its = select(post.c.id).where(post.c.account_id == account_id)
    due = and_(s.post_id.in_(its), s.taken_at.is_(None), s.due_at <= now)
    tx.execute(update(snapshot).where(due).values(reason=reason))


def give_up(tx: Connection, readings: Sequence[DueReading], *, now: datetime, reason: str) -> None:
    """The platform will not tell any more: an empty reading that says why."""
    rows = [{"b_post": each.post_id, "b_due": each.due_at, "b_now": now, "b_reason": reason} for each in readings]
    if rows:
        tx.execute(_GIVE_UP, rows)
        _replace_earlier(tx, readings, now=now)


def _row(reading: DueReading, taken: ReachSnapshot, before: Mapping[Metric, int]) -> dict[str, Any]:
    told = {metric: value for metric, value in taken.numbers.items() if value is not None and taken.tells}
    fell = {metric.value: before[metric] for metric, value in told.items() if value < before.get(metric, 0)}
    return {
        "b_post": reading.post_id,
        "b_due": reading.due_at,
        "b_now": taken.taken_at,
        "b_numbers": {metric.value: value for metric, value in taken.numbers.items()},
        "b_kinds": {metric.value: dict(kinds) for metric, kinds in taken.kinds.items()},
        "b_fell": fell or None,
        "b_raw": dict(taken.raw),
        "b_known": (Known.MEASURED if taken.tells else Known.UNKNOWN).value,
        "b_reason": _why_untold(taken),
        "b_impressions": told.get(Metric.IMPRESSIONS),
    }


def _why_untold(taken: ReachSnapshot) -> str:
    if taken.missing:
        return Untold.GONE.value
    if taken.withheld:
        return Untold.WITHHELD.value
    return "" if taken.tells else Untold.SILENT.value


def _record_asked(tx: Connection, row: Mapping[str, Any]) -> None:
    if not tx.execute(_RECORD_AGAIN, row).rowcount:
        keys = {"post_id": row["b_post"], "due_at": row["b_due"], "next_at": row["b_due"], "taken_at": row["b_now"]}
        values = {name: row[f"b_{name}"] for name in _TOLD}
        tx.execute(insert(snapshot).values(**keys, **values))


def _told_before(tx: Connection, posts: Collection[int]) -> dict[int, dict[Metric, int]]:
    """The newest number of each metric that was told so far, by post."""
    query = select(s.post_id, s.numbers).where(s.post_id.in_(posts), s.known == Known.MEASURED.value)
    told: dict[int, dict[Metric, int]] = {}
    for row in tx.execute(query.order_by(s.taken_at)):
        numbers = {Metric(name): value for name, value in (row.numbers or {}).items() if value is not None}
        told.setdefault(row.post_id, {}).update(numbers)
    return told


def _replace_earlier(tx: Connection, readings: Sequence[DueReading], *, now: datetime) -> None:
    """After a standstill several readings of a post are due; one call answers for all of them."""
    tx.execute(_REPLACE, [{"b_post": each.post_id, "b_due": each.due_at, "b_now": now} for each in readings])


def _note_removals(tx: Connection, told: Sequence[tuple[DueReading, ReachSnapshot]]) -> None:
    gone = {reading.post_id: taken.taken_at for reading, taken in told if taken.missing}
    here = [reading.post_id for reading, taken in told if not taken.missing]
    if gone:
        rows = [{"b_post": post_id, "b_now": at} for post_id, at in gone.items()]
        tx.execute(_GONE, rows)
    back = update(post).where(post.c.id.in_(here), post.c.removed_at.is_not(None))
    tx.execute(back.values(removed_at=None))


_AT = and_(s.post_id == bindparam("b_post"), s.due_at == bindparam("b_due"))
_UNREAD_AT = and_(_AT, s.taken_at.is_(None))
_TOLD = ("numbers", "kinds", "fell", "raw", "known", "reason", "impressions")
_NUMBERS: dict[str, Any] = {name: bindparam(f"b_{name}") for name in _TOLD}
_LEASE = update(snapshot).where(_UNREAD_AT).values(next_at=bindparam("b_next"))
_PUT_OFF = update(snapshot).where(_UNREAD_AT).values(next_at=bindparam("b_next"), reason=bindparam("b_reason"))
_RECORD = update(snapshot).where(_UNREAD_AT).values(taken_at=bindparam("b_now"), **_NUMBERS)
_RECORD_AGAIN = update(snapshot).where(_AT).values(taken_at=bindparam("b_now"), **_NUMBERS)
_GIVE_UP = (
    update(snapshot)
    .where(_UNREAD_AT)
    .values(taken_at=bindparam("b_now"), numbers={}, raw={}, reason=bindparam("b_reason"))
)
_REPLACE = (
    update(snapshot)
    .where(s.post_id == bindparam("b_post"), s.due_at < bindparam("b_due"), s.taken_at.is_(None))
    .values(taken_at=bindparam("b_now"), numbers={}, raw={}, reason=Untold.REPLACED.value)
)
_GONE = (
    update(post)
    .where(post.c.id == bindparam("b_post"), post.c.removed_at.is_(None))
    .values(removed_at=bindparam("b_now"))
)


# --- rows to nouns ---


def _posts(tx: Connection, ids: Collection[int] | None, campaign: str | None = None) -> dict[int, RowMapping]:
    query = select(post).join(account, account.c.id == post.c.account_id).order_by(post.c.id)
    if ids is not None:
        query = query.where(post.c.id.in_(ids))
    if campaign:
        query = query.join(delivery, delivery.c.id == post.c.delivery_id).where(delivery.c.campaign == campaign)
    return {row["id"]: row for row in tx.execute(query).mappings()}


def _due(row: RowMapping, due_at: datetime, *, asked_for: bool = False) -> DueReading:
    told = Post(external_id=row["external_id"], permalink=row["permalink"], published_at=row["published_at"])
    return DueReading(post_id=row["id"], account_id=row["account_id"], post=told, due_at=due_at, asked_for=asked_for)


def as_taken(row: RowMapping) -> TakenReading:
    return TakenReading(
        post_id=row["post_id"],
        taken_at=row["taken_at"],
        due_at=row["due_at"],
        numbers={Metric(name): value for name, value in (row["numbers"] or {}).items()},
        known=Known(row["known"]),
        reason=row["reason"],
        kinds={Metric(name): kinds for name, kinds in (row["kinds"] or {}).items()},
        fell={Metric(name): value for name, value in (row["fell"] or {}).items()},
    )
