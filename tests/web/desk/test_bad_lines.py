"""Between a browser and the desk stands a proxy that cuts the live line, or holds back all that it says."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn

from prokes_social.app import App
from prokes_social.model.user import Role
from prokes_social.store import deliveries, users
from prokes_social.web import build
from tests.factories import add_account, queue_delivery
from tests.office import listening

pytestmark = pytest.mark.browser


@pytest.fixture
def port(app: App) -> Iterator[int]:
    listener = listening()
    server = uvicorn.Server(uvicorn.Config(build(app), log_level="warning", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(10)
    listener.close()


class Proxy:
    """Passes bytes on; a line that asked for /live is treated as `spoil` says."""

    def __init__(self, port: int, spoil: Callable[[socket.socket, socket.socket], None]) -> None:
        self.listener, self._port, self._spoil, self.lines = listening(), port, spoil, 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        """One request a connection: what was asked for decides what becomes of it."""
        with suppress(OSError), browser, socket.create_connection(("127.0.0.1", self._port)) as desk:
            asked = browser.recv(65536)
            head, _blank, body = asked.partition(b"\r\n\r\n")
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            desk.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            if asked.startswith(b"GET /live"):
                self.lines += 1
                self._spoil(desk, browser)
            else:
                while came := desk.recv(65536):
                    browser.sendall(came)


def cut(desk: socket.socket, browser: socket.socket) -> None:
    """After less time than there is between two changes."""
    until = time.monotonic() + 0.7
    desk.settimeout(0.05)
    while time.monotonic() < until:
        with suppress(TimeoutError):
            if not (came := desk.recv(65536)):
                return
            browser.sendall(came)


def hold(desk: socket.socket, browser: socket.socket) -> None:
    """Everything, to its end."""
    browser.settimeout(60)
    browser.recv(1)


@contextmanager
def watching(app: App, browser: Any, proxy: Proxy) -> Iterator[Any]:
    """The list of deliveries, open in a browser behind the proxy; each text of a status that was shown is kept."""
    user, _password = app.users.add("sari", [Role.EDITOR], by="command")
    with app.store.write() as tx:
        users.change(tx, user.id, must_change=False)
    token = app.users.admission._open(user, tries=(), is_whole=True).token
    context = browser.new_context()
    context.add_cookies([{"name": "prokes-desk", "value": token, "url": proxy.address}])
    page = context.new_page()
    page.goto(f"{proxy.address}/calendar?view=list&date=2026-11-23", wait_until="load")
    page.evaluate("""() => {
      window.told = []; window.same = true;
      document.addEventListener('prokes:change', (event) => window.told.push(event.detail.subject + ' ' + event.detail.status));
    }""")  # fmt: skip  # noqa: E501
    yield page
    context.close()


def queue(app: App, count: int) -> list[int]:
    add_account(app.store)
    return [queue_delivery(app.store, occurrence=f"kirim-{number}@2026-11-23").id for number in range(count)]


def cancel(app: App, number: int) -> None:
    with app.store.write() as tx:
        deliveries.cancel(tx, number, reason="uji")


def test_a_line_that_is_cut_again_and_again_misses_no_change_and_tells_none_twice(
    app: App, port: int, browser: Any
) -> None:
    rows, proxy = queue(app, 8), Proxy(port, cut)
    with watching(app, browser, proxy) as page:
        for number in rows:
            cancel(app, number)
            page.wait_for_timeout(450)
        page.locator(".status.cancelled").nth(len(rows) - 1).wait_for(timeout=15_000)
        assert page.evaluate("window.told") == [f"{number} cancelled" for number in rows]
        assert page.evaluate("window.same") is True
    assert proxy.lines > 2, "it was cut"


def test_what_changed_while_the_page_was_made_is_told_to_it(app: App, port: int, browser: Any) -> None:
    """Between the answer and the first word of the line lies the time in which scripts are loaded."""
    [row, *_others], proxy = queue(app, 2), Proxy(port, lambda desk, it: (time.sleep(1.5), cut(desk, it))[1])
    with watching(app, browser, proxy) as page:
        cancel(app, row)
        page.locator(".status.cancelled").first.wait_for(timeout=15_000)


def test_a_page_behind_a_proxy_that_holds_everything_back_looks_for_itself(app: App, port: int, browser: Any) -> None:
    rows, proxy = queue(app, 3), Proxy(port, hold)
    with watching(app, browser, proxy) as page:
        for number in rows:
            cancel(app, number)
        page.locator(".status.cancelled").nth(2).wait_for(timeout=20_000)
        assert page.evaluate("window.same") is True
        assert page.evaluate("window.told") == []
