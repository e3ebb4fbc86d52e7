"""Fact check, approval, sending back, stopping and one delivery's page: who may, when, and what stays."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest

from prokes_social.app import App
from prokes_social.model.account import Unit
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Role
from prokes_social.model.wave import WaveStatus
from prokes_social.store import accounts, approvals, deliveries
from tests.conftest import NOON
from tests.factories import add_account, make_content, put_wave, queue_delivery
from tests.web.desk.conftest import Desk


def wait(app: App, message: str = "cuci-tangan", text: str = "Cuci tangan, yuk.") -> int:
    """A delivery of Ayu's that waits for a yes."""
    if not app.accounts.all():
        add_account(app.store)
    content = make_content(text=text)
    return queue_delivery(app.store, message=message, content=content, approved=False).id


def seals(page: str) -> list[str]:
    return re.findall(r'name="seal" value="([0-9a-f]{64})"', page)


def status(app: App, delivery_id: int) -> S:
    row = app.deliveries.get(delivery_id)
    assert row
    return row.status


@pytest.fixture
def budi(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.CHECKER, name="budi")


@pytest.fixture
def wira(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.APPROVER, name="wira")


def test_what_waits_is_checked_by_one_and_approved_by_another(app: App, budi: Desk, wira: Desk) -> None:
    number = wait(app)
    assert "cuci-tangan" in budi.get("/approvals/agen").text
    [seal] = set(seals(budi.get("/approvals/agen").text))
    assert wira.post("/approvals/agen/approve", {"seal": seal}).status_code == 409, "not checked yet"
    assert status(app, number) is S.WAITING
    assert budi.post("/approvals/agen/check", {"seal": seal}).status_code == 303
    assert "budi" in wira.get("/approvals/agen").text
    assert wira.post("/approvals/agen/approve", {"seal": seal}).headers["location"] == "/approvals"
    assert status(app, number) is S.SCHEDULED
    acts = [entry.act for entry in app.audit.newest()]
    assert acts[:2] == ["message.approved", "message.fact-checked"]
    page = wira.get(f"/deliveries/{number}").text
    assert "budi" in page and "wira" in page


def test_nobody_approves_what_they_wrote_or_checked(app: App, desk: Callable[..., Desk]) -> None:
    number = wait(app)
    ayu, both = desk(Role.CHECKER, Role.APPROVER, name="ayu"), desk(Role.CHECKER, Role.APPROVER, name="semua")
    [seal] = set(seals(both.get("/approvals/agen").text))
    with app.store.write() as tx:
        tx.exec_driver_sql("update campaign_version set saved_by = 'ayu'")
    for path in ("check", "approve"):
        assert ayu.post(f"/approvals/agen/{path}", {"seal": seal}).status_code == 409
    assert both.post("/approvals/agen/check", {"seal": seal}).status_code == 303
    assert both.post("/approvals/agen/approve", {"seal": seal}).status_code == 409
    assert status(app, number) is S.WAITING


def test_an_office_of_one_may_switch_that_off(app: App, desk: Callable[..., Desk], tmp_path: Path) -> None:
    file = app.settings.home / "prokes.toml"
    file.write_text(file.read_text() + "\n[desk]\nfour_eyes = false\nfact_check = false\n")
    from prokes_social.settings import load_settings
    from tests.web.desk.conftest import open_desk

    alone = App(load_settings({"PROKES_HOME": str(app.settings.home)}), app.clock)
    number = wait(alone)
    with alone.store.write() as tx:
        tx.exec_driver_sql("update campaign_version set saved_by = 'ayu'")
    ayu = open_desk(alone, Role.APPROVER, name="ayu")
    assert ayu.post("/approvals/agen/approve", {"seal": seals(ayu.get("/approvals/agen").text)[0]}).status_code == 303
    assert status(alone, number) is S.SCHEDULED
    alone.close()


def test_an_edit_in_between_voids_the_tap(app: App, budi: Desk) -> None:
    number = wait(app)
    [seal] = set(seals(budi.get("/approvals/agen").text))
    with app.store.write() as tx:
        row = deliveries.get(tx, number)
        assert row
        tx.exec_driver_sql("update delivery set digest = 'lain', text = 'Lain.'")
    answer = budi.post("/approvals/agen/check", {"seal": seal})
    assert answer.status_code == 409 and "Lain." in answer.text
    assert app.approving.asked("agen")[0].verdicts == ()


def test_sending_back_needs_a_remark_and_shows_it(app: App, budi: Desk, desk: Callable[..., Desk]) -> None:
    number = wait(app)
    [seal] = set(seals(budi.get("/approvals/agen").text))
    assert budi.post("/approvals/agen/send-back", {"seal": seal, "remark": "  "}).status_code == 422
    assert budi.post("/approvals/agen/send-back", {"seal": seal, "remark": "Sumbernya <b>lama</b>."}).status_code == 303
    page = desk(Role.EDITOR, name="sari").get("/approvals/agen").text
    assert "Sumbernya &lt;b&gt;lama&lt;/b&gt;." in page and "<b>lama" not in page
    assert status(app, number) is S.WAITING


