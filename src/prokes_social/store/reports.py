"""What reports ask beside the listings: where posts came from, why readings wait, which cards were shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.platform import Picture
from prokes_social.store.campaigns import picture
from prokes_social.store.tables import account, delivery, post, snapshot, wave

#: Of an account of the office; what staff post from their own is nobody's to list.
_OFFICIAL = delivery.c.account_id.in_(select(account.c.id).where(account.c.kind == AccountKind.OFFICIAL.value))


@dataclass(frozen=True, kw_only=True)
class PostOrigin:
    """How we learned of a delivery's post, and whether it still stands."""

    post_id: int
    found_by: str  #: answer, look-up or person
    removed_at: datetime | None


def origins(tx: Connection, campaign: str) -> dict[int, PostOrigin]:
    """Delivery id to what is known of its post."""
    query = (
        select(post.c.delivery_id, post.c.id, post.c.found_by, post.c.removed_at)
        .join(delivery, delivery.c.id == post.c.delivery_id)
        .where(delivery.c.campaign == campaign)
    )
    return {
        row.delivery_id: PostOrigin(post_id=row.id, found_by=row.found_by, removed_at=row.removed_at)
        for row in tx.execute(query)
    }


def refusals(tx: Connection, campaign: str) -> dict[int, str]:
    """Delivery id to why a reading that is due was put off, the newest word of the platform."""
    query = (
        select(post.c.delivery_id, snapshot.c.reason)
        .select_from(snapshot)
        .join(post, post.c.id == snapshot.c.post_id)
        .join(delivery, delivery.c.id == post.c.delivery_id)
        .where(delivery.c.campaign == campaign, snapshot.c.taken_at.is_(None), snapshot.c.reason != "")
        .order_by(snapshot.c.due_at)
    )
    return {row.delivery_id: row.reason for row in tx.execute(query)}


def cards(tx: Connection, campaign: str) -> dict[str, Picture]:
    """Message to the card of its first delivery; never one with a person's name and face on it."""
    first = (
        select(func.min(delivery.c.id))
        .where(delivery.c.campaign == campaign, delivery.c.card_digest.is_not(None), _OFFICIAL)
        .group_by(delivery.c.message)
    )
    rows = tx.execute(select(delivery.c.message, delivery.c.card_digest).where(delivery.c.id.in_(first)))
    return {row.message: picture(tx, row.card_digest) for row in rows.all()}


def campaigns_between(tx: Connection, first: datetime, end: datetime) -> list[str]:
    """Campaigns with an official delivery due from `first` on and before `end`, or a wave that opened then."""
    wanted = delivery.c.status != DeliveryStatus.CANCELLED.value
    due = select(delivery.c.campaign).where(delivery.c.due_at >= first, delivery.c.due_at < end, wanted, _OFFICIAL)
    asked = select(wave.c.campaign).where(wave.c.opened_at >= first, wave.c.opened_at < end)
    return sorted(set(tx.execute(due.distinct()).scalars()) | set(tx.execute(asked.distinct()).scalars()))
