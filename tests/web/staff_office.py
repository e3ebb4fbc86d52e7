"""An office whose staff are invited: a campaign approved by the real steps, people, and their pages over a socket."""

import atexit
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import uvicorn

from prokes_social.app import App, workspace
from prokes_social.app.sharing import Invitation, PersonalPage
from prokes_social.clock import Clock
from prokes_social.model.account import AccountKind
from prokes_social.model.staff import StaffMember
from prokes_social.model.wave import Step
from prokes_social.settings import load_settings
from prokes_social.store import accounts, offers
from prokes_social.web.staff import build_phone
from tests.conftest import SetClock
from tests.factories import add_person

SETTINGS = """
zone = "WIB"
[organisation]
name = "Pemerintah Provinsi Nusa Raya"
"""

CAMPAIGN = """\
id: jaga
title: Saling jaga
purpose: Pegawai mengajak keluarga dan teman menjaga kesehatan bersama
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: 2026-11-23
ends_on: 2026-12-04
link: https://infeksiemerging.kemkes.go.id/
hashtags: [SalingJaga]
sources:
  - {id: who, title: WHO, url: https://www.who.int/, checked_on: 2026-11-12, valid_until: 2027-06-30}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir, sebelum makan dan sesudah dari luar rumah.
    captions:
      - Saya cuci tangan dulu sebelum memeluk anak. Yuk ikut.
      - Dua puluh detik saja, dan keluarga lebih tenang. Mari mulai hari ini.
    sources: [who]
    card:
      template: announcement
      slots: {headline: "Cuci tangan *20 detik* sebelum memeluk anak", source: WHO}
      alt: Kartu ajakan mencuci tangan 20 detik sebelum memeluk anak.
  - id: bingkai
    text: Saya siap saling jaga. Kamu juga?
    sources: [who]
    card:
      template: twibbon
      slots: {words: "Saya siap *saling jaga*", campaign: "#SalingJaga"}
      alt: Bingkai foto dengan tulisan saya siap saling jaga.
  - id: masker
    text: Sedang batuk? Pakai masker dan istirahat di rumah, ya.
    sources: [who]
    card:
      template: announcement
      slots: {headline: Masker adalah tanda sayang, source: WHO}
      alt: Kartu ajakan memakai masker saat batuk.
sends:
  - {id: tangan, message: tangan, to: staff, at: 2026-11-23 08.00}
  - {id: bingkai, message: bingkai, to: leaders, at: 2026-11-23 08.00}
  - {id: dinas, message: masker, to: ig-dinas, at: 2026-11-23 11.30, window: 2h}
"""
#: A phone of 2018; a browser that says it has no head is not counted as a reader.
PHONE = "Mozilla/5.0 (Linux; Android 8.1.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


BUDI, AYU, CITRA, DEWI = "Budi Santoso, S.Kep.", "dr. Ayu Lestari", "Citra Wulandari", "Dewi Anggraini"


class StaffOffice:
    """Budi was asked, Ayu leads, Citra looks after an account, Dewi never answered."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.budi, self.ayu, self.citra, self.dewi = (app.privacy.find(name) for name in (BUDI, AYU, CITRA, DEWI))

    def link(self, member: StaffMember) -> str:
        return self.app.sharing.link_of(member)

    def page(self, member: StaffMember) -> PersonalPage:
        page = self.app.sharing.page(self.link(member))
        assert page
        return page

    def invitation(self, member: StaffMember) -> Invitation:
        return self.page(member).invitations[0]

    def steps(self, member: StaffMember) -> set[Step]:
        """What was noted, whether or not the person sees it just now."""
        with self.app.store.read() as tx:
            found = offers.of_person(tx, member.id)
        return {step for offer, _wave in found for step in offer.steps}


@contextmanager
def staffed(folder: Path, clock: Clock | None = None, **environment: str) -> Iterator[StaffOffice]:
    """Without a clock of its own it is noon of the campaign's first day, for ever."""
    shutil.copytree(_prepared(), folder)
    app = _opened(folder, clock, environment)
    yield StaffOffice(app)
    app.close()


@cache
def _prepared() -> Path:
    """The workspace in which everybody was invited; made once, for drawing and approving take seconds."""
    folder = Path(tempfile.mkdtemp(prefix="staff-office-")) / "kantor"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    workspace.make(folder, {})
    (folder / "prokes.toml").write_text(SETTINGS, encoding="utf-8")
    app = _opened(folder, None, {})
    hire(app)
    invite(app)
    app.close()
    return folder


def _opened(folder: Path, clock: Clock | None, environment: Mapping[str, str]) -> App:
    return App(load_settings({"PROKES_HOME": str(folder), **environment}), clock=clock or SetClock())


def hire(app: App) -> None:
    add_person(app.store, BUDI, unit="dinkes")
    add_person(app.store, AYU, unit="dinkes", leader=True)
    citra = add_person(app.store, CITRA, unit="humas", agreed=False)
    add_person(app.store, DEWI, unit="humas", agreed=False)
    with app.store.write() as tx:
        number = accounts.add(
            tx, name="ig-dinas", platform="instagram", unit_id="humas", kind=AccountKind.OFFICIAL, sandbox=False
        )
        accounts.set_by_hand(tx, number, owner_id=citra.id, deputy_id=None)


def invite(app: App) -> None:
    path = app.settings.home / "campaigns" / "jaga.yaml"
    path.write_text(CAMPAIGN, encoding="utf-8")
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    app.sharing.open_due()


@contextmanager
def served(office: StaffOffice) -> Iterator[str]:
    """The phone page over a socket; its address without a path."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_phone(office.app), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listener.close()
