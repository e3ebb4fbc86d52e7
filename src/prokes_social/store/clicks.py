"""Clicks: visits in, one row a visitor, place and day out; and the day's salt, without which a digest says nothing."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from prokes_social.store.tables import click, day_salt, offer

c = click.c
_KEY = ("offer_id", "place", "day", "visitor")
_SALT_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Click:
    """One visit by a person."""

    offer_id: int
    place: str
    day: date  #: at the office
    visitor: str  #: a digest that means something on that day alone


@dataclass(frozen=True, kw_only=True)
class Visits:
    clicks: int = 0
    visitors: int = 0  #: different within a day; the same person on two days counts twice


def add(tx: Connection, clicks: Iterable[Click]) -> None:
    """Count visits; the same visitor again raises the count of their row."""
    counted = Counter(clicks)
    rows = [{name: getattr(each, name) for name in _KEY} | {"count": count} for each, count in counted.items()]
    if not rows:
        return
    # In one order, so that two processes never wait for each other's rows.
    rows.sort(key=lambda row: tuple(row[name] for name in _KEY))
    adding = _insert(tx, click)
    more = adding.on_conflict_do_update(index_elements=_KEY, set_={"count": c.count + adding.excluded.count})
    tx.execute(more, rows)


def of_person(tx: Connection, person_id: int) -> Visits:
    """Over all of a person's invitations."""
    query = select(func.sum(c.count), func.count()).join(offer, offer.c.id == c.offer_id)
    clicks, visitors = tx.execute(query.where(offer.c.person_id == person_id)).one()
    return Visits(clicks=clicks or 0, visitors=visitors)


def salt_of(tx: Connection, day: date) -> bytes:
    """The salt of a day, made at its first visit; those of days before are gone from then on."""
    forget_salts(tx, before=day)
    known = select(day_salt.c.salt).where(day_salt.c.day == day)
    if (found := tx.execute(known).scalar()) is None:
        # Another machine may make it at this moment: whoever comes second uses theirs.
        made = _insert(tx, day_salt).values(day=day, salt=secrets.token_bytes(_SALT_BYTES))
        tx.execute(made.on_conflict_do_nothing())
        found = tx.execute(known).scalar_one()
    return bytes(found)


def has_salts(tx: Connection, *, before: date) -> bool:
    return tx.execute(select(day_salt.c.day).where(day_salt.c.day < before)).first() is not None


def forget_salts(tx: Connection, *, before: date | None = None) -> None:
    """From now on nobody can tell whose visits those were; all salts where no day is given."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON")  # else the bytes would stay in the file's free pages
    tx.execute(delete(day_salt).where(day_salt.c.day < before) if before else delete(day_salt))


def _insert(tx: Connection, table: Table) -> Any:
    """Both databases know `on conflict`; SQLAlchemy spells it once for each."""
    return (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(table)
