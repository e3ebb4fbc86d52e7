"""Brand kit: colours, typefaces, footer and pictures of one office; a regency's kit may build on the province's.

`BrandSheet` is what a brand.yaml says, with everything optional, because a kit that `extends` another names only what
differs; so does a `variant`, the same office in another light. `BrandKit` is complete: every role has its colour, every
pair of colours that templates set on each other is legible, and the files it names travel with it as bytes.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from prokes_social.i18n import _
from prokes_social.model.campaign import Id, Strict, Words
from prokes_social.model.template import Style

Rgb = tuple[int, int, int]

#: What each colour is for. Templates know these words and no others.
ROLES: dict[str, str] = {
    "primary": "the office's main colour: large areas",
    "primary_dark": "the same, deeper: shapes on primary",
    "primary_light": "the same, lighter: shapes on primary, icons",
    "primary_soft": "a tint: discs behind icons on paper",
    "primary_text": "the main colour where it is read on paper; primary, where a kit does not name it",
    "accent": "the warm second colour: one thing on a card",
    "accent_soft": "its tint: panels",
    "accent_text": "the warm colour where it is read on paper",
    "paper": "background of light cards",
    "surface": "panels on paper",
    "ink": "text on paper and panels",
    "ink_soft": "quieter text on paper",
    "line": "hairlines on paper",
    "on_primary": "text on primary",
    "on_primary_soft": "quieter text on primary",
    "on_accent": "text on accent",
}

#: Text, ground, least ratio (WCAG 2.2, 1.4.3). 3:1 is for large type and for drawings only.
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "paper", 4.5), ("ink", "surface", 4.5), ("ink", "accent_soft", 4.5), ("ink", "primary_soft", 4.5),
    ("ink_soft", "paper", 4.5), ("ink_soft", "surface", 4.5), ("ink_soft", "accent_soft", 4.5),
    ("on_primary", "primary", 4.5), ("on_primary", "primary_dark", 4.5), ("on_primary_soft", "primary", 4.5),
    ("on_primary_soft", "primary_dark", 4.5), ("on_accent", "accent", 4.5),
    ("primary_text", "paper", 4.5), ("primary_text", "surface", 4.5), ("primary_text", "primary_soft", 4.5),
    ("accent_text", "paper", 4.5), ("accent_text", "accent_soft", 4.5),
    ("accent", "primary", 3.0), ("accent", "primary_dark", 3.0),
)  # fmt: skip

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _rgb(value: Any) -> Any:
    """`#0F5C56`."""
    if not isinstance(value, str):
        return value
    if not _HEX.fullmatch(value.strip()):
        raise PydanticCustomError("colour", _("A colour is written #RRGGBB."))
    return tuple(bytes.fromhex(value.strip()[1:]))


Hue = Annotated[
    Rgb,
    BeforeValidator(_rgb),
    WithJsonSchema({"type": "string", "pattern": f"^{_HEX.pattern}$", "examples": ["#0F5C56"]}),
]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_][A-Za-z0-9_-]*)?\.[a-z0-9]{2,5}$")]


class Pair(NamedTuple):
    """A colour that is read on another, as contrast ratios of 1 to 21."""

    text: str
    ground: str
    measured: float
    least: float

    @property
    def is_legible(self) -> bool:
        return self.measured >= self.least


class Typeface(Strict):
    """`family` is the name of an installed font package, `plus-jakarta-sans`, or a file of the kit, `fonts/Own.ttf`."""

    family: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)?(\.[to]tf)?$")]
    weight: Annotated[int, Field(ge=100, le=1000)] = 400

    @property
    def is_file(self) -> bool:
        return self.family.lower().endswith((".ttf", ".otf"))


class Footer(Strict):
    """What stands at the edge of every card. An empty line is left out."""

    institution: Words
    region: str = ""
    handle: str = ""
    hotline: str = ""
    website: str = ""


class FooterSheet(Strict):
    institution: str | None = None
    region: str | None = None
    handle: str | None = None
    hotline: str | None = None
    website: str | None = None


class Variant(Strict):
    """The same office in another light; it names only what differs."""

    colors: Mapping[str, Hue] = Field(default_factory=dict)
    images: Mapping[Id, FileName] = Field(default_factory=dict)


class BrandSheet(Strict):
    """What one brand.yaml says."""

    extends: Id | None = None
    name: Words | None = None
    colors: Mapping[str, Hue] = Field(default_factory=dict)
    typefaces: Mapping[Style, Typeface] = Field(default_factory=dict)
    footer: FooterSheet = FooterSheet()
    images: Mapping[Id, FileName] = Field(default_factory=dict)
    radius: Annotated[float, Field(ge=0, le=2)] | None = None
    emblem_on_personal: bool | None = None
    variants: Mapping[Id, Variant] = Field(default_factory=dict)


class BrandKit(Strict):
    """A complete kit. `files` holds the bytes of everything it names, and its own icons as `icons/<name>.svg`."""

    name: Words
    colors: Mapping[str, Rgb]
    typefaces: Mapping[Style, Typeface]
    footer: Footer
    images: Mapping[str, FileName]
    radius: float = 1.0  #: how round shapes are, as a share of what templates ask for
    emblem_on_personal: bool = False  #: whether cards of single staff members carry the office's emblem
    variant_of: str | None = None  #: the kit that this one shows in another light
    files: Mapping[str, bytes] = Field(default_factory=dict, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _as_read(cls, data: Any) -> Any:
        colors = data.get("colors") if isinstance(data, Mapping) else None
        if not colors or "primary" not in colors:
            return data
        return {**data, "colors": {"primary_text": colors["primary"], **colors}}

    @model_validator(mode="after")
    def _complete(self) -> "BrandKit":
        for kind, missing in (("colors", set(ROLES) - set(self.colors)), ("typefaces", _STYLES - set(self.typefaces))):
            if missing:
                sentence = _("{kind} lacks {missing}", kind=kind, missing=", ".join(sorted(missing)))
                raise PydanticCustomError("missing_role", sentence)
        return self

    def color(self, reference: str) -> Rgb:
        """`brand.primary`. Raises KeyError."""
        return self.colors[reference.removeprefix("brand.")]

    def pairs(self) -> list[Pair]:
        """Every pair of colours that templates set on each other, measured."""
        return [
            Pair(text, ground, contrast(self.colors[text], self.colors[ground]), least) for text, ground, least in PAIRS
        ]

    def illegible(self) -> list[Pair]:
        return [pair for pair in self.pairs() if not pair.is_legible]


_STYLES: set[str] = {"display", "title", "text", "label"}


def luminance(color: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
