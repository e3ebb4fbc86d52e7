"""The office's list: what its cells may say, every cell that has to be put right, and the template that we give."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from prokes_social.errors import CardError, ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.staff import StaffList, load_staff, normal_contact, read_date
from prokes_social.loading.staff_template import staff_template
from prokes_social.loading.tables import read_tables
from prokes_social.loading.units import read_units
from prokes_social.model.account import Unit
from prokes_social.model.staff_list import PaperAnswer
from prokes_social.problem import Problem

UNITS = (
    Unit(id="dinkes", name="Dinas Kesehatan", zone="WITA"),
    Unit(id="kominfo", name="Dinas Komunikasi dan Informatika", zone="WITA"),
    Unit(id="lama", name="Kantor Lama", zone="WITA", dissolved_at=None),
)
NIP = "198803122011012004"


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def take_photo(name: str) -> str:
    if name.endswith(".jpg"):
        return "d" * 64
    raise CardError(f"the photo {name} can't be read", hint="save it again as JPEG, PNG or WebP")


def load(path: Path, units: tuple[Unit, ...] = UNITS) -> StaffList:
    return load_staff(path, units, zone="WIB", today=date(2026, 11, 23), take_photo=take_photo)


def from_csv(
    folder: Path, *rows: str, heads: str = "nama;nip;unit;pimpinan;kontak;bahasa;foto;persetujuan"
) -> StaffList:
    path = folder / "pegawai.csv"
    path.write_text("\n".join([heads, *rows]), encoding="utf-8")
    return load(path)


def from_xlsx(folder: Path, **sheets: list[list[Any]]) -> StaffList:
    path = folder / "pegawai.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return load(path)


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(each.what.partition(":")[0], each.code) for each in problems]


def test_a_row_says_everything_about_a_person(tmp_path: Path) -> None:
    loaded = from_csv(
        tmp_path,
        f"Ratna  Wulandari, S.Kep.;'{NIP[:8]} {NIP[8:14]} {NIP[14]} {NIP[15:]};dinas kesehatan;Ya;0812-3456-7890;"
        "Indonesia, English;ratna.jpg;2 November 2026",
    )
    assert loaded.problems == ()
    (entry,) = loaded.entries
    assert (entry.row, entry.name, entry.unit_id, entry.nip) == (2, "Ratna Wulandari, S.Kep.", "dinkes", NIP)
    assert (entry.leader, entry.contact, entry.languages) == (True, "+6281234567890", ("id", "en"))
    assert (entry.photo, entry.consent) == ("d" * 64, PaperAnswer(given=True, on=date(2026, 11, 2)))
    assert NIP not in repr(entry)


def test_empty_cells_and_missing_columns_say_nothing(tmp_path: Path) -> None:
    for loaded in (from_csv(tmp_path, "Budi;;kominfo;;;;;"), from_csv(tmp_path, "Budi;kominfo", heads="nama;opd")):
        (entry,) = loaded.entries
        assert (entry.nip, entry.contact, entry.leader, entry.languages) == ("", "", None, None)
        assert (entry.photo, entry.consent) == ("", None)


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        (";;dinkes;;;;;", "A2", "staff-name-missing"),
        (f"{'N' * 121};;dinkes;;;;;", "A2", "staff-name-long"),
        ("12345;;dinkes;;;;;", "A2", "staff-name-strange"),
        ("Budi;1.98501E+17;dinkes;;;;;", "B2", "staff-nip-destroyed"),
        ("Budi;1,98501152010011E+17;dinkes;;;;;", "B2", "staff-nip-destroyed"),
        ("Budi;198501152010011000;dinkes;;;;;", "B2", "staff-nip-destroyed"),
        ("Budi;19850115201001100;dinkes;;;;;", "B2", "staff-nip-length"),
        ("Budi;belum ada;dinkes;;;;;", "B2", "staff-nip-length"),
        ("Budi;198513152010011003;dinkes;;;;;", "B2", "staff-nip-birth-date"),
        ("Budi;202501152010011003;dinkes;;;;;", "B2", "staff-nip-birth-date"),
        ("Budi;;;;;;;", "C2", "staff-unit-missing"),
        ("Budi;;Dinas Kesehatann;;;;;", "C2", "staff-unit-unknown"),
        ("Budi;;dinkes;mungkin;;;;", "D2", "staff-leader"),
        ("Budi;;dinkes;;0812;;;", "E2", "staff-contact"),
        ("Budi;;dinkes;;budi@;;;", "E2", "staff-contact"),
        ("Budi;;dinkes;;6.28123E+12;;;", "E2", "staff-contact"),
        ("Budi;;dinkes;;;jawa kuno;;", "F2", "staff-language"),
        ("Budi;;dinkes;;;;budi.doc;", "G2", "staff-photo"),
        ("Budi;;dinkes;;;;;entah", "H2", "staff-consent"),
        ("Budi;;dinkes;;;;;2026-11-24", "H2", "staff-consent"),
        ("Budi;;dinkes;;;;;31/02/2026", "H2", "staff-consent"),
    ],
)
def test_a_wrong_cell_is_told_by_its_name_with_a_remedy(tmp_path: Path, row: str, cell: str, code: str) -> None:
    loaded = from_csv(tmp_path, row, "Citra;;kominfo;;;;;")
    assert told(loaded.problems) == [(cell, code)]
    assert loaded.problems[0].remedy
    assert ([each.name for each in loaded.entries], loaded.left_out) == (["Citra"], 1)


def test_every_wrong_cell_of_a_row_is_told(tmp_path: Path) -> None:
    loaded = from_csv(tmp_path, "Budi;1985;entah;mungkin;0812;xx;a.doc;?")
    assert [cell for cell, _code in told(loaded.problems)] == ["B2", "C2", "D2", "E2", "F2", "G2", "H2"]


def test_a_nip_that_excel_holds_as_a_number_is_refused_with_the_persons_name(tmp_path: Path) -> None:
    rows = [["nama", "nip", "unit"], ["Budi", 198501152010011003, "dinkes"], ["Citra", "198501152010011003", "dinkes"]]
    loaded = from_xlsx(tmp_path, Pegawai=rows)
    assert told(loaded.problems) == [("B2", "staff-nip-destroyed")]
    assert "“Budi”" in loaded.problems[0].what
    assert "Text" in loaded.problems[0].remedy
    assert [each.name for each in loaded.entries] == ["Citra"]


def test_no_message_holds_a_nip(tmp_path: Path) -> None:
    loaded = from_csv(
        tmp_path, f"Budi;{NIP};dinkes;;;;;", f"Citra;{NIP};dinkes;;;;;", "Tri;198813122011012004;dinkes;;;;;"
    )
    assert [code for _cell, code in told(loaded.problems)] == ["staff-twice", "staff-nip-birth-date"]
    assert not any(part in str(each) for each in loaded.problems for part in (NIP, "1988", "2011"))


def test_an_unknown_unit_comes_with_those_that_are_near(tmp_path: Path) -> None:
    loaded = from_csv(tmp_path, "Budi;;Dinas Kesehatann;;;;;", "Citra;;Bappeda;;;;;")
    assert "“Dinas Kesehatan”" in loaded.problems[0].remedy
    assert "prokes unit list" in loaded.problems[1].remedy


def test_a_name_of_two_units_has_to_be_an_id(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nama;unit\nBudi;Sekretariat\nCitra;set-b\n")
    units = (Unit(id="set-a", name="Sekretariat", zone="WIB"), Unit(id="set-b", name="Sekretariat", zone="WIB"))
    loaded = load(path, units)
    assert told(loaded.problems) == [("B2", "staff-unit-unclear")]
    assert "set-a, set-b" in loaded.problems[0].remedy


@pytest.mark.parametrize(
    ("second", "cell"),
    [
        (f"Budi;{NIP};kominfo;;;;;", "B3"),
        ("Citra;;dinkes;;081234567890;;;", "E3"),
        ("budi;;dinkes;;;;;", "A3"),
    ],
)
def test_the_same_person_twice_is_told(tmp_path: Path, second: str, cell: str) -> None:
    loaded = from_csv(tmp_path, f"Budi;{NIP};dinkes;;+62 812 3456 7890;;;", second)
    assert [each.what.partition(":")[0] for each in loaded.problems] == [cell]
    assert "row 2" in loaded.problems[0].what


@pytest.mark.parametrize(
    "second", [f"Budi;{NIP[:-1]}5;dinkes;;;;;", "Budi;;dinkes;;081234567891;;;", "Budi;;kominfo;;;;;"]
)
def test_namesakes_are_told_apart_by_nip_contact_or_unit(tmp_path: Path, second: str) -> None:
    loaded = from_csv(tmp_path, f"Budi;{NIP};dinkes;;081234567890;;;", second)
    assert (loaded.problems, len(loaded.entries)) == ((), 2)


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("81234567890", "+6281234567890"),  # a spreadsheet took the zero
        ("6281234567890", "+6281234567890"),
        ("(0274) 563 123", "+62274563123"),
        ("Budi.S@NusaRaya.go.id", "Budi.S@nusaraya.go.id"),
        ("wa.me/6281234567890", None),
        ("budi@nusaraya", None),
        ("a@b.id\n", None),
    ],
)
def test_contacts_are_written_in_one_way(said: str, contact: str | None) -> None:
    assert normal_contact(said) == contact


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-11-02", date(2026, 11, 2)),
        ("2026-11-02 00:00:00", date(2026, 11, 2)),
        ("2/11/2026", date(2026, 11, 2)),
        ("02.11.2026", date(2026, 11, 2)),
        ("2 Nopember 2026", date(2026, 11, 2)),
        ("13/13/2026", None),
        ("besok", None),
    ],
)
def test_days_are_read_as_they_are_written_here(said: str, day: date | None) -> None:
    assert read_date(said) == day


def test_signs_that_nobody_sees_are_taken_out_of_names(tmp_path: Path) -> None:
    loaded = from_csv(tmp_path, "\u202aBudi\u200b Santoso\u202c;;dinkes;;;;;", "B\u0007udi;;dinkes;;;;;")
    assert [each.name for each in loaded.entries] == ["Budi Santoso"]
    assert told(loaded.problems) == [("A3", "staff-name-strange")]


def test_the_sheet_of_units_comes_before_the_people(tmp_path: Path) -> None:
    loaded = from_xlsx(
        tmp_path,
        Pegawai=[["nama", "unit"], ["Budi", "Puskesmas Teluk Sari"]],
        Unit=[["id", "nama", "induk", "zona"], ["pkm-teluk", "Puskesmas Teluk Sari", "Dinas Kesehatan", ""]],
    )
    assert loaded.entries[0].unit_id == "pkm-teluk"
    assert loaded.units.changed == (Unit(id="pkm-teluk", name="Puskesmas Teluk Sari", zone="WITA", parent="dinkes"),)


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        (["", "Unit Baru", "", ""], "Unit!A3", "unit-id-missing"),
        (["Unit Baru!", "Unit Baru", "", ""], "Unit!A3", "unit-id"),
        (["baru", "", "", ""], "Unit!B3", "unit-name-missing"),
        (["baru", "Unit Baru", "entah", ""], "Unit!C3", "unit-parent"),
        (["baru", "Unit Baru", "", "WOB"], "Unit!D3", "unit-zone"),
        (["baru", "Unit Baru", "baru", ""], "Unit!C3", "unit-circle"),
        (["dinkes", "Dinas Kesehatan", "", ""], "Unit!A3", "unit-twice"),
    ],
)
def test_a_wrong_unit_is_told_by_its_cell_and_stops_the_list(
    tmp_path: Path, row: list[str], cell: str, code: str
) -> None:
    units = [["id", "nama", "induk", "zona"], ["dinkes", "Dinas Kesehatan", "", ""], row]
    with pytest.raises(ContentError) as refused:
        from_xlsx(tmp_path, Pegawai=[["nama", "unit"], ["Budi", "dinkes"]], Unit=units)
    assert told(refused.value.problems) == [(cell, code)]


def test_units_that_stand_above_each_other_are_a_circle(tmp_path: Path) -> None:
    path = tmp_path / "unit.csv"
    path.write_text("id;nama;induk\na;A;b\nb;B;c\nc;C;a\nd;D;a\n")
    with pytest.raises(ContentError) as refused:
        read_units(path, (), zone="WIB")
    assert told(refused.value.problems) == [("C2", "unit-circle"), ("C3", "unit-circle"), ("C4", "unit-circle")]


def test_units_are_written_after_those_above_them_and_take_their_zone(tmp_path: Path) -> None:
    path = tmp_path / "unit.csv"
    path.write_text("id;nama;induk;zona\nc;C;b;\nb;B;A;\na;A;;wit\n")
    assert [(each.id, each.zone) for each in read_units(path, (), zone="WIB").changed] == [
        ("a", "WIT"), ("b", "WIT"), ("c", "WIT")
    ]  # fmt: skip


# --- the template ---


def filled_in(folder: Path, *rows: list[str]) -> Path:
    """The template with rows typed below its headings, as a spreadsheet saves it."""
    import zipfile
    from xml.sax.saxutils import escape

    source = BytesIO(staff_template(UNITS))
    path = folder / "pegawai.xlsx"
    first, _others = read_tables(_saved(folder, source.getvalue()))
    top = next(number for number, row in enumerate(first.rows, start=1) if row and row[0] == "nama")
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            data = before.read(name).decode() if name.endswith(".xml") else before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for number, row in enumerate(rows, start=top + 1):
                    cells = "".join(
                        f'<c r="{column}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
                        for column, text in zip("ABCDEFGHI", row, strict=False)
                    )
                    start = data.index(f'<row r="{number}"')
                    end = data.index("</row>", start)
                    data = data[: data.index(">", start) + 1] + cells + data[end:]
            after.writestr(name, data)
    return path


def _saved(folder: Path, data: bytes) -> Path:
    path = folder / "kosong.xlsx"
    path.write_bytes(data)
    return path


def test_the_template_is_read_back_as_it_was_filled_in(tmp_path: Path) -> None:
    path = filled_in(tmp_path, ["Ratna", NIP, "Dinas Kesehatan", "ya", "081234567890", "id", "", "ya", "tidak"])
    loaded = load(path)
    assert loaded.problems == ()
    assert [(each.name, each.nip, each.unit_id) for each in loaded.entries] == [("Ratna", NIP, "dinkes")]
    assert loaded.units.changed == ()


def test_an_empty_template_asks_for_nobody_and_changes_no_unit(tmp_path: Path) -> None:
    loaded = load(_saved(tmp_path, staff_template(UNITS)))
    assert (loaded.entries, loaded.problems, loaded.units.changed) == ((), (), ())


def test_no_cell_of_the_template_is_a_formula(tmp_path: Path) -> None:
    import zipfile

    units = (
        *UNITS,
        Unit(id="aneh", name='=HYPERLINK("http://x","y")', zone="WIB"),
        Unit(id="b", name="@b", zone="WIB"),
    )
    with zipfile.ZipFile(BytesIO(staff_template(units))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    assert "=HYPERLINK" in strings
    assert 'state="frozen"' in sheets[0]
    assert "OFFSET(Unit!$B$" in sheets[0]
