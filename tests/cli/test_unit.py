"""`prokes unit`: a tree that changes while what was counted stays where it was."""

from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.i18n import use_language
from prokes_social.settings import load_settings
from prokes_social.store import offers
from tests.cli.conftest import Run
from tests.factories import add_person, put_wave

UNITS = """\
id;nama;induk;zona
pemkab;Pemerintah Kabupaten Tanjung Asri;;WITA
dinkes;Dinas Kesehatan;pemkab;
pkm;Puskesmas Teluk Sari;dinkes;
kominfo;Dinas Komunikasi dan Informatika;pemkab;
"""


@pytest.fixture
def office(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("PROKES_LANG", "en")
    use_language("en")
    (workspace / "unit.csv").write_text(UNITS, encoding="utf-8")
    assert run("unit", "import", "unit.csv").code == 0
    return App(load_settings({"PROKES_HOME": str(workspace), "PROKES_LANG": "en"}))


def tree(run: Run) -> list[tuple[str, str | None]]:
    return [(row["id"], row["parent"]) for row in run("unit", "list", "--json").json]


def test_units_are_imported_as_a_tree_and_the_same_file_changes_nothing(run: Run, office: App) -> None:
    assert tree(run) == [("pemkab", None), ("dinkes", "pemkab"), ("pkm", "dinkes"), ("kominfo", "pemkab")]
    assert {row["zone"] for row in run("unit", "list", "--json").json} == {"WITA"}
    assert "nothing was changed" in run("unit", "import", "unit.csv").err
    assert "    Puskesmas Teluk Sari" in run("unit", "list").out


def test_a_wrong_table_of_units_changes_nothing(run: Run, office: App) -> None:
    Path("unit.csv").write_text("id;nama;induk\npemkab;Pemkab;dinkes\ndinkes;Dinkes;pemkab\n")
    ran = run("unit", "import", "unit.csv")
    assert (ran.code, "would stand below itself" in ran.err) == (3, True)
    assert tree(run)[0] == ("pemkab", None)


def test_a_renamed_unit_keeps_its_id_people_and_history(run: Run, office: App) -> None:
    budi = add_person(office.store, unit="dinkes", zone="WITA")
    assert run("unit", "rename", "dinkes", "Dinas Kesehatan dan KB").code == 0
    (member,) = office.staff.listing("Dinas Kesehatan dan KB")
    assert (member.id, member.unit.id, member.unit.parent) == (budi.id, "dinkes", budi.unit.parent)
    assert run("unit", "rename", "dinkes", " ").code == 2


def test_a_unit_moves_but_never_below_itself(run: Run, office: App) -> None:
    assert run("unit", "move", "pkm", "--under", "kominfo").code == 0
    assert ("pkm", "kominfo") in tree(run)
    for under in ("pkm", "kominfo"):
        assert run("unit", "move", "kominfo", "--under", under).code == 2
    assert run("unit", "move", "pkm", "--top").code == 0
    assert ("pkm", None) in tree(run)
    assert run("unit", "move", "pkm").code == 2


def test_a_unit_with_people_is_not_dissolved_before_somebody_says_where_they_go(run: Run, office: App) -> None:
    budi = add_person(office.store, unit="pkm", zone="WITA")
    wave = put_wave(office.store)
    with office.store.write() as tx:
        offers.add(tx, wave.id, [(budi.id, "pkm")], now=office.clock.now())
    ran = run("unit", "dissolve", "pkm", "--yes")
    assert (ran.code, "1 person is in" in ran.err, "--into" in ran.err) == (2, True, True)
    assert run("unit", "dissolve", "pkm", "--into", "pkm", "--yes").code == 2
    assert run("unit", "dissolve", "pkm", "--into", "kominfo", "--yes").code == 0
    assert "pkm" not in [unit for unit, _parent in tree(run)]
    (member,) = office.staff.listing("kominfo")
    assert member.id == budi.id
    with office.store.read() as tx:
        assert [offer.unit_id for offer in offers.of_wave(tx, wave.id)] == ["pkm"]


def test_units_below_go_along_and_one_of_them_may_take_the_place(run: Run, office: App) -> None:
    ran = run("unit", "dissolve", "dinkes", "--yes")
    assert (ran.code, "1 unit stands below" in ran.err) == (2, True)
    assert run("unit", "dissolve", "dinkes", "--into", "pkm", "--yes").code == 0
    assert ("pkm", "pemkab") in tree(run)
    assert run("unit", "dissolve", "pemkab", "--into", "kominfo", "--yes").code == 0
    assert sorted(tree(run)) == [("kominfo", None), ("pkm", "kominfo")]


def test_nobody_comes_into_a_dissolved_unit(run: Run, office: App) -> None:
    add_person(office.store, unit="kominfo", zone="WITA")
    run("unit", "dissolve", "pkm", "--yes")
    for words in (
        ("staff", "move", "Budi Santoso", "--to", "pkm"),
        ("unit", "move", "kominfo", "--under", "pkm"),
        ("unit", "dissolve", "kominfo", "--into", "pkm", "--yes"),
        ("unit", "rename", "pkm", "Baru"),
        ("unit", "dissolve", "pkm", "--yes"),
    ):
        ran = run(*words)
        assert (ran.code, "was dissolved" in ran.err) == (2, True), words
    Path("p.csv").write_text("nama;unit\nCitra;Puskesmas Teluk Sari\n")
    ran = run("staff", "import", "p.csv", "--dry-run")
    assert (ran.code, "staff-unit-dissolved" in ran.err) == (3, True)
