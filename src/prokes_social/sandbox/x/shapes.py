"""Check a JSON body against X's OpenAPI document: text in, the object out; unknown names and wrong types are refused.

A shape maps property names to a type, a nested shape, or a list with one type; a name ending in `!` is required.
`...` marks what X knows and the sandbox does not serve. Taken by hand from openapi 2.159 and 2.167.
"""

import json
import re
from collections.abc import Iterator, Mapping
from types import EllipsisType
from typing import Any

from prokes_social.sandbox.calls import Incoming
from prokes_social.sandbox.x.problems import invalid

Shape = Mapping[str, Any]
ID = re.compile(r"[0-9]{1,19}")
JSON_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

POST: Shape = {
    "text": str,
    "media": {"media_ids!": [str], "tagged_user_ids": ..., "title": ..., "description": ...},
    "nullcast": bool,
    "made_with_ai": bool,
    "for_super_followers_only": bool,
    "reply_settings": str,
    **dict.fromkeys(
        ("card_uri", "community_id", "direct_message_deep_link", "edit_options", "geo", "paid_partnership", "poll"), ...
    ),
    **dict.fromkeys(("quote_tweet_id", "reply", "share_with_followers"), ...),
}
UPLOAD: Shape = {
    "media!": str,
    "media_category!": str,
    "media_type": str,
    "shared": bool,
    "additional_owners": ...,
}
METADATA: Shape = {
    "id!": str,
    "metadata": {
        "alt_text": {"text!": str},
        "allow_download_status": ...,
        "sensitive_media_warning": ...,
        "upload_source": ...,
    },
}
METADATA_V1: Shape = {"media_id!": str, "alt_text": {"text!": str}}


def checked_body(incoming: Incoming, shape: Shape) -> dict[str, Any]:
    """Raises Refused (400) that names each fault by its JSON path."""
    body = _parsed(incoming)
    faults: list[tuple[dict[str, Any], str]] = [({}, message) for message in _faults("$", body, shape)]
    if faults:
        raise invalid(*faults)
    return body


def _parsed(incoming: Incoming) -> dict[str, Any]:
    if incoming.content_type != "application/json":
        raise invalid(({}, f"Content-Type must be application/json, not {incoming.content_type or 'missing'}"))
    try:
        body = json.loads(incoming.body)
    except ValueError:
        raise invalid(({}, "Requests with bodies must have content-type of application/json and valid JSON.")) from None
    if not isinstance(body, dict):
        raise invalid(({}, f"$: {_kind(body)} found, object expected"))
    return body


def _faults(path: str, value: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    names = {name.rstrip("!"): expected for name, expected in shape.items()}
    for name in shape:
        if name.endswith("!") and name[:-1] not in value:
            yield f"{path}.{name[:-1]}: is missing but it is required"
    for name, item in value.items():
        if name in names:
            yield from _value_faults(f"{path}.{name}", item, names[name])
        else:
            yield f"{path}.{name}: is not defined in the schema and the schema does not allow additional properties"


def _value_faults(path: str, value: Any, expected: Any) -> Iterator[str]:
    if isinstance(expected, EllipsisType):
        yield f"{path}: is known to X but not served by this sandbox"
    elif isinstance(expected, list):
        yield from _list_faults(path, value, expected[0])
    elif isinstance(expected, Mapping):
        if isinstance(value, dict):
            yield from _faults(path, value, expected)
        else:
            yield f"{path}: {_kind(value)} found, object expected"
    elif type(value) is not expected:
        yield f"{path}: {_kind(value)} found, {JSON_NAMES[expected]} expected"


def _list_faults(path: str, value: Any, expected: type) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {_kind(value)} found, array expected"
        return
    for number, item in enumerate(value):
        yield from _value_faults(f"{path}[{number}]", item, expected)


def _kind(value: Any) -> str:
    return JSON_NAMES.get(type(value), "null")
