"""The faults that are ours to survive, row by row and on each database; those of a platform are met over a socket."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from prokes_social.alerting.watchdog import Watchdog
from prokes_social.errors import NotSent, OutcomeUnknown, StoreError, Unauthorized
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.platform import Prepared
from prokes_social.publishing import Point, Reaper, Settler
from prokes_social.store import Store, accounts, alarms, deliveries
from tests.conftest import SetClock
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.publishing.conftest import Desk

S = DeliveryStatus


def reap(desk: Desk) -> list[int]:
    return Reaper(store=desk.store, clock=desk.clock, timing=desk.publisher.timing).reap()


def rings(desk: Desk) -> list[AlarmKind]:
    with desk.store.read() as tx:
        return [alarm.kind for alarm in alarms.ringing(tx)]


def stopping_at(desk: Desk, point: Point, act: Callable[[], Any]) -> list[str]:
    """Publish what is due; at `point` something happens."""
    publisher = replace(desk.publisher, at=lambda here: act() if here == point else None)
    return [publisher.publish(claim).value for claim in publisher.claim(10)]


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


def die() -> None:
    raise Killed


# --- kill -9 ---


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.PREPARED])
def test_a_kill_before_the_intent_or_during_the_upload_is_made_good_by_another(desk: Desk, point: Point) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    with pytest.raises(Killed):
        stopping_at(desk, point, die)
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == desk.row(row.id).attempts == 1


@pytest.mark.parametrize("point", [Point.INTENT, Point.GUARDED, Point.SENT])
def test_a_kill_after_the_intent_is_looked_up_and_never_sent_again_blindly(desk: Desk, point: Point) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    with pytest.raises(Killed):
        stopping_at(desk, point, die)
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.row(row.id).status is S.UNCERTAIN
    for seconds in (16, 46, 241, 601):
        desk.clock.pass_time(seconds=seconds)
        assert desk.publish_due() == []
        desk.look()
    public = point is Point.SENT
    assert desk.row(row.id).status is (S.PUBLISHED if public else S.HELD)
    assert len(desk.platform.public) == public


# --- 429 and tokens: the account, not the delivery ---


def test_a_limit_met_while_preparing_or_at_the_call_holds_for_the_account_without_a_lease(desk: Desk) -> None:
    add_account(desk.store)
    first = queue_delivery(desk.store)
    second = queue_delivery(desk.store, message="kedua", content=make_content(text="kedua"))
    again = desk.clock.now() + timedelta(minutes=7)
    desk.platform.next_answers = [NotSent("terlalu sering", retry_at=again)]
    assert desk.publish_due() == ["scheduled"]
    assert desk.publish_due() == []
    with desk.store.read() as tx:
        assert tx.exec_driver_sql("select count(*) from delivery where lease_until is not null").scalar() == 0
    desk.clock.pass_time(minutes=7)
    desk.platform.next_prepares = [NotSent("terlalu sering", retry_at=again + timedelta(minutes=3))]
    assert desk.publish_due() == ["scheduled"]
    assert desk.publish_due() == []
    desk.clock.pass_time(minutes=3)
    assert desk.publish_due() + desk.publish_due() == ["published", "published"]
    shown = [post.text for post in desk.platform.public]
    assert shown == [desk.row(each.id).content.text for each in (first, second)], "in due order"


def test_a_limit_that_outlasts_the_window_means_missed_with_an_alarm(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = [NotSent("terlalu sering", retry_at=desk.clock.now() + timedelta(hours=2))]
    assert desk.publish_due() == ["missed"]
    assert desk.row(row.id).status is S.MISSED
    assert rings(desk) == [AlarmKind.MISSED]


def test_rows_of_a_blocked_account_wake_only_to_be_missed(desk: Desk) -> None:
    account = add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_answers = [Unauthorized("token dicabut")]
    assert desk.publish_due() == ["scheduled"]
    desk.clock.pass_time(minutes=31)
    reap(desk)
    assert desk.row(row.id).status is S.MISSED
    assert set(rings(desk)) == {AlarmKind.BLOCKED, AlarmKind.MISSED}
    assert desk.publish_due() == []
    with desk.store.write() as tx:
        accounts.note_identity(tx, account.id, external_id="1", handle="@kab", now=desk.clock.now())
    assert desk.publish_due() == [], "what was missed is not sent by itself"


# --- disk full, database locked or gone ---


@contextmanager
def every_connection(store: Store, *statements: str) -> Iterator[None]:
    """Each connection that is opened from here on begins with these."""

    def begin(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    store.close()
    event.listen(store._engine, "connect", begin)
    try:
        yield
    finally:
        event.remove(store._engine, "connect", begin)
        store.close()


def went_wrong(desk: Desk) -> None:
    """The publisher says so, and has sent nothing."""
    with pytest.raises(StoreError) as error:
        desk.publish_due()
    assert error.value.hint
    assert desk.platform.public == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_full_disk_at_the_intent_means_no_intent_and_no_send(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    with desk.store.read() as tx:
        pages = int(tx.exec_driver_sql("pragma page_count").scalar() or 0)
    long = Prepared(markers={"key": "x" * 200_000})  # the attempt, with what was prepared, needs room
    with every_connection(desk.store, f"pragma max_page_count = {pages}"):
        desk.platform.next_prepares = [long]
        went_wrong(desk)
    assert desk.row(row.id).status is S.CLAIMED
    assert desk.row(row.id).attempts == 0
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == ["published"], "with room again it goes out"
    assert len(desk.platform.public) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_locked_database_means_no_intent_and_no_send(desk: Desk, tmp_path: Path) -> None:
    import sqlite3

    add_account(desk.store)
    row = queue_delivery(desk.store)
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    desk.platform.while_preparing = lambda: other.execute("begin exclusive") and None
    try:
        with every_connection(desk.store, "pragma busy_timeout = 50"):
            went_wrong(desk)
    finally:
        other.rollback()
        other.close()
    desk.platform.while_preparing = lambda: None
    assert desk.row(row.id).attempts == 0
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == ["published"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_database_that_is_gone_means_no_intent_and_no_send(desk: Desk, tmp_path: Path) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    file, aside = tmp_path / "test.db", tmp_path / "elsewhere"

    def take_away() -> None:
        desk.store.close()
        file.rename(aside)
        file.mkdir()

    desk.platform.while_preparing = take_away
    went_wrong(desk)
    file.rmdir()
    aside.rename(file)
    desk.platform.while_preparing = lambda: None
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == ["published"]
    assert desk.row(row.id).attempts == 1


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_database_server_that_cuts_us_off_means_no_intent_and_no_send(desk: Desk) -> None:
    import psycopg

    add_account(desk.store)
    row = queue_delivery(desk.store)
    address = desk.store._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = address.replace(f"/{desk.store._engine.url.database}", "/postgres", 1)
    name = desk.store._engine.url.database

    def shut(allowed: bool) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"alter database {name} allow_connections {str(allowed).lower()}")
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

    desk.platform.while_preparing = lambda: shut(False)
    try:
        went_wrong(desk)
    finally:
        shut(True)
    desk.platform.while_preparing = lambda: None
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == ["published"]
    assert desk.row(row.id).attempts == 1


def test_an_outcome_that_can_not_be_written_is_looked_up(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    write, broken = desk.store.write, []

    def no_room() -> None:
        broken.append(1)

    @contextmanager
    def writing() -> Iterator[Any]:
        if broken:
            raise StoreError("cakram penuh")
        with write() as tx:
            yield tx

    desk.store.write = writing  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        stopping_at(desk, Point.SENT, no_room)
    broken.clear()
    assert desk.row(row.id).status is S.SENDING
    desk.clock.pass_time(seconds=61)
    reap(desk)
    assert desk.publish_due() == []
    desk.clock.pass_time(seconds=16)
    assert desk.look() == ["published"]
    assert len(desk.platform.public) == 1


# --- clocks ---


def test_a_clock_that_jumps_forward_stops_everything_and_rings_before_anything_goes_out(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store, content=make_content(due_at=DUE + timedelta(hours=3)))
    watchdog = Watchdog(store=desk.store, clock=desk.clock)
    desk.clock.pass_time(minutes=1)
    watchdog.look()
    desk.clock.jump(3 * 3600)
    watchdog.look()
    assert desk.publish_due() == []
    reap(desk)
    assert desk.row(row.id).status is S.SCHEDULED, "and nothing is missed"
    assert desk.platform.public == []
    assert rings(desk) == [AlarmKind.CLOCK]


def test_a_clock_that_jumps_back_sends_nothing_early_and_nothing_twice(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)
    later = queue_delivery(desk.store, message="dua", content=make_content(text="2", due_at=DUE + timedelta(minutes=5)))
    assert desk.publish_due() == ["published"]
    desk.clock.pass_time(minutes=5)
    assert stopping_at(desk, Point.CLAIMED, lambda: desk.clock.jump(-600)) == ["scheduled"]
    assert len(desk.platform.public) == 1
    assert desk.publish_due() == []
    desk.clock.pass_time(minutes=10)
    reap(desk)
    assert desk.publish_due() == ["published"]
    assert [post.text for post in desk.platform.public] == ["Cuci tangan, yuk.", "2"]
    assert desk.platform.public[-1].at >= desk.row(later.id).content.due_at


def test_a_clock_that_jumps_during_the_call_sends_nothing_twice(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)

    def jump_and_reap() -> None:
        desk.clock.jump(3600)
        reap(desk)

    stopping_at(desk, Point.SENT, jump_and_reap)
    assert desk.row(row.id).status is S.UNCERTAIN
    desk.clock.pass_time(seconds=16)
    assert desk.look() == ["published"]
    assert len(desk.platform.public) == 1


# --- several publishers ---


@pytest.mark.parametrize("publishers", [2, 10])
def test_several_publishers_post_everything_once_and_each_account_in_due_order(desk: Desk, publishers: int) -> None:
    wanted: dict[str, list[str]] = {}
    for account in range(4):
        name = f"x-{account}"
        add_account(desk.store, name)
        for number in range(5):
            content = make_content(name, text=f"{name} {number}", due_at=DUE - timedelta(minutes=20 - number))
            queue_delivery(desk.store, account=name, message=f"m{number}", content=content)
            wanted.setdefault(name, []).append(content.text)
    lock = threading.Lock()
    publish = desk.platform.publish

    def one_after_the_other(*said: Any) -> Any:
        with lock:
            return publish(*said)

    desk.platform.publish = one_after_the_other  # type: ignore[method-assign]

    def work(owner: str) -> None:
        publisher = replace(desk.publisher, owner=owner)
        for _round in range(60):
            for claim in publisher.claim(2):
                publisher.publish(claim)
            if len(desk.platform.public) == 20:
                return

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(publishers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown: dict[str, list[str]] = {}
    for post in desk.platform.public:
        shown.setdefault(post.account, []).append(post.text)
    assert shown == wanted


# --- asleep past the due time ---


def test_after_a_sleep_it_goes_out_late_within_its_window_and_the_attempt_says_when(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.clock.pass_time(minutes=25)
    reap(desk)
    assert desk.publish_due() == ["published"]
    with desk.store.read() as tx:
        [attempt] = deliveries.attempts(tx, row.id)
    assert attempt["started_at"] - row.content.due_at == timedelta(minutes=25)


def test_after_a_long_sleep_it_is_missed_with_an_alarm_and_there_is_no_burst(desk: Desk) -> None:
    add_account(desk.store)
    for hour in range(5):
        content = make_content(text=f"pukul {hour}", due_at=DUE + timedelta(hours=hour))
        queue_delivery(desk.store, message=f"m{hour}", content=content)
    desk.clock.pass_time(hours=4, minutes=10)
    assert len(reap(desk)) == 4
    assert rings(desk) == [AlarmKind.MISSED] * 4
    assert desk.publish_due() + desk.publish_due() == ["published"]
    assert [post.text for post in desk.platform.public] == ["pukul 4"]


def test_what_is_late_together_leaves_at_the_accounts_distance(desk: Desk) -> None:
    add_account(desk.store)
    for number in range(3):
        content = make_content(text=f"pesan {number}", due_at=DUE + timedelta(minutes=number))
        queue_delivery(desk.store, message=f"m{number}", content=content)
    apart = desk.spaced(timedelta(minutes=2))
    desk.clock.pass_time(minutes=20)
    seen = []
    for _minute in range(5):
        seen.append(apart.publish_due())
        desk.clock.pass_time(minutes=1)
    assert seen == [["published"], [], ["published"], [], ["published"]]


# --- edited or cancelled in flight ---


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.PREPARED])
def test_an_edit_or_a_cancel_before_the_intent_wins(desk: Desk, point: Point) -> None:
    add_account(desk.store)
    edited, cancelled = queue_delivery(desk.store), queue_delivery(desk.store, message="dua")
    stopping_at(desk, point, lambda: edit(desk, edited.id))
    assert desk.row(edited.id).status is S.WAITING
    stopping_at(desk, point, lambda: cancel(desk, cancelled.id))
    assert desk.row(cancelled.id).status is S.CANCELLED
    assert desk.platform.public == []


@pytest.mark.parametrize("point", [Point.INTENT, Point.GUARDED, Point.SENT])
def test_an_edit_or_a_cancel_after_the_intent_is_refused(desk: Desk, point: Point) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    done: list[bool] = []
    act = lambda: done.extend([edit(desk, row.id), cancel(desk, row.id)])  # noqa: E731
    assert stopping_at(desk, point, act) == ["published"]
    assert done == [False, False]
    assert [post.text for post in desk.platform.public] == [row.content.text]


def edit(desk: Desk, delivery_id: int) -> bool:
    more: dict[str, Any] = {"version_id": 1, "zone": "WIB", "sources_until": None, "cost": 0}
    with desk.store.write() as tx:
        return deliveries.put(tx, desk.row(delivery_id).key, make_content(text="baru"), next_at=DUE, **more)


def cancel(desk: Desk, delivery_id: int) -> bool:
    with desk.store.write() as tx:
        return deliveries.cancel(tx, delivery_id, reason="dibatalkan")


# --- some fail ---


def test_some_accounts_fail_and_a_retry_touches_only_them(desk: Desk) -> None:
    for name in ("x-1", "x-2", "x-3"):
        add_account(desk.store, name)
    rows = [
        queue_delivery(desk.store, account=f"x-{n}", content=make_content(f"x-{n}", text=f"{n}")) for n in (1, 2, 3)
    ]
    desk.platform.next_answers = ["ok", OutcomeUnknown("tidak ada jawaban"), "ok"]
    assert sorted(desk.publish_due()) == ["published", "published", "uncertain"]
    for seconds in (16, 46, 241, 601):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    [held] = [row for row in rows if desk.row(row.id).status is S.HELD]
    Settler(look_up=desk.look_up).send(held.id, within=timedelta(minutes=5))
    assert desk.publish_due() == ["published"]
    assert len(desk.platform.public) == 3
    assert sorted(desk.row(row.id).attempts for row in rows) == [1, 1, 2]


# --- media still processing ---


def test_media_that_are_not_ready_wait_until_the_window_closes(desk: Desk) -> None:
    add_account(desk.store)
    row = queue_delivery(desk.store)
    desk.platform.next_prepares = [Prepared(markers={"key": "k"}, ready=False)] * 1000
    for _minute in range(31):
        assert desk.publish_due() == ["scheduled"]
        reap(desk)
        desk.clock.pass_time(minutes=1)
    reap(desk)
    assert desk.row(row.id).status is S.MISSED
    assert desk.platform.public == []
    assert rings(desk) == [AlarmKind.MISSED]


def test_what_was_prepared_and_has_expired_is_prepared_again(desk: Desk) -> None:
    add_account(desk.store)
    queue_delivery(desk.store, content=make_content(due_at=DUE + timedelta(minutes=5)))
    with desk.store.write() as tx:
        tx.execute(deliveries.delivery.update().values(next_at=DUE))
    soon = desk.clock.now() + timedelta(minutes=2)
    desk.platform.next_prepares = [Prepared(markers={"key": "Cuci tangan, yuk."}, expires_at=soon)]
    assert desk.publish_due() == ["scheduled"]
    desk.clock.pass_time(minutes=5)
    assert desk.publish_due() == ["published"]
    assert desk.platform.prepares == 2


# --- frozen between intent and call ---


@pytest.mark.parametrize("seconds", [31, 61, 4000])
def test_a_publisher_frozen_between_intent_and_call_sends_nothing(desk: Desk, seconds: int) -> None:
    add_account(desk.store)
    queue_delivery(desk.store)

    def freeze() -> None:
        desk.clock.pass_time(seconds=seconds)
        reap(desk)

    stopping_at(desk, Point.INTENT, freeze)
    assert desk.platform.public == []


# --- one text, two deliveries ---


def test_a_look_up_does_not_take_the_post_of_another_delivery_for_its_own(desk: Desk) -> None:
    """The same text twice on one account: what was recorded for one proves nothing about the other."""
    add_account(desk.store)
    lost = queue_delivery(desk.store, content=make_content(due_at=DUE - timedelta(minutes=1)))
    other = queue_delivery(desk.store, message="lagi")
    desk.platform.next_answers = [OutcomeUnknown("tidak ada jawaban")]
    assert desk.publish_due() == ["uncertain"]
    for seconds in (16, 46):
        desk.clock.pass_time(seconds=seconds)
        assert desk.look() == ["uncertain"]
    assert desk.publish_due() == ["published"]
    for seconds in (241, 601):
        desk.clock.pass_time(seconds=seconds)
        desk.look()
    assert desk.row(lost.id).status is S.HELD
    assert desk.row(other.id).post
    held = Settler(look_up=desk.look_up).there(lost.id, "https://lying.example/1")
    assert held.status in (S.HELD, S.PUBLISHED), "an address that is another's is no crash"


def test_the_answer_of_a_slow_call_is_not_lost_to_a_look_up_with_the_same_text(desk: Desk, clock: SetClock) -> None:
    add_account(desk.store)
    lost = queue_delivery(desk.store, content=make_content(due_at=DUE - timedelta(minutes=1)))
    other = queue_delivery(desk.store, message="lagi")
    desk.platform.next_answers = [OutcomeUnknown("tidak ada jawaban")]
    assert desk.publish_due() == ["uncertain"]
    for seconds in (16, 46):
        clock.pass_time(seconds=seconds)
        desk.look()

    def look_for_the_other() -> None:
        clock.pass_time(seconds=241)
        desk.look()

    assert stopping_at(desk, Point.SENT, look_for_the_other) == ["uncertain"]
    assert desk.row(lost.id).status is S.PUBLISHED, "nobody can tell the two apart"
    reap(desk)
    for seconds in (16, 46, 241, 601):
        clock.pass_time(seconds=seconds)
        desk.look()
    assert desk.row(other.id).status is S.HELD, "so a person looks"
    assert len(desk.platform.public) == 1
