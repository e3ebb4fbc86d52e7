"""Template: what a template file says about a card: its slots, its parts, and one artboard for each size.

A designer reads a template as in a drawing program. `parts` are the named pieces with their type and colour; each
entry of `sizes` is an artboard that places them, `{use: headline, size: [60, 96]}`, and may change what it likes. Texts
grow and shrink between two sizes, spaces between two widths, so that a short card leaves no hole and a long one fits.
Colours, typefaces, logo and footer are the brand kit's: a template names them, `brand.primary`, and never carries them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainValidator, SerializeAsAny, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from prokes_social.i18n import Bilingual, _
from prokes_social.model.campaign import Id, Path, Strict, Words
from prokes_social.model.platform import Size

#: A slot in braces, `{headline}`; `{item.title}` inside a row, `{brand.handle}` from the brand kit.
NAMES = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
#: Words that every card has beside its slots.
BRAND_WORDS = ("brand.institution", "brand.region", "brand.handle", "brand.hotline", "brand.website")
LINK = "link"  #: filled from the request, for QR codes
PERSONAL = "personal"  #: filled on somebody's own card, whoever it is: `when: personal` changes what all of them share
NUMBER = "number"  #: of a row: its place in its list, 1, 2, 3 …; a field of that name takes its stead

Pixels = Annotated[int, Field(ge=0, le=4000)]
Box = tuple[int, int, Pixels, Pixels]  #: x, y, width, height; x and y may lie outside, shapes bleed
Colour = Annotated[str, Field(pattern=r"^brand\.[a-z_]+$", examples=["brand.primary"])]
SizeName = Annotated[str, Field(pattern=r"^\d{3,4}x\d{3,4}$", examples=["1080x1350"])]
Style = Literal["display", "title", "text", "label"]  #: the typefaces a brand kit sets


def _both(value: Any) -> Any:
    return (value, value) if isinstance(value, str | int) else value


# As they may be written, for editors: what the validators beside them turn into tuples.
_PX = {"type": "integer", "minimum": 0, "maximum": 4000}
_PX_SPAN = {"anyOf": [_PX, {"type": "array", "items": _PX, "minItems": 2, "maxItems": 2}]}


def _sides_of(each: dict[str, Any]) -> WithJsonSchema:
    counts = [{"type": "array", "items": each, "minItems": count, "maxItems": count} for count in (2, 4)]
    return WithJsonSchema({"anyOf": [_PX, *counts]})


#: `40`, or `[24, 56]`: the tight and the roomy end; text sizes and spaces move between them.
Span = Annotated[tuple[Pixels, Pixels], BeforeValidator(_both), WithJsonSchema(_PX_SPAN)]


def _four(value: Any) -> Any:
    """`40`, `[40, 64]` for above and beside, or all four as top, right, bottom, left."""
    if isinstance(value, str | int):
        return (value,) * 4
    return (*value, *value) if isinstance(value, list | tuple) and len(value) == 2 else value


Sides = Annotated[tuple[Span, Span, Span, Span], BeforeValidator(_four), _sides_of(_PX_SPAN)]
Corners = Annotated[tuple[Pixels, Pixels, Pixels, Pixels], BeforeValidator(_four), _sides_of(_PX)]
Opacity = Annotated[float, Field(ge=0, le=1)]


class Border(Strict):
    color: Colour
    width: Pixels = 2


class Plate(Strict):
    """What lies behind a part and is as large as the part with its padding."""

    color: Colour | None = None
    opacity: Opacity = 1.0
    radius: Corners = (0, 0, 0, 0)
    border: Border | None = None


class Layer(Strict):
    """What every layer may say. `box` places it on the artboard; inside a stack or row it flows."""

    kind: ClassVar[str]
    box: Box | None = None
    when: str | None = None  #: only where this slot is filled
    unless: str | None = None  #: only where this slot is empty
    plate: Plate | None = None
    pad: Sides = ((0, 0), (0, 0), (0, 0), (0, 0))
    width: Pixels | None = None
    align: Literal["left", "center", "right"] = "left"
    hug: bool = False  #: a text, stack or row only as wide as its content
    fill: bool = False  #: takes the height that others leave in a stack, or the whole height of a row

    def inner(self) -> "tuple[Layer, ...]":
        return ()

    def words(self) -> str:
        """Whatever may name slots."""
        return ""


class TextLayer(Layer):
    """`size` is the smallest and the largest; `lines` the most lines; `*marked words*` take the `mark` colour."""

    kind = "text"
    text: Words
    font: Style = "text"
    size: Span
    lines: Annotated[int, Field(ge=1, le=20)] = 1
    color: Colour
    mark: Colour | None = None
    leading: Annotated[float, Field(ge=0.9, le=2)] = 1.3
    tracking: Annotated[float, Field(ge=-0.1, le=0.4)] = 0.0
    capitals: bool = False

    def words(self) -> str:
        return self.text


class IconLayer(Layer):
    kind = "icon"
    icon: Words
    size: Span
    color: Colour

    def words(self) -> str:
        return self.icon


class ImageLayer(Layer):
    """A picture of the brand kit, `brand.logo`; `spare` lets it take the room that texts leave, or stay away."""

    kind = "image"
    image: Colour
    color: Colour | None = None  #: tints pictures drawn in currentColor
    opacity: Opacity = 1.0
    height: Pixels | None = None
    icon: str | None = None  #: stands in the middle of the picture
    icon_size: Opacity = 0.4  #: of the picture's height
    spare: Span | None = None

    def words(self) -> str:
        return self.icon or ""


class QrLayer(Layer):
    """`size` is that of the code; its quiet zone of four modules lies around it, in the colour of `ground`."""

    kind = "qr"
    qr: Words
    size: Annotated[int, Field(ge=150, le=600)]
    color: Colour = "brand.ink"
    ground: Colour = "brand.surface"

    def words(self) -> str:
        return self.qr


class RectLayer(Layer):
    kind = "rect"
    rect: Colour
    opacity: Opacity = 1.0
    radius: Corners = (0, 0, 0, 0)
    border: Border | None = None
    height: Pixels | None = None


class CircleLayer(Layer):
    kind = "circle"
    circle: Colour
    opacity: Opacity = 1.0
    border: Border | None = None


class GradientLayer(Layer):
    kind = "gradient"
    gradient: tuple[Colour, Colour]
    angle: Annotated[int, Field(ge=0, lt=360)] = 180  #: clockwise; 180 runs from top to bottom
    radius: Corners = (0, 0, 0, 0)


class PhotoLayer(Layer):
    """A photograph that a slot names, cut around `focus`; where there is none, the `initials` of a name in a disc."""

    kind = "photo"
    photo: Words
    initials: str | None = None
    aspect: Annotated[float, Field(gt=0.2, lt=5)] = 1.0  #: width divided by height
    height: Pixels | None = None
    shape: Literal["rect", "circle"] = "rect"
    radius: Corners = (0, 0, 0, 0)
    focus: tuple[Opacity, Opacity] = (0.5, 0.3)  #: from the left and the top, what must stay in sight; faces sit high
    border: Border | None = None
    color: Colour = "brand.primary_soft"  #: of the disc behind initials
    ink: Colour = "brand.primary_text"

    def words(self) -> str:
        return self.photo + (self.initials or "")


class BarLayer(Layer):
    """A figure as a bar that is full at `most`; `target` puts a notch where it should be."""

    kind = "bar"
    bar: Words
    most: Annotated[float, Field(gt=0)] = 100
    target: str | None = None
    height: Pixels = 32
    radius: Corners = (999, 999, 999, 999)
    color: Colour = "brand.primary_text"
    ground: Colour = "brand.primary_soft"
    notch: Colour = "brand.ink"

    def words(self) -> str:
        return self.bar + (self.target or "")


class RingLayer(Layer):
    """A figure as a ring that closes at `most`, clockwise from the top; `target` puts a notch across it where the
    figure should be, `inside` stands in its middle."""

    kind = "ring"
    ring: Words
    size: Pixels
    thickness: Pixels = 40
    most: Annotated[float, Field(gt=0)] = 100
    target: str | None = None
    color: Colour = "brand.primary_text"
    ground: Colour = "brand.primary_soft"
    notch: Colour = "brand.ink"
    inside: "AnyLayer | None" = None

    def inner(self) -> tuple[Layer, ...]:
        return (self.inside,) if self.inside else ()

    def words(self) -> str:
        return self.ring + (self.target or "")


class StackLayer(Layer):
    """One below the other. `rest` says where the column stands when there is room left."""

    kind = "stack"
    stack: "tuple[AnyLayer, ...]"
    gap: Span = (0, 0)
    rest: Literal["top", "middle", "bottom"] = "top"

    def inner(self) -> tuple[Layer, ...]:
        return self.stack


class RowLayer(Layer):
    """Side by side: own widths first; texts, stacks and rows that do not hug share what is left."""

    kind = "row"
    row: "tuple[AnyLayer, ...]"
    gap: Span = (0, 0)
    rest: Literal["top", "middle", "bottom"] = "middle"

    def inner(self) -> tuple[Layer, ...]:
        return self.row


class RepeatLayer(Layer):
    """`each` once for every row of a slot, which it calls `{item.…}`; all in the same type size.

    `{item.number}` is the row's place in its list.
    """

    kind = "repeat"
    repeat: Annotated[str, Field(pattern=r"^\{[a-z_]+\}$")]
    each: "AnyLayer"
    gap: Span = (0, 0)
    tallest: Pixels = 0  #: how tall rows may grow to fill the height they are given

    def inner(self) -> tuple[Layer, ...]:
        return (self.each,)

    def words(self) -> str:
        return self.repeat


KINDS: dict[str, type[Layer]] = {
    cls.kind: cls
    for cls in (
        TextLayer, IconLayer, ImageLayer, PhotoLayer, QrLayer, BarLayer, RingLayer,
        RectLayer, CircleLayer, GradientLayer, StackLayer, RowLayer, RepeatLayer,
    )
}  # fmt: skip
#: Keys that are a layer's own name in one layer and a property in another.
_BESIDE = {"icon": "image"}


def _layer(value: Any) -> Layer:
    """The layer whose kind stands among the keys. The errors of the layer keep their place in the file."""
    if isinstance(value, Layer):
        return value
    if not isinstance(value, dict):
        raise _refusal(_("A layer consists of keys, beginning with one of: {kinds}.", kinds=", ".join(KINDS)))
    kinds = [kind for kind in KINDS if kind in value and _BESIDE.get(kind) not in value]
    if len(kinds) != 1:
        raise _refusal(_("A layer has exactly one of these keys: {kinds}.", kinds=", ".join(KINDS)))
    return KINDS[kinds[0]].model_validate(value)


def _refusal(sentence: str) -> PydanticCustomError:
    """In the reader's language already; pydantic would take braces for places to fill."""
    return PydanticCustomError("layer", sentence.replace("{", "{{").replace("}", "}}"))


