"""A member of staff connects X on a phone, taps, and the post is there once: real tweepy, over a socket."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Opened, Step
from prokes_social.store import accounts, approvals, campaigns, consents, offers, waves
from prokes_social.store.tables import approval
from prokes_social.worker import Worker
from tests.factories import add_person
from tests.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "kantor", PROKES_X_CLIENT_ID="aplikasi-kantor") as made:
        made.sandbox.add_accounts(x=[{"id": "7001", "username": "sari_nusaraya", "name": "Sari"}])
        yield made


class Phone:
    """A browser as far as these pages need one: cookies, forms, no script."""

    def __init__(self, office: Office, member: StaffMember) -> None:
        self._base = office.app.settings.public_url or ""
        self._link = office.app.sharing.link_of(member)
        self._session = requests.Session()
        self._sandbox = office.sandbox.url

    def get(self, path: str = "x") -> str:
        answer = self._session.get(f"{self._base}/s/{self._link}/{path}", timeout=20)
        assert answer.ok, answer.text
        return answer.text

    def tap(self, path: str, **form: str) -> requests.Response:
        return self._session.post(f"{self._base}/s/{self._link}/{path}", data=form, timeout=20)

    def connect(self, user_id: str) -> requests.Response:
        """Tap “I agree”, say yes at X as `user_id` (nobody: say no), and come back."""
        leaving = self.tap("x/connect").text
        address = leaving.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
        wish = dict(parse_qsl(urlsplit(address).query))
        page = f"{self._sandbox}/i/oauth2/authorize"
        sent_back = requests.post(page, data={**wish, "user_id": user_id}, allow_redirects=False, timeout=5)
        return self._session.get(sent_back.headers["Location"], timeout=20)


@pytest.fixture
def sari(office: Office) -> StaffMember:
    return add_person(office.app.store, "Sari Wulandari, S.K.M.", unit="dinkes")


@pytest.fixture
def phone(office: Office, sari: StaffMember) -> Phone:
    return Phone(office, sari)


def invite(office: Office, *members: StaffMember) -> list[int]:
    """An approved wave that is open at any hour of the day; the offers of these people."""
    path = office.write_campaign(office.send(to="staff", seconds=60))
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    [wave] = office.app.sharing.waves()
    with office.app.store.write() as tx:
        waves.open_(tx, wave.id, by=Opened.PERSON, now=office.app.clock.now())
        offers.add(tx, wave.id, [(each.id, each.unit.id) for each in members], now=office.app.clock.now())
        return [each.id for each in offers.of_wave(tx, wave.id)]


def work(office: Office) -> list[Delivery]:
    Worker(office.app).run(until_idle=True)
    return office.app.deliveries.listing()


def credentials(office: Office, name: str) -> dict[str, bytes]:
    with office.app.store.read() as tx:
        account = accounts.by_name(tx, name)
        assert account
        return accounts.credentials(tx, account.id)


def test_a_person_connects_taps_and_sees_the_post(office: Office, sari: StaffMember, phone: Phone) -> None:
    [offer_id] = invite(office, sari)
    assert str(Purpose.POST.remark) in phone.get()
    assert "@sari_nusaraya" in phone.connect("7001").text
    words = "Saya cuci tangan dulu sebelum menggendong keponakan.\nYuk ikut."
    assert "Batalkan" in phone.tap(f"{offer_id}/x", text=words.replace("\n", "\r\n")).text

    [row] = work(office)
    assert (row.status, row.attempts) == (DeliveryStatus.PUBLISHED, 1)
    [post] = office.sandbox.posts()
    assert (post["text"], post["account"]) == (words, "@sari_nusaraya")
    [picture] = office.app.deliveries.submission_of(row).pictures
    assert [each["sha256"] for each in post["pictures"]] == [hashlib.sha256(picture.data).hexdigest()]
    assert row.post
    assert row.post.permalink in phone.get(f"{offer_id}/x")
    with office.app.store.read() as tx:
        said = select(approval.c.who, approval.c.verdict).where(approval.c.digest == row.content.digest)
        assert tx.execute(said).all() == [(f"person:{sari.id}", approvals.APPROVED)]
        offer = offers.get(tx, offer_id)
    assert row.key.account == f"x-pegawai-{sari.id}"

    office.app.personal_posts.note_published()
    with office.app.store.read() as tx:
        offer = offers.get(tx, offer_id)
    assert offer
    assert {Step.SAID, Step.PROOF} <= set(offer.steps)
    assert offer.proof == row.post.permalink


def test_two_taps_make_one_post_and_other_words_come_too_late(
    office: Office, sari: StaffMember, phone: Phone
) -> None:  # fmt: skip
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    first = phone.tap(f"{offer_id}/x", text="Cuci tangan itu tanda sayang.")
    again = phone.tap(f"{offer_id}/x", text="Cuci tangan itu tanda sayang.")
    other = phone.tap(f"{offer_id}/x", text="Tidak jadi, teks lain.")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert "sudah" in other.text
    work(office)
    assert [post["text"] for post in office.sandbox.posts()] == ["Cuci tangan itu tanda sayang."]


def test_what_was_cancelled_stays_at_home_until_it_is_tapped_anew(
    office: Office, sari: StaffMember, phone: Phone
) -> None:
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    phone.tap(f"{offer_id}/x", text="Kalimat pertama.")
    assert "<textarea" in phone.tap(f"{offer_id}/x/cancel").text
    assert [row.status for row in work(office)] == [DeliveryStatus.CANCELLED]
    assert office.sandbox.posts() == []
    phone.tap(f"{offer_id}/x", text="Kalimat kedua.")
    work(office)
    assert [post["text"] for post in office.sandbox.posts()] == ["Kalimat kedua."]


def test_a_grant_that_was_revoked_at_x_blocks_only_this_account(
    office: Office, sari: StaffMember, phone: Phone
) -> None:
    budi = add_person(office.app.store, "Budi", unit="dinkes")
    office.sandbox.add_accounts(x=[{"id": "7002", "username": "budi_nusaraya", "name": "Budi"}])
    first, second = invite(office, sari, budi)
    other = Phone(office, budi)
    phone.connect("7001")
    other.connect("7002")
    revoke(office, f"x-pegawai-{sari.id}")
    phone.tap(f"{first}/x", text="Dari Sari.")
    other.tap(f"{second}/x", text="Dari Budi.")
    rows = {row.key.account: row.status for row in work(office)}
    assert rows == {
        f"x-pegawai-{sari.id}": DeliveryStatus.SCHEDULED,
        f"x-pegawai-{budi.id}": DeliveryStatus.PUBLISHED,
    }
    assert [post["text"] for post in office.sandbox.posts()] == ["Dari Budi."]
    assert "tidak lagi" in phone.get()

    assert "Tersambung" in phone.connect("7001").text
    work(office)
    assert [post["text"] for post in office.sandbox.posts()] == ["Dari Budi.", "Dari Sari."]


def revoke(office: Office, name: str) -> None:
    """As somebody does it in X's own settings."""
    account = office.app.connector.named(name)
    for field in ("access_token", "refresh_token"):
        token = office.app.connector.credentials_of(account)[field].reveal()
        requests.post(
            f"{office.sandbox.url}/2/oauth2/revoke", data={"token": token, "client_id": "aplikasi-kantor"}, timeout=5
        )


