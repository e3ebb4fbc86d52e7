"""Marks in, a picture out: the only module that puts pixels down."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import cos, radians, sin

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from prokes_social.model.brand import Rgb
from prokes_social.model.platform import Size
from prokes_social.model.template import Style
from prokes_social.rendering import codes
from prokes_social.rendering.marks import AnyMark, Code, Corners, Gradient, Icon, Line, Picture, Shape
from prokes_social.rendering.typefaces import Face

_OVER = 4  #: over-sampling of edges
_WHITE = (255, 255, 255)

#: A picture's name, its size and tint to its pixels with alpha.
Rasters = Callable[[str, tuple[int, int], Rgb | None], Image.Image]


class Canvas:
    """A picture under way. `pictures` and `icons` give pixels for names."""

    def __init__(self, base: Image.Image, faces: Mapping[Style, Face], pictures: Rasters, icons: Rasters) -> None:
        self.image = base
        self._faces = faces
        self._pictures = pictures
        self._icons = icons

    def draw(self, marks: Iterable[AnyMark]) -> None:
        for mark in marks:
            self._put(mark)

    def _put(self, mark: AnyMark) -> None:
        match mark:
            case Shape():
                self._shape(mark)
            case Gradient():
                self._gradient(mark)
            case Picture():
                self._raster(self._pictures, mark, mark.tint, mark.opacity)
            case Icon():
                self._raster(self._icons, mark, mark.color, 1.0)
            case Line():
                self._line(mark)
            case Code():
                self._code(mark)

    def _shape(self, mark: Shape) -> None:
        left, top, right, bottom = mark.edges()
        size = (right - left, bottom - top)
        if mark.color:
            self._tone(mark.color, (left, top), rounded(size, mark.radius, 0), mark.opacity)
        if mark.border and mark.border_width:
            self._tone(mark.border, (left, top), rounded(size, mark.radius, mark.border_width), 1.0)

    def _tone(self, color: Rgb, at: tuple[int, int], mask: Image.Image, opacity: float) -> None:
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self.image.paste(color, (*at, at[0] + mask.width, at[1] + mask.height), mask)

    def _gradient(self, mark: Gradient) -> None:
        left, top, right, bottom = mark.edges()
        size = (right - left, bottom - top)
        self.image.paste(ramp(size, mark.first, mark.last, mark.angle), (left, top), rounded(size, mark.radius, 0))

    def _raster(self, rasters: Rasters, mark: Picture | Icon, tint: Rgb | None, opacity: float) -> None:
        left, top, right, bottom = mark.edges()
        picture = rasters(mark.name, (right - left, bottom - top), tint)
        mask = picture.getchannel("A")
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self.image.paste(picture.convert("RGB"), (left, top), mask)

    def _line(self, mark: Line) -> None:
        face, baseline = self._faces[mark.style], mark.baseline
        left = int(mark.x) - mark.size
        strip = Image.new("L", (round(mark.width) + 2 * mark.size + 2, mark.size * 2))
        for character, pen in zip(mark.text, face.pens(mark.text, mark.size, mark.tracking), strict=True):
            quarters = round((mark.x + pen) * 4)
            glyph, dx, dy = face.mask(character, mark.size, quarters % 4)
            # Pasting white through the mask joins glyphs that touch, where adding would brighten the seam.
            strip.paste(255, (quarters // 4 + dx - left, dy + mark.size + mark.size // 4), glyph)
        self.image.paste(mark.color, (left, baseline - mark.size - mark.size // 4), strip)

    def _code(self, mark: Code) -> None:
        left, top, right, bottom = mark.edges()
        if mark.ground:
            self.image.paste(mark.ground, quiet_zone(mark))
        dark = codes.modules(mark.content).resize((right - left, bottom - top), Image.Resampling.NEAREST)
        self.image.paste(mark.color, (left, top), dark.point([255 - level for level in range(256)]))


def quiet_zone(code: Code) -> tuple[int, int, int, int]:
    """The code's rectangle with four modules more on each side."""
    left, top, right, bottom = code.edges()
    quiet = codes.QUIET * (right - left) // codes.modules(code.content).width
    return left - quiet, top - quiet, right + quiet, bottom + quiet


def blank(size: Size) -> Image.Image:
    return Image.new("RGB", (size.width, size.height), _WHITE)


@lru_cache(maxsize=128)
def rounded(size: tuple[int, int], radius: Corners, border: int) -> Image.Image:
    """Coverage of a rectangle with round corners; of its border alone where `border` is not 0."""
    width, height = size
    mask = Image.new("L", size, 255)
    corners = [min(round(corner), width // 2 + width % 2, height // 2 + height % 2) for corner in radius]
    if border:
        inner = tuple(float(max(corner - border, 0)) for corner in radius)
        hole = rounded((width - 2 * border, height - 2 * border), inner, 0)
        mask = rounded(size, radius, 0).copy()
        mask.paste(0, (border, border), hole)
        return mask
    places = ((0, 0), (1, 0), (1, 1), (0, 1))
    for corner, (right, low) in zip(corners, places, strict=True):
        if corner:
            quarter = _quarter(corner, right, low)
            mask.paste(quarter, ((width - corner) * right, (height - corner) * low))
    return mask


@lru_cache(maxsize=256)
def _quarter(radius: int, right: int, low: int) -> Image.Image:
    """One corner of `radius` px; only corners are over-sampled, as everything else is straight."""
    side = radius * _OVER
    large = Image.new("L", (side, side))
    ImageDraw.Draw(large).ellipse((-right * side, -low * side, (2 - right) * side - 1, (2 - low) * side - 1), fill=255)
    return large.reduce(_OVER)


def ramp(size: tuple[int, int], first: Rgb, last: Rgb, angle: int) -> Image.Image:
    """A linear gradient, clockwise from the top, with half a level of ordered noise so that it shows no bands."""
    width, height = size
    dx, dy = sin(radians(angle)), -cos(radians(angle))
    reach = abs(width * dx) + abs(height * dy)
    x = (numpy.arange(width, dtype=numpy.float32) - width / 2) * dx
    y = (numpy.arange(height, dtype=numpy.float32) - height / 2) * dy
    share = numpy.clip((x[None, :] + y[:, None]) / reach + 0.5, 0, 1)[..., None]
    start, end = numpy.array(first, numpy.float32), numpy.array(last, numpy.float32)
    return Image.fromarray((start + (end - start) * share + _noise(width, height)).astype(numpy.uint8))


def _noise(width: int, height: int) -> NDArray[numpy.float32]:
    """A repeating 4×4 pattern between 0 and 1, the same for all channels."""
    bayer = numpy.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], numpy.float32)
    tiled = numpy.tile((bayer + numpy.float32(0.5)) / numpy.float32(16), (-(-height // 4), -(-width // 4)))
    return tiled[:height, :width, None]
