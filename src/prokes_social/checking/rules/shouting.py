"""Campaign in, capitals and rows of exclamation marks out."""

import re
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import texts, without_addresses
from prokes_social.checking.wording import word_list
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "shouting"
why = Bilingual(
    "Huruf besar dan deretan tanda seru terbaca sebagai teriakan dan sulit dibaca.",
    "Capitals and rows of exclamation marks read as shouting and are hard to read.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = "text: AYO SEGERA VAKSIN SEKARANG!!!"
good = "text: Ayo vaksinasi COVID-19 di puskesmas!"

_MARKS = re.compile(r"!{2,}|[?!]{3,}")
_CAPITALS = re.compile(r"(?<![\w#@-])[A-Z][A-Z-]{3,}(?![\w])")
FEW = 2  #: words in capitals that a text may have for stress; one word of five letters is no shouting


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        plain = without_addresses(text.words)
        if marks := _MARKS.search(plain):
            yield Finding(path=text.path, near=marks[0], what=_MARKS_SAID, remedy=_ONE_MARK)
        words = [word for word in _CAPITALS.findall(plain) if word not in _acronyms()]
        if len(words) > FEW:
            yield Finding(path=text.path, near=words[0], what=_capitals_said(words), remedy=_SMALL)


def _acronyms() -> set[str]:
    return {word for entry in word_list("acronyms").entries for word in entry.find}


def _capitals_said(words: list[str]) -> Bilingual:
    return Bilingual(
        f"{len(words)} kata ditulis dengan huruf besar semua, mulai dari “{words[0]}”.",
        f"{len(words)} words stand in capitals, beginning with “{words[0]}”.",
    )


_MARKS_SAID = Bilingual("Tanda seru berderet terbaca sebagai teriakan.", "Several exclamation marks read as shouting.")
_ONE_MARK = Bilingual("Pakai satu tanda seru, atau titik.", "Use one exclamation mark, or a full stop.")
_SMALL = Bilingual("Tulis dengan huruf kecil seperti biasa.", "Write them in small letters as usual.")
