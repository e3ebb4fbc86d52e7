"""What a platform allows, what is handed to it, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prokes_social.keys import Secret


@dataclass(frozen=True, order=True)
class Size:
    """Pixels."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> "Size":
        """`1080x1350`. Raises ValueError."""
        width, _, height = text.lower().partition("x")
        return cls(int(width), int(height))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A platform's rules about content, as far as they can be known without asking it."""

    text_length: int  #: in the platform's own count, see `weigh`
    weigh: Callable[[str], int] = len
    hashtags: int = 5  #: our own advice; Instagram's rule
    pictures: int = 1
    picture_bytes: int = 1_000_000
    card_size: Size = Size(1080, 1350)
    appends_link: bool = False  #: where a link in the text is free and can be tapped


@dataclass(frozen=True, kw_only=True)
class Picture:
    data: bytes = field(repr=False)
    media_type: str  #: image/jpeg or image/png
    size: Size
    alt_text: str
    file_digest: str
    url: str | None = None  #: our own signed, short-lived address, for platforms that fetch pictures themselves


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Text, card and link exactly as approved."""

    text: str
    pictures: tuple[Picture, ...] = ()
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was uploaded, and how to recognise the post if its answer is lost. Stored before the public call."""

    markers: Mapping[str, Any]  #: JSON; the platform's own words
    expires_at: datetime | None = None
    ready: bool = True  #: False while the platform still processes the media; prepare again later


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One account as a platform needs it: identity, credentials, and the origin to speak to."""

    account: str
    credentials: Mapping[str, Secret]
    base_url: str
    sandbox: bool


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the platform says an account is."""

    external_id: str
    handle: str
    name: str
    expires_at: datetime | None = None  #: when the credentials end, where the platform tells


@dataclass(frozen=True, kw_only=True)
class Post:
    """What exists on the platform."""

    external_id: str
    permalink: str
    published_at: datetime
