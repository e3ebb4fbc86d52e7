"""A line of text in, runs that are set in one way out: the brand's typeface, one of the regional scripts, an emoji.

The regional scripts of Indonesia are set with the Noto fonts in `fonts/`. They must be shaped, word by word: letters
change their form, their order and even the line they stand on with their neighbours.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from prokes_social.i18n import Bilingual
from prokes_social.rendering.emoji import SEQUENCE


@dataclass(frozen=True, kw_only=True)
class Script:
    """`font` is the family's part of the file name; `ranges` go into a regular expression's brackets."""

    font: str
    label: Bilingual
    ranges: str
    right_to_left: bool = False
    has_bold: bool = True
    margin: float = (
        0.02  #: ems on each side of a word: some letters fill their whole width, and words would run together
    )

    def file(self, bold: bool) -> bytes:
        """The font's bytes."""
        weight = "Bold" if bold and self.has_bold else "Regular"
        return _font_file(f"NotoSans{self.font}-{weight}.ttf")


SCRIPTS = (
    Script(font="Javanese", label=Bilingual(id="aksara Jawa", en="Javanese script"), ranges=r"\ua980-\ua9df"),
    Script(
        font="Sundanese", label=Bilingual(id="aksara Sunda", en="Sundanese script"),
        ranges=r"\u1b80-\u1bbf\u1cc0-\u1cc7", margin=0.05,
    ),
    Script(font="Balinese", label=Bilingual(id="aksara Bali", en="Balinese script"), ranges=r"\u1b00-\u1b7f"),
    Script(
        font="Buginese", label=Bilingual(id="aksara Lontara", en="Lontara script"), ranges=r"\u1a00-\u1a1f",
        has_bold=False, margin=0.06,
    ),
    Script(
        font="Arabic", label=Bilingual(id="aksara Jawi (Arab)", en="Jawi (Arabic) script"), right_to_left=True,
        ranges=r"\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """`script` is None in the brand's typeface; an emoji is one run."""

    text: str
    script: Script | None = None
    is_emoji: bool = False


#: Joiners count as part of a word only within one.
_JOINED = "".join(rf"|(?P<{s.font}>[{s.ranges}](?:[{s.ranges}\u200c\u200d\u034f]*[{s.ranges}])?)" for s in SCRIPTS)
#: Left over from copying: they show nothing, and no typeface has them.
_UNSEEN = r"[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]"
_SPECIAL = re.compile(rf"(?P<emoji>{SEQUENCE})|(?P<unseen>{_UNSEEN}){_JOINED}")
_BY_FONT = {script.font: script for script in SCRIPTS}
_RIGHT_TO_LEFT = re.compile("[" + "".join(script.ranges for script in SCRIPTS if script.right_to_left) + "]")


def is_plain(text: str) -> bool:
    """Whether the brand's typeface alone sets this text; quick, for nearly all texts are."""
    return text.isascii() or not _SPECIAL.search(text)


def runs_of(text: str, in_typeface: Callable[[str], bool]) -> Iterator[Run]:
    """In reading order. A sign such as ✓ that the typeface has stays a letter, unless a selector asks for a picture."""
    plain = ""
    for piece, kind in _pieces(text):
        if not kind or (kind == "emoji" and len(piece) == 1 and in_typeface(piece)):
            plain += piece
        elif kind != "unseen":
            if plain:
                yield Run(plain)
            plain = ""
            yield Run(piece, _BY_FONT.get(kind), is_emoji=kind == "emoji")
    if plain:
        yield Run(plain)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text and the name of what it is; no name for what the brand's typeface sets."""
    end = 0
    for found in _SPECIAL.finditer(text):
        yield text[end : found.start()], ""
        yield found.group(), found.lastgroup or ""
        end = found.end()
    yield text[end:], ""


def reads_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is Jawi (Unicode Standard Annex 9, P2 and P3)."""
    for character in text:
        if _RIGHT_TO_LEFT.match(character) and character.isalpha():
            return True
        if character.isalpha():
            return False
    return False


def special_in(text: str) -> tuple[set[Script], set[str]]:
    """The scripts and the emoji that a text may draw on."""
    found = [(piece, kind) for piece, kind in _pieces(text) if kind and kind != "unseen"]
    return {_BY_FONT[kind] for _, kind in found if kind != "emoji"}, {piece for piece, kind in found if kind == "emoji"}


def named(character: str) -> str:
    """As it is, where one can see it; else its number and name: "U+2066 LEFT-TO-RIGHT ISOLATE"."""
    if len(character) > 1 or character.isprintable():
        return character
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


@lru_cache(maxsize=16)
def _font_file(name: str) -> bytes:
    return (files("prokes_social.rendering") / "fonts" / name).read_bytes()
