"""A word of a regional script in; its width and reach in ems, and its mask, out. RAQM shapes each word as one unit."""

from functools import cached_property, lru_cache
from io import BytesIO

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from prokes_social.errors import ScriptNotShaped
from prokes_social.i18n import _
from prokes_social.rendering.kerning import Kerning
from prokes_social.rendering.scripts import Script

_OVER = 4  #: over-sampling, and number of phases
_EM = 1000
_BOLD = 600  #: from this weight on
#: Thickening, in ems, for a script whose font has no bold.
_STROKE = 0.016
_WORDS = 2048  #: remembered of each kind and font: a campaign has few words, four million cards have many

Mask = tuple[Image.Image, int, int]  #: coverage, and where it lies from pen and baseline, px
#: The same as what is left of the ground, 0 to 1: glyphs that touch are multiplied, and show no seam.
Clear = tuple[NDArray[numpy.float32], int, int]


def cleared(mask: Mask) -> Clear:
    coverage, x, y = mask
    return numpy.float32(1) - numpy.asarray(coverage, numpy.float32) / numpy.float32(255), x, y


def shapes_other_scripts() -> bool:
    """Whether Arabic or Javanese can be set here: RAQM loads libfribidi at run time."""
    return bool(features.check("raqm"))


class ScriptFace:
    """One regional script at one weight."""

    def __init__(self, script: Script, bold: bool) -> None:
        self._script = script
        self._data = script.file(bold)
        self._thickens = bold and not script.has_bold
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self.width = lru_cache(_WORDS)(self._width)
        self.reach = lru_cache(_WORDS)(self._reach)
        self.indent = lru_cache(_WORDS)(self._indent)
        self.mask = lru_cache(_WORDS)(self._mask)
        self.clear = lru_cache(_WORDS)(self._clear)

    @cached_property
    def _characters(self) -> Kerning:
        return Kerning(self._data, 400)

    def missing(self, word: str) -> str | None:
        """The first character that the font lacks; a joiner shows nothing."""
        return next((c for c in word if c not in "\u200c\u200d\u034f" and not self._characters.has(c)), None)

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        """Raises ScriptNotShaped: Pillow would quietly set the letters unjoined and in the wrong order."""
        if not shapes_other_scripts():
            raise ScriptNotShaped(
                _("{script} can't be set on this machine, as its letters must be joined", script=self._script.label),
                hint=_("install libfribidi0, or write the text in Latin letters"),
            )
        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(
                BytesIO(self._data), size, layout_engine=ImageFont.Layout.RAQM
            )  # fmt: skip
        return self._fonts[size]

    @property
    def _direction(self) -> str:
        return "rtl" if self._script.right_to_left else "ltr"

    def _stroke(self, size: int) -> float:
        return _STROKE * size if self._thickens else 0.0

    def _width(self, word: str) -> float:
        return self._font(_EM).getlength(word, direction=self._direction) / _EM + 2 * self._script.margin

    def _reach(self, word: str) -> tuple[float, float]:
        """How far the ink goes above and below the baseline, in ems."""
        _left, top, _right, bottom = self._box(word, _EM)
        return -top / _EM, bottom / _EM

    def _indent(self, word: str) -> float:
        """How far the ink begins right of the pen, in ems."""
        mask, x, _y = self.mask(word, _EM // _OVER, 0)
        left = (mask.getbbox() or (0, 0, 0, 0))[0]
        return (x + left) * _OVER / _EM + self._script.margin

    def _box(self, word: str, size: int) -> tuple[float, float, float, float]:
        """All of the ink, and at least from the pen to the advance."""
        return self._font(size).getbbox(
            word, direction=self._direction, anchor="ls", stroke_width=self._stroke(size)
        )  # fmt: skip

    def _mask(self, word: str, size: int, phase: int) -> Mask:
        """`phase` is in quarters of a px."""
        large = size * _OVER
        left, top, right, bottom = (int(edge) for edge in self._box(word, large))
        x, y = (left + phase) // _OVER, top // _OVER
        width, height = -(-(right + phase) // _OVER) - x + 1, -(-bottom // _OVER) - y + 1
        picture = Image.new("L", (width * _OVER, height * _OVER))
        ImageDraw.Draw(picture).text(
            (phase - x * _OVER, -y * _OVER), word, fill=255, font=self._font(large), anchor="ls",
            direction=self._direction, stroke_width=self._stroke(large),
        )  # fmt: skip
        return picture.reduce(_OVER), x, y

    def _clear(self, word: str, size: int, phase: int) -> Clear:
        return cleared(self.mask(word, size, phase))


def script_face(script: Script, weight: int) -> ScriptFace:
    """Shared by all kits: the fonts are the same for every brand."""
    return _script_face(script, weight >= _BOLD)


@lru_cache(maxsize=16)
def _script_face(script: Script, bold: bool) -> ScriptFace:
    return ScriptFace(script, bold)
