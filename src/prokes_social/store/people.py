"""Staff members: rows in, StaffMember out. Their names and contacts are written here and nowhere else."""

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, update

from prokes_social.model.staff import StaffMember
from prokes_social.store.accounts import unit_columns, unit_of
from prokes_social.store.tables import offer, person, unit

p = person.c
#: People who are told apart when a name fits several.
_SHOWN = 50


def get(tx: Connection, person_id: int) -> StaffMember | None:
    row = tx.execute(_people().where(p.id == person_id)).mappings().first()
    return as_member(row) if row else None


def in_unit(tx: Connection, unit_id: str) -> list[StaffMember]:
    """Those who work there now, by name."""
    query = _people().where(p.unit_id == unit_id, p.left_at.is_(None))
    return [as_member(row) for row in tx.execute(query.order_by(func.lower(p.name), p.id)).mappings()]


def asked(tx: Connection, wave_id: int, unit_id: str) -> list[StaffMember]:
    """Those of a unit whom a wave asked and who are still here, by name."""
    query = _people().join(offer, offer.c.person_id == p.id)
    query = query.where(offer.c.wave_id == wave_id, offer.c.unit_id == unit_id, p.left_at.is_(None))
    return [as_member(row) for row in tx.execute(query.order_by(func.lower(p.name), p.id)).mappings()]


def named(tx: Connection, name: str, *, partly: bool = False) -> list[StaffMember]:
    """Everybody of this name, spaces and capitals aside; `partly`: whose name has it between other words."""
    wanted = _folded(name)
    said = ((row.id, _folded(row.name)) for row in tx.execute(select(p.id, p.name).order_by(p.name, p.id)))
    meant = [number for number, each in said if each == wanted or (partly and f" {wanted} " in f" {_words(each)} ")]
    found = (get(tx, number) for number in meant[:_SHOWN])
    return [each for each in found if each]


def photos(tx: Connection) -> frozenset[str]:
    """Photographs that are in use."""
    return frozenset(tx.execute(select(p.photo).where(p.photo != "").distinct()).scalars())


def raise_link_version(tx: Connection, person_id: int) -> None:
    """Every link that was given out before opens nothing any more."""
    tx.execute(update(person).where(p.id == person_id).values(link_version=p.link_version + 1))


def put_language_first(tx: Connection, member: StaffMember, language: str) -> None:
    """The person is spoken to in this one; others that they read stay behind it."""
    languages = (language, *(each for each in member.languages if each != language))
    tx.execute(update(person).where(p.id == member.id).values(languages=",".join(languages)))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _words(name: str) -> str:
    """Titles stand apart from the name, behind a comma."""
    return name.replace(",", " ,")


def _people() -> Select[Any]:
    return select(person, *unit_columns()).join(unit, unit.c.id == p.unit_id)


def as_member(row: RowMapping) -> StaffMember:
    return StaffMember(
        id=row["id"],
        name=row["name"],
        unit=unit_of(row),
        leader=row["leader"],
        contact=row["contact"],
        languages=tuple(row["languages"].split(",")),
        photo=row["photo"],
        link_version=row["link_version"],
        left_at=row["left_at"],
    )
