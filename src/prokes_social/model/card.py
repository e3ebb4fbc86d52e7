"""Card: a rendered picture with its alternative text, named by its content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prokes_social.model.platform import Size


@dataclass(frozen=True, kw_only=True)
class CardRequest:
    """What a card is made from; slots are plain JSON values."""

    template: str
    brand: str
    size: Size
    slots: Mapping[str, Any] = field(hash=False)
    alt_text: str
    link: str | None = None  #: for the QR


@dataclass(frozen=True, kw_only=True)
class Card:
    request: CardRequest
    content_digest: str  #: SHA-256 over everything it is drawn from, the bytes of fonts and images included
    file_digest: str  #: SHA-256 of `data`
    media_type: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> Size:
        return self.request.size

    @property
    def alt_text(self) -> str:
        return self.request.alt_text
