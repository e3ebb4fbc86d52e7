"""Campaign in, words that are not spelled as the KBBI dictionary has them out, derivations included."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-spelling"
why = Bilingual(
    "Ejaan baku membuat akun instansi dipercaya dan mudah dicari.",
    "Standard spelling makes an office's account trusted and easy to find.",
)
looks_at = Campaign
severity = Severity.WARNING
languages = ("id",)
bad = "text: Ayo antri dengan tertib dan kurangi resiko penularan."
good = "text: Ayo antre dengan tertib dan kurangi risiko penularan."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "spelling", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual("Periksa kata ini di KBBI.", "Look this word up in the KBBI.")
