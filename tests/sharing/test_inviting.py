"""A unit's list brings each person to their own page, and the group's text gives nobody's page away."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from python_calamine import CalamineWorkbook

from prokes_social.app import App, workspace
from prokes_social.errors import SettingsError
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import consents, offers
from tests.conftest import SetClock
from tests.factories import DUE, add_person, put_wave

ADDRESS = "https://prokes.nusaraya.go.id"


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    environment = {"PROKES_HOME": str(tmp_path / "kantor"), "PROKES_PUBLIC_URL": ADDRESS}
    workspace.make(tmp_path / "kantor", environment)
    opened = App(load_settings(environment), clock=clock)
    yield opened
    opened.close()


def test_each_person_is_sent_their_own_page_through_whatsapp_or_mail(app: App, tmp_path: Path) -> None:
    ayu = add_person(app.store, "Ayu", unit="dinkes", contact="+628123456789")
    budi = add_person(app.store, "Budi", unit="dinkes", contact="budi@nusaraya.go.id", agreed=False)
    add_person(app.store, "Citra", unit="dinkes")
    add_person(app.store, "Dewi", unit="satpol", contact="+628999")
    written = app.inviting.write_links("dinkes", tmp_path)
    first, second, third = written.invitees
    whatsapp = urlsplit(first.tap)
    assert (whatsapp.netloc, whatsapp.path) == ("wa.me", "/628123456789")
    assert f"{ADDRESS}/s/{app.sharing.link_of(ayu)}" in parse_qs(whatsapp.query)["text"][0]
    assert second.tap.startswith("mailto:budi%40nusaraya.go.id?")
    assert f"/s/{app.sharing.link_of(budi)}" in second.text
    assert "mau atau tidak" in second.text  # not asked yet: the page asks
    assert "mau atau tidak" not in first.text
    assert (third.tap, written.unreachable) == ("", 1)


def test_the_files_are_for_one_pair_of_eyes_and_names_never_become_formulas(app: App, tmp_path: Path) -> None:
    add_person(app.store, '=HYPERLINK("http://jahat.example")', unit="dinkes", contact="+628123456789")
    add_person(app.store, "<script>alert(1)</script> d'Arc", unit="dinkes")
    page, book = app.inviting.write_links("dinkes", tmp_path / "tautan").files
    assert {file.stat().st_mode & 0o777 for file in (page, book)} == {0o600}
    assert "<script>" not in page.read_text("utf-8")
    rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["<script>alert(1)</script> d'Arc", '=HYPERLINK("http://jahat.example")']
    assert b"<f>" not in book.read_bytes()


def test_whoever_said_no_is_on_no_list(app: App, tmp_path: Path) -> None:
    budi = add_person(app.store, "Budi", unit="dinkes")
    with app.store.write() as tx:
        consents.record(tx, budi.id, Purpose.LINK, given=False, wording="tidak", by="person", now=DUE)
    assert app.inviting.write_links("dinkes", tmp_path).invitees == []


def test_a_waves_list_has_everybody_it_asked_so_that_it_tells_on_nobody(app: App, tmp_path: Path) -> None:
    asked = [add_person(app.store, name, unit="dinkes") for name in ("Ayu", "Budi")]
    add_person(app.store, "Citra", unit="dinkes")
    wave = put_wave(app.store, status=WaveStatus.OPEN)
    with app.store.write() as tx:
        offers.add(tx, wave.id, [(each.id, "dinkes") for each in asked], now=DUE)
    names = [each.name for each in app.inviting.write_links("dinkes", tmp_path, wave_id=wave.id).invitees]
    assert names == ["Ayu", "Budi"]


def test_the_text_for_the_group_has_the_headline_and_no_personal_link(app: App) -> None:
    add_person(app.store, "Ayu", unit="dinkes")
    wave = put_wave(app.store, captions=("Cuci tangan, yuk.\nSetiap hari.",))
    text = app.inviting.group_text(wave.id, "dinkes")
    assert "“Cuci tangan, yuk.”" in text
    assert "Dinkes" in text
    assert not re.search(r"https?://|/s/", text)


def test_without_a_public_address_there_is_a_remedy(tmp_path: Path) -> None:
    environment = {"PROKES_HOME": str(tmp_path / "kantor")}
    workspace.make(tmp_path / "kantor", environment)
    opened = App(load_settings(environment))
    add_person(opened.store, unit="dinkes")
    with pytest.raises(SettingsError, match="public_url"):
        opened.inviting.write_links("dinkes", tmp_path)
    with pytest.raises(SettingsError) as caught:
        opened.inviting.write_links("tidak-ada", tmp_path)
    assert "dinkes" in caught.value.hint
    opened.close()
