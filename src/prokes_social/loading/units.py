"""A table of units in; the tree of units that it makes of the known ones out, and a Problem for each wrong cell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from prokes_social.clock import ZONES
from prokes_social.i18n import _
from prokes_social.loading.document import content_error
from prokes_social.loading.headings import Headings, find_headings
from prokes_social.loading.tables import Table, read_tables
from prokes_social.model.account import Unit, parents_first, way_up
from prokes_social.problem import Problem, has_errors, in_reading_order

UNIT_SHEET = "Unit"
#: The first heading of each is that of our template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "kode", "kode unit", "id unit", "code"),
    "name": ("nama", "nama unit", "unit", "opd", "name"),
    "parent": ("induk", "unit induk", "parent"),
    "zone": ("zona", "zona waktu", "zone"),
}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class UnitList:
    """All units as they would be; `changed` are those to write, parents first."""

    units: tuple[Unit, ...]
    changed: tuple[Unit, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_units(path: Path, known: Sequence[Unit], *, zone: str) -> UnitList:
    """The sheet “Unit” of a workbook, else its first, or a CSV file. Raises ContentError."""
    first, others = read_tables(path, UNIT_SHEET)
    read = load_units(others.get(UNIT_SHEET, first), known, zone=zone)
    if has_errors(read.problems):
        raise content_error(read.problems, str(path))
    return read


def load_units(table: Table, known: Sequence[Unit], *, zone: str) -> UnitList:
    """`zone` is that of a unit whose zone nobody tells. An empty cell leaves what is known."""
    if not any(any(row) for row in table.rows):
        return UnitList(units=tuple(known))
    headings = find_headings(table, COLUMNS, needed="id")
    missing = (_("no column holds the ids of units."), _("Write the headings id, nama, induk and zona."))
    problems = list(headings.problems("id", missing))
    if has_errors(problems):
        return UnitList(units=tuple(known), problems=tuple(problems))
    before = {each.id: each for each in known}
    reader = _Reader(headings=headings, known=before)
    found = {unit.id: (row, unit) for row, unit in reader.units()}
    after = before | {unit_id: unit for unit_id, (_row, unit) in found.items()}
    after |= reader.with_parents(found, after, zone)
    problems += [*reader.problems, *reader.circles(found, after)]
    changed = [unit for unit in after.values() if before.get(unit.id) != unit] if not has_errors(problems) else []
    return UnitList(
        units=tuple(after.values()), changed=tuple(parents_first(changed)), problems=tuple(in_reading_order(problems))
    )


def units_by_word(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """What people may write for a unit, in small letters: its id or its name. An id goes before another's name."""
    words: dict[str, list[Unit]] = {}
    for unit in units:
        words.setdefault(unit.name.casefold(), []).append(unit)
    for word, several in words.items():
        # Whoever was dissolved gives its name to its successor.
        words[word] = [each for each in several if each.dissolved_at is None] or several
    return words | {unit.id.casefold(): [unit] for unit in units}


class _Reader:
    def __init__(self, *, headings: Headings, known: Mapping[str, Unit]) -> None:
        self.problems: list[Problem] = []
        self._headings, self._known = headings, known
        self._parents: dict[str, str] = {}

    def units(self) -> Iterator[tuple[int, Unit]]:
        """Each with the row it stands in; parents are looked up once all of them are known."""
        seen: dict[str, int] = {}
        for row, said in self._headings.rows():
            unit_id = self._id(row, said.get("id", ""))
            if unit_id is None:
                continue
            if unit_id in seen:
                what = _("the id “{id}” stands in row {row} already.", id=unit_id, row=seen[unit_id])
                self._wrong(row, "id", "unit-twice", what, _("Delete one of the two rows."))
                continue
            seen[unit_id] = row
            self._parents[unit_id] = said.get("parent", "")
            yield row, self._unit(row, unit_id, said)

    def with_parents(
        self, found: Mapping[str, tuple[int, Unit]], after: Mapping[str, Unit], zone: str
    ) -> dict[str, Unit]:
        """The units of the table with their parents, and with the zone of the parent where none is said."""
        words = units_by_word(list(after.values()))
        joined: dict[str, Unit] = {}
        for unit_id, (row, unit) in found.items():
            said = self._parents[unit_id]
            parents = [each for each in words.get(said.casefold(), ()) if said and each.dissolved_at is None]
            if said and len(parents) != 1:
                self._unknown_parent(row, said, words)
            joined[unit_id] = replace(unit, parent=parents[0].id if len(parents) == 1 else unit.parent)
        everybody = {**after, **joined}
        return {
            unit_id: unit if unit.zone else replace(unit, zone=_zone_above(unit, everybody) or zone)
            for unit_id, unit in joined.items()
        }

    def circles(self, found: Mapping[str, tuple[int, Unit]], after: Mapping[str, Unit]) -> Iterator[Problem]:
        """One for each unit of the table that stands below itself."""
        for unit_id, (row, unit) in found.items():
            if unit.id in [each.id for each in way_up(after[unit_id], after)]:
                what = _("“{name}” would stand below itself.", name=unit.name)
                yield self._headings.problem("unit-circle", row, "parent", what, _("Name the unit above it."))

    def _id(self, row: int, said: str) -> str | None:
        unit_id = said if said in self._known else said.lower()
        if not said:
            self._wrong(row, "id", "unit-id-missing", _("the id is missing."), _("Write a short word such as dinkes."))
        elif unit_id not in self._known and not _ID.fullmatch(unit_id):
            what = _("“{id}” is no id for a unit.", id=said[:60])
            remedy = _("Use a-z, 0-9 and hyphens, such as {example}.", example=_as_id(said) or "dinkes")
            self._wrong(row, "id", "unit-id", what, remedy)
        elif unit_id in self._known and self._known[unit_id].dissolved_at:
            what = _("the unit “{unit}” was dissolved.", unit=unit_id)
            self._wrong(row, "id", "unit-dissolved", what, _("Give the new unit an id of its own."))
        else:
            return unit_id
        return None

    def _unit(self, row: int, unit_id: str, said: Mapping[str, str]) -> Unit:
        known = self._known.get(unit_id)
        name = said.get("name", "") or (known.name if known else "")
        if not name:
            what = _("the unit “{unit}” has no name.", unit=unit_id)
            self._wrong(row, "name", "unit-name-missing", what, _("Write its name as it is to stand on cards."))
        zone = said.get("zone", "").upper()
        if zone and zone not in ZONES:
            what = _("“{zone}” is no zone.", zone=zone[:20])
            self._wrong(row, "zone", "unit-zone", what, _("Write {names}.", names=", ".join(ZONES)))
        return Unit(
            id=unit_id, name=name, zone=zone or (known.zone if known else ""), parent=known.parent if known else None
        )

    def _unknown_parent(self, row: int, said: str, words: Mapping[str, Sequence[Unit]]) -> None:
        several = words.get(said.casefold(), ())
        near = [each.id for each in several] or get_close_matches(said.casefold(), words, n=3, cutoff=0.6)
        remedy = (
            _("Did you mean {names}?", names=", ".join(near)) if near else _("Write the id of a unit of this list.")
        )
        what = _("the unit above it, “{unit}”, is not known.", unit=said[:80])
        self._wrong(row, "parent", "unit-parent", what, remedy)

    def _wrong(self, row: int, column: str, code: str, what: str, remedy: str) -> None:
        self.problems.append(self._headings.problem(code, row, column, what, remedy))


def _zone_above(unit: Unit, units: Mapping[str, Unit]) -> str:
    return next((each.zone for each in way_up(unit, units) if each.zone), "")


def _as_id(said: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:60]
