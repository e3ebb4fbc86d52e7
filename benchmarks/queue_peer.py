"""The equal no-op job on one PostgreSQL: our queue beside procrastinate, each with the best of its settings.

On both sides a job is taken and then ended, both durably, and each end is a transaction of its own.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import nlargest
from itertools import product
from typing import Any, ClassVar

import procrastinate
import psycopg
from sqlalchemy import make_url

from benchmarks._queue import add_accounts, schedule
from benchmarks.protocol import _postgres
from prokes_social.model.delivery import Claim, DeliveryStatus
from prokes_social.store import Store, claims

#: A claim takes at most one delivery of an account, so there are many; each has two, so that their order counts.
ACCOUNTS, JOBS = 300, 600
#: How many settings of each side are left in each round. Many short rounds: a best figure needs one calm moment.
LEFT = (12, 4, 2, 2, 2, 2, 2, 2)
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Setting:
    processes: int
    at_once: int

    noun: ClassVar[str]
    ended_once: ClassVar[str]  #: SQL that counts the jobs that were taken once and ended

    def __str__(self) -> str:
        return f"{self.processes} process{'es' * (self.processes > 1)}, {self.noun} {self.at_once}"


class Ours(Setting):
    """A process claims some deliveries in one transaction and ends each in one of its own."""

    noun = "claims of"
    ended_once = "select count(*) from delivery where status = 'published' and fence = 1"  # each claim raises the fence

    @staticmethod
    def fill(url: str) -> None:
        store = Store(url)
        store.migrate()
        past = datetime.now(UTC) - timedelta(hours=1)
        schedule(store, add_accounts(store, ACCOUNTS), [past + timedelta(seconds=n) for n in range(JOBS)], batch="b")
        store.close()

    def seconds(self, url: str) -> float:
        started, ended = _together(self.processes, partial(self._work, url))
        return max(ended) - started

    def _work(self, url: str, ready: Callable[[], object]) -> float:
        """When its last job was ended."""
        store = Store(url)
        with store.read() as tx:
            tx.exec_driver_sql("select 1")  # connects
        ready()
        idle, ended = 0, 0.0
        while idle < 3:  # a claim is empty too where another process took the same account at the same moment
            taken = self._claim(store)
            idle = 0 if taken else idle + 1
            for each in taken:
                with store.write() as tx:
                    claims.leave(tx, each, DeliveryStatus.PUBLISHED, reason="")
                ended = time.perf_counter()
        store.close()
        return ended

    def _claim(self, store: Store) -> list[Claim]:
        now = datetime.now(UTC)
        with store.write() as tx:
            return claims.claim(tx, owner="bench", now=now, uptime=0, lease_until=now + LEASE, limit=self.at_once)


class Theirs(Setting):
    """Its worker as it comes, which keeps jobs that succeeded (`delete_jobs="never"`), as we keep deliveries.

    Two settings favour it: it does not listen, because nothing is deferred meanwhile, and its pool of connections is so
    large that no job waits for one.
    """

    noun = "concurrency"
    ended_once = "select count(*) from procrastinate_jobs where status = 'succeeded' and attempts = 1"
    took = (
        "select extract(epoch from max(at) filter (where type = 'succeeded') - min(at) filter (where type = 'started'))"
        " from procrastinate_events"
    )

    @staticmethod
    def fill(url: str) -> None:
        async def defer() -> None:
            async with (app := _app(url, connections=1)).open_async():
                await app.schema_manager.apply_schema_async()
                await app.tasks["noop"].batch_defer_async(*({"number": number} for number in range(JOBS)))

        asyncio.run(defer())

    def seconds(self, url: str) -> float:
        """By its own events: what it takes to start a worker and to strike it off the register does not count."""
        _together(self.processes, partial(self._work, url))
        return float(_asked(url, self.took))

    def _work(self, url: str, ready: Callable[[], object]) -> None:
        async def work() -> None:
            async with (app := _app(url, connections=self.at_once + 1)).open_async():
                ready()
                await app.run_worker_async(concurrency=self.at_once, wait=False, listen_notify=False)

        asyncio.run(work())


def _app(url: str, *, connections: int) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=connections, max_size=connections)
    app = procrastinate.App(connector=connector)

    @app.task(name="noop")
    async def noop(number: int) -> None: ...

    return app


#: As many tries for one side as for the other: the best of more would be the luckier.
OURS = [Ours(*each) for each in product((1, 2, 4), (1, 8, 20, 50))]  # our worker claims 8 unless told otherwise
THEIRS = [Theirs(*each) for each in product((1, 2, 4), (1, 4, 10, 20))]
Rates = dict[Setting, float]


def run() -> Iterator[str]:
    with _postgres() as server:
        for side in (Ours, Theirs):
            _fill(server, side)
        ours, theirs = dict.fromkeys(OURS, 0.0), dict.fromkeys(THEIRS, 0.0)
        for left in LEFT:
            _round(server, ours, theirs, left)
    yield _compared(ours, theirs)
    yield f"the best of each: {_by_size(ours)}; {_by_size(theirs)}"


def _round(server: str, ours: Rates, theirs: Rates, left: int) -> None:
    """Try the best so far again; the sides take turns, so that a noisy moment meets both."""
    for pair in zip(nlargest(left, ours, ours.get), nlargest(left, theirs, theirs.get), strict=True):
        for rates, setting in zip((ours, theirs), pair, strict=True):
            rates[setting] = max(rates[setting], _rate(server, setting))


def _rate(server: str, setting: Setting) -> float:
    """Jobs a second in a fresh copy of the filled database, so that no trial meets the dead rows of another."""
    with _connected(server) as admin:
        admin.execute("drop database if exists trial with (force)")
        admin.execute(f"create database trial template {_filled(type(setting))}")
    url = _address(server, "trial")
    seconds = setting.seconds(url)
    assert _asked(url, setting.ended_once) == JOBS, f"{setting}: not every job was ended exactly once"
    return JOBS / seconds


def _fill(server: str, side: type[Setting]) -> None:
    with _connected(server) as admin:
        admin.execute(f"create database {_filled(side)}")
    url = _address(server, _filled(side))
    side.fill(url)
    with _connected(url) as connection:
        connection.execute("vacuum analyze")  # autovacuum does so in a queue that lives longer than a trial


def _compared(ours: Rates, theirs: Rates) -> str:
    our, their = max(ours, key=ours.get), max(theirs, key=theirs.get)
    return (
        f"no-op jobs on PostgreSQL: ours {ours[our]:,.0f}/s ({our}), procrastinate {theirs[their]:,.0f}/s ({their}):"
        f" {ours[our] / theirs[their]:.2f} × (aim: 1.5)"
    )


def _by_size(rates: Rates) -> str:
    best: dict[str, float] = {}
    for each, rate in rates.items():
        size = f"{each.noun} {each.at_once}"
        best[size] = max(best.get(size, 0), rate)
    return ", ".join(f"{size}: {rate:,.0f}/s" for size, rate in best.items())


def _filled(side: type[Setting]) -> str:
    return side.__name__.lower()


def _address(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


def _asked(url: str, query: str) -> Any:
    with _connected(url) as connection:
        return connection.execute(query).fetchone()[0]


def _together(processes: int, work: Callable[[Callable[[], object]], Any]) -> tuple[float, list[Any]]:
    """When the processes began, all at one moment once each was ready, and what they returned."""
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(processes + 1, timeout=30), fork.SimpleQueue()
    workers = [fork.Process(target=lambda: answers.put(work(gate.wait))) for _number in range(processes)]
    for each in workers:
        each.start()
    gate.wait()
    started = time.perf_counter()
    for each in workers:
        each.join()
    assert not any(each.exitcode for each in workers), "a worker failed"
    return started, [answers.get() for _worker in workers]
