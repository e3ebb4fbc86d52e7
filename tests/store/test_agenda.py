"""The queue as a calendar asks for it, on both databases."""

from datetime import timedelta

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store import Store, agenda
from prokes_social.store.agenda import Filter
from tests.factories import DUE, add_account, make_content, queue_delivery

MIDNIGHT = DUE.replace(hour=0, minute=0)


def queue(store: Store, name: str, minutes: int, account: str = "x-kabupaten") -> int:
    due_at = DUE + timedelta(minutes=minutes)
    return queue_delivery(
        store, account=account, message=name, content=make_content(account, text=name, due_at=due_at)
    ).id


def test_days_are_counted_from_the_office_s_midnight_on(store: Store) -> None:
    add_account(store)
    for name, minutes in (("tadi", -1), ("pagi", 0), ("besok", 1440), ("lusa", 2880)):
        queue(store, name, minutes)
    with store.read() as tx:
        days = agenda.by_day(tx, Filter(), first=DUE, days=2)
    assert days == [{DeliveryStatus.SCHEDULED: 1}, {DeliveryStatus.SCHEDULED: 1}]


def test_two_of_one_account_are_too_close_below_the_gap_and_not_at_it(store: Store) -> None:
    add_account(store)
    add_account(store, "fb-kabupaten", "facebook")
    first, second, third = queue(store, "satu", 0), queue(store, "dua", 9), queue(store, "tiga", 19)
    queue(store, "lain", 5, "fb-kabupaten")
    with store.read() as tx:
        found = agenda.crowded(tx, since=MIDNIGHT, until=MIDNIGHT + timedelta(days=1), gap=timedelta(minutes=10))
    assert found == {first: DUE, second: DUE + timedelta(minutes=9)}, third
