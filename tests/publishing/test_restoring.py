"""What a restored backup left open is looked for once before it is sent: it may have gone out since, unknown to us."""

from datetime import timedelta

import pytest

from prokes_social.errors import OutcomeUnknown, PlatformError, Rejected, Unauthorized
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.platform import Prepared
from prokes_social.publishing import Settler
from prokes_social.publishing.restoring import doubt_what_may_be_out
from prokes_social.store import accounts, approvals, deliveries
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.publishing.conftest import Desk

S = DeliveryStatus
TOMORROW = DUE + timedelta(days=1)
MADE = DUE - timedelta(hours=3)


@pytest.fixture
def row(desk: Desk) -> Delivery:
    """Scheduled for tomorrow, as the backup of this morning has it."""
    add_account(desk.store)
    return queue_delivery(desk.store, content=make_content(due_at=TOMORROW))


def restore(desk: Desk) -> list[int]:
    with desk.store.write() as tx:
        return [row.id for row in doubt_what_may_be_out(tx, made_at=MADE, now=desk.clock.now())]


def tomorrow(desk: Desk) -> None:
    desk.clock.jump((TOMORROW - desk.clock.now()).total_seconds() + 1)


def test_what_was_moved_and_posted_since_is_recorded_and_not_sent_again(desk: Desk, row: Delivery) -> None:
    desk.platform.show(row.content.text)
    desk.clock.pass_time(hours=1)
    assert restore(desk) == []
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1
    assert desk.platform.prepares == 0
    with desk.store.read() as tx:
        assert tx.exec_driver_sql("select found_by from post").scalar() == "look-up"
        assert deliveries.attempts(tx, row.id) == []


def test_what_is_not_there_goes_out_at_its_time_and_is_looked_for_once(desk: Desk, row: Delivery) -> None:
    restore(desk)
    with desk.store.write() as tx:
        tx.execute(deliveries.delivery.update().values(next_at=TOMORROW - timedelta(minutes=10)))
    desk.clock.jump((TOMORROW - desk.clock.now()).total_seconds() - 600)
    assert desk.publish_due() == ["scheduled"]
    assert desk.row(row.id).look_since is None
    desk.platform.deaf = OutcomeUnknown("HTTP 503")  # whoever looked again would be told so
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1


@pytest.mark.parametrize("trouble", [OutcomeUnknown("HTTP 503"), Rejected("HTTP 400")])
def test_while_the_platform_can_not_be_asked_nothing_is_sent_as_long_as_the_window_is_open(
    desk: Desk, row: Delivery, trouble: PlatformError
) -> None:
    restore(desk)
    tomorrow(desk)
    desk.platform.deaf = trouble
    assert desk.publish_due() == ["scheduled"]
    desk.clock.pass_time(seconds=15)
    desk.platform.deaf = None
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1


def test_a_window_that_ends_without_an_answer_is_missed(desk: Desk, row: Delivery) -> None:
    restore(desk)
    desk.clock.jump((TOMORROW - desk.clock.now()).total_seconds() + 30 * 60 - 5)
    desk.platform.deaf = OutcomeUnknown("HTTP 503")
    assert desk.publish_due() == ["missed"]
    assert desk.platform.public == []


def test_a_token_that_the_backup_brought_back_blocks_the_account(desk: Desk, row: Delivery) -> None:
    restore(desk)
    tomorrow(desk)
    desk.platform.deaf = Unauthorized("token ditolak")
    assert desk.publish_due() == ["scheduled"]
    with desk.store.read() as tx:
        assert accounts.by_id(tx, row.account_id).blocked_at


def test_what_was_posted_before_the_backup_is_none_of_its(desk: Desk, row: Delivery) -> None:
    """Yesterday's post of the same text stands in the backup; another office's hand may have made one, too."""
    desk.clock.jump(-4 * 3600)
    desk.platform.show(row.content.text)
    desk.clock.jump(4 * 3600)
    restore(desk)
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 2


def test_the_post_of_an_earlier_occurrence_that_is_held_is_left_to_it(desk: Desk, row: Delivery) -> None:
    today = queue_delivery(desk.store, occurrence="pagi@2026-11-22", content=make_content(due_at=DUE))
    desk.platform.show(row.content.text)
    assert restore(desk) == [today.id]
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 2
    settled = Settler(look_up=desk.look_up).send(today.id, within=timedelta(minutes=5))
    assert settled.post
    assert settled.post.external_id == "1"


