"""The queue's conditional updates, on SQLite and on PostgreSQL."""

import threading
from datetime import timedelta

import pytest

from prokes_social.model.delivery import MOVES, Claim, DeliveryStatus, Outcome
from prokes_social.model.platform import Post, Prepared
from prokes_social.store import Store, accounts, claims, deliveries
from tests.conftest import SetClock
from tests.factories import DUE, add_account, make_content, queue_delivery

S = DeliveryStatus
LEASE = timedelta(seconds=60)


def claim(store: Store, clock: SetClock, owner: str = "a", limit: int = 10) -> list[Claim]:
    with store.write() as tx:
        return claims.claim(
            tx, owner=owner, now=clock.now(), uptime=clock.uptime(), lease_until=clock.now() + LEASE, limit=limit
        )


def begin(store: Store, held: Claim, clock: SetClock) -> int | None:
    with store.write() as tx:
        return claims.begin_sending(
            tx, held, prepared=Prepared(markers={"key": "1"}), now=clock.now(), today=clock.now().date()
        )


def status(store: Store, delivery_id: int) -> DeliveryStatus:
    with store.read() as tx:
        row = deliveries.get(tx, delivery_id)
    assert row
    return row.status


def test_a_due_delivery_is_claimed_once(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store)
    assert [held.delivery.id for held in claim(store, clock)] == [row.id]
    assert claim(store, clock, "b") == []


def test_nothing_is_claimed_before_its_time(store: Store, clock: SetClock) -> None:
    add_account(store)
    queue_delivery(store, content=make_content(due_at=DUE + timedelta(seconds=1)))
    assert claim(store, clock) == []


def test_what_is_not_approved_waits(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store, approved=False)
    assert row.status is S.WAITING
    assert claim(store, clock) == []


def test_one_account_is_served_in_due_order_and_one_at_a_time(store: Store, clock: SetClock) -> None:
    add_account(store)
    late = queue_delivery(store, message="kedua", content=make_content(text="2", due_at=DUE - timedelta(minutes=1)))
    early = queue_delivery(store, message="pertama", content=make_content(text="1", due_at=DUE - timedelta(minutes=2)))
    [first] = claim(store, clock)
    assert first.delivery.id == early.id
    assert claim(store, clock, "b") == [], "the account is busy"
    assert begin(store, first, clock) == 1
    with store.write() as tx:
        claims.record_post(tx, first, Post(external_id="9", permalink="p", published_at=DUE), found_by="answer")
    assert [held.delivery.id for held in claim(store, clock)] == [late.id]


def test_two_accounts_are_served_at_the_same_time(store: Store, clock: SetClock) -> None:
    add_account(store)
    add_account(store, "x-provinsi")
    queue_delivery(store)
    queue_delivery(store, account="x-provinsi")
    assert len(claim(store, clock)) == 2


def test_a_paused_or_blocked_account_is_left_alone(store: Store, clock: SetClock) -> None:
    account = add_account(store)
    queue_delivery(store)
    with store.write() as tx:
        accounts.pause(tx, account.id, clock.now() + timedelta(seconds=30))
    assert claim(store, clock) == []
    clock.pass_time(31)
    with store.write() as tx:
        accounts.block(tx, account.id, why="token ditolak", now=clock.now())
    assert claim(store, clock) == []


def test_an_intent_under_an_old_fence_is_refused(store: Store, clock: SetClock) -> None:
    add_account(store)
    queue_delivery(store)
    [old] = claim(store, clock, "a")
    clock.pass_time(61)
    with store.write() as tx:
        assert claims.reap(tx, now=clock.now(), first_look=clock.now(), reason="") == (1, 0)
    [new] = claim(store, clock, "b")
    assert begin(store, old, clock) is None
    assert begin(store, new, clock) == 1


def test_an_edit_before_the_intent_wins_and_after_it_is_refused(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store)
    [held] = claim(store, clock)
    edited = make_content(text="Cuci tangan 20 detik.")
    more = {"version_id": 1, "zone": "WIB", "sources_until": None, "cost": 0, "next_at": DUE}
    with store.write() as tx:
        assert deliveries.put(tx, row.key, edited, **more)
    assert begin(store, held, clock) is None
    assert status(store, row.id) is S.WAITING

    other = queue_delivery(store, message="masker")
    [held] = claim(store, clock)
    assert begin(store, held, clock) == 1
    with store.write() as tx:
        assert not deliveries.put(tx, other.key, edited, **more)
        assert not deliveries.cancel(tx, other.id, reason="")
    assert status(store, other.id) is S.SENDING


def test_a_send_that_was_lost_becomes_uncertain_and_never_scheduled(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store)
    [held] = claim(store, clock)
    begin(store, held, clock)
    clock.pass_time(61)
    with store.write() as tx:
        assert claims.reap(tx, now=clock.now(), first_look=clock.now(), reason="hilang") == (0, 1)
    assert status(store, row.id) is S.UNCERTAIN
    assert claim(store, clock) == []
    with store.write() as tx:
        taken = claims.claim_lookups(tx, owner="b", now=clock.now(), uptime=0, lease_until=clock.now() + LEASE, limit=5)
        again = claims.claim_lookups(tx, owner="c", now=clock.now(), uptime=0, lease_until=clock.now() + LEASE, limit=5)
    assert [each.delivery.id for each in taken] == [row.id]
    assert again == []


def test_an_expired_source_stops_the_intent(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store)
    with store.write() as tx:
        tx.exec_driver_sql(f"update delivery set sources_until = '2026-11-22' where id = {row.id}")
    [held] = claim(store, clock)
    assert begin(store, held, clock) is None


def test_deliveries_whose_window_closed_are_missed(store: Store, clock: SetClock) -> None:
    add_account(store)
    row = queue_delivery(store)
    clock.pass_time(minutes=31)
    with store.write() as tx:
        assert claims.miss_overdue(tx, now=clock.now(), reason="terlambat") == [row.id]
    assert status(store, row.id) is S.MISSED


def test_ten_publishers_never_share_a_delivery(store: Store, clock: SetClock) -> None:
    for number in range(8):
        add_account(store, f"x-{number}")
        for message in range(3):
            due = DUE - timedelta(minutes=5 - message)
            content = make_content(f"x-{number}", text=f"{message}", due_at=due)
            queue_delivery(store, account=f"x-{number}", message=f"m{message}", content=content)
    taken: list[int] = []

    def work(owner: str) -> None:
        for _round in range(30):
            for held in claim(store, clock, owner, limit=2):
                if begin(store, held, clock) is None:
                    continue
                taken.append(held.delivery.id)
                post = Post(external_id=str(held.delivery.id), permalink="p", published_at=DUE)
                with store.write() as tx:
                    claims.end_attempt(tx, held.delivery.id, outcome=Outcome.PUBLISHED, said="", now=clock.now())
                    claims.record_post(tx, held, post, found_by="answer")

    threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 24


@pytest.mark.parametrize("start", list(S))
def test_every_status_says_what_it_means_and_where_it_leads(start: DeliveryStatus) -> None:
    assert start.label.id
    assert start.label.en
    assert start.remark.id
    assert start.remark.en
    assert start in MOVES
