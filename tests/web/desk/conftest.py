"""A workspace with its samples, and browsers that are logged in as whoever a test wants."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from prokes_social.app import App, workspace
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import users
from prokes_social.web import build
from tests.conftest import SetClock
from tests.office import listening

ADDRESS = "https://meja.nusaraya.go.id"


class Desk:
    """A browser of one user; without one, of a stranger."""

    def __init__(self, app: App, client: TestClient, name: str = "") -> None:
        self.app, self.client, self.name = app, client, name

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, *, csrf: str | None = None, **more: Any) -> Response:
        """With the token of this session, as its own pages carry it."""
        headers = {"sec-fetch-site": "same-origin", **more.pop("headers", {})}
        token = self.csrf if csrf is None else csrf
        return self.client.post(path, data={"csrf": token, **(data or {})}, headers=headers, **more)

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/me").text)
        return found[1] if found else ""


_services: WeakKeyDictionary[App, FastAPI] = WeakKeyDictionary()


def service_of(app: App) -> FastAPI:
    """It holds no state of its own, so all browsers of a test may share one."""
    return _services.get(app) or _services.setdefault(app, build(app))


def open_desk(app: App, *roles: Role, name: str = "", unit: str | None = None) -> Desk:
    """Logged in with every factor; the login itself has tests of its own."""
    client = TestClient(service_of(app), base_url=ADDRESS, follow_redirects=False)
    if not roles:
        return Desk(app, client)
    name = name or "-".join(role.value for role in roles)[:40]
    user, _password = app.users.add(name, roles, by="command", unit=unit)
    with app.store.write() as tx:
        users.change(tx, user.id, must_change=False)
    admitted = app.users.admission._open(user, tries=(), is_whole=True)
    client.cookies.set("__Host-prokes", admitted.token, domain="meja.nusaraya.go.id", path="/")
    return Desk(app, client, name)


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[App]:
    settings = workspace.make(tmp_path / "kantor", {}, clock)
    made = App(load_settings({"PROKES_HOME": str(settings.home)}), clock)
    yield made
    made.close()


@pytest.fixture
def desk(app: App) -> Callable[..., Desk]:
    return lambda *roles, **more: open_desk(app, *roles, **more)


@pytest.fixture
def address(app: App) -> Iterator[str]:
    """Over a socket: a stream must not wait for its own end."""
    listener = listening()
    server = uvicorn.Server(uvicorn.Config(service_of(app), log_level="warning", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)
    listener.close()
