"""Card: a rendered picture with its alternative text, named by its content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prokes_social.model.platform import Picture, Size


@dataclass(frozen=True, kw_only=True)
class CardRequest:
    """What a card is made from; slots are plain JSON values."""

    template: str
    brand: str
    size: Size
    slots: Mapping[str, Any] = field(hash=False)
    alt_text: str
    link: str | None = None  #: for the QR


#: Left, top, right, bottom in px from the card's top left corner.
Edges = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class CardText:
    """One line of type as it stands on a card."""

    slot: str | None  #: where its words come from
    words: str
    box: Edges  #: from the top of its capitals to the baseline
    size: int  #: px
    bold: bool = False
    color: tuple[int, int, int] = (0, 0, 0)
    contrast: float = 21.0  #: the least between its colour and the pixels under it, 1 to 21 (WCAG 2.2)


@dataclass(frozen=True, kw_only=True)
class CardCode:
    """A QR code on a card: what it should say, and what was read from the finished picture."""

    wanted: str
    read: str | None


@dataclass(frozen=True, kw_only=True)
class Card:
    request: CardRequest
    content_digest: str  #: SHA-256 over everything it is drawn from, the bytes of fonts and images included
    file_digest: str  #: SHA-256 of `data`
    media_type: str
    data: bytes = field(repr=False)
    texts: tuple[CardText, ...] = field(default=(), repr=False)  #: these three only where a card was inspected
    codes: tuple[CardCode, ...] = ()
    safe: Edges | None = None  #: the part that every platform shows whole

    @property
    def size(self) -> Size:
        return self.request.size

    @property
    def alt_text(self) -> str:
        return self.request.alt_text

    @property
    def picture(self) -> Picture:
        """As a post carries it; our own address for it is not known here."""
        return Picture(
            data=self.data, media_type=self.media_type, size=self.size, alt_text=self.alt_text,
            file_digest=self.file_digest,
        )  # fmt: skip
