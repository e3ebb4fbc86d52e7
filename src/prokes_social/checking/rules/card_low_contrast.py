"""Drawn card in, texts out that do not stand out from the pixels under them."""

from collections.abc import Iterator

from prokes_social.checking.cards import place_of, seen_size, worst_of_each_slot
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card, CardText

code = "card-low-contrast"
why = Bilingual(
    "Orang membaca kartu di bawah matahari dan dengan mata yang tidak lagi muda; huruf perlu kontras 4,5 banding 1.",
    "People read cards in the sun and with eyes that are no longer young; type needs a contrast of 4.5 to 1.",
)
looks_at = Card
bad = "text: {words: Cuci tangan, size: 40, contrast: 3.2}"
good = "text: {words: Cuci tangan, size: 72, contrast: 3.2}"

# WCAG 2.2, 1.4.3: https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum.html
LEAST, LEAST_LARGE = 4.5, 3.0
#: Px on a card of 1080, which a phone shows at a third: what WCAG calls large begins at 24 px, at 18.7 in bold.
LARGE, LARGE_BOLD = 65, 50


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    for text in worst_of_each_slot(card, lambda text: _least(text, card) - text.contrast):
        measured, least = text.contrast, _least(text, card)
        yield Finding(
            path=place_of(text, card),
            near=text.words,
            what=Bilingual(
                f"“{text.words}” sulit dibaca di kartu {card.size}: kontrasnya {_id(measured)}, perlu {_id(least)}.",
                f"“{text.words}” is hard to read on the {card.size} card: contrast {measured:.1f}, needed {least:g}.",
            ),
            remedy=Bilingual(
                "Pilih foto yang lebih tenang di bawah teks itu, atau warna lain di identitas visual atau templat.",
                "Choose a calmer photograph under that text, or other colours in the brand kit or template.",
            ),
        )


def _least(text: CardText, card: Card) -> float:
    return LEAST_LARGE if seen_size(text, card) >= (LARGE_BOLD if text.bold else LARGE) else LEAST


def _id(ratio: float) -> str:
    return f"{ratio:.1f}".replace(".", ",")
