"""A drawn picture, the marks it was drawn from and its artboard in; out comes the picture with their outlines over it.

For people who design templates. Colours say what a box is; a small tag names a text's slot and its type size in px.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from prokes_social.i18n import _
from prokes_social.model.brand import Rgb
from prokes_social.model.card import Edges
from prokes_social.model.template import Artboard
from prokes_social.rendering.drawing import quiet_zone
from prokes_social.rendering.encoding import png
from prokes_social.rendering.marks import AnyMark, Arc, Code, Gradient, Icon, Line, Photo, Picture, Shape, Tick

SAFE: Rgb = (214, 0, 127)
BOX: Rgb = (17, 17, 17)  #: where the template places a layer
PLATE: Rgb = (139, 92, 246)
TEXT: Rgb = (0, 110, 230)
BASELINE: Rgb = (220, 38, 38)
PICTURE: Rgb = (4, 145, 90)

_WHITE = (255, 255, 255)
_DASH = 18  #: px
_TAG = 16  #: px of its letters


def outlined(picture: bytes, marks: Sequence[AnyMark], artboard: Artboard, width: int = 2) -> bytes:
    """A PNG; `marks` are all of the card's, lines are `width` px wide and have a light halo on any ground."""
    image = Image.open(BytesIO(picture), formats=("JPEG", "PNG")).convert("RGB")
    pen = _Pen(image, width)
    for layer in artboard.layers:
        if layer.box:
            x, y, wide, tall = layer.box
            pen.dashes((x, y, x + wide, y + tall), BOX)
    for mark in marks:
        _draw(pen, mark)
    pen.dashes(_safe(image, artboard), SAFE)
    taken = [mark.edges() for mark in marks if isinstance(mark, Line | Code | Icon)]
    for edges, text, color in _tags(marks):
        taken.append(pen.tag(edges, text, color, taken))
    return png(image)


def legend() -> tuple[tuple[Rgb, str], ...]:
    """What each colour means, in the reader's language."""
    return (
        (SAFE, _("safe zone")),
        (BOX, _("box of a layer")),
        (PLATE, _("plate or shape")),
        (TEXT, _("text, from capitals to baseline")),
        (BASELINE, _("baseline")),
        (PICTURE, _("picture, icon or QR code")),
    )


def _safe(image: Image.Image, artboard: Artboard) -> Edges:
    top, right, bottom, left = (tight for tight, _roomy in artboard.safe)
    return left, top, image.width - right, image.height - bottom


def _draw(pen: "_Pen", mark: AnyMark) -> None:
    match mark:
        case Line():
            left, top, right, _bottom = mark.edges()
            pen.box((left, top, right, mark.baseline), TEXT)
            pen.line((left, mark.baseline, right, mark.baseline), BASELINE)
        case Code():
            pen.box(mark.edges(), PICTURE)
            pen.dashes(quiet_zone(mark), PICTURE)
        case Picture() | Photo() | Icon() | Arc() | Tick():
            pen.box(mark.edges(), PICTURE)
        case Shape() | Gradient():
            pen.box(mark.edges(), PLATE)


def _tags(marks: Sequence[AnyMark]) -> Iterator[tuple[Edges, str, Rgb]]:
    """One for each text, at its first line, and one for each code."""
    last: tuple[str | None, int] | None = None
    for mark in marks:
        if isinstance(mark, Line):
            named, last = last, (mark.slot, mark.size)
            if named != last:
                yield _whole_line(mark, marks), f"{mark.slot or '–'} {mark.size}", TEXT
            continue
        last = None
        if isinstance(mark, Code):
            yield mark.edges(), f"QR {round(mark.width)}", PICTURE


def _whole_line(first: Line, marks: Sequence[AnyMark]) -> Edges:
    """A line whose colour changes consists of several marks."""
    left, top, right, bottom = first.edges()
    others = (each for each in marks if isinstance(each, Line))
    ends = [each.edges()[2] for each in others if (each.slot, each.baseline) == (first.slot, first.baseline)]
    return left, top, max(right, *ends), bottom


class _Pen:
    """Draws on a picture in thin lines; what lies outside of it is drawn along its edge, to be seen."""

    def __init__(self, image: Image.Image, width: int) -> None:
        self._image = image
        self._draw = ImageDraw.Draw(image, "RGBA")
        self._width = width
        self._font = ImageFont.load_default(_TAG)

    def box(self, edges: Edges, color: Rgb) -> None:
        for side in _sides(self._inside(edges)):
            self.line(side, color)

    def dashes(self, edges: Edges, color: Rgb) -> None:
        for side in _sides(self._inside(edges)):
            for dash in _dashes(side):
                self.line(dash, color)

    def line(self, ends: Edges, color: Rgb) -> None:
        left, top, right, bottom = ends
        self._draw.rectangle(_grown(ends, self._width // 2 + 1), fill=(*_WHITE, 90))
        self._draw.rectangle((left, top, right + self._width - 1, bottom + self._width - 1), fill=color)

    def tag(self, edges: Edges, text: str, color: Rgb, taken: Sequence[Edges]) -> Edges:
        """Beside what it names, where it hides nothing else that is read; its own box."""
        places = list(self._places(edges, round(self._font.getlength(text)) + 10, _TAG + 4))
        place = next((each for each in places if not any(_meet(each, other) for other in taken)), places[0])
        self._draw.rectangle(place, fill=(*color, 225))
        middle = (place[1] + place[3]) / 2 + 1
        self._draw.text((place[0] + 5, middle), text, fill=_WHITE, font=self._font, anchor="lm")
        return place

    def _places(self, edges: Edges, wide: int, tall: int) -> Iterator[Edges]:
        """Right, left, above and below of a box, inside of the picture."""
        left, top, right, bottom = edges
        level = (top + bottom - tall) // 2
        for x, y in ((right + 6, level), (left - wide - 6, level), (left, top - tall - 3), (left, bottom + 5)):
            x, y = max(0, min(x, self._image.width - wide)), max(0, min(y, self._image.height - tall))
            yield x, y, x + wide, y + tall

    def _inside(self, edges: Edges) -> Edges:
        left, top, right, bottom = edges
        most_x, most_y = self._image.width - self._width, self._image.height - self._width
        left, right = (max(0, min(x, most_x)) for x in (left, right))
        top, bottom = (max(0, min(y, most_y)) for y in (top, bottom))
        return left, top, right, bottom


def _sides(edges: Edges) -> tuple[Edges, Edges, Edges, Edges]:
    left, top, right, bottom = edges
    above, below = (left, top, right, top), (left, bottom, right, bottom)
    return above, below, (left, top, left, bottom), (right, top, right, bottom)


def _dashes(side: Edges) -> Iterator[Edges]:
    left, top, right, bottom = side
    for start in range(0, max(right - left, bottom - top), 2 * _DASH):
        if top == bottom:
            yield left + start, top, min(left + start + _DASH, right), top
        else:
            yield left, top + start, left, min(top + start + _DASH, bottom)


def _grown(edges: Edges, by: int) -> Edges:
    left, top, right, bottom = edges
    return left - by, top - by, right + by, bottom + by


def _meet(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
