"""Deliveries of a campaign in, what staff posted from their own accounts out: one sum in which nobody can be told.

A figure of fewer than `SMALLEST` people is left unknown, and the official sums have no part in it, so that nothing is
left to subtract. By platform, message, unit, day or week there is none: the campaign's less the others' would tell it.
"""

from collections.abc import Iterable, Mapping, Sequence

from prokes_social.i18n import _
from prokes_social.model.account import Account, AccountKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.participation import SMALLEST
from prokes_social.model.reach import Figure, Metric
from prokes_social.model.report import INTERACTIONS, UNKNOWN, PersonalPosts, ReportedDelivery, added, lacking


def personal_posts(deliveries: Iterable[ReportedDelivery], accounts: Mapping[str, Account]) -> PersonalPosts | None:
    """`deliveries` are those of all accounts. None where fewer than `SMALLEST` people published."""
    several = list(deliveries)
    trial = all(each.sandbox for each in several)
    own = [each for each in several if accounts[each.account].kind is AccountKind.PERSONAL]
    posts = [each for each in own if each.status is DeliveryStatus.PUBLISHED and (trial or not each.sandbox)]
    if _people(posts, accounts) < SMALLEST:
        return None
    figures = {metric: _figure(metric, posts, accounts) for metric in Metric}
    told = {metric: _told(metric, posts) for metric in Metric if figures[metric].value is not None}
    interactions = added(figures[metric] for metric in INTERACTIONS)
    read = sum(each.read_at is not None for each in posts)
    return PersonalPosts(
        accounts=len({each.account for each in posts}),
        posts=len(posts),
        figures=figures,
        interactions=interactions,
        interactions_without=lacking(told, read) if interactions.value is not None else (),
        sandbox=trial,
    )


def too_few_posted() -> str:
    """The same words for nobody and for some, or the words would tell."""
    return _(
        "Posts from staff's own accounts are told from {count} people on: here it was fewer than {count} people, or "
        "nobody.",
        count=SMALLEST,
    )


def _figure(metric: Metric, posts: Sequence[ReportedDelivery], accounts: Mapping[str, Account]) -> Figure:
    telling = [each for each in posts if each.figure(metric).value is not None]
    if not metric.adds_up or _people(telling, accounts) < SMALLEST:
        return UNKNOWN
    return added(each.figure(metric) for each in telling)


def _told(metric: Metric, posts: Sequence[ReportedDelivery]) -> int:
    return sum(each.figure(metric).value is not None for each in posts)


def _people(posts: Iterable[ReportedDelivery], accounts: Mapping[str, Account]) -> int:
    """Surely different ones: of accounts whose owner is forgotten, only those of one platform."""
    theirs = {each.account: accounts[each.account] for each in posts}.values()
    nobodys = [each.platform for each in theirs if each.owner_id is None]
    owners = {each.owner_id for each in theirs if each.owner_id is not None}
    return len(owners) + max((nobodys.count(platform) for platform in set(nobodys)), default=0)
