"""PostgreSQL's own clock and wake-ups: what several machines on one queue must agree on."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, create_engine, func, make_url, select, text

from prokes_social.clock import SystemClock
from prokes_social.errors import SettingsError
from prokes_social.i18n import _

CHANNEL = "prokes"
#: How long one reading of the database's clock is trusted; in between our own uptime counts on.
TRUSTED = 5.0


class DatabaseClock(SystemClock):
    """The database's wall clock: machines whose own clocks differ agree on what is due and whose lease has ended."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._read = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Raises StoreError."""
        with self._lock:
            if self.uptime() - self._read_at > TRUSTED:
                self._read, self._read_at = self._ask(), self.uptime()
            return self._read + timedelta(seconds=self.uptime() - self._read_at)

    def _ask(self) -> datetime:
        with self._reading() as connection:
            read: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return read.astimezone(UTC)


def wake(tx: Connection) -> None:
    """Tell the publishers of every machine, once this transaction is committed, that there is something to claim."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_notify(CHANNEL, "")))


def wakeups(engine: Engine, stopped: Callable[[], bool]) -> Iterator[None]:
    """A beat for each wake-up, until `stopped`; reconnects where the server goes away."""
    import psycopg

    while not stopped():
        try:
            yield from _listen(engine, stopped)
        except psycopg.OperationalError:
            time.sleep(1)  # the tick of every second goes on meanwhile


def _listen(engine: Engine, stopped: Callable[[], bool]) -> Iterator[None]:
    import psycopg

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"listen {CHANNEL}")
        while not stopped():
            for _notice in connection.notifies(timeout=0.5, stop_after=1):
                yield


def rewrite(engine: Engine, tables: Sequence[str]) -> None:
    """New files for these tables and their indexes; each is locked for as long as that takes.

    The server's own log of changes (WAL), its archive and its replicas keep what was there until they let go of it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"vacuum (full, analyze) {', '.join(tables)}"))


def make_engine(url: str) -> Engine:
    """Raises SettingsError where the driver is not installed."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    try:
        # A connection that died while idle is noticed before it is used.
        # Values stay out of tracebacks, and so out of logs: they are names and contacts too.
        return create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise SettingsError(
            _("PostgreSQL needs a driver that is not installed: {reason}.", reason=error),
            hint=_("Install it with `pip install 'prokes-social[postgres]'`."),
        ) from error