AnyLayer: TypeAlias = Annotated[SerializeAsAny[Layer], PlainValidator(_layer)]
for _container in (RingLayer, StackLayer, RowLayer, RepeatLayer):
    _container.model_rebuild()


class Slot(Strict):
    """What a campaign may fill in."""

    kind: Literal["text", "number", "icon", "photo", "rows"] = "text"
    label: Bilingual
    required: bool = False
    default: str | None = None
    longest: Annotated[int, Field(ge=1)] | None = None  #: characters of a text
    least: float = 0  #: of a number
    most: float = 100
    max: Annotated[int, Field(ge=1, le=12)] = 5  #: rows
    fields: "Mapping[str, Slot]" = Field(default_factory=dict)  #: of one row


class Artboard(Strict):
    """One size: what is drawn, from the back to the front, and the px at each edge that stay free of words."""

    safe: Sides = ((64, 64), (64, 64), (64, 64), (64, 64))
    layers: Annotated[tuple[AnyLayer, ...], Field(min_length=1)]

    def every_layer(self) -> Iterator[Layer]:
        """All layers, containers before their content."""
        for layer in self.layers:
            yield from descend(layer)


class Sample(Strict):
    """Made-up content for the contact sheet."""

    slots: Mapping[str, Any]
    link: str | None = None


