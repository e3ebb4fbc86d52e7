"""The pages about X: the way there and back is one person's, in one browser, once, for ten minutes."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from prokes_social.app import App, workspace
from prokes_social.connecting import renewing
from prokes_social.errors import NotSent, OutcomeUnknown
from prokes_social.model.account import Account
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import accounts, consents, deliveries, offers, personal
from prokes_social.web import build
from tests.conftest import SetClock
from tests.factories import add_account, add_person, put_wave, queue_delivery

ADDRESS = "https://prokes.nusaraya.go.id"


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    # Nobody listens there: these tests never get as far as X.
    environment = {
        "PROKES_HOME": str(tmp_path / "kantor"),
        "PROKES_PUBLIC_URL": ADDRESS,
        "PROKES_X_BASE_URL": "http://127.0.0.1:1",
        "PROKES_X_CLIENT_ID": "aplikasi-kantor",
    }
    workspace.make(tmp_path / "kantor", environment)
    opened = App(load_settings(environment), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def sari(app: App) -> StaffMember:
    return add_person(app.store, "Sari Wulandari")


@pytest.fixture
def web(app: App) -> TestClient:
    return TestClient(build(app), base_url=ADDRESS, follow_redirects=False)


def path_of(app: App, member: StaffMember, rest: str = "x") -> str:
    return f"/s/{app.sharing.link_of(member)}/{rest}"


def begin(app: App, web: TestClient, member: StaffMember) -> str:
    """Tap “I agree”; the state that X would hand back."""
    page = web.post(path_of(app, member, "x/connect"))
    assert page.status_code == 200
    address = page.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    query = dict(parse_qsl(urlsplit(address).query))
    assert query["redirect_uri"] == f"{ADDRESS}/s/x/callback"
    assert query["code_challenge_method"] == "S256"
    return query["state"]


def come_back(web: TestClient, state: str, **more: str) -> int:
    return int(web.get("/s/x/callback", params={"state": state, "error": "access_denied", **more}).status_code)


def test_consent_is_recorded_with_its_wording_before_anybody_leaves(
    app: App, web: TestClient, sari: StaffMember
) -> None:
    begin(app, web, sari)
    with app.store.read() as tx:
        said = consents.current(tx, sari.id)[Purpose.POST]
    assert (said.given, said.wording, said.by) == (True, Purpose.POST.remark.id, "person")


def test_the_way_back_works_once(app: App, web: TestClient, sari: StaffMember) -> None:
    state = begin(app, web, sari)
    ticket = dict(web.cookies)
    assert come_back(web, state) == 303
    web.cookies.update(ticket)
    assert come_back(web, state) == 400


def test_another_browser_does_not_come_back_with_it(app: App, web: TestClient, sari: StaffMember) -> None:
    state = begin(app, web, sari)
    assert come_back(TestClient(build(app), base_url=ADDRESS, follow_redirects=False), state) == 400


def test_a_ticket_of_somebody_else_or_of_another_way_opens_nothing(
    app: App, web: TestClient, sari: StaffMember
) -> None:
    budi = add_person(app.store, "Budi")
    state = begin(app, web, sari)
    begin(app, web, budi)  # the browser holds Budi's ticket now
    assert come_back(web, state) == 400


def test_ten_minutes_are_enough_and_no_more(app: App, web: TestClient, sari: StaffMember, clock: SetClock) -> None:
    state = begin(app, web, sari)
    clock.pass_time(minutes=9)
    assert come_back(web, state) == 303
    state = begin(app, web, sari)
    clock.pass_time(minutes=10, seconds=1)
    assert come_back(web, state) == 400


def test_a_link_that_was_ended_meanwhile_ends_the_way_back(app: App, web: TestClient, sari: StaffMember) -> None:
    state = begin(app, web, sari)
    app.sharing.end_links(sari)
    assert come_back(web, state) == 400


def test_a_state_nobody_was_given_is_refused(web: TestClient) -> None:
    assert come_back(web, "tebakan") == 400
    assert web.get("/s/x/callback").status_code == 400


def test_the_ticket_is_kept_from_scripts_and_other_sites(app: App, web: TestClient, sari: StaffMember) -> None:
    answer = web.post(path_of(app, sari, "x/connect"))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-prokes-x=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert part in cookie
    for header in ("Referrer-Policy", "Content-Security-Policy"):
        assert header in answer.headers


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://lain.example"}]
)
@pytest.mark.parametrize("rest", ["x/connect", "x/disconnect", "1/x", "1/x/cancel"])
def test_a_tap_from_another_site_does_nothing(
    app: App, web: TestClient, sari: StaffMember, headers: dict[str, str], rest: str
) -> None:
    assert web.post(path_of(app, sari, rest), headers=headers).status_code == 403
    with app.store.read() as tx:
        assert Purpose.POST not in consents.current(tx, sari.id)


def test_a_browser_that_hides_where_it_comes_from_is_let_in(app: App, web: TestClient, sari: StaffMember) -> None:
    assert web.post(path_of(app, sari, "x/connect"), headers={"origin": "null"}).status_code == 200


def test_forged_links_open_nothing(app: App, web: TestClient, sari: StaffMember) -> None:
    for link in ("1-1-tebakan", "x", f"{app.sharing.link_of(sari)}a"):
        assert web.get(f"/s/{link}/x").status_code == 404
        assert web.post(f"/s/{link}/x/connect").status_code == 404
        assert web.post(f"/s/{link}/1/x", data={"text": "Halo"}).status_code == 404


def test_without_an_app_of_ours_there_are_no_such_pages(tmp_path: Path, clock: SetClock) -> None:
    environment = {"PROKES_HOME": str(tmp_path / "lain"), "PROKES_PUBLIC_URL": ADDRESS}
    workspace.make(tmp_path / "lain", environment)
    app = App(load_settings(environment), clock=clock)
    member = add_person(app.store)
    page = app.sharing.page(app.sharing.link_of(member))
    assert page
    assert app.personal_posts.own_x(page) is None
    assert TestClient(build(app)).get(path_of(app, member)).status_code == 404
    app.close()


# --- tapping ---


def connected(app: App, member: StaffMember, *, ends_at: str = "2027-01-01T00:00:00+00:00") -> Account:
    """As if they had come back from X."""
    account = add_account(app.store, f"x-pegawai-{member.id}")
    with app.store.write() as tx:
        tx.exec_driver_sql(f"update account set kind = 'personal', owner_id = {member.id} where id = {account.id}")
        given = {"access_token": "kenari-akses", "refresh_token": "kenari-segar", "expires_at": ends_at}
        accounts.set_credentials(tx, account.id, app.connector.sealed(account.id, given))
        accounts.note_identity(
            tx, account.id, external_id=str(member.id), handle=f"pegawai{member.id}", now=app.clock.now()
        )
        consents.record(tx, member.id, Purpose.POST, given=True, wording="ya", by="person", now=app.clock.now())
        return accounts.by_id(tx, account.id)


def offered(app: App, member: StaffMember) -> int:
    wave = put_wave(app.store, status=WaveStatus.OPEN)
    with app.store.write() as tx:
        offers.add(tx, wave.id, [(member.id, member.unit.id)], now=app.clock.now())
        return next(each.id for each in offers.of_wave(tx, wave.id) if each.person_id == member.id)


def tapped(app: App) -> list[Delivery]:
    return app.deliveries.listing()


def test_words_that_x_would_refuse_are_shown_again_with_the_reason(
    app: App, web: TestClient, sari: StaffMember
) -> None:
    connected(app, sari)
    offer_id = offered(app, sari)
    for words, reason in (("a" * 281, "281"), ("", "Belum ada kata")):
        refused = web.post(path_of(app, sari, f"{offer_id}/x"), data={"text": words})
        assert refused.status_code == 422
        assert reason in refused.text
        assert f">{words}</textarea>" in refused.text
    assert tapped(app) == []
    assert web.post(path_of(app, sari, f"{offer_id}/x"), data={"text": "a" * 280}).status_code == 303


def test_what_somebody_typed_is_never_markup(app: App, web: TestClient, sari: StaffMember) -> None:
    connected(app, sari)
    page = web.post(path_of(app, sari, f"{offered(app, sari)}/x"), data={"text": "<script>" * 50})
    assert page.status_code == 422
    assert "<script>" not in page.text


def test_an_offer_of_somebody_else_can_not_be_tapped(app: App, web: TestClient, sari: StaffMember) -> None:
    connected(app, sari)
    theirs = offered(app, add_person(app.store, "Budi"))
    assert web.post(path_of(app, sari, f"{theirs}/x"), data={"text": "Halo"}).status_code == 410
    assert tapped(app) == []


def test_nothing_is_taken_while_the_office_has_stopped(app: App, web: TestClient, sari: StaffMember) -> None:
    connected(app, sari)
    offer_id = offered(app, sari)
    app.decisions.stop(who="Citra", remark="")
    assert web.post(path_of(app, sari, f"{offer_id}/x"), data={"text": "Halo"}).status_code == 422
    assert tapped(app) == []


def test_stopping_everything_calls_back_what_was_tapped(app: App, web: TestClient, sari: StaffMember) -> None:
    account = connected(app, sari)
    web.post(path_of(app, sari, f"{offered(app, sari)}/x"), data={"text": "Halo"})
    page = app.sharing.page(app.sharing.link_of(sari))
    assert page
    app.sharing.answer(page, Purpose.LINK, given=False)
    assert [row.status for row in tapped(app)] == [DeliveryStatus.CANCELLED]
    with app.store.read() as tx:
        assert accounts.credentials(tx, account.id) == {}
        assert not consents.current(tx, sari.id)[Purpose.POST].given


def test_a_withdrawal_wins_over_a_delivery_that_was_already_taken_up(
    app: App, web: TestClient, sari: StaffMember
) -> None:
    connected(app, sari)
    web.post(path_of(app, sari, f"{offered(app, sari)}/x"), data={"text": "Halo"})
    publisher = app.publisher()
    [claim] = publisher.claim(1)
    with app.store.write() as tx:  # by whichever way it was withdrawn
        consents.record(tx, sari.id, Purpose.POST, given=False, wording="tidak", by="Ayu", now=app.clock.now())
    assert publisher.publish(claim) is DeliveryStatus.FAILED
    assert tapped(app)[0].attempts == 0


def test_a_post_is_noted_as_proof_once(app: App, web: TestClient, sari: StaffMember) -> None:
    connected(app, sari)
    offer_id = offered(app, sari)
    web.post(path_of(app, sari, f"{offer_id}/x"), data={"text": "Halo"})
    assert app.personal_posts.note_published() == 0
    [row] = tapped(app)
    with app.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'published' where id = {row.id}")
        tx.exec_driver_sql(
            "insert into post (delivery_id, account_id, external_id, permalink, published_at, found_by) values"
            f" ({row.id}, {row.account_id}, '9', 'https://x.com/pegawai/status/9', '2026-11-23 05:00:00', 'answer')"
        )
    assert [app.personal_posts.note_published() for _ in range(2)] == [1, 0]
    with app.store.read() as tx:
        offer = offers.get(tx, offer_id)
    assert offer
    assert offer.proof == "https://x.com/pegawai/status/9"


# --- renewing ---


def test_one_process_at_a_time_renews_and_the_other_waits(app: App, sari: StaffMember, clock: SetClock) -> None:
    account = connected(app, sari, ends_at=clock.now().isoformat())
    with app.store.write() as tx:
        assert accounts.begin_renewing(tx, account.id, until=clock.now() + renewing.LEASE, now=clock.now())
    with pytest.raises(NotSent, match="sedang diperbarui"):
        app.connector.connection_to(account)
    clock.pass_time(renewing.LEASE.total_seconds())  # it was killed: its lease is over
    with pytest.raises(NotSent):
        app.connector.connection_to(account)
    with app.store.read() as tx:
        assert len(accounts.credentials(tx, account.id)) == 3, "what could not be renewed is kept"


def test_a_look_up_that_can_not_sign_in_never_counts_as_absent(app: App, sari: StaffMember, clock: SetClock) -> None:
    account = connected(app, sari, ends_at=clock.now().isoformat())
    row = queue_delivery(app.store, account=account.name)
    with pytest.raises(OutcomeUnknown):
        app.publisher().finder.find(row)


# --- the store, on both databases ---


def test_what_was_tapped_belongs_to_its_offer_alone(store: object) -> None:
    from prokes_social.store import Store

    assert isinstance(store, Store)
    member = add_person(store)
    account = add_account(store, f"x-pegawai-{member.id}")
    with store.write() as tx:
        tx.exec_driver_sql(f"update account set kind = 'personal', owner_id = {member.id} where id = {account.id}")
    waves = [put_wave(store, status=WaveStatus.OPEN, occurrence=f"pagi@2026-11-{day}") for day in (23, 24)]
    with store.write() as tx:
        for wave in waves:
            offers.add(tx, wave.id, [(member.id, member.unit.id)], now=SetClock().now())
    row = queue_delivery(store, account=account.name)
    with store.read() as tx:
        [first] = offers.of_wave(tx, waves[0].id)
        assert {key: each.id for key, each in personal.by_offer(tx, member.id, "x").items()} == {first.id: row.id}
        since = SetClock().now()
        assert not personal.said_by_others(tx, waves[0].key, account.id, row.content.text, since=since)
        assert personal.said_by_others(tx, waves[0].key, account.id + 1, row.content.text, since=since)
        assert personal.without_proof(tx, since=since) == []
        assert deliveries.listing(tx, kind=accounts.AccountKind.OFFICIAL) == []
