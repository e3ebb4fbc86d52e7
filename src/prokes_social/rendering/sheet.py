"""Cards in, one picture with all of them out, to be looked at; and the requests that show every template at its best
and at its worst."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby

from PIL import Image

from prokes_social.model.card import Card, CardRequest
from prokes_social.rendering.studio import Studio

_TALL = 540  #: px of each card on the sheet
_GAP = 24
_GROUND = (232, 232, 228)


def sample_requests(studio: Studio) -> Iterator[CardRequest]:
    """Each template in each size and brand with each of its samples: a template needs no word of Python to appear."""
    for name, template in sorted(studio.templates.items()):
        for brand in sorted(studio.brands):
            for label, sample in template.samples.items():
                for size in template.every_size():
                    yield CardRequest(
                        template=name, brand=brand, size=size, slots=sample.slots, link=sample.link,
                        alt_text=f"{name}, {brand}, {label}",
                    )  # fmt: skip


def contact_sheet(cards: Sequence[Card]) -> bytes:
    """One PNG; a line for each run of cards with the same template, brand and content."""
    lines = [[_thumbnail(card) for card in run] for _key, run in groupby(cards, key=lambda card: card.alt_text)]
    width = max((sum(card.width + _GAP for card in line) for line in lines), default=0) + _GAP
    sheet = Image.new("RGB", (width, len(lines) * (_TALL + _GAP) + _GAP), _GROUND)
    for row, line in enumerate(lines):
        x = _GAP
        for card in line:
            sheet.paste(card, (x, _GAP + row * (_TALL + _GAP)))
            x += card.width + _GAP
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _thumbnail(card: Card) -> Image.Image:
    image = Image.open(BytesIO(card.data), formats=("JPEG", "PNG"))
    width = round(image.width * _TALL / image.height)
    return image.convert("RGB").resize((width, _TALL), Image.Resampling.LANCZOS, reducing_gap=3)
