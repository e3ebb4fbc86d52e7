"""An office's table of vaccination coverage in; counts by unit out, and a Problem for each cell to be put right.

Counts or per cents, one form for all doses; what a formula says is read, no formula is ever run. Tables of persons are
refused as a whole.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from pathlib import Path
from statistics import median

from prokes_social.i18n import _, format_date, format_number
from prokes_social.loading.document import content_error
from prokes_social.loading.headings import Headings, find_headings
from prokes_social.loading.numbers import decimals_of, read_number
from prokes_social.loading.persons import about_persons
from prokes_social.loading.staff import read_date
from prokes_social.loading.tables import read_table
from prokes_social.loading.units import units_by_word
from prokes_social.model.account import Unit
from prokes_social.model.coverage import CoverageRow, CoverageTable, Dose
from prokes_social.problem import Problem, Severity, has_errors, in_reading_order

#: The first heading of each is that of our template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("no", "nomor", "nomor urut", "no urut"),
    "unit": (
        "unit", "opd", "unit opd", "unit kerja", "nama unit", "nama opd", "nama unit kerja", "perangkat daerah",
        "nama perangkat daerah", "skpd", "instansi", "nama instansi", "puskesmas", "kecamatan", "desa", "office",
    ),
    "group": (
        "sasaran", "jumlah sasaran", "target sasaran", "kelompok sasaran", "total sasaran", "jumlah pegawai",
        "target group",
    ),
    "first": (
        "dosis 1", "dosis i", "dosis pertama", "vaksin 1", "vaksinasi 1", "vaksin dosis 1", "jumlah dosis 1", "dose 1",
        "first dose", "first",
    ),
    "second": (
        "dosis 2", "dosis ii", "dosis kedua", "dosis lengkap", "vaksin 2", "vaksinasi 2", "vaksin dosis 2",
        "jumlah dosis 2", "dose 2", "second dose", "second",
    ),
    "booster": (
        "booster", "penguat", "dosis 3", "dosis iii", "dosis penguat", "dosis ketiga", "dosis booster", "booster dose",
    ),
    "first_percent": (
        "dosis 1 persen", "persen dosis 1", "cakupan dosis 1", "cakupan dosis 1 persen", "persentase dosis 1",
        "dosis i persen", "dose 1 persen",
    ),
    "second_percent": (
        "dosis 2 persen", "persen dosis 2", "cakupan dosis 2", "cakupan dosis 2 persen", "persentase dosis 2",
        "dosis ii persen", "dose 2 persen",
    ),
    "booster_percent": (
        "booster persen", "persen booster", "cakupan booster", "cakupan booster persen", "persentase booster",
        "dosis 3 persen",
    ),
    "date": (
        "tanggal data", "tgl data", "data per", "per tanggal", "tanggal", "tanggal laporan", "data date", "as of",
    ),
    "source": ("sumber", "sumber data", "source"),
}  # fmt: skip

#: More people than any unit has: a slip of the keyboard.
MOST = 10_000_000
_TOTALS = re.compile(r"(?:sub ?|grand )?(?:jumlah|total|keseluruhan)\b.*", re.IGNORECASE)
_NOTES = re.compile(r"(?:sumber|data per|per tanggal|catatan|keterangan|ket|mengetahui|source|note)\b", re.IGNORECASE)
_SAID_ABOVE = {
    "date": re.compile(r"(?:tanggal data|data per|per tanggal|keadaan|as of)(?: tanggal)?\s*:?\s*(.+)", re.IGNORECASE),
    "source": re.compile(r"(?:sumber(?: data)?|source)\s*:\s*(.+)", re.IGNORECASE),
}
_NUMBERING = re.compile(r"\(?(\d{1,2})\)?")


@dataclass(frozen=True, kw_only=True)
class CoverageReading:
    """What a file says; `table` is None while a cell of it is wrong."""

    headings: Headings
    table: CoverageTable | None
    new_units: tuple[Unit, ...]
    totals: int  #: rows of sums that were checked
    problems: tuple[Problem, ...]


def load_coverage(
    path: Path, units: Sequence[Unit], *, zone: str, today: date, stale_after: timedelta, new_units: bool = False,
    data_on: date | None = None, source: str = "",
) -> CoverageReading:  # fmt: skip
    """`data_on` and `source` hold where the table names none; units that are not known are made where `new_units`.

    Raises ContentError for a file that can't be read, headings that leave open what is meant, and tables of persons.
    """
    headings = find_headings(read_table(path), COLUMNS, needed="unit")
    persons = list(about_persons(headings.table, headings.row))
    unusable = persons or [each for each in _heading_problems(headings) if has_errors([each])]
    if unusable:
        raise content_error(in_reading_order(unusable), headings.table.file)
    reader = _Reader(headings=headings, units=tuple(units), zone=zone, makes_units=new_units)
    reader.problems += _heading_problems(headings)
    reader.read()
    day = reader.day(data_on, today=today, stale_after=stale_after)
    said = reader.source(source)
    problems = tuple(in_reading_order(reader.problems))
    table = None
    if day and said and not has_errors(problems):
        table = CoverageTable(data_on=day, source=said, in_percent=reader.in_percent, rows=tuple(reader.rows))
    made = tuple(reader.made.values())
    return CoverageReading(headings=headings, table=table, new_units=made, totals=reader.totals, problems=problems)


def _heading_problems(headings: Headings) -> list[Problem]:
    missing = (_("no column holds the units."), _("Write the heading “unit” above the units."))
    problems = list(headings.problems("unit", missing))
    if "unit" not in headings.columns:
        return problems
    for column, name in (("group", "sasaran"), ("first", "dosis 1")):
        if column not in headings.columns and f"{column}_percent" not in headings.columns:
            what = _("row {row}: no column “{heading}”.", row=headings.row, heading=name)
            remedy = _("Add it; `prokes coverage template` writes a table with all of them.")
            place = headings.table.place(headings.row)
            problems.append(Problem(code="coverage-column-missing", what=what, remedy=remedy, place=place))
    return problems + _mixed_forms(headings)


def _mixed_forms(headings: Headings) -> list[Problem]:
    """Some doses as counts, others as per cents only: the first of the latter is named."""
    counted = [dose for dose in Dose if dose.value in headings.columns]
    shares = [dose for dose in Dose if f"{dose}_percent" in headings.columns and dose not in counted]
    if not counted or not shares:
        return []
    what = _("{dose} is told in per cent, {other} in people.", dose=shares[0].label, other=counted[0].label)
    remedy = _("Give all doses in one form; beside counts, per cents may stand as well and are compared.")
    return [headings.problem("coverage-forms-mixed", headings.row, f"{shares[0]}_percent", what, remedy)]


@dataclass(kw_only=True)
class _Reader:
    headings: Headings
    units: tuple[Unit, ...]
    zone: str
    makes_units: bool
    problems: list[Problem] = field(default_factory=list)
    rows: list[CoverageRow] = field(default_factory=list)
    made: dict[str, Unit] = field(default_factory=dict)
    totals: int = 0

    def __post_init__(self) -> None:
        self._words = units_by_word(self.units)
        self._seen: dict[str, int] = {}
        self._days: dict[int, date] = {}
        self._sources: dict[int, str] = {}
        #: What stands in each column of numbers, by row; None where it can't be read.
        self._numbers: dict[str, dict[int, Decimal | None]] = {column: {} for column in self._number_columns}
        self._summed_to = 0
        self._fractions = self._are_fractions()

    @property
    def in_percent(self) -> bool:
        return "first" not in self.headings.columns

    @property
    def _number_columns(self) -> list[str]:
        names = ("group", *Dose, *(f"{dose}_percent" for dose in Dose))
        return [str(name) for name in names if name in self.headings.columns]

    def read(self) -> None:
        rows = list(self.headings.rows())
        if not rows:
            what, remedy = _("the table has no rows below its headings."), _("Write one row for each unit.")
            self._wrong("coverage-empty", self.headings.row, "unit", what, remedy)
        for row, said in rows:
            if self._is_unit_row(row, said):
                self._read_row(row, said)
        self._refuse_rows_of_single_people(rows)

    def _is_unit_row(self, row: int, said: Mapping[str, str]) -> bool:
        """Sums are checked, and notes, signatures and the numbers of columns passed over."""
        has_numbers = any(said.get(column) for column in self._number_columns)
        if _TOTALS.fullmatch(said["unit"]) or (not said["unit"] and _TOTALS.fullmatch(said.get("number", ""))):
            self._check_totals(row)
            return False
        if not has_numbers and (self.totals or _NOTES.match(self._first_cell(row))):
            return False
        if not said["unit"] and self._is_a_line_of_text(row):
            return False
        return not (row == self.headings.row + 1 and self._counts_columns(row))

    def _first_cell(self, row: int) -> str:
        return next((cell for cell in self.headings.table.rows[row - 1] if cell), "")

    def _is_a_line_of_text(self, row: int) -> bool:
        """The place and date above a signature may stand below any column."""
        filled = [cell for cell in self.headings.table.rows[row - 1] if cell]
        return len(filled) == 1 and read_number(filled[0], held=False) is None

    def _counts_columns(self, row: int) -> bool:
        """`1 2 3 4`, as many offices number the columns of a table."""
        found = [_NUMBERING.fullmatch(cell) for cell in self.headings.table.rows[row - 1] if cell]
        numbers = [int(each[1]) for each in found if each]
        return len(numbers) == len(found) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    # --- one row ---

    def _read_row(self, row: int, said: Mapping[str, str]) -> None:
        before = len(self.problems)
        unit_id = self._unit(row, said["unit"])
        group = self._count(row, "group", said)
        if group == 0:
            what = _("the target group is 0, so there is no coverage.")
            self._wrong(
                "coverage-group-zero", row, "group", what, _("Write how many people it has, or delete the row.")
            )
        doses = {dose: self._dose(row, dose, said, group) for dose in Dose if self._has(dose)}
        if group:
            self._compare(row, group, doses)
            self._compare_forms(row, group, doses, said)
        self._note_day(row, said)
        self._note_source(row, said)
        if len(self.problems) == before and unit_id and group:
            counts = {dose.value: count for dose, count in doses.items()}
            self.rows.append(CoverageRow(unit_id=unit_id, group=group, **{"first": 0, **counts}))  # type: ignore[arg-type]

    def _has(self, dose: Dose) -> bool:
        return dose.value in self.headings.columns or f"{dose}_percent" in self.headings.columns

    def _unit(self, row: int, said: str) -> str | None:
        if not said:
            self._empty(row, "unit", _("the unit is missing."), _("Write the unit, or delete the row."))
            return None
        found = self._words.get(said.casefold(), [])
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            what = _("several units are called “{unit}”.", unit=said)
            self._wrong("coverage-unit-unclear", row, "unit", what, _("Write the id: {names}.", names=ids))
            return None
        unit = found[0] if found else self._make_unit(row, said)
        if unit is None:
            return None
        if unit.dissolved_at is not None:
            what = _("the unit “{unit}” was dissolved.", unit=said)
            self._wrong("coverage-unit-dissolved", row, "unit", what, _("Name the unit that took its place."))
            return None
        if first := self._seen.get(unit.id):
            what = _("“{unit}” stands in row {row} already.", unit=said, row=first)
            self._wrong("coverage-unit-twice", row, "unit", what, _("Delete one of the two rows, or add them up."))
            return None
        self._seen[unit.id] = row
        return unit.id

    def _make_unit(self, row: int, said: str) -> Unit | None:
        """A new unit where they are asked for; else a problem with the names that are near."""
        near = self._near(said)
        if said[:1] in "=+-@" or not any(letter.isalpha() for letter in said) or not said.isprintable():
            what = _("“{unit}” is no name of a unit.", unit=said[:60].encode("ascii", "replace").decode())
            self._wrong("coverage-unit-strange", row, "unit", what, _("Type its name; formulas are not run here."))
            return None
        if not self.makes_units:
            remedy = _("Did you mean {names}?", names=near) if near else _(
                "`prokes unit list` shows the units; with --new-units the table adds the others.")  # fmt: skip
            what = _("the unit “{unit}” is not known.", unit=said[:80])
            self._wrong("coverage-unit-unknown", row, "unit", what, remedy)
            return None
        if near:
            what = _("“{unit}” is added as a new unit, though its name is near {names}.", unit=said[:80], names=near)
            remedy = _("If it is the same unit, write it as the directory does.")
            self._wrong("coverage-unit-near", row, "unit", what, remedy, Severity.WARNING)
        unit = Unit(id=self._new_id(said), name=said, zone=self.zone)
        self.made[unit.id] = unit
        self._words[said.casefold()] = [unit]
        return unit

    def _near(self, said: str) -> str:
        names = {each.name.casefold(): each.name for each in self.units if each.dissolved_at is None}
        names |= {each.id.casefold(): each.id for each in self.units if each.dissolved_at is None}
        found = get_close_matches(said.casefold(), names, n=3, cutoff=0.7)
        return ", ".join(f"“{names[each]}”" for each in found)

    def _new_id(self, name: str) -> str:
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "unit"
        taken = {each.id for each in self.units} | set(self.made)
        return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if each not in taken)

    # --- numbers ---

    def _number(self, row: int, column: str, said: Mapping[str, str], *, share: bool) -> Decimal | None:
        """What the cell says; adds what is wrong with it."""
        text = said.get(column, "")
        self._numbers[column][row] = None
        if not text:
            what = _("{column} is missing.", column=self._head(column))
            self._empty(row, column, what, _("Write 0 where nobody has it; a formula may have given no result."))
            return None
        if text.endswith("%") and not share:
            what = _("“{said}” stands in a column of people.", said=text[:20])
            remedy = _("Write how many people it is, or call the column “{heading} (%)”.", heading=self._head(column))
            self._wrong("coverage-percent-in-counts", row, column, what, remedy)
            return None
        held = self.headings.is_number(row, column)
        number = read_number(text.rstrip("% "), held=held, grouped=not share)
        if number is None:
            self._wrong("coverage-not-a-number", row, column, _("“{said}” is no number.", said=text[:40]),
                        _("Write digits only; what is not known yet stays out of the table."))  # fmt: skip
            return None
        self._numbers[column][row] = number
        if number < 0:
            what, remedy = _("{said} is less than 0.", said=text[:20]), _("Write how many people it is.")
            self._wrong("coverage-negative", row, column, what, remedy)
            return None
        return number

    def _count(self, row: int, column: str, said: Mapping[str, str]) -> int | None:
        number = self._number(row, column, said, share=False)
        if number is None:
            return None
        if number != number.to_integral_value():
            what = _("{said} is not a whole number of people.", said=said[column][:20])
            remedy = _(
                "Write 1284 or 1.284; for per cents call the column “{heading} (%)”.", heading=self._head(column)
            )
            self._wrong("coverage-not-whole", row, column, what, remedy)
            return None
        if number > MOST:
            what = _("{said} people are more than a unit has.", said=said[column][:20])
            self._wrong("coverage-too-large", row, column, what, _("Compare it with its source."))
            return None
        return int(number)

    def _dose(self, row: int, dose: Dose, said: Mapping[str, str], group: int | None) -> int | None:
        if dose.value in self.headings.columns:
            return self._count(row, dose.value, said)
        column = f"{dose}_percent"
        share = self._share(row, column, said)
        if share is None or not group:
            return None
        count = int((share * group / 100).quantize(Decimal(1), ROUND_HALF_UP))
        if _rounded(Decimal(100 * count) / group, share) != share:
            what = _("{said} of {group} people is no whole number of people.",
                     said=said[column][:20], group=format_number(group))  # fmt: skip
            self._wrong("coverage-percent-impossible", row, column, what,
                        _("Compare target group and per cent with their source, or give counts."))  # fmt: skip
            return None
        return count

    def _share(self, row: int, column: str, said: Mapping[str, str]) -> Decimal | None:
        """In per cent."""
        number = self._number(row, column, said, share=True)
        if number is None:
            return None
        if self._fractions and self.headings.is_number(row, column):
            number *= 100
            # Binary fractions: 0.825 is held as 0.82499…
            number = number.quantize(Decimal("0.0001")).normalize()
        if number > 100:
            what = _("{said} is more than 100 %.", said=f"{format_number(number)} %")
            self._wrong(
                "coverage-over-100", row, column, what, _("Nobody is counted twice: compare it with its source.")
            )
            return None
        return number

    def _are_fractions(self) -> bool:
        """Whether cells of per cents hold 0.825 for 82.5 %, as spreadsheets do."""
        held = [
            number
            for column in self._number_columns
            if column.endswith("_percent")
            for row, said in self.headings.rows()
            if self.headings.is_number(row, column) and (number := read_number(said[column], held=True)) is not None
        ]
        return bool(held) and median(held) <= 1

    def _compare(self, row: int, group: int, doses: Mapping[Dose, int | None]) -> None:
        """Each dose with the target group, and with the dose before it."""
        before: tuple[Dose, int] | None = None
        for dose, count in doses.items():
            if count is None:
                continue
            if count > group:
                what = _("{count} people of {group} are more than 100 %.", count=format_number(count),
                         group=format_number(group))  # fmt: skip
                self._wrong("coverage-over-100", row, self._column(dose), what,
                            _("Is the target group too small, or somebody counted twice?"))  # fmt: skip
            elif before and count > before[1]:
                what = _("{dose} ({count}) is more than {other} ({before}).", dose=dose.label, other=before[0].label,
                         count=format_number(count), before=format_number(before[1]))  # fmt: skip
                self._wrong("coverage-dose-order", row, self._column(dose), what,
                            _("Nobody has a later dose without the one before it; are the columns swapped?"))  # fmt: skip  # noqa: E501
            before = (dose, count)

    def _compare_forms(
        self, row: int, group: int, doses: Mapping[Dose, int | None], said: Mapping[str, str]
    ) -> None:  # fmt: skip
        """Where a dose stands as count and as per cent, the two must agree."""
        for dose, count in doses.items():
            column = f"{dose}_percent"
            if dose.value not in self.headings.columns or not said.get(column):
                continue
            share = self._share(row, column, said)
            if share is not None and count is not None and _rounded(Decimal(100 * count) / group, share) != share:
                what = _("{said} does not fit {count} of {group} people.", said=f"{format_number(share)} %",
                         count=format_number(count), group=format_number(group))  # fmt: skip
                self._wrong("coverage-percent-differs", row, column, what, _("Mend one of the two, or leave it out."))

    # --- sums ---

    def _check_totals(self, row: int) -> None:
        """Each number of a row of sums against those above it: since the last such row, or all."""
        self.totals += 1
        for column in self._number_columns:
            text = self.headings.table.cell(row, self.headings.columns[column])
            number = read_number(text.rstrip("% "), held=self.headings.is_number(row, column),
                                 grouped=not column.endswith("_percent")) if text else None  # fmt: skip
            if column.endswith("_percent") or not text:
                continue
            sums = self._sums(column)
            if number is None:
                self._wrong("coverage-not-a-number", row, column, _("“{said}” is no number.", said=text[:40]),
                            _("Write the sum, or leave it out."))  # fmt: skip
            elif sums and number not in sums:
                what = _("the sum says {said}, the rows above come to {sum}.",
                         said=format_number(number), sum=format_number(sums[0]))  # fmt: skip
                remedy = _("A unit may be missing, hidden or counted twice; mend the row, or leave the sum out.")
                self._wrong("coverage-sum", row, column, what, remedy)
        self._summed_to = row

    def _sums(self, column: str) -> list[Decimal]:
        """Nothing where a cell above can't be read: it is named already."""
        sums = []
        for start in dict.fromkeys((self._summed_to, 0)):
            parts = [number for row, number in self._numbers[column].items() if row > start]
            told = [number for number in parts if number is not None]
            if parts and len(told) == len(parts):
                sums.append(sum(told, Decimal(0)))
        return sums

    # --- date and source ---

    def _note_day(self, row: int, said: Mapping[str, str]) -> None:
        if "date" not in self.headings.columns:
            return
        if not said["date"]:
            self._empty(row, "date", _("the date of the data is missing."), _("Write it in each row."))
            return
        if (day := read_date(said["date"])) is None:
            what = _("“{said}” is no date.", said=said["date"][:40])
            self._wrong("coverage-date", row, "date", what,
                        _("Write {examples}.", examples="2026-11-20, 20/11/2026, 20 November 2026"))  # fmt: skip
        else:
            self._days[row] = day

    def _note_source(self, row: int, said: Mapping[str, str]) -> None:
        if "source" not in self.headings.columns:
            return
        if not said["source"]:
            self._empty(row, "source", _("the source is missing."), _("Write where the figures come from."))
        else:
            self._sources[row] = said["source"]

    def day(self, otherwise: date | None, *, today: date, stale_after: timedelta) -> date | None:
        """The day the figures are of; adds what is wrong with it."""
        if "date" in self.headings.columns:
            return self._checked(*self._common_day(), today, stale_after) if self._days else None
        if found := self._beside("date"):
            row, column, said = found
            if (day := read_date(said)) is None:
                what = _("“{said}” is no date.", said=said[:40])
                self._wrong_at("coverage-date", row, column, what,
                    _("Write {examples}.", examples="2026-11-20, 20/11/2026, 20 November 2026"))  # fmt: skip
                return None
            return self._checked(day, row, column, today, stale_after)
        if otherwise:
            return self._checked(otherwise, self.headings.row, None, today, stale_after)
        what = _("row {row}: no cell tells which day the data are of.", row=self.headings.row)
        remedy = _("Add the column “tanggal data”, a line “Data per: 20 November 2026” above the table, or --date.")
        self._wrong_at("coverage-date-missing", self.headings.row, None, what, remedy)
        return None

    def _common_day(self) -> tuple[date, int, int]:
        """The day of most rows, and where it stands first; rows of another day are named."""
        common = Counter(self._days.values()).most_common(1)[0][0]
        first = next(row for row, day in self._days.items() if day == common)
        for row, day in self._days.items():
            if day != common:
                what = _("{day} is another day than {first} in row {row}.", day=format_date(day),
                         first=format_date(common), row=first)  # fmt: skip
                remedy = _("One table is of one day; take in one table for each.")
                self._wrong("coverage-date-differs", row, "date", what, remedy)
        return common, first, self.headings.columns["date"]

    def _checked(
        self, day: date, row: int, column: int | None, today: date, stale_after: timedelta
    ) -> date | None:  # fmt: skip
        if day > today:
            what = _("the data are of {day}, which is to come.", day=format_date(day))
            self._wrong_at("coverage-date-future", row, column, what, _("Write the day they were counted."))
            return None
        if today - day > stale_after:
            what = _("the data are of {day}, {count} days ago.", day=format_date(day),
                     count=format_number((today - day).days))  # fmt: skip
            remedy = _("Ask for newer ones before you publish; `coverage.stale_after` sets what is old.")
            self._wrong_at("coverage-stale", row, column, what, remedy, Severity.WARNING)
        return day

    def source(self, otherwise: str) -> str:
        """Where the figures come from; adds a problem where nothing tells."""
        if "source" in self.headings.columns:
            return "; ".join(dict.fromkeys(self._sources.values()))
        found = self._beside("source")
        said = found[2] if found else " ".join(otherwise.split())
        if not said:
            what = _("row {row}: no cell tells where the figures come from.", row=self.headings.row)
            remedy = _("Add the column “sumber”, a line “Sumber: …” above or below the table, or --source.")
            self._wrong_at("coverage-source-missing", self.headings.row, None, what, remedy)
        return said

    def _beside(self, what: str) -> tuple[int, int, str] | None:
        """A line above or below the rows that tells it, with where it stands."""
        for row, cells in enumerate(self.headings.table.rows, start=1):
            for column, cell in enumerate(cells, start=1):
                if row != self.headings.row and (found := _SAID_ABOVE[what].fullmatch(cell)):
                    return row, column, found[1]
        return None

    # --- what is wrong ---

    def _refuse_rows_of_single_people(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        groups = [number for number in self._numbers.get("group", {}).values() if number is not None]
        if len(groups) > 2 and all(number == 1 for number in groups):
            what = _("every row has a target group of 1: these are persons.")
            remedy = _("Who is vaccinated is health data of a person, which Law 27/2022 protects; give counts by unit.")
            self._wrong("coverage-persons", rows[0][0], "group", what, remedy)

    def _column(self, dose: Dose) -> str:
        return dose.value if dose.value in self.headings.columns else f"{dose}_percent"

    def _head(self, column: str) -> str:
        return self.headings.table.cell(self.headings.row, self.headings.columns[column])

    def _empty(self, row: int, column: str, what: str, remedy: str) -> None:
        """A cell that a merged one lies over is told as such: it looks filled."""
        at = (row, self.headings.columns[column])
        if shown := self.headings.table.merged.get(at):
            what = _("this cell is merged with {cell}, so that it says nothing of its own.",
                     cell=self.headings.table.name(*shown))  # fmt: skip
            remedy = _("Unmerge the cells and fill each one.")
            self._wrong("coverage-merged", row, column, what, remedy)
        else:
            self._wrong(f"coverage-{column.partition('_')[0]}-missing", row, column, what, remedy)

    def _wrong(
        self, code: str, row: int, column: str, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> None:  # fmt: skip
        if column in self.headings.columns:
            self.problems.append(self.headings.problem(code, row, column, what, remedy, severity))
        else:
            self._wrong_at(code, row, None, _("row {row}: {what}", row=row, what=what), remedy, severity)

    def _wrong_at(
        self, code: str, row: int, column: int | None, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> None:  # fmt: skip
        table = self.headings.table
        what = f"{table.name(row, column)}: {what}" if column else what
        place = table.place(row, column or 1)
        self.problems.append(Problem(code=code, what=what, remedy=remedy, place=place, severity=severity))


def _rounded(exact: Decimal, like: Decimal) -> Decimal:
    """With as many decimals as another."""
    return exact.quantize(Decimal(1).scaleb(-decimals_of(like)), ROUND_HALF_UP)
