"""What travels between the socket and a platform: a request read in full, the call it stands for, its answer."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from prokes_social.sandbox.accounts import Account

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file of a multipart body."""

    field: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request, read to its end. Header names are in lower case; repeated parameters stay repeated."""

    method: str
    url: str  #: as the client addressed it, query included
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[Upload, ...] = ()

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`body` is sent as JSON unless `raw` is given; a `media_type` of None leaves the header out."""

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    media_type: str | None = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        return replace(self, headers={**headers, **self.headers})


class Refused(Exception):
    """Raised anywhere in a platform's code; `answer` is what the client sees."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Call:
    """An admitted request: who calls, what the faults may know it as, and the deed itself."""

    platform: str
    account: Account | None
    names: frozenset[str]
    act: Callable[[], Answer]
    headers: Mapping[str, str] = field(default_factory=dict)  #: go out with every answer, faults included


def trace_id() -> str:
    """Meta's `fbtrace_id` and X's transaction id: opaque, different each time."""
    return "A" + secrets.token_urlsafe(16).replace("-", "x")
