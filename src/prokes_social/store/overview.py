"""How each campaign stands, by unit, in sums that one look at the database gives: for a page that lists them all."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store.tables import account, delivery, post, snapshot

d = delivery.c


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Of one campaign's official accounts in one unit."""

    campaign: str
    unit_id: str
    deliveries: int = 0  #: without those that were cancelled
    published: int = 0
    told: int = 0  #: posts whose impressions a platform told
    impressions: int = 0
    last_at: datetime | None = None  #: when its last delivery is due


def standings(tx: Connection) -> list[Standing]:
    """The campaign that goes on longest first."""
    found = {(each.campaign, each.unit_id): each for each in _deliveries(tx)}
    for campaign, unit_id, told, impressions in _impressions(tx):
        if standing := found.get((campaign, unit_id)):
            found[campaign, unit_id] = replace(standing, told=told, impressions=impressions or 0)
    return sorted(found.values(), key=lambda each: (each.last_at, each.campaign), reverse=True)


def _deliveries(tx: Connection) -> list[Standing]:
    is_out = d.status == DeliveryStatus.PUBLISHED.value
    query = (
        select(d.campaign, account.c.unit_id, func.count(), func.count().filter(is_out), func.max(d.due_at))
        .join(account, account.c.id == d.account_id)
        .where(d.status != DeliveryStatus.CANCELLED.value, account.c.kind == AccountKind.OFFICIAL.value)
        .group_by(d.campaign, account.c.unit_id)
    )
    return [
        Standing(campaign=campaign, unit_id=unit_id, deliveries=count, published=published, last_at=last_at)
        for campaign, unit_id, count, published, last_at in tx.execute(query)
    ]


def _impressions(tx: Connection) -> list[tuple[str, str, int, int | None]]:
    """The most that was told of each post: a platform that corrects itself downwards is for the report to tell."""
    newest = (
        select(snapshot.c.post_id, func.max(snapshot.c.impressions).label("impressions"))
        .where(snapshot.c.known == "measured", snapshot.c.impressions.is_not(None))
        .group_by(snapshot.c.post_id)
        .subquery()
    )
    query = (
        select(d.campaign, account.c.unit_id, func.count(), func.sum(newest.c.impressions))
        .select_from(newest)
        .join(post, post.c.id == newest.c.post_id)
        .join(delivery, d.id == post.c.delivery_id)
        .join(account, account.c.id == d.account_id)
        .where(account.c.kind == AccountKind.OFFICIAL.value)
        .group_by(d.campaign, account.c.unit_id)
    )
    return [(row[0], row[1], int(row[2]), int(row[3] or 0)) for row in tx.execute(query)]
