"""One HTTP request of a vendor's library in, one answer or a failure out; knows whether the request may have left.

tweepy and facebook-sdk both speak through a `requests.Session` of ours. What the platforms' rules need stands here
once: a time limit (neither library sets one), another origin for the sandbox, no redirects, no proxies or passwords
from the environment, a fresh connection for every request and never a second try.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

#: No answer of these platforms comes near it.
LONGEST_ANSWER = 5_000_000

# At DEBUG these write Authorization headers, signatures and URLs with tokens (tweepy/client.py, `BaseClient.request`).
for _talkative in ("tweepy", "requests_oauthlib", "oauthlib", "urllib3"):
    logging.getLogger(_talkative).setLevel(logging.INFO)


class ForeignAddress(requests.RequestException):
    """A request to a host that is not the account's platform; it was not made."""


class Session(requests.Session):
    """Serves the requests of one call from one thread; `last` and `reached` tell about the latest request."""

    def __init__(
        self,
        origins: Mapping[str, str],
        *,
        connect_timeout: float,
        read_timeout: float,
        uptime: Callable[[], float],
    ) -> None:
        """`origins` says where requests to each origin that a library has built in really go; others are refused."""
        super().__init__()
        self.trust_env = False
        self.last: requests.Response | None = None
        self._origins = {**origins, **{target: target for target in origins.values()}}
        self._timeout = (connect_timeout, read_timeout)
        self._uptime = uptime
        self._door = _Door(read_timeout)
        self.mount("https://", self._door)
        self.mount("http://", self._door)

    @property
    def reached(self) -> bool:
        """Whether a connection stood: from then on the request's bytes may have left."""
        return self._door.opened

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        self.last = None
        # A kept-alive connection that the other side closed can't be told from one that took the bytes.
        self._door.close()
        self._door.opened = False
        options |= {"timeout": self._timeout, "allow_redirects": False, "proxies": None, "stream": True}
        give_up_at = self._uptime() + sum(self._timeout)
        # Here, before a signature is made: OAuth 1.0a signs the address.
        response = super().request(method, self._our_address(url), *args, **options)
        _read(response, lambda: self._uptime() > give_up_at)
        self.last = response
        return response

    def _our_address(self, url: str) -> str:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self._origins:
            raise ForeignAddress(f"{origin} is not the account's platform")
        return self._origins[origin] + url[len(origin) :]


class _Door(HTTPAdapter):
    """Never sends twice, and notes when a connection stands."""

    def __init__(self, patience: float) -> None:
        self.opened = False
        self.patience = patience
        super().__init__(max_retries=0)  # urllib3 then raises at once, also where a kept connection was closed

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self)


def _pools(door: _Door) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections report to the door, with TLS only once the handshake is done."""

    def note(connection: HTTPConnection) -> None:
        door.opened = True
        if connection.sock:  # urllib3 sends under the connect timeout; a picture may take longer on an office's line
            connection.sock.settimeout(door.patience)

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            note(self)

    class Tls(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            note(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _read(response: requests.Response, is_late: Callable[[], bool]) -> None:
    """Take in the whole answer; requests alone would wait without end for one that comes byte by byte."""
    body = bytearray()
    while part := response.raw.read1(65536, decode_content=True):
        body += part
        if is_late() or len(body) > LONGEST_ANSWER:
            response.close()
            raise requests.ReadTimeout("the answer took too long or was too long")
    response._content = bytes(body)
    response.close()


def in_words(error: BaseException) -> str:
    """The innermost reason, `NewConnectionError: … Connection refused`; may hold an address, so clean it before use."""
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return in_words(inner) if isinstance(inner, BaseException) else f"{type(error).__name__}: {error}"
