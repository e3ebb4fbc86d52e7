"""A seed in, the fates of publishers out: where each one dies or freezes; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from prokes_social.drill.orders import LEASE
from prokes_social.publishing import Point


class Death(StrEnum):
    """How a publisher dies; at a point it is the point's own name."""

    AT_WORK = "at-work"  #: at some moment after it took a delivery
    ANY_TIME = "any-time"  #: whatever it was doing
    THAWED = "thawed"  #: soon after it was frozen for longer than its lease


#: Freezes lie between transactions only: on SQLite, one that holds the write lock would stop every other writer.
FREEZING = (Point.CLAIMED, Point.KEPT, Point.INTENT, Point.INTENT, Point.GUARDED, Point.SENT)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What befalls one publisher; without a death it lives until the end."""

    death: Point | Death | None = None
    freezes_at: Point | None = None
    nth: int = 1  #: which passing of the point, or which delivery taken
    seconds: float = 0.0  #: from being born, taking the delivery or thawing until the death
    frozen: float = 0.0  #: seconds


def draw(seed: int) -> Iterator[Fate]:
    """Each point once, then without end as chance has it."""
    chance = Random(seed)  # noqa: S311 - a drill that can be repeated
    yield from (Fate(death=point) for point in Point)
    while True:
        yield _one(chance)


def _one(chance: Random) -> Fate:
    match chance.choices(("point", "at-work", "any-time", "freeze"), (45, 25, 20, 10))[0]:
        case "point":
            return Fate(death=chance.choice(list(Point)), nth=chance.choice((1, 1, 1, 2)))
        case "at-work":
            return Fate(death=Death.AT_WORK, nth=chance.choice((1, 1, 2)), seconds=chance.uniform(0, 0.12))
        case "any-time":
            return Fate(death=Death.ANY_TIME, seconds=chance.uniform(0.05, 1.0))
    return Fate(
        death=Death.THAWED,
        freezes_at=chance.choice(FREEZING),
        frozen=LEASE.total_seconds() * chance.uniform(1.2, 1.8),
        seconds=chance.uniform(0.2, 0.8),
    )
