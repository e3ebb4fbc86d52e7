"""A card and the marks it was drawn from in, the same card with what can be measured on it out.

The pixels under a text are taken just before its letters are drawn; codes are read from the finished file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO

import numpy
from numpy.typing import NDArray
from PIL import Image

from prokes_social.model.brand import BrandKit, luminance
from prokes_social.model.card import Card, CardCode, CardText, Edges
from prokes_social.model.template import Artboard
from prokes_social.rendering import codes
from prokes_social.rendering.drawing import Canvas, quiet_zone
from prokes_social.rendering.marks import AnyMark, Code, Line
from prokes_social.rendering.typefaces import faces_of

#: Weight from which type counts as bold (WCAG 2.2, "large scale").
_BOLD = 700
#: Every second pixel each way: a quarter of the work, and no ground is finer.
_STEP = 2


def inspected(card: Card, marks: Sequence[AnyMark], artboard: Artboard, kit: BrandKit, canvas: Canvas) -> Card:
    """`marks` are all of the card's, back to front; they are drawn once more, on an empty `canvas`."""
    return replace(
        card, texts=tuple(_texts(marks, kit, canvas)), codes=tuple(_codes(card, marks)), safe=_safe(card, artboard)
    )


def _safe(card: Card, artboard: Artboard) -> Edges:
    top, right, bottom, left = (tight for tight, _roomy in artboard.safe)
    return left, top, card.size.width - right, card.size.height - bottom


def _texts(marks: Sequence[AnyMark], kit: BrandKit, canvas: Canvas) -> Iterator[CardText]:
    for mark in marks:
        if isinstance(mark, Line):
            yield CardText(
                slot=mark.slot, words=mark.text, box=_ink(mark, kit), size=mark.size, color=mark.color,
                bold=kit.typefaces[mark.style].weight >= _BOLD, contrast=_contrast(mark, canvas.image),
            )  # fmt: skip
        canvas.draw([mark])


def _ink(line: Line, kit: BrandKit) -> Edges:
    """Where the first letter's ink begins: its bearing and a hanging quotation mark may stand outside of the column."""
    _left, top, right, bottom = line.edges()
    first = line.text[1:] if line.hang else line.text
    bearing = faces_of(kit)[line.style].bearing(first) if first else 0.0
    return round(line.x + line.hang + bearing * line.size), top, right, bottom


def _contrast(line: Line, image: Image.Image) -> float:
    """The least contrast of the colour with the darkest and lightest hundredth of the pixels under the text."""
    left, top, right, bottom = line.edges()
    box = max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)
    if box[0] >= box[2] or box[1] >= box[3]:
        return 21.0  # outside of the card: another rule says so
    grounds = _luminances(image.crop(box))
    dark, light = (float(level) for level in numpy.percentile(grounds, (1, 99)))
    return min(_ratio(luminance(line.color), ground) for ground in (dark, light))


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminances(image: Image.Image) -> NDArray[numpy.float64]:
    pixels = numpy.asarray(image)[::_STEP, ::_STEP]
    red, green, blue = _levels()
    summed: NDArray[numpy.float64] = red[pixels[..., 0]] + green[pixels[..., 1]] + blue[pixels[..., 2]]
    return summed


@cache
def _levels() -> tuple[NDArray[numpy.float64], ...]:
    """What each level of red, green and blue adds to the luminance."""
    kinds = ([(level, 0, 0) for level in range(256)], [(0, level, 0) for level in range(256)],
             [(0, 0, level) for level in range(256)])  # fmt: skip
    return tuple(numpy.array([luminance(color) for color in colors]) for colors in kinds)


def _codes(card: Card, marks: Sequence[AnyMark]) -> Iterator[CardCode]:
    wanted = [mark for mark in marks if isinstance(mark, Code)]
    if not wanted:
        return
    picture = Image.open(BytesIO(card.data), formats=("JPEG", "PNG"))
    picture.draft("L", picture.size)  # a code needs no colours
    for mark in wanted:
        found = codes.read(picture.crop(quiet_zone(mark)))
        yield CardCode(wanted=mark.content, read=mark.content if mark.content in found else next(iter(found), None))
