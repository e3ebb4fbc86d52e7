"""Campaign in, card templates out that this workspace does not have."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.unknown_target import suggestion
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "unknown-template"
why = Bilingual(
    "Tanpa templat yang dikenal kartu tidak dapat digambar.",
    "Without a known template no card can be drawn.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card: {template: anouncement, slots: {headline: Cuci tangan}, alt: Kartu tentang mencuci tangan sebelum makan.}
    sources: [kemenkes]
"""
good = """
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card: {template: announcement, slots: {headline: Cuci tangan}, alt: Kartu tentang mencuci tangan sebelum makan.}
    sources: [kemenkes]
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    if context.templates is None:
        return
    for position, message in enumerate(campaign.messages):
        if message.card and message.card.template not in context.templates:
            name = message.card.template
            yield Finding(
                path=("messages", position, "card", "template"),
                what=Bilingual(f"Templat “{name}” tidak ada.", f"There is no template “{name}”."),
                remedy=suggestion(name, sorted(context.templates)),
            )
