"""50,000 people who agreed and three waves: all of them invited, participation counted, one person's offers read.

Invitations are committed in parts, as a publisher in between needs it; beside them bare rows, as many, in parts as
large, by Python's sqlite3 (WAL, synchronous FULL) on the same disk.
"""

import secrets
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import time as hour
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from prokes_social.clock import Clock
from prokes_social.model.account import Unit
from prokes_social.model.staff import Purpose
from prokes_social.reporting.participation import participation_in
from prokes_social.sharing import Opener
from prokes_social.sharing.quiet import QuietTimes
from prokes_social.store import Store, accounts, consents, offers
from prokes_social.store.offers import AT_ONCE
from prokes_social.store.tables import consent, person
from tests.conftest import SetClock
from tests.factories import DUE, put_wave

PEOPLE, UNITS, WAVES, PAGES = 50_000, 100, 3, 200
QUIET = QuietTimes(starts=hour(19), ends=hour(6, 30), on_holidays=False, days=())


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = Store(f"sqlite:///{home}/office.db")
        store.migrate()
        _hire(store)
        pairs = [(_bare(home), _invite(store, SetClock(), number)) for number in range(WAVES)]
        yield _compared(pairs)
        yield _counted(store)
        yield f"one person's offers {_offers_of(store) * 1000:.1f} ms (p50 of {PAGES})"
        store.close()


def _hire(store: Store) -> None:
    """People in units of equal size, who all agreed to be asked."""
    numbers = range(1, PEOPLE + 1)
    with store.write() as tx:
        for unit in range(UNITS):
            accounts.put_unit(tx, Unit(id=f"u{unit}", name=f"Unit Kerja {unit}", zone="WIB"))
        staff = [{"id": n, "name": f"Pegawai {n}", "unit_id": f"u{n % UNITS}", "added_at": DUE} for n in numbers]
        tx.execute(insert(person), staff)
        said = {
            "purpose": Purpose.LINK.value, "given": True, "at": DUE, "by": "bench",
            "wording_id": consents.wording_id(tx, Purpose.LINK, "ya"),
        }  # fmt: skip
        tx.execute(insert(consent), [{"person_id": n, **said} for n in numbers])


def _invite(store: Store, clock: Clock, number: int) -> float:
    """Seconds in which one wave asks everybody."""
    put_wave(store, occurrence=f"gelombang-{number}@{DUE:%Y-%m-%d}")
    started = time.perf_counter()
    asked = Opener(store=store, clock=clock, quiet=QUIET, per_week=WAVES).run()
    assert asked == PEOPLE, asked
    return time.perf_counter() - started


def _bare(home: Path) -> float:
    """Seconds for as many rows in as many durable transactions, as plainly as Python can write them."""
    with closing(sqlite3.connect(home / "bare.db", isolation_level=None)) as connection:
        for statement in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {statement}")
        connection.execute("CREATE TABLE IF NOT EXISTS offer (wave INT, person INT, unit TEXT, code TEXT UNIQUE)")
        started = time.perf_counter()
        for first in range(0, PEOPLE, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, PEOPLE))
            connection.execute("BEGIN IMMEDIATE")
            rows = [(1, n, f"u{n % UNITS}", secrets.token_hex(8)) for n in numbers]
            connection.executemany("INSERT INTO offer VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
        return time.perf_counter() - started


def _compared(pairs: list[tuple[float, float]]) -> str:
    took = sum(mine for _bare, mine in pairs)
    ratio = median(mine / bare for bare, mine in pairs)
    return (
        f"{WAVES * PEOPLE:,} invitations by {WAVES} waves: {took:.1f} s ({WAVES * PEOPLE / took:,.0f} a second),"
        f" {ratio:.1f} × the time of bare rows"
    )


def _counted(store: Store) -> str:
    started = time.perf_counter()
    with store.read() as tx:
        shown = participation_in(tx, "agen")
    took = time.perf_counter() - started
    assert [each.total and each.total.offered for each in shown] == [PEOPLE] * WAVES
    return f"participation of {len(shown)} waves by {len(shown[0].rows)} units {took * 1000:.0f} ms"


def _offers_of(store: Store) -> float:
    times = []
    with store.read() as tx:
        for number in range(1, PAGES + 1):
            started = time.perf_counter()
            offers.of_person(tx, number)
            times.append(time.perf_counter() - started)
    return median(times)
