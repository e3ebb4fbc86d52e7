"""A caller's name in, seconds to wait out: so many calls a minute each, counted within this process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

#: Callers that are remembered; the oldest are forgotten first.
_MOST = 10_000


@dataclass(kw_only=True)
class Limit:
    """A bucket for each caller that holds a minute's calls and fills again evenly."""

    per_minute: int = 240
    tick: Callable[[], float] = monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, caller: str) -> float:
        """0 where the call may go on."""
        now, each = self.tick(), self.per_minute / 60
        with self._guard:
            left, at = self._left.pop(caller, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - at) * each)
            self._left[caller] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > _MOST:
                del self._left[next(iter(self._left))]
        return 0 if left >= 1 else (1 - left) / each
