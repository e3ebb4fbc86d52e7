"""The words that fill a card in, by name; what a layer then says, and whether it shows at all, out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prokes_social.model.template import NAMES, ImageLayer, Layer, RepeatLayer

#: Set to nothing where a card carries no emblem: what a person shares is not the office speaking.
EMBLEM = "brand.logo"


@dataclass(frozen=True)
class Values:
    """Words by name: slots, `brand.…`, and inside a row `item.…`. An empty word hides what shows it."""

    words: Mapping[str, str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    row_of: str | None = None  #: the slot whose row this is

    def has(self, name: str) -> bool:
        return bool(self.words.get(name)) or bool(self.rows.get(name))

    def fill(self, text: str) -> str:
        return NAMES.sub(lambda match: self.words.get(match[1], ""), text).strip()

    def slot(self, text: str) -> str | None:
        """The slot that most of a text comes from, to name it in a complaint."""
        names = sorted(NAMES.findall(text), key=lambda name: -len(self.words.get(name, "")))
        return self.row_of if names and names[0].startswith("item.") else next(iter(names), None)

    def of_row(self, slot: str, row: Mapping[str, str]) -> "Values":
        return Values({**self.words, **{f"item.{key}": word for key, word in row.items()}}, {}, slot)


def visible(layer: Layer, values: Values) -> bool:
    """Whether a layer shows: as `when` and `unless` say, and not where all it would say is empty."""
    if isinstance(layer, ImageLayer) and layer.image == EMBLEM and EMBLEM in values.words:
        return False
    if (layer.when and not values.has(layer.when)) or (layer.unless and values.has(layer.unless)):
        return False
    names = NAMES.findall(layer.words())
    return not names or any(values.has(name) for name in names)


def has_content(layer: Layer, values: Values) -> bool:
    """A container shows where something in it shows; a repeat where there are rows."""
    if not visible(layer, values) or isinstance(layer, RepeatLayer):
        return visible(layer, values)
    inner = layer.inner()
    return not inner or any(has_content(each, values) for each in inner)
