"""Drawn card in, texts out that run off the card or into the edge that platforms cover or cut."""

from collections.abc import Iterator

from prokes_social.checking.cards import place_of, worst_of_each_slot
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card, CardText, Edges

code = "card-safe-zone"
why = Bilingual(
    "Tepi kartu tertutup tombol atau terpotong; kata yang berdiri di sana hilang.",
    "The edge of a card is covered by buttons or cut off; words that stand there are lost.",
)
looks_at = Card
bad = "text: {words: Cuci tangan, box: [40, 500, 700, 560]}"
good = "text: {words: Cuci tangan, box: [72, 500, 700, 560]}"

SLACK = 2  #: px that the rounding of letters may take


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    if card.safe is None:
        return
    edges: Edges = card.safe
    for text in worst_of_each_slot(card, lambda text: _beyond(text, edges) - SLACK):
        off = _beyond(text, (0, 0, card.size.width, card.size.height))
        yield Finding(
            path=place_of(text, card),
            near=text.words,
            what=_off_card(text, card) if off > 0 else _off_zone(text, card, edges),
            remedy=Bilingual(
                "Persingkat teksnya, atau beri tempat yang lebih luas di templat.",
                "Shorten the text, or give it more room in the template.",
            ),
        )


def _beyond(text: CardText, edges: Edges) -> int:
    """Px by which a text stands out of a rectangle, at the worst side."""
    left, top, right, bottom = text.box
    return max(edges[0] - left, edges[1] - top, right - edges[2], bottom - edges[3])


def _off_card(text: CardText, card: Card) -> Bilingual:
    return Bilingual(f"“{text.words}” keluar dari kartu {card.size}.", f"“{text.words}” runs off the {card.size} card.")


def _off_zone(text: CardText, card: Card, edges: Edges) -> Bilingual:
    over = _beyond(text, edges)
    return Bilingual(
        f"“{text.words}” masuk {over} px ke tepi kartu {card.size} yang harus kosong.",
        f"“{text.words}” stands {over} px inside the edge of the {card.size} card that must stay free.",
    )
