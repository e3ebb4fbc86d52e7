"""What people decide: settle a held delivery, stop everything, send late; and which alarms ring meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest

from prokes_social.errors import (
    AlreadyMoved,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SettingsError,
    Unauthorized,
)
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Delivery, DeliveryStatus, Outcome
from prokes_social.publishing import Reaper, Settler
from prokes_social.store import alarms, deliveries, switches
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.publishing.conftest import Desk

S = DeliveryStatus


@pytest.fixture
def settler(desk: Desk) -> Settler:
    return Settler(look_up=desk.look_up)


def hold(desk: Desk, *, public: bool) -> Delivery:
    """A delivery whose answer was lost and that the look-ups did not see."""
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = ["drop" if public else OutcomeUnknown("tidak ada jawaban")]
    desk.platform.visible = False
    desk.publish_due()
    for seconds in (15, 45, 240, 600):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    held = desk.row(row.id)
    assert held.status is S.HELD
    return held


def ringing(desk: Desk) -> set[AlarmKind]:
    with desk.store.read() as tx:
        return {alarm.kind for alarm in alarms.ringing(tx)}


def reap(desk: Desk) -> list[int]:
    return Reaper(store=desk.store, clock=desk.clock, timing=desk.publisher.timing).reap()


def test_a_person_says_where_the_post_is(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=True)
    assert ringing(desk) == {AlarmKind.HELD}
    settled = settler.there(row.id, "https://x.com/kab/status/99")
    assert settled.status is S.PUBLISHED
    assert settled.post
    assert settled.post.permalink == "https://x.com/kab/status/99"
    assert ringing(desk) == set()


def test_a_person_says_send_and_it_goes_out_though_its_window_is_over(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=False)
    desk.clock.pass_time(minutes=40)
    assert settler.send(row.id, within=timedelta(minutes=10)).status is S.SCHEDULED
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 1


def test_a_fresh_look_comes_first_so_that_send_never_doubles(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=True)
    desk.platform.visible = True
    assert settler.send(row.id, within=timedelta(minutes=10)).status is S.PUBLISHED
    assert desk.publish_due() == []
    assert len(desk.platform.public) == 1


def test_a_person_gives_it_up(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=False)
    assert settler.drop(row.id).status is S.CANCELLED
    assert desk.publish_due() == []


def test_what_is_out_or_in_hand_can_not_be_settled(desk: Desk, settler: Settler) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    with pytest.raises(AlreadyMoved):
        settler.send(row.id, within=timedelta(minutes=10))
    desk.publish_due()
    with pytest.raises(AlreadyMoved):
        settler.drop(row.id)


def test_stop_halts_the_claim_and_the_intent_and_nothing_is_missed_meanwhile(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)

    def stop() -> None:
        with desk.store.write() as tx:
            switches.turn_on(tx, switches.STOP, who="Ayu", now=desk.clock.now())

    desk.platform.while_preparing = stop
    assert desk.publish_due() == ["scheduled"]
    desk.clock.pass_time(minutes=1)
    assert desk.publish_due() == []
    desk.clock.pass_time(hours=2)
    assert reap(desk) == []
    assert desk.row(row.id).status is S.SCHEDULED
    assert desk.platform.public == []
    with desk.store.write() as tx:
        switches.turn_off(tx, switches.STOP)
    assert reap(desk) == [row.id]
    assert ringing(desk) == {AlarmKind.MISSED}


def test_a_missed_delivery_may_be_sent_late(desk: Desk, settler: Settler) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.clock.pass_time(hours=2)
    reap(desk)
    assert desk.row(row.id).status is S.MISSED
    settler.send(row.id, within=timedelta(minutes=5))
    assert desk.publish_due() == ["published"]


def rest(desk: Desk, status: DeliveryStatus) -> Delivery:
    """A delivery that failed or was missed, as far as this database knows."""
    add_account(desk.store)
    row = queue_delivery(desk.store)
    if status is S.FAILED:
        desk.platform.next_answers = [Rejected("ditolak", said="Not allowed")]
        desk.publish_due()
    else:
        desk.clock.pass_time(hours=2)
        reap(desk)
    resting = desk.row(row.id)
    assert resting.status is status
    return resting


@pytest.mark.parametrize("status", [S.FAILED, S.MISSED])
@pytest.mark.parametrize("word", ["send", "drop"])
def test_what_failed_or_was_missed_is_looked_for_too(
    desk: Desk, settler: Settler, status: DeliveryStatus, word: str
) -> None:
    """A database that was restored does not know what went out late after its backup was made."""
    row = rest(desk, status)
    desk.platform.show(row.content.text)
    settled = settler.send(row.id, within=timedelta(minutes=10)) if word == "send" else settler.drop(row.id)
    assert settled.status is S.PUBLISHED
    assert desk.publish_due() == []
    assert len(desk.platform.public) == 1
    assert ringing(desk) == set()


def test_a_post_that_no_known_call_made_leaves_the_known_calls_as_they_were(desk: Desk, settler: Settler) -> None:
    row = rest(desk, S.FAILED)
    desk.platform.show(row.content.text)
    settler.drop(row.id)
    with desk.store.read() as tx:
        [tried] = deliveries.attempts(tx, row.id)
    assert tried["outcome"] == Outcome.REJECTED


@pytest.mark.parametrize("status", [S.FAILED, S.MISSED])
def test_a_person_says_where_a_failed_or_missed_delivery_is(
    desk: Desk, settler: Settler, status: DeliveryStatus
) -> None:
    row = rest(desk, status)
    settled = settler.there(row.id, "https://x.com/kab/status/99")
    assert settled.status is S.PUBLISHED
    assert settled.post
    assert settled.post.permalink == "https://x.com/kab/status/99"


@pytest.mark.parametrize("status", [S.HELD, S.FAILED, S.MISSED])
@pytest.mark.parametrize(
    "trouble", [OutcomeUnknown("HTTP 503"), Unauthorized("token ditolak", hint="Sambungkan lagi.")]
)
def test_what_can_not_be_asked_stops_a_decision_to_send(
    desk: Desk, settler: Settler, status: DeliveryStatus, trouble: PlatformError
) -> None:
    row = hold(desk, public=True) if status is S.HELD else rest(desk, status)
    desk.platform.deaf = trouble
    with pytest.raises(PlatformError) as stopped:
        settler.send(row.id, within=timedelta(minutes=10))
    assert str(row.id) in stopped.value.message
    assert trouble.message in stopped.value.message
    assert "--there" in stopped.value.hint
    assert trouble.hint in stopped.value.hint
    assert desk.row(row.id).status is status
    assert ringing(desk)


@pytest.mark.parametrize("status", [S.FAILED, S.MISSED])
@pytest.mark.parametrize("trouble", [OutcomeUnknown("HTTP 503"), SettingsError("kunci salah")])
def test_what_went_out_by_no_means_we_know_of_may_be_dropped_unasked(
    desk: Desk, settler: Settler, status: DeliveryStatus, trouble: Exception
) -> None:
    row = rest(desk, status)
    desk.platform.deaf = trouble
    assert settler.drop(row.id).status is S.CANCELLED
    assert ringing(desk) == set()


def test_what_may_be_public_is_not_dropped_unasked(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=True)
    desk.platform.deaf = OutcomeUnknown("HTTP 503")
    with pytest.raises(PlatformError):
        settler.drop(row.id)
    assert desk.row(row.id).status is S.HELD


def test_a_person_says_where_it_is_while_the_platform_can_not_be_asked(desk: Desk, settler: Settler) -> None:
    row = hold(desk, public=True)
    desk.platform.deaf = Unauthorized("token ditolak")
    assert settler.there(row.id, "https://x.com/kab/status/99").status is S.PUBLISHED


def test_a_doubt_that_lasts_rings_once(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    desk.platform.next_answers = ["drop"]
    desk.publish_due()
    reap(desk)
    assert ringing(desk) == set()
    desk.clock.pass_time(seconds=61)
    reap(desk)
    reap(desk)
    with desk.store.read() as tx:
        assert [alarm.kind for alarm in alarms.ringing(tx)] == [AlarmKind.UNCERTAIN]
    assert desk.look() == ["published"]
    assert ringing(desk) == set()


def test_a_blocked_account_rings_with_its_name(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    desk.platform.next_prepares = [Unauthorized("token ditolak")]
    desk.publish_due()
    with desk.store.read() as tx:
        [alarm] = alarms.ringing(tx)
    assert alarm.kind is AlarmKind.BLOCKED
    assert "x-kabupaten" in alarm.what


def test_posts_of_one_account_keep_their_distance(desk: Desk) -> None:
    add_account(desk.store)
    for number in range(2):
        content = make_content(text=f"pesan {number}", due_at=DUE - timedelta(minutes=2 - number))
        queue_delivery(desk.store, message=f"m{number}", content=content)
    apart = desk.spaced(timedelta(seconds=40))
    assert apart.publish_due() == ["published"]
    desk.clock.pass_time(seconds=39)
    assert apart.publish_due() == []
    desk.clock.pass_time(seconds=1)
    assert apart.publish_due() == ["published"]


def test_a_spent_budget_holds_back_and_rings(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    queue_delivery(desk.store, message="kedua", content=make_content(text="kedua"))
    frugal = desk.spaced(timedelta(0), budget=Decimal("0.02"))
    assert frugal.publish_due() == ["published"]
    assert frugal.publish_due() == ["scheduled"]
    assert ringing(desk) == {AlarmKind.BUDGET}
    assert len(desk.platform.public) == 1
