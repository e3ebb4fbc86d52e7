"""Real tweepy and real facebook-sdk, pointed at a sandbox on a socket; a server of pictures for Instagram to fetch."""

import hashlib
import hmac
import http.server
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import tweepy
from PIL import Image

from prokes_social.sandbox import Sandbox
from prokes_social.sandbox.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes: as errors they would be a SyntaxError
    import facebook


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """Empty, and with the usual settings."""
    running.reset()
    running.settings(**Settings().as_json())
    return running


def picture(width: int = 400, height: int = 500, kind: str = "JPEG", colour: str = "teal") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, kind)
    return target.getvalue()


@pytest.fixture(name="picture")
def _picture() -> Callable[..., bytes]:
    return picture


class Rewriting(requests.Session):
    """Sends what a library addressed to its own origin to the sandbox instead; after signing, or before it."""

    def __init__(self, target: str, *, before_signing: bool = False) -> None:
        super().__init__()
        self.trust_env = False
        self.timeout = 20.0
        self._target = target
        self._before = before_signing

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        return super().request(
            method, self._ours(url) if self._before else url, *args, **{"timeout": self.timeout, **options}
        )

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.url = self._ours(request.url or "")
        return super().send(request, **options)

    def _ours(self, url: str) -> str:
        for origin in ("https://api.twitter.com", "https://upload.twitter.com", "https://graph.facebook.com"):
            url = url.replace(origin, self._target)
        return url


@pytest.fixture
def x_user(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.accounts()["x"][0])


def x_client(sandbox: Sandbox, user: dict[str, Any], *, before_signing: bool = False, **changed: str) -> Any:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    client = tweepy.Client(**{name: user[name] for name in names} | changed)
    client.session = Rewriting(sandbox.url, before_signing=before_signing)
    return client


@pytest.fixture
def x(sandbox: Sandbox, x_user: dict[str, Any]) -> Any:
    return x_client(sandbox, x_user)


@pytest.fixture
def page(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.accounts()["facebook"][0])


@pytest.fixture
def instagram(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.accounts()["instagram"][0])


def proof_of(account: dict[str, Any]) -> str:
    return hmac.new(account["app_secret"].encode(), account["access_token"].encode(), hashlib.sha256).hexdigest()


def graph_client(sandbox: Sandbox, account: dict[str, Any], *, proof: str | None = None) -> Any:
    graph = facebook.GraphAPI(account["access_token"], version="3.1", session=Rewriting(sandbox.url))
    graph.version = "v26.0"
    graph.session.params = {"appsecret_proof": proof_of(account) if proof is None else proof}
    return graph


@pytest.fixture
def graph(sandbox: Sandbox, page: dict[str, Any]) -> Any:
    return graph_client(sandbox, page)


@pytest.fixture
def ig(sandbox: Sandbox, instagram: dict[str, Any]) -> Any:
    return graph_client(sandbox, instagram)


class _Pictures(http.server.BaseHTTPRequestHandler):
    """/jpeg/400/500, /png/400/500, or 404."""

    def do_GET(self) -> None:
        kind, *size = self.path.strip("/").split("/")
        found = kind in ("jpeg", "png")
        self.send_response(200 if found else 404)
        self.end_headers()
        if found:
            self.wfile.write(picture(*map(int, size), kind=kind.upper()))

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture(scope="session")
def pictures() -> Iterator[str]:
    """Address of a web server with pictures."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
