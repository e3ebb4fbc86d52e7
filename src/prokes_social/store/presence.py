"""Who is at work: workers that were heard of lately, and whose turn it is to do what only one process may do.

Both are rows of the table of switches that lapse by themselves, so a killed process leaves nothing to clean up.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from prokes_social.store.tables import switch

_WORKER = "worker:"
_TURN = "turn:"
#: A worker that was not heard of for so long is gone for good.
FORGET = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Worker:
    owner: str
    seen_at: datetime


def report(tx: Connection, owner: str, *, now: datetime) -> None:
    """A worker says that it is alive."""
    _set(tx, _WORKER + owner, owner, now)
    tx.execute(delete(switch).where(switch.c.name.startswith(_WORKER), switch.c.since < now - FORGET))


def leave(tx: Connection, owner: str) -> None:
    tx.execute(delete(switch).where(switch.c.name == _WORKER + owner))


def workers(tx: Connection) -> list[Worker]:
    """The one that was heard of last comes first."""
    rows = tx.execute(select(switch).where(switch.c.name.startswith(_WORKER)).order_by(switch.c.since.desc()))
    return [Worker(owner=row.who, seen_at=row.since) for row in rows]


def take_turn(tx: Connection, name: str, owner: str, *, now: datetime, lasting: timedelta) -> bool:
    """Whether it is ours from now on; another's turn ends by itself after `lasting`."""
    taken = tx.execute(select(switch).where(switch.c.name == _TURN + name)).first()
    # A turn from the future was taken before the clock was set back.
    if taken and taken.who != owner and now - lasting < taken.since <= now:
        return False
    turn = {"since": now, "who": owner}
    if taken:
        unchanged = and_(switch.c.name == _TURN + name, switch.c.since == taken.since, switch.c.who == taken.who)
        return tx.execute(update(switch).where(unchanged).values(**turn)).rowcount == 1
    try:
        with tx.begin_nested():
            tx.execute(insert(switch).values(name=_TURN + name, **turn))
    except IntegrityError:
        return False  # another asked at the same moment, on PostgreSQL
    return True


def end_turn(tx: Connection, name: str, owner: str) -> None:
    tx.execute(delete(switch).where(switch.c.name == _TURN + name, switch.c.who == owner))


def forget_all(tx: Connection) -> None:
    """A copy of the database is at work nowhere."""
    tx.execute(delete(switch).where(switch.c.name.startswith(_WORKER) | switch.c.name.startswith(_TURN)))


def _set(tx: Connection, name: str, owner: str, now: datetime) -> None:
    if tx.execute(update(switch).where(switch.c.name == name).values(since=now, who=owner)).rowcount:
        return
    with suppress(IntegrityError), tx.begin_nested():  # the same worker may say it twice at the same moment
        tx.execute(insert(switch).values(name=name, since=now, who=owner))