def test_messages_are_approved_one_by_one_or_all_together(app: App, budi: Desk, wira: Desk) -> None:
    numbers = [wait(app, name, text) for name, text in (("satu", "Satu."), ("dua", "Dua."), ("tiga", "Tiga."))]
    all_seals = list(dict.fromkeys(seals(budi.get("/approvals/agen").text)))
    assert len(all_seals) == 3
    assert (
        budi.client.post(
            "/approvals/agen/check",
            data={"csrf": budi.csrf, "seal": all_seals},
            headers={"sec-fetch-site": "same-origin"},
        ).status_code
        == 303
    )
    assert wira.post("/approvals/agen/approve", {"seal": all_seals[0]}).headers["location"] == "/approvals/agen"
    assert sorted(status(app, number).value for number in numbers) == ["scheduled", "waiting", "waiting"]


def test_whoever_has_no_such_role_may_not_and_a_forged_seal_does_nothing(app: App, desk: Callable[..., Desk]) -> None:
    wait(app)
    sari, wira = desk(Role.EDITOR, name="sari"), desk(Role.APPROVER, name="wira")
    assert sari.post("/approvals/agen/approve", {"seal": "0" * 64}).status_code == 403
    assert sari.post("/approvals/agen/send-back", {"seal": "0" * 64, "remark": "x"}).status_code == 403
    for seal in ("0" * 64, "", "<script>", "x" * 100_000):
        assert wira.post("/approvals/agen/approve", {"seal": seal}).status_code == 409


def test_another_unit_s_deliveries_are_not_there(app: App, desk: Callable[..., Desk]) -> None:
    number = wait(app)
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    other = desk(*Role, name="dinkes", unit="dinkes")
    own = desk(*Role, name="kominfo", unit="diskominfo")
    for path in (f"/deliveries/{number}", f"/deliveries/{number}/card.jpg", "/approvals/agen"):
        assert other.get(path).status_code == 404
    assert other.post(f"/deliveries/{number}/drop").status_code == 404
    assert status(app, number) is S.WAITING
    assert own.get(f"/deliveries/{number}").status_code == 200
    assert "cuci-tangan" in own.get("/approvals/agen").text


def test_a_waiting_delivery_can_be_withdrawn_once(app: App, desk: Callable[..., Desk]) -> None:
    number, sari = wait(app), desk(Role.EDITOR, name="sari")
    assert sari.post(f"/deliveries/{number}/drop").status_code == 303
    assert status(app, number) is S.CANCELLED
    assert "sari" in sari.get(f"/deliveries/{number}").text
    assert sari.post(f"/deliveries/{number}/drop").status_code == 409
    [entry] = [each for each in app.audit.newest() if each.act == "delivery.drop"]
    assert (entry.subject, entry.before, entry.after) == (f"delivery:{number}", "waiting", "cancelled")


def test_texts_of_a_delivery_are_shown_as_they_are(app: App, desk: Callable[..., Desk]) -> None:
    number = wait(app, text="<script>alert(1)</script> {{7*7}}")
    page = desk(Role.VIEWER).get(f"/deliveries/{number}").text
    assert "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page


# --- the red button ---


def test_stop_halts_every_process_says_so_on_every_page_and_goes_on_again(app: App, desk: Callable[..., Desk]) -> None:
    sari = desk(Role.EDITOR, name="sari")
    assert sari.get("/stop").status_code == 200
    assert sari.post("/stop", {"remark": "gempa di selatan"}).status_code == 303
    stop = app.decisions.stopped()
    assert stop and (stop.who, stop.remark) == ("sari", "gempa di selatan")
    for path in ("/", "/approvals", "/me"):
        assert "gempa di selatan" in sari.get(path).text
    assert sari.post("/resume").status_code == 303
    assert app.decisions.stopped() is None
    assert [entry.act for entry in app.audit.newest(most=2)] == ["resume", "stop"]


