"""Campaign in, sentences of more than twenty words out."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import Text, count_words, sentences, texts, without_addresses
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "long-sentence"
why = Bilingual("Kalimat pendek lebih mudah dipahami dan diingat.", "Short sentences are easier to grasp and recall.")
looks_at = Campaign
severity = Severity.WARNING
bad = (
    "text: Ayo kita semua bersama-sama selalu mencuci tangan dengan sabun dan air mengalir sebelum makan dan sesudah "
    "bepergian agar seluruh keluarga kita di rumah tetap sehat."
)
good = "text: Ayo cuci tangan sebelum makan. Keluarga di rumah ikut terjaga."

LONGEST = 20  #: words


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        if text.is_caption:
            yield from _long(text)


def _long(text: Text) -> Iterator[Finding]:
    for sentence in sentences(without_addresses(text.words)):
        count = count_words(sentence)
        if count > LONGEST:
            yield Finding(
                path=text.path,
                near=" ".join(sentence.split()[:4]),
                what=Bilingual(f"Kalimat ini terdiri dari {count} kata.", f"This sentence has {count} words."),
                remedy=Bilingual(
                    f"Bagi menjadi kalimat dengan paling banyak {LONGEST} kata.",
                    f"Split it into sentences of at most {LONGEST} words.",
                ),
            )
