"""An officer adds a Facebook and an Instagram account, connects them by consent, and what waited goes out."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import requests

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.user import Role
from prokes_social.sandbox.accounts import APP_ID, APP_SECRET
from prokes_social.store import users
from prokes_social.worker import Worker
from tests.factories import add_person
from tests.office import Office, open_office

PAGE = "104000000000001"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    app = {"PROKES_GRAPH_CLIENT_ID": APP_ID, "PROKES_GRAPH_CLIENT_SECRET": APP_SECRET}
    with open_office(tmp_path / "kantor", **app) as made:
        add_person(made.app.store, unit="adpim")
        yield made


class Officer:
    """A browser over a socket, logged in as an admin."""

    def __init__(self, office: Office) -> None:
        self.base, self.browser = office.app.settings.public_url or "", requests.Session()
        user, _password = office.app.users.add("ayu", [Role.ADMIN], by="command")
        with office.app.store.write() as tx:
            users.change(tx, user.id, must_change=False)
        admitted = office.app.users.admission._open(user, tries=(), is_whole=True)
        self.browser.cookies.set("prokes-desk", admitted.token)

    def get(self, path: str) -> str:
        answer = self.browser.get(self.base + path, timeout=20)
        assert answer.ok, answer.text
        return answer.text

    def post(self, path: str, **form: str) -> str:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.get("/me"))
        assert csrf
        answer = self.browser.post(self.base + path, data={"csrf": csrf[1], **form}, timeout=20)
        assert answer.ok, answer.text
        return answer.text

    def allow(self, leaving: str, page_id: str) -> str:
        """On to the dialog, tick one Page, and back to wherever it sends them."""
        address = leaving.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert self.browser.get(address, timeout=20).ok
        dialog, _mark, query = address.partition("?")
        form = {**dict(parse_qsl(query)), "page_id": page_id, "answer": "yes"}
        return self.browser.post(dialog, data=form, timeout=20).text


def test_two_accounts_are_added_connected_and_posted_to(office: Office) -> None:
    officer = Officer(office)
    for name, platform in (("humas-fb", "facebook"), ("humas-ig", "instagram")):
        page = officer.post("/accounts/new", name=name, platform=platform, unit="adpim", way="api")
        assert "belum tersambung" in page and name in page
    path = office.write_campaign(office.send(to="official", seconds=1))
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    assert {row.status for row in office.app.deliveries.listing()} == {DeliveryStatus.SCHEDULED}
    assert office.sandbox.posts() == []

    for name in ("humas-fb", "humas-ig"):
        back = officer.allow(officer.post(f"/accounts/{name}/connect/begin"), PAGE)
        assert "Tersambung sebagai" in back and "berfungsi" in officer.get(f"/accounts/{name}")
    Worker(office.app).run(until_idle=True)
    assert {row.status for row in office.app.deliveries.listing()} == {DeliveryStatus.PUBLISHED}
    assert {(each["platform"], each["account"]) for each in office.sandbox.posts()} == {
        ("facebook", "Kabupaten Tanjung Asri"), ("instagram", "tanjungasri.sehat"),
    }  # fmt: skip
