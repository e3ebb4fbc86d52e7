"""What a stored campaign file says about itself at its top; a file of an older version never stops a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from prokes_social.model.campaign import parse_date


@dataclass(frozen=True, kw_only=True)
class Heading:
    purpose: str = ""
    owner: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    brand: str = ""
    messages: tuple[str, ...] = ()  #: ids, in the order of the file
    templates: Mapping[str, str] = field(default_factory=dict)  #: message to its card's template
    variants: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  #: message to whom it has a text of its own for


def read_heading(text: str | None) -> Heading:
    """Read without checking: the file passed the strict loader on its way in, and today's rules may be others."""
    try:
        # BaseLoader makes text of everything and builds no objects.
        found = yaml.load(text or "", Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError:
        return Heading()
    return _heading(found) if isinstance(found, Mapping) else Heading()


def _heading(found: Mapping[str, Any]) -> Heading:
    messages = [each for each in found.get("messages") or () if isinstance(each, Mapping)]
    return Heading(
        purpose=_words(found.get("purpose")),
        owner=_words(found.get("owner")),
        starts_on=_day(found.get("starts_on")),
        ends_on=_day(found.get("ends_on")),
        brand=_words(found.get("brand")),
        messages=tuple(_words(each.get("id")) for each in messages),
        templates={_words(each.get("id")): _words(_mapping(each.get("card")).get("template")) for each in messages},
        variants={_words(each.get("id")): frozenset(_mapping(each.get("variants"))) for each in messages},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _words(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return parse_date(value) if isinstance(value, str) else None
    except ValueError:
        return None