def test_what_was_held_and_sent_by_a_person_is_not_looked_for_twice(desk: Desk) -> None:
    add_account(desk.store)
    held = queue_delivery(desk.store)
    assert restore(desk) == [held.id]
    assert Settler(look_up=desk.look_up).send(held.id, within=timedelta(minutes=5)).status is S.SCHEDULED
    desk.platform.deaf = OutcomeUnknown("HTTP 503")
    assert desk.publish_due() == ["published"]


def test_what_was_moved_to_an_earlier_hour_and_posted_is_found_when_a_person_asks(desk: Desk) -> None:
    add_account(desk.store)
    held = queue_delivery(desk.store, content=make_content(due_at=DUE + timedelta(hours=2)))
    desk.platform.show(held.content.text)
    desk.clock.pass_time(hours=2, seconds=1)
    assert restore(desk) == [held.id]
    assert Settler(look_up=desk.look_up).send(held.id, within=timedelta(minutes=5)).status is S.PUBLISHED


def test_what_was_held_before_is_looked_for_by_its_text_for_a_person_may_have_sent_it_again(desk: Desk) -> None:
    add_account(desk.store)
    held = queue_delivery(desk.store)
    desk.platform.next_prepares = [Prepared(markers={"key": "unggahan pertama"})]
    desk.platform.next_answers = [OutcomeUnknown("tidak ada jawaban")]
    desk.publish_due()
    for seconds in (15, 45, 240, 600):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    assert desk.row(held.id).status is S.HELD
    desk.platform.show(held.content.text)
    restore(desk)
    assert Settler(look_up=desk.look_up).send(held.id, within=timedelta(minutes=5)).status is S.PUBLISHED


def test_what_was_missed_and_sent_late_keeps_its_post_from_the_next_occurrence(desk: Desk, row: Delivery) -> None:
    missed = queue_delivery(desk.store, occurrence="pagi@2026-11-22", content=make_content(due_at=DUE))
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'missed' where id = {missed.id}")
    desk.clock.pass_time(hours=2)
    desk.platform.show(row.content.text)
    restore(desk)
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 2
    assert Settler(look_up=desk.look_up).send(missed.id, within=timedelta(minutes=5)).status is S.PUBLISHED
    assert len(desk.platform.public) == 2


@pytest.mark.parametrize("status", [S.WAITING, S.CANCELLED, S.FAILED, S.MISSED])
def test_what_a_plan_takes_up_again_is_looked_for_too(desk: Desk, row: Delivery, status: DeliveryStatus) -> None:
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = '{status.value}'")
    content = make_content(text="Kata-kata baru.", due_at=TOMORROW)
    desk.platform.show(content.text)
    desk.clock.pass_time(hours=1)
    restore(desk)
    with desk.store.write() as tx:
        more = {"version_id": 1, "zone": "WIB", "sources_until": None, "cost": 0}
        assert deliveries.put(tx, row.key, content, next_at=TOMORROW, **more)
        approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="Citra", now=DUE)
        deliveries.schedule_approved(tx, "agen")
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1


def test_what_was_prepared_before_is_made_anew(desk: Desk, row: Delivery) -> None:
    """An upload that the backup remembers may have been used since."""
    with desk.store.write() as tx:
        tx.execute(deliveries.delivery.update().values(prepared={"key": "lama"}, prepared_ready=True))
    restore(desk)
    assert desk.row(row.id).prepared is None
    tomorrow(desk)
    desk.platform.next_prepares = [Prepared(markers={"key": row.content.text})]
    assert desk.publish_due() == ["published"]
    assert desk.platform.prepares == 1


def test_a_backup_of_a_restored_database_looks_as_far_back_as_the_first(desk: Desk, row: Delivery) -> None:
    desk.platform.show(row.content.text)
    restore(desk)
    with desk.store.write() as tx:
        doubt_what_may_be_out(tx, made_at=desk.clock.now() + timedelta(hours=1), now=desk.clock.now())
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1


def test_a_plain_copy_of_a_database_is_looked_through_since_its_newest_trace(desk: Desk, row: Delivery) -> None:
    desk.clock.pass_time(hours=1)
    desk.platform.show(row.content.text)
    with desk.store.write() as tx:
        doubt_what_may_be_out(tx, made_at=None, now=desk.clock.now())
    tomorrow(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1
