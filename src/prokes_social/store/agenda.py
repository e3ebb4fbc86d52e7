"""The queue as a calendar asks for it: deliveries of some days, filtered, a page at a time, and counts of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, Interval, Select, and_, cast, func, literal, or_, select
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.store._queue import as_delivery, deliveries_in_full
from prokes_social.store.tables import account, campaign, delivery

d = delivery.c


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What is not given does not narrow. `within` are the units that somebody may see."""

    since: datetime | None = None
    until: datetime | None = None  #: not included
    campaign: str = ""
    account: str = ""
    unit: str = ""
    statuses: Collection[DeliveryStatus] = ()
    within: Collection[str] | None = None
    official: bool = False  #: without what people tapped for accounts of their own

    def condition(self) -> ColumnElement[bool]:
        tests: list[ColumnElement[bool]] = []
        if self.since:
            tests.append(d.due_at >= self.since)
        if self.until:
            tests.append(d.due_at < self.until)
        if self.campaign:
            tests.append(d.campaign == self.campaign)
        if self.statuses:
            tests.append(d.status.in_([status.value for status in self.statuses]))
        if self.account or self.unit or self.official or self.within is not None:
            tests.append(d.account_id.in_(self._accounts()))
        return and_(True, *tests)

    def _accounts(self) -> Select[tuple[int]]:
        wanted = select(account.c.id)
        wanted = wanted.where(account.c.name == self.account) if self.account else wanted
        wanted = wanted.where(account.c.unit_id == self.unit) if self.unit else wanted
        wanted = wanted.where(account.c.kind == AccountKind.OFFICIAL.value) if self.official else wanted
        return wanted.where(account.c.unit_id.in_(self.within)) if self.within is not None else wanted


#: A place in the list: when it is due, and its number.
Place = tuple[datetime, int]


def page(tx: Connection, wanted: Filter, *, after: Place | None = None, most: int = 50) -> list[Delivery]:
    """In the order they are due, from behind `after` on."""
    query = deliveries_in_full().where(wanted.condition()).order_by(d.due_at, d.id).limit(most)
    if after:
        query = query.where(or_(d.due_at > after[0], and_(d.due_at == after[0], d.id > after[1])))
    return [as_delivery(row) for row in tx.execute(query).mappings()]


def newest(tx: Connection, wanted: Filter, *, most: int = 50) -> list[Delivery]:
    """The latest due first."""
    query = deliveries_in_full().where(wanted.condition()).order_by(d.due_at.desc(), d.id.desc()).limit(most)
    return [as_delivery(row) for row in tx.execute(query).mappings()]


def counts(tx: Connection, wanted: Filter) -> dict[DeliveryStatus, int]:
    query = select(d.status, func.count()).where(wanted.condition()).group_by(d.status)
    return {DeliveryStatus(status): count for status, count in tx.execute(query)}


def has_any(tx: Connection, wanted: Filter) -> bool:
    return tx.execute(select(d.id).where(wanted.condition()).limit(1)).first() is not None


def by_message(tx: Connection, wanted: Filter) -> dict[str, dict[DeliveryStatus, int]]:
    query = select(d.message, d.status, func.count()).where(wanted.condition()).group_by(d.message, d.status)
    found: dict[str, dict[DeliveryStatus, int]] = {}
    for message, status, count in tx.execute(query):
        found.setdefault(message, {})[DeliveryStatus(status)] = count
    return found


def by_day(tx: Connection, wanted: Filter, *, first: datetime, days: int) -> list[dict[DeliveryStatus, int]]:
    """Counts of each of `days` days of 24 hours from `first` on; Indonesia's zones know no summer time."""
    number = _days_since(tx, first).label("number")
    until = first + timedelta(days=days)
    query = (
        select(number, d.status, func.count())
        .where(wanted.condition(), d.due_at >= first, d.due_at < until)
        .group_by(number, d.status)
    )
    found: list[dict[DeliveryStatus, int]] = [{} for _day in range(days)]
    for day, status, count in tx.execute(query):
        found[int(day)][DeliveryStatus(status)] = count
    return found


def crowded(tx: Connection, *, since: datetime, until: datetime, gap: timedelta) -> dict[int, datetime]:
    """Deliveries to come that stand closer than `gap` to another one of their account, and when they are due."""
    other = delivery.alias()
    o, to_come = other.c, [DeliveryStatus.WAITING.value, DeliveryStatus.SCHEDULED.value]
    follows = and_(
        o.account_id == d.account_id, o.due_at >= d.due_at, o.due_at < _later(tx, gap), o.status.in_(to_come),
        or_(o.due_at > d.due_at, o.id > d.id),
    )  # fmt: skip
    pairs = select(d.id, d.due_at, o.id, o.due_at).select_from(delivery.join(other, follows))
    found: dict[int, datetime] = {}
    for first, first_due, second, second_due in tx.execute(
        pairs.where(d.status.in_(to_come), d.due_at >= since, d.due_at < until)
    ):
        found |= {first: first_due, second: second_due}
    return found


def campaigns(tx: Connection) -> Sequence[str]:
    """Those that were ever queued."""
    return tx.execute(select(campaign.c.name).order_by(campaign.c.name)).scalars().all()


def _days_since(tx: Connection, first: datetime) -> ColumnElement[int]:
    return (_seconds(tx) - int(first.timestamp())) // 86400


def _later(tx: Connection, gap: timedelta) -> ColumnElement[datetime]:
    """So long after a delivery is due; SQLite's moments are text, and one without a fraction comes before its own."""
    if tx.dialect.name == "postgresql":
        return d.due_at + literal(gap, Interval)
    return func.strftime("%Y-%m-%d %H:%M:%S", d.due_at, f"+{int(gap.total_seconds())} seconds", type_=d.due_at.type)


def _seconds(tx: Connection) -> ColumnElement[int]:
    if tx.dialect.name == "postgresql":
        return cast(func.extract("epoch", d.due_at), Integer)
    return func.unixepoch(d.due_at, type_=Integer)
