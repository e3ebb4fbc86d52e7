"""The database: an address in, transactions out. All SQL lives in this folder, one module a noun."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from prokes_social.clock import Clock, SystemClock
from prokes_social.errors import StoreError
from prokes_social.i18n import _
from prokes_social.store import postgres, schema, sqlite
from prokes_social.store.sqlite import WriteGate, prepare_sqlite

__all__ = ["Connection", "Store"]


class Store:
    """One database; `read()` and `write()` give transactions that never stay open during a call to a platform."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._engine, self._gate = _open(url)

    @property
    def file(self) -> Path | None:
        """SQLite's; None for a server and for a store in memory."""
        name = self._engine.url.database
        return Path(name).absolute() if self.is_sqlite and name and name != ":memory:" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _plain_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A durable transaction; on SQLite all writers pass one gate, so that none starves another."""
        with _plain_errors(), self._gate.held():
            connection = self._engine.connect().execution_options(prokes_write=True)
            with connection, connection.begin():
                yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """On SQLite: no other process of ours writes meanwhile."""
        with self._gate.held():
            yield

    def rewrite(self, tables: Sequence[str]) -> None:
        """Write what there is anew, so that no file holds what was deleted from `tables`. Raises StoreError."""
        with _plain_errors():
            if not self.is_sqlite:
                postgres.rewrite(self._engine, tables)
                return
            assert self.file  # noqa: S101 - nothing of a store in memory is on a disk
            with self._gate.held():
                sqlite.rewrite(self.file)
            sqlite.empty_log(self.file, self._gate)

    def clock(self) -> Clock:
        """The clock that decides what is due: the database's where several machines share it, else our own."""
        return SystemClock() if self.is_sqlite else postgres.DatabaseClock(self.read)

    def wakeups(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """A beat whenever another process made something due; none on SQLite, where a tick each second does."""
        return iter(()) if self.is_sqlite else postgres.wakeups(self._engine, stopped)

    def migrate(self) -> None:
        """Make or upgrade the tables; only `prokes init` and `prokes db upgrade` do."""
        with _plain_errors(), self._gate.held():
            schema.upgrade(self._engine)

    def require_current(self) -> None:
        """Raises MigrationNeeded where the tables are of another version than this program."""
        with self.read() as connection:
            schema.require_current(connection)

    def close(self) -> None:
        self._engine.dispose()


def _open(url: str) -> tuple[Engine, WriteGate]:
    if not url.startswith("sqlite"):
        return postgres.make_engine(url), WriteGate(None)
    # Values stay out of tracebacks, and so out of logs: they are names and contacts too.
    engine = create_engine(url, hide_parameters=True)
    path = prepare_sqlite(engine)
    return engine, WriteGate(path)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """The driver's words become a StoreError with a remedy; constraint violations stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        # As many wait already as there are connections: the database is slow to answer, or gone.
        raise StoreError(
            _("The database did not do as asked: {reason}.", reason="timeout"),
            hint=_("Is the disk full or read-only, or the database server stopped? Nothing was half-written."),
        ) from error
    except DBAPIError as error:
        if type(error).__name__ == "IntegrityError":
            raise
        raise StoreError(
            _("The database did not do as asked: {reason}.", reason=str(error.orig).rstrip(".")),
            hint=_("Is the disk full or read-only, or the database server stopped? Nothing was half-written."),
        ) from error
