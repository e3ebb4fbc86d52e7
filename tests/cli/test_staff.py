"""`prokes staff`: the template, the office's list with its preview, and what happens to single people."""

from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import staff_import
from prokes_social.app import App
from prokes_social.app.sharing import Invitation
from prokes_social.i18n import use_language
from prokes_social.model.account import Unit
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose
from prokes_social.settings import load_settings
from prokes_social.store import accounts, consents, offers
from tests.cli.conftest import Run
from tests.factories import put_wave
from tests.staff import furnish, write_photo

NIP = "198803122011012004"
LIST = f"""\
nama;nip;unit;pimpinan;kontak;persetujuan
Ratna Wulandari, S.Kep.;{NIP};Dinas Kesehatan;ya;0812-3456-7890;ya
Budi Santoso;;kominfo;;budi@nusaraya.go.id;
"""


@pytest.fixture
def office(workspace: Path) -> Iterator[App]:
    app = App(load_settings({"PROKES_HOME": str(workspace)}))
    with app.store.write() as tx:
        for unit_id, name in (("dinkes", "Dinas Kesehatan"), ("kominfo", "Dinas Komunikasi dan Informatika")):
            accounts.put_unit(tx, Unit(id=unit_id, name=name, zone="WITA"))
    yield app
    app.close()


@pytest.fixture
def listed(office: App, workspace: Path) -> Path:
    path = workspace / "pegawai.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROKES_LANG", "en")
    use_language("en")


def names(app: App) -> list[str]:
    return [member.name for member in app.staff.listing()]


def test_the_template_is_written_once_and_lists_the_units(run: Run, office: App, workspace: Path) -> None:
    assert run("staff", "template", "--out", "t.xlsx").code == 0
    assert run("staff", "template", "--out", "t.xlsx").code == 2
    assert run("staff", "template", "--out", "t.xlsx", "--force").code == 0
    ran = run("staff", "import", "t.xlsx", "--json", "--dry-run")
    assert (ran.code, ran.json["new"], ran.json["units"], ran.json["problems"]) == (0, [], [], [])


def test_a_template_that_nobody_filled_in_is_told_apart_from_a_list_that_changes_nothing(
    run: Run, office: App, workspace: Path
) -> None:
    run("staff", "template", "--out", "t.xlsx")
    assert "no rows yet" in run("staff", "import", "t.xlsx").err


def test_a_look_shows_what_would_change_and_changes_nothing(run: Run, office: App, listed: Path) -> None:
    ran = run("staff", "import", listed, "--dry-run")
    assert ran.code == 0
    assert "2 new" in ran.out
    assert "Ratna Wulandari, S.Kep. (Dinas Kesehatan)" in ran.out
    assert names(office) == []


def test_scripts_say_yes_and_the_same_file_again_changes_nothing(run: Run, office: App, listed: Path) -> None:
    assert run("staff", "import", listed).code == 2  # nobody is here to ask
    assert run("staff", "import", listed, "--json").code == 2
    assert names(office) == []
    assert run("staff", "import", listed, "--yes").code == 0
    assert names(office) == ["Ratna Wulandari, S.Kep.", "Budi Santoso"]
    ran = run("staff", "import", listed, "--json", "--yes")
    assert (ran.json["new"], ran.json["changed"], ran.json["moved"], ran.json["same"]) == ([], [], [], 2)
    assert "nothing was changed" in run("staff", "import", listed).err


def test_changes_are_named_with_their_fields(run: Run, office: App, listed: Path) -> None:
    run("staff", "import", listed, "--yes")
    listed.write_text(f"nama;nip;unit;kontak\nRatna Wulandari;{NIP};kominfo;\nBudi Santoso;;kominfo;0812-3456-7899\n")
    ran = run("staff", "import", listed, "--json", "--dry-run")
    assert ran.json["moved"] == [{"row": 2, "id": 1, "fields": ["name", "unit"]}]
    assert ran.json["changed"] == [{"row": 3, "id": 2, "fields": ["contact"]}]
    ran = run("staff", "import", listed, "--yes")
    assert "→ Dinas Komunikasi dan Informatika" in ran.out
    assert "budi@nusaraya.go.id → +6281234567899" in ran.out
    assert "another contact" in ran.err


def test_with_an_error_nothing_is_taken_in_unless_the_office_skips_such_rows(
    run: Run, office: App, listed: Path
) -> None:
    listed.write_text(LIST + "Citra;;entah;;;\n")
    ran = run("staff", "import", listed, "--yes")
    assert ran.code == 3
    assert "C4: the unit “entah” is not known." in ran.err
    assert "nothing was taken in" in ran.err
    assert names(office) == []
    assert run("staff", "import", listed, "--yes", "--left-out", "marks-left", "--skip-errors").code == 2
    assert run("staff", "import", listed, "--yes", "--skip-errors").code == 3
    assert len(names(office)) == 2


def test_an_empty_list_marks_nobody_as_gone(run: Run, office: App, listed: Path) -> None:
    run("staff", "import", listed, "--yes")
    listed.write_text("nama;unit\n")
    assert run("staff", "import", listed, "--yes", "--left-out", "marks-left").code == 2
    assert len(names(office)) == 2


