"""Campaign in, sends out whose rhythm meets no day at all."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "send-never"
why = Bilingual(
    "Jadwal yang tidak jatuh pada hari mana pun tidak mengirim apa-apa.",
    "A send that falls on no day sends nothing.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
sends:
  - {id: senin, message: pesan, to: official, every: senin 07.30, between: [2026-11-24, 2026-11-27]}
"""
good = """
sends:
  - {id: senin, message: pesan, to: official, every: senin 07.30, between: [2026-11-23, 2026-12-14]}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, send in enumerate(campaign.sends):
        if send.every and not any(send.occasions(campaign.starts_on, campaign.ends_on)):
            yield Finding(
                path=("sends", position, "every"),
                what=Bilingual(
                    f"Jadwal “{send.id}” tidak jatuh pada hari mana pun.", f"The send “{send.id}” falls on no day."
                ),
                remedy=Bilingual("Ubah harinya, atau perpanjang “between”.", "Change its days, or widen “between”."),
            )
