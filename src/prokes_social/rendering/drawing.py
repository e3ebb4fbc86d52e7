"""Marks in, a picture out: the only module that puts pixels down."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from math import asin, ceil, cos, floor, pi, radians, sin

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from prokes_social.model.brand import Rgb
from prokes_social.model.platform import Size
from prokes_social.model.template import Style
from prokes_social.rendering import codes, emoji
from prokes_social.rendering.marks import AnyMark, Arc, Code, Corners, Gradient, Icon, Line, Photo, Picture, Shape, Tick
from prokes_social.rendering.scripts import is_plain
from prokes_social.rendering.shaping import Clear
from prokes_social.rendering.typefaces import Face

_OVER = 4  #: over-sampling of edges
_WHITE = (255, 255, 255)
#: How far letters reach above and below the baseline, and beside their line, in type sizes: Ǻ, ç and f at the most.
_REACH, _BESIDE = (1.2, 0.4), 0.25

#: A picture's name, its size and tint to its pixels with alpha.
Rasters = Callable[[str, tuple[int, int], Rgb | None], Image.Image]
#: A photograph's name, its size and focus to its pixels.
Cuts = Callable[[str, tuple[int, int], tuple[float, float]], Image.Image]


class Canvas:
    """A picture under way, or the part of it whose corner lies at `corner`; the rest give pixels for names.

    Marks keep their places on the whole picture: a letter moved by so many px might fall into another phase.
    """

    def __init__(
        self,
        base: Image.Image,
        faces: Mapping[Style, Face],
        pictures: Rasters,
        icons: Rasters,
        photos: Cuts,
        corner: tuple[int, int] = (0, 0),
    ) -> None:
        self.image = base
        self._corner = corner
        self._faces = faces
        self._pictures = pictures
        self._icons = icons
        self._photos = photos

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
            case Photo():
                self._photo(mark)
            case Arc():
                self._arc(mark)
            case Tick():
                self._tick(mark)
            case Icon():
                self._raster(self._icons, mark, mark.color, 1.0)
            case Line():
                self._line(mark)
            case Code():
                self._code(mark)

    def _paste(self, what: Image.Image | Rgb, at: tuple[int, int], mask: Image.Image) -> None:
        self.image.paste(what, (at[0] - self._corner[0], at[1] - self._corner[1]), mask)

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
        self._paste(color, at, mask)

    def _gradient(self, mark: Gradient) -> None:
        left, top, right, bottom = mark.edges()
        size = (right - left, bottom - top)
        self._paste(ramp(size, mark.first, mark.last, mark.angle), (left, top), rounded(size, mark.radius, 0))

    def _raster(self, rasters: Rasters, mark: Picture | Icon, tint: Rgb | None, opacity: float) -> None:
        left, top, right, bottom = mark.edges()
        picture = rasters(mark.name, (right - left, bottom - top), tint)
        mask = picture.getchannel("A")
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self._paste(picture.convert("RGB"), (left, top), mask)

    def _photo(self, mark: Photo) -> None:
        left, top, right, bottom = mark.edges()
        size = (right - left, bottom - top)
        self._paste(self._photos(mark.name, size, mark.focus), (left, top), rounded(size, mark.radius, 0))

    def _arc(self, mark: Arc) -> None:
        left, top, right, _bottom = mark.edges()
        # A thousandth of the ring is less than a pixel of its edge.
        self._paste(mark.color, (left, top), arc(right - left, mark.thickness, round(mark.share, 3)))

    def _tick(self, mark: Tick) -> None:
        left, top, right, bottom = mark.edges()
        middle = (mark.x + mark.width / 2 - left, mark.y + mark.height / 2 - top)
        self._paste(mark.color, (left, top), tick((right - left, bottom - top), middle, mark))

    def _line(self, mark: Line) -> None:
        left, top, right, bottom = line_box(mark)
        ground = numpy.ones((bottom - top, right - left), numpy.float32)
        for x, (clear, dx, dy) in self._glyphs(mark):
            _multiply(ground, clear, x + dx - left, mark.baseline + dy - top)
        cover = Image.fromarray(((1 - ground) * 255 + 0.5).astype(numpy.uint8))
        self._paste(mark.color, (left, top), cover)
        self._emoji(mark)

    def _glyphs(self, mark: Line) -> Iterator[tuple[int, Clear]]:
        """Each glyph of the typeface, and each word of another script, with where its pen stands, px."""
        face = self._faces[mark.style]
        for run, start in face.placed(mark.text, mark.size, mark.tracking, mark.right_to_left):
            if run.script:
                quarters = round((mark.x + start + run.script.margin * mark.size) * 4)
                yield quarters // 4, face.of_script(run.script).clear(run.text, mark.size, quarters % 4)
            elif not run.is_emoji:
                for character, pen in zip(run.text, face.pens(run.text, mark.size, mark.tracking), strict=True):
                    quarters = round((mark.x + start + pen) * 4)
                    yield quarters // 4, face.clear(character, mark.size, quarters % 4)

    def _emoji(self, mark: Line) -> None:
        if is_plain(mark.text):
            return
        face = self._faces[mark.style]
        side = round(emoji.SIDE * face.capitals * mark.size)
        # Their middle is the capitals' middle.
        top = mark.baseline - round((mark.height + side) / 2)
        for run, start in face.placed(mark.text, mark.size, mark.tracking, mark.right_to_left):
            if run.is_emoji:
                picture = emoji.picture(run.text, side)
                x = floor(mark.x + start + emoji.BEARING * mark.size + 0.5)
                self._paste(picture, (x, top), picture)

    def _code(self, mark: Code) -> None:
        left, top, right, bottom = mark.edges()
        if mark.ground:
            zone = quiet_zone(mark)
            self._paste(mark.ground, zone[:2], Image.new("L", (zone[2] - zone[0], zone[3] - zone[1]), 255))
        dark = codes.modules(mark.content).resize((right - left, bottom - top), Image.Resampling.NEAREST)
        self._paste(mark.color, (left, top), dark.point([255 - level for level in range(256)]))


def line_box(mark: Line) -> tuple[int, int, int, int]:
    """Px that hold all of a line's ink; beyond, it is cut off."""
    above, below = (max(usual, reach) for usual, reach in zip(_REACH, mark.reach, strict=True))
    left, beside = int(mark.x), ceil(mark.size * _BESIDE)
    return (
        left - beside, mark.baseline - ceil(above * mark.size) - 2,
        left + round(mark.width) + beside + 2, mark.baseline + ceil(below * mark.size) + 2,
    )  # fmt: skip