def test_what_came_due_meanwhile_is_dropped_unless_it_is_ticked(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    late = queue_delivery(app.store, message="satu").id
    dropped = queue_delivery(app.store, message="dua", content=make_content(text="Dua.")).id
    sari = desk(Role.EDITOR, name="sari")
    sari.post("/stop")
    page = sari.get("/stop").text
    assert f'value="{late}"' in page and f'value="{dropped}"' in page
    sari.post("/resume", {"late": str(late)})
    assert (status(app, late), status(app, dropped)) == (S.SCHEDULED, S.CANCELLED)


def test_a_viewer_can_not_stop_anything(app: App, desk: Callable[..., Desk]) -> None:
    viewer = desk(Role.VIEWER)
    assert viewer.get("/stop").status_code == viewer.post("/stop").status_code == 403
    assert 'href="/stop"' not in viewer.get("/").text
    assert app.decisions.stopped() is None


# --- on paper ---


def test_the_sheet_is_a_pdf_with_every_message_and_who_said_what(app: App, budi: Desk, wira: Desk) -> None:
    for name, text in (("satu", "Satu pesan."), ("dua", "Dua <b>pesan</b> #set page(fill: red) {{7*7}}")):
        wait(app, name, text)
    put_wave(app.store, status=WaveStatus.WAITING, message="ajakan")
    [first, *_others] = dict.fromkeys(seals(budi.get("/approvals/agen").text))
    budi.post("/approvals/agen/check", {"seal": first})
    wira.post("/approvals/agen/approve", {"seal": first})
    answer = wira.get("/approvals/agen/sheet.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    words = words_of(answer.content)
    for expected in ("Satu pesan.", "Dua <b>pesan</b> #set page(fill: red) {{7*7}}", "budi", "wira", "menyetujui"):
        assert expected in words, expected
    assert "Yuk, cuci tangan." in words, "the invitation to staff"


def words_of(pdf: bytes) -> str:
    with pdfplumber.open(BytesIO(pdf)) as read:
        return " ".join(" ".join(page.extract_text() for page in read.pages).split())


def test_nothing_queued_has_no_sheet_and_another_unit_gets_none(app: App, desk: Callable[..., Desk]) -> None:
    viewer = desk(Role.VIEWER)
    assert viewer.get("/approvals/agen/sheet.pdf").status_code == 404
    wait(app)
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    assert viewer.get("/approvals/agen/sheet.pdf").status_code == 200
    assert desk(Role.VIEWER, name="lain", unit="dinkes").get("/approvals/agen/sheet.pdf").status_code == 404


def test_what_is_approved_stays_to_be_looked_up(app: App, budi: Desk, wira: Desk) -> None:
    wait(app)
    [seal] = set(seals(budi.get("/approvals/agen").text))
    budi.post("/approvals/agen/check", {"seal": seal})
    wira.post("/approvals/agen/approve", {"seal": seal})
    page = wira.get("/approvals/agen")
    assert page.status_code == 200 and "budi" in page.text and "wira" in page.text and not seals(page.text)


def test_many_messages_are_approved_a_page_at_a_time(app: App, budi: Desk) -> None:
    for number in range(25):
        wait(app, f"pesan-{number:02}", f"Pesan {number}.")
    first, second = budi.get("/approvals/agen").text, budi.get("/approvals/agen?page=2").text
    assert (len(set(seals(first))), len(set(seals(second)))) == (20, 5)
    assert not set(seals(first)) & set(seals(second))
    for odd in ("0", "-1", "99999", "x", "<script>", "9" * 30):
        assert budi.get(f"/approvals/agen?page={odd}").status_code == 200


def test_a_page_of_much_stays_small(app: App, budi: Desk) -> None:
    add_account(app.store)
    for number in range(60):
        queue_delivery(
            app.store, occurrence=f"hari@{number}", approved=False,
            content=make_content(text="Cuci tangan. " * 20, due_at=NOON + timedelta(days=number)),
        )  # fmt: skip
    page = budi.get("/approvals/agen").text
    assert len(page) < 60_000 and "48" in page


def test_an_approval_of_somebody_else_s_content_counts_for_nothing(app: App, budi: Desk, wira: Desk) -> None:
    """A row of `approval` for another digest, even of the same message, releases nothing."""
    number = wait(app)
    with app.store.write() as tx:
        approvals.add(tx, ["0" * 64], verdict=approvals.APPROVED, who="wira", now=NOON)
        deliveries.schedule_approved(tx, "agen")
    assert status(app, number) is S.WAITING


def test_what_was_called_back_waits_for_a_new_check_and_a_new_yes(app: App, budi: Desk, wira: Desk) -> None:
    number = wait(app)
    app.recalling.recall("agen", "cuci-tangan", by="wira", who="user:1", remark="Angkanya salah.")
    assert wait(app) == number
    [seal] = set(seals(wira.get("/approvals/agen").text))
    assert "Angkanya salah." in wira.get("/approvals/agen").text
    assert wira.post("/approvals/agen/approve", {"seal": seal}).status_code == 409
    assert budi.post("/approvals/agen/check", {"seal": seal}).status_code == 303
    assert wira.post("/approvals/agen/approve", {"seal": seal}).status_code == 303
    assert status(app, number) is S.SCHEDULED


def test_somebody_bound_to_a_unit_stops_but_does_not_go_on_for_all(app: App, desk: Callable[..., Desk]) -> None:
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    own = desk(Role.EDITOR, name="dinkes", unit="dinkes")
    assert own.post("/stop").status_code == 303
    assert own.get("/stop").status_code == own.post("/resume").status_code == 403
    assert app.decisions.stopped()


def test_what_came_due_while_somebody_read_the_page_is_not_dropped(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    seen = queue_delivery(app.store, message="satu").id
    later = make_content(text="Dua.", due_at=NOON + timedelta(minutes=5))
    unseen = queue_delivery(app.store, message="dua", content=later).id
    sari = desk(Role.EDITOR, name="sari")
    sari.post("/stop")
    [asked_at] = re.findall(r'name="asked_at" value="(\d+)"', sari.get("/stop").text)
    app.clock.sleep(600)
    sari.post("/resume", {"asked_at": asked_at})
    assert (status(app, seen), status(app, unseen)) == (S.CANCELLED, S.SCHEDULED)
    assert sari.post("/resume").headers["location"] == "/", "twice is once"
