"""What waits for a yes: a campaign in, each message's deliveries and waves with their digests out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, distinct, func, select

from prokes_social.model.account import AccountKind
from prokes_social.model.approval import Saying
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.platform import Size
from prokes_social.model.wave import WaveStatus
from prokes_social.store._queue import in_status
from prokes_social.store.tables import account, approval, campaign, campaign_version, card, delivery, wave

d = delivery.c
#: In full, or the index of what waits is not used.
_WAITING = in_status(DeliveryStatus.WAITING)
_THERE = d.status != DeliveryStatus.CANCELLED.value
# Said by what is left out: else SQLite goes by the index of accounts, and through everything that ever went out.
#: What staff post from accounts of their own they approve themselves.
_OFFICIAL = d.account_id.not_in(select(account.c.id).where(account.c.kind == AccountKind.PERSONAL.value))


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
    status: str
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
    kept_size: str | None = None  #: of the card

    @property
    def size(self) -> Size | None:
        return Size.parse(self.kept_size) if self.kept_size else None


def campaigns(tx: Connection, within: Collection[str] | None) -> list[Waiting]:
    """Those with deliveries that wait, the next due first; waves are asked for on the campaign's own page."""
    mine = select(d.campaign, func.count().label("deliveries"), func.min(d.due_at).label("first_due_at"))
    mine = mine.where(_WAITING, _OFFICIAL).group_by(d.campaign)
    if within is not None:
        mine = mine.where(d.account_id.not_in(select(account.c.id).where(account.c.unit_id.not_in(within))))
    waits = mine.subquery().c
    query = select(waits.campaign, campaign.c.title, waits.deliveries, waits.first_due_at)
    query = query.join(campaign, campaign.c.name == waits.campaign).order_by(waits.first_due_at)
    found = {row.campaign: Waiting(**row._mapping) for row in tx.execute(query)}
    if within is None:
        waiting = select(wave.c.campaign, campaign.c.title).join(campaign, campaign.c.name == wave.c.campaign)
        for name, title in tx.execute(waiting.where(wave.c.status == WaveStatus.WAITING.value).distinct()):
            found.setdefault(name, Waiting(campaign=name, title=title, deliveries=0, first_due_at=None))
    return list(found.values())


@dataclass(frozen=True, kw_only=True)
class Said:
    """A verdict of one person at one moment, on so many contents of a message."""

    message: str
    verdict: str
    who: str
    at: datetime
    remark: str
    contents: int

    @property
    def saying(self) -> Saying:
        return Saying(self.verdict)


def said(tx: Connection, name: str, within: Collection[str] | None) -> list[Said]:
    """Everything that was said about contents as they are now, the oldest first."""
    mine = select(d.message, d.digest).where(d.campaign == name, _THERE, _OFFICIAL)
    if within is not None:
        mine = mine.where(d.account_id.in_(select(account.c.id).where(account.c.unit_id.in_(within))))
    contents: Select[Any] | CompoundSelect[Any] = mine
    if within is None:
        going = wave.c.status != WaveStatus.CANCELLED.value
        contents = mine.union(select(wave.c.message, wave.c.digest).where(wave.c.campaign == name, going))
    c, a = contents.subquery().c, approval.c
    query = (
        select(c.message, a.verdict, a.who, a.at, a.remark, func.count(distinct(a.digest)).label("contents"))
        .join(approval, a.digest == c.digest)
        .group_by(c.message, a.verdict, a.who, a.at, a.remark)
        .order_by(a.at, func.min(a.id))
    )
    return [Said(**row) for row in tx.execute(query).mappings()]


def lines(tx: Connection, name: str, within: Collection[str] | None, *, everything: bool = False) -> list[Line]:
    """Those that wait; `everything`: whatever became of them, but for what was withdrawn."""
    query = (
        select(
            d.id, d.message, d.digest, d.status, account.c.name.label("account"), account.c.platform, account.c.sandbox,
            d.zone, d.due_at, d.text, d.alt_text, d.link, d.card_digest.label("card"),
            campaign_version.c.saved_by.label("author"), card.c.size.label("kept_size"),
        )
        .join(account, account.c.id == d.account_id)
        .join(campaign_version, campaign_version.c.id == d.version_id)
        .outerjoin(card, card.c.content_digest == d.card_digest)
        .where(d.campaign == name, _THERE if everything else _WAITING, _OFFICIAL)
        .order_by(d.due_at, d.id)
    )  # fmt: skip
    if within is not None:
        query = query.where(account.c.unit_id.in_(within))
    return [Line(**row) for row in tx.execute(query).mappings()]


def wave_authors(tx: Connection, name: str) -> dict[int, str]:
    """Who saved the version that each wave is of."""
    query = (
        select(wave.c.id, campaign_version.c.saved_by)
        .join(campaign_version, campaign_version.c.id == wave.c.version_id)
        .where(wave.c.campaign == name)
    )
    return {row.id: row.saved_by for row in tx.execute(query)}
