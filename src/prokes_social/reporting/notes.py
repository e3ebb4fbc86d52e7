"""What a reader must know before trusting the figures: what the store knows in, plain sentences out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_datetime, format_number, n_
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.reach import Metric
from prokes_social.model.report import INTERACTIONS, FoundBy, ReportedDelivery
from prokes_social.reporting.vendors import vendor_of

S = DeliveryStatus
#: Numbers that fell and are told one by one.
FALLS_TOLD = 5


class Counted(Protocol):
    """Deliveries, and those of them that sums are made of."""

    @property
    def deliveries(self) -> tuple[ReportedDelivery, ...]: ...

    @property
    def counted(self) -> tuple[ReportedDelivery, ...]: ...


def notes_about(found: Counted, *, now: datetime, zone: str) -> tuple[str, ...]:
    posts = [each for each in found.counted if each.status is S.PUBLISHED]
    return (
        *_on_sandbox(found),
        *_on_the_queue(found.deliveries, now),
        *_on_readings(posts, zone),
        *_on_gaps(posts),
    )


def _on_sandbox(found: Counted) -> Iterator[str]:
    invented = len(found.deliveries) - len(found.counted)
    if invented:
        yield n_(
            "{count} delivery went to a sandbox account. It is listed, but no sum counts it.",
            "{count} deliveries went to sandbox accounts. They are listed, but no sum counts them.",
            invented,
        )


def _on_the_queue(deliveries: Sequence[ReportedDelivery], now: datetime) -> Iterator[str]:
    coming = sum(each.is_ahead and not each.is_overdue(now) for each in deliveries)
    if coming:
        yield n_(
            "{count} delivery is not due yet: this is an interim report.",
            "{count} deliveries are not due yet: this is an interim report.",
            coming,
        )
    withdrawn = sum(each.status is S.CANCELLED for each in deliveries)
    if withdrawn:
        yield n_(
            "{count} delivery was withdrawn on purpose and is not counted.",
            "{count} deliveries were withdrawn on purpose and are not counted.",
            withdrawn,
        )


def _on_readings(posts: Sequence[ReportedDelivery], zone: str) -> Iterator[str]:
    unread = [each for each in posts if not each.read_at]
    if unread:
        yield _(
            "{unread} of {all} posts have no reading yet. Their numbers are missing from the sums and are not 0.",
            unread=format_number(len(unread)),
            all=format_number(len(posts)),
        )
    newest = max((each.read_at for each in posts if each.read_at), default=None)
    if newest:
        yield _("The newest reading is of {at}.", at=format_datetime(newest, zone_named(zone)))


def _on_gaps(posts: Sequence[ReportedDelivery]) -> Iterator[str]:
    confirmed = sum(each.found_by is FoundBy.PERSON for each in posts)
    if confirmed:
        yield n_(
            "{count} post was confirmed by a person. When exactly it went out is not known.",
            "{count} posts were confirmed by a person. When exactly they went out is not known.",
            confirmed,
        )
    removed = sum(each.removed_at is not None for each in posts)
    if removed:
        yield n_(
            "{count} post is gone from its platform. Its numbers are the last that were read before.",
            "{count} posts are gone from their platform. Their numbers are the last that were read before.",
            removed,
        )
    yield from _on_interactions(posts)
    yield from _on_falls(posts)
    withheld = sum(each.withheld for each in posts)
    if withheld:
        yield n_(
            "For {count} post the account's token may not read every number. What is not told is a dash; connect the "
            "account again with the right to read insights.",
            "For {count} posts the accounts' tokens may not read every number. What is not told is a dash; connect the "
            "accounts again with the right to read insights.",
            withheld,
        )
    silent = [each for each in posts if each.read_at and each.figure(Metric.IMPRESSIONS).value is None]
    if silent:
        yield n_(
            "For {count} post the platform tells other numbers but no impressions.",
            "For {count} posts the platforms tell other numbers but no impressions.",
            len(silent),
        )


def _on_interactions(posts: Sequence[ReportedDelivery]) -> Iterator[str]:
    """A sum of likes, comments, shares and saves says less than is true where one of them is not told."""
    gaps = "; ".join(filter(None, (_lacking(name, posts) for name in sorted({each.platform for each in posts}))))
    if gaps and any(each.interactions.value is not None for each in posts):
        yield _("Interactions are at least so many (≥). Posts of which a kind is not told: {list}.", list=gaps)


def _lacking(platform: str, posts: Sequence[ReportedDelivery]) -> str:
    """`Facebook: saves 2 of 2`; empty where each post of the platform tells every kind."""
    read = [each for each in posts if each.platform == platform and each.read_at]
    untold = {metric: sum(each.figure(metric).value is None for each in read) for metric in INTERACTIONS}
    kinds = [
        f"{metric.label} " + _("{part} of {all}", part=format_number(count), all=format_number(len(read)))
        for metric, count in untold.items()
        if count
    ]
    return f"{vendor_of(platform).label}: {', '.join(kinds)}" if kinds else ""


def _on_falls(posts: Sequence[ReportedDelivery]) -> Iterator[str]:
    falls = [(post, metric, fall) for post in posts for metric, fall in post.fell.items()]
    for post, metric, fall in falls[:FALLS_TOLD]:
        yield _(
            "The platform corrected a number: {metric} of “{message}” on {account} fell from {before} to {after}.",
            metric=metric.label,
            message=post.message,
            account=post.account,
            before=format_number(fall.before),
            after=format_number(fall.after),
        )
    more = len(falls) - FALLS_TOLD
    if more > 0:
        yield n_("{count} more number fell likewise.", "{count} more numbers fell likewise.", more)
