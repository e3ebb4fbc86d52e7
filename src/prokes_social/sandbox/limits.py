"""Count calls in fixed windows: a key, a limit and the time in; whether one more fits and when the window ends out."""

import math
from dataclasses import dataclass, field

QUARTER_HOUR = 900
HOUR = 3600
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Standing:
    """After a call was counted; `reset` is Unix time in whole seconds, as the platforms tell it."""

    limit: int
    remaining: int
    reset: int
    fits: bool

    def as_headers(self, prefix: str) -> dict[str, str]:
        return {
            f"{prefix}-limit": str(self.limit),
            f"{prefix}-remaining": str(self.remaining),
            f"{prefix}-reset": str(self.reset),
        }


@dataclass
class Windows:
    """One window a key; it opens with the first call and everything in it is forgotten at its end."""

    opened: dict[str, tuple[float, int]] = field(default_factory=dict)

    def count(self, key: str, limit: int, length_s: int, now: float, *, times: int = 1) -> Standing:
        """A call for several objects counts as often."""
        start, used = self._current(key, length_s, now)
        fits = used + times <= limit
        self.opened[key] = (start, used + times if fits else used)
        return Standing(
            limit=limit,
            remaining=max(limit - used - times, 0),
            reset=math.ceil(start + length_s),
            fits=fits,
        )

    def used(self, key: str, length_s: int, now: float) -> int:
        return self._current(key, length_s, now)[1]

    def _current(self, key: str, length_s: int, now: float) -> tuple[float, int]:
        start, used = self.opened.get(key, (now, 0))
        return (now, 0) if now >= start + length_s else (start, used)
