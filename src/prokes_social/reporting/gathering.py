"""Rows of the store in, the nouns of a report out: each delivery with the newest known number of every metric."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from prokes_social.clock import zone_named
from prokes_social.model.account import Account
from prokes_social.model.delivery import Delivery
from prokes_social.model.platform import Picture
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import UNKNOWN, FoundBy, ReportedDelivery, Subject
from prokes_social.reporting.heading import Heading, read_heading
from prokes_social.store import Connection, accounts, campaigns, deliveries, reports, snapshots
from prokes_social.store.reports import PostOrigin
from prokes_social.store.snapshots import TakenReading

SUMMARY_LENGTH = 110  #: characters of a message that tell it from the others


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that the store knows about a campaign, read in one transaction."""

    subject: Subject
    heading: Heading
    deliveries: tuple[ReportedDelivery, ...]
    readings: Mapping[int, Sequence[TakenReading]]  #: by delivery, oldest first
    accounts: tuple[Account, ...]
    texts: Mapping[str, str]  #: message to the opening of its text
    cards: Mapping[str, Picture]

    @property
    def only_sandbox(self) -> bool:
        return all(each.sandbox for each in self.deliveries) and bool(self.deliveries)

    @cached_property
    def counted(self) -> tuple[ReportedDelivery, ...]:
        """What sums are made of: invented numbers of a sandbox never join those of real people."""
        return tuple(each for each in self.deliveries if self.only_sandbox or not each.sandbox)

    @property
    def message_order(self) -> list[str]:
        """As the campaign file has them; messages that left the file come last."""
        there = dict.fromkeys(each.message for each in self.deliveries)
        return sorted(there, key=self._place)

    def _place(self, message: str) -> int:
        named = self.heading.messages
        return named.index(message) if message in named else len(named)


def gather(tx: Connection, campaign: str) -> Found:
    """Raises KeyError where the database does not know the campaign."""
    title = campaigns.titles(tx)[campaign]
    heading = read_heading(campaigns.newest_yaml(tx, campaign))
    queued = deliveries.listing(tx, campaign=campaign)
    known = {account.name: account for account in accounts.all_accounts(tx)}
    readings = _readings(tx, campaign)
    return Found(
        subject=_subject(campaign, title, heading, queued),
        heading=heading,
        deliveries=_reported(tx, campaign, queued, known, readings),
        readings=readings,
        accounts=tuple(known[name] for name in sorted({each.key.account for each in queued})),
        texts={each.key.message: _opening(each.content.text) for each in reversed(queued)},
        cards=reports.cards(tx, campaign),
    )


def _readings(tx: Connection, campaign: str) -> dict[int, list[TakenReading]]:
    delivery_of = {post: delivery for delivery, post in snapshots.post_of_delivery(tx, campaign).items()}
    readings: dict[int, list[TakenReading]] = defaultdict(list)
    for reading in snapshots.taken(tx, campaign):
        readings[delivery_of[reading.post_id]].append(reading)
    return readings


def _subject(campaign: str, title: str, heading: Heading, queued: Sequence[Delivery]) -> Subject:
    days = sorted(_local_day(each) for each in queued)
    return Subject(
        campaign=campaign,
        title=title,
        purpose=heading.purpose,
        owner=heading.owner,
        starts_on=heading.starts_on or (days[0] if days else None),
        ends_on=heading.ends_on or (days[-1] if days else None),
    )


def _local_day(delivery: Delivery) -> date:
    return delivery.content.due_at.astimezone(zone_named(delivery.zone)).date()


def _opening(text: str) -> str:
    """The first line, cut at a word."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SUMMARY_LENGTH else line[:SUMMARY_LENGTH].rsplit(" ", 1)[0] + " …"


def _reported(
    tx: Connection,
    campaign: str,
    queued: Sequence[Delivery],
    known: Mapping[str, Account],
    readings: Mapping[int, Sequence[TakenReading]],
) -> tuple[ReportedDelivery, ...]:
    origins = reports.origins(tx, campaign)
    refusals = reports.refusals(tx, campaign)
    return tuple(
        _one(each, known[each.key.account], origins.get(each.id), readings.get(each.id, ()), refusals.get(each.id, ""))
        for each in queued
    )


def _one(
    delivery: Delivery, account: Account, origin: PostOrigin | None, readings: Sequence[TakenReading], refusal: str
) -> ReportedDelivery:
    post = delivery.post
    return ReportedDelivery(
        id=delivery.id,
        due_at=delivery.content.due_at,
        zone=delivery.zone,
        platform=delivery.platform,
        account=delivery.key.account,
        unit=account.unit.id,
        message=delivery.key.message,
        sandbox=delivery.sandbox,
        status=delivery.status,
        reason=delivery.reason,
        published_at=post.published_at if post else None,
        permalink=post.permalink if post else None,
        found_by=FoundBy(origin.found_by) if origin else None,
        answer_lost_at=delivery.uncertain_since,
        removed_at=origin.removed_at if origin else None,
        attempts=delivery.attempts,
        figures=newest_known(readings),
        read_at=_told_at(readings),
        unread_because=refusal or _last_reason(readings),
    )


def newest_known(readings: Sequence[TakenReading]) -> dict[Metric, Figure]:
    """The newest told number of each metric; a later reading that tells nothing never erases an earlier one."""
    figures = dict.fromkeys(Metric, UNKNOWN)
    for reading in readings:
        for metric, value in told(reading).items():
            figures[metric] = Figure(value=value, known=reading.known)
    return figures


def told(reading: TakenReading) -> dict[Metric, int]:
    """The numbers that a reading really holds."""
    if reading.known is Known.UNKNOWN:
        return {}
    return {metric: value for metric, value in reading.numbers.items() if value is not None}


def _told_at(readings: Sequence[TakenReading]) -> datetime | None:
    return max((reading.taken_at for reading in readings if told(reading)), default=None)


def _last_reason(readings: Sequence[TakenReading]) -> str:
    return readings[-1].reason if readings else ""
