"""A person's number in, everything we hold of them out; no secrets, and what others did with their links as sums."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from prokes_social.model.account import AccountKind
from prokes_social.store import consents
from prokes_social.store.tables import account, click, credential, delivery, offer, person, post, share_step, unit, wave


def everything(tx: Connection, person_id: int) -> dict[str, Any]:
    """Times are aware; the caller makes text of them."""
    return {
        "person": _directory_row(tx, person_id),
        "consents": [
            {"purpose": each.purpose.value, "given": each.given, "at": each.at, "wording": each.wording,
             "version": each.version, "recorded_by": each.by}
            for each in consents.history(tx, person_id)
        ],
        "invitations": [_invitation(tx, row) for row in _offers(tx, person_id)],
        "connected_accounts": _own_accounts(tx, person_id),
        "posts_by_hand_for": _looked_after(tx, person_id),
    }  # fmt: skip


def _directory_row(tx: Connection, person_id: int) -> dict[str, Any]:
    columns = [column for column in person.c if column.name != "known_by"]
    query = select(*columns, unit.c.name.label("unit")).join(unit, unit.c.id == person.c.unit_id)
    row = dict(tx.execute(query.where(person.c.id == person_id)).mappings().one())
    return {**row, "languages": row["languages"].split(",")}


def _offers(tx: Connection, person_id: int) -> Sequence[Any]:
    query = (
        select(offer, wave.c.campaign, wave.c.message, wave.c.occurrence, unit.c.name.label("unit"))
        .join(wave, wave.c.id == offer.c.wave_id)
        .join(unit, unit.c.id == offer.c.unit_id)
        .where(offer.c.person_id == person_id)
    )
    return tx.execute(query.order_by(offer.c.offered_at, offer.c.id)).all()


def _invitation(tx: Connection, row: Any) -> dict[str, Any]:
    steps = select(share_step.c.step, share_step.c.place, share_step.c.at).where(share_step.c.offer_id == row.id)
    clicks = select(click.c.place, func.sum(click.c.count).label("clicks")).where(click.c.offer_id == row.id)
    return {
        "campaign": row.campaign, "message": row.message, "occurrence": row.occurrence, "unit": row.unit,
        "offered_at": row.offered_at, "code": row.code,
        "steps": [dict(step) for step in tx.execute(steps.order_by(share_step.c.at)).mappings()],
        "proof": row.proof,
        "clicks": {each.place: int(each.clicks) for each in tx.execute(clicks.group_by(click.c.place))},
    }  # fmt: skip


def _own_accounts(tx: Connection, person_id: int) -> list[dict[str, Any]]:
    own = select(account).where(account.c.owner_id == person_id, account.c.kind == AccountKind.PERSONAL.value)
    return [
        {"name": row.name, "platform": row.platform, "handle": row.handle, "number": row.external_id,
         "checked_at": row.checked_at, "connected": _is_connected(tx, row.id), "deliveries": _deliveries(tx, row.id)}
        for row in tx.execute(own.order_by(account.c.name)).all()
    ]  # fmt: skip


def _is_connected(tx: Connection, account_id: int) -> bool:
    kept = select(credential.c.field).where(credential.c.account_id == account_id)
    return tx.execute(kept.limit(1)).first() is not None


def _deliveries(tx: Connection, account_id: int) -> list[dict[str, Any]]:
    query = (
        select(delivery.c.campaign, delivery.c.message, delivery.c.text, delivery.c.due_at, delivery.c.status,
               post.c.permalink, post.c.published_at)
        .outerjoin(post, post.c.delivery_id == delivery.c.id)
        .where(delivery.c.account_id == account_id)
    )  # fmt: skip
    return [dict(row) for row in tx.execute(query.order_by(delivery.c.due_at, delivery.c.id)).mappings()]


def _looked_after(tx: Connection, person_id: int) -> list[str]:
    theirs = or_(account.c.owner_id == person_id, account.c.deputy_id == person_id)
    official = select(account.c.name).where(theirs, account.c.kind == AccountKind.OFFICIAL.value)
    return list(tx.execute(official.order_by(account.c.name)).scalars())
