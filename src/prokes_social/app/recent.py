"""What takes a look at a great many rows, looked up at most once a minute by each process."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from prokes_social.app import App

MINUTE = timedelta(minutes=1)
#: Answers that are kept; units that somebody is bound to are few.
_MOST = 64
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Answers by their question, each good for a while."""

    def __init__(self, app: "App", *, for_: timedelta) -> None:
        self._app, self._for, self._known, self._lock = app, for_, dict[K, tuple[datetime, V]](), Lock()

    def of(self, question: K, look: Callable[[], V]) -> V:
        """Whoever asks while another looks waits for that answer, instead of looking too."""
        with self._lock:
            now = self._app.clock.now()
            known = self._known.get(question)
            if known is None or not timedelta(0) <= now - known[0] < self._for:
                if len(self._known) >= _MOST:
                    self._known.clear()
                known = self._known[question] = (now, look())
            return known[1]
