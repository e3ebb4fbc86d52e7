"""Reach: collect readings, write reports."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.store import snapshots
from prokes_social.tracking import Collected

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.model.report import Report


class Reach:
    def __init__(self, app: "App") -> None:
        self._app = app

    def collect_due(self, stopped: Callable[[], bool] = lambda: False) -> Collected:
        """Take the readings that are due; `stopped` is asked between batches."""
        return self._app.tracker.collect_due(stopped)

    def collect_now(self, campaign: str | None = None) -> Collected:
        """Read every post at this moment, whatever the table of readings says."""
        return self._app.tracker.collect_now(campaign)

    def has_due(self) -> bool:
        wake = self.next_wake()
        return wake is not None and wake <= self._app.clock.now()

    def next_wake(self) -> datetime | None:
        with self._app.store.read() as tx:
            return snapshots.next_wake(tx, self._app.clock.now())

    def is_waiting(self) -> bool:
        """Some post's numbers are still to be read, now or later."""
        with self._app.store.read() as tx:
            return snapshots.is_waiting(tx)

    def report(self, campaign: str) -> "Report":
        from prokes_social.reporting import campaign_report

        return campaign_report(self._app.store, campaign, settings=self._app.settings, now=self._app.clock.now())

    def write(self, campaign: str, *, formats: Collection[str], out: Path) -> list[Path]:
        """The report in each format under `out`; the files' paths."""
        from prokes_social.reporting import formats as writers

        report = self.report(campaign)
        out.mkdir(parents=True, exist_ok=True)
        return [path for name in formats for path in writers.write(report, name, out)]
