"""A claim beside a thousand and beside a million waiting deliveries; and the worst of eight writers on one SQLite."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks._queue import add_accounts, schedule
from prokes_social.store import Store, claims

FEW, MANY = 1_000, 1_000_000
LEASE = timedelta(seconds=60)


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        few = _claim_time(Path(folder) / "few.db", FEW)
        many = _claim_time(Path(folder) / "many.db", MANY)
        yield (
            f"a claim of 10: {few * 1000:.1f} ms beside {FEW:,} waiting, {many * 1000:.1f} ms beside {MANY:,}:"
            f" {many / few:.2f} × (aim: within 1.5)"
        )
        worst = _worst_of_writers(Path(folder) / "writers.db", writers=8)
        yield f"worst claim with 8 writing processes on one SQLite: {worst * 1000:.0f} ms (aim: at most 250)"


def _claim_time(path: Path, waiting: int) -> float:
    store = Store(f"sqlite:///{path}")
    store.migrate()
    ids = add_accounts(store, 400)
    now = datetime.now(UTC)
    schedule(store, ids, [now + timedelta(days=1, seconds=n) for n in range(waiting)], batch="later")
    schedule(store, ids, [now - timedelta(seconds=1000 - n) for n in range(400)], batch="due")
    times = [_one_claim(store, "bench", 10)[0] for _round in range(40)]
    store.close()
    return median(times)


def _one_claim(store: Store, owner: str, limit: int) -> tuple[float, int]:
    started = time.perf_counter()
    now = datetime.now(UTC)
    with store.write() as tx:
        taken = claims.claim(tx, owner=owner, now=now, uptime=0, lease_until=now + LEASE, limit=limit)
    return time.perf_counter() - started, len(taken)


def _worst_of_writers(path: Path, *, writers: int) -> float:
    store = Store(f"sqlite:///{path}")
    store.migrate()
    ids = add_accounts(store, 800)
    past = datetime.now(UTC) - timedelta(seconds=5000)
    schedule(store, ids, [past + timedelta(seconds=n) for n in range(800)], batch="due")
    store.close()
    reports = [os.pipe() for _number in range(writers)]
    for number, (reader, writer) in enumerate(reports):
        if os.fork() == 0:
            os.close(reader)
            own = Store(f"sqlite:///{path}")
            worst = max(_one_claim(own, f"w{number}", 1)[0] for _round in range(100))
            os.write(writer, str(worst).encode())
            os._exit(0)
        os.close(writer)
    found = [float(os.read(reader, 64)) for reader, _writer in reports]
    for _number in range(writers):
        os.wait()
    return max(found)
