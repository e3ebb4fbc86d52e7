"""A card's shared slots drawn once in; a file a person out, for which only what differs was drawn and encoded.

Layers that name a personal slot, and those that lie over them, are drawn for each person; all others are the base.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.template import LINK, Artboard, Layer, Template, names_of
from prokes_social.rendering.drawing import Canvas, line_box, quiet_zone
from prokes_social.rendering.marks import AnyMark, Code, Line, Mark
from prokes_social.rendering.splicing import Box, Spliced, covers_most

#: Around what a mark says of itself: edges are smoothed into the next pixel.
_EDGE = 2


@dataclass(frozen=True, kw_only=True)
class PersonalCards:
    """`compose` gives the marks of one person, `canvas` draws on a picture."""

    request: CardRequest  #: with the shared slots
    personal: Collection[str]
    base: Image.Image
    file: Spliced
    compose: Callable[[CardRequest], Sequence[AnyMark]]
    canvas: Callable[[Image.Image, tuple[int, int]], Canvas]
    codes: Sequence[Code] = ()  #: where each person's own link goes; all have as many modules

    def request_of(self, person: Mapping[str, Any]) -> CardRequest:
        """The shared request with this person's slots; others that are named are passed over."""
        own = {name: value for name, value in person.items() if name in self.personal and value not in (None, "")}
        return replace(self.request, slots={**self.request.slots, **own})

    def draw(self, person: Mapping[str, Any]) -> bytes:
        """The file of one person's card; with `codes`, the person has a `link`. Raises CardError."""
        own_codes = [replace(code, content=person[LINK]) for code in self.codes]
        marks = [*own_codes, *self.compose(self.request_of(person))]
        areas = self.file.areas(map(extent, marks))
        if covers_most(areas, self.base.size):
            whole = self._drawn(self.base.copy(), marks, (0, 0))
            return self.file.anew(whole).whole()
        return self.file.replaced((area, self._part(area, marks)) for area in areas)

    def _part(self, area: Box, marks: Iterable[AnyMark]) -> Image.Image:
        here = [mark for mark in marks if _meets(extent(mark), area)]
        return self._drawn(self.base.crop(area), here, area[:2])

    def _drawn(self, image: Image.Image, marks: Iterable[AnyMark], corner: tuple[int, int]) -> Image.Image:
        canvas = self.canvas(image, corner)
        canvas.draw(marks)
        return canvas.image


def split(template: Template, artboard: Artboard, size: Size) -> tuple[list[Layer], list[Layer]]:
    """The layers that all cards share, and those of a person with what lies over them."""
    shared: list[Layer] = []
    own: list[Layer] = []
    for layer in artboard.layers:
        is_own = bool(names_of(layer) & set(template.personal)) or any(_over(layer, each, size) for each in own)
        (own if is_own else shared).append(layer)
    return shared, own


def _over(upper: Layer, lower: Layer, size: Size) -> bool:
    return _meets(_place(upper, size), _place(lower, size))


def _place(layer: Layer, size: Size) -> Box:
    """Where a layer may draw; without a box, anywhere."""
    if layer.box is None:
        return 0, 0, size.width, size.height
    x, y, width, height = layer.box
    return x, y, x + width, y + height


def extent(mark: Mark) -> Box:
    """Everything that a mark touches, in px."""
    if isinstance(mark, Code):
        return quiet_zone(mark)
    if isinstance(mark, Line):
        return line_box(mark)
    left, top, right, bottom = mark.edges()
    return left - _EDGE, top - _EDGE, right + _EDGE, bottom + _EDGE


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
