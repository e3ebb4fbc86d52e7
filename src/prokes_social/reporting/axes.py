"""Curves and a frame in, scales and ticks out: which moment and which count stand where on a chart."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from prokes_social.clock import zone_named
from prokes_social.i18n import format_age, format_number, language
from prokes_social.model.report import Axis, Curves, Point

DAY = 86400
#: Between ticks of a clock's axis, in seconds.
CLOCK_STEPS = (900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY)
#: Ticks count from a Monday: 1 January 1970 was a Thursday.
MONDAY = 4 * DAY
#: Ticks closer than this, in SVG units, would touch.
TICK_GAP = 46.0


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The drawing in SVG units; `labels` is room at the right for names of lines, 0 where a legend names them."""

    width: float
    height: float
    left: float = 52
    top: float = 14
    bottom: float = 44
    labels: float = 0

    @property
    def right(self) -> float:
        return self.width - max(self.labels, 14)

    @property
    def floor(self) -> float:
        return self.height - self.bottom


@dataclass(frozen=True, kw_only=True)
class Tick:
    at: float
    label: str
    under: str = ""  #: a second line


@dataclass(frozen=True, kw_only=True)
class Scales:
    """From moments and counts to places in the frame; `first` and `last` are seconds."""

    frame: Frame
    axis: Axis
    first: float
    last: float
    top: int  #: the highest count on the axis

    def x(self, seconds: float) -> float:
        share = max(seconds - self.first, 0) / ((self.last - self.first) or 1)
        # Most happens in a post's first hours: a square root gives them room, and the page says so.
        share = math.sqrt(share) if self.axis is Axis.AGE else share
        return round(self.frame.left + share * (self.frame.right - self.frame.left), 1)

    def y(self, count: float) -> float:
        return round(self.frame.floor - count / self.top * (self.frame.floor - self.frame.top), 1)


def position(point: Point) -> float:
    """Seconds along the axis."""
    return point.at.timestamp() if point.at else (point.age or timedelta(0)).total_seconds()


def scales_for(curves: Curves, frame: Frame, now: datetime) -> Scales:
    places = [position(point) for curve in curves.curves for point in curve.points]
    top = highest_step(curves)
    if curves.axis is Axis.AGE:
        return Scales(frame=frame, axis=curves.axis, first=0, last=max(places), top=top)
    return Scales(frame=frame, axis=curves.axis, first=min(places), last=max(now.timestamp(), *places), top=top)


def highest_step(curves: Curves) -> int:
    return nice_steps(max(point.impressions for curve in curves.curves for point in curve.points))[-1]


def nice_steps(highest: int, count: int = 4) -> list[int]:
    """0 and some round numbers, the last at or above `highest`."""
    rough = max(highest, count) / count
    power = 10 ** math.floor(math.log10(rough))
    candidates = (power * factor for factor in (1, 2, 2.5, 5, 10))
    step = next(int(each) for each in candidates if each >= rough and each % 1 == 0)
    return [step * n for n in range(math.ceil(max(highest, 1) / step) + 1)]


def count_ticks(scales: Scales) -> Iterator[Tick]:
    for step in nice_steps(scales.top):
        yield Tick(at=scales.y(step), label=format_number(step))


def age_ticks(curves: Curves, scales: Scales) -> Iterator[Tick]:
    """The ages at which posts are read and the last one that was, without those that would touch the one before."""
    before = -math.inf
    for age in sorted({*curves.ages, timedelta(seconds=scales.last)}):
        at = scales.x(age.total_seconds())
        if at - before >= TICK_GAP and at <= scales.frame.right + 1:
            yield Tick(at=at, label=format_age(age))
            before = at


def clock_ticks(scales: Scales, zone: str) -> Iterator[Tick]:
    """Round hours or days on the wall clock of `zone`."""
    place = zone_named(zone)
    room = (scales.frame.right - scales.frame.left) / (TICK_GAP * 1.6)
    step = next((each for each in CLOCK_STEPS if (scales.last - scales.first) / each <= room), CLOCK_STEPS[-1])
    origin = MONDAY - _offset(scales.first, place)
    first = origin + math.ceil((scales.first - origin) / step) * step
    for n in range(math.floor((scales.last - first) / step) + 1):
        at = datetime.fromtimestamp(first + n * step, UTC).astimezone(place)
        yield Tick(at=scales.x(at.timestamp()), label=_day(at), under=_hour(at) if step < DAY else "")


def _offset(seconds: float, place: ZoneInfo) -> float:
    """Of the zone from UTC; Indonesia's zones never change theirs."""
    shift = datetime.fromtimestamp(seconds, UTC).astimezone(place).utcoffset()
    return shift.total_seconds() if shift else 0


def _day(at: datetime) -> str:
    from babel.dates import format_date

    return format_date(at, "d MMM", locale=language())


def _hour(at: datetime) -> str:
    return at.strftime("%H.%M" if language() == "id" else "%H:%M")
