"""Campaign in, promises that nobody can keep out."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-absolute"
why = Bilingual(
    "Satu janji yang meleset merusak kepercayaan pada semua pesan berikutnya.",
    "One broken promise damages trust in every message that follows.",
)
looks_at = Campaign
severity = Severity.ERROR
languages = ("id",)
bad = "text: Vaksin ini 100% aman dan tanpa efek samping."
good = "text: Vaksin ini aman dan terus dipantau. Ayo tanyakan kepada petugas."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "absolute", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual(
    "Hapus kata ini, atau sebutkan manfaatnya dengan sumber.",
    "Leave this out, or name the benefit with its source.",
)
