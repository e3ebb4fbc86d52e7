"""Tables of people: as offices save them, and with the mistakes that they make."""

from functools import partial
from pathlib import Path

import pytest

from prokes_social.errors import AssetMissing, ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.people import People, load_people
from prokes_social.loading.photos import find_photo
from prokes_social.loading.tables import cell_name, read_table
from prokes_social.problem import Severity
from tests.staff import workbook, write_photo


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def load(path: Path) -> People:
    return load_people(path, partial(find_photo, [path.parent]))


def from_text(folder: Path, text: str | bytes, name: str = "people.csv") -> People:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path)


def codes(refused: pytest.ExceptionInfo[ContentError]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "nama,unit\n\"Siti, S.Kep.\",Dinkes\n",
        "nama;unit\nSiti, S.Kep.;Dinkes\n",
        "nama\tunit\nSiti, S.Kep.\tDinkes\n",
        "\ufeffNama Lengkap;Unit/OPD\r\nSiti, S.Kep.;Dinkes\r\n",
        "sep=;\nNAMA;OPD\n  Siti,   S.Kep. ;Dinkes\n",
        "Daftar pegawai\n\nNama;Unit_Kerja\nSiti, S.Kep.;Dinkes\n",
        "unit;full name\nDinkes;Siti, S.Kep.\n",
        "nama;unit\n\"Siti,\nS.Kep.\";Dinkes\n;;\n",
    ],
    ids=["commas", "semicolons", "tabs", "excel", "sep", "title", "other-order", "break-in-a-cell"],
)  # fmt: skip
def test_a_table_is_read_however_an_office_saves_it(tmp_path: Path, text: str) -> None:
    loaded = from_text(tmp_path, text)
    assert [(each.name, each.unit) for each in loaded.people] == [("Siti, S.Kep.", "Dinkes")]
    assert loaded.problems == ()


def test_a_spreadsheet_is_read_whatever_its_name_ends_with(tmp_path: Path) -> None:
    rows = [["DAFTAR"], [], ["Nama", "Unit"], ["Siti", "Dinkes"], [12.0, "Bappeda"]]
    for name in ("people.xlsx", "people.csv"):
        loaded = from_text(tmp_path, workbook(rows), name)
        assert [(each.row, each.number, each.name) for each in loaded.people] == [(4, 1, "Siti"), (5, 2, "12")]


def test_every_bad_row_is_told_with_its_cell_and_the_good_ones_remain(tmp_path: Path) -> None:
    write_photo(tmp_path / "foto" / "a.jpg")
    loaded = from_text(
        tmp_path,
        "nama;unit;foto\nSiti;A;foto/a.jpg\n;A;\nBudi;A;tak-ada.jpg\nsiti;a;foto/a.jpg\nTri;A;../people.csv\nSiti;B;\n",
    )
    assert [each.row for each in loaded.people] == [2, 7]
    assert [each.row for each in loaded.left_out] == [3, 4, 5, 6]
    told = [(each.code, each.what.partition(":")[0], each.place and each.place.line) for each in loaded.problems]
    assert told == [
        ("people-name-missing", "A3", 3),
        ("people-photo-missing", "C4", 4),
        ("people-row-twice", "A5", 5),
        ("people-photo-missing", "C6", 6),
    ]
    assert all(each.remedy for each in loaded.problems)
    assert "row 2" in loaded.problems[2].what


def test_a_heading_with_a_slip_stops_before_every_card_lacks_its_unit(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, "nama;unti;foto\nSiti;A;\n;A;\n")
    assert codes(refused) == ["people-column-unknown", "people-name-missing"]
    assert refused.value.problems[0].what.startswith("B1:")
    assert "“unit”" in refused.value.problems[0].remedy


def test_a_column_of_another_kind_is_passed_over_with_a_word(tmp_path: Path) -> None:
    loaded = from_text(tmp_path, "nip;nama\n1987;Siti\n")
    assert [each.name for each in loaded.people] == ["Siti"]
    assert [(each.code, each.severity) for each in loaded.problems] == [("people-column-unknown", Severity.WARNING)]


def test_a_table_without_names_or_with_two_columns_of_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, "unit;foto\nA;\n")
    assert "people-column-missing" in codes(refused)
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, "nama;name\nSiti;Siti\n")
    assert codes(refused) == ["people-column-twice"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table-empty"),
        (b"\n;;\n", "table-empty"),
        ("nama\nSiti\n".encode("utf-16"), "encoding"),
        (b"nama\nSiti\nJos\xe9\n", "encoding"),
        (b'nama;unit\n"Siti;A\nBudi;B\n', "table-quotes"),
        (b"PK\x03\x04" + b"x" * 200, "table-unreadable"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 5000, "table-unreadable"),
        (workbook([["nama"], ["Siti"]])[:-40], "table-unreadable"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_remedy(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, data)
    assert codes(refused) == [code]
    assert refused.value.problems[0].remedy


def test_a_wrong_byte_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, b"nama\nSiti\nJos\xe9\n")
    place = refused.value.problems[0].place
    assert place is not None
    assert place.line == 3


def test_a_stray_cell_at_the_end_of_the_sheet_does_not_take_all_the_memory(tmp_path: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    with pytest.raises(ContentError) as refused:
        from_text(tmp_path, workbook([["nama"], ["Siti"]], beside=stray), "people.xlsx")
    assert codes(refused) == ["table-size"]
    assert "XFD1048576" in refused.value.problems[0].what


def test_a_table_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        read_table(tmp_path / "people.csv")
    assert codes(refused) == ["file-missing"]
    with pytest.raises(ContentError) as refused:
        read_table(tmp_path)
    assert codes(refused) == ["file-unreadable"]


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "../../etc/passwd", "/etc/passwd", "."])
def test_a_photo_with_an_impossible_name_is_only_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssetMissing):
        find_photo([tmp_path], name)


def test_cells_are_named_as_spreadsheets_name_them() -> None:
    assert [cell_name(5, column) for column in (1, 26, 27, 52, 53, 702, 703)] == [
        "A5", "Z5", "AA5", "AZ5", "BA5", "ZZ5", "AAA5"
    ]  # fmt: skip
