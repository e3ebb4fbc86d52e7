"""Report: what became of a campaign's deliveries, each number with how it is known; made once, written in any form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from prokes_social.model.analysis import Against, BestTimes, Usual
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.participation import Participation
from prokes_social.model.platform import Picture
from prokes_social.model.reach import Fall, Figure, Known, Metric

#: Not told, by nobody: prints as a dash.
UNKNOWN = Figure(value=None, known=Known.UNKNOWN)
#: A delivery within this of its time went out on time.
ON_TIME = timedelta(seconds=1)
#: What people did with a post and meant to; clicks stand apart, because a picture tapped by mistake is one too.
INTERACTIONS = (Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.SAVES)
#: All that people did, each kind by itself.
ENGAGEMENT = (*INTERACTIONS, Metric.CLICKS, Metric.VIDEO_VIEWS)

#: The surest first; a sum is known only as well as the least sure of its parts.
_SUREST_FIRST = (Known.MEASURED, Known.ESTIMATED, Known.SELF_REPORTED, Known.UNKNOWN)


def added(figures: Iterable[Figure]) -> Figure:
    """The sum of those that are told; unknown where none is. Never for reach: one person may have seen two posts."""
    told = [(figure.value, figure.known) for figure in figures if figure.value is not None]
    if not told:
        return UNKNOWN
    least_sure = max((known for _, known in told), key=_SUREST_FIRST.index)
    return Figure(value=sum(value for value, _ in told), known=least_sure)


def lacking(told: Mapping[Metric, int], posts: int) -> tuple[Metric, ...]:
    """The kinds that interactions of so many posts lack: those that not each of the posts tells.

    Interactions add up what is told, so with a kind missing they are at least so many. How they are known stays that of
    the parts that are in them; what is not in them is named beside the number, in every format.
    """
    return tuple(metric for metric in INTERACTIONS if told.get(metric, 0) < posts)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a report is about."""

    campaign: str
    title: str
    purpose: str
    owner: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """Whose report it is, and the one colour it is printed in (`#rrggbb`)."""

    organisation: str
    unit: str
    accent: str
    address: str = ""
    emblem: str = ""  #: an SVG's text


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs; an empty name leaves a line to sign on."""

    office: str
    name: str = ""
    rank: str = ""
    nip: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What makes a report a letter."""

    number: str = ""
    signature: Signature | None = None


class FoundBy(StrEnum):
    """How we learned that a post exists."""

    ANSWER = "answer"  #: the platform said so at once
    LOOK_UP = "look-up"  #: the answer was lost; we looked and found it
    PERSON = "person"  #: somebody looked and told us


@dataclass(frozen=True, kw_only=True)
class ReportedDelivery:
    """One delivery as it stands when the report is made."""

    id: int
    due_at: datetime
    zone: str  #: WIB, WITA or WIT, in which people read its time
    platform: str
    account: str
    unit: str  #: the unit's id
    message: str
    sandbox: bool
    status: DeliveryStatus
    reason: str
    published_at: datetime | None = None
    permalink: str | None = None
    found_by: FoundBy | None = None
    answer_lost_at: datetime | None = None  #: when its outcome became unknown, if it ever did
    removed_at: datetime | None = None  #: the platform says the post is gone since
    attempts: int = 0
    figures: Mapping[Metric, Figure] = field(default_factory=dict)
    read_at: datetime | None = None  #: the newest reading that told a number
    unread_because: str = ""  #: why the newest reading told none
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)  #: what likes and shares are made of
    fell: Mapping[Metric, Fall] = field(default_factory=dict)  #: the last time a number fell, where it is still less
    withheld: bool = False  #: the newest reading lacks what the account's token may not read
    usual: Usual | None = None  #: None where the account has too few earlier posts of the same age

    @property
    def late_by(self) -> timedelta | None:
        """Publication less due time, by the platform's clock; None where there is no post, or only a person's word."""
        if self.published_at is None or self.found_by is FoundBy.PERSON:
            return None
        return self.published_at - self.due_at

    @property
    def on_time(self) -> bool:
        return self.late_by is not None and self.late_by <= ON_TIME

    @property
    def interactions(self) -> Figure:
        return added(self.figure(metric) for metric in INTERACTIONS)

    @property
    def interactions_without(self) -> tuple[Metric, ...]:
        """What they lack, see `lacking`; nothing where they are not known at all."""
        told = {metric: 1 for metric in INTERACTIONS if self.figure(metric).value is not None}
        return lacking(told, 1) if told else ()

    @property
    def answer_was_lost(self) -> bool:
        return self.answer_lost_at is not None or self.found_by in (FoundBy.LOOK_UP, FoundBy.PERSON)

    def figure(self, metric: Metric) -> Figure:
        return self.figures.get(metric, UNKNOWN)

    @property
    def is_ahead(self) -> bool:
        """Nothing became of it yet, and all is still in our hands."""
        return self.status in (DeliveryStatus.WAITING, DeliveryStatus.SCHEDULED, DeliveryStatus.CLAIMED)

    def is_overdue(self, now: datetime) -> bool:
        return self.is_ahead and now - self.due_at > ON_TIME


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What some deliveries come to together: of an account, a message, a unit, or the whole campaign."""

    key: str
    label: str
    platform: str = ""  #: where all are on one
    unit: str = ""  #: the unit's id, where all are of one
    deliveries: int  #: wanted; withdrawn ones are not counted
    published: int
    confirmed: int  #: of these, posts that only a person has seen
    on_time: int
    latest: timedelta | None  #: the greatest lateness
    read: int  #: posts of which at least one number is known
    figures: Mapping[Metric, Figure]
    told: Mapping[Metric, int]  #: how many posts each figure is made of
    interactions: Figure
    reach_of_one: tuple[int, int] | None  #: lowest and highest reach of a single post, because reach can't be added
    read_at: datetime | None
    against: Mapping[Against, int] = field(default_factory=dict)  #: posts beside their account's usual level
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)  #: what likes and shares are made of

    @property
    def interactions_without(self) -> tuple[Metric, ...]:
        """What they lack, see `lacking`, of the posts that are read; nothing where they are not known at all."""
        return lacking(self.told, self.read) if self.interactions.value is not None else ()

    @property
    def published_known(self) -> Known:
        return Known.SELF_REPORTED if self.confirmed else Known.MEASURED

    @property
    def compared(self) -> int:
        """Posts whose account's usual level is known."""
        return sum(self.against.values())

    def figure(self, metric: Metric) -> Figure:
        return self.figures.get(metric, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class ReportedMessage:
    """What was said; `picture` is the card as it was published."""

    id: str
    text: str
    picture: Picture | None
    sum: Sum


@dataclass(frozen=True, kw_only=True)
class PersonalPosts:
    """What staff posted from accounts of their own, all of a campaign together; in no other sum of a report.

    There is one only where `SMALLEST` people published, and a figure only where the posts of so many tell it: otherwise
    it is unknown. Nothing of a single post is in it: no reach, no minute, no address, no name.
    """

    accounts: int
    posts: int
    figures: Mapping[Metric, Figure]
    interactions: Figure
    interactions_without: tuple[Metric, ...] = ()
    sandbox: bool = False  #: made of invented numbers, because there are no others

    def figure(self, metric: Metric) -> Figure:
        return self.figures.get(metric, UNKNOWN)


class Axis(StrEnum):
    """What a curve runs along."""

    AGE = "age"  #: of each post, in the time its platform lives in
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True)
class Point:
    """The latest known readings of a curve's posts, added up at one moment. Nothing is filled in between points."""

    age: timedelta | None = None  #: on an axis of ages
    at: datetime | None = None  #: on a clock's axis
    impressions: int
    posts: int  #: how many posts it is made of


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Measured impressions of one account (or, where there are many accounts, one platform)."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Curves:
    axis: Axis
    curves: tuple[Curve, ...]
    ages: tuple[timedelta, ...] = ()  #: at which posts are read, for the axis


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """What a platform calls the numbers it tells, so that a reader can check them there."""

    platform: str
    label: str
    names: Mapping[Metric, str]
    remark: str = ""
    page: str = ""  #: where the vendor defines them


