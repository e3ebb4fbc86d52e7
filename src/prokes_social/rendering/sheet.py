"""Cards in, one labelled picture with all of them out, to be looked at; and the requests that show every template at
its best and at its worst."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from math import sqrt
from typing import TypeVar

from PIL import Image, ImageDraw, ImageFont

from prokes_social.model.card import CardRequest, Edges
from prokes_social.model.platform import Size
from prokes_social.rendering.encoding import png
from prokes_social.rendering.studio import Studio

T = TypeVar("T")

#: Px² of each card on the sheet: with the same area wide and tall cards weigh the same.
_AREA = 432 * 540
_GAP, _LABEL, _HEAD = 24, 34, 64  #: px
_GROUND, _EMPTY, _INK, _SOFT, _RED = (232, 232, 228), (250, 250, 248), (30, 32, 34), (92, 94, 96), (176, 28, 28)
_PHONE_QUALITY = 88
#: A variant has the layouts of its kit: these samples show its colours, unless it is asked for by name.
_SHOWN_OF_VARIANTS = ("short", "long")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A card on the sheet; `complaint` says why there is no picture."""

    row: str  #: cells of one row stand side by side; it names them
    size: Size
    picture: bytes = field(default=b"", repr=False)
    complaint: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A PNG, its size, and where each card lies on it."""

    data: bytes = field(repr=False)
    size: Size
    places: tuple[Edges, ...]


def sample_requests(studio: Studio) -> Iterator[CardRequest]:
    """Each template in each size and brand with each of its samples: a template needs no word of Python to appear."""
    return (request for _sample, request in named_samples(studio))


def named_samples(
    studio: Studio, *, templates: Collection[str] = (), brands: Collection[str] = (), sizes: Collection[Size] = ()
) -> Iterator[tuple[str, CardRequest]]:
    """Each sample's name with its request, only for those templates, brands and sizes that are named, if any are."""
    for name in sorted(_chosen(studio.templates, templates)):
        for brand in sorted(_chosen(studio.brands, brands)):
            for label, sample in studio.templates[name].samples.items():
                if studio.brands[brand].variant_of and not brands and label not in _SHOWN_OF_VARIANTS:
                    continue
                for size in _chosen(studio.templates[name].every_size(), sizes):
                    yield label, CardRequest(
                        template=name, brand=brand, size=size, slots=sample.slots, link=sample.link,
                        alt_text=f"{name}, {brand}, {label}",
                    )  # fmt: skip


def _chosen(known: Collection[T], wanted: Collection[T]) -> list[T]:
    return [each for each in known if not wanted or each in wanted]


def contact_sheet(cells: Sequence[Cell], title: str = "") -> Sheet:
    """A line for each run of cells with the same row, in the order they come."""
    rows = [list(run) for _row, run in groupby(cells, key=lambda cell: cell.row)]
    places = list(_places(rows, _HEAD if title else 0))
    width = max((place[2] for place in places), default=0) + _GAP
    height = max((place[3] for place in places), default=0) + _LABEL + _GAP
    image = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(image)
    draw.text((_GAP, _GAP + 4), title, fill=_INK, font=ImageFont.load_default(34))
    for cell, place in zip((cell for row in rows for cell in row), places, strict=True):
        _put(image, draw, cell, place)
    return Sheet(data=png(image), size=Size(width, height), places=tuple(places))


def at_phone_width(picture: bytes, width: int = 360) -> bytes:
    """The card as wide as most phones show it, a JPEG."""
    image = Image.open(BytesIO(picture), formats=("JPEG", "PNG"))
    height = round(image.height * width / image.width)
    file = BytesIO()
    _scaled(image, (width, height)).save(file, "JPEG", quality=_PHONE_QUALITY)
    return file.getvalue()


def _places(rows: Sequence[Sequence[Cell]], top: int) -> Iterator[Edges]:
    y = _GAP + top
    for row in rows:
        sizes = [_thumbnail(cell.size) for cell in row]
        x = _GAP
        for width, height in sizes:
            yield x, y, x + width, y + height
            x += width + _GAP
        y += max(height for _width, height in sizes) + _LABEL + _GAP


def _thumbnail(size: Size) -> tuple[int, int]:
    scale = sqrt(_AREA / (size.width * size.height))
    return round(size.width * scale), round(size.height * scale)


def _put(image: Image.Image, draw: ImageDraw.ImageDraw, cell: Cell, place: Edges) -> None:
    left, top, right, bottom = place
    if cell.picture:
        opened = Image.open(BytesIO(cell.picture), formats=("JPEG", "PNG"))
        image.paste(_scaled(opened, (right - left, bottom - top)), (left, top))
    else:
        draw.rectangle(place, fill=_EMPTY)
        font = ImageFont.load_default(20)
        draw.multiline_text((left + 20, top + 20), _folded(cell.complaint, font, right - left - 40), _RED, font)
    label = f"{cell.row}   {cell.size}"
    draw.text((left, bottom + 8), label, fill=_SOFT, font=ImageFont.load_default(18))


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=3)


def _folded(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if font.getlength(longer) <= width else [*lines, word]
    return "\n".join(lines)
