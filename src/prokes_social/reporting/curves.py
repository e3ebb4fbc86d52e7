"""Growth of impressions in, curves out: at each moment the sum of the latest known. Nothing is filled in between."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prokes_social.model.report import Axis, Curve, Curves, Point, ReportedDelivery
from prokes_social.reporting.gathering import Found
from prokes_social.store import Connection, told
from prokes_social.store.told import Pace

#: More lines than this can't be told apart: then a line is a platform.
MOST_LINES = 6
#: Readings this close to each other make one point, or each post of a batch would make a step of its own: seconds on a
#: clock's axis, a share of the age on an axis of ages.
CLOSE_BY_CLOCK = 3600.0
CLOSE_BY_AGE = 0.1


#: More points than about this on a line can't be told apart; then they are drawn together in longer spans.
MOST_POINTS = 120
#: More readings than this are added up by the database.
MANY = 5000


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """What one moment added to a line, and where it falls on the axis, in seconds."""

    position: float
    gained: int
    posts: int  #: read for the first time


def draw_curves(tx: Connection, found: Found, *, ages: Sequence[timedelta], time_scale: float, now: datetime) -> Curves:
    """Along the posts' ages where a sandbox lives faster than the clock, else along the clock."""
    axis = Axis.AGE if found.only_sandbox and time_scale > 1 else Axis.CLOCK
    lines = _lines([each for each in found.counted if each.read_at])
    by_line = _by_age(tx, found, lines, time_scale, now) if axis is Axis.AGE else _by_clock(tx, found, lines)
    curves = [Curve(label=label, points=tuple(_points(by_line.get(label, ()), axis))) for label in lines]
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


def _by_clock(
    tx: Connection, found: Found, lines: Mapping[str, Sequence[ReportedDelivery]]
) -> dict[str, list[_Moment]]:
    line_of = {each.account: label for label, posts in lines.items() for each in posts}
    names = {account.id: account.name for account in found.accounts}
    moments: dict[str, list[_Moment]] = defaultdict(list)
    for each in told.growth(tx, found.subject.campaign, _pace(tx, found)):
        if label := line_of.get(names.get(each.account_id, "")):
            at = each.at.timestamp()
            moments[label].append(_Moment(position=at, gained=each.gained, posts=each.posts))
    return moments


def _pace(tx: Connection, found: Found) -> Pace:
    """As fine as can be drawn."""
    count, first, last = told.span(tx, found.subject.campaign)
    if count <= MANY or first is None or last is None:
        return Pace.MOMENT
    return Pace.HOUR if (last - first) / MOST_POINTS < timedelta(hours=6) else Pace.DAY


def _by_age(
    tx: Connection, found: Found, lines: Mapping[str, Sequence[ReportedDelivery]], scale: float, now: datetime
) -> dict[str, list[_Moment]]:
    post_of = {each.id: (label, each) for label, posts in lines.items() for each in posts}
    # Beyond the age of the youngest post the sum would stand still only because that post has not lived so long.
    youngest = {label: min(_age(each, now, scale) for each in posts) for label, posts in lines.items()}
    moments: dict[str, list[_Moment]] = defaultdict(list)
    before: dict[int, int] = {}
    for delivery, at, impressions in told.impressions(tx, found.subject.campaign):
        if delivery not in post_of:
            continue
        label, post = post_of[delivery]
        position, gained = _age(post, at, scale), impressions - before.get(delivery, 0)
        if position <= youngest[label]:
            moments[label].append(_Moment(position=position, gained=gained, posts=delivery not in before))
        before[delivery] = impressions
    return moments


def _age(post: ReportedDelivery, at: datetime, scale: float) -> float:
    return (at - (post.published_at or post.due_at)).total_seconds() * scale


def _points(moments: Sequence[_Moment], axis: Axis) -> Iterator[Point]:
    impressions = posts = 0
    for batch in _batches(moments, axis):
        impressions += sum(moment.gained for moment in batch)
        posts += sum(moment.posts for moment in batch)
        yield _point(batch[-1].position, impressions, posts, axis)


def _batches(moments: Sequence[_Moment], axis: Axis) -> list[list[_Moment]]:
    ordered = sorted(moments, key=lambda each: each.position)
    span = ordered[-1].position - ordered[0].position if ordered else 0
    batches: list[list[_Moment]] = []
    for moment in ordered:
        if batches and moment.position <= _end_of_batch(batches[-1][0].position, span, axis):
            batches[-1].append(moment)
        else:
            batches.append([moment])
    return batches


def _end_of_batch(first: float, span: float, axis: Axis) -> float:
    close = max(CLOSE_BY_CLOCK, span / MOST_POINTS)
    return first * (1 + CLOSE_BY_AGE) if axis is Axis.AGE else first + close


def _point(position: float, impressions: int, posts: int, axis: Axis) -> Point:
    aged = axis is Axis.AGE
    return Point(
        age=timedelta(seconds=position) if aged else None,
        at=None if aged else datetime.fromtimestamp(position, UTC),
        impressions=impressions,
        posts=posts,
    )
