"""An office's table of coverage: each slip is named by its cell, and persons are refused."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from prokes_social.errors import ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.coverage import CoverageReading, load_coverage
from prokes_social.loading.coverage_template import coverage_template
from prokes_social.model.account import Unit
from prokes_social.model.coverage import CoverageRow
from prokes_social.problem import Severity

HEAD = "unit;sasaran;dosis 1;dosis 2;tanggal data;sumber"
TODAY = date(2021, 8, 8)
UNITS = (
    Unit(id="dinkes", name="Dinas Kesehatan", zone="WITA"),
    Unit(id="satpol", name="Satuan Polisi Pamong Praja", zone="WITA"),
)


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def load(path: Path, **more: Any) -> CoverageReading:
    asked: dict[str, Any] = {"units": UNITS, "new_units": True, **more}
    return load_coverage(path, zone="WITA", today=TODAY, stale_after=timedelta(days=14), **asked)


def csv(folder: Path, *rows: str, head: str = HEAD, **more: Any) -> CoverageReading:
    path = folder / "a.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return load(path, **more)


def xlsx(folder: Path, *rows: tuple[Any, ...], merged: tuple[str, ...] = (), **more: Any) -> CoverageReading:
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "d mmm yyyy"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write_number(row, column, cell)
        for cells in merged:
            sheet.merge_range(cells, "")
            first = cells.partition(":")[0]
            sheet.write(first, rows[int(first[1:]) - 1][ord(first[0]) - ord("A")])
    return load(path, **more)


def named(found: CoverageReading) -> list[tuple[str, str]]:
    return [
        (each.what.partition(":")[0], each.code.removeprefix("coverage-"))
        for each in found.problems
        if each.severity is Severity.ERROR
    ]


def counts(found: CoverageReading) -> list[tuple[str, int, int, int | None, int | None]]:
    assert found.table is not None, found.problems
    return [(row.unit_id, row.group, row.first, row.second, row.booster) for row in found.table.rows]


def test_twenty_planted_slips_are_twenty_problems_named_by_their_cells(tmp_path: Path) -> None:
    day, later, source = date(2021, 8, 1), date(2021, 8, 2), "Dinas Kesehatan"
    planted = [
        ("Dinas A", 50, 51, 10, 0, day, source),  # C3: more than 100 %
        ("Dinas B", 50, -1, 0, 0, day, source),  # C4: less than nobody
        ("Dinas C", 50, 10, 11, 0, day, source),  # D5: more second doses than first ones
        ("Dinas D", 0, 0, 0, 0, day, source),  # B6: nobody to vaccinate
        ("Dinas E", "banyak", 1, 1, 0, day, source),  # B7: a word
        ("Dinas F", 50, "10 %", 1, 0, day, source),  # C8: a per cent among counts
        ("Dinas G", 50, 5.5, 1, 0, day, source),  # C9: half a person
        ("Dinas H", None, 1, 1, 0, day, source),  # B10: empty
        ("Dinas I", 50, None, 0, 0, day, source),  # C11: empty
        ("Dinas J", 50, 5, "=1+1", 0, day, source),  # D12: a formula as text
        ("Dinas K", 50, 5, 1, 0, "kemarin", source),  # F13: no date
        ("Dinas L", 50, 5, 1, 0, None, source),  # F14: empty
        ("Dinas M", 50, 5, 1, 0, later, source),  # F15: another day
        ("Dinas N", 50, 5, 1, 0, day, None),  # G16: no source
        ("Satuan Polisi Pamong Praja", 50, 5, 1, 0, day, source),  # A17: twice
        (None, 50, 5, 1, 0, day, source),  # A18: no unit
        ('=HYPERLINK("http://x")', 50, 5, 1, 0, day, source),  # A19: a formula as name
        ("Dinas R", 99_000_000, 5, 1, 0, day, source),  # B20: a slip of the keyboard
        ("Dinas S", 50, 40, 30, 31, day, source),  # E21: more boosters than second doses
        ("JUMLAH", None, None, None, 77, None, None),  # E22: a sum that differs
    ]
    head = ("unit", "sasaran", "dosis 1", "dosis 2", "booster", "tanggal data", "sumber")
    found = xlsx(tmp_path, head, ("Satuan Polisi Pamong Praja", 100, 100, 100, 9, day, source), *planted)
    cells = {"C3", "C4", "D5", "B6", "B7", "C8", "C9", "B10", "C11", "D12", "F13", "F14", "F15", "G16", "A17", "A18",
             "A19", "B20", "E21", "E22"}  # fmt: skip
    assert sorted(cell for cell, _code in named(found)) == sorted(cells)
    assert found.table is None
    assert all(each.remedy for each in found.problems)


def test_a_recapitulation_as_offices_write_it_is_read(tmp_path: Path) -> None:
    found = xlsx(
        tmp_path,
        ("REKAPITULASI VAKSINASI",),
        ("Data per: 1 Agustus 2021",),
        (),
        ("No", "Unit Kerja", "Sasaran", "Dosis 1", "Dosis 2"),
        (1, 2, 3, 4, 5),
        (1, "Dinas Kesehatan", 1284, 500, 400),
        (2, "satpol", 116, 116, 116),
        (None, "Jumlah", 1400, 616, 516),
        (None, "Sumber: Dinas Kesehatan, aplikasi pencatatan"),
        (None, None, None, "Tanjung Asri, 2 Agustus 2021"),
        merged=("A1:E1",),
    )
    assert counts(found) == [("dinkes", 1284, 500, 400, None), ("satpol", 116, 116, 116, None)]
    assert found.table
    assert (found.table.data_on, found.table.source) == (date(2021, 8, 1), "Dinas Kesehatan, aplikasi pencatatan")
    assert (found.totals, found.problems) == (1, ())


def test_cells_below_a_merged_one_are_told_as_merged(tmp_path: Path) -> None:
    day = date(2021, 8, 1)
    head = ("unit", "sasaran", "dosis 1", "tanggal data", "sumber")
    rows = [("Dinas Kesehatan", 50, 40, day, "Dinkes"), ("satpol", 50, 40, day, None), ("Dinas C", 50, None, day, "D")]
    found = xlsx(tmp_path, head, *rows, merged=("E2:E3", "C3:C4"))
    assert named(found) == [("E3", "merged"), ("C4", "merged")]
    assert "E2" in found.problems[0].what


@pytest.mark.parametrize("day", ["2021-08-01", "01/08/2021", "1 Agustus 2021"])
def test_dates_are_read_in_three_forms(tmp_path: Path, day: str) -> None:
    found = csv(tmp_path, f"dinkes;1.284;500;400;{day};Dinkes")
    assert found.table
    assert (found.table.data_on, counts(found)) == (date(2021, 8, 1), [("dinkes", 1284, 500, 400, None)])


def test_per_cents_become_people_where_they_can(tmp_path: Path) -> None:
    head = "unit;sasaran;dosis 1 (%);dosis 2 (%);tanggal data;sumber"
    found = csv(tmp_path, "dinkes;200;82,5;49,5 %;2021-08-01;D", "satpol;37;100;81;2021-08-01;D", head=head)
    assert counts(found) == [("dinkes", 200, 165, 99, None), ("satpol", 37, 37, 30, None)]
    assert found.table
    assert found.table.in_percent
    wrong = csv(tmp_path, "dinkes;37;82;101;2021-08-01;D", head=head)
    assert named(wrong) == [("C2", "percent-impossible"), ("D2", "over-100")]


def test_a_spreadsheets_own_per_cents_are_fractions(tmp_path: Path) -> None:
    rows = [("unit", "sasaran", "dosis 1 %", "sumber"), ("dinkes", 200, 0.825, "D"), ("satpol", 100, 1, "D")]
    found = xlsx(tmp_path, *rows, data_on=date(2021, 8, 1))
    assert counts(found) == [("dinkes", 200, 165, None, None), ("satpol", 100, 100, None, None)]


def test_the_two_forms_are_never_mixed_silently(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        csv(tmp_path, "dinkes;50;40;60;2021-08-01;D", head="unit;sasaran;dosis 1;dosis 2 (%);tanggal data;sumber")
    assert [each.code for each in caught.value.problems] == ["coverage-forms-mixed"]
    head = "unit;sasaran;dosis 1;dosis 1 (%);tanggal data;sumber"
    assert csv(tmp_path, "dinkes;50;40;80;2021-08-01;D", head=head).table
    assert named(csv(tmp_path, "dinkes;50;40;81;2021-08-01;D", head=head)) == [("D2", "percent-differs")]


@pytest.mark.parametrize(
    ("head", "row", "cell"),
    [
        (HEAD + ";nama pegawai", "dinkes;50;40;30;2021-08-01;D;x", "G1"),
        (HEAD + ";ket", "dinkes;50;40;30;2021-08-01;D;198803122011012004", "G2"),
        (HEAD, '"Siti Rahma, S.Kep.";50;40;30;2021-08-01;D', "A2"),
    ],
)
def test_a_table_of_persons_is_refused_and_repeats_nobody(tmp_path: Path, head: str, row: str, cell: str) -> None:
    with pytest.raises(ContentError) as caught:
        csv(tmp_path, row, head=head)
    (problem,) = caught.value.problems
    assert (problem.code, problem.what.partition(":")[0]) == ("coverage-persons", cell)
    assert "27/2022" in problem.remedy
    assert "Siti" not in problem.what
    assert "1988" not in problem.what


def test_rows_of_one_person_each_are_refused(tmp_path: Path) -> None:
    rows = [f"Bidang {letter};1;1;0;2021-08-01;D" for letter in "ABC"]
    assert ("B2", "persons") in named(csv(tmp_path, *rows))


def test_unknown_units_are_errors_with_what_is_near_unless_they_are_new(tmp_path: Path) -> None:
    row = "Dinas Kesehatn;50;40;30;2021-08-01;D"
    found = csv(tmp_path, row, new_units=False)
    assert named(found) == [("A2", "unit-unknown")]
    assert "“Dinas Kesehatan”" in found.problems[0].remedy
    made = csv(tmp_path, row)
    assert [unit.name for unit in made.new_units] == ["Dinas Kesehatn"]
    assert [each.code for each in made.problems] == ["coverage-unit-near"]


def test_old_data_are_taken_in_with_a_warning_and_coming_ones_are_not(tmp_path: Path) -> None:
    old = csv(tmp_path, "dinkes;100;100;100;2021-07-01;Dinkes")
    assert old.table is not None
    assert [each.what for each in old.problems] == ["E2: the data are of 1 July 2021, 38 days ago."]
    assert named(csv(tmp_path, "dinkes;100;100;100;2021-09-01;Dinkes")) == [("E2", "date-future")]


def test_without_a_source_or_a_date_nothing_is_taken_in(tmp_path: Path) -> None:
    head, row = "unit;sasaran;dosis 1", "dinkes;50;40"
    assert {code for _cell, code in named(csv(tmp_path, row, head=head))} == {"date-missing", "source-missing"}
    found = csv(tmp_path, row, head=head, data_on=date(2021, 8, 1), source="Dinkes")
    assert found.table
    assert found.table.rows == (CoverageRow(unit_id="dinkes", group=50, first=40),)


def test_the_template_has_the_units_and_the_headings_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(coverage_template(UNITS))
    found = load(path)
    assert {cell for cell, code in named(found) if code == "group-missing"} == {"B4", "B5"}
    assert not [code for _cell, code in named(found) if code.startswith(("unit", "column"))]
