"""Two tables of coverage in; what everybody may know of them out, so that no single person's status can be worked out.

Shares near 100, and those of fewer than 5 people near 0, are bounds; units of few people are told together or not at
all; and everything else, the sum as well, is made of what is shown, so that nothing can be had by subtracting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from prokes_social.i18n import n_
from prokes_social.model.coverage import (
    Bound,
    CoverageRow,
    CoverageTable,
    Dose,
    Evaluation,
    OverallCoverage,
    UnitCoverage,
    percent_of,
)
from prokes_social.reporting.coverage.evaluating import evaluate, ranked

#: In smaller units colleagues know each other.
SMALLEST = 20
HIGH, LOW = Decimal(95), Decimal(5)
#: So few people, in a unit that hardly has any, are no number to be told.
FEW = 5


def for_everybody(
    table: CoverageTable, before: CoverageTable | None, names: Mapping[str, str], *, measure: Dose, target: Decimal
) -> Evaluation:
    """Raises SettingsError where the table does not tell the measured dose."""
    exact = evaluate(table, before, names, measure=measure, target=target)
    mark = min(target, HIGH)
    large = [row for row in table.rows if row.group >= SMALLEST]
    small = [row for row in table.rows if row.group < SMALLEST]
    units = ranked(_unit(row, names, measure, mark) for row in large)
    pool = _pool(small, measure, mark)
    then = _public_shares(before, measure, mark)
    units = tuple(replace(each, change=_change(each, then.get(each.unit_id))) for each in units)
    told = [*units, *pool]
    overall = _overall(told, measure, mark)
    pooled = len(small) if pool else 0
    change = _change_of_all(overall, before, measure, mark, {each.unit_id for each in told})
    return replace(
        exact, public=True, mark=mark, units=tuple(told), pooled=pooled, left_out=len(small) - pooled,
        overall=replace(overall, change=change),
    )  # fmt: skip


def _unit(row: CoverageRow, names: Mapping[str, str], measure: Dose, mark: Decimal) -> UnitCoverage:
    given = row.given(measure) or 0
    bound = _bound(given, row.group)
    share = {Bound.AT_LEAST: HIGH, Bound.AT_MOST: LOW}.get(bound, percent_of(given, row.group, mark, HIGH))
    # A number of people tells the share: of each dose only where its own share may be told.
    counts = {dose: count for dose in Dose if (count := row.given(dose)) is not None}
    doses = {dose: count for dose, count in counts.items() if _bound(count, row.group) is Bound.EXACT}
    return UnitCoverage(
        unit_id=row.unit_id, name=names.get(row.unit_id, row.unit_id), rank=None, group=row.group, doses=doses,
        percent=share, bound=bound, reached=100 * given >= mark * row.group,
    )  # fmt: skip


def _bound(given: int, group: int) -> Bound:
    if 100 * given >= HIGH * group:
        return Bound.AT_LEAST
    return Bound.AT_MOST if given < FEW and 100 * given <= LOW * group else Bound.EXACT


def _pool(small: Sequence[CoverageRow], measure: Dose, mark: Decimal) -> list[UnitCoverage]:
    """Small units as one, where they are several and many people together; else nothing."""
    group = sum(row.group for row in small)
    if len(small) < 2 or group < SMALLEST:
        return []
    sums = {dose: [row.given(dose) for row in small] for dose in Dose}
    counts = {dose.value: None if None in told else sum(each or 0 for each in told) for dose, told in sums.items()}
    together = CoverageRow(unit_id="", group=group, **{"first": 0, **counts})  # type: ignore[arg-type]
    name = n_("{count} small unit together", "{count} small units together", len(small))
    return [replace(_unit(together, {"": name}, measure, mark), reached=False)]


def _overall(told: Sequence[UnitCoverage], measure: Dose, mark: Decimal) -> OverallCoverage:
    """Made of what is shown alone: of a unit told as a bound, all that the bound leaves open."""
    group = sum(each.group for each in told)
    if not group:
        return OverallCoverage(group=0, given=None, low=Decimal(0), high=Decimal(100))
    if all(each.is_exact for each in told):
        given = sum(each.doses[measure] for each in told)
        share = percent_of(given, group, mark, HIGH)
        return OverallCoverage(group=group, given=given, low=share, high=share)
    least = sum((_least(each, measure) for each in told), Decimal(0))
    most = sum((_most(each, measure) for each in told), Decimal(0))
    low = (100 * least / group).to_integral_value(ROUND_FLOOR)
    high = (100 * most / group).to_integral_value(ROUND_CEILING)
    return OverallCoverage(group=group, given=None, low=low, high=high)


def _least(each: UnitCoverage, measure: Dose) -> Decimal:
    if each.is_exact:
        return Decimal(each.doses[measure])
    return HIGH * each.group / 100 if each.bound is Bound.AT_LEAST else Decimal(0)


def _most(each: UnitCoverage, measure: Dose) -> Decimal:
    if each.is_exact:
        return Decimal(each.doses[measure])
    return Decimal(each.group) if each.bound is Bound.AT_LEAST else LOW * each.group / 100


def _public_shares(before: CoverageTable | None, measure: Dose, mark: Decimal) -> dict[str, UnitCoverage]:
    rows = [row for row in before.rows if row.group >= SMALLEST and row.given(measure) is not None] if before else []
    return {row.unit_id: _unit(row, {}, measure, mark) for row in rows}


def _change(now: UnitCoverage, then: UnitCoverage | None) -> Decimal | None:
    return now.percent - then.percent if then and now.is_exact and then.is_exact else None


def _change_of_all(
    overall: OverallCoverage, before: CoverageTable | None, measure: Dose, mark: Decimal, shown: set[str]
) -> Decimal | None:
    """Only between two sums of the same units, both told exactly."""
    then = _public_shares(before, measure, mark)
    if set(then) != shown or not overall.is_exact:
        return None
    earlier = _overall(list(then.values()), measure, mark)
    return overall.low - earlier.low if earlier.is_exact else None
