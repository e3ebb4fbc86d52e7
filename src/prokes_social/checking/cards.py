"""A card's text in, its place in the campaign file and its size on a phone out; what the rules for cards share."""

from collections.abc import Callable, Iterator

from prokes_social.model.campaign import Path
from prokes_social.model.card import Card, CardText

#: Cards are judged as if they were this wide: phones show it at about 360 px, so that 3 px of the card are one there.
WIDTH = 1080


def seen_size(text: CardText, card: Card) -> int:
    """Px of the type, were the card 1080 px wide: phones show every card as wide as their screen."""
    return round(text.size * WIDTH / card.size.width)


def place_of(text: CardText, card: Card) -> Path:
    """Of the slot that a text comes from; of the card where it comes from the brand kit or the template."""
    in_slot = text.slot is not None and text.slot in card.request.slots
    return ("card", "slots", text.slot or "") if in_slot else ("card",)


def worst_of_each_slot(card: Card, badness: Callable[[CardText], float]) -> Iterator[CardText]:
    """Of the lines with a `badness` above 0 the worst one for each slot: a text is to be mended once."""
    worst: dict[Path, CardText] = {}
    for text in card.texts:
        place = place_of(text, card)
        if badness(text) > (badness(worst[place]) if place in worst else 0):
            worst[place] = text
    yield from worst.values()
