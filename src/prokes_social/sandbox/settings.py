"""What a test or a demo may turn while the sandbox runs; names and types in, a changed copy out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from prokes_social.sandbox import oddities


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much each account may do; small numbers let a test reach them."""

    x_posts_per_15m: int = 100
    x_media_per_15m: int = 500
    x_timeline_per_15m: int = 900
    x_reads_per_15m: int = 900  #: look-ups by id, users/me, deletes
    x_user_posts_per_day: int = 10_000
    x_app_posts_per_day: int = 10_000
    graph_calls_per_hour: int = 4800
    instagram_posts_per_day: int = 100


@dataclass(frozen=True, kw_only=True)
class Settings:
    timeline_lag_s: float = 0.0  #: a new post stays invisible in listings for this long
    age_speed: float = 1.0  #: seconds of post age per real second; 86400 shows 28 days in 28 s
    clock_offset_s: float = 0.0  #: added to the sandbox's clock; 86400 shows what tomorrow brings
    x_vocabulary: str = "tweet"  #: or "post", X's announced renaming
    x_refuses_duplicates: bool = True
    x_duplicate_window_s: float = 86_400.0
    facebook_refuses_duplicates: bool = True
    appsecret_proof_required: bool = True
    processing_s: float = 0.0  #: how long an Instagram container stays IN_PROGRESS
    instagram_insights_delay_s: float = 0.0  #: in seconds of post age; Meta says up to 48 hours
    metrics: dict[str, str] = field(default_factory=dict)  #: what befalls numbers, see oddities
    limits: Limits = field(default_factory=Limits)

    def changed(self, changes: Mapping[str, Any]) -> "Settings":
        """A copy with `changes`; raises ValueError for unknown names and unusable values."""
        rest = dict(changes)
        limits = _replaced(self.limits, rest.pop("limits", {}))
        settings = replace(_replaced(self, rest), limits=limits)
        if settings.x_vocabulary not in ("tweet", "post"):
            raise ValueError("x_vocabulary is tweet or post")
        oddities.checked(settings.metrics)
        return settings

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Kind = TypeVar("Kind", Limits, Settings)


def _replaced(old: Kind, changes: Mapping[str, Any]) -> Kind:
    known = {item.name: type(getattr(old, item.name)) for item in fields(old) if item.name != "limits"}
    unknown = set(changes) - set(known)
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    return replace(old, **{name: _as_kind(known[name], name, value) for name, value in changes.items()})


def _as_kind(kind: type, name: str, value: Any) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} must be of type {kind.__name__}")
    return value
