"""Rows of the store in, the nouns of a report out: each delivery with the newest known number of every metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from prokes_social.clock import zone_named
from prokes_social.model.account import Account, AccountKind
from prokes_social.model.delivery import Delivery
from prokes_social.model.platform import Picture
from prokes_social.model.reach import Fall, Figure, Known, Metric, Untold
from prokes_social.model.report import UNKNOWN, FoundBy, PersonalPosts, ReportedDelivery, Subject
from prokes_social.reporting.heading import Heading, read_heading
from prokes_social.reporting.personal import personal_posts
from prokes_social.store import Connection, accounts, campaigns, deliveries, reports, told
from prokes_social.store.reports import PostOrigin
from prokes_social.store.snapshots import TakenReading
from prokes_social.store.told import Newest, Silence

#: Posts of a platform that are read in full whatever their newest reading says.
WITNESSES = 50
SUMMARY_LENGTH = 110  #: characters of a message that tell it from the others


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that the store knows about a campaign, read in one transaction."""

    subject: Subject
    heading: Heading
    deliveries: tuple[ReportedDelivery, ...]  #: of official accounts
    accounts: tuple[Account, ...]  #: official ones
    texts: Mapping[str, str]  #: message to the opening of its text
    cards: Mapping[str, Picture]
    personal: PersonalPosts | None = None  #: all that is known of staff's own accounts

    @cached_property
    def only_sandbox(self) -> bool:
        known = [*(each.sandbox for each in self.deliveries), *([self.personal.sandbox] if self.personal else [])]
        return all(known) and bool(known)

    @property
    def has_sandbox(self) -> bool:
        return any(each.sandbox for each in self.deliveries) or bool(self.personal and self.personal.sandbox)

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
    reported = _reported(tx, campaign, queued, known)
    # Here the ways part: a person's own words, card and minute go no further than their sum.
    queued = [each for each in queued if _is_official(known[each.key.account])]
    return Found(
        subject=_subject(campaign, title, heading, queued),
        heading=heading,
        deliveries=tuple(each for each in reported if _is_official(known[each.account])),
        accounts=tuple(known[name] for name in sorted({each.key.account for each in queued})),
        texts={each.key.message: _opening(each.content.text) for each in reversed(queued)},
        cards=reports.cards(tx, campaign),
        personal=personal_posts(reported, known),
    )


def _is_official(account: Account) -> bool:
    return account.kind is AccountKind.OFFICIAL


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What the readings of one post say by now."""

    figures: Mapping[Metric, Figure] = field(default_factory=lambda: dict.fromkeys(Metric, UNKNOWN))
    read_at: datetime | None = None
    last_reason: str = ""
    fell: Mapping[Metric, Fall] = field(default_factory=dict)
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)


def _read(tx: Connection, campaign: str, platforms: Mapping[int, str]) -> dict[int, _Read]:
    """By delivery. Only posts whose newest reading leaves a question open are read in full."""
    newest, silences = told.newest(tx, campaign), told.silences(tx, campaign)
    fell = told.fallen(tx, campaign)
    witnesses = told.readings_of(tx, _witnesses(newest, platforms))
    tells = _tells(newest, platforms, witnesses)
    incomplete = {each.post_id for delivery, each in newest.items() if tells[platforms[delivery]] - each.numbers.keys()}
    asked = (incomplete | {each.post_id for each in newest.values() if each.post_id in fell}) - witnesses.keys()
    full = witnesses | told.readings_of(tx, asked)
    found = {delivery: _of_newest(each, silences.get(delivery)) for delivery, each in newest.items()}
    for delivery, each in newest.items():
        if each.post_id in full:
            readings = full[each.post_id]
            found[delivery] = replace(found[delivery], figures=newest_known(readings), fell=fallen(readings))
    for delivery, silence in silences.items():
        found.setdefault(delivery, _Read(last_reason=silence.reason))
    return found


def _witnesses(newest: Mapping[int, Newest], platforms: Mapping[int, str]) -> set[int]:
    """Each platform's first posts: what it told once and tells nowhere now is still in their readings."""
    posts: dict[str, list[int]] = {}
    for delivery, each in newest.items():
        posts.setdefault(platforms[delivery], []).append(each.post_id)
    return {post for several in posts.values() for post in sorted(several)[:WITNESSES]}


def _tells(
    newest: Mapping[int, Newest], platforms: Mapping[int, str], witnesses: Mapping[int, Sequence[TakenReading]]
) -> dict[str, set[Metric]]:
    """By platform. A post whose newest reading lacks one of these may have told it earlier."""
    tells: dict[str, set[Metric]] = {}
    for delivery, each in newest.items():
        earlier = (numbers_of(reading) for reading in witnesses.get(each.post_id, ()))
        tells.setdefault(platforms[delivery], set()).update(each.numbers, *earlier)
    return tells


def _of_newest(newest: Newest, silence: Silence | None) -> _Read:
    figures = dict.fromkeys(Metric, UNKNOWN)
    figures |= {metric: Figure(value=value, known=Known.MEASURED) for metric, value in newest.numbers.items()}
    silent_since = silence and (silence.taken_at, silence.due_at) > (newest.taken_at, newest.due_at)
    reason = silence.reason if silence and silent_since else newest.reason
    return _Read(figures=figures, read_at=newest.taken_at, last_reason=reason, kinds=newest.kinds)


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
    tx: Connection, campaign: str, queued: Sequence[Delivery], known: Mapping[str, Account]
) -> tuple[ReportedDelivery, ...]:
    origins, refusals = reports.origins(tx, campaign), reports.refusals(tx, campaign)
    read = _read(tx, campaign, {each.id: each.platform for each in queued})
    nothing = _Read()
    return tuple(
        _one(each, known[each.key.account], origins.get(each.id), read.get(each.id, nothing), refusals.get(each.id, ""))
        for each in queued
    )


def _one(
    delivery: Delivery, account: Account, origin: PostOrigin | None, read: _Read, refusal: str
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
        figures=read.figures,
        read_at=read.read_at,
        unread_because=refusal or read.last_reason,
        fell=read.fell,
        kinds=read.kinds,
        withheld=read.last_reason == Untold.WITHHELD.value,
    )


def newest_known(readings: Sequence[TakenReading]) -> dict[Metric, Figure]:
    """The newest told number of each metric; a later reading that tells nothing never erases an earlier one."""
    figures = dict.fromkeys(Metric, UNKNOWN)
    for reading in readings:
        for metric, value in numbers_of(reading).items():
            figures[metric] = Figure(value=value, known=reading.known)
    return figures


def fallen(readings: Sequence[TakenReading]) -> dict[Metric, Fall]:
    """Numbers that are less than was told before: the platform corrected them."""
    falls: dict[Metric, Fall] = {}
    for reading in readings:
        for metric, value in numbers_of(reading).items():
            if metric in reading.fell:
                before = max(reading.fell[metric], falls[metric].before if metric in falls else 0)
                falls[metric] = Fall(before=before, after=value, at=reading.taken_at)
            elif metric in falls and value >= falls[metric].before:
                del falls[metric]
    return falls


def numbers_of(reading: TakenReading) -> dict[Metric, int]:
    """The numbers that a reading really holds."""
    if reading.known is Known.UNKNOWN:
        return {}
    return {metric: value for metric, value in reading.numbers.items() if value is not None}
