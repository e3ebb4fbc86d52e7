"""What a campaign put into a card's slots in; the words of the layout out, and a fault for everything out of place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from prokes_social.errors import AssetMissing, CardError
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit
from prokes_social.model.campaign import Path
from prokes_social.model.card import CardRequest
from prokes_social.model.template import LINK, NUMBER, PERSONAL, Slot, Template
from prokes_social.problem import Problem
from prokes_social.rendering.figures import number
from prokes_social.rendering.icons import icon_svg
from prokes_social.rendering.words import EMBLEM, Values


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something to mend in a request; `path` leads to it from the top of the card, `("slots", "rows", 2, "icon")`."""

    path: Path
    code: str
    error: CardError

    def problem(self) -> Problem:
        return Problem(code=self.code, what=self.error.message, remedy=self.error.hint)


def is_personal(request: CardRequest, template: Template) -> bool:
    """Whether it is somebody's own card: one of its personal slots is filled."""
    return any(request.slots.get(name) for name in template.personal)


def values_of(request: CardRequest, template: Template, kit: BrandKit, *, personal: bool = False) -> Values:
    """The words for the layout. What does not belong is left out: `faults_of` has said so."""
    words = {f"brand.{key}": word for key, word in kit.footer.model_dump().items()} | {LINK: request.link or ""}
    if personal or is_personal(request, template):
        words[PERSONAL] = PERSONAL
        if not kit.emblem_on_personal:
            words[EMBLEM] = ""
    rows = {}
    for name, slot in template.slots.items():
        given = request.slots.get(name)
        if slot.kind == "rows":
            listed = given if isinstance(given, list | tuple) else ()
            rows[name] = tuple(_row(each, place, slot) for place, each in enumerate(listed, 1))
        else:
            words[name] = _word(given, slot)
    return Values(words, rows)


def _word(given: Any, slot: Slot) -> str:
    word = "" if given is None or isinstance(given, dict | list | tuple) else str(given).strip()
    word = word or slot.default or ""
    # Figures are read with a decimal comma, whichever way they were written.
    return word.replace(".", ",") if slot.kind == "number" else word


def _row(given: Any, place: int, slot: Slot) -> dict[str, str]:
    """A row may be a plain text: it is then the first field that must be there. A field of its own called `number`
    hides the row's place even where it is empty: it may be the number of a counter."""
    row = _as_mapping(given, slot)
    return {NUMBER: str(place)} | {name: _word(row.get(name), field) for name, field in slot.fields.items()}


def _as_mapping(given: Any, slot: Slot) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        return given
    main = next((name for name, field in slot.fields.items() if field.required), None)
    return {main: given} if main else {}


def faults_of(
    request: CardRequest, template: Template, kit: BrandKit, only: Collection[str] | None = None
) -> Iterator[Fault]:
    """Missing, unknown and misfilled slots, all or `only` some; whether texts fit is the layout's to say."""
    yield from _strangers(request.slots, template.slots, ("slots",))
    for name, slot in template.slots.items():
        if only is None or name in only:
            yield from _slot_faults(name, slot, request.slots.get(name), ("slots", name), kit)


def _strangers(given: Mapping[str, Any], known: Mapping[str, Slot], path: Path) -> Iterator[Fault]:
    for name in given:
        if name not in known:
            message = _("there is no slot {slot}", slot=name)
            counted = name == NUMBER and len(path) > 2
            hint = _("leave it out: rows number themselves") if counted else suggestion(name, known)
            yield _fault((*path, name), "card-slot-unknown", message, hint)


def suggestion(name: str, known: Mapping[str, Any]) -> str:
    """The names that come close, else all there are."""
    if near := get_close_matches(name, known, n=2, cutoff=0.5):
        return _("did you mean {names}?", names=", ".join(near))
    return _("use one of {names}", names=", ".join(known))


def _fault(path: Path, code: str, message: str, hint: str, kind: type[CardError] = CardError) -> Fault:
    slot = str(path[1]) if len(path) > 1 else None
    return Fault(path=path, code=code, error=kind(message, hint=hint, slot=slot))


def _slot_faults(name: str, slot: Slot, given: Any, path: Path, kit: BrandKit) -> Iterator[Fault]:
    if given in (None, "", [], ()):
        if slot.required:
            message = _("{slot} is empty", slot=name)
            hint = _("fill it in: {label}", label=str(slot.label))
            yield _fault(path, "card-slot-missing", message, hint)
    elif slot.kind == "rows":
        yield from _rows_faults(name, slot, given, path, kit)
    elif isinstance(given, Mapping | list | tuple):
        message = _("{slot} takes a text, not a list", slot=name)
        yield _fault(path, "card-slot-kind", message, _("write it as one text"))
    elif slot.kind == "icon":
        yield from _icon_faults(str(given), path, kit)
    elif slot.kind == "number":
        yield from _number_faults(name, slot, str(given), path)
    elif slot.longest and len(str(given)) > slot.longest:
        message = _("{slot} has {count} characters; there is room for {most}",
                    slot=name, count=len(str(given)), most=slot.longest)  # fmt: skip
        yield _fault(path, "card-text-too-long", message, _("shorten it"))


def _rows_faults(name: str, slot: Slot, given: Any, path: Path, kit: BrandKit) -> Iterator[Fault]:
    if not isinstance(given, list | tuple):
        message = _("{slot} takes a list of rows", slot=name)
        yield _fault(path, "card-slot-kind", message, _("begin each row with a dash"))
        return
    if len(given) > slot.max:
        message = _("{slot} has {rows} rows; there is room for {most}", slot=name, rows=len(given), most=slot.max)
        yield _fault((*path, slot.max), "card-too-many-rows", message, _("leave some out, or make two cards"))
    for index, row in enumerate(given):
        fields = _as_mapping(row, slot)
        here = (*path, index)
        yield from _strangers(fields, slot.fields, here)
        for field_name, field in slot.fields.items():
            yield from _slot_faults(field_name, field, fields.get(field_name), (*here, field_name), kit)


def _number_faults(name: str, slot: Slot, given: str, path: Path) -> Iterator[Fault]:
    try:
        value = number(given)
    except ValueError:
        message = _("{slot} takes a number, not “{text}”", slot=name, text=given[:40])
        yield _fault(path, "card-slot-kind", message, _("write it like 62 or 62,5"))
        return
    if not slot.least <= value <= slot.most:
        message = _("{slot} is {value}; it lies between {least} and {most}",
                    slot=name, value=given.strip(), least=f"{slot.least:g}", most=f"{slot.most:g}")  # fmt: skip
        yield _fault(path, "card-number", message, _("mend the number"))


def _icon_faults(name: str, path: Path, kit: BrandKit) -> Iterator[Fault]:
    try:
        icon_svg(name.strip(), kit)
    except AssetMissing as missing:
        yield _fault(path, "card-icon-unknown", missing.message, missing.hint, AssetMissing)
