"""Official accounts on their way to a platform's page of consent: rows of one session, for minutes, taken once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from prokes_social.store.tables import journey

j = journey.c


@dataclass(frozen=True, kw_only=True)
class Journey:
    state: str  #: the digest of what the platform hands back
    session: str  #: of the desk
    account_id: int
    verifier: bytes  #: sealed
    redirect_url: str
    ends_at: datetime


def add(tx: Connection, value: Journey, *, now: datetime) -> None:
    """One a session: whoever begins again ends what they began before."""
    tx.execute(delete(journey).where((j.session == value.session) | (j.ends_at <= now)))
    tx.execute(insert(journey).values(**vars(value)))


def take(tx: Connection, state: str, *, session: str, now: datetime) -> Journey | None:
    """None for one that never was, was taken before, is over, or that another browser began."""
    theirs = (j.state == state) & (j.session == session)
    row = tx.execute(delete(journey).where(theirs).returning(*j)).mappings().first()
    return Journey(**row) if row and row["ends_at"] > now else None