class Template(Strict):
    label: Bilingual
    picture: Literal["jpeg", "jpeg-444", "png"] = "jpeg"  #: 444 keeps small red or yellow type crisp
    slots: Mapping[str, Slot]
    personal: tuple[str, ...] = ()  #: slots that differ from card to card of a wave
    parts: Mapping[str, AnyLayer] = Field(default_factory=dict)
    sizes: Annotated[Mapping[SizeName, Artboard], Field(min_length=1)]
    samples: Mapping[Id, Sample] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: Any) -> Any:
        """Put each part in the place of its `use`; what stands beside `use` wins."""
        if not isinstance(data, dict) or not isinstance(data.get("parts"), dict):
            return data
        return {key: _used(value, data["parts"]) if key in ("parts", "sizes") else value for key, value in data.items()}

    @cached_property
    def _artboards(self) -> dict[Size, Artboard]:
        return {Size.parse(name): artboard for name, artboard in self.sizes.items()}

    def artboard(self, size: Size) -> Artboard | None:
        return self._artboards.get(size)

    def known_words(self) -> set[str]:
        """Everything that may stand in braces."""
        rows = [slot for slot in self.slots.values() if slot.kind == "rows"]
        items = {f"item.{name}" for slot in rows for name in (*slot.fields, NUMBER)}
        return {*self.slots, *items, *BRAND_WORDS, LINK, PERSONAL}

    def words_used(self) -> Iterator[tuple[Path, str]]:
        """Every word in braces, in `when` or in `unless`, with the way to its layer in the file."""
        for name, artboard in self.sizes.items():
            for index, layer in enumerate(artboard.layers):
                yield from ((("sizes", name, "layers", index), word) for word in sorted(names_of(layer)))

    def every_size(self) -> tuple[Size, ...]:
        return tuple(self._artboards)


def descend(layer: Layer) -> Iterator[Layer]:
    yield layer
    for each in layer.inner():
        yield from descend(each)


def names_of(layer: Layer) -> set[str]:
    """Every slot or brand word that a layer and its content name."""
    found = {name for each in descend(layer) for name in (*NAMES.findall(each.words()), each.when, each.unless)}
    return {name for name in found if name}


def _used(value: Any, parts: Mapping[str, Any], depth: int = 0) -> Any:
    if isinstance(value, list):
        return [_used(each, parts, depth) for each in value]
    if not isinstance(value, dict):
        return value
    if "use" in value:
        value = _with_part(value, parts, depth)
    return {key: _used(each, parts, depth) for key, each in value.items()}


def _with_part(value: Mapping[str, Any], parts: Mapping[str, Any], depth: int) -> dict[str, Any]:
    name = value["use"]
    if depth > 8 or not isinstance(parts.get(name) if isinstance(name, str) else None, dict):
        known = ", ".join(parts)
        raise _refusal(_("There is no part “{name}”, or it uses itself. Known here: {words}.", name=name, words=known))
    changes = {key: each for key, each in value.items() if key != "use"}
    part = _used(parts[name], parts, depth + 1)
    return {**part, **changes}
