"""What waits for a yes: a campaign in, each message's deliveries and waves with their digests out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.wave import WaveStatus
from prokes_social.store.tables import account, campaign, campaign_version, delivery, wave

d = delivery.c
_WAITING = d.status == DeliveryStatus.WAITING.value


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A campaign with something that waits."""

    campaign: str
    title: str
    deliveries: int
    first_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One delivery as it would go out."""

    id: int
    message: str
    digest: str
    account: str
    platform: str
    sandbox: bool
    zone: str
    due_at: datetime
    text: str
    alt_text: str
    link: str | None
    card: str | None
    author: str  #: who saved the version that it is of


def campaigns(tx: Connection, within: Collection[str] | None) -> list[Waiting]:
    """Those with deliveries that wait, the next due first; waves are asked for on the campaign's own page."""
    query = (
        select(d.campaign, campaign.c.title, func.count(), func.min(d.due_at))
        .join(campaign, campaign.c.name == d.campaign)
        .where(_WAITING)
        .group_by(d.campaign, campaign.c.title)
        .order_by(func.min(d.due_at))
    )
    if within is not None:
        query = query.where(d.account_id.in_(select(account.c.id).where(account.c.unit_id.in_(within))))
    found = {
        name: Waiting(campaign=name, title=title, deliveries=count, first_due_at=first)
        for name, title, count, first in tx.execute(query)
    }
    if within is None:
        waiting = select(wave.c.campaign, campaign.c.title).join(campaign, campaign.c.name == wave.c.campaign)
        for name, title in tx.execute(waiting.where(wave.c.status == WaveStatus.WAITING.value).distinct()):
            found.setdefault(name, Waiting(campaign=name, title=title, deliveries=0, first_due_at=None))
    return list(found.values())


def lines(tx: Connection, name: str, within: Collection[str] | None) -> list[Line]:
    query = (
        select(
            d.id, d.message, d.digest, account.c.name.label("account"), account.c.platform, account.c.sandbox, d.zone,
            d.due_at, d.text, d.alt_text, d.link, d.card_digest.label("card"),
            campaign_version.c.saved_by.label("author"),
        )
        .join(account, account.c.id == d.account_id)
        .join(campaign_version, campaign_version.c.id == d.version_id)
        .where(d.campaign == name, _WAITING)
        .order_by(d.due_at, d.id)
    )  # fmt: skip
    if within is not None:
        query = query.where(account.c.unit_id.in_(within))
    return [Line(**row) for row in tx.execute(query).mappings()]


def wave_authors(tx: Connection, name: str) -> dict[int, str]:
    """Who saved the version that each waiting wave is of."""
    query = (
        select(wave.c.id, campaign_version.c.saved_by)
        .join(campaign_version, campaign_version.c.id == wave.c.version_id)
        .where(wave.c.campaign == name, wave.c.status == WaveStatus.WAITING.value)
    )
    return {row.id: row.saved_by for row in tx.execute(query)}
