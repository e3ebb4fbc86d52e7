"""Which parameters each Graph call takes, and of what type: a request in, checked values out, unknown names refused.

Written by hand from Meta's machine-readable specs (Page, PagePost, Photo, IGUser, IGMedia). The real API ignores names
it does not know; the sandbox refuses them, so that a typo in an adapter is caught here and not in silence out there.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from prokes_social.sandbox.calls import Incoming, Refused
from prokes_social.sandbox.graph.errors import error, refuse

Values = dict[str, Any]
Table = Mapping[str, str]

#: On every call.
COMMON: Table = {"access_token": "string", "appsecret_proof": "string", "locale": "string", "pretty": "bool"}
READ: Table = {"fields": "string"}
MANY: Table = {**READ, "ids": "list"}  # of several objects at once, by id
PAGED: Table = {"limit": "uint", "after": "string", "before": "string", "since": "datetime", "until": "datetime"}
_LISTING: Table = {**READ, **PAGED, "include_hidden": "bool", "show_expired": "bool", "with": "string"}

PAGE_LISTING: Table = _LISTING
PAGE_POSTS: Table = {**_LISTING, "q": "string"}
PAGE_PHOTO: Table = {
    "alt_text_custom": "string",
    "caption": "string",
    "message": "string",
    "name": "string",
    "no_story": "bool",
    "published": "bool",
    "temporary": "bool",
    "unpublished_content_type": "string",
}
PAGE_FEED: Table = {
    "attached_media": "objects",
    "link": "string",
    "message": "string",
    "published": "bool",
    "unpublished_content_type": "string",
}
POST_UPDATE: Table = {"is_published": "bool", "message": "string"}
POST_INSIGHTS: Table = {
    "date_preset": "string",
    "metric": "list",
    "period": "string",
    "since": "datetime",
    "until": "datetime",
}
DEBUG_TOKEN: Table = {"input_token": "string"}
OAUTH: Table = {
    "client_id": "string",
    "client_secret": "string",
    "code": "string",
    "fb_exchange_token": "string",
    "grant_type": "string",
    "redirect_uri": "string",
}
IG_MEDIA_LISTING: Table = {**READ, **PAGED}
IG_CONTAINER: Table = {"alt_text": "string", "caption": "string", "image_url": "string", "media_type": "string"}
IG_PUBLISH: Table = {"creation_id": "uint"}
IG_LIMIT: Table = {**READ, "since": "datetime"}
IG_INSIGHTS: Table = {"breakdown": "list", "metric": "list", "period": "list"}
NOTHING: Table = {}


def checked(incoming: Incoming, table: Table) -> Values:
    """Query and form together. Raises Refused (#100) for unknown, repeated and ill-typed parameters."""
    types = {**COMMON, **table}
    texts: dict[str, str] = {}
    for name, text in _unfolded((*incoming.query, *incoming.form)):
        if name not in types:
            raise refuse(f"The parameter {name} is unknown to this call or not served by this sandbox.")
        if name in texts:
            raise refuse(f"The parameter {name} was given more than once.")
        texts[name] = text
    return {name: _READERS[types[name]](name, text) for name, text in texts.items()}


def _unfolded(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """`attached_media[0]={…}` is the other spelling of a list, the one in Meta's own examples."""
    plain = [(name, text) for name, text in pairs if not name.endswith("]")]
    folded: dict[str, list[str]] = {}
    for name, text in pairs:
        indexed = re.fullmatch(r"(\w+)\[\d+\]", name)
        if indexed:
            folded.setdefault(indexed.group(1), []).append(text)
        elif name.endswith("]"):
            plain.append((name, text))
    return plain + [(name, f"[{','.join(texts)}]") for name, texts in folded.items()]


def _string(_name: str, text: str) -> str:
    return text


def _bool(name: str, text: str) -> bool:
    # Python's str(False) is not among them: that is how requests spells a bool nobody has encoded.
    if text not in ("true", "false", "1", "0"):
        raise refuse(f"Param {name} must be a boolean")
    return text in ("true", "1")


def _uint(name: str, text: str) -> int:
    if not text.isdecimal():
        raise refuse(f"Param {name} must be an integer")
    return int(text)


def _datetime(name: str, text: str) -> float:
    """Unix seconds or ISO 8601; without a zone it is UTC."""
    if text.isdecimal():
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(f"Param {name} must be a valid datetime") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _list(name: str, text: str) -> list[str]:
    """A JSON array, or words with commas between them."""
    if not text.startswith("["):
        return [word.strip() for word in text.split(",") if word.strip()]
    found = _json(name, text)
    return [str(item) for item in found]


def _objects(name: str, text: str) -> list[dict[str, Any]]:
    found = _json(name, text)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise refuse(f"Param {name} must be an array of objects, as a JSON string")
    return found


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise refuse(f"Param {name} must be an array.") from None


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "string": _string,
    "bool": _bool,
    "uint": _uint,
    "datetime": _datetime,
    "list": _list,
    "objects": _objects,
}


def required(values: Values, name: str) -> Any:
    if name not in values:
        raise Refused(error(f"(#100) The parameter {name} is required", code=100))
    return values[name]
