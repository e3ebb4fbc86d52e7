"""Marks: what a layout asks the drawing to put on the picture, in px from its top left corner, back to front."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from prokes_social.model.brand import Rgb
from prokes_social.model.template import Style

Corners = tuple[float, float, float, float]  #: radii from the top left, clockwise


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A rectangle on the picture; the kinds of mark say what it holds."""

    x: float
    y: float
    width: float
    height: float

    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in whole px, so that neighbours meet without a seam."""
        return round(self.x), round(self.y), round(self.x + self.width), round(self.y + self.height)


@dataclass(frozen=True, kw_only=True)
class Shape(Mark):
    """A filled or bordered rectangle with round corners; a circle is one with large corners."""

    color: Rgb | None
    opacity: float = 1.0
    radius: Corners = (0, 0, 0, 0)
    border: Rgb | None = None
    border_width: int = 0


@dataclass(frozen=True, kw_only=True)
class Gradient(Mark):
    first: Rgb
    last: Rgb
    angle: int
    radius: Corners = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Picture(Mark):
    """A picture of the brand kit, scaled into the rectangle without distortion."""

    name: str
    tint: Rgb | None = None
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Photo(Mark):
    """A photograph, cut so that `focus` stays in sight; shares from the left and the top."""

    name: str
    focus: tuple[float, float]
    radius: Corners = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Arc(Mark):
    """A piece of a ring with round ends, clockwise from the top; `share` 1 closes it."""

    share: float
    thickness: int
    color: Rgb


@dataclass(frozen=True, kw_only=True)
class Tick(Mark):
    """A straight stroke through the middle of its rectangle; `turn` from upright, clockwise, 1 is once round."""

    turn: float
    length: float
    thickness: float
    color: Rgb


@dataclass(frozen=True, kw_only=True)
class Icon(Mark):
    name: str
    color: Rgb
    slot: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line(Mark):
    """One line of type in one colour. `x` is the pen's start, `y` the top of the capitals, `height` their height."""

    text: str
    style: Style
    size: int
    color: Rgb
    tracking: float = 0.0
    slot: str | None = None  #: where the words come from
    hang: float = 0.0  #: px of an opening quotation mark that hangs outside the text's left edge
    right_to_left: bool = False
    reach: tuple[float, float] = (0.0, 0.0)  #: type sizes above and below the baseline that words of other scripts take

    @property
    def baseline(self) -> int:
        return round(self.y + self.height)


@dataclass(frozen=True, kw_only=True)
class Code(Mark):
    """A QR code; its quiet zone lies around the rectangle."""

    content: str
    color: Rgb
    ground: Rgb | None  #: None where a plate lies behind it


AnyMark: TypeAlias = Shape | Gradient | Picture | Photo | Arc | Tick | Icon | Line | Code


@dataclass(frozen=True, kw_only=True)
class Block:
    """Marks and blocks that belong together, each with its place from the block's own top left corner."""

    width: float
    height: float
    parts: "tuple[tuple[float, float, Block | AnyMark], ...]" = ()

    def at(self, x: float, y: float) -> Iterator[AnyMark]:
        """Every mark in it, with the block's corner at `x`, `y`. A tree until then: most blocks are only measured."""
        for dx, dy, part in self.parts:
            if isinstance(part, Block):
                yield from part.at(x + dx, y + dy)
            else:
                yield replace(part, x=part.x + x + dx, y=part.y + y + dy)
