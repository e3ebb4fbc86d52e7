"""A table of people in; people out, and a Problem for each cell that has to be put right."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.loading.document import content_error
from prokes_social.loading.headings import Headings, find_headings
from prokes_social.loading.tables import read_table
from prokes_social.model.person import Person
from prokes_social.problem import Problem, Severity, has_errors, in_reading_order

#: Headings that offices write, without capitals and signs; the first of each is ours.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("nama", "nama lengkap", "nama pegawai", "nama dan gelar", "name", "full name"),
    "unit": ("unit", "opd", "unit opd", "unit kerja", "perangkat daerah", "instansi", "office"),
    "photo": ("foto", "pas foto", "nama foto", "berkas foto", "file foto", "photo", "photo file"),
}


@dataclass(frozen=True, kw_only=True)
class People:
    """Those that a card can be drawn for; `problems` are of the other rows, and of the headings."""

    headings: Headings | None  #: None: they are of the directory, not of a table
    people: tuple[Person, ...]
    left_out: tuple[Person, ...] = ()
    problems: tuple[Problem, ...] = ()

    def problem(
        self, code: str, row: int, column: str | None, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """`what` after the name of its cell, or of the person where there is no table."""
        if self.headings:
            return self.headings.problem(code, row, column, what, remedy, severity)
        name = next(person.name for person in self.people if person.row == row)
        return Problem(code=code, what=f"{name}: {what}", remedy=remedy, severity=severity)

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
    headings = find_headings(read_table(path), COLUMNS, needed="name")
    bare = People(headings=headings, people=())
    problems = list(headings.problems("name", no_names()))
    unusable = has_errors(problems)
    people: dict[Person, Person] = {}
    left_out: list[Person] = []
    for row, said in headings.rows():
        person = Person(**{"name": "", **said}, row=row, number=row - headings.row)
        if found := list(_row_problems(bare, person, people, find_photo)):
            problems += found
            left_out.append(person)
        else:
            people[_as_key(person)] = person
    problems = in_reading_order(problems)
    if unusable:
        raise content_error(problems, headings.table.file)
    return replace(bare, people=tuple(people.values()), left_out=tuple(left_out), problems=tuple(problems))


def no_names() -> tuple[str, str]:
    """What to say of a table without names, and the remedy."""
    return (
        _("no column holds the names."),
        _("Write the heading “nama” above the names; “unit” and “foto” may stand beside it."),
    )


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
