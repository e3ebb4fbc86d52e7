"""A table and the words of its columns in; where each column stands out, and a Problem for each wrong heading."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from prokes_social.i18n import _
from prokes_social.loading.tables import Table
from prokes_social.problem import Problem, Severity

#: Rows above the headings, such as the title of a list.
_MOST_ABOVE = 20
_SIGNS = re.compile(r"[^\w]+|_+")

#: What a column means, and the headings that offices write for it, without capitals and signs.
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Headings:
    """Where the columns of a table stand; their cells lie below `row`."""

    table: Table
    words: Words
    row: int  #: of the headings, from 1
    columns: Mapping[str, int]  #: meaning to column, from 1

    def rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """The number of each row that says something, and its known cells by meaning."""
        for row, cells in enumerate(self.table.rows[self.row :], start=self.row + 1):
            if any(cells):
                yield row, {meaning: self.table.cell(row, at) for meaning, at in self.columns.items()}

    def is_number(self, row: int, column: str) -> bool:
        """Whether a cell holds a number instead of text."""
        return (row, self.columns.get(column, 0)) in self.table.numbers

    def problem(
        self, code: str, row: int, column: str | None, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """`what` after the name of its cell; a row's first cell stands for what has no column."""
        at = self.columns.get(column or "", 1)
        where = self.table.name(row, at) if column in self.columns else _("row {row}", row=row)
        place = self.table.place(row, at)
        return Problem(code=code, what=f"{where}: {what}", remedy=remedy, place=place, severity=severity)

    def problems(self, needed: str, missing: tuple[str, str]) -> Iterator[Problem]:
        """Of the headings themselves; `missing` is what to say, and the remedy, where `needed` has no column."""
        known = _meanings(self.words)
        for at, cell in enumerate(self.table.rows[self.row - 1], start=1):
            place, name = self.table.place(self.row, at), self.table.name(self.row, at)
            meaning = known.get(plain(cell))
            if meaning and self.columns[meaning] != at:
                other = self.table.name(self.row, self.columns[meaning])
                what = _("{cell}: the column “{heading}” says the same as {other}.",
                         cell=name, heading=cell, other=other)  # fmt: skip
                yield Problem(code="people-column-twice", what=what, remedy=_("Keep one of the two."), place=place)
            elif cell and not meaning:
                what = _("{cell}: the column “{heading}” is not known.", cell=name, heading=cell)
                severity, remedy = self._about_unknown(cell)
                yield Problem(code="people-column-unknown", what=what, remedy=remedy, place=place, severity=severity)
        if needed not in self.columns:
            what = _("row {row}: {what}", row=self.row, what=missing[0])
            place = self.table.place(self.row)
            yield Problem(code="people-column-missing", what=what, remedy=missing[1], place=place)

    def _about_unknown(self, cell: str) -> tuple[Severity, str]:
        """A slip of the pen would leave all rows without what it holds; a column of another kind is passed over."""
        known = _meanings(self.words)
        near = get_close_matches(plain(cell), known, n=1, cutoff=0.7)
        if near and known[near[0]] not in self.columns:
            return Severity.ERROR, _("Did you mean “{heading}”?", heading=near[0])
        names = ", ".join(words[0] for words in self.words.values())
        return Severity.WARNING, _("It is passed over; known are {names}.", names=names)


def find_headings(table: Table, words: Words, *, needed: str) -> Headings:
    """The first row that has a heading for `needed`, and the first column of each meaning; else the first row."""
    known = _meanings(words)
    filled = [number for number, row in enumerate(table.rows, start=1) if any(row)]
    having = (n for n in filled[:_MOST_ABOVE] if needed in (known.get(plain(cell)) for cell in table.rows[n - 1]))
    row = next(having, filled[0] if filled else 1)
    columns: dict[str, int] = {}
    for at, cell in enumerate(table.rows[row - 1] if filled else (), start=1):
        if meaning := known.get(plain(cell)):
            columns.setdefault(meaning, at)
    return Headings(table=table, words=words, row=row, columns=columns)


def plain(text: str) -> str:
    """Without signs, in small letters; a per cent sign is a word."""
    return _SIGNS.sub(" ", text.replace("%", " persen ")).strip().casefold()


def _meanings(words: Words) -> dict[str, str]:
    return {heading: meaning for meaning, headings in words.items() for heading in headings}
