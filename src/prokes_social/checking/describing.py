"""What a campaign put on a card and its template in, a proposed alternative text out; touches nothing outside."""

from collections.abc import Iterator, Mapping
from typing import Any

from prokes_social.i18n import Bilingual, speaking
from prokes_social.model.campaign import CardSpec
from prokes_social.model.template import Slot, Template

LONGEST = 1000  #: characters; X takes so many, the fewest of all
_TITLE, _SOURCE = "headline", "source"
#: Words about the card's own furniture: nobody needs to hear them.
_FURNITURE = ("source_label", "scan")


def describe(card: CardSpec, template: Template, language: str) -> str:
    """One paragraph in the campaign's language: kind and title of the card, its slots in reading order, its source."""
    with speaking(language):
        title, source = _said(card.slots.get(_TITLE)), _said(card.slots.get(_SOURCE))
        end = f" {_SOURCE_SAYS}: {_sentence(source)}" if source else ""
        body = " ".join(_sentence(part) for part in _parts(card, template) if part)
        return _shortened(f"{_opening(template, title)}{': ' if body else '.'}{body}", LONGEST - len(end)) + end


def _opening(template: Template, title: str) -> str:
    kind = str(Bilingual(f"Kartu {template.label.id}", f"{template.label.en} card"))
    return f"{kind} {_TITLED} “{title}”" if title else kind


def _parts(card: CardSpec, template: Template) -> Iterator[str]:
    for name, slot in template.slots.items():
        if name not in (_TITLE, _SOURCE, *_FURNITURE) and card.slots.get(name):
            yield _part(slot, card.slots[name])


def _part(slot: Slot, given: Any) -> str:
    match slot.kind:
        case "rows":
            rows = (_row(slot, row) for row in (given if isinstance(given, list | tuple) else ()))
            return "; ".join(row for row in rows if row)
        case "number":
            return f"{slot.label}: {_said(given)}"
        case "photo":
            return str(_WITH_PHOTO)
        case "text":
            return _said(given)
    return ""


def _row(slot: Slot, row: Any) -> str:
    if not isinstance(row, Mapping):
        return _said(row).rstrip(".")
    said = (_said(row.get(name)).rstrip(".") for name, field in slot.fields.items() if field.kind in ("text", "number"))
    return ", ".join(words for words in said if words)


def _said(given: Any) -> str:
    """The words without the stars that mark them."""
    return (
        ""
        if given is None or isinstance(given, Mapping | list | tuple)
        else " ".join(str(given).split()).replace("*", "")
    )


def _sentence(words: str) -> str:
    return words if not words or words.endswith((".", "!", "?", "…", ".”", "!”", "?”")) else f"{words}."


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


_TITLED = Bilingual("berjudul", "titled")
_SOURCE_SAYS = Bilingual("Sumber", "Source")
_WITH_PHOTO = Bilingual("Dengan foto", "With a photograph")
