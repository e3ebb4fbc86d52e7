"""Parts of Meta's JSON in, what can be relied on out; asks nobody."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def as_dict(value: Any) -> Mapping[str, Any]:
    """An answer may hold anything; what is no object tells nothing."""
    return value if isinstance(value, dict) else {}


def dicts(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def moment(text: Any) -> datetime | None:
    """`2026-11-23T00:30:00+0000`, as Graph writes it."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
    except ValueError:
        return None
