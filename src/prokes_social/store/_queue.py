"""How rows of the queue become deliveries, and the one way in which their status changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, literal_column, select, update
from sqlalchemy.sql.expression import ColumnElement

from prokes_social.model.delivery import MOVES, Content, Delivery, DeliveryStatus, Key
from prokes_social.model.platform import Post, Prepared
from prokes_social.store.tables import account, attempt, delivery, post

d = delivery.c


def in_status(status: DeliveryStatus) -> ColumnElement[bool]:
    return d.status == literal_column(f"'{status.value}'")


def moved(tx: Connection, which: ColumnElement[bool], to: DeliveryStatus, **values: Any) -> int:
    """The one place where a status changes: only along MOVES."""
    allowed = [status.value for status, targets in MOVES.items() if to in targets]
    return tx.execute(update(delivery).where(which, d.status.in_(allowed)).values(status=to.value, **values)).rowcount


def last_moment() -> ColumnElement[datetime]:
    """When the window closes, or until when a person said that it may go out late."""
    return func.coalesce(d.late_until, d.not_after)


def deliveries_in_full() -> Select[Any]:
    tries = select(func.count()).where(attempt.c.delivery_id == d.id).correlate(delivery).scalar_subquery()
    return (
        select(
            delivery,
            account.c.name.label("account_name"),
            account.c.platform,
            account.c.sandbox,
            post.c.external_id,
            post.c.permalink,
            post.c.published_at,
            tries.label("attempts"),
        )
        .join(account, account.c.id == d.account_id)
        .outerjoin(post, post.c.delivery_id == d.id)
    )


def as_delivery(row: RowMapping) -> Delivery:
    key = Key(
        campaign=row["campaign"], message=row["message"], account=row["account_name"], occurrence=row["occurrence"]
    )
    return Delivery(
        id=row["id"],
        key=key,
        account_id=row["account_id"],
        platform=row["platform"],
        sandbox=row["sandbox"],
        zone=row["zone"],
        content=_content(row),
        status=DeliveryStatus(row["status"]),
        reason=row["reason"],
        next_at=row["next_at"],
        fence=row["fence"],
        late_until=row["late_until"],
        sources_until=row["sources_until"],
        cost=row["cost"],
        prepared=_prepared(row),
        uncertain_since=row["uncertain_since"],
        look_since=row["look_since"],
        lookups=row["lookups"],
        attempts=row["attempts"],
        post=_post(row),
    )


def _content(row: RowMapping) -> Content:
    return Content(
        text=row["text"],
        alt_text=row["alt_text"],
        link=row["link"],
        card=row["card_digest"],
        due_at=row["due_at"],
        not_after=row["not_after"],
        digest=row["digest"],
    )


def _prepared(row: RowMapping) -> Prepared | None:
    if row["prepared"] is None:
        return None
    return Prepared(markers=row["prepared"], expires_at=row["prepared_until"], ready=row["prepared_ready"])


def _post(row: RowMapping) -> Post | None:
    if row["external_id"] is None:
        return None
    return Post(external_id=row["external_id"], permalink=row["permalink"], published_at=row["published_at"])
