"""Campaign in, messages without a source out."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "source-missing"
why = Bilingual(
    "Pesan kesehatan dari instansi harus dapat ditelusuri sampai ke sumbernya.",
    "An office's health message must be traceable to its source.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - {id: tanpa-sumber, text: Ayo cuci tangan sebelum makan., sources: []}
"""
good = """
messages:
  - {id: bersumber, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    known = ", ".join(source.id for source in campaign.sources)
    for position, message in enumerate(campaign.messages):
        if not message.sources:
            yield Finding(
                path=("messages", position, "sources"),
                what=Bilingual(
                    f"Pesan “{message.id}” tidak menyebut sumber.", f"The message “{message.id}” names no source."
                ),
                remedy=_remedy(known),
            )


def _remedy(known: str) -> Bilingual:
    if not known:
        return Bilingual(
            "Tulis sumber resmi di bagian “sources:” kampanye, lalu sebutkan id-nya di pesan ini.",
            "Write an official source below the campaign's “sources:” and name its id in this message.",
        )
    return Bilingual(
        f"Tambahkan “sources: [{known}]” dengan sumber yang sesuai.",
        f"Add “sources: [{known}]” with those that fit.",
    )
