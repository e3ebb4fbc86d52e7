"""Units, accounts and their sealed credentials: rows in, Account and Directory out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.store.tables import account, credential, person, unit


def units(tx: Connection) -> list[Unit]:
    return [_unit(row) for row in tx.execute(select(unit).order_by(unit.c.id)).mappings()]


def put_unit(tx: Connection, value: Unit) -> None:
    """Add the unit, or bring its name, zone and parent up to date."""
    fields = {"name": value.name, "zone": value.zone, "parent": value.parent, "dissolved_at": value.dissolved_at}
    if not tx.execute(update(unit).where(unit.c.id == value.id).values(**fields)).rowcount:
        tx.execute(insert(unit).values(id=value.id, **fields))


def all_accounts(tx: Connection) -> list[Account]:
    return [_account(row) for row in tx.execute(_accounts().order_by(account.c.name)).mappings()]


def official(tx: Connection) -> list[Account]:
    """Those of the office, without what staff connect for themselves."""
    its = account.c.kind == AccountKind.OFFICIAL.value
    return [_account(row) for row in tx.execute(_accounts().where(its).order_by(account.c.name)).mappings()]


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
    """In place of the old ones; none at all disconnects the account."""
    tx.execute(delete(credential).where(credential.c.account_id == account_id))
    rows = [{"account_id": account_id, "field": field, "sealed": value} for field, value in sealed.items()]
    if rows:
        tx.execute(insert(credential), rows)


def credentials(tx: Connection, account_id: int) -> dict[str, bytes]:
    rows = tx.execute(select(credential.c.field, credential.c.sealed).where(credential.c.account_id == account_id))
    return {row.field: row.sealed for row in rows}


def connected(tx: Connection) -> frozenset[int]:
    """Numbers of accounts that have credentials."""
    return frozenset(tx.execute(select(credential.c.account_id).distinct()).scalars())


def note_identity(
    tx: Connection, account_id: int, *, external_id: str, handle: str, now: datetime, ends_at: datetime | None = None
) -> None:
    """The platform knew the credentials: the account is no longer blocked."""
    said = {"external_id": external_id, "handle": handle, "checked_at": now, "ends_at": ends_at}
    _set(tx, account_id, **said, blocked_at=None, blocked_why="")


def pause(tx: Connection, account_id: int, until: datetime) -> None:
    """Nothing is claimed for the account until then; a later pause is never shortened."""
    later = (account.c.paused_until.is_(None)) | (account.c.paused_until < until)
    tx.execute(update(account).where(account.c.id == account_id, later).values(paused_until=until))


def pause_reading(tx: Connection, account_id: int, until: datetime | None) -> None:
    """Its numbers are not asked for until then; posting goes on."""
    _set(tx, account_id, unread_until=until)


def block(tx: Connection, account_id: int, *, why: str, now: datetime) -> None:
    _set(tx, account_id, blocked_at=now, blocked_why=why)


def begin_renewing(tx: Connection, account_id: int, *, until: datetime, now: datetime) -> bool:
    """Whether the credentials are ours to renew until then; False while another process does it."""
    free = account.c.renewing_until.is_(None) | (account.c.renewing_until <= now)
    ours = update(account).where(account.c.id == account_id, free).values(renewing_until=until)
    return bool(tx.execute(ours).rowcount)


def end_renewing(tx: Connection, account_id: int) -> None:
    _set(tx, account_id, renewing_until=None)


def set_owner(tx: Connection, account_id: int, *, owner_id: int, unit_id: str) -> None:
    """Whose personal account it is, and where they work now."""
    _set(tx, account_id, owner_id=owner_id, unit_id=unit_id)


def with_external_id(tx: Connection, platform: str, external_id: str) -> list[Account]:
    """Every account of ours that is this one on the platform."""
    same = (account.c.platform == platform) & (account.c.external_id == external_id)
    return [_account(row) for row in tx.execute(_accounts().where(same)).mappings()]


def unattended(tx: Connection) -> frozenset[str]:
    """Names of accounts by hand for which nobody is here to post, neither an owner nor a deputy."""
    here = select(person.c.id).where(person.c.left_at.is_(None))
    nobody = account.c.owner_id.not_in(here) | account.c.owner_id.is_(None)
    no_deputy = account.c.deputy_id.not_in(here) | account.c.deputy_id.is_(None)
    return frozenset(tx.execute(select(account.c.name).where(account.c.by_hand, nobody, no_deputy)).scalars())


def set_by_hand(tx: Connection, account_id: int, *, owner_id: int | None, deputy_id: int | None) -> None:
    """Posted to by hand from now on, by its owner or their deputy."""
    _set(tx, account_id, by_hand=True, owner_id=owner_id, deputy_id=deputy_id)


def _set(tx: Connection, account_id: int, **values: Any) -> None:
    tx.execute(update(account).where(account.c.id == account_id).values(**values))


def _accounts() -> Select[Any]:
    return select(account, *unit_columns()).join(unit, unit.c.id == account.c.unit_id)


def unit_columns() -> Sequence[Any]:
    """The unit's columns for a query of something that has a `unit_id`; `unit_of` reads them."""
    return [column.label(f"unit_{column.name}") for column in unit.c if column.name != "id"]


def unit_of(row: RowMapping) -> Unit:
    return Unit(**{name: row[f"unit_{name}"] for name in ("id", "name", "zone", "parent", "dissolved_at")})


def _unit(row: RowMapping) -> Unit:
    return Unit(**{name: row[name] for name in ("id", "name", "zone", "parent", "dissolved_at")})


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        platform=row["platform"],
        unit=unit_of(row),
        by_hand=row["by_hand"],
        owner_id=row["owner_id"],
        deputy_id=row["deputy_id"],
        kind=AccountKind(row["kind"]),
        sandbox=row["sandbox"],
        resend_when_absent=row["when_absent"] == "resend",
        external_id=row["external_id"],
        handle=row["handle"],
        checked_at=row["checked_at"],
        ends_at=row["ends_at"],
        paused_until=row["paused_until"],
        blocked_at=row["blocked_at"],
        blocked_why=row["blocked_why"],
    )
