"""The same office on PostgreSQL: several workers, woken by each other."""

import threading
import time
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.clock import SystemClock
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.settings import load_settings
from prokes_social.store import Store
from prokes_social.worker import Worker
from tests.conftest import new_database
from tests.office import open_office


@pytest.fixture
def database(postgres_server: str) -> str:
    url = new_database(postgres_server)
    store = Store(url)
    store.migrate()
    store.close()
    return url


@pytest.mark.slow
def test_two_workers_on_postgresql_post_everything_once(tmp_path: Path, database: str) -> None:
    with open_office(tmp_path / "kantor", database_url=database) as office:
        office.add_accounts()
        path = office.write_campaign(office.send("tangan", seconds=4), office.send("masker", seconds=5))
        office.app.campaigns.schedule(path, by="Ayu")
        office.app.campaigns.approve(path, who="Citra")
        others = [App(load_settings(office.environment)) for _number in range(2)]
        threads = [threading.Thread(target=Worker(app).run, kwargs={"until_idle": True}) for app in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        for app in others:
            app.close()
        rows = office.app.deliveries.listing()
        assert {row.status for row in rows} == {DeliveryStatus.PUBLISHED}
        assert len(office.sandbox.posts()) == 6


def test_the_databases_clock_decides_and_runs_on_between_readings(database: str) -> None:
    store = Store(database)
    clock = store.clock()
    first = clock.now()
    assert abs((first - SystemClock().now()).total_seconds()) < 1
    time.sleep(0.05)
    assert 0.04 < (clock.now() - first).total_seconds() < 1
    store.close()


def test_an_approval_wakes_publishers_of_other_machines(database: str) -> None:
    from tests.factories import add_account, queue_delivery

    store = Store(database)
    beats: list[float] = []
    over = threading.Event()

    def listen() -> None:
        for _beat in store.wakeups(over.is_set):
            beats.append(time.monotonic())

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(0.6)
    add_account(store)
    queue_delivery(store)
    deadline = time.monotonic() + 5
    while not beats and time.monotonic() < deadline:
        time.sleep(0.02)
    over.set()
    thread.join(timeout=5)
    store.close()
    assert beats
