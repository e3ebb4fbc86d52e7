"""Campaign in, words that promote a candidate, a party or an office holder out."""

from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "wording-promotion"
why = Bilingual(
    "Akun instansi milik semua warga, juga menjelang pemilihan.",
    "An office's account belongs to everybody, also before elections.",
)
looks_at = Campaign
severity = Severity.ERROR
languages = ("id",)
bad = "text: Vaksinasi lancar berkat kepemimpinan Bapak Bupati. Jangan lupa coblos!"
good = "text: Vaksinasi lancar berkat kerja petugas dan warga. Ayo datang ke puskesmas."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    return wording.findings(campaign, "promotion", otherwise=_OTHERWISE)


_OTHERWISE = Bilingual("Hapus bagian ini.", "Leave this part out.")
