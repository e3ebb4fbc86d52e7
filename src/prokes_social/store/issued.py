"""A file's digest, or what its QR codes say, in; whether we keep such a card, and the deliveries that show it, out."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from prokes_social.model.delivery import Delivery
from prokes_social.store._queue import as_delivery, deliveries_in_full
from prokes_social.store.tables import card, delivery

d = delivery.c


def is_kept(tx: Connection, file_digest: str) -> bool:
    return (
        tx.execute(select(card.c.content_digest).where(card.c.file_digest == file_digest).limit(1)).first() is not None
    )


def showing(tx: Connection, file_digest: str) -> list[Delivery]:
    """Every delivery whose card is exactly this file, in the order they are due."""
    kept = select(card.c.content_digest).where(card.c.file_digest == file_digest)
    query = deliveries_in_full().where(d.card_digest.in_(kept)).order_by(d.due_at, d.id)
    return [as_delivery(row) for row in tx.execute(query).mappings()]


def linking_to(tx: Connection, links: Collection[str]) -> list[Delivery]:
    """Every delivery with a card whose QR code leads to one of these addresses, in the order they are due."""
    if not links:
        return []
    here = d.link.in_(sorted(links)) & d.card_digest.is_not(None)
    query = deliveries_in_full().where(here).order_by(d.due_at, d.id)
    return [as_delivery(row) for row in tx.execute(query).mappings()]
