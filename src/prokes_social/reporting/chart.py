"""Curves in, a chart's geometry out: where lines, dots, ticks and labels stand. The template only draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_age, format_number, format_short
from prokes_social.model.report import Axis, Curve, Curves, Point
from prokes_social.reporting.axes import (
    Frame,
    Scales,
    Tick,
    age_ticks,
    clock_ticks,
    count_ticks,
    highest_step,
    position,
    scales_for,
)

WIDE = Frame(width=960, height=350, left=44, labels=160)
NARROW = Frame(width=360, height=290, left=40)

#: Told apart by people who see colours otherwise, and on a grey printer by shape and dash; each 4.5:1 on white.
COLOURS = ("#0b5fa5", "#b3420a", "#00705a", "#8b2f78", "#4d4d4d", "#7a5b00")
DASHES = ("", "7 3", "2 3", "10 3 2 3", "", "7 3")
#: Circle, square, triangle, diamond, cross, upside-down triangle: each about 9 wide around 0,0.
SHAPES = (
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "M-4-4h8v8h-8z",
    "M0-5.2L5 4H-5z",
    "M0-5.6L5.2 0L0 5.6L-5.2 0z",
    "M-1.6-5h3.2v3.4H5v3.2H1.6V5h-3.2V1.6H-5v-3.2h3.4z",
    "M0 5.2L5-4H-5z",
)
#: Names of lines, two lines of text each, may not stand closer.
LABEL_GAP = 36.0
#: The width of a letter, in SVG units.
LETTER = 8.0


@dataclass(frozen=True, kw_only=True)
class Dot:
    x: float
    y: float
    title: str
    partial: bool  #: some of the line's posts had not been read by then


@dataclass(frozen=True, kw_only=True)
class DrawnLine:
    label: str
    last: str  #: the newest value, for the label
    path: str
    dots: tuple[Dot, ...]
    label_y: float
    colour: str
    dash: str
    shape: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[DrawnLine, ...]

    @property
    def has_partial(self) -> bool:
        return any(dot.partial for line in self.lines for dot in line.dots)


def draw(curves: Curves, frame: Frame, *, zone: str, now: datetime) -> Chart | None:
    """None where nothing was read: an empty chart would look like nothing happened."""
    if not curves.curves:
        return None
    scales = scales_for(curves, _with_room_for_words(frame, curves), now)
    lines = [_line(index, curve, scales, zone) for index, curve in enumerate(curves.curves)]
    return Chart(
        frame=scales.frame,
        x_ticks=tuple(age_ticks(curves, scales) if curves.axis is Axis.AGE else clock_ticks(scales, zone)),
        y_ticks=tuple(count_ticks(scales)),
        lines=tuple(_spread(lines, scales.frame)),
    )


def _with_room_for_words(frame: Frame, curves: Curves) -> Frame:
    """Wide enough at the left for the highest count, at the right for the longest name."""
    name = max(len(curve.label) for curve in curves.curves)
    count = len(format_number(highest_step(curves)))
    labels = min(max(frame.labels, name * LETTER + 28), frame.width / 3) if frame.labels else 0
    return replace(frame, left=max(frame.left, count * LETTER + 10), labels=labels)


def moment_of(point: Point, zone: str) -> str:
    """When a point was read, in words."""
    return format_short(point.at, zone_named(zone)) if point.at else format_age(point.age or timedelta(0))


def _line(index: int, curve: Curve, scales: Scales, zone: str) -> DrawnLine:
    kind = index % len(COLOURS)
    dots = [_dot(point, curve, scales, zone) for point in curve.points]
    return DrawnLine(
        label=curve.label,
        last=format_number(curve.points[-1].impressions),
        path=_staircase(dots, scales),
        dots=tuple(dots),
        label_y=dots[-1].y,
        colour=COLOURS[kind],
        dash=DASHES[kind],
        shape=SHAPES[kind],
    )


def _dot(point: Point, curve: Curve, scales: Scales, zone: str) -> Dot:
    count, moment = format_number(point.impressions), moment_of(point, zone)
    # Along the clock posts come one after another, and a sum of those so far is a whole one.
    partial = scales.axis is Axis.AGE and point.posts < max(each.posts for each in curve.points)
    return Dot(
        x=scales.x(position(point)),
        y=scales.y(point.impressions),
        title=_("{line}, {moment}: {count} impressions", line=curve.label, moment=moment, count=count),
        partial=partial,
    )


def _staircase(dots: Sequence[Dot], scales: Scales) -> str:
    """Level until the next reading: in between nothing was measured, and nothing is drawn as if it had been."""
    steps = "".join(f"H{later.x}V{later.y}" for _earlier, later in pairwise(dots))
    end = f"H{scales.frame.right}" if scales.axis is Axis.CLOCK else ""
    return f"M{dots[0].x} {dots[0].y}{steps}{end}"


def _spread(lines: list[DrawnLine], frame: Frame) -> list[DrawnLine]:
    """Push labels apart where lines end close together: down first, then back up from the floor."""
    order = sorted(range(len(lines)), key=lambda index: lines[index].label_y)
    places = list(accumulate((lines[index].label_y for index in order), lambda above, y: max(y, above + LABEL_GAP)))
    lowest = frame.floor - 12
    for index, place in reversed(list(zip(order, places, strict=True))):
        lines[index] = replace(lines[index], label_y=min(place, lowest))
        lowest = lines[index].label_y - LABEL_GAP
    return lines
