"""A message in; what it has open and out, who was asked to share it and who called it back, out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, select, update

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import Delivery
from prokes_social.model.wave import Step, Wave, WaveStatus
from prokes_social.store._queue import as_delivery, deliveries_in_full
from prokes_social.store.approvals import RECALLED
from prokes_social.store.tables import account, approval, delivery, offer, post, share_step, wave
from prokes_social.store.waves import as_wave

d, o, w, a = delivery.c, offer.c, wave.c, approval.c
#: So long a person's page says that something was called back.
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One delivery of the message, and what is known of its post."""

    delivery: Delivery
    is_personal: bool  #: of a staff member's own account
    post_id: int | None
    removed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How many people; each of them counts in those before it."""

    asked: int
    opened: int  #: their page was on screen: they may have the card
    shared: int  #: by their own word


@dataclass(frozen=True, kw_only=True)
class CalledBack:
    """A wave's message as one invited person is told of it."""

    wave: Wave
    at: datetime
    remark: str
    shared: bool  #: they said so


def pieces(tx: Connection, campaign: str, message: str, within: Collection[str] | None) -> list[Piece]:
    """In the order they are due; `within` are units."""
    query = (
        deliveries_in_full()
        .add_columns(account.c.kind, post.c.id.label("post_id"), post.c.removed_at)
        .where(d.campaign == campaign, d.message == message)
        .order_by(d.due_at, d.id)
    )
    if within is not None:
        query = query.where(account.c.unit_id.in_(within))
    return [
        Piece(
            delivery=as_delivery(row), is_personal=row["kind"] == AccountKind.PERSONAL.value, post_id=row["post_id"],
            removed_at=row["removed_at"],
        )
        for row in tx.execute(query).mappings()
    ]  # fmt: skip


def waves_of(tx: Connection, campaign: str, message: str) -> list[Wave]:
    query = select(wave).where(w.campaign == campaign, w.message == message).order_by(w.opens_at, w.id)
    return [as_wave(row) for row in tx.execute(query).mappings()]


def asked(tx: Connection, waves: Collection[int]) -> Asked:
    """People who were invited in any of these waves."""
    people = select(o.person_id).where(o.wave_id.in_(waves), o.person_id.is_not(None))
    did = people.join(share_step, share_step.c.offer_id == o.id)
    shared = did.where(share_step.c.step.in_([Step.SAID.value, Step.PROOF.value]))
    counts = [
        int(tx.execute(select(func.count()).select_from(each.distinct().subquery())).scalar_one())
        for each in (people, did, shared)
    ]
    return Asked(asked=counts[0], opened=counts[1], shared=counts[2])


def taken_down(tx: Connection, post_id: int, *, now: datetime) -> bool:
    """Note that a post is gone; False where that was known."""
    gone = update(post).where(post.c.id == post_id, post.c.removed_at.is_(None)).values(removed_at=now)
    return tx.execute(gone).rowcount == 1


def removed_at(tx: Connection, delivery_id: int) -> datetime | None:
    return tx.execute(select(post.c.removed_at).where(post.c.delivery_id == delivery_id)).scalar()


def told(tx: Connection, person_id: int, *, now: datetime) -> list[CalledBack]:
    """What was called back of that which a person had opened, the newest first."""
    said = case((share_step.c.step == Step.SAID.value, 1), else_=0)
    steps = select(share_step.c.offer_id, func.max(said).label("shared"))
    did = steps.group_by(share_step.c.offer_id).subquery()
    last = select(func.max(a.id)).where(a.digest == w.digest).correlate(wave).scalar_subquery()
    query = (
        select(wave, a.at.label("said_at"), a.remark, did.c.shared)
        .join(offer, and_(o.wave_id == w.id, o.person_id == person_id))
        .join(did, did.c.offer_id == o.id)
        .join(approval, a.id == last)
        .where(a.verdict == RECALLED, w.status == WaveStatus.CANCELLED.value, a.at > now - TOLD_FOR)
        .order_by(a.id.desc())
    )
    return [
        CalledBack(wave=as_wave(row), at=row["said_at"], remark=row["remark"], shared=bool(row["shared"]))
        for row in tx.execute(query).mappings()
    ]
