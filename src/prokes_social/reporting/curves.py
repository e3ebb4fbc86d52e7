"""Readings in, curves out: at each moment the sum of the latest known impressions. Nothing is filled in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prokes_social.model.reach import Metric
from prokes_social.model.report import Axis, Curve, Curves, Point, ReportedDelivery
from prokes_social.reporting.gathering import Found, told
from prokes_social.store.snapshots import TakenReading

#: More lines than this can't be told apart: then a line is a platform.
MOST_LINES = 6
#: Readings this close to each other make one point, or each post of a batch would make a step of its own: seconds on a
#: clock's axis, a share of the age on an axis of ages.
CLOSE_BY_CLOCK = 3600.0
CLOSE_BY_AGE = 0.1


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """One number of one post, and where it falls on the axis, in seconds."""

    position: float
    post: int
    impressions: int


def draw_curves(found: Found, *, ages: Sequence[timedelta], time_scale: float, now: datetime) -> Curves:
    """Along the posts' ages where a sandbox lives faster than the clock, else along the clock."""
    axis = Axis.AGE if found.only_sandbox and time_scale > 1 else Axis.CLOCK
    lines = _lines([each for each in found.counted if each.read_at])
    curves = [_curve(label, posts, found, axis, time_scale, now) for label, posts in lines.items()]
    return Curves(
        axis=axis,
        curves=tuple(curve for curve in curves if curve.points),
        ages=tuple(ages) if axis is Axis.AGE else (),
    )


def _lines(posts: Sequence[ReportedDelivery]) -> dict[str, list[ReportedDelivery]]:
    accounts = sorted({each.account for each in posts})
    if len(accounts) <= MOST_LINES:
        return {name: [each for each in posts if each.account == name] for name in accounts}
    return {name: [each for each in posts if each.platform == name] for name in sorted({p.platform for p in posts})}


def _curve(
    label: str, posts: Sequence[ReportedDelivery], found: Found, axis: Axis, scale: float, now: datetime
) -> Curve:
    if axis is Axis.CLOCK:
        moments = [_by_clock(post, r) for post in posts for r in _telling(found, post)]
        return Curve(label=label, points=tuple(_points(moments, axis)))
    moments = [_by_age(post, r, scale) for post in posts for r in _telling(found, post)]
    # Beyond the age of the youngest post the sum would stand still only because that post has not lived so long.
    youngest = min(_age(post, now, scale) for post in posts)
    return Curve(label=label, points=tuple(_points([m for m in moments if m.position <= youngest], axis)))


def _telling(found: Found, post: ReportedDelivery) -> list[TakenReading]:
    return [reading for reading in found.readings[post.id] if Metric.IMPRESSIONS in told(reading)]


def _by_clock(post: ReportedDelivery, reading: TakenReading) -> _Moment:
    return _Moment(position=reading.taken_at.timestamp(), post=post.id, impressions=_impressions(reading))


def _by_age(post: ReportedDelivery, reading: TakenReading, scale: float) -> _Moment:
    age = _age(post, reading.taken_at, scale)
    return _Moment(position=age, post=post.id, impressions=_impressions(reading))


def _age(post: ReportedDelivery, at: datetime, scale: float) -> float:
    return (at - (post.published_at or post.due_at)).total_seconds() * scale


def _impressions(reading: TakenReading) -> int:
    return told(reading)[Metric.IMPRESSIONS]


def _points(moments: Sequence[_Moment], axis: Axis) -> Iterator[Point]:
    latest: dict[int, int] = {}
    for batch in _batches(moments, axis):
        latest |= {moment.post: moment.impressions for moment in batch}
        yield _point(batch[-1].position, latest, axis)


def _batches(moments: Sequence[_Moment], axis: Axis) -> list[list[_Moment]]:
    batches: list[list[_Moment]] = []
    for moment in sorted(moments, key=lambda each: each.position):
        if batches and moment.position <= _end_of_batch(batches[-1][0].position, axis):
            batches[-1].append(moment)
        else:
            batches.append([moment])
    return batches


def _end_of_batch(first: float, axis: Axis) -> float:
    return first * (1 + CLOSE_BY_AGE) if axis is Axis.AGE else first + CLOSE_BY_CLOCK


def _point(position: float, latest: dict[int, int], axis: Axis) -> Point:
    aged = axis is Axis.AGE
    return Point(
        age=timedelta(seconds=position) if aged else None,
        at=None if aged else datetime.fromtimestamp(position, UTC),
        impressions=sum(latest.values()),
        posts=len(latest),
    )
