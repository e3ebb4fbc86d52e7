"""Reach: collect readings, write reports."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.app.recent import MINUTE, Recent
from prokes_social.i18n import language
from prokes_social.store import campaigns, overview, snapshots
from prokes_social.store.overview import Standing
from prokes_social.tracking import Collected

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.model.report import Report
    from prokes_social.reporting.paper import Look


class Reach:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Recent[tuple[str, str], str](app, for_=MINUTE)
        self._standings = Recent[None, list[Standing]](app, for_=MINUTE)

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

    def standings(self) -> list[Standing]:
        """How campaigns stand by unit, as of the last minute; the one that goes on longest first."""
        return self._standings.of(None, self._look)

    def _look(self) -> list[Standing]:
        with self._app.store.read() as tx:
            return overview.standings(tx)

    def titles(self) -> dict[str, str]:
        with self._app.store.read() as tx:
            return campaigns.titles(tx)

    def report(self, campaign: str, *, number: str = "") -> "Report":
        from prokes_social.reporting import campaign_report

        app = self._app
        now = app.clock.now()
        return campaign_report(app.store, campaign, settings=app.settings, now=now, look_of=self.look_of, number=number)

    def page(self, campaign: str) -> str:
        """The report as a web page in the language that is spoken, as of the last minute."""
        from prokes_social.reporting.formats import html

        return self._pages.of((campaign, language()), lambda: html.page(self.report(campaign)))

    def look_of(self, brand: str) -> "Look":
        """A brand kit that is gone or broken never stops a report."""
        from prokes_social.app.cards import asset_folders
        from prokes_social.loading.brands import read_brands
        from prokes_social.reporting.paper import Look

        found = read_brands(asset_folders(self._app.settings.home)).kits.get(brand)
        if found is None:
            return Look()
        logo = found.value.images.get("logo", "")
        emblem = found.value.files.get(logo, b"").decode(errors="replace") if logo.endswith(".svg") else ""
        return Look(accent="#{:02x}{:02x}{:02x}".format(*found.value.colors["primary"]), emblem=emblem)

    def write(self, campaign: str, *, formats: Collection[str], out: Path, number: str = "") -> list[Path]:
        """The report in each format under `out`; the files' paths."""
        from prokes_social.reporting import formats as writers

        report = self.report(campaign, number=number)
        out.mkdir(parents=True, exist_ok=True)
        return [path for name in formats for path in writers.write(report, name, out)]
