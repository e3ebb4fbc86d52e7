"""Personal accounts and what their owners tapped: rows in, deliveries by offer and posts to be noted out."""

from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from prokes_social.model.account import Account, AccountKind
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.wave import Step, WaveKey
from prokes_social.store import accounts
from prokes_social.store._queue import as_delivery, deliveries_in_full, in_status
from prokes_social.store.approvals import is_approved
from prokes_social.store.postgres import wake
from prokes_social.store.tables import account, delivery, offer, post, share_step, wave

S = DeliveryStatus
d, o, w = delivery.c, offer.c, wave.c
PERSONAL = account.c.kind == AccountKind.PERSONAL.value


def account_of(tx: Connection, person_id: int, platform: str) -> Account | None:
    own = select(account.c.id).where(PERSONAL, account.c.owner_id == person_id, account.c.platform == platform)
    found = tx.execute(own).scalar()
    return accounts.by_id(tx, found) if found else None


def by_offer(tx: Connection, person_id: int, platform: str) -> dict[int, Delivery]:
    """What the person tapped, by the offer it belongs to."""
    own = account_of(tx, person_id, platform)
    if own is None:
        return {}
    tapped = (
        deliveries_in_full()
        .add_columns(o.id.label("offer_id"))
        .join(wave, and_(w.campaign == d.campaign, w.message == d.message, w.occurrence == d.occurrence))
        .join(offer, and_(o.wave_id == w.id, o.person_id == person_id))
        .where(d.account_id == own.id)
    )
    return {row["offer_id"]: as_delivery(row) for row in tx.execute(tapped).mappings()}


def version_of(tx: Connection, wave_id: int) -> int:
    """The version of the campaign that a wave was approved in."""
    return int(tx.execute(select(w.version_id).where(w.id == wave_id)).scalar_one())


def release(tx: Connection, account_id: int, digest: str) -> None:
    """What was tapped waits for no other approval."""
    tapped = update(delivery).where(in_status(S.WAITING), d.account_id == account_id, d.digest == digest)
    tx.execute(tapped.where(is_approved(d.digest)).values(status=S.SCHEDULED.value))
    wake(tx)


def said_by_others(tx: Connection, key: WaveKey, account_id: int, text: str, *, since: datetime) -> bool:
    """Whether another person's account said exactly this about the message since then, or is about to."""
    gone = [status.value for status in (S.CANCELLED, S.FAILED, S.MISSED)]
    same = (
        select(d.id)
        .join(account, account.c.id == d.account_id)
        .where(d.campaign == key.campaign, d.message == key.message, d.text == text, d.due_at >= since)
        .where(PERSONAL, d.account_id != account_id, d.status.not_in(gone))
    )
    return tx.execute(same.limit(1)).first() is not None


def without_proof(tx: Connection, *, since: datetime) -> list[tuple[int, str]]:
    """Offers whose person's tap has made a post since then that is not noted yet, with its address."""
    noted = select(share_step.c.offer_id).where(
        share_step.c.offer_id == o.id, share_step.c.step == Step.PROOF.value
    )  # fmt: skip
    query = (
        select(o.id, post.c.permalink)
        .select_from(account)
        .join(delivery, d.account_id == account.c.id)
        .join(post, post.c.delivery_id == d.id)
        .join(wave, and_(w.campaign == d.campaign, w.message == d.message, w.occurrence == d.occurrence))
        .join(offer, and_(o.wave_id == w.id, o.person_id == account.c.owner_id))
        .where(PERSONAL, d.due_at >= since, ~noted.exists())
    )
    return [(row.id, row.permalink) for row in tx.execute(query)]
