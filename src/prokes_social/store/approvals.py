"""Who approved which content: rows that are never deleted; after an edit they simply no longer match."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.sql.expression import ColumnElement, Select

from prokes_social.model.approval import Saying
from prokes_social.store.tables import approval

V = TypeVar("V")
APPROVED, SENT_BACK, CHECKED = Saying.APPROVED.value, Saying.SENT_BACK.value, Saying.CHECKED.value
#: Called back after it was approved: whoever wants it out again approves it anew.
RECALLED = Saying.RECALLED.value
#: Values in one list of a question; SQLite takes 32,766.
_MANY = 5000


def add(tx: Connection, digests: Collection[str], *, verdict: str, who: str, now: datetime, remark: str = "") -> None:
    rows = [{"digest": each, "verdict": verdict, "who": who, "at": now, "remark": remark} for each in sorted(digests)]
    if rows:
        tx.execute(insert(approval), rows)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    digest: str
    verdict: str
    who: str
    at: datetime
    remark: str = ""

    @property
    def saying(self) -> Saying:
        return Saying(self.verdict)


def verdicts(tx: Connection, digests: Collection[str]) -> dict[str, list[Verdict]]:
    """What was said about each content, the oldest first."""
    found: dict[str, list[Verdict]] = {}
    for some in in_parts(sorted(set(digests))):
        rows = tx.execute(select(approval).where(approval.c.digest.in_(some)).order_by(approval.c.id)).mappings()
        for row in rows:
            said = Verdict(
                digest=row["digest"], verdict=row["verdict"], who=row["who"], at=row["at"], remark=row["remark"]
            )
            found.setdefault(said.digest, []).append(said)
    return found


def approved(tx: Connection, digest: str) -> bool:
    return bool(tx.execute(select(is_approved(digest))).scalar_one())


def not_approved(tx: Connection, digests: Collection[str]) -> list[str]:
    """Those of `digests` whose newest verdict is no approval."""
    rest = sorted(digests)
    known: set[str] = set()
    outer = approval.alias()  # or the newest of all rows would stand for the newest of each digest
    for some in in_parts(rest):
        rows = tx.execute(
            select(outer.c.digest).where(outer.c.digest.in_(some), is_approved(outer.c.digest)).distinct()
        )
        known |= {row.digest for row in rows}
    return [each for each in rest if each not in known]


def in_parts(values: Iterable[V]) -> Iterator[list[V]]:
    """No more at a time than one question may hold."""
    rest = list(values)
    for start in range(0, len(rest), _MANY):
        yield rest[start : start + _MANY]


def is_approved(digest: str | ColumnElement[str]) -> ColumnElement[bool]:
    """True in SQL where the newest verdict on `digest` is an approval."""
    newest: Select[tuple[int]] = select(func.max(approval.c.id)).where(approval.c.digest == digest)
    return (
        select(approval.c.id)
        .where(approval.c.id == newest.correlate_except(approval).scalar_subquery(), approval.c.verdict == APPROVED)
        .correlate_except(approval)
        .exists()
    )
