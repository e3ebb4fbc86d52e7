"""The folder is the register: every module here is a place to share to. To add one, write a module; the rest follows.

A module says `name` (its own, in reports and UTM parameters), `tag` (one letter, at the end of tracked links), `label`,
and `address(text, url)`: what a button opens so that the person finds their message there, ready to be sent by them.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from prokes_social.i18n import Bilingual


@dataclass(frozen=True, kw_only=True)
class Place:
    name: str  #: its module's name
    tag: str
    label: Bilingual
    address: Callable[[str, str], str]  #: of the text and the link to share

    @classmethod
    def of(cls, module: ModuleType) -> "Place":
        """A place module's names are the fields of its place."""
        return cls(**{name: getattr(module, name) for name in cls.__dataclass_fields__})


#: How a link leaves a page without a place that we know of: by tag, the name under which its visits are counted.
WAYS = {"q": "qr", "l": "link", "n": "share"}
WAY_LABELS = {
    "qr": Bilingual("kode QR", "QR code"),
    "link": Bilingual("tautan yang disalin", "copied link"),
    "share": Bilingual("menu bagikan ponsel", "the phone's share menu"),
}
#: A place that was taken out of the folder, or a tag that somebody mistyped: the visit counts all the same.
OTHER = "other"


@cache
def all_places() -> tuple[Place, ...]:
    """Every place by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(Place.of(import_module(f"{__name__}.{name}")) for name in names)


def name_of(tag: str) -> str:
    """Under what a visit to a link with this tag is counted; a link without one was copied by hand."""
    names = {place.tag: place.name for place in all_places()} | WAYS | {"": WAYS["l"]}
    return names.get(tag, OTHER)
