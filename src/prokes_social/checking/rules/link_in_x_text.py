"""Campaign in, texts for X out that contain an address, because X charges thirteen times as much for them."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import addresses
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "link-in-x-text"
why = Bilingual(
    "Di X unggahan dengan alamat web berbiaya US$0,20, tanpa alamat US$0,015; kode QR di kartu gratis.",
    "On X a post with a web address costs $0.20, without one $0.015; a QR code on the card is free.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = """
messages:
  - {id: pesan, text: Ayo baca kemkes.go.id hari ini., sources: [kemenkes]}
sends:
  - {id: sekali, message: pesan, to: x, at: 2026-11-24 07.30}
"""
good = """
messages:
  - {id: pesan, text: Ayo pindai kode QR di kartu ini., sources: [kemenkes]}
sends:
  - {id: sekali, message: pesan, to: x, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        if "x" not in context.platforms_for(campaign, message):
            continue
        own = ("variants", "x") if "x" in message.variants else ("text",)
        for address in addresses(campaign.text_for(message, "x", context.limits["x"]))[:1]:
            yield Finding(path=("messages", position, *own), near=address, what=_said(address), remedy=_REMEDY)


def _said(address: str) -> Bilingual:
    return Bilingual(
        f"Dengan alamat “{address}” setiap unggahan di X berbiaya US$0,20, bukan US$0,015.",
        f"With the address “{address}” each post on X costs $0.20 instead of $0.015.",
    )


_REMEDY = Bilingual(
    "Pindahkan alamat ke “link:” supaya menjadi kode QR di kartu, atau tulis “variants: x:” tanpa alamat.",
    "Move the address to “link:”, which becomes the card's QR code, or write “variants: x:” without it.",
)
