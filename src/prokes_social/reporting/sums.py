"""Reported deliveries in, sums out. Impressions add up over posts; reach does not: people meet several posts."""

from collections.abc import Callable, Mapping, Sequence

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.reach import Figure, Metric
from prokes_social.model.report import UNKNOWN, FoundBy, ReportedDelivery, Sum, added


def sum_by(
    deliveries: Sequence[ReportedDelivery], key_of: Callable[[ReportedDelivery], str], labels: Mapping[str, str]
) -> tuple[Sum, ...]:
    """One sum a key, in the order of the labels."""
    keys = {key_of(each) for each in deliveries}
    return tuple(
        sum_of(key, label, [each for each in deliveries if key_of(each) == key])
        for key, label in labels.items()
        if key in keys
    )


def sum_of(key: str, label: str, deliveries: Sequence[ReportedDelivery]) -> Sum:
    posts = [each for each in deliveries if each.status is DeliveryStatus.PUBLISHED]
    return Sum(
        key=key,
        label=label,
        platform=_only([each.platform for each in deliveries]),
        unit=_only([each.unit for each in deliveries]),
        deliveries=sum(each.status is not DeliveryStatus.CANCELLED for each in deliveries),
        published=len(posts),
        confirmed=sum(each.found_by is FoundBy.PERSON for each in posts),
        on_time=sum(each.on_time for each in posts),
        latest=max((each.late_by for each in posts if each.late_by is not None), default=None),
        read=sum(each.read_at is not None for each in posts),
        figures={metric: _figure(metric, posts) for metric in Metric},
        told={metric: len(_told(metric, posts)) for metric in Metric},
        interactions=added(each.interactions for each in posts),
        reach_of_one=_range(_told(Metric.REACH, posts)),
        read_at=max((each.read_at for each in posts if each.read_at), default=None),
    )


def _figure(metric: Metric, posts: Sequence[ReportedDelivery]) -> Figure:
    return added(each.figure(metric) for each in posts) if metric.adds_up else UNKNOWN


def _told(metric: Metric, posts: Sequence[ReportedDelivery]) -> list[int]:
    return [value for each in posts if (value := each.figure(metric).value) is not None]


def _range(values: Sequence[int]) -> tuple[int, int] | None:
    return (min(values), max(values)) if values else None


def _only(words: Sequence[str]) -> str:
    """The word, where all say the same."""
    return words[0] if len(set(words)) == 1 else ""
