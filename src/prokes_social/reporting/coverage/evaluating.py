"""Two tables of coverage in, how each unit stands and what changed out, exactly: for the office itself."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.coverage import (
    Bound,
    CoverageChange,
    CoverageRow,
    CoverageTable,
    Dose,
    Evaluation,
    OverallCoverage,
    UnitCoverage,
    percent_of,
)


def evaluate(
    table: CoverageTable, before: CoverageTable | None, names: Mapping[str, str], *, measure: Dose, target: Decimal
) -> Evaluation:
    """Raises SettingsError where the table does not tell the measured dose."""
    now = counts_of(table.rows, measure)
    if len(now) < len(table.rows):
        what = _("The table of coverage does not tell {dose}.", dose=measure.label)
        raise SettingsError(what, hint=_("Set coverage.measure to a dose that it tells."))
    then = counts_of(before.rows, measure) if before else {}
    units = [_unit(row, names, measure=measure, target=target, before=then.get(row.unit_id)) for row in table.rows]
    return Evaluation(
        data_on=table.data_on, source=table.source, before_on=before.data_on if before else None, measure=measure,
        target=target, mark=target, in_percent=table.in_percent, public=False, units=ranked(units),
        overall=_overall(now, then, target),
    )  # fmt: skip


def counts_of(rows: Iterable[CoverageRow], measure: Dose) -> dict[str, tuple[int, int]]:
    """People covered, and of how many, by unit; units whose table does not tell it are not in it."""
    told = {row.unit_id: (row.given(measure), row.group) for row in rows}
    return {unit: (given, group) for unit, (given, group) in told.items() if given is not None}


def ranked(units: Iterable[UnitCoverage]) -> tuple[UnitCoverage, ...]:
    """The best first; what reads the same shares a rank, and the next one's rank tells how many are before it."""
    units = sorted(units, key=lambda each: (*_order(each), each.name.casefold()))
    places: dict[tuple[Decimal, bool], int] = {}
    for rank, each in enumerate(units, start=1):
        places.setdefault(_order(each), rank)
    return tuple(replace(each, rank=places[_order(each)]) for each in units)


def changes_between(before: CoverageTable | None, after: CoverageTable) -> list[CoverageChange]:
    """Units that are told otherwise than before, by id."""
    then = {row.unit_id: row for row in before.rows} if before else {}
    now = {row.unit_id: row for row in after.rows}
    return [
        CoverageChange(unit_id=unit, before=then.get(unit), after=now.get(unit))
        for unit in sorted({*then, *now})
        if then.get(unit) != now.get(unit)
    ]


def _order(each: UnitCoverage) -> tuple[Decimal, bool]:
    return -each.percent, each.bound is Bound.AT_MOST


def _unit(
    row: CoverageRow, names: Mapping[str, str], *, measure: Dose, target: Decimal, before: tuple[int, int] | None
) -> UnitCoverage:
    doses = {dose: given for dose in Dose if (given := row.given(dose)) is not None}
    percent = percent_of(doses[measure], row.group, target)
    return UnitCoverage(
        unit_id=row.unit_id, name=names.get(row.unit_id, row.unit_id), rank=None, group=row.group, doses=doses,
        percent=percent, reached=percent >= target, change=percent - percent_of(*before, target) if before else None,
    )  # fmt: skip


def _overall(
    now: Mapping[str, tuple[int, int]], then: Mapping[str, tuple[int, int]], target: Decimal
) -> OverallCoverage:
    given, group = (sum(each) for each in zip(*now.values(), strict=True))
    share = percent_of(given, group, target)
    change = None
    if now.keys() == then.keys():  # else a unit that came or went would read as people who were vaccinated
        earlier, of = (sum(each) for each in zip(*then.values(), strict=True))
        change = share - percent_of(earlier, of, target)
    return OverallCoverage(group=group, given=given, low=share, high=share, change=change)
