"""Calling a message back: what is still ours, what is public, and what staff were asked to share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.model.account import Unit
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Role
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.store import accounts, approvals, deliveries, offers, waves
from prokes_social.store.approvals import RECALLED
from prokes_social.worker import Worker
from tests.factories import add_account, add_person, make_content, put_wave, queue_delivery
from tests.office import Office, open_office
from tests.web.desk.conftest import Desk, open_desk

HERE = "/campaigns/agen/messages/cuci-tangan/recall"


def status(app: App, delivery_id: int) -> S:
    row = app.deliveries.get(delivery_id)
    assert row
    return row.status


def test_what_has_not_gone_out_is_cancelled_and_needs_a_new_yes_to_return(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    ours = queue_delivery(app.store)
    other = queue_delivery(app.store, message="masker", content=make_content(text="Pakai masker."))
    sari = desk(Role.EDITOR, name="sari")
    assert "Cuci tangan, yuk." in sari.get(HERE).text
    assert sari.post(HERE, {"remark": "Angkanya salah."}).headers["location"] == HERE
    assert (status(app, ours.id), status(app, other.id)) == (S.CANCELLED, S.SCHEDULED)
    again = queue_delivery(app.store, approved=False)
    with app.store.write() as tx:
        assert deliveries.schedule_approved(tx, "agen") == 0, "the old approval must not count"
        assert approvals.verdicts(tx, [ours.content.digest])[ours.content.digest][-1].verdict == RECALLED
    assert again.id == ours.id
    page = sari.get(HERE).text
    assert "Angkanya salah." in page and "sari" in page
    assert "Angkanya salah." in sari.get("/approvals/agen").text
    [entry] = [each for each in app.audit.newest() if each.act == "message.recalled"]
    assert (entry.subject, entry.after) == ("message:agen/cuci-tangan", "cancelled 1, waves 0")


def test_it_may_be_repeated_for_what_was_queued_since(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row, sari = queue_delivery(app.store), desk(Role.EDITOR)
    sari.post(HERE, {"remark": "Salah."})
    queue_delivery(app.store)  # applied and approved anew
    assert status(app, row.id) is S.SCHEDULED
    assert sari.post(HERE).status_code == 303
    assert status(app, row.id) is S.SCHEDULED, "only what was called back is asked about once more"
    assert sari.post(HERE, {"remark": "Masih salah."}).status_code == 303
    assert status(app, row.id) is S.CANCELLED
    assert "Masih salah." in sari.get(HERE).text


def test_waves_are_withdrawn_and_those_who_had_opened_it_are_told(app: App, desk: Callable[..., Desk]) -> None:
    member, other = add_person(app.store), add_person(app.store, "Citra")
    opened, closed = put_wave(app.store, status=WaveStatus.OPEN), put_wave(app.store, occurrence="lama@2026-11-20")
    with app.store.write() as tx:
        offers.add(tx, opened.id, [(member.id, "diskominfo"), (other.id, "diskominfo")], now=app.clock.now())
        [mine, theirs] = offers.of_wave(tx, opened.id)
        for step in (Step.OPENED, Step.SAID):
            offers.note(tx, mine.id, step, now=app.clock.now())
        waves.close(tx, closed.id)
    assert app.sharing.look(mine.code)
    sari = desk(Role.EDITOR)
    before = sari.get(HERE).text
    assert "2 orang diajak" in before and "1 membukanya" in before
    assert sari.post(HERE, {"remark": "Nomor teleponnya salah."}).status_code == 303
    with app.store.read() as tx:
        assert {each.status for each in waves.listing(tx)} == {WaveStatus.CANCELLED}
    shared = app.sharing.look(mine.code)
    assert shared and shared.is_withdrawn
    page = desk().get(f"/s/{app.sharing.link_of(member)}")
    assert "Nomor teleponnya salah." in page.text
    assert "Nomor teleponnya salah." not in desk().get(f"/s/{app.sharing.link_of(other)}").text, "never opened"
    assert theirs.code != mine.code


def test_a_word_is_needed_and_shown_as_it_is(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row, sari = queue_delivery(app.store), desk(Role.EDITOR)
    for nothing in ("", "   ", "\n"):
        answer = sari.post(HERE, {"remark": nothing})
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert status(app, row.id) is S.SCHEDULED
    assert sari.post(HERE, {"remark": "<script>alert(1)</script> {{7*7}}" + "x" * 100_000}).status_code == 303
    page = sari.get(HERE).text
    assert "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page and len(page) < 30_000


def test_of_other_units_nothing_is_seen_or_touched(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app.store)
    row = queue_delivery(app.store)
    wave = put_wave(app.store, status=WaveStatus.OPEN)
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
    other, own = desk(*Role, name="dinkes", unit="dinkes"), desk(*Role, name="kominfo", unit="diskominfo")
    for path in (HERE, f"{HERE}/gone"):
        assert other.post(path, {"remark": "Salah."}).status_code == 404
    assert other.get(HERE).status_code == 404
    assert status(app, row.id) is S.SCHEDULED
    assert own.post(HERE, {"remark": "Salah."}).status_code == 303
    assert status(app, row.id) is S.CANCELLED
    with app.store.read() as tx:
        kept = waves.get(tx, wave.id)
    assert kept and kept.status is WaveStatus.OPEN, "invitations are of all units"


def test_what_was_never_queued_can_not_be_called_back(app: App, desk: Callable[..., Desk]) -> None:
    sari = desk(Role.EDITOR)
    for path in (
        HERE,
        "/campaigns/%3Cscript%3E/messages/..%2f/recall",
        "/campaigns/" + "x" * 3000 + "/messages/y/recall",
    ):
        assert sari.get(path).status_code == 404
        assert sari.post(path, {"remark": "Salah."}).status_code == 404
    assert desk(Role.VIEWER).get(HERE).status_code == 403


# --- against the sandbox ---


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "kantor") as made:
        yield made


def publish(office: Office) -> Desk:
    path = office.write_campaign(office.send("tangan", seconds=0.2), office.send("masker", seconds=3600))
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")
    Worker(office.app).run(until_idle=True)
    return open_desk(office.app, *Role, name="sari")


PLACE = "/campaigns/uji/messages/tangan/recall"


def public(office: Office) -> list[str]:
    return sorted(each["platform"] for each in office.sandbox.posts() if not each["deleted_at"])


def test_posts_are_taken_down_and_what_a_platform_refuses_is_listed_with_its_link(office: Office) -> None:
    office.add_accounts("x", "facebook", "instagram")
    sari = publish(office)
    assert public(office) == ["facebook", "instagram", "x"]
    office.sandbox.fault("instagram", "delete", "forbidden")
    answer = sari.post(PLACE, {"remark": "Angkanya salah."})
    assert answer.status_code == 303
    assert public(office) == ["instagram"]
    page = sari.get(PLACE).text
    [left] = [row for row in office.app.deliveries.listing(campaign="uji") if row.platform == "instagram" and row.post]
    assert left.post and left.post.permalink in page
    assert "2 unggahan" in page
    office.sandbox.delete_post(left.post.external_id)  # by hand
    assert sari.post(f"{PLACE}/gone", {"delivery": str(left.id)}).status_code == 303
    page = sari.get(PLACE).text
    assert left.post.permalink not in page and "3 unggahan" in page
    acts = [(each.act, each.after) for each in office.app.audit.newest() if each.act == "post.removed"]
    assert sorted(acts) == [("post.removed", "person"), ("post.removed", "platform"), ("post.removed", "platform")]


def test_a_platform_that_is_down_is_asked_once_more(office: Office) -> None:
    office.add_accounts("x")
    sari = publish(office)
    office.sandbox.fault("x", "delete", "error_500")
    sari.post(PLACE, {"remark": "Salah."})
    assert public(office) == ["x"]
    assert sari.get(PLACE).text.count("/recall/gone") == 1
    sari.post(PLACE)
    assert public(office) == []
    assert "/recall/gone" not in sari.get(PLACE).text


def test_only_posts_of_this_message_are_ticked_off(office: Office) -> None:
    office.add_accounts("x")
    sari = publish(office)
    for wrong in ("", "0", "987654", "<b>", "-1"):
        sari.post(f"{PLACE}/gone", {"delivery": wrong})
    assert public(office) == ["x"]
    assert not [each for each in office.app.audit.newest() if each.act == "post.removed"]
