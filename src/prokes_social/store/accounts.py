"""Units, accounts and their sealed credentials: rows in, Account and Directory out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.store.tables import account, credential, unit


def units(tx: Connection) -> list[Unit]:
    return [_unit(row) for row in tx.execute(select(unit).order_by(unit.c.id)).mappings()]


def put_unit(tx: Connection, value: Unit) -> None:
    """Add the unit, or bring its name, zone and parent up to date."""
    fields = {"name": value.name, "zone": value.zone, "parent": value.parent}
    if not tx.execute(update(unit).where(unit.c.id == value.id).values(**fields)).rowcount:
        tx.execute(insert(unit).values(id=value.id, **fields))


def all_accounts(tx: Connection) -> list[Account]:
    return [_account(row) for row in tx.execute(_accounts().order_by(account.c.name)).mappings()]


def by_name(tx: Connection, name: str) -> Account | None:
    row = tx.execute(_accounts().where(account.c.name == name)).mappings().first()
    return _account(row) if row else None


def by_id(tx: Connection, account_id: int) -> Account:
    return _account(tx.execute(_accounts().where(account.c.id == account_id)).mappings().one())


def add(tx: Connection, *, name: str, platform: str, unit_id: str, kind: AccountKind, sandbox: bool) -> int:
    """Raises IntegrityError where the name is taken."""
    values = {"name": name, "platform": platform, "unit_id": unit_id, "kind": kind.value, "sandbox": sandbox}
    return int(tx.execute(insert(account).values(**values).returning(account.c.id)).scalar_one())


def set_credentials(tx: Connection, account_id: int, sealed: Mapping[str, bytes]) -> None:
    tx.execute(delete(credential).where(credential.c.account_id == account_id))
    rows = [{"account_id": account_id, "field": field, "sealed": value} for field, value in sealed.items()]
    tx.execute(insert(credential), rows)


def credentials(tx: Connection, account_id: int) -> dict[str, bytes]:
    rows = tx.execute(select(credential.c.field, credential.c.sealed).where(credential.c.account_id == account_id))
    return {row.field: row.sealed for row in rows}


def note_identity(tx: Connection, account_id: int, *, external_id: str, handle: str, now: datetime) -> None:
    """The platform knew the credentials: the account is no longer blocked."""
    _set(tx, account_id, external_id=external_id, handle=handle, checked_at=now, blocked_at=None, blocked_why="")


def pause(tx: Connection, account_id: int, until: datetime) -> None:
    """Nothing is claimed for the account until then; a later pause is never shortened."""
    later = (account.c.paused_until.is_(None)) | (account.c.paused_until < until)
    tx.execute(update(account).where(account.c.id == account_id, later).values(paused_until=until))


def block(tx: Connection, account_id: int, *, why: str, now: datetime) -> None:
    _set(tx, account_id, blocked_at=now, blocked_why=why)


def _set(tx: Connection, account_id: int, **values: Any) -> None:
    tx.execute(update(account).where(account.c.id == account_id).values(**values))


def _accounts() -> Select[Any]:
    named: Sequence[Any] = [column.label(f"unit_{column.name}") for column in unit.c if column.name != "id"]
    return select(account, *named).join(unit, unit.c.id == account.c.unit_id)


def _unit(row: RowMapping) -> Unit:
    return Unit(id=row["id"], name=row["name"], zone=row["zone"], parent=row["parent"])


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        platform=row["platform"],
        unit=Unit(id=row["unit_id"], name=row["unit_name"], zone=row["unit_zone"], parent=row["unit_parent"]),
        kind=AccountKind(row["kind"]),
        sandbox=row["sandbox"],
        resend_when_absent=row["when_absent"] == "resend",
        external_id=row["external_id"],
        handle=row["handle"],
        checked_at=row["checked_at"],
        paused_until=row["paused_until"],
        blocked_at=row["blocked_at"],
        blocked_why=row["blocked_why"],
    )
