"""Campaign in, silences out that name a rule which does not exist or may not be set aside."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding, Silenced
from prokes_social.checking.rules import all_rules
from prokes_social.checking.rules.unknown_target import suggestion
from prokes_social.i18n import Bilingual

code = "silence-unknown-rule"
why = Bilingual(
    "Pengecualian untuk aturan yang keliru namanya tidak berguna dan membingungkan pemeriksa.",
    "An exception for a misspelt rule has no effect and confuses reviewers.",
)
looks_at = Silenced
can_be_silenced = False
bad = """
silence:
  - {rule: wording-jargons, reason: Nama aturannya keliru ditulis.}
"""
good = """
messages:
  - {id: pesan, text: Ayo periksa lewat tes swab di puskesmas., sources: [kemenkes]}
silence:
  - {rule: wording-jargon, reason: Istilah ini dikenal warga kami.}
"""


def check(silenced: Silenced, context: CheckContext) -> Iterator[Finding]:
    rules = {rule.code: rule for rule in all_rules()}
    allowed = [rule.code for rule in all_rules() if rule.can_be_silenced]
    for position, silence in enumerate(silenced.campaign.silence):
        path = ("silence", position, "rule")
        if silence.rule not in rules:
            what = Bilingual(f"Tidak ada aturan “{silence.rule}”.", f"There is no rule “{silence.rule}”.")
            yield Finding(path=path, what=what, remedy=suggestion(silence.rule, allowed))
        elif silence.rule not in allowed:
            what = Bilingual(
                f"Aturan “{silence.rule}” tidak dapat dikesampingkan.",
                f"The rule “{silence.rule}” cannot be set aside.",
            )
            yield Finding(path=path, what=what, remedy=_MEND)


_MEND = Bilingual(
    "Hapus baris ini, lalu perbaiki apa yang ditemukan aturan itu.", "Delete this line and mend what the rule finds."
)
