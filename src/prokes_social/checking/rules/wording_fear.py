"""Campaign in, words that frighten out."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-fear"
why = Bilingual(
    "Rasa takut membuat orang menutup mata; kepedulian membuat orang bergerak.",
    "Fear makes people look away; care makes them act.",
)
looks_at = Campaign
severity = Severity.ERROR
languages = ("id",)
bad = "text: Awas virus mematikan, jangan sampai menyesal seumur hidup."
good = "text: Tidak perlu panik. Ayo cuci tangan sebelum makan."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "fear", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual(
    "Hapus kata ini; katakan apa yang dapat dilakukan pembaca.", "Leave this word out; say what readers can do."
)
