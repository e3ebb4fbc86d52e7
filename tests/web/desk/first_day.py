"""An office and whoever sits down in it, by mouse or by keys, in; their whole first day out."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pyotp

from prokes_social.admitting import hashed
from prokes_social.clock import SystemClock
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Role
from prokes_social.store import users
from prokes_social.worker import Worker
from tests.office import Office, local_now, open_office

PASSWORD = "kuda-hujan-meja-biru"
#: Milliseconds that a publication may take on a slow day.
PATIENCE = 150_000


class Hands(Protocol):
    """What a person does to a page; `page` itself is only looked at."""

    page: Any

    def press(self, role: str, name: str | re.Pattern[str], *, stays: bool = False) -> None:
        """A link or a button; `stays` where that leads to no other page."""

    def choose(self, name: str) -> None:
        """One of several."""

    def type(self, name: str, text: str) -> None:
        """Into the field of that name."""

    def rewrite(self, start: int, lines: int, text: str) -> None:
        """Put `text` in place of so many lines of the campaign, from `start` (0) on."""

    def write_on(self, text: str) -> None:
        """Over what is selected, where one is already."""


@contextmanager
def open_for_a_day(folder: Path) -> Iterator[Office]:
    """With the sandbox, an account on each platform, three users, the web service over a socket, and a worker."""
    with open_office(folder) as opened:
        opened.add_accounts("x", "facebook", "instagram")
        for name, roles in (("sari", (Role.EDITOR,)), ("budi", (Role.CHECKER,)), ("wira", (Role.APPROVER,))):
            user, _first = opened.app.users.add(name, roles, by="command")
            with opened.app.store.write() as tx:
                users.change(tx, user.id, password=hashed(PASSWORD, name=name).reveal(), must_change=False)
        worker = Worker(opened.app)
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        try:
            yield opened
        finally:
            worker.stop()
            thread.join(20)


def spend_the_day(office: Office, sit_down: Callable[[], Hands], *, soon: timedelta) -> None:
    """From a sample to posts by three people, seen live; then stop and resume. `soon`: until the post, once mended."""
    assert isinstance(office.app.clock, SystemClock)
    sari = sit_down()
    log_in(sari, office, "sari")
    write_a_campaign(sari, office, soon)
    approve(office, sit_down)
    see_it_published(sari, office)
    stop_and_resume(sari, office)


def log_in(hands: Hands, office: Office, name: str) -> None:
    """Whoever needs a second factor sets it up with the key that is shown."""
    hands.page.goto(f"{office.app.settings.public_url}/login")
    hands.type("Nama", name)
    hands.type("Kata sandi", PASSWORD)
    hands.press("button", "Masuk")
    if "/login/code" in hands.page.url:
        seed = hands.page.locator("code").inner_text().replace(" ", "")
        hands.type("Kode enam angka", pyotp.TOTP(seed).now())
        hands.press("button", "Lanjutkan")
    hands.page.wait_for_url(f"{office.app.settings.public_url}/")


def write_a_campaign(hands: Hands, office: Office, soon: timedelta) -> None:
    hands.press("link", "Kampanye")
    hands.press("link", "Kampanye baru")
    hands.choose("Fakta, bukan hoaks")
    hands.press("button", "Buat salinan")
    hands.page.wait_for_url("**/edit")
    _mend_what_is_broken(hands)
    lines = _text(hands).split("\n")
    due = local_now(office.app) + soon
    message = next(line for line in lines[lines.index("messages:") :] if "- id: " in line).partition("- id: ")[2]
    send = f"sends:\n  - {{id: kini, message: {message}, to: official, at: {due:%Y-%m-%d %H.%M.%S}}}\n"
    first = lines.index("sends:")
    hands.rewrite(first, len(lines) - first, send)
    hands.rewrite(_line(hands, "starts_on:"), 1, f"starts_on: {due:%Y-%m-%d}")
    hands.press("button", "Simpan")
    assert hands.page.locator(".banner.ok").count() == 1, hands.page.locator("main").inner_text()[:600]
    hands.press("link", "Lihat rencana dari yang tersimpan, lalu antrekan")
    hands.press("button", "Terapkan rencana")
    assert {row.status for row in office.app.deliveries.listing()} == {S.WAITING}


def _mend_what_is_broken(hands: Hands) -> None:
    """Two problems: each is shown with its line, and the link there leads to it."""
    right = {name: _text(hands).split("\n")[_line(hands, name)] for name in ("zone:", "brand:")}
    for name, line in right.items():
        hands.rewrite(_line(hands, name), 1, f"{line}x")
        link = f"baris {_line(hands, name) + 1}"
        hands.page.get_by_role("link", name=link, exact=True).wait_for()
        hands.press("link", link, stays=True)
        hands.write_on(line)
        hands.page.locator("#problems li.error").first.wait_for(state="detached")


def _text(hands: Hands) -> str:
    text: str = hands.page.locator("textarea[name=text]").input_value()
    return text


def _line(hands: Hands, start: str) -> int:
    return next(number for number, line in enumerate(_text(hands).split("\n")) if line.startswith(start))


def approve(office: Office, sit_down: Callable[[], Hands]) -> None:
    name = office.app.deliveries.listing()[0].key.campaign
    for who, word, after in (("budi", "Faktanya benar", S.WAITING), ("wira", "Setujui", S.SCHEDULED)):
        hands = sit_down()
        log_in(hands, office, who)
        hands.press("link", "Persetujuan")
        hands.press(
            "link", re.compile("^" + re.escape(hands.page.locator(f"a[href='/approvals/{name}'] .name").inner_text()))
        )
        assert hands.page.locator("img.card").first.is_visible()
        hands.press("button", word)
        assert {row.status for row in office.app.deliveries.listing()} == {after}


def see_it_published(hands: Hands, office: Office) -> None:
    """The page follows without being loaded anew."""
    hands.press("link", "Kalender")
    hands.press("link", "Daftar")
    assert {row.status for row in office.app.deliveries.listing()} != {S.PUBLISHED}, "too late to see it change"
    hands.page.evaluate("window.same = true")
    hands.page.locator("#list .status.published").nth(2).wait_for(timeout=PATIENCE)
    assert {row.status for row in office.app.deliveries.listing()} == {S.PUBLISHED}
    assert hands.page.evaluate("window.same") is True


def stop_and_resume(hands: Hands, office: Office) -> None:
    hands.press("link", "Hentikan semua")
    hands.press("button", "Hentikan semua")
    hands.page.get_by_text("Semua penayangan dihentikan.").first.wait_for()
    assert office.app.decisions.stopped()
    hands.press("link", "Lanjutkan")
    hands.press("button", "Lanjutkan")
    hands.page.wait_for_url(f"{office.app.settings.public_url}/")
    assert office.app.decisions.stopped() is None
