"""Campaign in, variants out that belong to no platform and no group."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.unknown_target import suggestion
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import LEADERS, STAFF, Campaign

code = "unknown-variant"
why = Bilingual(
    "Varian dengan nama yang keliru tidak pernah dipakai; teks umum yang tayang.",
    "A variant under a wrong name is never used; the general text goes out instead.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - {id: pesan, text: Ayo cuci tangan., variants: {twiter: Yuk cuci tangan.}, sources: [kemenkes]}
"""
good = """
messages:
  - {id: pesan, text: Ayo cuci tangan., variants: {x: Yuk cuci tangan.}, sources: [kemenkes]}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    known = [*context.limits, LEADERS, STAFF]
    for position, message in enumerate(campaign.messages):
        for name in message.variants:
            if name not in known:
                yield Finding(
                    path=("messages", position, "variants", name),
                    at_key=True,
                    what=Bilingual(
                        f"Varian “{name}” bukan milik platform atau kelompok mana pun.",
                        f"The variant “{name}” belongs to no platform and no group.",
                    ),
                    remedy=suggestion("x" if name.lower().startswith("twit") else name, known),
                )
