"""Campaigns, their versions, and the cards drawn for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, insert, select, update

from prokes_social.model.card import Card
from prokes_social.model.platform import Picture, Size
from prokes_social.store.tables import campaign, campaign_version, card


@dataclass(frozen=True, kw_only=True)
class Version:
    """The file that a campaign was last queued from."""

    digest: str
    by: str
    at: datetime


def save_version(tx: Connection, *, name: str, title: str, digest: str, yaml: str, by: str, now: datetime) -> int:
    """The id of this version, the newest from now on; the same file again is the same version."""
    if not tx.execute(update(campaign).where(campaign.c.name == name).values(title=title)).rowcount:
        tx.execute(insert(campaign).values(name=name, title=title))
    known = select(campaign_version.c.id).where(
        campaign_version.c.campaign == name, campaign_version.c.digest == digest
    )
    if found := tx.execute(known).scalar():
        if found != tx.execute(_newest(name, campaign_version.c.id)).scalar():
            tx.execute(update(campaign_version).where(campaign_version.c.id == found).values(saved_by=by, saved_at=now))
        return int(found)
    values = {"campaign": name, "digest": digest, "yaml": yaml, "saved_by": by, "saved_at": now}
    return int(tx.execute(insert(campaign_version).values(**values).returning(campaign_version.c.id)).scalar_one())


def titles(tx: Connection) -> dict[str, str]:
    return {row.name: row.title for row in tx.execute(select(campaign.c.name, campaign.c.title))}


def newest_yaml(tx: Connection, name: str) -> str | None:
    return tx.execute(_newest(name, campaign_version.c.yaml)).scalar()


def newest_versions(tx: Connection, names: Collection[str]) -> dict[str, Version]:
    """By campaign; those that were never queued are left out."""
    v = campaign_version.c
    query = select(v.campaign, v.digest, v.saved_by, v.saved_at).where(v.campaign.in_(names))
    rows = tx.execute(query.order_by(v.saved_at, v.id))
    return {row.campaign: Version(digest=row.digest, by=row.saved_by, at=row.saved_at) for row in rows}


def _newest(name: str, column: Column[Any]) -> Select[Any]:
    v = campaign_version.c
    return select(column).where(v.campaign == name).order_by(v.saved_at.desc(), v.id.desc()).limit(1)


def keep_card(tx: Connection, value: Card) -> None:
    """Keep the drawn bytes; a card that is kept already is left as it is, so an upgrade of Pillow voids nothing."""
    if tx.execute(select(card.c.content_digest).where(card.c.content_digest == value.content_digest)).first():
        return
    tx.execute(
        insert(card).values(
            content_digest=value.content_digest,
            size=str(value.size),
            file_digest=value.file_digest,
            media_type=value.media_type,
            alt_text=value.alt_text,
            bytes=value.data,
        )
    )


def picture(tx: Connection, content_digest: str) -> Picture:
    """The kept bytes of a card, exactly as they were approved."""
    row = tx.execute(select(card).where(card.c.content_digest == content_digest)).mappings().one()
    return Picture(
        data=row["bytes"],
        media_type=row["media_type"],
        size=Size.parse(row["size"]),
        alt_text=row["alt_text"],
        file_digest=row["file_digest"],
    )


def size_of(tx: Connection, content_digest: str | None) -> Size | None:
    """Of a kept card."""
    found = tx.execute(select(card.c.size).where(card.c.content_digest == content_digest)).scalar()
    return Size.parse(found) if found else None


def picture_by_file(tx: Connection, file_digest: str) -> Picture | None:
    """The picture that a signed media address names."""
    found = tx.execute(select(card.c.content_digest).where(card.c.file_digest == file_digest)).scalar()
    return picture(tx, found) if found else None
