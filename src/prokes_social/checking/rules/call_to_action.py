"""Campaign in, texts out that do not say what readers can do."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import captions
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "call-to-action"
why = Bilingual(
    "Pesan yang baik memberi tahu satu hal yang dapat dilakukan sekarang.",
    "A good message names one thing to do now.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = "text: Tangan yang bersih itu sehat."
good = "text: Tangan yang bersih itu sehat. Yuk, cuci tangan sebelum makan."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        for text in captions(message, ("messages", position)):
            if not wording.hits(text.words, "actions"):
                yield Finding(path=text.path, what=_WHAT, remedy=_REMEDY)


_WHAT = Bilingual(
    "Teks ini belum mengajak pembaca melakukan sesuatu.", "This text does not ask readers to do anything."
)
_REMEDY = Bilingual(
    "Tambahkan ajakan ramah, misalnya “Yuk, …”, “Mari …”, atau “Hubungi …”.",
    "Add a friendly request, like “Yuk, …”, “Mari …” or “Hubungi …”.",
)
