"""A reader as its own process, killed in the middle: nothing is lost or counted twice, and what was paid is known."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.reading import environment, fill, office, started_sandbox
from prokes_social.app import App
from prokes_social.model.reach import Known
from prokes_social.sandbox import Control
from prokes_social.store import spending
from prokes_social.store.tables import snapshot

pytestmark = pytest.mark.slow

LEASE = 3.0
SETTINGS = f"""
[organisation]
name = "Provinsi Nusa Raya"
[tracking]
lease = "{LEASE:g}s"
[publishing]
x_monthly_budget = 100.0
"""
SHARES = {"x": (900,), "facebook": (600,), "instagram": (500,)}
ALL = sum(sum(each) for each in SHARES.values())


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Control]:
    with started_sandbox(tmp_path) as control:
        yield control


@pytest.fixture
def app(tmp_path: Path, sandbox: Control) -> Iterator[App]:
    made = office(tmp_path / "kantor", sandbox, SETTINGS)
    fill(made, sandbox, SHARES)
    yield made
    made.close()


def _reader(app: App, sandbox: Control) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "from prokes_social.cli import main; main()", "reach", "collect", "--due"]
    variables = {**os.environ, **environment(app.settings.home, sandbox)}
    return subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _taken(app: App) -> int:
    with app.store.read() as tx:
        return int(tx.execute(select(func.count()).where(snapshot.c.taken_at.is_not(None))).scalar_one())


def _raw(app: App) -> dict[tuple[int, datetime], datetime]:
    """When each reading was taken: what is once kept never changes."""
    with app.store.read() as tx:
        rows = tx.execute(select(snapshot).where(snapshot.c.taken_at.is_not(None)))
        return {(row.post_id, row.due_at): row.taken_at for row in rows}


def test_readers_killed_in_the_middle_lose_nothing_and_count_nothing_twice(app: App, sandbox: Control) -> None:
    kept: dict[tuple[int, datetime], datetime] = {}
    for goal in (1, ALL // 3):
        for platform in SHARES:
            sandbox.fault(platform, "insights", "hang", seconds=0.25, accept="first", times=100)
        reader = _reader(app, sandbox)
        end = time.monotonic() + 30
        while _taken(app) < goal and time.monotonic() < end and reader.poll() is None:
            time.sleep(0.01)
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait(10)
        assert goal <= _taken(app) < ALL, "killed in the middle"
        kept |= _raw(app)
        sandbox.clear_faults()
        time.sleep(LEASE)
    assert _reader(app, sandbox).wait(60) == 0
    after = _raw(app)
    assert len(after) == ALL
    assert kept.items() <= after.items()
    with app.store.read() as tx:
        rows = tx.execute(select(snapshot.c.known, func.count()).group_by(snapshot.c.known)).all()
        paid = spending.spent(tx, since=datetime.now(UTC) - timedelta(days=1))["x-0"]
    assert [tuple(row) for row in rows] == [(Known.MEASURED.value, ALL)]
    assert paid >= Decimal(str(sandbox.cost()["dollars"])) > 0, "what a killed reader was charged is counted"
