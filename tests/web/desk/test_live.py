"""An open page learns of what other processes do."""

import http.client
import json
import socket
import threading
import time
from contextlib import closing, suppress
from queue import Empty, Queue
from typing import Any

from prokes_social.app import App
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.user import Role
from prokes_social.store import Store, alarms, deliveries, events, switches
from tests.conftest import NOON
from tests.factories import add_account, queue_delivery


class Line:
    """An EventSource: what came in, in order."""

    def __init__(self, address: str, token: str, last: str = "") -> None:
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
        headers = {"Cookie": f"prokes-desk={token}", **({"Last-Event-ID": last} if last else {})}
        self._connection.request("GET", "/live", headers=headers)
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        self.status, self.ids = self._answer.status, [""]
        self._came: Queue[dict[str, Any]] = Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        with suppress(OSError, http.client.HTTPException, ValueError):  # closed by the test
            while line := self._answer.readline().decode():
                if line.startswith("id: "):
                    self.ids.append(line[4:].strip())
                elif line.startswith("data: {"):
                    self._came.put(json.loads(line[6:]))

    def next(self) -> dict[str, Any]:
        return self._came.get(timeout=10)

    def nothing(self, seconds: float) -> bool:
        try:
            self._came.get(timeout=seconds)
        except Empty:
            return True
        return False

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reading.join(5)
        self._connection.close()


def token_of(app: App) -> str:
    user, _password = app.users.add("sari", [Role.EDITOR], by="command")
    return app.users.admission._open(user, tries=(), is_whole=True).token


def test_a_status_that_changes_elsewhere_reaches_the_page_in_its_language(app: App, address: str) -> None:
    add_account(app.store)
    row = queue_delivery(app.store)
    with closing(Line(address, token_of(app))) as line:
        time.sleep(0.5)  # it listens from now on
        with app.store.write() as tx:
            deliveries.cancel(tx, row.id, reason="uji")
        told = line.next()
        assert told == {"kind": "delivery", "subject": str(row.id), "status": "cancelled", "label": "dibatalkan"}
        with app.store.write() as tx:
            switches.turn_on(tx, switches.STOP, who="sari", now=NOON)
        assert (line.next()["kind"], line.nothing(1)) == ("switch", True)


def test_a_line_that_was_cut_misses_nothing_and_repeats_nothing(app: App, address: str) -> None:
    token = token_of(app)
    with closing(Line(address, token)) as line:
        time.sleep(0.5)
        with app.store.write() as tx:
            alarms.ring(tx, AlarmKind.CLOCK, "clock", "satu", now=NOON)
        assert line.next()["status"] == "open"
        last = line.ids[-1]
    with app.store.write() as tx:
        alarms.close(tx, "clock", now=NOON, kinds=(AlarmKind.CLOCK,))
    with closing(Line(address, token, last)) as line:
        assert line.next()["status"] == "closed"
        assert line.nothing(1)


def test_whoever_is_not_logged_in_hears_nothing(app: App, address: str) -> None:
    with closing(Line(address, "x")) as line:
        assert line.status == 204


def test_the_database_notes_every_change_itself(store: Store) -> None:
    add_account(store)
    row = queue_delivery(store)
    with store.write() as tx:
        deliveries.cancel(tx, row.id, reason="uji")
        switches.turn_on(tx, switches.STOP, who="sari", now=NOON)
        switches.turn_off(tx, switches.STOP)
    with store.read() as tx:
        noted = [(each.kind, each.status) for each in events.since(tx, 0)]
    assert noted == [
        ("campaign", "saved"), ("delivery", "scheduled"), ("delivery", "cancelled"), ("switch", "on"),
        ("switch", "off"),
    ]  # fmt: skip


def test_old_events_are_forgotten(store: Store) -> None:
    with store.write() as tx:
        switches.turn_on(tx, switches.STOP, who="sari", now=NOON)
        [noted] = events.since(tx, 0)
        events.forget(tx, noted.at)
        assert len(events.since(tx, 0)) == 1
        events.forget(tx, noted.at + 1)
        assert events.since(tx, 0) == []
