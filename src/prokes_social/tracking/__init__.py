"""Posts in, reach snapshots out, again and again over the days that follow; what is not told stays untold."""

from prokes_social.tracking.reader import Collected
from prokes_social.tracking.tracker import Tracker

__all__ = ["Collected", "Tracker"]
