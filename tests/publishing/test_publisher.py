"""Never twice, never silently lost: one delivery through every answer a platform can give."""

from dataclasses import replace
from datetime import timedelta

import pytest

from prokes_social.errors import NotSent, OutcomeUnknown, Rejected, SettingsError, Unauthorized
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.platform import Prepared
from prokes_social.store import accounts, deliveries
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.publishing.conftest import Desk

S = DeliveryStatus


def test_an_approved_delivery_is_published_and_its_readings_are_planned(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    assert desk.publish_due() == ["published"]
    published = desk.row(row.id)
    assert published.post
    assert published.attempts == 1
    with desk.store.read() as tx:
        waits = tx.exec_driver_sql("select count(*) from snapshot where taken_at is null").scalar()
    assert waits == 1
    assert desk.publish_due() == []


def test_it_is_prepared_before_its_time_and_sent_at_its_time(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store, content=make_content(due_at=DUE + timedelta(minutes=5)))
    with desk.store.write() as tx:
        tx.exec_driver_sql("update delivery set next_at = due_at")  # the factory has no lead
    desk.clock.pass_time(minutes=4)
    assert desk.publish_due() == []
    desk.clock.pass_time(minutes=1)
    assert desk.publish_due() == ["published"]
    assert desk.row(row.id).post


def test_a_delivery_woken_early_goes_back_with_what_was_prepared(desk: Desk) -> None:
    add_account(desk.store)
    content = make_content(due_at=DUE + timedelta(minutes=5))
    row = queue_delivery(desk.store, content=content)
    with desk.store.write() as tx:
        tx.execute(deliveries.delivery.update().values(next_at=DUE))
    assert desk.publish_due() == ["scheduled"]
    assert desk.platform.public == []
    assert desk.row(row.id).next_at == content.due_at
    desk.clock.pass_time(minutes=5)
    assert desk.publish_due() == ["published"]
    assert desk.platform.prepares == 1, "what was prepared is used, not made again"


def test_media_that_is_not_ready_is_asked_again_and_not_taken_for_ready(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    desk.platform.next_prepares = [Prepared(markers={"key": "Cuci tangan, yuk."}, ready=False)]
    assert desk.publish_due() == ["scheduled"]
    assert desk.platform.public == []
    desk.clock.pass_time(seconds=5)
    assert desk.publish_due() == ["published"]
    assert desk.platform.prepares == 2


def test_a_lost_answer_is_looked_up_and_never_sent_again(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = ["drop"]
    assert desk.publish_due() == ["uncertain"]
    assert desk.publish_due() == []
    assert desk.look() == [], "the first look-up is 15 s later"
    desk.clock.pass_time(seconds=16)
    assert desk.look() == ["published"]
    assert len(desk.platform.public) == 1
    assert desk.row(row.id).post


def test_what_is_never_found_is_held_for_a_person(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = ["drop"]
    desk.platform.visible = False
    desk.publish_due()
    seen = []
    for seconds in (15, 45, 240, 600):
        desk.clock.pass_time(seconds=seconds)
        seen += desk.look()
    assert seen == ["uncertain", "uncertain", "uncertain", "held"]
    assert len(desk.platform.public) == 1
    assert desk.row(row.id).reason


def test_an_account_that_may_resend_does_so_only_after_the_last_look_up(desk: Desk) -> None:
    account = add_account(desk.store)
    row = queue_delivery(desk.store)
    with desk.store.write() as tx:
        tx.execute(accounts.account.update().where(accounts.account.c.id == account.id).values(when_absent="resend"))
    desk.platform.next_answers = [OutcomeUnknown("tidak ada jawaban")]
    desk.publish_due()
    for seconds in (15, 45, 240, 600):
        assert desk.publish_due() == []
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1
    assert desk.row(row.id).attempts == 2


def test_later_posts_of_the_account_wait_for_the_first_look_ups(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    queue_delivery(desk.store, message="masker", content=make_content(text="Pakai masker saat batuk."))
    desk.platform.next_answers = ["drop"]
    desk.platform.visible = False
    assert desk.publish_due() == ["uncertain"]
    assert desk.publish_due() == []
    for seconds in (15, 45):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    assert desk.publish_due() == ["published"]


def test_a_rate_limited_delivery_waits_as_long_as_the_platform_asks(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    again = desk.clock.now() + timedelta(minutes=7)
    desk.platform.next_answers = [NotSent("terlalu sering", retry_at=again)]
    assert desk.publish_due() == ["scheduled"]
    assert desk.row(row.id).next_at == again
    desk.clock.pass_time(minutes=6)
    assert desk.publish_due() == []
    desk.clock.pass_time(minutes=1)
    assert desk.publish_due() == ["published"]


def test_a_limit_that_ends_after_the_window_means_missed(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    desk.platform.next_answers = [NotSent("terlalu sering", retry_at=desk.clock.now() + timedelta(hours=2))]
    assert desk.publish_due() == ["missed"]


def test_a_refused_text_fails_with_the_platforms_words(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = [Rejected("ditolak", said="Not allowed")]
    assert desk.publish_due() == ["failed"]
    assert "Not allowed" in desk.row(row.id).reason


def test_a_bad_token_blocks_its_account_and_no_other(desk: Desk) -> None:
    add_account(desk.store)
    add_account(desk.store, "x-provinsi")
    queue_delivery(desk.store)
    queue_delivery(desk.store, account="x-provinsi")
    desk.platform.next_prepares = [Unauthorized("token ditolak")]
    assert sorted(desk.publish_due()) == ["published", "scheduled"]
    with desk.store.read() as tx:
        blocked = [account.name for account in accounts.all_accounts(tx) if account.blocked_at]
    assert len(blocked) == 1
    assert desk.publish_due() == []


def test_a_workspace_that_needs_mending_leaves_the_delivery_scheduled(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)

    def no_connection(_row: object) -> None:
        raise SettingsError("kunci salah")

    publisher = replace(desk.publisher, connection_of=no_connection)  # type: ignore[arg-type]
    [claim] = publisher.claim(1)
    assert publisher.publish(claim) is S.SCHEDULED
    assert desk.row(row.id).reason == "kunci salah"


def test_a_publisher_frozen_before_the_call_sends_nothing(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    frozen = replace(desk.publisher, at=lambda point: desk.clock.pass_time(31) if point == "intent" else None)
    [claim] = frozen.claim(1)
    assert frozen.publish(claim) is S.SCHEDULED
    assert desk.platform.public == []
    assert desk.row(row.id).status is S.SCHEDULED


def test_an_edit_while_preparing_wins(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.while_preparing = lambda: queue_edit(desk, row.id)
    desk.publish_due()
    assert desk.platform.public == []
    assert desk.row(row.id).status is S.WAITING


def queue_edit(desk: Desk, delivery_id: int) -> None:
    row = desk.row(delivery_id)
    with desk.store.write() as tx:
        deliveries.put(
            tx, row.key, make_content(text="baru"), next_at=DUE, version_id=1, zone="WIB", sources_until=None, cost=0
        )


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.parametrize(
    ("point", "public", "after"),
    [
        ("claimed", 0, "published"),
        ("prepared", 0, "published"),
        ("intent", 0, "held"),
        ("guarded", 0, "held"),
        ("sent", 1, "published"),
        ("recorded", 1, "published"),
    ],
)
def test_a_publisher_killed_anywhere_never_doubles(desk: Desk, point: str, public: int, after: str) -> None:
    """A kill between intent and call can't be told from a lost answer: a person decides."""
    add_account(desk.store)
    row = queue_delivery(desk.store)

    def die(here: str) -> None:
        if here == point:
            raise Killed

    [claim] = desk.publisher.claim(1)
    with pytest.raises(Killed):
        replace(desk.publisher, at=die).publish(claim)
    assert len(desk.platform.public) == public
    for _step in range(6):
        desk.clock.pass_time(seconds=250)
        desk.reap()
        desk.publish_due()
        desk.look()
    assert desk.row(row.id).status.value == after
    assert len(desk.platform.public) == (0 if after == "held" else 1)