def test_disconnecting_cancels_deletes_and_tells_x(office: Office, sari: StaffMember, phone: Phone) -> None:
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    account = office.app.connector.named(f"x-pegawai-{sari.id}")
    kept = office.app.connector.kept(account)
    phone.tap(f"{offer_id}/x", text="Tidak akan tayang.")
    assert "Saya setuju" in phone.tap("x/disconnect").text
    assert credentials(office, account.name) == {}
    assert [row.status for row in work(office)] == [DeliveryStatus.CANCELLED]
    assert office.sandbox.posts() == []
    with office.app.store.read() as tx:
        assert not consents.current(tx, sari.id)[Purpose.POST].given
    with pytest.raises(Exception, match="x-pegawai"):
        office.app.platforms["x"].refresh(kept)


def test_a_token_that_runs_out_is_renewed_and_kept_before_it_is_used(
    office: Office, sari: StaffMember, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    account = office.app.connector.named(f"x-pegawai-{sari.id}")
    old = office.app.connector.credentials_of(account)
    expire(office, account.id)
    phone.tap(f"{offer_id}/x", text="Sesudah dua jam pun tayang.")
    [row] = work(office)
    assert row.status is DeliveryStatus.PUBLISHED
    new = office.app.connector.credentials_of(account)
    assert new["refresh_token"] != old["refresh_token"]
    assert new["access_token"] != old["access_token"]


def expire(office: Office, account_id: int) -> None:
    long_ago = (office.app.clock.now() - timedelta(hours=1)).isoformat()
    with office.app.store.write() as tx:
        kept = accounts.credentials(tx, account_id)
        kept |= office.app.connector.sealed(account_id, {"expires_at": long_ago})
        accounts.set_credentials(tx, account_id, kept)


def test_whoever_says_no_at_x_is_not_connected_and_has_not_agreed(
    office: Office, sari: StaffMember, phone: Phone
) -> None:
    assert "Saya setuju" in phone.connect("").text
    with office.app.store.read() as tx:
        assert not consents.current(tx, sari.id)[Purpose.POST].given
        assert accounts.all_accounts(tx) == []


def test_the_plan_leaves_what_people_tapped_alone(office: Office, sari: StaffMember, phone: Phone) -> None:
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    phone.tap(f"{offer_id}/x", text="Dari saya sendiri.")
    path = office.folder / "campaigns" / "uji.yaml"
    planned = office.app.campaigns.plan(path).plan
    assert [each.change.value for each in planned.changes] == []
    path.write_text(path.read_text().replace("Menguji perjalanan", "Mencoba perjalanan"))
    office.app.campaigns.schedule(path, by="Ayu")
    assert [row.status for row in office.app.deliveries.listing()] == [DeliveryStatus.SCHEDULED]


def test_a_colleagues_exact_words_are_asked_to_be_changed(office: Office, sari: StaffMember, phone: Phone) -> None:
    budi = add_person(office.app.store, "Budi", unit="dinkes")
    office.sandbox.add_accounts(x=[{"id": "7002", "username": "budi_nusaraya", "name": "Budi"}])
    first, second = invite(office, sari, budi)
    other = Phone(office, budi)
    phone.connect("7001")
    other.connect("7002")
    phone.tap(f"{first}/x", text="Ayo cuci tangan.")
    refused = other.tap(f"{second}/x", text=" Ayo cuci tangan.\r\n")
    assert refused.status_code == 422
    assert "beberapa kata" in refused.text
    assert "Ayo cuci tangan." in refused.text, "their words are kept"
    assert other.tap(f"{second}/x", text="Ayo cuci tangan, teman-teman.").status_code == 200


def test_an_account_of_the_office_or_of_somebody_else_is_refused(
    office: Office, sari: StaffMember, phone: Phone
) -> None:
    office.add_accounts("x")
    office.app.accounts.check("x-uji")
    official: dict[str, Any] = office.sandbox.accounts()["x"][0]
    refused = phone.connect(official["id"])
    assert refused.status_code == 409
    with office.app.store.read() as tx:
        assert [each.name for each in accounts.all_accounts(tx)] == ["x-uji"]


def test_forgetting_somebody_takes_the_card_with_their_name_along(
    office: Office, sari: StaffMember, phone: Phone
) -> None:
    [offer_id] = invite(office, sari)
    phone.connect("7001")
    phone.tap(f"{offer_id}/x", text="Dari saya sendiri.")
    [row] = office.app.deliveries.listing()
    with office.app.store.read() as tx:
        campaigns.picture(tx, row.content.card or "")
        kept = tx.exec_driver_sql("select count(*) from card").scalar_one()
    office.app.privacy.forget(sari)
    with office.app.store.read() as tx:
        assert tx.exec_driver_sql("select count(*) from card").scalar_one() == kept - 1
        with pytest.raises(NoResultFound):
            campaigns.picture(tx, row.content.card or "")
