"""Campaign in, texts out that are longer than a platform takes, in that platform's own count."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "text-length"
why = Bilingual(
    "Teks yang terlalu panjang ditolak oleh platform pada saat harus tayang.",
    "A text that is too long is refused by the platform just when it is due.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - id: panjang
    text: "Ayo cuci tangan sebelum makan bersama keluarga di rumah, lalu ajak tetangga melakukan hal yang sama setiap
      hari. Ayo cuci tangan sebelum makan bersama keluarga di rumah, lalu ajak tetangga melakukan hal yang sama setiap
      hari. Ayo cuci tangan sebelum makan bersama keluarga di rumah, lalu ajak tetangga melakukan hal yang sama."
sends:
  - {id: sekali, message: panjang, to: x, at: 2026-11-24 07.30}
"""
good = """
messages:
  - {id: pendek, text: Ayo cuci tangan sebelum makan.}
sends:
  - {id: sekali, message: pendek, to: x, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        for platform in context.platforms_for(campaign, message):
            limits = context.limits[platform]
            over = limits.weigh(campaign.text_for(message, platform, limits)) - limits.text_length
            if over > 0:
                own = ("variants", platform) if platform in message.variants else ("text",)
                yield _finding(("messages", position, *own), platform, over)


def _finding(path: tuple[str | int, ...], platform: str, over: int) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(
            f"Untuk {platform} teks ini lebih {over} karakter, termasuk tagar dan tautan.",
            f"For {platform} this text is {over} characters too long, hashtags and link included.",
        ),
        remedy=Bilingual(
            f"Persingkat, atau tulis teks tersendiri di “variants: {platform}:”.",
            f"Shorten it, or write a text of its own below “variants: {platform}:”.",
        ),
    )
