"""Who took part, by unit and with a denominator; no group is small enough to point at a person."""

from collections.abc import Mapping

import pytest
from sqlalchemy import insert, update

from prokes_social.model.participation import SMALLEST, Counts, Participation
from prokes_social.model.staff import StaffMember
from prokes_social.model.wave import Step, Wave, WaveStatus
from prokes_social.reporting.participation import participation_in
from prokes_social.store import Store, offers
from prokes_social.store.tables import click, person
from tests.factories import DUE, add_person, put_wave


def hire(store: Store, unit: str, count: int, **more: bool) -> list[StaffMember]:
    return [add_person(store, f"{unit} {n}", unit=unit, **more) for n in range(count)]


def ask(store: Store, wave: Wave, people: list[StaffMember], *, said: int = 0, declined: int = 0) -> None:
    """Offer it to these; the first of them say that they shared, the last decline."""
    with store.write() as tx:
        offers.add(tx, wave.id, [(each.id, each.unit.id) for each in people], now=DUE)
        made = offers.of_wave(tx, wave.id)[-len(people) :]
        for offer in made[:said]:
            for step in (Step.OPENED, Step.SHEET, Step.SAID):
                offers.note(tx, offer.id, step, now=DUE)
        for offer in made[len(made) - declined :]:
            offers.note(tx, offer.id, Step.DECLINED, now=DUE)


def of(store: Store) -> Participation:
    with store.read() as tx:
        return participation_in(tx, "agen")[-1]


def rows(found: Participation) -> Mapping[tuple[str, ...], Counts]:
    return {row.units: row.counts for row in found.rows}


def test_each_unit_has_its_denominator_and_rate(store: Store) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "dinkes", 8), said=6)
    ask(store, wave, hire(store, "satpol", 5), said=5)
    hire(store, "dinkes", 4, agreed=False)
    found = of(store)
    assert list(rows(found)) == [("Satpol",), ("Dinkes",)]
    counts = rows(found)["Dinkes",]
    assert (counts.members, counts.offered, counts.opened, counts.said, counts.proof) == (12, 8, 6, 6, 0)
    assert counts.rate == 75
    assert found.total
    assert (found.total.members, found.total.said) == (17, 11)


def test_who_declined_is_told_nowhere(store: Store) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "dinkes", 8), said=3, declined=2)
    assert "declined" not in Counts.__dataclass_fields__
    before = of(store)
    with store.write() as tx:
        for offer in offers.of_wave(tx, wave.id):
            offers.take_back(tx, offer.id, Step.DECLINED)
    assert of(store) == before


@pytest.mark.parametrize("small", [[1], [2, 1], [4], [4, 4], [3, 1, 1]])
def test_small_groups_are_shown_together_and_can_not_be_worked_out(store: Store, small: list[int]) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "besar", 20), said=9)
    ask(store, wave, hire(store, "sedang", 6), said=2)
    for number, count in enumerate(small):
        ask(store, wave, hire(store, f"kecil-{number}", count), said=1)
    found = of(store)
    assert found.total
    assert all(row.counts.offered >= SMALLEST for row in found.rows)
    assert sum(row.counts.said for row in found.rows) == found.total.said
    hidden = [row for row in found.rows if len(row.units) > 1]
    assert len(hidden) == 1
    assert {f"Kecil-{number}" for number in range(len(small))} <= set(hidden[0].units)


def test_a_wave_of_few_people_shows_nothing(store: Store) -> None:
    wave = put_wave(store, audience="leaders", status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "setda", 4, leader=True), said=3)
    found = of(store)
    assert (found.rows, found.total) == ((), None)


def test_a_large_unit_in_which_few_were_asked_is_a_small_group_too(store: Store) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "dinkes", 10), said=5)
    ask(store, wave, hire(store, "satpol", 2), said=1)
    hire(store, "satpol", 30, agreed=False)
    assert list(rows(of(store))) == [("Dinkes", "Satpol")]


def test_whoever_moves_is_counted_where_they_were_asked(store: Store) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    people = hire(store, "dinkes", 6)
    ask(store, wave, people, said=6)
    hire(store, "satpol", 6, agreed=False)
    with store.write() as tx:
        tx.execute(update(person).where(person.c.id == people[0].id).values(unit_id="satpol"))
    found = rows(of(store))
    assert (found["Dinkes",].members, found["Dinkes",].said) == (6, 6)
    assert found["Satpol",].members == 6


def test_clicks_are_summed_and_visitors_counted_once_a_day(store: Store) -> None:
    wave = put_wave(store, status=WaveStatus.OPEN)
    ask(store, wave, hire(store, "dinkes", 5))
    with store.write() as tx:
        first = offers.of_wave(tx, wave.id)[0].id
        seen = {"offer_id": first, "day": DUE.date()}
        tx.execute(insert(click), [{**seen, "place": "w", "visitor": "a", "count": 2}])
        tx.execute(insert(click), [{**seen, "place": "w", "visitor": "b", "count": 1}])
    counts = rows(of(store))["Dinkes",]
    assert (counts.clicks, counts.visitors) == (3, 2)
