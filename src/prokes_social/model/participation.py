"""Participation: how many of a group were asked, opened, and said that they shared; never who."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from prokes_social.model.wave import Wave

#: Groups of fewer people are not shown, nor to be worked out from what is shown (Law 27/2022, our privacy rules).
SMALLEST = 5


@dataclass(frozen=True, kw_only=True)
class Counts:
    """People, and what followed from their links. `offered` to `proof` are self-reported but for `opened`."""

    members: int  #: whom the wave is for
    offered: int
    opened: int
    sheet: int
    said: int
    proof: int
    clicks: int  #: measured: visits by people to the links that were shared
    visitors: int  #: different within a day; the same person on two days counts twice

    @property
    def rate(self) -> float | None:
        """Per cent of those asked who said that they shared; None where nobody was asked."""
        return 100 * self.said / self.offered if self.offered else None

    @property
    def is_small(self) -> bool:
        return self.members < SMALLEST or 0 < self.offered < SMALLEST


@dataclass(frozen=True, kw_only=True)
class UnitCounts:
    units: tuple[str, ...]  #: names; several where small units are shown as one
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class Participation:
    wave: Wave
    rows: tuple[UnitCounts, ...]  #: by rate, the highest first
    total: Counts | None  #: None where everybody together is too small a group


def added(counts: Iterable[Counts]) -> Counts:
    several = list(counts)
    return Counts(**{each.name: sum(getattr(one, each.name) for one in several) for each in fields(Counts)})
