"""Alarms, switches and workers' signs of life: several machines may say the same thing at the same moment."""

import threading
from collections.abc import Callable

from prokes_social.model.alarm import AlarmKind
from prokes_social.store import Connection, Store, alarms, presence, switches
from tests.conftest import NOON


def at_once(store: Store, write: Callable[[Connection], object], times: int = 6) -> list[object]:
    together = threading.Barrier(times)
    results: list[object] = []

    def act() -> None:
        together.wait()
        with store.write() as tx:
            results.append(write(tx))

    threads = [threading.Thread(target=act) for _time in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_trouble_noticed_by_several_rings_once(store: Store) -> None:
    said = at_once(store, lambda tx: alarms.ring(tx, AlarmKind.DATABASE, "database", "hilang", now=NOON))
    assert sorted(said, key=bool) == [False] * 5 + [True]


def test_a_switch_that_several_turn_on_is_turned_on_by_one(store: Store) -> None:
    said = at_once(store, lambda tx: switches.turn_on(tx, switches.STOP, who="Ayu", now=NOON))
    assert sorted(said, key=bool) == [False] * 5 + [True]


def test_a_worker_that_reports_twice_at_once_is_one_worker(store: Store) -> None:
    assert at_once(store, lambda tx: presence.report(tx, "a", now=NOON)) == [None] * 6
    with store.read() as tx:
        assert len(presence.workers(tx)) == 1
