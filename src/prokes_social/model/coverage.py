"""Coverage: what an office's table says about its units, and what is made of it; counts of people, never people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

from prokes_social.i18n import Bilingual, Labelled

#: Shares are told in per cent with this much behind the comma.
STEP = Decimal("0.1")


class Dose(Labelled):
    """Which vaccination counts as covered."""

    FIRST = "first", Bilingual("dosis 1", "dose 1"), Bilingual("sudah dosis 1", "have dose 1")
    SECOND = "second", Bilingual("dosis 2", "dose 2"), Bilingual("sudah dosis lengkap", "fully vaccinated")
    BOOSTER = "booster", Bilingual("booster", "booster"), Bilingual("sudah dosis penguat", "have a booster dose")


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageRow:
    """What the table says about one unit, in people."""

    unit_id: str
    group: int  #: the target group
    first: int
    second: int | None = None  #: None: the table has no such column
    booster: int | None = None

    def given(self, dose: Dose) -> int | None:
        given: int | None = getattr(self, dose.value)
        return given


@dataclass(frozen=True, kw_only=True)
class CoverageChange:
    """What taking in a table changes about a unit; None where it was not in the table before, or is in it no more."""

    unit_id: str
    before: CoverageRow | None
    after: CoverageRow | None


@dataclass(frozen=True, kw_only=True)
class CoverageTable:
    """One table as it was taken in."""

    id: int = 0
    data_on: date  #: the day its figures are of
    source: str
    in_percent: bool = False  #: the table gave per cents; numbers of people were computed from them
    rows: tuple[CoverageRow, ...]
    digest: str = ""
    imported_at: datetime | None = None
    by: str = ""


class Bound(Labelled):
    """How a share is told: near 100 an exact one would say who is not vaccinated, near 0 that hardly anybody is."""

    EXACT = "exact", Bilingual("persis", "exact")
    AT_LEAST = "at-least", Bilingual("paling sedikit", "at least")
    AT_MOST = "at-most", Bilingual("paling banyak", "at most")


@dataclass(frozen=True, kw_only=True)
class UnitCoverage:
    """One unit's coverage, as much of it as the readers may know."""

    unit_id: str  #: empty for small units that are told together
    name: str
    rank: int | None  #: ties share one, 1 1 3; None for units told together
    group: int
    doses: Mapping[Dose, int]  #: people, of the doses that are told
    percent: Decimal  #: of the measured dose; where it is a bound, that bound
    bound: Bound = Bound.EXACT
    change: Decimal | None = None  #: in per cent points since the table before
    reached: bool = False

    @property
    def is_exact(self) -> bool:
        return self.bound is Bound.EXACT


@dataclass(frozen=True, kw_only=True)
class OverallCoverage:
    """The units of an evaluation together; `low` and `high` differ where some are told as bounds."""

    group: int
    given: int | None  #: None where only bounds are known
    low: Decimal
    high: Decimal
    change: Decimal | None = None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How vaccination stands, best unit first; everything in a public one follows from what it shows."""

    data_on: date
    source: str
    before_on: date | None  #: the table that changes are counted from
    measure: Dose
    target: Decimal  #: per cent
    mark: Decimal  #: the share from which a unit counts as having reached the target; in public at most the bound
    in_percent: bool  #: numbers of people were computed from per cents
    public: bool
    overall: OverallCoverage
    units: tuple[UnitCoverage, ...]
    pooled: int = 0  #: small units that are told together
    left_out: int = 0  #: small units that are not told at all

    @property
    def ranked(self) -> tuple[UnitCoverage, ...]:
        return tuple(each for each in self.units if each.rank is not None)

    @property
    def reached(self) -> tuple[UnitCoverage, ...]:
        return tuple(each for each in self.ranked if each.reached)

    @property
    def behind(self) -> tuple[UnitCoverage, ...]:
        """Those that need help most come first."""
        return tuple(each for each in reversed(self.ranked) if not each.reached)

    def missing(self, each: UnitCoverage) -> int:
        """How many people a unit lacks to reach the target, where its number is told."""
        wanted = (self.target * each.group / 100).to_integral_value(ROUND_CEILING)
        return max(0, int(wanted) - each.doses[self.measure])

    @property
    def told_doses(self) -> tuple[Dose, ...]:
        return tuple(dose for dose in Dose if any(dose in each.doses for each in self.units))


def percent_of(given: int, group: int, *marks: Decimal) -> Decimal:
    """Rounded to STEP, but never up to a mark, or to 100, that is not reached."""
    exact = Decimal(100) * given / group
    rounded = exact.quantize(STEP, ROUND_HALF_UP)
    if any(exact < mark <= rounded for mark in (*marks, Decimal(100))):
        return exact.quantize(STEP, ROUND_DOWN)
    return rounded
