"""Bytes of a font and a weight in; widths in ems and masks of single glyphs out.

Pillow alone puts every glyph on a whole pixel, which makes small type rattle. Each glyph is therefore set four times
as large, in four sub-pixel phases, and box-reduced: the result looks like a browser's text and costs nothing once
cached. Latin is set by Pillow's basic layout with our own kerning, so that cards are the same with and without RAQM.
Other scripts are set word by word through RAQM (`shaping`), and emoji are pictures (`emoji`): a line that has any of
them is parted into runs.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit, Typeface
from prokes_social.model.template import Style
from prokes_social.rendering import bidi, emoji
from prokes_social.rendering.kerning import Kerning
from prokes_social.rendering.scripts import Run, Script, is_plain, runs_of
from prokes_social.rendering.shaping import Clear, Mask, ScriptFace, cleared, script_face, shapes_other_scripts

__all__ = ["Face", "face_of", "faces_of", "font_bytes", "shapes_other_scripts"]

_OVER = 4  #: over-sampling, and number of phases
_EM = 1000
_MOST_WIDTHS = 20_000
_CLEAR = 0.06  #: ems between the ink of two lines
_DESCENDER = 0.24  #: what templates leave below a baseline anyway
#: Marks that hang: they are light, and a line that begins with one looks indented.
_HANGING = "“‘«‹\"'„"


class Face:
    """One typeface at one weight."""

    def __init__(self, data: bytes, weight: int) -> None:
        self._data = data
        self._weight = weight
        self._kerning = Kerning(data, weight)
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._advances: dict[str, float] = {}
        self._bearings: dict[str, float] = {}
        self._widths: dict[str, tuple[float, int]] = {}  #: without tracking, and with how many units to track
        self._masks: dict[tuple[int, str, int], Mask] = {}
        self._clears: dict[tuple[int, str, int], Clear] = {}
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
        """In ems, kerned; tracking follows every character, word of another script and emoji but the last."""
        if text not in self._widths:
            if len(self._widths) > _MOST_WIDTHS:  # four million cards have names without end
                self._widths.clear()
            self._widths[text] = self._measured(text)
        width, units = self._widths[text]
        return width + tracking * max(units - 1, 0)

    def _measured(self, text: str) -> tuple[float, int]:
        """The width without tracking, and how many units there are to track."""
        if is_plain(text):
            return self._plain_width(text), len(text)
        runs = list(self._runs(text))
        return sum(map(self._run_width, runs)), sum(1 if _is_unit(run) else len(run.text) for run in runs)

    def _plain_width(self, text: str) -> float:
        kerned = sum(self._kerning.of(a, b) for a, b in pairwise(text))
        return sum(map(self.advance, text)) + kerned

    def _run_width(self, run: Run) -> float:
        if run.is_emoji:
            return emoji.SIDE * self.capitals + 2 * emoji.BEARING
        return self.of_script(run.script).width(run.text) if run.script else self._plain_width(run.text)

    def _runs(self, text: str) -> Iterator[Run]:
        return runs_of(text, self.has)

    def of_script(self, script: Script) -> ScriptFace:
        return script_face(script, self._weight)

    def missing(self, text: str) -> str | None:
        """The first character or emoji of a text that can't be set."""
        if is_plain(text):
            return next((c for c in text if not self.has(c)), None)
        return next((missing for run in self._runs(text) if (missing := self._missing_in(run))), None)

    def _missing_in(self, run: Run) -> str | None:
        if run.is_emoji:
            return None if emoji.has_picture(run.text) else run.text
        if run.script:
            return self.of_script(run.script).missing(run.text)
        return next((c for c in run.text if not self.has(c)), None)

    def reach(self, text: str) -> tuple[float, float]:
        """How far the words of other scripts go above and below the baseline, in ems; 0, 0 where there are none."""
        words = () if is_plain(text) else [run for run in self._runs(text) if run.script]
        reached = [self.of_script(run.script).reach(run.text) for run in words if run.script]
        return max((above for above, _ in reached), default=0.0), max((below for _, below in reached), default=0.0)

    def bearing(self, text: str) -> float:
        """How far the ink of a text begins right of the pen, in ems."""
        if is_plain(text[:1]):
            return self._glyph_bearing(text[0])
        first = next(self._runs(text), Run(text))
        if first.is_emoji:
            return emoji.BEARING
        return self.of_script(first.script).indent(first.text) if first.script else self._glyph_bearing(first.text[0])

    def _glyph_bearing(self, character: str) -> float:
        if character not in self._bearings:
            # Drawn, as `getbbox` always begins at the pen.
            drawn = Image.new("L", (2 * _EM, 2 * _EM))
            ImageDraw.Draw(drawn).text((_EM // 2, _EM), character, fill=255, font=self._font(_EM), anchor="ls")
            left = (drawn.getbbox() or (_EM // 2, 0, 0, 0))[0]
            self._bearings[character] = (left - _EM // 2) / _EM
        return self._bearings[character]

    def hang(self, text: str, tracking: float = 0.0) -> float:
        """How much of the start of a line hangs outside the text's left edge, in ems: its opening quotation mark."""
        if len(text) < 2 or text[0] not in _HANGING:
            return 0.0
        return self.advance(text[0]) + self._kerning.of(text[0], text[1]) + tracking

    def placed(
        self, text: str, size: int, tracking: float = 0.0, right_to_left: bool = False
    ) -> Iterator[tuple[Run, float]]:
        """Each run with where its pen starts, in px, from left to right."""
        if is_plain(text) and not right_to_left:
            yield Run(text), 0.0
            return
        pen = 0.0
        for run in bidi.visual(list(self._runs(text)), right_to_left):
            yield run, pen * size
            units = 1 if _is_unit(run) else len(run.text)
            pen += self._run_width(run) + tracking * units

    def pens(self, text: str, size: int, tracking: float = 0.0) -> list[float]:
        """Where each glyph starts, in px."""
        pens, pen = [], 0.0
        for character, following in zip(text, [*text[1:], ""], strict=True):
            pens.append(pen * size)
            kern = self._kerning.of(character, following) if following else 0.0
            pen += self.advance(character) + kern + tracking
        return pens

    def mask(self, character: str, size: int, phase: int) -> Mask:
        """The glyph's coverage and where it lies from pen and baseline, px; `phase` is in quarters of a px."""
        key = (size, character, phase)
        if key not in self._masks:
            self._masks[key] = self._reduced(character, size, phase)
        return self._masks[key]

    def clear(self, character: str, size: int, phase: int) -> Clear:
        key = (size, character, phase)
        if key not in self._clears:
            self._clears[key] = cleared(self.mask(character, size, phase))
        return self._clears[key]

    def _reduced(self, character: str, size: int, phase: int) -> Mask:
        font = self._font(size * _OVER)
        left, top, right, bottom = (int(edge) for edge in font.getbbox(character, anchor="ls"))
        x, y = (left + phase) // _OVER, top // _OVER
        width, height = -(-(right + phase) // _OVER) - x + 1, -(-bottom // _OVER) - y + 1
        large = Image.new("L", (width * _OVER, height * _OVER))
        origin = (phase - x * _OVER, -y * _OVER)
        ImageDraw.Draw(large).text(origin, character, fill=255, font=font, anchor="ls")
        return large.reduce(_OVER), x, y


def _is_unit(run: Run) -> bool:
    """Words of joined letters can't be tracked."""
    return run.script is not None or run.is_emoji


def _is_variable(font: ImageFont.FreeTypeFont) -> bool:
    try:
        return bool(font.get_variation_axes())
    except OSError:  # Pillow's word for a font without axes
        return False


@dataclass(frozen=True)
class Rooms:
    """What lines of type need, in ems: from baseline to baseline, over the first capitals and under the last line."""

    leading: float
    above: float = 0.0
    below: float = 0.0


def rooms_of(lines: Sequence[str], face: Face, leading: float) -> Rooms:
    """Javanese and Balinese reach far above and below: lines are set apart until they don't touch. Latin needs none."""
    reached = [face.reach(line) for line in lines]
    if not any(above or below for above, below in reached):
        return Rooms(leading)
    between = [below + max(above, face.capitals) + _CLEAR for (_, below), (above, _) in pairwise(reached)]
    return Rooms(
        max([leading, *between]),
        max(0.0, reached[0][0] - face.capitals - _CLEAR), max(0.0, reached[-1][1] - _DESCENDER),
    )  # fmt: skip


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