@dataclass(frozen=True, kw_only=True)
class Report:
    subject: Subject
    letterhead: Letterhead
    made_at: datetime
    zone: str  #: WIB, WITA or WIT, of the report's own times
    language: str  #: of every text in it
    version: str  #: of the program that made it
    sandbox: bool  #: at least one account is a sandbox's: nothing there is public
    only_sandbox: bool
    time_scale: float  #: how much faster sandbox posts age
    total: Sum
    by_account: tuple[Sum, ...]
    by_unit: tuple[Sum, ...]
    messages: tuple[ReportedMessage, ...]
    deliveries: tuple[ReportedDelivery, ...]  #: of official accounts, in the order they are due
    curves: Curves
    vendors: tuple[Vendor, ...]
    notes: tuple[str, ...]  #: what to know before trusting the figures
    by_platform: tuple[Sum, ...] = ()
    by_template: tuple[Sum, ...] = ()
    by_variant: tuple[Sum, ...] = ()  #: of each message, by the text that its platform was given
    best_times: BestTimes = field(default_factory=BestTimes)
    participation: tuple[Participation, ...] = ()  #: by wave of people, in the order they opened
    personal: PersonalPosts | None = None  #: None: of nobody, or of too few to be told from one another
    paper: Paper = Paper()

    @property
    def not_out(self) -> Sequence[ReportedDelivery]:
        """What should be public and is not, or may not be."""
        stuck = (DeliveryStatus.MISSED, DeliveryStatus.FAILED, DeliveryStatus.HELD, DeliveryStatus.UNCERTAIN)
        return [each for each in self.deliveries if each.status in stuck or each.is_overdue(self.made_at)]

    @property
    def coming(self) -> Sequence[ReportedDelivery]:
        """Not due yet."""
        return [each for each in self.deliveries if each.is_ahead and not each.is_overdue(self.made_at)]

    @property
    def lost_answers(self) -> Sequence[ReportedDelivery]:
        """Deliveries whose answer was lost on the way, and what became of them."""
        return [each for each in self.deliveries if each.answer_was_lost]

    @property
    def waves(self) -> Sequence[Participation]:
        """Those that are no group too small to be shown."""
        return [each for each in self.participation if each.total]

    @property
    def widest_wave(self) -> Participation | None:
        """The wave that asked most people; the newest of several."""
        asked = [(each.total.offered, number) for number, each in enumerate(self.participation) if each.total]
        return self.participation[max(asked)[1]] if asked else None

    @property
    def told_metrics(self) -> Sequence[Metric]:
        """Metrics of which at least one post tells a number, in the field's order."""
        return [metric for metric in Metric if self.total.told.get(metric)]
