"""`prokes coverage`: a table by unit goes in whole or not at all; cards are safe to publish, reports are to sign."""

import json
from pathlib import Path

import pytest
from python_calamine import load_workbook

from prokes_social.i18n import use_language
from tests.cli.conftest import Run

#: The figures that Majene published: 14 % together, Satpol PP first to 100 %, Setda near 50 %; the rest is invented.
HEAD = "unit;sasaran;dosis 1;dosis 2;tanggal data;sumber\n"
ROWS = (("Satpol PP", 100, 100, 100), ("Sekretariat Daerah", 200, 150, 100), ("Dinas Tanjung Asri", 1700, 400, 80))
SMALL = ("Kantor Arsip", 12, 6, 5)


def table(day: str, rows: tuple[tuple[str, int, int, int], ...] = ROWS) -> str:
    return HEAD + "".join(f"{';'.join(map(str, row))};{day};Dinas Kesehatan\n" for row in rows)


@pytest.fixture
def office(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROKES_LANG", "en")
    use_language("en")
    return workspace


def take_in(run: Run, office: Path, *tables: str) -> None:
    for number, text in enumerate(tables):
        (office / f"{number}.csv").write_text(text, encoding="utf-8")
        ran = run("coverage", "import", f"{number}.csv", "--new-units")
        assert ran.code == 0, ran.err


def test_units_are_ranked_against_the_target_and_the_table_before(run: Run, office: Path) -> None:
    earlier = (("Satpol PP", 100, 90, 80), *ROWS[1:])
    take_in(run, office, table("2021-08-01", earlier), table("2021-08-08"))
    said = run("coverage", "show", "--json").json
    assert (said["percent"], said["before_on"], said["known"]) == (14.0, "2021-08-01", "measured")
    rows = [(row["rank"], row["name"], row["percent"], row["change"], row["reached"]) for row in said["units"]]
    assert rows == [
        (1, "Satpol PP", 100.0, 20.0, True),
        (2, "Sekretariat Daerah", 50.0, 0.0, False),
        (3, "Dinas Tanjung Asri", 4.7, 0.0, False),
    ]
    ran = run("coverage", "show")
    assert "Satpol PP" in ran.out
    assert "According to the table of Dinas Kesehatan" in ran.err


def test_an_import_shows_what_changes_and_the_same_table_changes_nothing(run: Run, office: Path) -> None:
    take_in(run, office, table("2021-08-01"))
    (office / "b.csv").write_text(table("2021-08-08", (("Satpol PP", 100, 100, 90), ROWS[1])), encoding="utf-8")
    ran = run("coverage", "import", "b.csv")
    assert "~ Satpol PP: 100 / 100 / – of 100 → 100 / 90 / – of 100" in ran.out
    assert "- Dinas Tanjung Asri" in ran.out
    assert "Sekretariat Daerah" not in ran.out
    again = run("coverage", "import", "b.csv", "--json").json
    assert (again["known"], again["taken_in"], again["changed"]) == (True, False, [])
    assert "nothing was changed" in run("coverage", "import", "b.csv").err


def test_a_table_that_was_mended_holds_and_the_one_before_may_come_back(run: Run, office: Path) -> None:
    wrong, right = (
        table("2021-08-01", (("Satpol PP", 100, 90, 80),)),
        table("2021-08-01", (("Satpol PP", 100, 90, 85),)),
    )
    take_in(run, office, wrong, right)
    assert run("coverage", "show", "--json").json["given"] == 85
    take_in(run, office, wrong)
    assert run("coverage", "show", "--json").json["given"] == 80


def test_a_dry_run_keeps_nothing(run: Run, office: Path) -> None:
    (office / "a.csv").write_text(table("2021-08-01"), encoding="utf-8")
    assert run("coverage", "import", "a.csv", "--new-units", "--dry-run").code == 0
    assert run("coverage", "show").code == 2
    assert run("unit", "list", "--json").json == []


def test_each_wrong_cell_is_named_and_nothing_is_kept(run: Run, office: Path) -> None:
    wrong = table("2021-08-01", (("Satpol PP", 100, 101, 100), ("Setda", 50, -1, 0), ("Satpol PP", 9, 9, 9)))
    (office / "a.csv").write_text(wrong, encoding="utf-8")
    ran = run("coverage", "import", "a.csv", "--new-units")
    assert (ran.code, "3 cells have to be mended" in ran.err) == (3, True)
    assert [cell for cell in ("C2", "C3", "A4") if f"{cell}:" not in ran.err] == []
    assert run("unit", "list", "--json").json == []
    said = run("coverage", "import", "a.csv", "--new-units", "--json")
    errors = [each for each in said.json["problems"] if each["severity"] == "error"]
    assert (said.code, len(errors), said.json["taken_in"]) == (3, 3, False)


def test_the_template_is_filled_in_and_taken_in(run: Run, office: Path) -> None:
    take_in(run, office, table("2021-08-01"))
    assert run("coverage", "template", "--out", "t.xlsx").code == 0
    rows = load_workbook(office / "t.xlsx").get_sheet_by_index(0).to_python()
    assert rows[2] == ["unit", "sasaran", "dosis 1", "dosis 2", "booster", "tanggal data", "sumber"]
    assert [row[0] for row in rows[3:6]] == ["Dinas Tanjung Asri", "Satpol PP", "Sekretariat Daerah"]
    assert run("coverage", "template", "--out", "t.xlsx").code == 2


def test_cards_are_public_unless_they_are_for_the_office(run: Run, office: Path) -> None:
    take_in(run, office, table("2021-08-01", (*ROWS, SMALL)))
    ask = ("coverage", "cards", "--brand", "tanjung-asri", "--size", "1080x1080", "--json")
    cards = {Path(row["file"]).name: row["alt_text"] for row in run(*ask, "--out", "umum").json}
    assert sorted(cards) == [
        "mencapai-target-1080x1080.jpg", "peringkat-1080x1080.jpg", "unit-dinas-tanjung-asri-1080x1080.jpg",
        "unit-satpol-pp-1080x1080.jpg", "unit-sekretariat-daerah-1080x1080.jpg",
    ]  # fmt: skip
    assert "≥ 95 % sudah dosis lengkap" in cards["unit-satpol-pp-1080x1080.jpg"]
    assert "Data per 1 Agustus 2021; sumber: Dinas Kesehatan" in cards["peringkat-1080x1080.jpg"]
    assert json.loads((office / "umum" / "alt.json").read_text(encoding="utf-8")) == cards
    assert (office / "umum" / "peringkat-1080x1080.jpg").read_bytes().startswith(b"\xff\xd8")
    ran = run(*ask, "--out", "umum", "--unit", "Kantor Arsip")
    assert (ran.code, "no public card" in ran.err) == (2, True)
    (exact,) = run(*ask, "--out", "dalam", "--unit", "Satpol PP", "--inside").json
    assert "100 % sudah dosis lengkap" in exact["alt_text"]


def test_a_card_in_every_size_says_which_brand_it_lacks(run: Run, office: Path) -> None:
    take_in(run, office, table("2021-08-01"))
    ran = run("coverage", "cards", "--out", "umum")
    assert (ran.code, "--brand" in ran.err, "nusa-raya" in ran.err) == (2, True, True)
    settings = office / "prokes.toml"
    settings.write_text(settings.read_text() + '\n[coverage]\nbrand = "nusa-raya"\n')
    cards = run("coverage", "cards", "--out", "umum", "--unit", "satpol-pp", "--json").json
    assert len(cards) == len({row["file"] for row in cards}) == 5


def test_the_report_is_written_in_each_format(run: Run, office: Path) -> None:
    take_in(run, office, table("2021-08-01", (*ROWS, SMALL)))
    paths = run("coverage", "report", "--format", "pdf,xlsx,csv,json", "--out", "r", "--json").json
    assert [Path(path).name for path in paths] == [
        f"coverage-2021-08-01.{end}" for end in ("pdf", "xlsx", "csv", "json")
    ]
    assert (office / paths[0]).read_bytes().startswith(b"%PDF")
    assert "Kantor Arsip" in (office / paths[3]).read_text(encoding="utf-8")
    (public,) = run("coverage", "report", "--format", "json", "--out", "r", "--public", "--json").json
    assert Path(public).name == "coverage-2021-08-01-public.json"
    assert "Kantor Arsip" not in (office / public).read_text(encoding="utf-8")
    assert run("coverage", "report", "--format", "docx").code == 2
