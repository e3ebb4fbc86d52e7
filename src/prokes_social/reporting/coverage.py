"""Two tables of coverage in, how each unit stands and what changed out."""

from collections.abc import Mapping
from decimal import Decimal

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.coverage import CoverageTable, Dose, Evaluation, UnitCoverage, percent_of


def evaluate(
    table: CoverageTable, before: CoverageTable | None, names: Mapping[str, str], *, measure: Dose, target: Decimal
) -> Evaluation:
    """Raises SettingsError where the table does not tell the measured dose."""
    now = _counts(table, measure)
    if len(now) < len(table.rows):
        what = _("The table of coverage does not tell {dose}.", dose=measure.label)
        raise SettingsError(what, hint=_("Set coverage.measure to a dose that it tells."))
    then = _counts(before, measure) if before else {}
    shares = {unit: percent_of(given, group, target) for unit, (group, given) in now.items()}
    ranks = {share: rank for rank, share in enumerate(sorted(set(shares.values()), reverse=True), start=1)}
    units = [
        UnitCoverage(
            unit_id=unit, name=names.get(unit, unit), rank=ranks[shares[unit]], group=group, given=given,
            percent=shares[unit], reached=shares[unit] >= target,
            change=shares[unit] - percent_of(then[unit][1], then[unit][0], target) if unit in then else None,
        )
        for unit, (group, given) in now.items()
    ]  # fmt: skip
    group, given = (sum(each) for each in zip(*now.values(), strict=True))
    return Evaluation(
        data_on=table.data_on, source=table.source, before_on=before.data_on if before else None, measure=measure,
        target=target, group=group, given=given, percent=percent_of(given, group, target),
        units=tuple(sorted(units, key=lambda each: (each.rank, each.name))),
    )  # fmt: skip


def _counts(table: CoverageTable, measure: Dose) -> dict[str, tuple[int, int]]:
    told = {row.unit_id: (row.group, row.given(measure)) for row in table.rows}
    return {unit: (group, given) for unit, (group, given) in told.items() if given is not None}
