"""Waves open at their time, after others or by a person; only those who agreed are asked, and never at night."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Opened, Step, WaveStatus
from prokes_social.sharing import Opener
from prokes_social.sharing.quiet import QuietTimes
from prokes_social.store import Store, accounts, alarms, consents, offers, switches, waves
from tests.conftest import SetClock
from tests.factories import DUE, add_account, add_person, put_wave

QUIET = QuietTimes(starts=time(19), ends=time(6, 30), on_holidays=False, days=())


def opener(store: Store, clock: SetClock, **more: Any) -> Opener:
    return Opener(**{"store": store, "clock": clock, "quiet": QUIET, "per_week": 5, **more})


def asked(store: Store, wave_id: int) -> list[int | None]:
    with store.read() as tx:
        return [offer.person_id for offer in offers.of_wave(tx, wave_id)]


def status(store: Store, wave_id: int) -> WaveStatus:
    with store.read() as tx:
        found = waves.get(tx, wave_id)
    assert found
    return found.status


def test_a_wave_asks_at_its_hour_on_the_wall_of_each_unit(store: Store, clock: SetClock) -> None:
    west = add_person(store, unit="setda", zone="WIB")
    east = add_person(store, unit="papua", zone="WIT")
    wave = put_wave(store, wall_time="2026-11-23 12.00")  # 12.00 WIB is what the clock shows
    clock.pass_time(hours=-2, minutes=-1)
    assert opener(store, clock).run() == 0
    clock.pass_time(minutes=1)  # 12.00 WIT
    assert opener(store, clock).run() == 1
    assert asked(store, wave.id) == [east.id]
    clock.pass_time(hours=2)
    assert opener(store, clock).run() == 1
    assert asked(store, wave.id) == [east.id, west.id]
    assert opener(store, clock).run() == 0


def test_leaders_and_staff_are_two_groups(store: Store, clock: SetClock) -> None:
    leader, clerk = add_person(store, leader=True), add_person(store)
    first, second = put_wave(store, audience="leaders", occurrence="a@2026-11-23"), put_wave(store)
    opener(store, clock).run()
    assert (asked(store, first.id), asked(store, second.id)) == ([leader.id], [clerk.id])


def test_only_those_who_agreed_are_asked_and_whoever_agrees_later_is_asked_then(store: Store, clock: SetClock) -> None:
    person = add_person(store, agreed=False)
    wave = put_wave(store)
    for given, expected in ((None, []), (False, []), (True, [person.id])):
        if given is not None:
            with store.write() as tx:
                consents.record(tx, person.id, Purpose.LINK, given=given, wording="ya", by="person", now=clock.now())
        opener(store, clock).run()
        assert asked(store, wave.id) == expected


def test_the_staff_wave_opens_when_enough_leaders_said_that_they_shared(store: Store, clock: SetClock) -> None:
    leaders = [add_person(store, f"Pimpinan {n}", leader=True) for n in range(5)]
    clerk = add_person(store)
    first = put_wave(store, audience="leaders", occurrence="pimpinan@2026-11-23")
    second = put_wave(store, occurrence="pegawai@2026-11-25", wall_time="2026-11-25 12.00", after="pimpinan", share=60)
    opener(store, clock).run()
    with store.read() as tx:
        given = {offer.person_id: offer.id for offer in offers.of_wave(tx, first.id)}
    for count, leader in enumerate(leaders[:3], start=1):
        assert status(store, second.id) is WaveStatus.READY
        with store.write() as tx:
            offers.note(tx, given[leader.id], Step.SAID, now=clock.now())
        opener(store, clock).run()
        assert asked(store, second.id) == ([clerk.id] if count == 3 else [])
    with store.read() as tx:
        opened = waves.get(tx, second.id)
    assert opened
    assert opened.opened_by is Opened.SHARE


def test_at_its_time_it_opens_without_them(store: Store, clock: SetClock) -> None:
    clerk = add_person(store)
    put_wave(store, audience="leaders", occurrence="pimpinan@2026-11-23")
    second = put_wave(store, after="pimpinan", share=60)
    opener(store, clock).run()
    assert asked(store, second.id) == [clerk.id]


def test_a_person_opens_a_wave_before_its_time_but_not_without_approval(store: Store, clock: SetClock) -> None:
    clerk = add_person(store)
    ready = put_wave(store, wall_time="2026-11-30 12.00")
    unapproved = put_wave(store, occurrence="lain@2026-11-30", status=WaveStatus.WAITING)
    assert opener(store, clock).open_by_hand(ready.id)
    assert not opener(store, clock).open_by_hand(unapproved.id)
    opener(store, clock).run()
    assert (asked(store, ready.id), asked(store, unapproved.id)) == ([clerk.id], [])


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        (7, QUIET),  # 19.00 WIB
        (0, QuietTimes(starts=time(19), ends=time(6, 30), on_holidays=False, days=(date(2026, 11, 23),))),
        (32 * 24, QUIET),  # Christmas
        (4 * 24 - 0.25, QUIET),  # Friday, 11.45
    ],
)
def test_nobody_is_asked_in_quiet_times(store: Store, clock: SetClock, hours: float, quiet: QuietTimes) -> None:
    add_person(store)
    wave = put_wave(store, closes_at=DUE + timedelta(days=60))
    clock.pass_time(hours=hours)
    assert opener(store, clock, quiet=quiet).run() == 0
    assert asked(store, wave.id) == []


def test_nobody_is_asked_more_often_in_a_week_than_the_office_wants(store: Store, clock: SetClock) -> None:
    person = add_person(store)
    both = [put_wave(store, occurrence=f"pagi@2026-11-2{n}") for n in (3, 4)]
    opener(store, clock, per_week=1).run()
    assert [asked(store, wave.id) for wave in both] == [[person.id], []]
    clock.pass_time(days=7, minutes=1)
    opener(store, clock, per_week=1).run()
    assert [asked(store, wave.id) for wave in both] == [[person.id], [person.id]]


def test_a_stop_stops_asking_too(store: Store, clock: SetClock) -> None:
    add_person(store)
    put_wave(store)
    with store.write() as tx:
        switches.turn_on(tx, switches.STOP, who="Ayu", now=clock.now())
    assert opener(store, clock).run() == 0


def test_an_edited_wave_asks_nobody_until_it_is_approved_again(store: Store, clock: SetClock) -> None:
    first = add_person(store)
    wave = put_wave(store)
    opener(store, clock).run()
    put_wave(store, captions=("Teks baru.",), status=WaveStatus.WAITING)
    second = add_person(store, "Citra")
    assert opener(store, clock).run() == 0
    with store.read() as tx:
        assert offers.of_person(tx, first.id) == []
    put_wave(store, captions=("Teks baru.",))
    assert status(store, wave.id) is WaveStatus.OPEN
    opener(store, clock).run()
    assert asked(store, wave.id) == [first.id, second.id]


def test_an_account_without_api_is_offered_to_its_owner_and_deputy_and_missed_when_nobody_posts(
    store: Store, clock: SetClock
) -> None:
    owner, deputy, _other = (add_person(store, name, agreed=False) for name in ("Ayu", "Budi", "Citra"))
    account = add_account(store, "ig-dinkes", "instagram")
    with store.write() as tx:
        accounts.set_by_hand(tx, account.id, owner_id=owner.id, deputy_id=deputy.id)
    wave = put_wave(store, audience="account:ig-dinkes", zone="WIB", closes_at=DUE + timedelta(minutes=30))
    opener(store, clock).run()
    assert asked(store, wave.id) == [owner.id, deputy.id]
    clock.pass_time(minutes=30)
    opener(store, clock).run()
    assert status(store, wave.id) is WaveStatus.CLOSED
    with store.read() as tx:
        assert [alarm.kind.value for alarm in alarms.ringing(tx)] == ["by-hand-missed"]


def test_a_post_that_was_confirmed_is_not_missed(store: Store, clock: SetClock) -> None:
    owner = add_person(store, agreed=False)
    account = add_account(store, "ig-dinkes", "instagram")
    with store.write() as tx:
        accounts.set_by_hand(tx, account.id, owner_id=owner.id, deputy_id=None)
    wave = put_wave(store, audience="account:ig-dinkes", zone="WIB", closes_at=DUE + timedelta(minutes=30))
    opener(store, clock).run()
    with store.write() as tx:
        (offer,) = offers.of_wave(tx, wave.id)
        offers.note(tx, offer.id, Step.PROOF, now=clock.now())
    clock.pass_time(minutes=30)
    opener(store, clock).run()
    with store.read() as tx:
        assert alarms.ringing(tx) == []
