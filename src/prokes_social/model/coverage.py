"""Coverage: what an office's table says about its units, and what is made of it; counts of people, never people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

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


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """What taking a table in changes about a unit; None where it was not, or is no longer, in the table."""

    unit_id: str
    before: CoverageRow | None
    after: CoverageRow | None


class Bound(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at-least"  #: public: near 100 an exact number would say who is not vaccinated
    AT_MOST = "at-most"  #: public: near 0 it would say that nobody of these is


@dataclass(frozen=True, kw_only=True)
class UnitCoverage:
    """One unit's coverage, for readers; what they may not know is not in it."""

    unit_id: str  #: empty for small units told together
    name: str
    rank: int | None  #: ties share one, the next follows without a gap; None for units told together
    group: int
    doses: Mapping[Dose, int | None]  #: people; None where the table or the reader's rights tell none
    percent: Decimal  #: of the measured dose
    bound: Bound = Bound.EXACT
    change: Decimal | None = None  #: in per cent points since the table before
    reached: bool = False  #: the target; in public at most 95 %, or the list would say more than the figure

    @property
    def is_exact(self) -> bool:
        return self.bound is Bound.EXACT


@dataclass(frozen=True, kw_only=True)
class OverallCoverage:
    """All units told, together; `low` and `high` differ where some of them are told as a bound."""

    units: int
    group: int
    given: int | None
    low: Decimal
    high: Decimal
    change: Decimal | None = None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How vaccination stands, by unit, best first; `public` leaves out what would tell about single people."""

    data_on: date
    source: str
    before_on: date | None  #: the table that changes are counted from
    measure: Dose
    target: Decimal  #: per cent
    public: bool
    in_percent: bool
    overall: OverallCoverage
    units: tuple[UnitCoverage, ...]
    left_out: int = 0  #: small units that nobody may know about
    stale_days: int | None = None  #: age of the data where it is more than the settings allow

    @property
    def ranked(self) -> tuple[UnitCoverage, ...]:
        return tuple(each for each in self.units if each.rank is not None)

    @property
    def reached(self) -> tuple[UnitCoverage, ...]:
        return tuple(each for each in self.ranked if each.reached)

    @property
    def told_doses(self) -> tuple[Dose, ...]:
        """Doses that the table speaks of."""
        return tuple(dose for dose in Dose if any(each.doses.get(dose) is not None for each in self.units))


def percent_of(given: int, group: int, target: Decimal = Decimal(100)) -> Decimal:
    """Rounded to STEP, but never up to a target, or to 100, that is not reached."""
    exact = Decimal(100) * given / group
    rounded = exact.quantize(STEP, ROUND_HALF_UP)
    if any(exact < mark <= rounded for mark in (target, Decimal(100))):
        return exact.quantize(STEP, ROUND_DOWN)
    return rounded
