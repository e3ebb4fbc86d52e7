"""Newest readings in; each post beside its account's usual level out: earlier posts of the same age, own results only.

The same age means the same of the ages at which posts are read: an hour's impressions are not set beside a month's.
"""

from bisect import bisect, bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

from prokes_social.model.analysis import FEWEST, Against, Usual
from prokes_social.reporting.gathering import Found
from prokes_social.store import Connection, told
from prokes_social.store.told import Level

#: How far back an account's level is looked for.
BACK = timedelta(days=90)
#: A post within this of the median is as usual.
CLOSE = 0.1


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Ages at which posts are read, and what lies nearest to which, on the scale of ratios."""

    bounds: tuple[float, ...]  #: seconds
    scales: Mapping[int, float]  #: account to how much faster its posts age

    def of(self, account: int, published_at: datetime, at: datetime) -> int:
        return bisect(self.bounds, (at - published_at).total_seconds() * self.scales[account])


def usual_levels(tx: Connection, found: Found, *, ages: Sequence[timedelta], time_scale: float) -> dict[int, Usual]:
    """By delivery; those without enough earlier posts are left out."""
    published = [each.published_at for each in found.counted if each.published_at and each.read_at]
    if not published:
        return {}
    scales = {each.id: time_scale if each.sandbox else 1.0 for each in found.accounts}
    levels = told.levels(tx, list(scales), since=min(published) - BACK, until=max(published))
    steps = Steps(bounds=_bounds(ages), scales=scales)
    at_step = _at_steps(tx, levels, steps, wanted={each.id for each in found.counted})
    return {delivery: usual for group in at_step.values() for delivery, usual in _beside(group)}


def _bounds(ages: Sequence[timedelta]) -> tuple[float, ...]:
    seconds = sorted(age.total_seconds() for age in ages)
    return tuple(sqrt(earlier * later) for earlier, later in pairwise(seconds))


@dataclass(frozen=True, kw_only=True)
class _AtStep:
    """A post's impressions at one age; those that a verdict is wanted for carry their delivery."""

    published_at: datetime
    impressions: int
    delivery: int | None


def _at_steps(
    tx: Connection, levels: Sequence[Level], steps: Steps, wanted: set[int]
) -> dict[tuple[int, int], list[_AtStep]]:
    """Account and age to its posts, the oldest first."""
    newest = {each.post_id: steps.of(each.account_id, each.published_at, each.taken_at) for each in levels}
    asked: dict[int, dict[int, datetime]] = defaultdict(dict)  # account to ages that are asked for, since when
    for each in levels:
        if each.delivery_id in wanted:
            since = asked[each.account_id].get(newest[each.post_id], each.published_at)
            asked[each.account_id][newest[each.post_id]] = min(since, each.published_at)
    earlier = _when_younger(tx, levels, newest, steps, asked)
    found: dict[tuple[int, int], list[_AtStep]] = defaultdict(list)
    for each in levels:
        step = newest[each.post_id]
        values = {**earlier.get(each.post_id, {}), step: each.impressions}
        for at in asked[each.account_id].keys() & values.keys():
            target = each.delivery_id if at == step and each.delivery_id in wanted else None
            found[each.account_id, at].append(
                _AtStep(published_at=each.published_at, impressions=values[at], delivery=target)
            )
    return found


def _when_younger(
    tx: Connection,
    levels: Sequence[Level],
    newest: Mapping[int, int],
    steps: Steps,
    asked: Mapping[int, Mapping[int, datetime]],
) -> dict[int, dict[int, int]]:
    """Post to age to what was told then, of posts that have grown older than some post that is to be compared."""
    grown = {each.post_id: each for each in levels if _is_wanted_younger(each, newest[each.post_id], asked)}
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for post, at, impressions in told.impressions_of(tx, grown):
        each = grown[post]
        found[post][steps.of(each.account_id, each.published_at, at)] = impressions
    return found


def _is_wanted_younger(each: Level, newest: int, asked: Mapping[int, Mapping[int, datetime]]) -> bool:
    ages = asked.get(each.account_id, {})
    return any(at < newest and each.published_at >= since - BACK for at, since in ages.items())


def _beside(group: Sequence[_AtStep]) -> list[tuple[int, Usual]]:
    """Each wanted post beside those before it, within the time looked back."""
    verdicts: list[tuple[int, Usual]] = []
    window: list[int] = []
    start = 0
    for each in group:
        while group[start].published_at < each.published_at - BACK:
            del window[bisect_left(window, group[start].impressions)]
            start += 1
        if each.delivery is not None and len(window) >= FEWEST:
            verdicts.append((each.delivery, _verdict(each.impressions, window)))
        insort(window, each.impressions)
    return verdicts


def _verdict(impressions: int, window: Sequence[int]) -> Usual:
    level = round(median((window[(len(window) - 1) // 2], window[len(window) // 2])))
    against = Against.LIKE
    if impressions > level * (1 + CLOSE):
        against = Against.ABOVE
    elif impressions < level * (1 - CLOSE):
        against = Against.BELOW
    return Usual(median=level, posts=len(window), against=against)
