"""Bytes of a font and a weight in; widths in ems and masks of single glyphs out.

Pillow alone puts every glyph on a whole pixel, which makes small type rattle. Each glyph is therefore set four times
as large, in four sub-pixel phases, and box-reduced: the result looks like a browser's text and costs nothing once
cached. Latin is set by Pillow's basic layout with our own kerning, so that cards are the same with and without RAQM.
Other scripts will be set word by word through RAQM, here.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont, features

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit, Typeface
from prokes_social.model.template import Style
from prokes_social.rendering.kerning import Kerning

_OVER = 4  #: over-sampling, and number of phases
_EM = 1000


def shapes_other_scripts() -> bool:
    """Whether Arabic or Javanese could be set here: RAQM loads libfribidi at run time."""
    return bool(features.check("raqm"))


class Face:
    """One typeface at one weight."""

    def __init__(self, data: bytes, weight: int) -> None:
        self._data = data
        self._weight = weight
        self._kerning = Kerning(data, weight)
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._advances: dict[str, float] = {}
        self._bearings: dict[str, float] = {}
        self._widths: dict[str, float] = {}
        self._masks: dict[tuple[int, str, int], tuple[Image.Image, int, int]] = {}
        self.capitals = self._capital_height()

    def _capital_height(self) -> float:
        """In ems. Blocks of type are measured from the top of the capitals to the baseline, as the eye does."""
        _left, top, _right, bottom = self._font(_EM).getbbox("H", anchor="ls")
        return float(bottom - top) / _EM

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self._fonts:
            font = ImageFont.truetype(BytesIO(self._data), size, layout_engine=ImageFont.Layout.BASIC)
            if _is_variable(font):
                font.set_variation_by_axes([self._weight])
            self._fonts[size] = font
        return self._fonts[size]

    def has(self, character: str) -> bool:
        return self._kerning.has(character)

    def advance(self, character: str) -> float:
        """In ems, measured where a pixel is one unit of the font, so that hinting rounds nothing."""
        if character not in self._advances:
            self._advances[character] = self._font(_EM).getlength(character) / _EM
        return self._advances[character]

    def width(self, text: str, tracking: float = 0.0) -> float:
        """In ems, kerned; tracking follows every character but the last."""
        if text not in self._widths:
            kerned = sum(self._kerning.of(a, b) for a, b in pairwise(text))
            self._widths[text] = sum(map(self.advance, text)) + kerned
        return self._widths[text] + tracking * max(len(text) - 1, 0)

    def bearing(self, character: str) -> float:
        """How far a glyph's ink begins right of the pen, in ems."""
        if character not in self._bearings:
            self._bearings[character] = self._font(_EM).getbbox(character, anchor="ls")[0] / _EM
        return self._bearings[character]

    def pens(self, text: str, size: int, tracking: float = 0.0) -> list[float]:
        """Where each glyph starts, in px."""
        pens, pen = [], 0.0
        for character, following in zip(text, [*text[1:], ""], strict=True):
            pens.append(pen * size)
            kern = self._kerning.of(character, following) if following else 0.0
            pen += self.advance(character) + kern + tracking
        return pens

    def mask(self, character: str, size: int, phase: int) -> tuple[Image.Image, int, int]:
        """The glyph's coverage and where it lies from pen and baseline, px; `phase` is in quarters of a px."""
        key = (size, character, phase)
        if key not in self._masks:
            self._masks[key] = self._reduced(character, size, phase)
        return self._masks[key]

    def _reduced(self, character: str, size: int, phase: int) -> tuple[Image.Image, int, int]:
        font = self._font(size * _OVER)
        left, top, right, bottom = (int(edge) for edge in font.getbbox(character, anchor="ls"))
        x, y = (left + phase) // _OVER, top // _OVER
        width, height = -(-(right + phase) // _OVER) - x + 1, -(-bottom // _OVER) - y + 1
        large = Image.new("L", (width * _OVER, height * _OVER))
        origin = (phase - x * _OVER, -y * _OVER)
        ImageDraw.Draw(large).text(origin, character, fill=255, font=font, anchor="ls")
        return large.reduce(_OVER), x, y


def _is_variable(font: ImageFont.FreeTypeFont) -> bool:
    try:
        return bool(font.get_variation_axes())
    except OSError:  # Pillow's word for a font without axes
        return False


@lru_cache(maxsize=32)
def _face(digest: str, weight: int, data: bytes) -> Face:
    return Face(data, weight)


def faces_of(kit: BrandKit) -> dict[Style, Face]:
    """One face for each style of the kit, shared between kits. Raises AssetMissing."""
    return {style: face_of(typeface, kit) for style, typeface in kit.typefaces.items()}


def face_of(typeface: Typeface, kit: BrandKit) -> Face:
    data = font_bytes(typeface, kit)
    return _face(hashlib.sha256(data).hexdigest(), typeface.weight, data)


def font_bytes(typeface: Typeface, kit: BrandKit) -> bytes:
    """The kit's own file, or the installed font package of that name. Raises AssetMissing."""
    if typeface.family in kit.files:
        return kit.files[typeface.family]
    return _packaged(typeface.family)


@lru_cache(maxsize=16)
def _packaged(family: str) -> bytes:
    # The variable upright file lies at a fixed place in every fontpkg-… package.
    try:
        folder = files(f"fontpkg_{family.replace('-', '_')}") / "files"
        return next(f for f in folder.iterdir() if f.name.endswith(".ttf") and "Italic" not in f.name).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError, StopIteration) as error:
        raise AssetMissing(
            _("there is no typeface {family}", family=family),
            hint=_("install fontpkg-{family}, or put the font file into the brand kit's folder", family=family),
        ) from error
