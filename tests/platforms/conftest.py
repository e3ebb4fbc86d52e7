"""Every platform against the sandbox over a socket: adapters, connections, submissions, and pictures to be fetched."""

import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from PIL import Image

from prokes_social import platforms
from prokes_social.clock import SystemClock
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Picture, Post, Prepared, Size, Submission
from prokes_social.platforms import Platform
from prokes_social.sandbox import Sandbox

#: Further back than any proof of absence needs.
LONG_AGO = timedelta(minutes=30)


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[tuple[Sandbox, dict[str, Any], dict[str, Any]]]:
    with Sandbox() as sandbox:
        yield sandbox, sandbox.settings(), sandbox.accounts()


@pytest.fixture
def sandbox(running_sandbox: tuple[Sandbox, dict[str, Any], dict[str, Any]]) -> Iterator[Sandbox]:
    """Its faults, posts and settings are forgotten after each test; accounts that a test adds stay."""
    sandbox, settings, _accounts = running_sandbox
    yield sandbox
    sandbox.reset()
    sandbox.settings(**settings)


@pytest.fixture
def rows(running_sandbox: tuple[Sandbox, dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """The sandbox's own accounts by platform, the first of each is the one we post with."""
    return {name: running_sandbox[2][name] for name in platforms.names()}


@pytest.fixture(scope="session")
def picture() -> Iterator[Picture]:
    """A card with an address of its own, as Instagram wants it."""
    data = io.BytesIO()
    Image.new("RGB", (1080, 1350), "#0b5d5e").save(data, "JPEG", quality=80)

    class Served(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data.getvalue())))
            self.end_headers()
            self.wfile.write(data.getvalue())

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Picture(
            data=data.getvalue(),
            media_type="image/jpeg",
            size=Size(1080, 1350),
            alt_text="Kartu ajakan: cuci tangan pakai sabun & air mengalir",
            file_digest=hashlib.sha256(data.getvalue()).hexdigest(),
            url=f"http://127.0.0.1:{server.server_port}/card.jpg",
        )
        server.shutdown()


_numbers = count(1)


@dataclass
class Desk:
    """One platform with one account of the sandbox."""

    platform: Platform
    connection: Connection
    sandbox: Sandbox
    picture: Picture

    def submission(self, text: str = "", *, pictured: bool = True) -> Submission:
        """A text that was never posted before."""
        text = text or f"Ayo cuci tangan <20 detik> & pakai sabun #{next(_numbers)}"
        return Submission(text=text, pictures=(self.picture,) if pictured else ())

    def post(self, submission: Submission | None = None) -> tuple[Submission, Prepared, Post]:
        submission = submission or self.submission()
        prepared = self.platform.prepare(submission, self.connection)
        return submission, prepared, self.platform.publish(submission, prepared, self.connection)

    def find(self, submission: Submission, prepared: Prepared) -> Post | None:
        return self.platform.find(submission, prepared, self.connection, self.long_ago)

    def public(self) -> list[dict[str, Any]]:
        return self.sandbox.posts(self.platform.name)

    @property
    def long_ago(self) -> datetime:
        return self.platform.clock.now() - LONG_AGO

    def connected_with(self, **credentials: str) -> Connection:
        secrets = {name: Secret(text) for name, text in credentials.items()}
        return Connection(
            account=self.connection.account,
            credentials={**self.connection.credentials, **secrets},
            base_url=self.connection.base_url,
            sandbox=True,
        )


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(sandbox: Sandbox, picture: Picture, rows: dict[str, Any]) -> MakeDesk:
    """`make_desk("x", media_upload="v1.1")`: the rest are settings of the platform."""

    def make(name: str, **settings: Any) -> Desk:
        said = {"base_url": sandbox.url, **settings}
        platform = platforms.make_platform(name, said, SystemClock())
        row = rows[name][0]
        # A Page and an Instagram account are named by their number there.
        credentials = {each.name: Secret(str(row.get(each.name, row["id"]))) for each in platform.credential_fields}
        connection = Connection(
            account=f"{name}-uji", credentials=credentials, base_url=platform.base_url, sandbox=True
        )
        return Desk(platform, connection, sandbox, picture)

    return make


@pytest.fixture(params=platforms.names())
def desk(request: pytest.FixtureRequest, make_desk: MakeDesk) -> Desk:
    """Each platform that has a file, in turn; impatient, so that a hanging call is soon given up."""
    return make_desk(request.param, connect_timeout=2.0, read_timeout=1.0)


class Scripted:
    """A platform that gives one answer to everything, until told another."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b"{}"
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.requests.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                for name, value in {"Content-Type": "application/json", **outer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body)

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, status: int, body: Any, **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    made = Scripted()
    yield made
    made.server.shutdown()
    made.server.server_close()
