"""Posts in; weekdays and hours with the median impressions of their posts out, and how many posts are behind each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from prokes_social.clock import zone_named
from prokes_social.model.analysis import BestTimes, Hour
from prokes_social.model.reach import Metric
from prokes_social.reporting.gathering import Found

#: Younger numbers would say when posts were made, and not when they were seen.
AGE = timedelta(days=1)


def best_times(found: Found, *, zone: str, time_scale: float) -> BestTimes:
    """Own results on the clock of `zone`; only posts whose newest reading was at least a day after they went out."""
    place = zone_named(zone)
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for each in found.counted:
        seen = each.figure(Metric.IMPRESSIONS).value
        if seen is None or each.published_at is None or each.read_at is None:
            continue
        if (each.read_at - each.published_at) * (time_scale if each.sandbox else 1) >= AGE:
            local = each.published_at.astimezone(place)
            cells[local.weekday(), local.hour].append(seen)
    return BestTimes(
        hours=tuple(
            Hour(weekday=day, hour=hour, posts=len(values), median=median_low(values))
            for (day, hour), values in sorted(cells.items())
        )
    )


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Only days and hours with posts."""

    days: tuple[int, ...]
    hours: tuple[int, ...]
    cells: Mapping[tuple[int, int], Hour]  #: by weekday and hour
    top: int  #: the highest median of cells with enough posts behind them


def heat_map(times: BestTimes) -> HeatMap:
    return HeatMap(
        days=tuple(sorted({each.weekday for each in times.hours})),
        hours=tuple(sorted({each.hour for each in times.hours})),
        cells={(each.weekday, each.hour): each for each in times.hours},
        top=max((each.median for each in times.hours if not each.is_thin), default=0),
    )
