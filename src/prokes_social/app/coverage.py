"""Coverage: tables taken in, and how the units stand."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.clock import zone_named
from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.coverage import Dose, Evaluation
from prokes_social.problem import has_errors
from prokes_social.store import accounts, coverage

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.loading.coverage import CoverageReading

TEMPLATE = "unit;sasaran;dosis 1;dosis 2;booster;tanggal data;sumber\n"


class Coverage:
    def __init__(self, app: "App") -> None:
        self._app = app

    def take_in(
        self, path: Path, *, dry_run: bool, new_units: bool, data_on: date | None, source: str, by: str
    ) -> "CoverageReading":
        """Keep a table, all or nothing. Raises ContentError with the cells to be put right."""
        from prokes_social.loading.coverage import load_coverage
        from prokes_social.loading.document import content_error

        settings, now = self._app.settings, self._app.clock.now()
        today = now.astimezone(zone_named(settings.zone)).date()
        reading = load_coverage(
            path, self._app.units.all(), zone=settings.zone, today=today, data_on=data_on, source=source,
            stale_after=settings.coverage.stale_after, new_units=new_units,
        )  # fmt: skip
        if reading.table is None or has_errors(reading.problems):
            raise content_error(reading.problems, path.name)
        if not dry_run:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            with self._app.store.write() as tx:
                for unit in reading.new_units:
                    accounts.put_unit(tx, unit)
                coverage.add(tx, replace(reading.table, digest=digest, imported_at=now, by=by))
        return reading

    def evaluation(self) -> Evaluation:
        """Of the newest table. Raises SettingsError where there is none."""
        from prokes_social.reporting.coverage import evaluate

        with self._app.store.read() as tx:
            table = coverage.newest(tx)
            before = coverage.newest(tx, before=table.data_on) if table else None
        if table is None:
            raise SettingsError(
                _("There are no data of coverage yet."), hint=_("Take a table in with `prokes coverage import FILE`.")
            )
        names = {unit.id: unit.name for unit in self._app.units.all()}
        said = self._app.settings.coverage
        return evaluate(table, before, names, measure=Dose(said.measure), target=said.target)
