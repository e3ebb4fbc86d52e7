"""An emoji in, its picture out: a pack for health campaigns in `emoji/`, one SVG a sequence, named by code points.

Emoji are pictures on a card, not characters of a font, so that they look the same on every machine. A sequence counts
as one: a family joined by zero width joiners, a flag of two letters, a digit in a keycap.
"""

from functools import cache, lru_cache
from importlib.resources import files

from PIL import Image

from prokes_social.rendering.assets import rasterise

#: Side of the square, as a share of the height of capitals: round shapes look smaller than letters of their height.
SIDE = 1.24
#: Empty space on each side of the square, in ems.
BEARING = 0.03

_BASE = (
    r"[\u203c\u2049\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    r"\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_ONE = rf"{_BASE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
#: What counts as one emoji, in the pack or not, as a pattern (Unicode Technical Standard 51, 1.4.9, loosely).
SEQUENCE = rf"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*)"

_SELECTORS = {0xFE0E: None, 0xFE0F: None}
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))


def has_picture(sequence: str) -> bool:
    return _name(sequence) in _names()


def plainer(sequence: str) -> str | None:
    """The same without its skin tone, where that has a picture."""
    plain = sequence.translate(_SKIN_TONES)
    return plain if plain != sequence and has_picture(plain) else None


def svg_bytes(sequence: str) -> bytes:
    return _svg(_name(sequence))


@lru_cache(maxsize=512)
def picture(sequence: str, side: int) -> Image.Image:
    """RGBA, `side` px square."""
    return rasterise(svg_bytes(sequence), (side, side), None)


def _name(sequence: str) -> str:
    return "-".join(f"{ord(each):x}" for each in sequence.translate(_SELECTORS))


@cache
def _names() -> frozenset[str]:
    folder = files("prokes_social.rendering") / "emoji"
    return frozenset(file.name.removesuffix(".svg") for file in folder.iterdir() if file.name.endswith(".svg"))


@cache
def _svg(name: str) -> bytes:
    return (files("prokes_social.rendering") / "emoji" / f"{name}.svg").read_bytes()
