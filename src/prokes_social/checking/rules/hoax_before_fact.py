"""Campaign in, texts out that quote a hoax before they say what is true."""

import re
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "hoax-before-fact"
why = Bilingual(
    "Yang dibaca pertama paling diingat; hoaks yang disebut dulu justru ikut tersebar.",
    "What is read first is remembered; a hoax quoted first is spread once more.",
)
looks_at = Campaign
languages = ("id",)
bad = """
messages:
  - {id: cip, text: "Mitos: ada cip di dalam vaksin. Fakta: tidak ada. Ayo cek sumbernya.", sources: [kemenkes]}
"""
good = """
messages:
  - {id: cip, text: "Fakta: vaksin melatih tubuh. Klaim yang keliru: ada cip. Ayo cek sumbernya.", sources: [kemenkes]}
"""

#: A claim is quoted: a word for it, and a colon, a quotation mark or "that" behind it.
_QUOTED = re.compile(
    r"(?<![\w#])(?:hoaks|hoax|mitos|klaim|disinformasi|kabar (?:bohong|palsu|burung|keliru)|isu)(?!\w)"
    r"(?:[^.!?\n:“\"]{0,30}[:“\"]|\s+(?:bahwa|yang (?:mengatakan|menyebut|beredar)))"
    r"|(?<!\w)beredar (?:kabar|isu|pesan|informasi|klaim)(?!\w)|(?<!\w)katanya(?!\w)",
    re.IGNORECASE,
)
_FACT = re.compile(r"(?<![\w#])(?:fakta(?:nya)?|yang benar|sebenarnya|kenyataannya)(?!\w)", re.IGNORECASE)


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        quoted = _QUOTED.search(text.words)
        if quoted and not _FACT.search(text.words, 0, quoted.start()):
            yield Finding(
                path=text.path,
                near=quoted[0].split()[0].strip(':“"'),
                what=Bilingual(
                    "Klaim yang keliru disebut sebelum faktanya.", "The false claim is quoted before the fact is told."
                ),
                remedy=Bilingual(
                    "Mulai dengan “Fakta: …”, baru “Klaim yang keliru: …”, lalu sumbernya.",
                    "Begin with “Fakta: …”, then “Klaim yang keliru: …”, then the source.",
                ),
            )
