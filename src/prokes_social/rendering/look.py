"""What the brand kit lends to a layout, and the dials that set it; data that every part of the arithmetic shares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prokes_social.model.brand import Rgb
from prokes_social.model.template import IconLayer, Sides, Span, Style, TextLayer
from prokes_social.rendering.marks import Corners
from prokes_social.rendering.typefaces import Face


@dataclass(frozen=True)
class Look:
    color: Callable[[str], Rgb]
    faces: Mapping[Style, Face]
    aspect: Callable[[str], float]  #: a picture's width divided by its height
    code_side: Callable[[str, int], int]  #: px of a QR code for a link, in whole modules, in at most so many px
    radius: float = 1.0

    def corners(self, radius: tuple[int, int, int, int]) -> Corners:
        """As round as the template asks and the brand's tone allows."""
        one, two, three, four = (corner * self.radius for corner in radius)
        return one, two, three, four


@dataclass(frozen=True)
class Dials:
    type: float = 1.0
    room: float = 0.0
    spare: float = 0.0  #: px
    caps: Mapping[int, int] = field(default_factory=dict)  #: largest size of a text in rows, by the layer's identity

    def size(self, layer: TextLayer | IconLayer) -> tuple[int, int]:
        low, high = layer.size
        reach = round(low + (high - low) * self.type)
        return low, max(low, min(reach, self.caps.get(id(layer), reach)))

    def space(self, span: Span) -> float:
        return span[0] + (span[1] - span[0]) * self.room

    def sides(self, pad: Sides) -> tuple[float, float, float, float]:
        top, right, bottom, left = (self.space(span) for span in pad)
        return top, right, bottom, left
