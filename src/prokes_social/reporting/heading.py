"""What a stored campaign file says about itself at its top; a file of an older version never stops a report."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    messages: tuple[str, ...] = ()  #: ids, in the order of the file


def read_heading(text: str | None) -> Heading:
    """Read without checking: the file passed the strict loader on its way in, and today's rules may be others."""
    try:
        # BaseLoader makes text of everything and builds no objects.
        found = yaml.load(text or "", Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError:
        return Heading()
    return _heading(found) if isinstance(found, Mapping) else Heading()


def _heading(found: Mapping[str, Any]) -> Heading:
    messages = found.get("messages")
    return Heading(
        purpose=_words(found.get("purpose")),
        owner=_words(found.get("owner")),
        starts_on=_day(found.get("starts_on")),
        ends_on=_day(found.get("ends_on")),
        messages=tuple(_words(each.get("id")) for each in messages or () if isinstance(each, Mapping)),
    )


def _words(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return parse_date(value) if isinstance(value, str) else None
    except ValueError:
        return None
