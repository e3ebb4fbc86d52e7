"""Reported deliveries in, sums out. Impressions add up over posts; reach does not: people meet several posts.

Twenty thousand deliveries are gone through once, into tallies of what they have in common; sums join tallies.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prokes_social.model.analysis import Against
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import INTERACTIONS, UNKNOWN, FoundBy, ReportedDelivery, Sum, added


@dataclass(kw_only=True)
class _Tally:
    """What some deliveries of one account and message come to."""

    platform: str
    unit: str
    deliveries: int = 0
    published: int = 0
    confirmed: int = 0
    on_time: int = 0
    read: int = 0
    late: list[timedelta] = field(default_factory=list)
    read_at: list[datetime] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    figures: dict[tuple[Metric, Known], int] = field(default_factory=dict)
    told: Counter[Metric] = field(default_factory=Counter)
    against: Counter[Against] = field(default_factory=Counter)
    kinds: Counter[tuple[Metric, str]] = field(default_factory=Counter)

    def add(self, each: ReportedDelivery) -> None:
        self.deliveries += each.status is not DeliveryStatus.CANCELLED
        if each.status is not DeliveryStatus.PUBLISHED:
            return
        self.published += 1
        self.confirmed += each.found_by is FoundBy.PERSON
        self.on_time += each.on_time
        if each.late_by is not None:
            self.late = [max([each.late_by, *self.late])]
        if each.read_at is not None:
            self.read += 1
            self.read_at = [max([each.read_at, *self.read_at])]
        if each.usual:
            self.against[each.usual.against] += 1
        for metric, figure in each.figures.items():
            if figure.value is not None:
                self._count(metric, figure.value, figure.known)
        for metric, kinds in each.kinds.items():
            for kind, value in kinds.items():
                self.kinds[metric, kind] += value

    def _count(self, metric: Metric, value: int, known: Known) -> None:
        self.told[metric] += 1
        if metric.adds_up:
            self.figures[metric, known] = self.figures.get((metric, known), 0) + value
        else:
            self.reach = [min([value, *self.reach]), max([value, *self.reach])]


class Sums:
    """All deliveries by account and message; sums of whatever is made of these."""

    def __init__(self, deliveries: Iterable[ReportedDelivery]) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}
        for each in deliveries:
            key = (each.account, each.message)
            if key not in self._tallies:
                self._tallies[key] = _Tally(platform=each.platform, unit=each.unit)
            self._tallies[key].add(each)

    def total(self, label: str) -> Sum:
        return _sum("", label, list(self._tallies.values()))

    def by_account(self, labels: Mapping[str, str]) -> tuple[Sum, ...]:
        return self._by(lambda account, message, tally: account, labels)

    def by_unit(self, labels: Mapping[str, str]) -> tuple[Sum, ...]:
        return self._by(lambda account, message, tally: tally.unit, labels)

    def by_platform(self, labels: Mapping[str, str]) -> tuple[Sum, ...]:
        return self._by(lambda account, message, tally: tally.platform, labels)

    def by_message(self, labels: Mapping[str, str]) -> tuple[Sum, ...]:
        return self._by(lambda account, message, tally: message, labels)

    def by_message_and_platform(self, key_of: Callable[[str, str], str], labels: Mapping[str, str]) -> tuple[Sum, ...]:
        """`key_of` is told a message and a platform."""
        return self._by(lambda account, message, tally: key_of(message, tally.platform), labels)

    def _by(self, key_of: Callable[[str, str, _Tally], str], labels: Mapping[str, str]) -> tuple[Sum, ...]:
        """One sum a key, in the order of the labels."""
        groups: dict[str, list[_Tally]] = {}
        for (account, message), tally in self._tallies.items():
            groups.setdefault(key_of(account, message, tally), []).append(tally)
        return tuple(_sum(key, label, groups[key]) for key, label in labels.items() if key in groups)


def _sum(key: str, label: str, tallies: Sequence[_Tally]) -> Sum:
    figures = {metric: _figure(metric, tallies) for metric in Metric}
    reach = [value for each in tallies for value in each.reach]
    return Sum(
        key=key,
        label=label,
        platform=_only([each.platform for each in tallies]),
        unit=_only([each.unit for each in tallies]),
        deliveries=sum(each.deliveries for each in tallies),
        published=sum(each.published for each in tallies),
        confirmed=sum(each.confirmed for each in tallies),
        on_time=sum(each.on_time for each in tallies),
        latest=max((late for each in tallies for late in each.late), default=None),
        read=sum(each.read for each in tallies),
        figures=figures,
        told={metric: sum(each.told[metric] for each in tallies) for metric in Metric},
        interactions=added(figures[metric] for metric in INTERACTIONS),
        reach_of_one=(min(reach), max(reach)) if reach else None,
        read_at=max((at for each in tallies for at in each.read_at), default=None),
        against={verdict: sum(each.against[verdict] for each in tallies) for verdict in Against},
        kinds=_kinds(tallies),
    )


def _kinds(tallies: Sequence[_Tally]) -> dict[Metric, dict[str, int]]:
    """As far as told; the most frequent first."""
    together: Counter[tuple[Metric, str]] = Counter()
    for each in tallies:
        together.update(each.kinds)
    kinds: dict[Metric, dict[str, int]] = {}
    for (metric, kind), value in sorted(together.items(), key=lambda item: (-item[1], item[0])):
        kinds.setdefault(metric, {})[kind] = value
    return kinds


def _figure(metric: Metric, tallies: Sequence[_Tally]) -> Figure:
    if not metric.adds_up:
        return UNKNOWN
    parts = (each.figures.items() for each in tallies)
    return added(Figure(value=value, known=known) for part in parts for (m, known), value in part if m is metric)


def _only(words: Sequence[str]) -> str:
    """The word, where all say the same."""
    return words[0] if len(set(words)) == 1 else ""
