"""What people agreed to: rows that are only added; the newest of a purpose counts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.staff import WORDING_VERSIONS, Consent, Purpose, stands
from prokes_social.store.approvals import in_parts
from prokes_social.store.tables import consent, consent_wording

c = consent.c


def record(
    tx: Connection, person_id: int, purpose: Purpose, *, given: bool, wording: str, by: str, now: datetime
) -> None:
    """Add what was said, with the wording that was shown; the same answer again adds nothing."""
    words = wording_id(tx, purpose, wording)
    newest = select(c.given, c.wording_id).where(c.person_id == person_id, c.purpose == purpose.value)
    last = tx.execute(newest.order_by(c.id.desc()).limit(1)).first()
    if last is None or (last.given, last.wording_id) != (given, words):
        values = {"person_id": person_id, "purpose": purpose.value, "given": given, "wording_id": words}
        tx.execute(insert(consent).values(**values, by=by, at=now))


def history(tx: Connection, person_id: int) -> list[Consent]:
    """Everything the person said, the oldest first."""
    query = (
        select(consent, consent_wording.c.words, consent_wording.c.version)
        .join(consent_wording, consent_wording.c.id == c.wording_id)
        .where(c.person_id == person_id)
        .order_by(c.id)
    )
    return [
        Consent(
            purpose=Purpose(row["purpose"]), given=row["given"], at=row["at"], wording=row["words"],
            version=row["version"], by=row["by"],
        )
        for row in tx.execute(query).mappings()
    ]  # fmt: skip


def current(tx: Connection, person_id: int) -> dict[Purpose, Consent]:
    """The newest answer to each purpose; a yes to an older wording is missing, as if nobody had asked."""
    newest = {each.purpose: each for each in history(tx, person_id)}
    return {purpose: each for purpose, each in newest.items() if each.stands}


def agrees(tx: Connection, person_id: int, purpose: Purpose) -> bool:
    """Whether the newest answer is yes, to the wording of today."""
    return bool(tx.execute(select(is_given(person_id, purpose))).scalar_one())


def answers(tx: Connection, purpose: Purpose, person_ids: Collection[int]) -> dict[int, bool]:
    """The newest answer of each of these people; who was never asked, or about another wording, is missing."""
    found: dict[int, bool] = {}
    query = select(c.person_id, c.given, consent_wording.c.version).join(
        consent_wording, consent_wording.c.id == c.wording_id
    )
    for some in in_parts(person_ids):
        theirs = query.where(c.person_id.in_(some), c.purpose == purpose.value).order_by(c.id)
        newest = {row.person_id: row for row in tx.execute(theirs)}
        found |= {number: row.given for number, row in newest.items() if stands(purpose, row.given, row.version)}
    return found


def is_given(person_id: int | ColumnElement[int], purpose: Purpose) -> ColumnElement[bool]:
    """True in SQL where the newest answer is yes, to the wording of today."""
    newest: Any = select(func.max(c.id)).where(c.person_id == person_id, c.purpose == purpose.value)
    return (
        select(c.id)
        .join(consent_wording, consent_wording.c.id == c.wording_id)
        .where(
            c.id == newest.correlate_except(consent, consent_wording).scalar_subquery(),
            c.given,
            consent_wording.c.version == WORDING_VERSIONS[purpose],
        )
        .correlate_except(consent, consent_wording)
        .exists()
    )


def wording_id(tx: Connection, purpose: Purpose, words: str) -> int:
    """The number of a wording in its present version; what is new is added."""
    values = {"purpose": purpose.value, "version": WORDING_VERSIONS[purpose], "words": words}
    known = select(consent_wording.c.id).where(*(consent_wording.c[name] == value for name, value in values.items()))
    if found := tx.execute(known).scalar():
        return int(found)
    return int(tx.execute(insert(consent_wording).values(**values).returning(consent_wording.c.id)).scalar_one())
