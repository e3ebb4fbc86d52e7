"""What may befall a number on its way out: a metric's name and its true value in, what the platform tells of it out.

Which metrics it befalls is a setting, `{"x.like_count": "null", "facebook.post_clicks": "dead"}`.
"""

from collections.abc import Mapping
from typing import Any

#: dead: the name is refused as unknown; renamed: likewise, and the number goes by `<name>_v2`; dropped: left out in
#: silence; null: told as null; text: told as a string of digits.
ODDITIES = ("dead", "renamed", "dropped", "null", "text")

Oddities = Mapping[str, str]


def checked(oddities: Oddities) -> Oddities:
    """Raises ValueError."""
    for name, kind in oddities.items():
        if name.partition(".")[0] not in ("x", "facebook", "instagram") or kind not in ODDITIES:
            raise ValueError(f"metrics are <platform>.<name>, each one of {', '.join(ODDITIES)}; not {name}: {kind}")
    return oddities


def is_known(oddities: Oddities, platform: str, name: str) -> bool:
    """Whether a call may ask for this name."""
    return oddities.get(f"{platform}.{name}") not in ("dead", "renamed")


def as_told(oddities: Oddities, platform: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of an answer that nobody asked for by name."""
    told: dict[str, Any] = {}
    for name, value in numbers.items():
        kind = oddities.get(f"{platform}.{name}", "")
        if kind == "renamed":
            told[f"{name}_v2"] = value
        elif kind not in ("dead", "dropped"):
            told[name] = odd(kind, value)
    return told


def odd(kind: str, value: Any) -> Any:
    if kind == "null":
        return None
    if kind == "text":
        return {name: str(each) for name, each in value.items()} if isinstance(value, dict) else str(value)
    return value
