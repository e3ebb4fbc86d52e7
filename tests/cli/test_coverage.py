"""`prokes coverage`: a table by unit goes in whole or not at all, and the units are ranked."""

from pathlib import Path

import pytest

from prokes_social.i18n import use_language
from tests.cli.conftest import Run

#: The figures that Majene published: 14 % together, Satpol PP first to 100 %, Setda near 50 %; the rest is invented.
HEAD = "unit;sasaran;dosis 1;dosis 2;tanggal data;sumber\n"
ROWS = (("Satpol PP", 100, 100, 100), ("Sekretariat Daerah", 200, 150, 100), ("Dinas Tanjung Asri", 1700, 400, 80))


def table(day: str, rows: tuple[tuple[str, int, int, int], ...] = ROWS) -> str:
    return HEAD + "".join(f"{';'.join(map(str, row))};{day};Dinas Kesehatan\n" for row in rows)


@pytest.fixture
def office(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROKES_LANG", "en")
    use_language("en")
    return workspace


def test_units_are_ranked_against_the_target_and_the_table_before(run: Run, office: Path) -> None:
    earlier = (("Satpol PP", 100, 90, 80), *ROWS[1:])
    (office / "a.csv").write_text(table("2021-08-01", earlier), encoding="utf-8")
    (office / "b.csv").write_text(table("2021-08-08"), encoding="utf-8")
    assert run("coverage", "import", "a.csv", "--new-units").code == 0
    assert run("coverage", "import", "b.csv").code == 0
    said = run("coverage", "show", "--json").json
    assert (said["percent"], said["before_on"]) == (14.0, "2021-08-01")
    rows = [(row["rank"], row["name"], row["percent"], row["change"], row["reached"]) for row in said["units"]]
    assert rows == [
        (1, "Satpol PP", 100.0, 20.0, True),
        (2, "Sekretariat Daerah", 50.0, 0.0, False),
        (3, "Dinas Tanjung Asri", 4.7, 0.0, False),
    ]
    assert "Satpol PP" in run("coverage", "show").out


def test_a_dry_run_keeps_nothing(run: Run, office: Path) -> None:
    (office / "a.csv").write_text(table("2021-08-01"), encoding="utf-8")
    assert run("coverage", "import", "a.csv", "--new-units", "--dry-run").code == 0
    assert run("coverage", "show").code != 0
    assert run("unit", "list", "--json").json == []


def test_each_wrong_cell_is_named_and_nothing_is_kept(run: Run, office: Path) -> None:
    wrong = table("2021-08-01", (("Satpol PP", 100, 101, 100), ("Setda", 50, -1, 0), ("Satpol PP", 9, 9, 9)))
    (office / "a.csv").write_text(wrong, encoding="utf-8")
    ran = run("coverage", "import", "a.csv", "--new-units")
    assert ran.code != 0
    assert [cell for cell in ("C2", "C3", "A4") if f"{cell}:" not in ran.err] == []
    assert run("unit", "list", "--json").json == []


def test_the_template_has_the_headings_that_are_read(run: Run, office: Path) -> None:
    assert run("coverage", "template", "--out", "t.csv").code == 0
    with (office / "t.csv").open("a", encoding="utf-8") as file:
        file.write("Satpol PP;100;100;100;90;2021-08-01;Dinas Kesehatan\n")
    assert run("coverage", "import", "t.csv", "--new-units").code == 0
    assert run("coverage", "template", "--out", "t.csv").code == 2