def test_fifty_thousand_rows_would_be_told_by_cell_as_these_two_thousand(
    run: Run, office: App, workspace: Path
) -> None:
    office.units.take_in(staff_import.units_csv(workspace, 40))
    (workspace / "bukan-gambar.jpg").write_text("teks")
    rows = staff_import.staff(2000, 40)
    cells = staff_import.plant(rows)
    ran = run("staff", "import", staff_import.write_xlsx(workspace / "a.xlsx", rows), "--json", "--dry-run")
    told = [problem["what"].partition(":")[0] for problem in ran.json["problems"]]
    assert (ran.code, len(told), set(told)) == (3, 37, cells)
    assert (len(ran.json["new"]), ran.json["rows_left_out"]) == (2000 - 37, 37)


def test_the_list_names_who_is_here(run: Run, office: App, listed: Path) -> None:
    assert "staff template" in run("staff", "list").err
    run("staff", "import", listed, "--yes")
    (ratna,) = run("staff", "list", "--unit", "dinas kesehatan", "--json").json
    assert ratna == {
        "id": 1, "name": "Ratna Wulandari, S.Kep.", "unit": "dinkes", "leader": True, "contact": "+6281234567890",
        "languages": ["id"], "has_photo": False,
    }  # fmt: skip
    assert "Budi Santoso" in run("staff", "list").out
    ran = run("staff", "list", "--unit", "dinke")
    assert (ran.code, "dinkes" in ran.err) == (2, True)


def test_somebody_moves_and_somebody_leaves(run: Run, office: App, listed: Path) -> None:
    run("staff", "import", listed, "--yes")
    assert run("staff", "move", "Ratna Wulandari", "--to", "kominfo").code == 0
    assert {member.unit.id for member in office.staff.listing()} == {"kominfo"}
    assert run("staff", "move", "Ratna", "--to", "entah").code == 2
    assert run("staff", "leave", "Budi Santoso", "--yes").code == 0
    assert names(office) == ["Ratna Wulandari, S.Kep."]
    assert run("staff", "leave", "nobody", "--yes").code == 2


def test_a_list_that_is_not_there_is_told(run: Run, office: App, listed: Path) -> None:
    ran = run("staff", "import", listed.with_name("tak-ada.xlsx"))
    assert ran.code == 3
    assert "file-missing" in ran.err


def test_a_personal_card_shows_the_photo_only_while_the_person_agrees(run: Run, office: App, workspace: Path) -> None:
    furnish(workspace)
    write_photo(workspace / "ratna.jpg", color=(250, 20, 20))
    (workspace / "p.csv").write_text("nama;unit;foto;persetujuan\nRatna;dinkes;ratna.jpg;ya\n")
    assert run("staff", "import", "p.csv", "--yes").code == 0
    (ratna,) = office.staff.listing()
    assert ratna.photo
    assert not is_red(office, ratna.id)
    agree(office, ratna.id, given=True)
    assert is_red(office, ratna.id)
    agree(office, ratna.id, given=False)
    assert not is_red(office, ratna.id)
    agree(office, ratna.id, given=True)
    next(office.staff.photos.iterdir()).unlink()  # as after a restore
    assert not is_red(office, ratna.id)


def agree(app: App, person_id: int, *, given: bool) -> None:
    with app.store.write() as tx:
        consents.record(
            tx, person_id, Purpose.PHOTO, given=given, wording="w", by="person", now=app.clock.now()
        )  # fmt: skip


def is_red(app: App, person_id: int) -> bool:
    """Whether the photograph is on the card that the person would share."""
    size = Size(600, 600)
    request = CardRequest(
        template="uji", brand="nusa-raya", size=size, slots={"pledge": "Saya cuci tangan"}, alt_text="",
        link="https://dinkes.nusaraya.go.id/",
    )  # fmt: skip
    wave = put_wave(app.store, card=request, sizes=(size,), card_digest=app.shared_digest(request))
    with app.store.write() as tx:
        if not offers.of_wave(tx, wave.id):
            offers.add(tx, wave.id, [(person_id, "dinkes")], now=app.clock.now())
        (offer,) = offers.of_wave(tx, wave.id)
    card = app.sharing.card(Invitation(offer=offer, wave=wave), size)
    assert card
    red, green, _blue = Image.open(BytesIO(card)).convert("RGB").getpixel((300, 240))  # type: ignore[misc]
    return red > 200 and green < 90


def test_after_a_lost_phone_the_old_link_opens_nothing_and_the_list_has_a_new_one(
    run: Run, office: App, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROKES_PUBLIC_URL", "https://prokes.nusaraya.go.id")
    assert run("staff", "import", listed, "--yes").code == 0
    ratna, budi = office.staff.listing()
    lost, other = office.sharing.link_of(ratna), office.sharing.link_of(budi)
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert run("staff", "renew", ratna.id).code == 1
    assert run("staff", "renew", "Ratna", "--yes").code == 2  # who exactly?
    assert office.sharing.page(lost)
    ran = run("staff", "renew", f"https://prokes.nusaraya.go.id/s/{lost}", "--yes")
    assert (ran.code, "`prokes staff links dinkes`" in ran.err) == (0, True)
    assert office.sharing.page(lost) is None
    assert office.sharing.page(other)
    assert run("staff", "links", "dinkes", "--out", "tautan").code == 0
    page = Path("tautan/tautan-dinkes.html").read_text("utf-8")
    assert lost not in page
    assert office.sharing.page(office.sharing.link_of(office.staff.find(str(ratna.id))))
    assert office.sharing.link_of(office.staff.find(str(ratna.id))) in page
