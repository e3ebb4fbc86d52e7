"""Whose a post is that only its text speaks for: the same text may go out every week on the same account."""

from datetime import timedelta

import pytest

from prokes_social.errors import OutcomeUnknown
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.platform import Prepared
from prokes_social.publishing import Settler
from prokes_social.store import deliveries
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.publishing.conftest import Desk

S = DeliveryStatus
WEEK = timedelta(weeks=1)
WITHIN = timedelta(minutes=10)
LOST = OutcomeUnknown("tidak ada jawaban")


@pytest.fixture
def settler(desk: Desk) -> Settler:
    add_account(desk.store)
    return Settler(look_up=desk.look_up)


def queue_week(desk: Desk, week: int) -> Delivery:
    """The same text on the same account, each week."""
    content = make_content(due_at=DUE + week * WEEK)
    return queue_delivery(desk.store, occurrence=f"pagi@{content.due_at:%Y-%m-%d}", content=content)


def hold_all(desk: Desk) -> None:
    """As after a restore: nothing is known of their calls."""
    with desk.store.write() as tx:
        deliveries.look_before_sending(tx, made_at=DUE - timedelta(days=1))
        deliveries.hold_what_came_due(tx, now=desk.clock.now(), reason="pulih")


def show_at(desk: Desk, week: float) -> None:
    desk.clock.jump((DUE + week * WEEK - desk.clock.now()).total_seconds() + 2)
    desk.platform.show(make_content().text)


def external_id(row: Delivery) -> str | None:
    return row.post.external_id if row.post else None


def test_a_later_post_of_the_same_text_is_not_taken_for_an_earlier_delivery(desk: Desk, settler: Settler) -> None:
    first, second = queue_week(desk, 0), queue_week(desk, 1)
    show_at(desk, 1)  # the first was never sent
    hold_all(desk)
    assert settler.send(first.id, within=WITHIN).status is S.SCHEDULED
    assert external_id(settler.send(second.id, within=WITHIN)) == "1"


def test_a_post_that_a_person_named_for_another_delivery_is_not_recorded_twice(desk: Desk, settler: Settler) -> None:
    lost = queue_week(desk, 0)
    mistaken = queue_delivery(desk.store, message="lain", content=make_content(text="Lain", due_at=DUE + WEEK))
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'missed' where id = {mistaken.id}")
    desk.platform.next_answers = ["drop"]
    desk.publish_due()
    settler.there(mistaken.id, "https://lying.example/1")
    desk.clock.pass_time(seconds=15)
    assert desk.look() == ["uncertain"]
    assert desk.row(lost.id).lookups == 1, "it is held after the last of them"


def test_clocks_may_differ_by_some_minutes(desk: Desk, settler: Settler) -> None:
    first, second = queue_week(desk, 0), queue_week(desk, 1)
    show_at(desk, 1 - timedelta(minutes=3) / WEEK)  # by a clock that is behind
    desk.clock.pass_time(minutes=3)
    hold_all(desk)
    assert settler.send(first.id, within=WITHIN).status is S.SCHEDULED
    assert external_id(settler.send(second.id, within=WITHIN)) == "1"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_each_weeks_post_is_recorded_for_its_week_in_whatever_order_people_ask(
    desk: Desk, settler: Settler, order: tuple[int, ...]
) -> None:
    rows = [queue_week(desk, week) for week in range(3)]
    for week in range(3):
        show_at(desk, week)
    hold_all(desk)
    for week in order:
        assert external_id(settler.send(rows[week].id, within=WITHIN)) == str(week + 1)


def test_a_post_that_is_recorded_for_another_is_passed_over_for_the_next(desk: Desk, settler: Settler) -> None:
    """Sent late, after the week's next: only what is recorded already tells the two apart."""
    first, second = queue_week(desk, 0), queue_week(desk, 1)
    show_at(desk, 1)
    show_at(desk, 1.2)
    hold_all(desk)
    assert external_id(settler.send(second.id, within=WITHIN)) == "1"
    assert external_id(settler.send(first.id, within=WITHIN)) == "2"


def test_a_post_whose_address_a_person_gave_is_passed_over_too(desk: Desk, settler: Settler) -> None:
    first, second = queue_week(desk, 0), queue_week(desk, 1)
    show_at(desk, 1)
    hold_all(desk)
    desk.platform.visible = False
    settler.there(second.id, "https://lying.example/1")
    desk.platform.visible = True
    assert settler.send(first.id, within=WITHIN).status is S.SCHEDULED


def test_a_delivery_that_was_never_called_for_lays_no_claim_to_a_post(desk: Desk, settler: Settler) -> None:
    """Minutes apart, as where a cancelled one was written anew under another name."""
    cancelled = queue_delivery(desk.store, message="lama", content=make_content(due_at=DUE + timedelta(minutes=2)))
    with desk.store.write() as tx:
        deliveries.cancel(tx, cancelled.id, reason="diganti")
    row = queue_delivery(desk.store)
    show_at(desk, 0)
    desk.clock.pass_time(hours=2)
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'missed' where id = {row.id}")
    assert external_id(settler.send(row.id, within=WITHIN)) == "1"


def test_a_call_that_was_made_late_counts_from_its_call(desk: Desk, settler: Settler) -> None:
    first, second = queue_week(desk, 0), queue_week(desk, 1)
    desk.clock.pass_time(hours=2)
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'missed' where id = {first.id}")
    desk.clock.jump((DUE + WEEK - desk.clock.now()).total_seconds() + 2)
    desk.publish_due()
    assert desk.row(second.id).status is S.PUBLISHED
    desk.clock.pass_time(hours=1)
    settler.send(first.id, within=WITHIN)
    desk.platform.next_answers = ["drop"]
    assert desk.publish_due() == ["uncertain"]
    desk.clock.pass_time(seconds=15)
    assert desk.look() == ["published"]
    assert external_id(desk.row(first.id)) == "2"


@pytest.mark.parametrize(("answers", "found"), [(["drop", "drop"], ["1", "2"]), ([LOST, "drop"], [None, "1"])])
def test_of_two_lost_answers_each_finds_its_own_post(
    desk: Desk, settler: Settler, answers: list[Exception | str], found: list[str | None]
) -> None:
    """The first was called for after the second was due, a minute before the second was."""
    rows = queue_week(desk, 0), queue_week(desk, 1)
    with desk.store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = 'missed' where id = {rows[0].id}")
    desk.clock.jump((DUE + WEEK - desk.clock.now()).total_seconds() + 600)
    settler.send(rows[0].id, within=WITHIN)
    desk.platform.next_prepares = [Prepared(markers={})] * 2  # without a picture nothing but the text is left
    desk.platform.next_answers, desk.platform.visible = [*answers], False
    desk.publish_due()
    for seconds in (15, 45):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    desk.publish_due()
    desk.platform.visible = True
    for _time in range(3):
        desk.clock.pass_time(seconds=240)
        desk.look()
    assert [external_id(desk.row(row.id)) for row in rows] == found
