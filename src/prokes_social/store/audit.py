"""The trail of what people did: entries that only grow, each sealed with the one before it.

Subjects and values are ids and digests, never names: so a person can be forgotten and the chain still holds.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from prokes_social.store.tables import audit

#: What the first entry is sealed with.
GENESIS = "0" * 64
#: One writer at a time on PostgreSQL, or two entries would follow the same one.
_LOCK = 5_260_712


@dataclass(frozen=True, kw_only=True)
class Entry:
    id: int
    at: datetime
    who: str  #: `user:3`, `token:2`, `command`
    act: str  #: `campaign.schedule`, `delivery.drop`
    subject: str  #: `campaign:lima-m`, `delivery:12`
    before: str
    after: str
    seal: str

    def sealed_after(self, previous: str) -> str:
        said = [self.at.isoformat(), self.who, self.act, self.subject, self.before, self.after]
        return hashlib.sha256((previous + json.dumps(said, ensure_ascii=False)).encode()).hexdigest()


def add(
    tx: Connection, *, who: str, act: str, subject: str, now: datetime, before: str = "", after: str = ""
) -> None:  # fmt: skip
    if tx.dialect.name == "postgresql":
        tx.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    newest = tx.execute(select(audit.c.seal).order_by(audit.c.id.desc()).limit(1)).scalar()
    entry = Entry(id=0, at=now, who=who, act=act, subject=subject, before=before, after=after, seal="")
    seal = entry.sealed_after(newest or GENESIS)
    values = {"at": now, "who": who, "act": act, "subject": subject, "before": before, "after": after, "seal": seal}
    tx.execute(insert(audit).values(**values))


def newest(tx: Connection, *, below: int | None = None, most: int = 100, subject: str = "") -> list[Entry]:
    """The newest first."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(most)
    wanted = wanted.where(audit.c.id < below) if below else wanted
    wanted = wanted.where(audit.c.subject == subject) if subject else wanted
    return [Entry(**row) for row in tx.execute(wanted).mappings()]


def all_entries(tx: Connection) -> Iterator[Entry]:
    for row in tx.execute(select(audit).order_by(audit.c.id)).mappings():
        yield Entry(**row)


def first_broken(tx: Connection) -> tuple[Entry | None, int, str]:
    """The first entry whose seal does not fit, how many fit, and the newest fitting seal."""
    seal, count = GENESIS, 0
    for entry in all_entries(tx):
        if entry.seal != entry.sealed_after(seal):
            return entry, count, seal
        seal, count = entry.seal, count + 1
    return None, count, seal
