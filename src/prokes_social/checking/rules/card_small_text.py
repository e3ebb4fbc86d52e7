"""Drawn card in, texts out that are too small on a phone."""

from collections.abc import Iterator

from prokes_social.checking.cards import place_of, seen_size, worst_of_each_slot
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card
from prokes_social.problem import Severity

code = "card-small-text"
why = Bilingual(
    "Ponsel menampilkan kartu selebar layarnya, sekitar sepertiga; huruf yang lebih kecil tidak dibaca orang.",
    "Phones show a card as wide as their screen, about a third of its size; smaller type is not read.",
)
looks_at = Card
severity = Severity.WARNING
bad = "text: {words: Syarat berlaku, size: 18}"
good = "text: {words: Syarat berlaku, size: 26}"

LEAST = 22  #: px on a card of 1080


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    least = -(-LEAST * card.size.width // 1080)
    for text in worst_of_each_slot(card, lambda text: LEAST - seen_size(text, card)):
        yield Finding(
            path=place_of(text, card),
            near=text.words,
            what=Bilingual(
                f"“{text.words}” terlalu kecil di ponsel: {text.size} px pada kartu {card.size}.",
                f"“{text.words}” is too small on a phone: {text.size} px on the {card.size} card.",
            ),
            remedy=Bilingual(
                f"Persingkat teksnya, atau beri ukuran terkecil {least} px di templat.",
                f"Shorten the text, or let the template set it in {least} px at least.",
            ),
        )
