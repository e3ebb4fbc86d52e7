"""Waves: a plan's wishes in, rows that wait, open and close under `WAVE_MOVES` out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, insert, select, update

from prokes_social.model.wave import (
    WAVE_MOVES,
    Opened,
    Wave,
    WaveContent,
    WaveKey,
    WaveStatus,
    content_as_json,
    content_from_json,
)
from prokes_social.store.approvals import is_approved
from prokes_social.store.tables import wave

S = WaveStatus
w = wave.c
_KEY = ("campaign", "message", "audience", "occurrence")


def listing(tx: Connection, *, campaign: str | None = None, statuses: Collection[WaveStatus] = ()) -> list[Wave]:
    """In the order they open."""
    query = select(wave)
    if campaign:
        query = query.where(w.campaign == campaign)
    if statuses:
        query = query.where(w.status.in_([status.value for status in statuses]))
    return [as_wave(row) for row in tx.execute(query.order_by(w.opens_at, w.id)).mappings()]


def get(tx: Connection, wave_id: int) -> Wave | None:
    row = tx.execute(select(wave).where(w.id == wave_id)).mappings().first()
    return as_wave(row) if row else None


def take(tx: Connection, wave_id: int) -> Wave | None:
    """For writing; None where another process has it in hand at this moment."""
    row = tx.execute(select(wave).where(w.id == wave_id).with_for_update(skip_locked=True)).mappings().first()
    return as_wave(row) if row else None


def put(tx: Connection, key: WaveKey, content: WaveContent, *, version_id: int) -> None:
    """Write what a plan wants as `waiting`; invitations that were sent stay."""
    fields = {name: getattr(key, name) for name in _KEY}
    values = {
        "content": content_as_json(content),
        "digest": content.digest,
        "opens_at": content.opens_at,
        "closes_at": content.closes_at,
        "version_id": version_id,
        "status": S.WAITING.value,
        "reason": "",
    }
    same = [w[name] == value for name, value in fields.items()]
    if not tx.execute(update(wave).where(*same).values(**values)).rowcount:
        tx.execute(insert(wave).values(**fields, **values))


def cancel(tx: Connection, wave_id: int, *, reason: str) -> bool:
    return _moved(tx, wave_id, S.CANCELLED, reason=reason)


def close(tx: Connection, wave_id: int) -> bool:
    return _moved(tx, wave_id, S.CLOSED)


def open_(tx: Connection, wave_id: int, *, by: Opened, now: datetime) -> bool:
    return _moved(tx, wave_id, S.OPEN, opened_at=now, opened_by=by.value)


def release_approved(tx: Connection, campaign: str) -> int:
    """Waiting waves whose content is approved go on: those that were open before are open again."""
    status = case((w.opened_at.is_(None), S.READY.value), else_=S.OPEN.value)
    waiting = update(wave).where(w.status == S.WAITING.value, w.campaign == campaign, is_approved(w.digest))
    return int(tx.execute(waiting.values(status=status)).rowcount)


def _moved(tx: Connection, wave_id: int, to: WaveStatus, **values: Any) -> bool:
    """False where it was in a status from which it can't go there."""
    sources = [status.value for status, targets in WAVE_MOVES.items() if to in targets]
    moving = update(wave).where(w.id == wave_id, w.status.in_(sources))
    return bool(tx.execute(moving.values(status=to.value, **values)).rowcount)


def as_wave(row: RowMapping) -> Wave:
    return Wave(
        id=row["id"],
        key=WaveKey(**{name: row[name] for name in _KEY}),
        content=content_from_json(row["content"], row["digest"]),
        status=WaveStatus(row["status"]),
        opened_at=row["opened_at"],
        opened_by=Opened(row["opened_by"]) if row["opened_by"] else None,
    )
