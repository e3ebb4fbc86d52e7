"""Tokens of the API: rows in, tokens out; what a token says is nowhere, only its digest."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from prokes_social.model.token import Scope, Token
from prokes_social.store.tables import api_token

t = api_token.c
#: Those that may be good at the same time.
MOST = 200


def add(
    tx: Connection, digest: str, *, label: str, scopes: Collection[Scope], made_by: int, now: datetime,
    ends_at: datetime,
) -> int:  # fmt: skip
    values = {"digest": digest, "label": label, "scopes": sorted(scope.value for scope in scopes), "made_by": made_by,
              "made_at": now, "ends_at": ends_at}  # fmt: skip
    made = tx.execute(insert(api_token).values(**values)).inserted_primary_key
    assert made is not None  # noqa: S101 - every insert of one row gives its key
    return int(made[0])


def listing(tx: Connection, *, most: int = MOST) -> list[Token]:
    """The newest first."""
    return [_token(row) for row in tx.execute(select(api_token).order_by(t.id.desc()).limit(most)).mappings()]


def get(tx: Connection, token_id: int) -> Token | None:
    row = tx.execute(select(api_token).where(t.id == token_id)).mappings().first()
    return _token(row) if row else None


def by_digest(tx: Connection, digest: str) -> Token | None:
    row = tx.execute(select(api_token).where(t.digest == digest)).mappings().first()
    return _token(row) if row else None


def good(tx: Connection, now: datetime) -> int:
    """How many there are."""
    counted = select(func.count()).where(t.revoked_at.is_(None), t.ends_at > now)
    return int(tx.execute(counted).scalar_one())


def note_use(tx: Connection, token_id: int, now: datetime) -> None:
    tx.execute(update(api_token).where(t.id == token_id).values(used_at=now))


def revoke(tx: Connection, token_id: int, now: datetime) -> bool:
    """False where it is revoked already, or there is none."""
    return (
        tx.execute(
            update(api_token).where(t.id == token_id, t.revoked_at.is_(None)).values(revoked_at=now)
        ).rowcount
        == 1
    )  # fmt: skip


def _token(row: RowMapping) -> Token:
    return Token(
        id=row["id"], label=row["label"], scopes=frozenset(map(Scope, row["scopes"])), made_by=row["made_by"],
        made_at=row["made_at"], ends_at=row["ends_at"], used_at=row["used_at"], revoked_at=row["revoked_at"],
    )  # fmt: skip
