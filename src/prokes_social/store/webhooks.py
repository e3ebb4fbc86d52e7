"""Status changes for a webhook: events in, those to tell now out; each stays until it is taken or too old."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from prokes_social.store import events
from prokes_social.store.events import LOOK_BACK
from prokes_social.store.tables import event, webhook_call, webhook_follower

c, f = webhook_call.c, webhook_follower.c
_NAME = "statuses"
OPEN, TOLD, DROPPED = "open", "told", "dropped"
#: Seconds within which a transaction that was slow becomes visible.
_SLOWEST = 600
_MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Follower:
    first_id: int
    event_id: int  #: the newest that was seen
    failures: int
    paused_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Call:
    event_id: int
    at: int  #: Unix seconds, by the database's clock
    delivery_id: int
    status: str
    noted_at: datetime
    tries: int

    @property
    def name(self) -> str:
        """The same whenever it is told again; a restored database, which counts anew, gives others."""
        return f"{self.at}-{self.event_id}"


def follower(tx: Connection) -> Follower | None:
    row = tx.execute(select(f.first_id, f.event_id, f.failures, f.paused_until).where(f.name == _NAME)).first()
    return Follower(**row._mapping) if row else None


def begin(tx: Connection) -> None:
    """From now on; what changed before is not told."""
    newest = events.newest(tx)
    tx.execute(insert(webhook_follower).values(name=_NAME, first_id=newest, event_id=newest))


def end(tx: Connection) -> None:
    """Nobody is told any more; whoever begins again begins anew."""
    tx.execute(delete(webhook_follower).where(f.name == _NAME))
    tx.execute(update(webhook_call).where(c.outcome == OPEN).values(outcome=DROPPED))


def has_news(tx: Connection, known: Follower, now: datetime) -> bool:
    """Whether something changed since, or waits to be told and is due."""
    if events.newest(tx) != known.event_id:
        return True
    if known.paused_until and known.paused_until > now:
        return False
    return bool(tx.execute(select(exists().where(c.outcome == OPEN, c.next_at <= now))).scalar())


def collect(tx: Connection, known: Follower, statuses: Collection[str], now: datetime) -> None:
    """Note each change to one of `statuses` since the last time, also those that became visible late."""
    newest_at = tx.execute(select(func.max(event.c.at))).scalar() or 0
    late = (event.c.id > known.event_id - LOOK_BACK) & (event.c.at > newest_at - _SLOWEST)
    fresh = (
        select(event)
        .where(event.c.kind == "delivery", event.c.id > known.first_id, or_(event.c.id > known.event_id, late))
        .where(~exists().where(c.event_id == event.c.id))
        .order_by(event.c.id)
        .limit(_MOST)
    )
    found = [each for each in tx.execute(fresh).mappings() if each["subject"].isdecimal()]
    rows = [
        {"event_id": each["id"], "at": each["at"], "delivery_id": int(each["subject"]), "status": each["status"],
         "noted_at": now, "next_at": now, "outcome": OPEN}
        for each in found
        if each["status"] in statuses
    ]  # fmt: skip
    if rows:
        tx.execute(insert(webhook_call), rows)
    seen = found[-1]["id"] if len(found) >= _MOST else events.newest(tx)
    # A restored database counts from further back.
    tx.execute(
        update(webhook_follower).where(f.name == _NAME).values(event_id=seen, first_id=min(known.first_id, seen))
    )


def due(tx: Connection, now: datetime, *, most: int) -> Sequence[Call]:
    """What was refused most often comes last, so that one that is never taken holds up no other."""
    query = select(c.event_id, c.at, c.delivery_id, c.status, c.noted_at, c.tries)
    query = query.where(c.outcome == OPEN, c.next_at <= now).order_by(c.tries, c.event_id).limit(most)
    return [Call(**row) for row in tx.execute(query).mappings()]


def told(tx: Connection, event_id: int) -> None:
    tx.execute(update(webhook_call).where(c.event_id == event_id).values(outcome=TOLD))
    tx.execute(update(webhook_follower).where(f.name == _NAME).values(failures=0, paused_until=None))


def put_off(tx: Connection, call: Call, *, next_at: datetime, failures: int, paused_until: datetime) -> None:
    tx.execute(update(webhook_call).where(c.event_id == call.event_id).values(tries=call.tries + 1, next_at=next_at))
    tx.execute(update(webhook_follower).where(f.name == _NAME).values(failures=failures, paused_until=paused_until))


def drop(tx: Connection, noted_before: datetime) -> int:
    """Give up what is older; how many."""
    old = update(webhook_call).where(c.outcome == OPEN, c.noted_at < noted_before)
    return tx.execute(old.values(outcome=DROPPED)).rowcount


def forget(tx: Connection, noted_before: datetime) -> None:
    """What was told or given up, long after any event could still become visible."""
    tx.execute(delete(webhook_call).where(c.outcome != OPEN, c.noted_at < noted_before))
