"""Users and their open browsers: rows in, users and sessions out; passwords leave as digests alone."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, select, update

from prokes_social.keys import Secret
from prokes_social.model.user import Role, Session, User
from prokes_social.store.tables import login_try, session, user


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What a password and a code are held against."""

    user: User
    password: Secret
    seed: bytes | None = field(repr=False)  #: sealed
    code_at: int  #: the step of the newest code that was taken; none is taken twice


def add(
    tx: Connection, name: str, *, roles: Collection[Role], password: Secret, language: str, unit_id: str | None,
    now: datetime,
) -> int:  # fmt: skip
    """Raises IntegrityError where the name is taken."""
    values = {"name": name, "roles": _roles(roles), "password": password.reveal(), "language": language,
              "unit_id": unit_id, "must_change": True, "added_at": now}  # fmt: skip
    made = tx.execute(insert(user).values(**values)).inserted_primary_key
    assert made is not None  # noqa: S101 - every insert of one row gives its key
    return int(made[0])


def listing(tx: Connection) -> list[User]:
    return [_user(row) for row in tx.execute(select(user).order_by(user.c.name)).mappings()]


def by_id(tx: Connection, user_id: int) -> User | None:
    row = tx.execute(select(user).where(user.c.id == user_id)).mappings().first()
    return _user(row) if row else None


def lock_of(tx: Connection, name: str) -> Lock | None:
    row = tx.execute(select(user).where(user.c.name == name)).mappings().first()
    if row is None:
        return None
    return Lock(user=_user(row), password=Secret(row["password"]), seed=row["seed"], code_at=row["code_at"])


def change(tx: Connection, user_id: int, **values: Any) -> None:
    """Columns of the table; `roles` as a collection of roles."""
    if "roles" in values:
        values["roles"] = _roles(values["roles"])
    tx.execute(update(user).where(user.c.id == user_id).values(**values))


def take_code(tx: Connection, user_id: int, step: int) -> bool:
    """False where this code, or a later one, was taken already."""
    return (
        tx.execute(update(user).where(user.c.id == user_id, user.c.code_at < step).values(code_at=step)).rowcount == 1
    )


# --- failed tries ---


def note_try(tx: Connection, keys: Collection[str], now: datetime) -> None:
    tx.execute(insert(login_try), [{"key": key, "at": now} for key in keys])


def most_tries(tx: Connection, keys: Collection[str], since: datetime) -> int:
    """Of the key with most of them."""
    counted = (
        select(func.count().label("count"))
        .where(login_try.c.key.in_(keys), login_try.c.at > since)
        .group_by(login_try.c.key)
        .subquery()
    )
    return tx.execute(select(func.max(counted.c.count))).scalar() or 0


def forget_tries(tx: Connection, keys: Collection[str], before: datetime) -> None:
    tx.execute(delete(login_try).where((login_try.c.key.in_(keys)) | (login_try.c.at < before)))


# --- sessions ---


def open_session(tx: Connection, digest: str, user_id: int, *, is_whole: bool, now: datetime) -> None:
    values = {"digest": digest, "user_id": user_id, "is_whole": is_whole, "opened_at": now, "seen_at": now}
    tx.execute(insert(session).values(**values))


def session_of(tx: Connection, digest: str, *, opened_after: datetime, seen_after: datetime) -> Session | None:
    found = (
        select(user, session.c.digest, session.c.is_whole, session.c.opened_at, session.c.seen_at, session.c.notice)
        .join(session, session.c.user_id == user.c.id)
        .where(session.c.digest == digest, user.c.disabled_at.is_(None))
        .where(and_(session.c.opened_at > opened_after, session.c.seen_at > seen_after))
    )
    row = tx.execute(found).mappings().first()
    if row is None:
        return None
    notice = row["notice"]
    return Session(
        id=digest, user=_user(row), is_whole=row["is_whole"], opened_at=row["opened_at"], seen_at=row["seen_at"],
        notice=(notice[0], notice[1]) if notice else None,
    )  # fmt: skip


def touch(tx: Connection, digest: str, **values: Any) -> None:
    tx.execute(update(session).where(session.c.digest == digest).values(**values))


def end_session(tx: Connection, digest: str) -> None:
    tx.execute(delete(session).where(session.c.digest == digest))


def end_sessions(tx: Connection, user_id: int, *, but: str = "") -> None:
    tx.execute(delete(session).where(session.c.user_id == user_id, session.c.digest != but))


def end_all_sessions(tx: Connection) -> None:
    """Of a restored database: who was logged in then need not be welcome now."""
    tx.execute(delete(session))


def forget_sessions(tx: Connection, *, opened_before: datetime, seen_before: datetime) -> None:
    tx.execute(delete(session).where((session.c.opened_at < opened_before) | (session.c.seen_at < seen_before)))


def _roles(roles: Collection[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _user(row: RowMapping) -> User:
    return User(
        id=row["id"], name=row["name"], roles=frozenset(map(Role, row["roles"])), language=row["language"],
        unit_id=row["unit_id"], has_code=row["seed"] is not None, must_change=row["must_change"],
        added_at=row["added_at"], disabled_at=row["disabled_at"],
    )  # fmt: skip
