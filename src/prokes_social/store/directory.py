"""The directory as a whole: everybody and what they said out, the changes of an import in; made for many people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from prokes_social.model.staff import Purpose, StaffMember, stands
from prokes_social.model.staff_list import Change, Known, Said
from prokes_social.store.accounts import unit_columns
from prokes_social.store.approvals import in_parts
from prokes_social.store.consents import wording_id
from prokes_social.store.people import as_member
from prokes_social.store.tables import account, consent, consent_wording, person, unit

p, c = person.c, consent.c


def everybody(tx: Connection) -> list[Known]:
    """Those who left too: they may come back."""
    columns = (
        p.id, p.name, p.unit_id, p.leader, p.contact, p.languages, p.photo, p.known_by, p.left_at.is_not(None),
    )  # fmt: skip
    return [
        Known(
            id=number, name=name, unit_id=unit_id, leader=bool(leader), contact=contact,
            languages=tuple(languages.split(",")), photo=photo, known_by=known_by, has_left=bool(has_left),
        )
        for number, name, unit_id, leader, contact, languages, photo, known_by, has_left in tx.execute(
            select(*columns).order_by(p.id)
        )
    ]  # fmt: skip


def newest_answers(tx: Connection, zone: ZoneInfo) -> dict[tuple[int, Purpose], Said]:
    """What everybody said last about each purpose; days are those of `zone`."""
    newest = select(func.max(c.id)).group_by(c.person_id, c.purpose)
    rows = tx.execute(select(c.person_id, c.purpose, c.given, c.at, c.by).where(c.id.in_(newest)))
    return {
        (person_id, Purpose(purpose)): Said(given=given, on=at.astimezone(zone).date(), by_person=by == "person")
        for person_id, purpose, given, at, by in rows
    }


def listing(tx: Connection, unit_id: str | None = None) -> list[StaffMember]:
    """Those who are here, by unit and name."""
    query = select(person, *unit_columns()).join(unit, unit.c.id == p.unit_id).where(p.left_at.is_(None))
    query = query.where(p.unit_id == unit_id) if unit_id else query
    rows = tx.execute(query.order_by(unit.c.name, unit.c.id, func.lower(p.name), p.id)).mappings()
    return [as_member(row) for row in rows]


def page(
    tx: Connection, *, name: str = "", within: Collection[str] | None = None, start: int = 0, most: int = 50
) -> list[StaffMember]:  # fmt: skip
    """Those who are here, by name; `name` is part of it, `within` are units."""
    wanted = _wanted(select(p.id), name, within).order_by(func.lower(p.name), p.id).offset(start).limit(most)
    numbers = list(tx.execute(wanted).scalars())
    rows = tx.execute(select(person, *unit_columns()).join(unit, unit.c.id == p.unit_id).where(p.id.in_(numbers)))
    found = {row["id"]: as_member(row) for row in rows.mappings()}
    return [found[number] for number in numbers]


def count(tx: Connection, *, name: str = "", within: Collection[str] | None = None) -> int:
    return int(tx.execute(_wanted(select(func.count()).select_from(person), name, within)).scalar_one())


def agreeing(tx: Connection, within: Collection[str] | None = None) -> dict[Purpose, int]:
    """How many of those who are here agree to each purpose, by their newest answer to the wording of today."""
    newest = select(func.max(c.id).label("id")).group_by(c.person_id, c.purpose).subquery()
    query = (
        select(c.purpose, consent_wording.c.version, func.count())
        .select_from(newest)
        .join(consent, c.id == newest.c.id)
        .join(consent_wording, consent_wording.c.id == c.wording_id)
        .join(person, p.id == c.person_id)
        .where(c.given, p.left_at.is_(None))
        .group_by(c.purpose, consent_wording.c.version)
    )
    query = query.where(p.unit_id.in_(within)) if within is not None else query
    found = dict.fromkeys(Purpose, 0)
    for purpose, version, number in tx.execute(query):
        if stands(Purpose(purpose), True, version):
            found[Purpose(purpose)] += number
    return found


def _wanted(query: Select[Any], name: str, within: Collection[str] | None) -> Select[Any]:
    query = query.where(p.left_at.is_(None))
    query = query.where(p.unit_id.in_(within)) if within is not None else query
    return query.where(func.lower(p.name).contains(name.lower(), autoescape=True)) if name else query


def counts(tx: Connection) -> dict[str, int]:
    """How many people are here, by unit."""
    query = select(p.unit_id, func.count()).where(p.left_at.is_(None)).group_by(p.unit_id)
    return {unit_id: int(count) for unit_id, count in tx.execute(query)}


def account_counts(tx: Connection) -> dict[str, int]:
    """How many accounts there are, by unit."""
    query = select(account.c.unit_id, func.count()).group_by(account.c.unit_id)
    return {unit_id: int(count) for unit_id, count in tx.execute(query)}


def release(tx: Connection, person_ids: Iterable[int]) -> None:
    """Their digests are free for others; an import that is interrupted finds these people by name or contact."""
    for some in in_parts(person_ids):
        tx.execute(update(person).where(p.id.in_(some)).values(known_by=None))


def put(
    tx: Connection, changes: Sequence[Change], wordings: Mapping[Purpose, str], *, by: str,
    noon: Mapping[int, datetime], now: datetime,
) -> None:  # fmt: skip
    """Write some changes and record what forms say; `noon` is the moment for a form's day, by its ordinal.

    Raises IntegrityError where somebody else added the same people meanwhile.
    """
    ids = {change.row: change.before.id for change in changes if change.before}
    ids |= _add(tx, [change for change in changes if change.before is None], now)
    _update(tx, [change.after for change in changes if change.before and change.before != change.after])
    words = {purpose: wording_id(tx, purpose, text) for purpose, text in wordings.items()}
    rows = [
        {
            "person_id": ids[change.row],
            "purpose": purpose.value,
            "given": paper.given,
            "at": min(noon[paper.on.toordinal()], now) if paper.on else now,
            "wording_id": words[purpose],
            "by": by,
        }
        for change in changes
        for purpose, paper in change.answers
    ]
    if rows:
        tx.execute(insert(consent), rows)


def leave(tx: Connection, person_ids: Iterable[int], *, now: datetime) -> int:
    """They are asked no more, and their links open nothing; the count of those who were here."""
    count = 0
    for some in in_parts(person_ids):
        count += tx.execute(update(person).where(p.id.in_(some), p.left_at.is_(None)).values(left_at=now)).rowcount
    return count


def move(tx: Connection, known_by: Mapping[int, str | None], unit_id: str) -> None:
    """People go to another unit; each with what they are known by there. What they were asked stays where it was."""
    release(tx, known_by)  # namesakes may pass each other
    _many(tx, {"unit_id": unit_id}, [{"b_id": each, "b_known_by": mark} for each, mark in known_by.items()])


def _add(tx: Connection, changes: Sequence[Change], now: datetime) -> dict[int, int]:
    """The numbers of new people, by row."""
    if not changes:
        return {}
    rows = [{**_columns(change.after), "added_at": now} for change in changes]
    found = tx.execute(insert(person).returning(p.known_by, p.id), rows)
    numbers: dict[str | None, int] = {row.known_by: row.id for row in found}
    return {change.row: numbers[change.after.known_by] for change in changes}


def _update(tx: Connection, people: Sequence[Known]) -> None:
    rows = [{f"b_{name}": value for name, value in {**_columns(each), "id": each.id}.items()} for each in people]
    _many(tx, {"left_at": None}, rows)


def _many(tx: Connection, same: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        own: dict[str, Any] = {name.removeprefix("b_"): bindparam(name) for name in rows[0] if name != "b_id"}
        tx.execute(update(person).where(p.id == bindparam("b_id")).values(**own, **same), rows)


def _columns(who: Known) -> dict[str, Any]:
    return {
        "name": who.name,
        "unit_id": who.unit_id,
        "leader": who.leader,
        "contact": who.contact,
        "languages": ",".join(who.languages),
        "photo": who.photo,
        "known_by": who.known_by,
    }
