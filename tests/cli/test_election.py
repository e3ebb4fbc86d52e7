"""`prokes election`: while it is on, staff are offered no faces and no candidates' names."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prokes_social.app import App
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import waves
from tests.cli.conftest import Run
from tests.factories import put_wave

FAR = datetime(2099, 1, 1, tzinfo=UTC)
PHOTO = "contoh-potret.jpg"
CANDIDATE = "Raden Surya Wicaksana"
CAMPAIGN = """\
id: wajah
title: Wajah
purpose: Menguji masa pemilihan.
owner: Biro Administrasi Pimpinan
brand: nusa-raya
starts_on: 2099-01-01
ends_on: 2099-01-31
sources:
  - {id: se, title: Surat edaran, url: "https://covid19.go.id/", checked_on: 2026-11-12, valid_until: 2099-06-30}
messages:
  - id: pesan
    text: Mari saling menjaga keluarga di rumah hari ini.
    sources: [se]
    card:
      template: quote
      slots: {quote: Mari saling menjaga., speaker: Siti Rahma, portrait: contoh-potret.jpg}
      alt: Kartu kutipan ajakan saling menjaga.
sends:
  - {id: pegawai, message: pesan, to: staff, at: 2099-01-05 07.30}
"""


@pytest.fixture
def app(workspace: Path) -> App:
    settings = workspace / "prokes.toml"
    said = settings.read_text().replace("[checking]", f'[checking]\ncandidates = ["{CANDIDATE}"]')
    settings.write_text(said)
    return App(load_settings())


def card(template: str, **slots: str) -> CardRequest:
    return CardRequest(template=template, brand="nusa-raya", size=Size(1080, 1350), slots=slots, alt_text="", link=None)


def test_it_is_on_until_it_is_off(app: App, run: Run) -> None:
    assert run("election", "status", "--json").json["election"] is False
    assert run("election", "on", "--by", "Ayu").code == 0
    found = run("election", "status", "--json").json
    assert (found["election"], found["who"], found["candidates"]) == (True, "Ayu", [CANDIDATE])
    assert "Ayu" in run("election", "status").out
    assert run("election", "off").code == 0
    assert run("election", "status", "--json").json["election"] is False


def test_a_campaign_that_shows_a_face_to_staff_is_refused_meanwhile(app: App, run: Run, workspace: Path) -> None:
    file = workspace / "campaigns" / "wajah.yaml"
    file.write_text(CAMPAIGN)
    shutil.copyfile(workspace / "assets" / "photos" / PHOTO, workspace / PHOTO)
    assert run("campaign", "check", file).code == 0
    run("election", "on")
    ran = run("campaign", "check", file)
    assert ran.code == 3
    assert ran.out.count("election-period") == 1
    run("election", "off")
    assert run("campaign", "check", file).code == 0


@pytest.mark.parametrize("status", [WaveStatus.WAITING, WaveStatus.READY, WaveStatus.OPEN])
def test_waves_with_a_face_or_a_candidate_are_withdrawn_and_others_go_on(
    app: App, run: Run, status: WaveStatus
) -> None:
    small: dict[str, Any] = {"status": status, "closes_at": FAR, "sizes": (Size(1080, 1350),)}
    put_wave(app.store, message="wajah", card=card("quote", quote="Ayo", portrait="siti.jpg"), **small)
    put_wave(app.store, message="foto-pegawai", card=card("pledge", pledge="Ayo", photo="siti.jpg"), **small)
    put_wave(app.store, message="nama", captions=(f"Bersama {CANDIDATE.upper()}!",), **small)
    put_wave(app.store, message="di-kartu", card=card("announcement", headline=f"Pesan {CANDIDATE}"), **small)
    put_wave(app.store, message="biasa", card=card("quote", quote="Ayo", speaker="Siti"), **small)
    withdrawn = run("election", "on", "--json").json["withdrawn"]
    with app.store.read() as tx:
        found = {wave.key.message: wave for wave in waves.listing(tx)}
    expected = {"wajah", "foto-pegawai", "nama", "di-kartu"}
    assert {name for name, wave in found.items() if wave.id in withdrawn} == expected
    assert {name for name, wave in found.items() if wave.status is WaveStatus.CANCELLED} == expected
    assert found["biasa"].status is status


def test_an_official_account_by_hand_keeps_its_wave(app: App, run: Run) -> None:
    put_wave(app.store, audience="account:ig-kabupaten", status=WaveStatus.OPEN, closes_at=FAR,
             captions=(f"Bersama {CANDIDATE}",))  # fmt: skip
    assert run("election", "on", "--json").json["withdrawn"] == []


def test_without_a_list_of_candidates_it_says_where_to_write_them(workspace: Path, run: Run) -> None:
    assert "candidates" in run("election", "on").err
