"""Campaign in, words that brand people or groups out."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-stigma"
why = Bilingual(
    "Orang yang takut dicap akan menyembunyikan gejala dan menjauhi vaksinasi.",
    "People who fear being branded hide symptoms and avoid vaccination.",
)
looks_at = Campaign
severity = Severity.ERROR
languages = ("id",)
bad = "text: Jangan dekati penderita COVID-19 di lingkungan Anda."
good = "text: Bantu pasien COVID-19 di lingkungan Anda."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "stigma", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual(
    "Hapus kata ini, atau ceritakan keadaannya tanpa menilai orangnya.",
    "Leave this word out, or tell the situation without judging the person.",
)