def _multiply(ground: NDArray[numpy.float32], clear: NDArray[numpy.float32], x: int, y: int) -> None:
    """Put a glyph down at `x`, `y`; what lies outside is cut off."""
    left, top = max(x, 0), max(y, 0)
    part = ground[top : max(y + clear.shape[0], 0), left : max(x + clear.shape[1], 0)]
    part *= clear[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]]


def quiet_zone(code: Code) -> tuple[int, int, int, int]:
    """The code's rectangle with four modules more on each side."""
    left, top, right, bottom = code.edges()
    quiet = codes.quiet(code.content, right - left)
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


@lru_cache(maxsize=64)
def arc(side: int, thickness: int, share: float) -> Image.Image:
    """Coverage of a ring from the top clockwise, `share` of it. Its round ends lie within the share: a figure below
    its target must not reach the mark, nor 97 of 100 close the ring."""
    large = Image.new("L", (side * _OVER, side * _OVER))
    if share > 0:
        draw, box = ImageDraw.Draw(large), (0, 0, side * _OVER - 1, side * _OVER - 1)
        round_end = asin(thickness / max(side - thickness, thickness)) / (2 * pi) if share < 1 else 0.0
        first, last = round_end, max(share - round_end, round_end)
        draw.arc(box, -90 + 360 * first, -90 + 360 * last, fill=255, width=thickness * _OVER)
        if share < 1:
            for end in (first, last):
                draw.ellipse(_cap(side, thickness, end), fill=255)
    return large.reduce(_OVER)


def tick(size: tuple[int, int], middle: tuple[float, float], mark: Tick) -> Image.Image:
    """Coverage of a stroke across `middle`; finely over-sampled, for a slanted line of few px shows steps."""
    over = 2 * _OVER
    large = Image.new("L", (size[0] * over, size[1] * over))
    along = sin(2 * pi * mark.turn) * mark.length / 2, -cos(2 * pi * mark.turn) * mark.length / 2
    across = cos(2 * pi * mark.turn) * mark.thickness / 2, sin(2 * pi * mark.turn) * mark.thickness / 2
    corners = [
        tuple((middle[n] + end * along[n] + side * across[n]) * over - 0.5 for n in (0, 1))
        for end, side in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    ImageDraw.Draw(large).polygon(corners, fill=255)
    return large.reduce(over)


def _cap(side: int, thickness: int, share: float) -> tuple[float, float, float, float]:
    """The disc at an end of an arc, over-sampled."""
    middle, half = side * _OVER / 2, thickness * _OVER / 2
    x = middle + (middle - half) * sin(2 * pi * share)
    y = middle - (middle - half) * cos(2 * pi * share)
    return x - half, y - half, x + half - 1, y + half - 1


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
