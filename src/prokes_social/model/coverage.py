"""Coverage: what an office's table says about its units, and what is made of it; counts of people, never people."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

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
class UnitCoverage:
    """One unit's coverage, for the office itself."""

    unit_id: str
    name: str
    rank: int  #: ties share one, the next follows without a gap
    group: int
    given: int
    percent: Decimal
    change: Decimal | None  #: in per cent points since the table before
    reached: bool


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How vaccination stands, best unit first; internal, because small units are told exactly."""

    data_on: date
    source: str
    before_on: date | None  #: the table that changes are counted from
    measure: Dose
    target: Decimal  #: per cent
    group: int
    given: int
    percent: Decimal
    units: tuple[UnitCoverage, ...]

    @property
    def reached(self) -> tuple[UnitCoverage, ...]:
        return tuple(each for each in self.units if each.reached)


def percent_of(given: int, group: int, target: Decimal = Decimal(100)) -> Decimal:
    """Rounded to STEP, but never up to a target, or to 100, that is not reached."""
    exact = Decimal(100) * given / group
    rounded = exact.quantize(STEP, ROUND_HALF_UP)
    if any(exact < mark <= rounded for mark in (target, Decimal(100))):
        return exact.quantize(STEP, ROUND_DOWN)
    return rounded
