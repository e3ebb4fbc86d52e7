"""What readings told, for reports: each post's newest numbers and how impressions grew, among a million readings."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, case, func, literal_column, select
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.reach import Metric
from prokes_social.store.snapshots import TakenReading, as_taken
from prokes_social.store.tables import delivery, post, snapshot

s = snapshot.c
#: Word for word as in the partial indexes, or the planner does not see that they serve.
_TOLD = s.known == literal_column("'measured'")
_SILENT = and_(s.known == literal_column("'unknown'"), s.taken_at.is_not(None))
#: Names in one question; SQLite takes some thousands.
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Newest:
    """The newest reading of a post that told a number."""

    post_id: int
    taken_at: datetime
    due_at: datetime
    numbers: Mapping[Metric, int]
    reason: str
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)  #: what a number is made of


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A reading that told nothing."""

    taken_at: datetime
    due_at: datetime
    reason: str


class Pace(Enum):
    """How finely growth is told apart."""

    MOMENT = "moment"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What the readings of an account's posts added to their impressions at one moment."""

    account_id: int
    at: datetime
    gained: int
    posts: int  #: read for the first time


@dataclass(frozen=True, kw_only=True)
class Level:
    """A post's newest impressions."""

    post_id: int
    delivery_id: int
    account_id: int
    published_at: datetime
    taken_at: datetime
    impressions: int


def newest(tx: Connection, campaign: str) -> dict[int, Newest]:
    """By delivery."""
    last = _last_told(_posts_of(campaign))
    at_last = and_(s.post_id == last.c.post_id, s.taken_at == last.c.taken_at, _TOLD)
    query = select(post.c.delivery_id, s.post_id, s.taken_at, s.due_at, s.numbers, s.reason, s.kinds)
    query = query.select_from(last).join(snapshot, at_last).join(post, post.c.id == s.post_id)
    return {
        row.delivery_id: Newest(
            post_id=row.post_id,
            taken_at=row.taken_at,
            due_at=row.due_at,
            numbers={Metric(name): value for name, value in row.numbers.items() if value is not None},
            reason=row.reason,
            kinds={Metric(name): kinds for name, kinds in (row.kinds or {}).items()},
        )
        for row in tx.execute(query.order_by(s.due_at))
    }


def silences(tx: Connection, campaign: str) -> dict[int, Silence]:
    """By delivery, the newest reading that told nothing."""
    query = select(post.c.delivery_id, s.taken_at, s.due_at, s.reason).join(post, post.c.id == s.post_id)
    query = query.where(_SILENT, s.post_id.in_(_posts_of(campaign))).order_by(s.taken_at, s.due_at)
    return {
        row.delivery_id: Silence(taken_at=row.taken_at, due_at=row.due_at, reason=row.reason)
        for row in tx.execute(query)
    }


def fallen(tx: Connection, campaign: str) -> set[int]:
    """Posts of which some number fell."""
    query = select(s.post_id).distinct().where(s.fell.is_not(None), s.post_id.in_(_posts_of(campaign)))
    return set(tx.execute(query).scalars())


def post_of(tx: Connection, delivery_id: int) -> int | None:
    return tx.execute(select(post.c.id).where(post.c.delivery_id == delivery_id)).scalar()


def readings_of(tx: Connection, posts: Collection[int]) -> dict[int, list[TakenReading]]:
    """Every reading of these posts, by post, oldest first."""
    found: dict[int, list[TakenReading]] = {}
    for batch in _batches(posts):
        query = select(snapshot).where(s.post_id.in_(batch), s.taken_at.is_not(None))
        for row in tx.execute(query.order_by(s.taken_at, s.due_at)).mappings():
            found.setdefault(row["post_id"], []).append(as_taken(row))
    return found


