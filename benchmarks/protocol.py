"""The whole publishing protocol with a platform that answers at once, beside bare durable commits on the same disk."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks._timing import best_of
from prokes_social.clock import SystemClock
from prokes_social.model.account import Unit
from prokes_social.model.platform import Connection, Submission
from prokes_social.publishing import Publisher, Timing
from prokes_social.store import Store, accounts
from tests.factories import add_account, make_content, queue_delivery
from tests.publishing.lying_platform import LyingPlatform

DELIVERIES = 300


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.migrate()
        bare = _bare_commits(store)
        whole = _deliveries(store)
        store.close()
    yield f"SQLite, one publisher: {whole:.0f} deliveries/s, {whole / bare:.2f} × bare durable commits ({bare:.0f}/s)"


def _bare_commits(store: Store) -> float:
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="bench", name="0", zone="WIB"))

    def commit() -> None:
        for number in range(DELIVERIES):
            with store.write() as tx:
                tx.exec_driver_sql(f"update unit set name = '{number}'")

    return DELIVERIES / best_of(3, commit)


def _deliveries(store: Store) -> float:
    due = datetime.now(UTC) - timedelta(minutes=5)
    for number in range(DELIVERIES):
        name = f"x-{number % 30}"
        if number < 30:
            add_account(store, name)
        content = make_content(name, text=f"pesan {number}", due_at=due)
        queue_delivery(store, account=name, message=f"m{number}", content=content)
    clock = SystemClock()
    publisher = Publisher(
        store=store,
        platforms={"x": LyingPlatform(clock)},
        clock=clock,
        timing=Timing(),
        owner="bench",
        submission_of=lambda row: Submission(text=row.content.text),
        connection_of=lambda row: Connection(account=row.key.account, credentials={}, base_url="", sandbox=True),
        readings_of=lambda row, post: [],
    )

    def publish_all() -> None:
        while claims := publisher.claim(30):
            for claim in claims:
                publisher.publish(claim)

    return DELIVERIES / best_of(1, publish_all)
