"""A thousand deliveries due within one minute, a platform that takes 50 ms: how late does the call begin?"""

import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks._queue import add_accounts, schedule
from prokes_social.app import App
from prokes_social.app.workspace import make
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.store.tables import attempt, delivery
from prokes_social.worker import Worker
from tests.publishing.lying_platform import LyingPlatform

DELIVERIES, SECONDS = 1000, 60


class Slow(LyingPlatform):
    """Answers after 50 ms."""

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        time.sleep(0.05)
        return super().publish(submission, prepared, connection)


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        app = App(make(Path(folder) / "office", {}))
        slow = Slow(app.clock)
        app.__dict__["platforms"] = {"x": slow}
        app.connector.__dict__["connection_to"] = lambda account: Connection(
            account=account.name, credentials={}, base_url=slow.base_url, sandbox=True
        )
        ids = add_accounts(app.store, 100)
        first = datetime.now(UTC) + timedelta(seconds=3)
        dues = [first + timedelta(seconds=SECONDS * n / DELIVERIES) for n in range(DELIVERIES)]
        schedule(app.store, ids, dues, batch="minute")
        worker = Worker(app)
        threading.Timer(SECONDS + 8, worker.stop).start()
        worker.run()
        yield _said(app)
        app.close()


def _said(app: App) -> str:
    query = select(attempt.c.started_at, delivery.c.due_at).join(delivery, delivery.c.id == attempt.c.delivery_id)
    with app.store.read() as tx:
        late = sorted((row.started_at - row.due_at).total_seconds() for row in tx.execute(query))
    early = sum(each < 0 for each in late)
    p99 = late[int(len(late) * 0.99)] if late else float("nan")
    return (
        f"{len(late)} of {DELIVERIES} sent, p50 {late[len(late) // 2]:.2f} s, p99 {p99:.2f} s (aim: 1.0), {early} early"
    )
