"""A new officer's first day in a real browser: from a sample to a post in the sandbox; stop and resume."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prokes_social.admitting import hashed
from prokes_social.app import App
from prokes_social.clock import SystemClock
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Role
from prokes_social.store import users
from prokes_social.worker import Worker
from tests.office import Office, local_now, open_office

pytestmark = pytest.mark.browser

PASSWORD = "kuda-hujan-meja-biru"
#: Long enough to log in, mend, check and approve on a slow day.
SOON = timedelta(seconds=45)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """With the sandbox, an account on each platform, the web service over a socket, and a worker."""
    with open_office(tmp_path) as opened:
        opened.add_accounts("x", "facebook", "instagram")
        for name, roles in (("sari", (Role.EDITOR,)), ("budi", (Role.CHECKER,)), ("wira", (Role.APPROVER,))):
            user, _first = opened.app.users.add(name, roles, by="command")
            with opened.app.store.write() as tx:
                users.change(tx, user.id, password=hashed(PASSWORD, name=name).reveal(), must_change=False)
        worker = Worker(opened.app)
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        yield opened
        worker.stop()
        thread.join(20)


def log_in(browser: Any, office: Office, name: str) -> Any:
    """A page of their own; whoever needs a second factor sets it up with the key that is shown."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{office.app.settings.public_url}/login")
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    if "/login/code" in page.url:
        import pyotp

        seed = page.locator("code").inner_text().replace(" ", "")
        page.get_by_label("Kode enam angka").fill(pyotp.TOTP(seed).now())
        page.get_by_role("button", name="Lanjutkan").click()
    page.wait_for_url(f"{office.app.settings.public_url}/")
    return page


def wait_for(app: App, status: S) -> None:
    limit = time.monotonic() + 150
    while time.monotonic() < limit:
        rows = app.deliveries.listing()
        if rows and all(row.status is status for row in rows):
            return
        time.sleep(0.3)
    raise AssertionError([(row.key.account, row.status.value, row.reason) for row in app.deliveries.listing()])


def test_from_a_sample_to_a_post_by_two_people_then_stop_and_resume(office: Office, browser: Any) -> None:
    assert isinstance(office.app.clock, SystemClock)
    sari = log_in(browser, office, "sari")
    sari.get_by_role("link", name="Kampanye", exact=True).first.click()
    sari.get_by_role("link", name="Kampanye baru").click()
    sari.get_by_label("Fakta, bukan hoaks").first.check()
    sari.get_by_role("button", name="Buat salinan").click()
    sari.wait_for_url("**/edit")
    # Two problems, mended where they are shown.
    box = sari.locator("textarea[name=text]")
    text = box.input_value()
    broken = text.replace("zone: WIB", "zone: WIBB", 1).replace("brand: nusa-raya", "brand: nusa-jaya", 1)
    box.fill(broken)
    sari.get_by_role("button", name="Periksa").click()
    sari.locator(".problems li").first.wait_for()
    due = local_now(office.app) + SOON
    first = text.index("\nsends:")
    message = text[text.index("messages:") :].split("- id: ", 1)[1].split("\n", 1)[0].strip()
    send = f"\nsends:\n  - {{id: kini, message: {message}, to: official, at: {due:%Y-%m-%d %H.%M.%S}}}\n"
    mended = text[:first].replace(_line(text, "starts_on"), f"starts_on: {due:%Y-%m-%d}") + send
    box.fill(mended)
    sari.get_by_role("button", name="Simpan").click()
    assert sari.locator(".banner.ok").count() == 1, sari.locator("main").inner_text()[:600]
    sari.goto(sari.url.removesuffix("/edit") + "/plan")
    sari.get_by_role("button", name="Terapkan").first.click()
    name = office.app.deliveries.listing()[0].key.campaign
    assert {row.status for row in office.app.deliveries.listing()} == {S.WAITING}

    budi = log_in(browser, office, "budi")
    budi.goto(f"{office.app.settings.public_url}/approvals/{name}")
    assert budi.locator("img.card").first.is_visible()
    budi.get_by_role("button", name="Faktanya benar").first.click()
    wira = log_in(browser, office, "wira")
    wira.goto(f"{office.app.settings.public_url}/approvals/{name}")
    wira.get_by_role("button", name="Setujui").first.click()
    assert {row.status for row in office.app.deliveries.listing()} == {S.SCHEDULED}

    # The page follows without being loaded anew.
    sari.goto(f"{office.app.settings.public_url}/calendar?view=list")
    sari.evaluate("window.same = true")
    wait_for(office.app, S.PUBLISHED)
    sari.locator("#list .status.published").nth(2).wait_for(timeout=10_000)
    assert sari.evaluate("window.same") is True

    sari.get_by_role("link", name="Hentikan semua").click()
    sari.get_by_role("button", name="Hentikan semua").click()
    sari.get_by_text("Semua penayangan dihentikan.").first.wait_for()
    assert office.app.decisions.stopped()
    sari.goto(f"{office.app.settings.public_url}/stop")
    sari.get_by_role("button", name="Lanjutkan").click()
    sari.wait_for_url(f"{office.app.settings.public_url}/")
    assert office.app.decisions.stopped() is None


def _line(text: str, key: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{key}:"))
