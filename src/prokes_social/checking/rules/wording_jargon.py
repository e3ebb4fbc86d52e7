"""Campaign in, foreign and office terms out, each with the word that everybody knows."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-jargon"
why = Bilingual(
    "Pesan kesehatan hanya berguna bila dipahami semua warga.",
    "A health message only helps those who understand it.",
)
looks_at = Campaign
severity = Severity.WARNING
languages = ("id",)
bad = "text: Ayo bawa hand sanitizer dan terapkan social distancing."
good = "text: Ayo bawa penyanitasi tangan dan jaga jarak."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "jargon", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual("Tulis dengan kata sehari-hari.", "Say it in everyday words.")
