"""Campaign in, obligations about masks and vaccination out that the rules in force only recommend."""

import re
from collections.abc import Iterator

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import sentences, texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "wording-mandatory"
why = Bilingual(
    "Menyebut wajib apa yang hanya dianjurkan menyesatkan warga dan mengurangi kepercayaan.",
    "Calling compulsory what is only recommended misleads people and costs trust.",
)
looks_at = Campaign
languages = ("id",)
bad = "text: Semua warga wajib memakai masker di kantor."
good = "text: Warga yang kurang sehat dianjurkan memakai masker. Ayo saling menjaga."

#: What has not been compulsory since June 2023; hand washing before surgery, say, is another matter.
_RECOMMENDED = re.compile(
    r"(?<!\w)(?:ber)?(?:masker\w*|vaksin\w*|imunisasi|booster|dosis penguat|men?jaga jarak|jaga jarak)", re.IGNORECASE
)


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        for sentence in sentences(text.words):
            if _RECOMMENDED.search(sentence):
                for hit in wording.hits(sentence, "mandatory"):
                    yield wording.finding(text.path, hit, otherwise=_OTHERWISE)


_OTHERWISE = Bilingual("Tulis “dianjurkan”.", "Write “dianjurkan”.")
