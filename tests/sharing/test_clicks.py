"""A visit is answered once it is kept: many in one transaction, by the office's day, and none lost to a kill."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from prokes_social.app import workspace
from prokes_social.clock import zone_named
from prokes_social.errors import StoreError
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.sharing import clicks as counting
from prokes_social.sharing.clicks import ClickCounter, Gathering, Visit
from prokes_social.sharing.visitors import Visitor
from prokes_social.store import Store, offers
from prokes_social.store.tables import click, day_salt
from tests.conftest import SetClock
from tests.factories import add_person, put_wave

PHONE = "Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


def share(store: Store, people: int = 1, **more: Any) -> list[str]:
    """People share one message; their codes."""
    members = [add_person(store, f"Pegawai {n}") for n in range(people)]
    wave = put_wave(store, status=WaveStatus.OPEN, **more)
    with store.write() as tx:
        offers.add(tx, wave.id, [(each.id, each.unit.id) for each in members], now=wave.content.opens_at)
        return [each.code for each in offers.of_wave(tx, wave.id)]


def counter(store: Store, clock: SetClock, zone: str = "WIB") -> ClickCounter:
    return ClickCounter(store=store, clock=clock, zone=zone_named(zone))


def visit(code: str, address: str = "10.0.0.1", place: str = "whatsapp") -> Visit:
    return Visit(code=code, place=place, visitor=Visitor(address=address, agent=PHONE))


def rows(store: Store) -> list[Any]:
    with store.read() as tx:
        return list(tx.execute(select(click).order_by(click.c.day)))


def counted(store: Store) -> int:
    return sum(row.count for row in rows(store))


def test_a_visit_is_kept_when_it_is_answered(store: Store, clock: SetClock) -> None:
    (code,) = share(store)
    found = counter(store, clock).visit(visit(code))
    assert found
    assert found.offer.code == code
    assert [(row.place, row.count, row.day) for row in rows(store)] == [("whatsapp", 1, date(2026, 11, 23))]
    assert counter(store, clock).visit(visit("zzzzzzzzzz")) is None
    assert counted(store) == 1


def test_the_day_is_the_offices(store: Store, clock: SetClock) -> None:
    (code,) = share(store)
    clock.pass_time(hours=11)  # 23.00 WIB, and past midnight further east
    counter(store, clock).visit(visit(code))
    counter(store, clock, "WIT").visit(visit(code))
    assert [row.day for row in rows(store)] == [date(2026, 11, 23), date(2026, 11, 24)]


def test_the_same_visitor_on_two_days_can_not_be_recognised(store: Store, clock: SetClock) -> None:
    (code,) = share(store)
    for _day in range(2):
        counter(store, clock).visit(visit(code))
        clock.pass_time(days=1)
    first, second = rows(store)
    assert first.visitor != second.visitor
    assert re.fullmatch("[0-9a-f]{16}", first.visitor)


def test_salts_are_forgotten_even_when_nobody_comes_any_more(store: Store, clock: SetClock) -> None:
    (code,) = share(store)
    counting_here = counter(store, clock)
    counting_here.visit(visit(code))
    counting_here.forget_salts()
    with store.read() as tx:
        assert len(tx.execute(select(day_salt)).all()) == 1
    clock.pass_time(days=1)
    counting_here.forget_salts()
    with store.read() as tx:
        assert tx.execute(select(day_salt)).all() == []


def test_many_visits_at_once_share_transactions_and_none_is_lost(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = share(store, 5)
    transactions = 0
    write = store.write

    @contextmanager
    def slowly() -> Iterator[Any]:
        nonlocal transactions
        transactions += 1
        time.sleep(0.01)
        with write() as tx:
            yield tx

    monkeypatch.setattr(store, "write", slowly)
    counting_here = counter(store, clock)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(counting_here.visit, [visit(codes[n % 5], f"10.0.0.{n % 7}") for n in range(500)]))
    assert [each and each.offer.code for each in found] == [codes[n % 5] for n in range(500)]
    assert counted(store) == 500
    assert transactions < 100


def test_each_gets_its_own_result_and_an_error_stops_nobody_later() -> None:
    def work(items: Sequence[int]) -> list[int]:
        return [10 // item for item in items]

    gathering = Gathering(work)
    assert gathering.submit(2).result(5) == 5
    with pytest.raises(ZeroDivisionError):
        gathering.submit(0).result(5)
    assert gathering.submit(5).result(5) == 2


def test_the_thread_goes_home_when_nobody_comes_and_returns_when_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "IDLE", 0.02)
    gathering: Gathering[int, int] = Gathering(list)
    for item in range(3):
        before = set(threading.enumerate())
        assert gathering.submit(item).result(5) == item
        for thread in set(threading.enumerate()) - before:
            thread.join(timeout=5)
            assert not thread.is_alive()


def test_a_database_that_does_not_write_sends_visitors_on_and_says_once_what_was_lost(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known, unknown = share(store, 2)
    counting_here = counter(store, clock)
    counting_here.visit(visit(known))

    @contextmanager
    def refuse() -> Iterator[Any]:
        raise StoreError("disk full")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", refuse)
        for code in (known, unknown, unknown):
            found = counting_here.visit(visit(code))
            assert found
            assert found.offer.code == code
        patch.setattr(store, "read", refuse)
        remembered = counting_here.visit(visit(known))
        assert remembered
        assert remembered.offer.code == known
        with pytest.raises(StoreError):
            counting_here.visit(visit(unknown))
    counting_here.visit(visit(known))
    assert counted(store) == 2
    assert [record.message for record in caplog.records] == ["clicks are not counted", "clicks are counted again"]
    assert "10.0.0.1" not in caplog.text


SERVER = """
import sys
from prokes_social.app import App
from prokes_social.settings import load_settings
from prokes_social.web import build
import uvicorn
app = App(load_settings({"PROKES_HOME": sys.argv[1]}))
uvicorn.run(build(app), port=int(sys.argv[2]), log_level="error")
"""


@pytest.mark.slow
def test_a_kill_under_load_loses_no_answered_click(tmp_path: Path) -> None:
    workspace.make(tmp_path, {})
    store = Store(load_settings({"PROKES_HOME": str(tmp_path)}).database_url)
    codes = share(store, 20)
    answered: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for kill_after in (0.05, 0.3, 0.7, 1.1):
        with _served(tmp_path) as (process, port):
            stop = threading.Event()
            with ThreadPoolExecutor(16) as pool:
                clients = [pool.submit(_click, port, codes, n, stop) for n in range(16)]
                time.sleep(kill_after)
                os.kill(process.pid, signal.SIGKILL)
                stop.set()
                for client in clients:
                    given, taken = client.result()
                    asked += given
                    answered += taken
    kept: Counter[str] = Counter()
    with store.read() as tx:
        by_id = {offer.id: offer.code for offer in offers.by_codes(tx, codes)}
    for row in rows(store):
        kept[by_id[row.offer_id]] += row.count
    store.close()
    assert answered.total() > 100
    assert all(answered[code] <= kept[code] <= asked[code] for code in codes), (answered, kept, asked)


@contextmanager
def _served(home: Path) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(SERVER), str(home), str(port)])
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.wait()


def _click(port: int, codes: list[str], client: int, stop: threading.Event) -> tuple[Counter[str], Counter[str]]:
    """Ask as fast as answers come; what was asked for, and what was answered whole."""
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    number = client
    while not stop.is_set():
        code = codes[number % len(codes)]
        number += 1
        asked[code] += 1
        try:
            connection.request("GET", f"/r/{code}-w", headers={"User-Agent": f"{PHONE} {client}"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            break
        if answer.status == 302:
            answered[code] += 1
    connection.close()
    return asked, answered
