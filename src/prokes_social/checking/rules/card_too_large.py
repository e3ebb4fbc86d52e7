"""Drawn card in, the platforms out that would refuse a picture of so many bytes."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card

code = "card-too-large"
why = Bilingual(
    "Setiap platform menolak gambar di atas batasnya; lebih baik tahu sekarang daripada saat tayang.",
    "Each platform refuses pictures above its limit; better to know now than when it is due.",
)
looks_at = Card
can_be_silenced = False
bad = "bytes: 1200000"
good = "bytes: 150000"


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    size = len(card.data)
    refusing = {name: each.picture_bytes for name, each in context.limits.items() if size > each.picture_bytes}
    if refusing:
        names, least = ", ".join(refusing), min(refusing.values())
        yield Finding(
            path=("card",),
            what=Bilingual(
                f"Kartu {card.size} berukuran {size // 1000} KB; batasnya {least // 1000} KB ({names}).",
                f"The {card.size} card has {size // 1000} KB; the limit is {least // 1000} KB ({names}).",
            ),
            remedy=Bilingual(
                "Pakai foto yang lebih sederhana, atau simpan kartu sebagai JPEG di templat.",
                "Use a simpler photograph, or let the template save the card as JPEG.",
            ),
        )
