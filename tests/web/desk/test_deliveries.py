"""One delivery's page: what is public of it, what was tried, and the buttons that its status allows."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import MOVES, OPEN, Claim, DeliveryStatus
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.platform import Post, Prepared
from prokes_social.model.user import Role
from prokes_social.store import Connection, accounts, claims, deliveries
from prokes_social.worker import Worker
from tests.conftest import NOON
from tests.factories import add_account, make_content, queue_delivery
from tests.office import Office, open_office
from tests.web.desk.conftest import Desk, open_desk


def put(app: App, status: S) -> int:
    """A delivery in this status, whatever led there."""
    if not app.accounts.all():
        add_account(app.store)
    row = queue_delivery(app.store)
    with app.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = '{status.value}'")
    return row.id


def acts(page: str) -> set[str]:
    return set(re.findall(r'(?:action|href)="/deliveries/\d+/(send|there|drop|move)"', page))


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_buttons_are_those_that_the_status_allows(app: App, desk: Callable[..., Desk], status: S) -> None:
    number = put(app, status)
    offered = acts(desk(*Role).get(f"/deliveries/{number}").text)
    decided = {S.HELD, S.FAILED, S.MISSED}
    assert ("send" in offered) == (status in decided)
    assert ("there" in offered) == (status in decided)
    assert ("drop" in offered) == (S.CANCELLED in MOVES[status] and (status in OPEN or status is S.HELD))
    assert ("move" in offered) == (status in OPEN - {S.CLAIMED})


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_viewer_has_no_buttons(app: App, desk: Callable[..., Desk], status: S) -> None:
    page = desk(Role.VIEWER).get(f"/deliveries/{put(app, status)}").text
    assert acts(page) == set() and "/recall" not in page


def test_what_is_withdrawn_does_not_come_back_without_a_new_yes(app: App, desk: Callable[..., Desk]) -> None:
    for status in (S.SCHEDULED, S.MISSED):
        number = put(app, status)
        assert desk(Role.EDITOR, name=f"sari-{status}").post(f"/deliveries/{number}/drop").status_code == 303
        row = queue_delivery(app.store, approved=False)
        with app.store.write() as tx:
            assert deliveries.schedule_approved(tx, "agen") == 0
        assert row.status is S.WAITING


def test_attempts_are_told_in_the_platform_s_own_words(app: App, desk: Callable[..., Desk]) -> None:
    number = put(app, S.SCHEDULED)
    with app.store.write() as tx:
        claim = _sending(tx)
        claims.end_attempt(tx, number, outcome=claims.Outcome.UNKNOWN, said="<b>502</b> Bad Gateway", now=NOON)
        claims.mark_uncertain(tx, claim, now=NOON, first_look=NOON, reason="jawaban hilang")
    page = desk(Role.VIEWER).get(f"/deliveries/{number}").text
    assert "&lt;b&gt;502&lt;/b&gt; Bad Gateway" in page
    assert "jawabannya hilang" in page
    assert "Belum pasti sejak" in page


def _sending(tx: Connection) -> Claim:
    [claim] = claims.claim(tx, owner="uji", now=NOON, uptime=0, lease_until=NOON + timedelta(minutes=1), limit=1)
    assert claims.begin_sending(tx, claim, prepared=Prepared(markers={}), now=NOON, today=NOON.date())
    return claim


def test_a_published_one_shows_its_post_and_a_removed_one_says_so(app: App, desk: Callable[..., Desk]) -> None:
    number = put(app, S.SCHEDULED)
    post = Post(external_id="77", permalink="https://x.com/nusaraya/status/77", published_at=NOON)
    with app.store.write() as tx:
        assert claims.record_post(tx, _sending(tx), post, found_by="answer")
    viewer = desk(Role.VIEWER)
    page = viewer.get(f"/deliveries/{number}").text
    assert post.permalink in page and "US$0,015" in page
    with app.store.write() as tx:
        tx.exec_driver_sql("update post set removed_at = '2026-11-24 05:00:00.000000'")
    page = viewer.get(f"/deliveries/{number}").text
    assert post.permalink not in page and "Sudah dihapus sejak" in page


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "x", "https://x.com/<script>", "http://127.0.0.1/", "h" * 9000]
)
def test_only_an_address_of_a_post_is_noted(app: App, desk: Callable[..., Desk], address: str) -> None:
    number = put(app, S.HELD)
    answer = desk(Role.EDITOR).post(f"/deliveries/{number}/there", {"address": address})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    row = app.deliveries.get(number)
    assert row and row.status is S.HELD and row.post is None


def test_a_delivery_that_moved_meanwhile_stays_as_it_is(app: App, desk: Callable[..., Desk]) -> None:
    number, semua = put(app, S.PUBLISHED), desk(*Role)
    for act in ("send", "drop", "there"):
        answer = semua.post(f"/deliveries/{number}/{act}", {"address": "https://x.com/a/status/1"})
        assert answer.status_code == 409 and "prokes delivery" not in answer.text
    assert not [each for each in app.audit.newest() if each.act.startswith("delivery.")]


def test_numbers_that_nothing_has_are_no_page(desk: Callable[..., Desk]) -> None:
    semua = desk(*Role)
    for number in ("0", "-1", "987654", "9" * 40, "%3Cscript%3E", "١"):
        assert semua.get(f"/deliveries/{number}").status_code == 404
        assert semua.get(f"/deliveries/{number}/card.jpg").status_code == 404


def test_what_staff_post_from_their_own_accounts_is_seen_by_few(app: App, desk: Callable[..., Desk]) -> None:
    account = add_account(app.store)
    number = put(app, S.SCHEDULED)
    with app.store.write() as tx:
        tx.exec_driver_sql(f"update account set kind = '{AccountKind.PERSONAL.value}'")
        assert accounts.by_id(tx, account.id).kind is AccountKind.PERSONAL
    assert desk(Role.VIEWER).get(f"/deliveries/{number}").status_code == 404
    assert desk(Role.ADMIN).get(f"/deliveries/{number}").status_code == 200


def test_the_page_stays_small_whatever_the_text(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row = queue_delivery(app.store, content=make_content(text="Cuci tangan. " * 5000))
    page = desk(Role.VIEWER).get(f"/deliveries/{row.id}").text
    assert len(page) < 100_000 and Decimal(row.cost) == Decimal("0.015")


# --- against the sandbox ---


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "kantor") as made:
        yield made


def test_the_card_is_the_very_one_that_goes_out(office: Office) -> None:
    office.add_accounts("x")
    path = office.write_campaign(office.send("tangan", seconds=0.2))
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    [row] = office.app.deliveries.listing()
    viewer = open_desk(office.app, Role.VIEWER, name="ami")
    shown = viewer.get(f"/deliveries/{row.id}/card.jpg")
    assert shown.headers["content-type"] == "image/jpeg"
    Worker(office.app).run(until_idle=True)
    assert office.app.deliveries.submission_of(row).pictures[0].data == shown.content
    page = viewer.get(f"/deliveries/{row.id}").text
    assert "Kartu ajakan mencuci tangan" in page and "tayang" in page


def test_a_held_one_that_is_public_is_noted_with_its_address(office: Office) -> None:
    office.add_accounts("x")
    office.sandbox.fault("x", "publish", "accept_then_drop")
    office.sandbox.settings(timeline_lag_s=6.0)
    path = office.write_campaign(office.send("tangan", seconds=0.5))
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    Worker(office.app).run(until_idle=True)
    [row] = office.app.deliveries.listing()
    assert row.status is S.HELD
    sari = open_desk(office.app, Role.EDITOR, Role.APPROVER, name="sari")
    address = "https://x.com/uji/status/1234567"
    assert sari.post(f"/deliveries/{row.id}/there", {"address": address}).status_code == 303
    assert address in sari.get(f"/deliveries/{row.id}").text
    [entry] = [each for each in office.app.audit.newest() if each.act == "delivery.there"]
    assert (entry.before, entry.after) == ("held", "published")
