"""Clicks add up by visitor, place and day; the day's salt is one for all machines and gone on the next."""

import threading
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from prokes_social.model.wave import WaveStatus
from prokes_social.store import Store, backups, clicks, offers
from prokes_social.store.clicks import Click, Visits
from prokes_social.store.tables import click, day_salt
from tests.factories import DUE, add_person, put_wave

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)


def offer_to(store: Store, name: str = "Budi", occurrence: str = "pagi@2026-11-23") -> tuple[int, int]:
    """A new person's offer; ids of both."""
    person, wave = add_person(store, name), put_wave(store, status=WaveStatus.OPEN, occurrence=occurrence)
    with store.write() as tx:
        offers.add(tx, wave.id, [(person.id, person.unit.id)], now=DUE)
        return offers.of_wave(tx, wave.id)[-1].id, person.id


def visit(offer_id: int, visitor: str = "a", place: str = "whatsapp", day: date = MONDAY) -> Click:
    return Click(offer_id=offer_id, place=place, day=day, visitor=visitor)


def test_the_same_visitor_again_raises_the_count_of_one_row(store: Store) -> None:
    offer_id, person_id = offer_to(store)
    with store.write() as tx:
        clicks.add(tx, [visit(offer_id), visit(offer_id), visit(offer_id, "b")])
    with store.write() as tx:
        clicks.add(tx, [visit(offer_id), visit(offer_id, place="x"), visit(offer_id, day=TUESDAY)])
        clicks.add(tx, [])
    with store.read() as tx:
        rows = {(row.place, row.day, row.visitor): row.count for row in tx.execute(select(click))}
        assert clicks.of_person(tx, person_id) == Visits(clicks=6, visitors=4)
    assert rows == {
        ("whatsapp", MONDAY, "a"): 3, ("whatsapp", MONDAY, "b"): 1, ("x", MONDAY, "a"): 1,
        ("whatsapp", TUESDAY, "a"): 1,
    }  # fmt: skip


def test_a_person_sees_the_visits_to_their_own_links_alone(store: Store) -> None:
    first, budi = offer_to(store)
    second, citra = offer_to(store, "Citra")
    _third, nobody = offer_to(store, "Dewi")
    with store.write() as tx:
        clicks.add(tx, [visit(first), visit(second), visit(second, "b")])
    with store.read() as tx:
        sums = [clicks.of_person(tx, each) for each in (budi, citra, nobody)]
    assert sums == [Visits(clicks=1, visitors=1), Visits(clicks=2, visitors=2), Visits()]


def test_writers_at_once_lose_no_click(store: Store) -> None:
    ids = [offer_to(store, f"Pegawai {n}")[0] for n in range(5)]

    def count(order: list[int]) -> None:
        for _round in range(20):
            with store.write() as tx:
                clicks.add(tx, [visit(each) for each in order])

    threads = [threading.Thread(target=count, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert [row.count for row in tx.execute(select(click))] == [40] * 5


def test_a_day_has_one_salt_and_the_next_day_it_is_gone(store: Store) -> None:
    with store.write() as tx:
        monday = clicks.salt_of(tx, MONDAY)
        assert len(monday) == 32
    with store.write() as tx:
        assert clicks.salt_of(tx, MONDAY) == monday
        assert not clicks.has_salts(tx, before=MONDAY)
        assert clicks.has_salts(tx, before=TUESDAY)
        assert clicks.salt_of(tx, TUESDAY) != monday
    with store.read() as tx:
        assert [row.day for row in tx.execute(select(day_salt))] == [TUESDAY]


def test_a_salt_leaves_no_bytes_in_the_file(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    with store.write() as tx:
        salt = clicks.salt_of(tx, MONDAY)
    with store.write() as tx:
        clicks.forget_salts(tx, before=TUESDAY)
    store.close()  # the last to leave folds the log into the file
    assert not [file for file in tmp_path.iterdir() if salt in file.read_bytes()]


def test_a_backup_holds_the_clicks_and_no_salt(store: Store, tmp_path: Path) -> None:
    offer_id, _person_id = offer_to(store)
    with store.write() as tx:
        clicks.salt_of(tx, MONDAY)
        clicks.add(tx, [visit(offer_id)])
    backups.write(store, tmp_path / "cadangan.db", now=DUE, who="Ayu")
    kept = Store(f"sqlite:///{tmp_path / 'cadangan.db'}")
    with kept.read() as tx:
        assert tx.execute(select(day_salt)).all() == []
        assert len(tx.execute(select(click)).all()) == 1
    kept.close()
