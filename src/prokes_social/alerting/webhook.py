"""A notice in, one signed JSON POST out; follows no redirect and connects only to the address it looked at."""

import hmac
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from prokes_social import __version__
from prokes_social.alerting.notice import Notice, NotTold, PerhapsTold
from prokes_social.alerting.pinned import Pinned
from prokes_social.clock import Clock
from prokes_social.i18n import _
from prokes_social.keys import Secret

TIMEOUT = 10.0  #: seconds, from the connection to the end of the answer's head


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`X-Prokes-Signature` is `sha256=` and the HMAC, in hex, over `X-Prokes-Timestamp`, a dot and the body."""

    url: str = field(repr=False)  # many services put a token into its path
    clock: Clock
    secret: Secret | None = None
    pinned: Pinned = field(default_factory=Pinned)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout: float = TIMEOUT
    name: str = "webhook"
    at_once: int = 1

    def tell(self, notices: Sequence[Notice]) -> None:
        """Raises NotTold."""
        for notice in notices:
            body = json.dumps(notice.as_json(), ensure_ascii=False).encode()
            try:
                # The same alarm told twice, after a lost answer, has the same id.
                status = self._post(body, self._headers(body, {"X-Prokes-Alarm": str(notice.alarm.id)}))
            except (OSError, http.client.HTTPException) as error:
                # The words of such errors may quote the address: their kind is enough.
                raise NotTold(_("no answer ({reason})", reason=_kind(error))) from error
            if not 200 <= status < 300:
                raise NotTold(_refusal(status))

    def send(self, event: Mapping[str, Any], *, name: str) -> None:
        """Post an event that is no alarm; `name` tells it from others, and is the same for one told twice.

        Raises NotTold where it is proved not taken, PerhapsTold where the answer was lost.
        """
        body = json.dumps(event, ensure_ascii=False).encode()
        try:
            status = self._post(body, self._headers(body, {"X-Prokes-Event": name}))
        except (ConnectionRefusedError, ssl.SSLCertVerificationError) as error:
            raise NotTold(_("no answer ({reason})", reason=_kind(error))) from error
        except (OSError, http.client.HTTPException) as error:
            raise PerhapsTold(_("no answer ({reason})", reason=_kind(error))) from error
        if not 200 <= status < 300:
            raise NotTold(_refusal(status))

    def _headers(self, body: bytes, more: Mapping[str, str]) -> dict[str, str]:
        stamp = str(int(self.clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"prokes-social/{__version__}",
            "X-Prokes-Timestamp": stamp,
        }
        return {**headers, **more} | _signature(self.secret, stamp, body)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        parts = urlsplit(self.url)
        assert parts.hostname  # noqa: S101 - settings let no other address through
        secure = parts.scheme == "https"
        # Named by host, connected by address: the Host header and the certificate's name are those of the host.
        port = parts.port or (443 if secure else 80)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with self._line(parts.hostname, port, secure=secure) as line:
            speaker = http.client.HTTPConnection(parts.hostname, port)
            speaker.default_port = 443 if secure else 80
            speaker.sock = line
            speaker.request("POST", path, body=body, headers=dict(headers))
            return speaker.getresponse().status

    @contextmanager
    def _line(self, host: str, port: int, *, secure: bool) -> Iterator[socket.socket]:
        """The connection, cut when the time is over: a timeout alone lets an answer drip for ever."""
        line = self.pinned.connect(host, port, self.timeout)
        if secure:
            line = self.trust.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
        cut = threading.Timer(self.timeout, _cut, (line,))
        cut.start()
        try:
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            yield line
        finally:
            cut.cancel()
            line.close()


def _signature(secret: Secret | None, stamp: str, body: bytes) -> dict[str, str]:
    if secret is None:
        return {}
    digest = hmac.digest(secret.reveal().encode(), stamp.encode() + b"." + body, "sha256").hex()
    return {"X-Prokes-Signature": f"sha256={digest}"}


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return _("it answered {status}; redirects are not followed", status=status)
    return _("it answered {status}", status=status)


def _kind(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or type(error).__name__
    return getattr(error, "strerror", None) or type(error).__name__


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it ended by itself