def growth(tx: Connection, campaign: str, pace: Pace) -> list[Growth]:
    """How impressions grew, by account and moment, the oldest first."""
    before = func.lag(s.impressions).over(partition_by=s.post_id, order_by=s.taken_at)
    told = select(s.post_id, s.taken_at, s.impressions, before.label("before"))
    rows = told.where(_TOLD, s.impressions.is_not(None), s.post_id.in_(_posts_of(campaign))).subquery()
    r = rows.c
    gained = func.sum(r.impressions - func.coalesce(r.before, 0)).label("gained")
    first = func.sum(case((r.before.is_(None), 1), else_=0)).label("first")
    at = func.max(r.taken_at, type_=s.taken_at.type).label("at")
    query = select(post.c.account_id, at, gained, first).select_from(rows).join(post, post.c.id == r.post_id)
    query = query.group_by(post.c.account_id, _cut(r.taken_at, pace, tx.dialect.name)).order_by(at)
    return [
        Growth(account_id=row.account_id, at=row.at, gained=int(row.gained), posts=int(row.first))
        for row in tx.execute(query)
    ]


def span(tx: Connection, campaign: str) -> tuple[int, datetime | None, datetime | None]:
    """How many readings told impressions, the first and the last."""
    first, last = (kind(s.taken_at, type_=s.taken_at.type) for kind in (func.min, func.max))
    query = select(func.count(), first, last).where(_TOLD, s.post_id.in_(_posts_of(campaign)))
    row = tx.execute(query).one()
    return int(row[0]), row[1], row[2]


def impressions(tx: Connection, campaign: str) -> Iterator[tuple[int, datetime, int]]:
    """Delivery, when it was read and what was told, the oldest first."""
    query = select(post.c.delivery_id, s.taken_at, s.impressions).join(post, post.c.id == s.post_id)
    query = query.where(_TOLD, s.impressions.is_not(None), s.post_id.in_(_posts_of(campaign)))
    for row in tx.execute(query.order_by(s.taken_at, s.due_at)):
        yield row.delivery_id, row.taken_at, row.impressions


def levels(tx: Connection, accounts: Collection[int], *, since: datetime, until: datetime) -> list[Level]:
    """Posts of these accounts, of whatever campaign, published in between; the oldest first."""
    theirs = select(post.c.id).where(
        post.c.account_id.in_(accounts), post.c.published_at >= since, post.c.published_at <= until
    )
    last = _last_told(theirs)
    query = select(
        s.post_id, post.c.delivery_id, post.c.account_id, post.c.published_at, s.taken_at, s.impressions
    ).select_from(last)
    query = query.join(snapshot, and_(s.post_id == last.c.post_id, s.taken_at == last.c.taken_at, _TOLD))
    query = query.join(post, post.c.id == s.post_id).where(s.impressions.is_not(None))
    found = {row.post_id: Level(**row._mapping) for row in tx.execute(query.order_by(post.c.published_at))}
    return list(found.values())


def impressions_of(tx: Connection, posts: Collection[int]) -> Iterator[tuple[int, datetime, int]]:
    """Post, when it was read and what was told, each post's oldest first."""
    for batch in _batches(posts):
        query = select(s.post_id, s.taken_at, s.impressions)
        query = query.where(_TOLD, s.impressions.is_not(None), s.post_id.in_(batch))
        for row in tx.execute(query.order_by(s.post_id, s.taken_at)):
            yield row[0], row[1], row[2]


def _posts_of(campaign: str) -> Select[tuple[int]]:
    return select(post.c.id).join(delivery, delivery.c.id == post.c.delivery_id).where(delivery.c.campaign == campaign)


def _last_told(posts: Select[tuple[int]]) -> Subquery:
    last = select(s.post_id, func.max(s.taken_at).label("taken_at")).where(_TOLD, s.post_id.in_(posts))
    return last.group_by(s.post_id).subquery()


def _cut(at: ColumnElement[datetime], pace: Pace, dialect: str) -> ColumnElement[Any]:
    if pace is Pace.MOMENT:
        return at
    if dialect == "sqlite":  # moments are text there, the largest unit first
        return func.substr(at, 1, 13 if pace is Pace.HOUR else 10)
    return func.date_trunc(pace.value, at)


def _batches(posts: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(posts)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
