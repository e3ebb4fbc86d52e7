"""Wave: a group asked together. Offer: one person's invitation. Share step: what became of it, counted, not proved."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prokes_social.i18n import Bilingual, Labelled
from prokes_social.model.campaign import WallTime
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size


class WaveStatus(Labelled):
    """Each member carries its remark; `WAVE_MOVES` says where a wave may go."""

    WAITING = "waiting", Bilingual("menunggu", "waiting"), Bilingual("menunggu persetujuan", "waits for approval")
    READY = (
        "ready",
        Bilingual("siap", "ready"),
        Bilingual(
            "disetujui; menunggu waktunya atau gelombang sebelumnya", "approved; waits for its time or for others"
        ),
    )
    OPEN = "open", Bilingual("dibuka", "open"), Bilingual("pegawai diajak", "people are invited")
    CLOSED = "closed", Bilingual("ditutup", "closed"), Bilingual("masanya selesai", "its time is over")
    CANCELLED = "cancelled", Bilingual("dibatalkan", "cancelled"), Bilingual("ditarik", "withdrawn")


W = WaveStatus
WAVE_MOVES: Mapping[WaveStatus, frozenset[WaveStatus]] = {
    W.WAITING: frozenset({W.READY, W.CANCELLED, W.CLOSED}),
    W.READY: frozenset({W.WAITING, W.OPEN, W.CANCELLED, W.CLOSED}),
    W.OPEN: frozenset({W.CLOSED, W.CANCELLED, W.WAITING}),  # waiting: edited, so nobody new is asked before approval
    W.CLOSED: frozenset({W.WAITING, W.CANCELLED}),  # cancelled: called back, so that what was shared shows no more
    W.CANCELLED: frozenset({W.WAITING}),
}


class Opened(Labelled):
    """Why a wave opened."""

    TIME = "time", Bilingual("waktunya tiba", "its time came")
    SHARE = "share", Bilingual("gelombang sebelumnya mencapai bagiannya", "the wave before reached its share")
    PERSON = "person", Bilingual("dibuka petugas", "opened by a person")


class Step(Labelled):
    """What an invited person did, as far as we can know; each carries how it is known."""

    OPENED = "opened", Bilingual("membuka", "opened"), Bilingual("halaman tampil di layar", "the page was on screen")
    SHEET = (
        "sheet",
        Bilingual("membuka menu bagikan", "opened the share sheet"),
        Bilingual("tombol bagikan ditekan; belum tentu terunggah", "the share button was tapped; no proof of a post"),
    )
    SAID = (
        "said",
        Bilingual("menyatakan membagikan", "said shared"),
        Bilingual("kata pegawai sendiri", "their own word"),
    )
    PROOF = (
        "proof",
        Bilingual("memberi bukti", "gave proof"),
        Bilingual("alamat unggahan diberikan", "gave the post's address"),
    )
    DECLINED = (
        "declined",
        Bilingual("tidak kali ini", "not this time"),
        Bilingual("hanya terlihat oleh orangnya", "seen by the person alone"),
    )


_GROUPS = {"leaders": Bilingual("pimpinan", "leaders"), "staff": Bilingual("pegawai", "staff")}


@dataclass(frozen=True, kw_only=True)
class WaveKey:
    campaign: str
    message: str
    audience: str  #: "leaders", "staff", or "account:<name>" for an account that is posted to by hand
    occurrence: str

    @property
    def account(self) -> str:
        """The account that is posted to by hand; empty where people share on their own."""
        return self.audience.partition(":")[2]

    @property
    def audience_label(self) -> str:
        """Who is asked, as people say it."""
        return self.account or str(_GROUPS[self.audience])


@dataclass(frozen=True, kw_only=True)
class WaveContent:
    """Everything that people approve of a wave."""

    captions: tuple[str, ...]  #: to choose from, the first is proposed
    alt_text: str
    link: str | None  #: where the tracked links lead
    card: CardRequest | None  #: in its first size
    sizes: tuple[Size, ...]  #: in which the card is offered
    card_digest: str | None  #: of what all personal cards have in common, in the first size
    wall_time: WallTime  #: on the wall of `zone`, or of each unit where the send names none
    zone: str | None
    opens_at: datetime  #: the earliest moment at which somebody is asked because of the time
    closes_at: datetime
    after: str | None = None  #: the send whose wave goes first
    share: int | None = None  #: per cent of those offered there who said that they shared
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Wave:
    id: int
    key: WaveKey
    content: WaveContent
    status: WaveStatus
    opened_at: datetime | None = None
    opened_by: Opened | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One person's invitation to share one wave's message."""

    id: int
    wave_id: int
    person_id: int | None  #: None once the person is forgotten
    unit_id: str  #: where the person worked when they were asked
    code: str  #: of their tracked links and their public card page; tells nothing about them
    offered_at: datetime
    steps: Mapping[Step, datetime]
    proof: str = ""  #: the address of their post, as they gave it


#: Without letters and digits that are mistaken for each other; one length, so that all QR codes are of one size.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10


def new_code() -> str:
    """About 49 bits: not to be guessed, short enough for a QR code."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def content_as_json(content: WaveContent) -> dict[str, Any]:
    """For keeping and for the digest; `digest` itself is left out."""
    card = content.card
    return {
        "captions": list(content.captions),
        "alt_text": content.alt_text,
        "link": content.link,
        "card": {"template": card.template, "brand": card.brand, "slots": dict(card.slots)} if card else None,
        "sizes": [str(size) for size in content.sizes],
        "card_digest": content.card_digest,
        "wall_time": str(content.wall_time),
        "zone": content.zone,
        "opens_at": content.opens_at.isoformat(),
        "closes_at": content.closes_at.isoformat(),
        "after": content.after,
        "share": content.share,
    }


def content_from_json(kept: Mapping[str, Any], digest: str) -> WaveContent:
    sizes = tuple(Size.parse(size) for size in kept["sizes"])
    card = kept["card"]
    request = CardRequest(**card, size=sizes[0], alt_text=kept["alt_text"], link=kept["link"]) if card else None
    plain = {name: kept[name] for name in ("alt_text", "link", "card_digest", "zone", "after", "share")}
    return WaveContent(
        **plain, wall_time=WallTime.parse(kept["wall_time"]),
        captions=tuple(kept["captions"]), card=request, sizes=sizes, digest=digest,
        opens_at=datetime.fromisoformat(kept["opens_at"]), closes_at=datetime.fromisoformat(kept["closes_at"]),
    )  # fmt: skip
