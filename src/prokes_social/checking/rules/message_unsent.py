"""Campaign in, messages out that no send names."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "message-unsent"
why = Bilingual(
    "Pesan tanpa jadwal tidak pernah tayang; mungkin jadwalnya terlupa.",
    "A message without a send never goes out; perhaps its schedule was forgotten.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = """
messages:
  - {id: pagi, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
  - {id: sore, text: Ayo istirahat yang cukup., sources: [kemenkes]}
sends:
  - {id: sekali, message: pagi, to: official, at: 2026-11-24 07.30}
"""
good = """
messages:
  - {id: pagi, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
sends:
  - {id: sekali, message: pagi, to: official, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    sent = {send.message for send in campaign.sends}
    if not sent or not sent <= {message.id for message in campaign.messages}:
        return  # a draft without any schedule yet, or a misspelt id, which is reported where it stands
    for position, message in enumerate(campaign.messages):
        if message.id not in sent:
            yield Finding(
                path=("messages", position, "id"),
                what=Bilingual(
                    f"Pesan “{message.id}” belum dijadwalkan.", f"No send names the message “{message.id}”."
                ),
                remedy=Bilingual(
                    "Tambahkan jadwal di “sends:”, atau hapus pesan ini.", "Add a send, or delete this message."
                ),
            )
