"""A person in, the name of a card's file out: readable, unique by its number, and never outside of its folder."""

import hashlib
import re
import unicodedata

from prokes_social.model.person import Person
from prokes_social.model.platform import Size

WITHOUT_UNIT = "tanpa-unit"
_OTHER = re.compile(r"[^a-z0-9]+")
_MOST = 60
#: Names of devices, which Windows gives to no folder.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


def file_of(person: Person, size: Size, ending: str) -> str:
    """`dinas-kesehatan/0001-siti-rahmawati-1080x1350.jpg`; what follows a comma in a name are titles."""
    name = _slug(person.name.partition(",")[0]) or _slug(person.name)
    parts = [f"{person.number:04d}", *filter(None, [name]), str(size)]
    return f"{folder_of(person.unit)}/{'-'.join(parts)}{ending}"


def folder_of(unit: str) -> str:
    """Another name for another unit, also where only its end differs or its letters are not Latin."""
    if not unit:
        return WITHOUT_UNIT
    plain = _OTHER.sub("-", _latin(unit)).strip("-")
    if plain and len(plain) <= _MOST and not _DEVICES.fullmatch(plain):
        return plain
    return f"{_slug(unit) or 'unit'}-{hashlib.sha256(unit.casefold().encode()).hexdigest()[:6]}"


def _slug(text: str) -> str:
    """Cut at a word's end."""
    plain = _OTHER.sub("-", _latin(text)).strip("-")
    return plain if len(plain) <= _MOST else plain[: _MOST + 1].rpartition("-")[0] or plain[:_MOST]


def _latin(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
