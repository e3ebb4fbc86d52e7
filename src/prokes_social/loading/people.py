"""A table of people in; people out, and a Problem for each cell that has to be put right."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.loading.document import content_error
from prokes_social.loading.tables import Row, Table, cell_name, read_table
from prokes_social.model.person import Person
from prokes_social.problem import Problem, Severity, has_errors, in_reading_order

#: Headings that offices write, without capitals and signs.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("nama", "nama lengkap", "nama pegawai", "nama dan gelar", "name", "full name"),
    "unit": ("unit", "opd", "unit opd", "unit kerja", "perangkat daerah", "instansi", "office"),
    "photo": ("foto", "pas foto", "nama foto", "berkas foto", "file foto", "photo", "photo file"),
}
_HEADINGS = {heading: column for column, headings in COLUMNS.items() for heading in headings}
#: Rows above the headings, such as the title of a list.
_MOST_ABOVE = 20
_SIGNS = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, kw_only=True)
class People:
    """Those that a card can be drawn for; `problems` are of the other rows, and of the headings."""

    table: Table
    columns: Mapping[str, int]  #: name, unit, photo: the column each stands in, from 1
    people: tuple[Person, ...]
    left_out: tuple[Person, ...] = ()
    problems: tuple[Problem, ...] = ()

    def problem(
        self, code: str, row: int, column: str | None, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """`what` after the name of its cell; a row's first cell stands for what has no column."""
        at = self.columns.get(column or "", 1)
        where = cell_name(row, at) if column in self.columns else _("row {row}", row=row)
        place = self.table.place(row, at)
        return Problem(code=code, what=f"{where}: {what}", remedy=remedy, place=place, severity=severity)

    def only(self, is_chosen: Callable[[Person], bool]) -> "People":
        """Some of them, with the problems of their rows and of the headings."""
        others = {person.row for person in (*self.people, *self.left_out) if not is_chosen(person)}
        return replace(
            self,
            people=tuple(filter(is_chosen, self.people)),
            left_out=tuple(filter(is_chosen, self.left_out)),
            problems=tuple(each for each in self.problems if each.place is None or each.place.line not in others),
        )


def load_people(path: Path, find_photo: Callable[[str], Path]) -> People:
    """`find_photo` raises AssetMissing. Raises ContentError where the headings leave open what is meant."""
    table = read_table(path)
    heading, columns = _headings(table)
    bare = People(table=table, columns=columns, people=())
    problems = list(_heading_problems(bare, heading))
    unusable = has_errors(problems)
    people: dict[Person, Person] = {}
    left_out: list[Person] = []
    for person in _people(table, heading, columns):
        if found := list(_row_problems(bare, person, people, find_photo)):
            problems += found
            left_out.append(person)
        else:
            people[_as_key(person)] = person
    problems = in_reading_order(problems)
    if unusable:
        raise content_error(problems, table.file)
    return replace(bare, people=tuple(people.values()), left_out=tuple(left_out), problems=tuple(problems))


def _headings(table: Table) -> tuple[int, Mapping[str, int]]:
    """The row of the headings, from 1, and the first column of each meaning."""
    filled = [number for number, row in enumerate(table.rows, start=1) if any(row)]
    heading = next((n for n in filled[:_MOST_ABOVE] if "name" in map(_meaning, table.rows[n - 1])), filled[0])
    columns: dict[str, int] = {}
    for at, cell in enumerate(table.rows[heading - 1], start=1):
        if meaning := _meaning(cell):
            columns.setdefault(meaning, at)
    return heading, columns


def _meaning(cell: str) -> str | None:
    return _HEADINGS.get(_plain(cell))


def _plain(cell: str) -> str:
    return _SIGNS.sub(" ", cell).strip().casefold()


def _heading_problems(people: People, heading: int) -> Iterator[Problem]:
    row = people.table.rows[heading - 1]
    for at, cell in enumerate(row, start=1):
        place = people.table.place(heading, at)
        meaning = _meaning(cell)
        if meaning and people.columns[meaning] != at:
            other = cell_name(heading, people.columns[meaning])
            what = _("{cell}: the column “{heading}” says the same as {other}.",
                     cell=cell_name(heading, at), heading=cell, other=other)  # fmt: skip
            yield Problem(code="people-column-twice", what=what, remedy=_("Keep one of the two."), place=place)
        elif cell and not meaning:
            what = _("{cell}: the column “{heading}” is not known.", cell=cell_name(heading, at), heading=cell)
            severity, remedy = _about_unknown(cell, people.columns)
            yield Problem(code="people-column-unknown", what=what, remedy=remedy, place=place, severity=severity)
    if "name" not in people.columns:
        what = _("row {row}: no column holds the names.", row=heading)
        remedy = _("Write the heading “nama” above the names; “unit” and “foto” may stand beside it.")
        yield Problem(code="people-column-missing", what=what, remedy=remedy, place=people.table.place(heading))


def _about_unknown(cell: str, known: Mapping[str, int]) -> tuple[Severity, str]:
    """A slip of the pen would leave all cards without a unit or photo; a column of another kind is passed over."""
    near = get_close_matches(_plain(cell), _HEADINGS, n=1, cutoff=0.7)
    if near and _HEADINGS[near[0]] not in known:
        return Severity.ERROR, _("Did you mean “{heading}”?", heading=near[0])
    return Severity.WARNING, _("It is passed over; known are {names}.", names="nama, unit, foto")


def _people(table: Table, heading: int, columns: Mapping[str, int]) -> Iterator[Person]:
    for row, cells in enumerate(table.rows[heading:], start=heading + 1):
        if any(cells):
            said = {column: _cell(cells, at) for column, at in columns.items()}
            yield Person(**{"name": "", **said}, row=row, number=row - heading)


def _cell(cells: Row, at: int) -> str:
    return cells[at - 1] if at <= len(cells) else ""


def _row_problems(
    people: People, person: Person, before: Mapping[Person, Person], find_photo: Callable[[str], Path]
) -> Iterator[Problem]:
    if not person.name:
        remedy = _("Write the name, or delete the row.")
        yield people.problem("people-name-missing", person.row, "name", _("the name is missing."), remedy)
    elif first := before.get(_as_key(person)):
        what = _("“{name}” stands in row {row} already, with the same unit and photo.", name=person.name, row=first.row)
        remedy = _("Delete one of the two rows; tell namesakes apart by title or unit.")
        yield people.problem("people-row-twice", person.row, "name", what, remedy)
    if person.photo:
        try:
            find_photo(person.photo)
        except AssetMissing as missing:
            remedy = _("Put the file beside the table or into assets/photos, or leave the cell empty.")
            yield people.problem("people-photo-missing", person.row, "photo", f"{missing.message}.", remedy)


def _as_key(person: Person) -> Person:
    said = (person.name.casefold(), person.unit.casefold(), person.photo)
    return Person(row=0, number=0, name=said[0], unit=said[1], photo=said[2])
