"""Switches that every process sees at once: a row means on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.store.tables import switch

STOP = "stop"
ELECTION = "election"


@dataclass(frozen=True, kw_only=True)
class Switch:
    since: datetime
    who: str
    remark: str


def turn_on(tx: Connection, name: str, *, who: str, now: datetime, remark: str = "") -> bool:
    """False where it is on already."""
    if tx.execute(select(switch.c.name).where(switch.c.name == name)).first():
        return False
    try:
        with tx.begin_nested():
            tx.execute(insert(switch).values(name=name, since=now, who=who, remark=remark))
    except IntegrityError:
        return False  # another machine did it at the same moment
    return True


def turn_off(tx: Connection, name: str) -> bool:
    return tx.execute(delete(switch).where(switch.c.name == name)).rowcount == 1


def state(tx: Connection, name: str) -> Switch | None:
    row = tx.execute(select(switch).where(switch.c.name == name)).mappings().first()
    return Switch(since=row["since"], who=row["who"], remark=row["remark"]) if row else None


def is_on(name: str) -> ColumnElement[bool]:
    """In SQL, for the conditions of a claim and of an intent."""
    return exists().where(switch.c.name == name)
