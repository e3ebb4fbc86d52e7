"""Campaign in, silences out that keep nothing quiet any more."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding, Silenced
from prokes_social.checking.rules import all_rules
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "silence-without-effect"
why = Bilingual(
    "Pengecualian yang tidak lagi diperlukan dapat menutupi kesalahan berikutnya.",
    "An exception that is no longer needed may hide the next mistake.",
)
looks_at = Silenced
severity = Severity.WARNING
can_be_silenced = False
bad = """
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
silence:
  - {rule: wording-jargon, reason: Dulu ada istilah asing di sini.}
"""
good = """
messages:
  - {id: pesan, text: Ayo periksa lewat tes swab di puskesmas., sources: [kemenkes]}
silence:
  - {rule: wording-jargon, reason: Istilah ini dikenal warga kami.}
"""


def check(silenced: Silenced, context: CheckContext) -> Iterator[Finding]:
    # Rules that look at cards and plans have not spoken yet when a campaign is checked.
    known = {rule.code for rule in all_rules() if rule.looks_at is Campaign and rule.can_be_silenced}
    for position, silence in enumerate(silenced.campaign.silence):
        if silence.rule in known and position not in silenced.matched:
            yield Finding(path=("silence", position), what=_said(silence.rule), remedy=_DELETE)


def _said(rule: str) -> Bilingual:
    return Bilingual(
        f"Aturan “{rule}” tidak menemukan apa pun di sini; pengecualian ini tidak berpengaruh.",
        f"The rule “{rule}” finds nothing here; this exception has no effect.",
    )


_DELETE = Bilingual("Hapus pengecualian ini.", "Delete this exception.")
