"""People on their way to a platform's page of consent: rows that live for minutes, and are taken once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from prokes_social.store.tables import authorisation

a = authorisation.c


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    state: str  #: the digest of what the platform hands back
    person_id: int
    platform: str
    verifier: bytes  #: sealed
    redirect_url: str
    ends_at: datetime


def add(tx: Connection, value: Authorisation, *, now: datetime) -> None:
    """One a person and platform: whoever begins again ends what they began before."""
    earlier = (a.person_id == value.person_id) & (a.platform == value.platform)
    tx.execute(delete(authorisation).where(earlier | (a.ends_at <= now)))
    tx.execute(insert(authorisation).values(**vars(value)))


def take(tx: Connection, state: str, *, now: datetime) -> Authorisation | None:
    """None for one that never was, was taken before, or is over."""
    row = tx.execute(delete(authorisation).where(a.state == state).returning(*a)).mappings().first()
    return Authorisation(**row) if row and row["ends_at"] > now else None


def drop(tx: Connection, person_id: int) -> None:
    """Whoever withdraws does not come back from the platform connected."""
    tx.execute(delete(authorisation).where(a.person_id == person_id))
